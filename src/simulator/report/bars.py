"""Charts of bars: what money goes to, what selections oblige later years to pay, and what a scenario changes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.arrays import Floats
from simulator.measures import TOTAL
from simulator.obligations import Obligations
from simulator.report import canvas, charted
from simulator.report.canvas import SMALL, Frame, Key, Unit
from simulator.report.charted import PARTS, Bridge
from simulator.report.palette import BLACK, BLUE, DARK, GREY, LIGHT, ORANGE, PALE, SKY, VERMILION, sequence
from simulator.report.rounding import rounded
from simulator.report.sheets import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

FILLS = dict(zip(PARTS, (GREY, BLUE, ORANGE, "white"), strict=True))
HATCHED: dict[str, Any] = {"facecolor": "none", "edgecolor": VERMILION, "hatch": "//////", "linewidth": 0.8}
"""What of commitments and fixed costs there is no money for: hatched, since it is part of them."""

BAR = 0.78
"""Width of a bar, in years."""

THICK = 0.62
"""Height of a bar of a bridge, in rows."""


def money(view: View, names: Sequence[str], *, width: float) -> tuple[Frame, list[Key], Unit]:
    """Stacked bars of what the money goes to against the appropriation: a row of panels a programme."""
    years, programmes = charted.years_of(view), view.programmes or (TOTAL,)
    rows = [[charted.money(run, programme, years) for run in view.compared] for programme in programmes]
    tops = [part["budget"] for row in rows for part in row if part]
    unit = canvas.unit_of(view.words, "million_yen", float(np.nanmax(np.concatenate(tops), initial=0.0)))
    count, runs = len(programmes) * len(view.compared), len(view.compared)
    columns = canvas.across(runs, width) if len(programmes) == 1 else runs
    sheet = canvas.frame(count, columns, width=width, height=_height(count), share="row")
    for place, axes in enumerate(sheet.panels):
        row, column = divmod(place, runs)
        parts = rows[row][column]
        if parts:
            _stack(axes, years, {name: values / unit.factor for name, values in parts.items()})
        label = view.programme_label(programmes[row])
        _set(axes, sheet, view, years, *([names[column]] if row == 0 or columns < runs else []), label)
    for start in range(0, count, runs):
        canvas.stand_on_zero(sheet.panels[start : start + runs])
    return sheet, _money_keys(view, [parts for row in rows for parts in row if parts]), unit


def _stack(axes: "Axes", years: Sequence[int], parts: Mapping[str, Floats]) -> None:
    """Bars of the parts, the shortfall hatched in what is owed, the appropriation as a line."""
    bottom = np.zeros(len(years))
    for name in PARTS:
        edge = "white" if name != "unspent" else DARK
        axes.bar(years, parts[name], BAR, bottom=bottom, color=FILLS[name], ec=edge, linewidth=0.5, label=name)
        bottom = bottom + parts[name]
    short, owed = parts["shortfall"], parts["fixed_costs"] + parts["commitments"]
    for year, top, height in zip(years, owed, short, strict=True):
        if height > 0:
            axes.bar(year, height, BAR, bottom=top - height, label="shortfall", **HATCHED)
    steps = np.append(parts["budget"], parts["budget"][-1])
    axes.step(np.append(years, years[-1] + 1) - 0.5, steps, where="post", color=BLACK, linewidth=1.3, label="budget")


def _money_keys(view: View, drawn: Sequence[Mapping[str, Floats]]) -> list[Key]:
    """Samples of what there is any of."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: list[Key] = []
    for name, fill in FILLS.items():
        if any((parts[name] > 0).any() for parts in drawn):
            keys.append((Patch(facecolor=fill, edgecolor=DARK, linewidth=0.5), view.words.measure(name)))
    if any((parts["shortfall"] > 0).any() for parts in drawn):
        keys.append((Patch(**HATCHED), view.words("plot", "not_covered")))
    return [*keys, (Line2D([], [], color=BLACK, linewidth=1.3), view.words("plot", "appropriation"))]


def commitments(
    view: View, names: Sequence[str], owed: Sequence[Obligations], *, width: float
) -> tuple[Frame, list[Key], Unit]:
    """Bars of what is owed in each year, stacked by the year of selection."""
    tables = [each.of(view.programmes or None) for each in owed]
    unit = canvas.unit_of(view.words, "million_yen", max(float(table.sum(axis=1).max()) for table in tables))
    first, selections = owed[0].years.start, owed[0].selections
    years = range(first, max(selections.stop, *(first + charted.until_nothing(table) for table in tables)))
    sheet = canvas.frame(
        len(owed), canvas.across(len(owed), width), width=width, height=_height(len(owed)), share="all"
    )
    fills = [LIGHT, *sequence(len(selections))]
    for axes, each, table, name in zip(sheet.panels, owed, tables, names, strict=True):
        bottom = np.zeros(len(each.years))
        for place, fill in enumerate(fills):
            values = table[:, place] / unit.factor
            axes.bar(each.years, values, BAR, bottom=bottom, color=fill, edgecolor="white", linewidth=0.4)
            bottom = bottom + values
        _set(axes, sheet, view, years, name)
        if years[-1] > selections[-1]:
            axes.axvspan(selections[-1] + 0.5, years[-1] + 0.6, color=PALE, zorder=0)
    canvas.stand_on_zero(sheet.panels)
    return sheet, _selection_keys(view, selections, fills, after=years[-1] > selections[-1]), unit


def _selection_keys(view: View, selections: range, fills: Sequence[object], *, after: bool) -> list[Key]:
    earlier = view.words("plot", "earlier", **view.words.years(selections[0]))
    named = [earlier, *(view.words("plot", "selected_in", **view.words.years(year)) for year in selections)]
    keys: list[Key] = [(_patch(fill), name) for fill, name in zip(fills, named, strict=True)]
    return [*keys, *([(_patch(PALE), view.words("plot", "after"))] if after else [])]


def _patch(fill: object) -> "Patch":
    from matplotlib.patches import Patch

    return Patch(facecolor=fill)  # type: ignore[arg-type]


def bridges(
    view: View, names: Sequence[str], steps: Sequence[Bridge], reference: str, *, width: float
) -> tuple[Frame, list[Key], Unit]:
    """Waterfalls from the reference to each scenario, with the sums at both ends: one panel a scenario."""
    ends = [end for each in steps for end in (each.before, each.after)]
    unit = canvas.unit_of(view.words, "million_yen", max(map(abs, ends)))
    bars = max(len(each.changes) for each in steps) + 2
    sheet = canvas.frame(len(steps), 1, width=width, height=12.0 + 6.5 * bars, share="sideways")
    for axes, each, name in zip(sheet.panels, steps, names, strict=True):
        _waterfall(axes, each, unit)
        labels = [view.programme_label(programme) for programme, _ in each.changes]
        axes.set_yticks(range(len(each.changes) + 2), [reference, *labels, name])
    low, high = (end / unit.factor for end in charted.limits(steps))
    for axes in sheet.panels:
        axes.set_xlim(low, high)
        if low > 0:
            _break(axes, low, high)
    signs = {np.sign(change) for each in steps for _, change in each.changes}
    keys = [(SKY, "more", 1.0), (VERMILION, "less", -1.0)]
    return sheet, [(_patch(fill), view.words("plot", name)) for fill, name, sign in keys if sign in signs], unit


def _waterfall(axes: "Axes", steps: Bridge, unit: Unit) -> None:
    """Sums from 0, changes from where the one before ended, each with its figure; from above to below."""
    last, reached = len(steps.changes) + 1, steps.before
    decimals = _decimals(max(abs(change) for _, change in steps.changes) / unit.factor)
    for place, total in ((0, steps.before), (last, steps.after)):
        axes.barh(place, total / unit.factor, THICK, color=DARK)
        _figure(axes, total / unit.factor, place, _told(total / unit.factor, decimals))
    for place, (_, change) in enumerate(steps.changes, 1):
        values = np.array([reached, reached + change]) / unit.factor
        _connect(axes, values[0], place)
        color = SKY if change > 0 else VERMILION if change < 0 else GREY
        axes.barh(place, change / unit.factor, THICK, left=values[0], color=color, linewidth=0.6, ec=color)
        _figure(axes, float(values.max()), place, _told(change / unit.factor, decimals, "+"))
        reached += change
    _connect(axes, reached / unit.factor, last)
    axes.set_ylim(last + 0.6, -0.6)
    canvas.sideways(axes)


def _connect(axes: "Axes", at: float, place: int) -> None:
    """Lead from the end of one bar to the beginning of the next."""
    axes.plot([at, at], [place - 1 + THICK / 2, place - THICK / 2], color=GREY, linewidth=0.6)


def _decimals(largest: float) -> int:
    """Decimals that show the largest change with three digits."""
    return int(np.clip(2.0 - np.floor(np.log10(largest)), 0.0, 3.0)) if largest > 0 else 1


def _figure(axes: "Axes", at: float, place: int, text: str) -> None:
    axes.annotate(canvas.signed(text), (at, place), (3, 0), textcoords="offset points", va="center", fontsize=SMALL)


def _told(value: float, decimals: int, sign: str = "") -> str:
    """A figure with so many decimals, rounded half up; nothing is 0 without a sign."""
    shown = float(rounded(np.array(value), decimals)) / 10.0**decimals
    return f"{shown:{sign},.{decimals}f}" if shown else "0"


def _break(axes: "Axes", low: float, high: float) -> None:
    """Two white cuts through the sums, which begin at 0, left of what is shown."""
    at = low + 0.02 * (high - low)
    lean = 0.004 * (high - low)
    for place in (0, round(axes.get_ylim()[0] - 0.6)):
        for shift in (0.0, 3.0 * lean):
            axes.plot(
                [at + shift - lean, at + shift + lean], [place + 0.36, place - 0.36], color="white", linewidth=1.6
            )


def _set(axes: "Axes", sheet: Frame, view: View, years: Sequence[int], *titles: str) -> None:
    canvas.entitle(axes, sheet, *titles)
    canvas.label_years(axes, sheet, view.words, years)
    canvas.number_axis(axes.yaxis, whole=False)


def _height(panels: int) -> float:
    return 80.0 if panels == 1 else 60.0
