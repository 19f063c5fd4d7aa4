"""Charts of sweeps: tornado, response curves, and the boxes that describe runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator import sweep_charted
from simulator.measures import measure
from simulator.quantities import Quantity
from simulator.report import canvas
from simulator.report.canvas import SMALL, Frame, Key, Unit
from simulator.report.charts import source
from simulator.report.palette import BLACK, BLUE, GREY, PALE, SKY, VERMILION
from simulator.report.sheets import View, full_label
from simulator.report.sweep_words import input_label, input_value
from simulator.sweep_charted import Bar
from simulator.sweep_tables import BoxRow, SweepRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

TORNADO, RESPONSE, DISCOVERY = KINDS = ("tornado", "response", "discovery")
THICK = 0.62
MOST_BARS = 20


@dataclass(frozen=True)
class Saved:
    """What a saved sweep says, and what its inputs are: quantity and range of each."""

    rows: Sequence[SweepRow]
    boxes: Sequence[BoxRow]
    quantities: dict[str, Quantity]
    spans: dict[str, tuple[float, float]]


def draw(view: View, saved: Saved, kind: str, *, outcome: str, width: float) -> "Figure":
    """The chart of a kind, to be drawn and saved within `canvas.styled`; RequestError where there is none."""
    if kind == DISCOVERY:
        return _discovery(view, saved, width)
    _, rows = sweep_charted.of_outcome(saved.rows, outcome)
    return _tornado(view, saved, rows, width) if kind == TORNADO else _response(view, saved, rows, width)


def _told(view: View, row: SweepRow) -> dict[str, str]:
    of = full_label(view, row.programme, row.award) if row.award else view.programme_label(row.programme)
    return {"measure": view.words.measure(row.measure), "of": of, "year": view.words.year(row.fiscal_year)}


def _tornado(view: View, saved: Saved, rows: Sequence[SweepRow], width: float) -> "Figure":
    found, told = sweep_charted.tornado(rows), _told(view, rows[0])
    bars = found.bars[:MOST_BARS]
    kind = measure(rows[0].measure)
    largest = max(max(abs(bar.start), abs(bar.end)) for bar in bars)
    own = found.base is not None or found.index == "mu_star"
    unit = canvas.unit_of(view.words, kind.unit, largest) if own else Unit(1.0, view.words("sweep", "share"))
    sheet = canvas.frame(1, 1, width=width, height=14.0 + 7.0 * len(bars), share="sideways")
    (axes,) = sheet.panels
    for place, bar in enumerate(bars):
        if found.base is None:
            _index_bar(axes, place, bar, unit.factor)
        else:
            texts = [input_value(view, end, saved.quantities[bar.input]) for end in bar.ends or ()]
            scaled = bar._replace(start=bar.start / unit.factor, end=bar.end / unit.factor)
            _swing_bar(axes, place, scaled, found.base / unit.factor, texts)
    axes.set_yticks(range(len(bars)), [input_label(view, bar.input) for bar in bars])
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.margins(x=0.02 if found.base is None else 0.18)
    axes.axvline((found.base or 0.0) / unit.factor, color=BLACK, linewidth=0.8)
    canvas.sideways(axes)
    title = view.words("sweep", f"plot_{found.index or 'swing'}", **told)
    keys: list[Key] = []
    if found.base is not None:
        keys = [(_patch(BLUE), view.words("sweep", "at_high")), (_patch(VERMILION), view.words("sweep", "at_low"))]
    canvas.finish(sheet, title, keys, source(view), unit.name)
    return sheet.figure


def _index_bar(axes: "Axes", place: int, bar: Bar, factor: float) -> None:
    """An index from 0, with its interval."""
    axes.barh(place, bar.end / factor, THICK, color=SKY, ec=BLUE, linewidth=0.6)
    if bar.low is not None and bar.high is not None:
        axes.plot([bar.low / factor, bar.high / factor], [place, place], color=BLACK, linewidth=1.0)


def _swing_bar(axes: "Axes", place: int, bar: Bar, base: float, texts: Sequence[str]) -> None:
    """From the outcome as it is to that at each end of an input, which is named."""
    ends = (bar.start, bar.end)
    for text, value, other, color in zip(texts, ends, ends[::-1], (VERMILION, BLUE), strict=True):
        axes.barh(place, value - base, THICK, left=base, color=color, linewidth=0.0)
        right = value > base or (value == base and other < base)
        side, align = (3, "left") if right else (-3, "right")
        at: Any = {"xytext": (side, 0), "textcoords": "offset points", "ha": align}
        axes.annotate(canvas.signed(text), (value, place), va="center", fontsize=SMALL, **at)


def _response(view: View, saved: Saved, rows: Sequence[SweepRow], width: float) -> "Figure":
    found, told, kind = sweep_charted.curves(rows), _told(view, rows[0]), measure(rows[0].measure)
    largest = max(max(map(abs, curve.means), default=0.0) for curve in found)
    unit = canvas.unit_of(view.words, kind.unit, largest)
    height = 70.0 if len(found) == 1 else 48.0
    sheet = canvas.frame(len(found), canvas.across(len(found), width), width=width, height=height, share="all")
    for axes, curve in zip(sheet.panels, found, strict=True):
        share = saved.quantities[curve.input].unit == "share"
        at = [100.0 * value if share else value for value in curve.at]
        axes.plot(at, [mean / unit.factor for mean in curve.means], color=BLUE, linewidth=1.5)
        label = input_label(view, curve.input)
        canvas.entitle(axes, sheet, f"{label} (%)" if share else label)
        canvas.number_axis(axes.xaxis, whole=False)
        canvas.number_axis(axes.yaxis, whole=False)
    canvas.finish(sheet, view.words("sweep", "plot_response", **told), [], source(view), unit.name)
    return sheet.figure


def _discovery(view: View, saved: Saved, width: float) -> "Figure":
    found = list(sweep_charted.boxes(saved.boxes))
    most = max(map(len, found))
    sheet = canvas.frame(len(found), 1, width=width, height=12.0 + 7.0 * most, share="sideways")
    for axes, rows in zip(sheet.panels, found, strict=True):
        _box(axes, rows, view, saved, sheet)
    title = view.words("sweep", "plot_discovery", condition=found[0][0].condition)
    keys: list[Key] = [(_patch(SKY), view.words("sweep", "inside")), (_patch(PALE), view.words("sweep", "varied"))]
    canvas.finish(sheet, title, keys, source(view), view.words("sweep", "share_of_range"))
    return sheet.figure


def _box(axes: "Axes", rows: Sequence[BoxRow], view: View, saved: Saved, sheet: Frame) -> None:
    """Each input's whole range, and the part of it in the box, with its bounds."""
    for place, row in enumerate(rows):
        low, high = saved.spans[row.input]
        least, greatest = (
            (bound - low) / (high - low) if bound is not None else end
            for bound, end in ((row.least, 0.0), (row.greatest, 1.0))
        )
        axes.barh(place, 100.0, THICK, color=PALE, ec=GREY, linewidth=0.5)
        axes.barh(place, 100.0 * (greatest - least), THICK, left=100.0 * least, color=SKY, ec=BLUE, linewidth=0.6)
        bounds = [(row.least, "≥"), (row.greatest, "≤")]
        quantity = saved.quantities[row.input]
        text = ", ".join(f"{sign} {input_value(view, end, quantity)}" for end, sign in bounds if end is not None)
        axes.annotate(canvas.signed(text), (50.0 * (least + greatest), place), va="center", ha="center", fontsize=SMALL)
    axes.set_yticks(range(len(rows)), [input_label(view, row.input) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.0, 100.0)
    shares = {name: f"{getattr(rows[0], name):.0%}" for name in ("coverage", "density")}
    canvas.entitle(axes, sheet, view.words("sweep", "box", number=rows[0].box, **shares))
    canvas.sideways(axes)


def _patch(color: str) -> "Patch":
    from matplotlib.patches import Patch

    return Patch(facecolor=color)
