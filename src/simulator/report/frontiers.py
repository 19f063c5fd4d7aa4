"""The chart of a frontier: two aims on one panel, three on a panel for each pair of them."""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from simulator import model
from simulator.aims import Term
from simulator.arrays import Floats
from simulator.measures import measure
from simulator.report import canvas
from simulator.report.canvas import SMALL, Frame, Key, Unit
from simulator.report.charts import names_of, source
from simulator.report.palette import BLACK, BLUE, sequence
from simulator.report.sheets import View, full_label
from simulator.trade_offs import Frontier

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from simulator.labels import Words

MOST_NUMBERS = 12
"""Plans that still have room for their numbers."""


def draw(found: Frontier, words: "Words", *, width: float) -> "Figure":
    """The plans of a frontier and the scenario as it is, to be drawn and saved within `canvas.styled`."""
    scenario = found.plans[0].scenario
    view = View(model.run(scenario, measures=["budget"]).runs, None, words)
    units = [_unit(view, term, found.values[:, at]) for at, term in enumerate(found.terms)]
    pairs = list(combinations(range(len(found.terms)), 2))
    sheet = canvas.frame(len(pairs), canvas.across(len(pairs), width), width=width, height=_height(len(pairs)))
    factors = np.array([unit.factor for unit in units])
    values, here = found.values / factors, found.own / factors
    colors = [BLUE] * len(found.plans) if len(pairs) == 1 else sequence(len(found.plans))
    for axes, pair in zip(sheet.panels, map(list, pairs), strict=True):
        if len(pairs) == 1:
            axes.plot(*values.T, color=BLUE, linewidth=1.0, zorder=2)
        _points(axes, values[:, pair], colors)
        axes.plot(*here[pair], marker="x", markersize=5.5, color=BLACK, linestyle="", zorder=4)
        _name(axes, sheet, [_label(view, found.terms[at], units[at]) for at in pair])
    years = view.runs[0].years
    ends = {**words.years(years[0], "first"), **words.years(years[-1], "last")}
    canvas.finish(sheet, words("trade", "title", **ends), _keys(view, found, colors), source(view), "")
    return sheet.figure


def _points(axes: "Axes", values: Floats, colors: Sequence[str]) -> None:
    """The plans, values (n, 2), with their numbers where there is room."""
    for number, ((x, y), color) in enumerate(zip(values.tolist(), colors, strict=True), 1):
        axes.plot([x], [y], marker="o", markersize=4.5, color=color, linestyle="", zorder=3)
        if len(values) <= MOST_NUMBERS:
            axes.annotate(f"{number}", (x, y), (3, 3), textcoords="offset points", fontsize=SMALL)
    axes.margins(0.1)


def _name(axes: "Axes", sheet: Frame, labels: Sequence[str]) -> None:
    """Name both axes, each in lines that fit beside it."""
    axes.grid(visible=True, axis="both")
    axes.set_xlabel(canvas.wrapped(labels[0], sheet.panel_width))
    axes.set_ylabel(canvas.wrapped(labels[1], sheet.height - 8.0))
    for axis in (axes.xaxis, axes.yaxis):
        canvas.number_axis(axis, whole=False)


def _of(view: View, term: Term) -> str:
    """What an aim is of, for people, its weight before it."""
    of = full_label(view, term.programme, term.award) if term.award else view.programme_label(term.programme)
    year = f" {view.words.year(term.year)}" if term.year else ""
    weight = "" if term.weight == 1.0 else f"{canvas.signed(f'{term.weight:g}')} × "
    return f"{weight}{of}: {view.words.measure(term.measure)}{year}"


def _label(view: View, term: Term, unit: Unit) -> str:
    return view.words("plot", "axis", measure=_of(view, term), unit=unit.name)


def _unit(view: View, term: Term, values: Floats) -> Unit:
    return canvas.unit_of(view.words, measure(term.measure).unit, float(np.abs(values).max()))


def _keys(view: View, found: Frontier, colors: Sequence[str]) -> list[Key]:
    keys = [(_mark("x", BLACK), view.words("trade", "own", scenario=names_of(view)[0]))]
    first = _of(view, found.terms[0])
    if len(found.terms) == 2:
        return [(_mark("o", BLUE), view.words("trade", "plans", aim=first)), *keys]
    ends = ((colors[0], "most"), (colors[-1], "least"))
    return [*((_mark("o", color), view.words("trade", key, aim=first)) for color, key in ends), *keys]


def _mark(marker: str, color: str) -> "Line2D":
    from matplotlib.lines import Line2D

    return Line2D([], [], marker=marker, color=color, linestyle="", markersize=5.0)


def _height(panels: int) -> float:
    return 85.0 if panels == 1 else 60.0
