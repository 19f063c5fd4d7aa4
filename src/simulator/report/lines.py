"""Charts of lines over the years: awards beside those of the parent, and ranges of draws."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.arrays import Floats
from simulator.report import canvas, charted
from simulator.report.canvas import Frame, Key, Unit
from simulator.report.palette import BLACK, BLUE, GREEN, INNER, ORANGE, OUTER, PURPLE, SKY, VERMILION
from simulator.report.sheets import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

REFERENCE: dict[str, Any] = {"color": BLACK, "linestyle": (0, (4, 2)), "linewidth": 1.0, "marker": "", "zorder": 4}
"""What others are compared with: on top, so that it shows where they are alike."""

LINES: tuple[dict[str, Any], ...] = tuple(
    {"color": color, "linestyle": line, "linewidth": 1.5, "marker": marker, "markersize": 3.0}
    for color, line, marker in (
        (BLUE, "-", "o"),
        (VERMILION, "-.", "s"),
        (GREEN, ":", "^"),
        (PURPLE, (0, (6, 1)), "D"),
        (ORANGE, (0, (3, 1, 1, 1, 1, 1)), "v"),
        (SKY, (0, (1, 1)), "P"),
    )
)
"""Colours, dashes and marks, any one of which tells the scenarios apart."""

MEDIAN: dict[str, Any] = {"color": BLUE, "linewidth": 1.5}
MEAN: dict[str, Any] = {"color": BLUE, "linestyle": "", "marker": "o", "markersize": 2.6, "markerfacecolor": "white"}

Bands = dict[str, Floats]
"""Statistics by name, (Y,) each."""


def awards(view: View, names: Sequence[str], measure: str, *, width: float) -> tuple[Frame, list[Key], Unit]:
    """One panel a programme, each on its own scale from 0, all scenarios in it."""
    panels, years = charted.panels(view, measure), charted.years_of(view)
    found = [[charted.values(run, panel.line, years) for run in view.compared] for panel in panels]
    unit = canvas.unit_of(view.words, charted.unit(measure), _largest([row for rows in found for row in rows]))
    sheet = canvas.frame(len(panels), canvas.across(len(panels), width), width=width, height=_height(len(panels)))
    styles = [REFERENCE if run is view.reference else {} for run in view.compared]
    own = iter(LINES * len(styles))
    styles = [style or next(own) for style in styles]
    for axes, panel, rows in zip(sheet.panels, panels, found, strict=True):
        for row, style in zip(rows, styles, strict=True):
            if row is not None:
                axes.plot(years, row / unit.factor, **style)
        _set(axes, sheet, view, unit, panel.label)
        canvas.stand_on_zero([axes])
    return sheet, [(_sample(style), name) for style, name in zip(styles, names, strict=True)], unit


def fan(view: View, names: Sequence[str], measure: str, *, width: float) -> tuple[Frame, list[Key], Unit]:
    """Bands in which half and nine tenths of the draws lie: a row of panels a programme, scenarios side by side."""
    panels, years = charted.panels(view, measure), charted.years_of(view)
    beside = view.reference if view.reference not in view.runs else None
    several = len(view.runs) > 1
    rows = [(panel, run) for panel in panels for run in view.runs]
    found = [charted.ranges(run, panel.line, years) for panel, run in rows]
    largest = _largest([values for bands in found if bands for values in bands.values()])
    unit = canvas.unit_of(view.words, charted.unit(measure), largest)
    columns = len(view.runs) if several else canvas.across(len(panels), width)
    sheet = canvas.frame(len(rows), columns, width=width, height=_height(len(rows)), share="row" if several else "none")
    named = dict(zip(map(id, view.compared), names, strict=True))
    for axes, (panel, run), bands in zip(sheet.panels, rows, found, strict=True):
        if bands:
            _bands(axes, years, {name: values / unit.factor for name, values in bands.items()})
        other = charted.values(beside, panel.line, years) if beside else None
        if other is not None:
            axes.plot(years, other / unit.factor, **REFERENCE)
        above = [named[id(run)]] if several and panel is panels[0] else []
        _set(axes, sheet, view, unit, *above, panel.label)
    across = len(view.runs) if several else 1
    for start in range(0, len(rows), across):
        canvas.stand_on_zero(sheet.panels[start : start + across])
    keys = _fan_keys(view, None if beside is None else named[id(beside)])
    return sheet, keys, unit


def _bands(axes: "Axes", years: Sequence[int], bands: Bands) -> None:
    axes.fill_between(years, bands["p05"], bands["p95"], color=OUTER, linewidth=0.0)
    axes.fill_between(years, bands["p25"], bands["p75"], color=INNER, linewidth=0.0)
    axes.plot(years, bands["p50"], **MEDIAN)
    axes.plot(years, bands["mean"], **MEAN)


def _fan_keys(view: View, beside: str | None) -> list[Key]:
    from matplotlib.patches import Patch

    keys: list[Key] = [
        (_sample(MEDIAN), view.words("plot", "median")),
        (_sample(MEAN), view.words("plot", "mean")),
        (Patch(color=INNER), view.words("plot", "inner")),
        (Patch(color=OUTER), view.words("plot", "outer")),
    ]
    if beside is not None:
        keys.append((_sample(REFERENCE), view.words("plot", "mean_of", scenario=beside)))
    return keys


def _sample(style: dict[str, Any]) -> "Line2D":
    from matplotlib.lines import Line2D

    return Line2D([], [], **style)


def _set(axes: "Axes", sheet: Frame, view: View, unit: Unit, *titles: str) -> None:
    canvas.entitle(axes, sheet, *titles)
    canvas.label_years(axes, sheet, view.words, charted.years_of(view))
    canvas.number_axis(axes.yaxis, whole=unit.whole)


def _largest(rows: Sequence[Floats | None]) -> float:
    figures = [row for row in rows if row is not None]
    return float(np.nanmax(np.abs(np.concatenate(figures)), initial=0.0)) if figures else 0.0


def _height(panels: int) -> float:
    return 70.0 if panels == 1 else 44.0
