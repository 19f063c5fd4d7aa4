"""The paper that charts are drawn on: fonts, colours, room for title, legend and source, and the file."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from unicodedata import east_asian_width

from simulator.labels import Words
from simulator.report import wrapping

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE, TEXT, SMALL = 9.5, 7.5, 6.5
"""Sizes of type in points."""

POINT, INCH = 0.3528, 25.4
"""Millimetres."""

DPI = 300
"""Of pictures in points, and of what is measured while it is laid out: type is a little wider in coarser ones."""

LINE, NARROW = 1.3, 0.57
"""Height of a line and width of a Latin character, as a share of the size of type."""

STYLE: dict[str, Any] = {
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.titlelocation": "left",
    "axes.labelsize": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.6,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.frameon": False,
    "legend.fontsize": TEXT,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "research-budget-simulator",
    "pdf.fonttype": 42,
}

Share = Literal["none", "row", "all", "sideways"]

Key = tuple["Artist", str]
"""A sample of what is drawn, and what it is."""


class Unit(NamedTuple):
    """What values are divided by before they are drawn, and what they are then of; whole numbers are counts."""

    factor: float
    name: str
    whole: bool = False


@dataclass(frozen=True)
class Frame:
    """Panels on one sheet, row by row; `height` is that of a panel in millimetres."""

    figure: "Figure"
    panels: "list[Axes]"
    rows: int
    columns: int
    width: float
    height: float
    sideways: bool

    @property
    def panel_width(self) -> float:
        """Room for a panel's axes in millimetres, about."""
        return (self.width - 6.0) / self.columns - 9.0


def unit_of(words: Words, unit: str, largest: float) -> Unit:
    """The unit in which figures are drawn: money in the larger one where it has four digits or more."""
    if unit != "million_yen":
        return Unit(1.0, words.sections["units"].get(unit, unit), whole=unit == "count")
    if largest < 1000.0:
        return Unit(1.0, words("units", unit))
    return Unit(float(words("plot", "large_money_is")), words("plot", "large_money"))


@contextmanager
def styled(language: str) -> Iterator[None]:
    """Draw and save in the house style, whatever matplotlib is set to; with the fonts that come with packages."""
    import matplotlib as mpl

    with mpl.rc_context():
        import matplotlib_fontja  # noqa: F401 (makes its font known)

        families = ["DejaVu Sans", "IPAexGothic"]
        mpl.rcdefaults()
        style: dict[Any, Any] = {**STYLE, "font.family": families[::-1] if language == "ja" else families}
        mpl.rcParams.update(style)
        yield


def frame(count: int, columns: int, *, width: float, height: float, share: Share = "none") -> Frame:
    """`count` panels of this height, at most so many a row, on a sheet of this width in millimetres.

    `share` says which panels have one vertical axis; `sideways` is for bars that lie, with one horizontal axis.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns, sideways = min(columns, count), share == "sideways"
    rows = -(-count // columns)
    figure = Figure(figsize=(width / INCH, height / INCH), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    upright: Any = "none" if sideways else share
    axes = figure.subplots(rows, columns, squeeze=False, sharey=upright, sharex="all" if sideways else "none")
    for spare in axes.flat[count:]:
        spare.remove()
    return Frame(figure, list(axes.flat[:count]), rows, columns, width, height, sideways)


def finish(sheet: Frame, title: str, keys: Sequence[Key], source: str, axis: str) -> None:
    """Give a sheet its height, title, legend, source and the name of the axis that values stand on."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    title, source = (_wrapped(text, size, sheet.width - 4.0) for text, size in ((title, TITLE), (source, SMALL)))
    head, foot = _height(title, TITLE) + 2.0, _height(source, SMALL) + 2.0
    figure, body = sheet.figure, sheet.rows * sheet.height
    legend_rows = _legend(sheet, keys)
    legend = _height("\n" * (legend_rows - 1), TEXT) * 1.15 + 1.5 if legend_rows else 0.0
    tall = head + legend + body + foot
    figure.set_size_inches(sheet.width / INCH, tall / INCH)
    if sheet.sideways:
        sheet.panels[-1].set_xlabel(wrapped(axis, 0.6 * sheet.width))
    else:
        figure.supylabel(axis, fontsize=TEXT, y=(foot + body / 2.0) / tall)
    left = 1.5 / sheet.width
    figure.text(left, 1.0 - 1.0 / tall, title, fontsize=TITLE, va="top", linespacing=LINE)
    figure.text(left, 1.0 / tall, source, fontsize=SMALL, va="bottom", color="#555555", linespacing=LINE)
    if keys:
        figure.legends[0].set_bbox_to_anchor((left, 1.0 - head / tall))
    figure.set_layout_engine(ConstrainedLayoutEngine(rect=(0.0, foot / tall, 0.995, body / tall)))


def _legend(sheet: Frame, keys: Sequence[Key]) -> int:
    """Make the legend, as many columns as there is room for; the rows that it takes."""
    for columns in range(len(keys), 0, -1):
        legend = sheet.figure.legend(
            [sample for sample, _ in keys],
            [f" {name}" if name.startswith("_") else name for _, name in keys],  # matplotlib leaves out _names
            loc="upper left",
            ncols=columns,
            borderaxespad=0.0,
            borderpad=0.0,
            columnspacing=1.5,
            handlelength=2.4,
            labelspacing=0.3,
        )
        if columns == 1 or legend.get_window_extent().width * INCH / sheet.figure.dpi < sheet.width - 3.0:
            return -(-len(keys) // columns)
        legend.remove()
    return 0


def _height(text: str, size: float) -> float:
    """Height of text in millimetres."""
    return (text.count("\n") + 1) * size * POINT * LINE


def _wrapped(text: str, size: float, width: float) -> str:
    """Text in lines that fit a width in millimetres."""
    return "\n".join(wrapping.lines(text, width / (size * POINT), _ems))


def wrapped(text: str, width: float) -> str:
    """Text of an axis in lines that fit a width in millimetres."""
    return _wrapped(text, TEXT, width)


def _ems(text: str) -> float:
    """Width of text as a share of the size of type, about."""
    return sum(1.0 if east_asian_width(sign) in "WF" else NARROW for sign in text)


def entitle(panel: "Axes", sheet: Frame, *texts: str) -> None:
    """Name what a panel shows, each text on lines of its own that are no wider than it."""
    room = sheet.width / sheet.columns - 12.0
    panel.set_title("\n".join(_wrapped(text, TEXT, room) for text in texts), linespacing=LINE)


def across(count: int, width: float) -> int:
    """Panels beside each other on a sheet of this width, so that rows are as full as can be."""
    most = max(1, min(count, int(width // 55.0)))
    return 2 if count == 4 and most == 3 else most


def label_years(panel: "Axes", sheet: Frame, words: Words, years: Sequence[int]) -> None:
    """Name the fiscal years under a panel, as many as there is room for."""
    step = max(1, -(-len(years) * 8 // max(int(sheet.panel_width), 8)))
    shown = list(years)[::step]
    panel.set_xticks(shown, [words.short_year(year) for year in shown])
    panel.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    panel.tick_params(length=2, width=0.6)


def stand_on_zero(panels: "Sequence[Axes]") -> None:
    """Give panels one vertical scale that begins at 0, or below it where values do."""
    ends = [end for axes in panels for end in (axes.dataLim.y0, axes.dataLim.y1) if math.isfinite(end)]
    low, high = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    room = 0.06 * (high - low) or 1.0
    for axes in panels:  # a stack may end a rounding error below 0
        axes.set_ylim(low - room if low < -1e-6 * room else 0.0, high + room)


def number_axis(axis: Any, *, whole: bool) -> None:
    """Figures with thousands apart along an axis, for counts whole ones alone."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, integer=whole, steps=[1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: signed(f"{value:,.10g}")))


def sideways(axes: "Axes") -> None:
    """Names down the left edge, figures along the other axis."""
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)
    number_axis(axes.xaxis, whole=False)


def signed(text: str) -> str:
    """A figure with a minus as wide as a plus."""
    return text.replace("-", "−")
