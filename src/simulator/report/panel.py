"""A small chart as a picture in the page: years across, figures up, what it shows said in words too."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

import numpy as np
from rich.cells import cell_len

from simulator.arrays import Floats
from simulator.report.markup import element
from simulator.report.palette import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION

WIDTH, HEIGHT = 340.0, 200.0
"""Of a panel in pixels: as wide as a telephone, so that its text can be read there."""

LEFT, RIGHT, TOP, BOTTOM = 46.0, 6.0, 10.0, 22.0
TICKS = 4
BAR = 0.78
"""Width of a bar, in years."""

LETTER, BETWEEN = 7.0, 4.0
"""Room for a letter under the axis (a figure of 11 px is as wide in DejaVu Sans, the widest), and between labels."""

HATCH = "short"
"""Id of the pattern of what there is no money for."""


class Look(NamedTuple):
    """How a line is drawn: any one of the three tells it apart from others."""

    color: str
    dashes: str
    mark: str


REFERENCE = Look(BLACK, "4 2", "")
LOOKS = (
    Look(BLUE, "", "M-3 0A3 3 0 1 0 3 0A3 3 0 1 0 -3 0Z"),
    Look(VERMILION, "7 2 2 2", "M-2.7 -2.7H2.7V2.7H-2.7Z"),
    Look(GREEN, "2 2", "M0 -3.6L3.3 2.4H-3.3Z"),
    Look(PURPLE, "9 2", "M0 -3.8L3.8 0L0 3.8L-3.8 0Z"),
    Look(ORANGE, "4 1 1 1", "M0 3.6L3.3 -2.4H-3.3Z"),
    Look(SKY, "1 1.5", "M-1 -3.4H1V-1H3.4V1H1V3.4H-1V1H-3.4V-1H-1Z"),
)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about `TICKS` apart."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** np.floor(np.log10(span / TICKS))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if span / (power * each) <= TICKS + 0.5)
    first = np.floor(low / step + 1e-9)
    last = max(np.ceil(high / step - 1e-9), first + 1)
    return [float(step * place) for place in range(int(first), int(last) + 1)]


def told(value: float) -> str:
    """A figure on an axis or beside a mark: six digits at most."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.4g}"


class Panel:
    """One chart with an axis of years and one of figures from `low` to `high`; marks are added in order."""

    def __init__(self, years: Sequence[str], low: float, high: float, *, alternative: str) -> None:
        self._ticks = ticks(low, high)
        self._years, self._marks = years, list[Element]()
        self._alternative = alternative

    def bars(self, values: Floats, bottom: Floats, fill: str, name: str, *, edge: str = "white") -> None:
        """Bars on what stands below them; none for nothing."""
        for place, (value, low) in enumerate(zip(values, bottom, strict=True)):
            if value > 0:
                up, down = self._y(low + value), self._y(low)
                box = {"x": self._x(place - BAR / 2), "y": up, "width": self._step * BAR, "height": down - up}
                title = element("title", f"{self._years[place]} {name}: {told(float(value))}")
                self._marks.append(element("rect", title, **box, fill=fill, stroke=edge, stroke_width="0.5"))

    def line(self, values: Floats, look: Look, name: str) -> None:
        """A line with a mark at every year; parted where there is no figure."""
        path, pen = [], "M"
        for place, value in enumerate(values):
            if np.isnan(value):
                pen = "M"
            else:
                path.append(f"{pen}{self._x(place):.1f} {self._y(value):.1f}")
                pen = "L"
        drawn = {"fill": "none", "stroke": look.color, "stroke_width": "1.6", "stroke_dasharray": look.dashes or None}
        self._marks.append(element("path", d=" ".join(path), **drawn))
        for place, value in enumerate(values):
            if not np.isnan(value):
                self._marks.append(self._mark(place, float(value), look, name))

    def _mark(self, place: int, value: float, look: Look, name: str) -> Element:
        at = f"translate({self._x(place):.1f} {self._y(value):.1f})"
        title = element("title", f"{self._years[place]} {name}: {told(value)}")
        shape = look.mark or "M-3 -3H3V3H-3Z"
        return element("path", title, d=shape, transform=at, fill=look.color if look.mark else "transparent")

    def band(self, low: Floats, high: Floats, fill: str, name: str) -> None:
        """What lies between two lines."""
        up = [f"{self._x(place):.1f} {self._y(value):.1f}" for place, value in enumerate(high)]
        down = [f"{self._x(place):.1f} {self._y(value):.1f}" for place, value in enumerate(low)]
        shape = f"M{' L'.join([*up, *reversed(down)])}Z"
        self._marks.append(element("path", element("title", name), d=shape, fill=fill))

    def steps(self, values: Floats, name: str) -> None:
        """A line that holds over each year."""
        parts = [
            f"{'L' if place else 'M'}{self._x(place - 0.5):.1f} {self._y(value):.1f}H{self._x(place + 0.5):.1f}"
            for place, value in enumerate(values)
        ]
        title = element("title", name)
        self._marks.append(element("path", title, d="".join(parts), fill="none", stroke=BLACK, stroke_width="1.4"))

    def shade(self, first: int, fill: str) -> None:
        """A ground under all years from the place `first` on."""
        left, right = self._x(first - 0.5), WIDTH - RIGHT
        box = {"x": left, "y": TOP, "width": max(right - left, 0.0), "height": HEIGHT - TOP - BOTTOM}
        self._marks.insert(0, element("rect", **box, fill=fill))

    def picture(self) -> Element:
        """The chart; what it shows is its name for those who do not see it."""
        size = {"viewBox": f"0 0 {WIDTH:.0f} {HEIGHT:.0f}", "width": WIDTH, "height": HEIGHT}
        return element("svg", *self._axes(), *self._marks, **size, role="img", aria_label=self._alternative)

    def _axes(self) -> list[Element]:
        made = []
        for value in self._ticks:
            y = self._y(value)
            line = {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": y, "y2": y}
            made.append(element("line", **line, class_="zero" if value == 0 else "grid"))
            made.append(element("text", told(value), x=LEFT - 5.0, y=y + 3.5, text_anchor="end"))
        widest = max(map(cell_len, self._years)) * LETTER + BETWEEN
        every = int(np.ceil(len(self._years) * widest / (WIDTH - LEFT - RIGHT)))
        for place in range(0, len(self._years), every):
            at = {"x": self._x(place), "y": HEIGHT - 7.0}
            made.append(element("text", self._years[place], **at, text_anchor="middle"))
        return made

    @property
    def _step(self) -> float:
        return (WIDTH - LEFT - RIGHT) / len(self._years)

    def _x(self, place: float) -> float:
        return LEFT + (place + 0.5) * self._step

    def _y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - low) / (high - low))
