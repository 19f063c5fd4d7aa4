"""Tables by month of what the event engine paid and had in place: means over its replications."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.arrays import Floats
from simulator.measures import TOTAL
from simulator.report.rounding import decimals_for, rounded
from simulator.report.sheets import Row, Sheet, View
from simulator.results import Run

APRIL = 4
UNITS = {"cash_paid": "million_yen", "in_place": "count"}
"""Unit of each table: money paid to awards in a month, and awards in place at its end."""


class MonthRow(NamedTuple):
    """One figure; `month` is that of the calendar, 4 for April."""

    scenario: str
    fiscal_year: int
    month: int
    programme: str
    award: str
    measure: str
    statistic: str
    value: float
    unit: str


def rows(view: View) -> Iterator[MonthRow]:
    """Every figure of the programmes and years shown, award types before their programme."""
    for run in view.runs:
        for measure, unit in UNITS.items():
            for programme in _programmes(view, run):
                awards = [award for of, award in run.labels.awards if of == programme]
                for award in (*awards, ""):
                    values = _values(run, measure, programme, award)
                    for year in view.years:
                        for month, value in enumerate(values[year - run.years.start].tolist()):
                            when = (year, (month + APRIL - 1) % 12 + 1)
                            yield MonthRow(run.scenario.name, *when, programme, award, measure, "mean", value, unit)


def sheets(view: View) -> Iterator[Sheet]:
    """For each programme shown, years by months: money paid, and awards in place."""
    if any(run.drawn is None or run.drawn.months is None for run in view.runs):
        return
    columns = tuple(view.words("months", str(month)) for month in [*range(APRIL, 13), *range(1, APRIL)])
    if not view.programmes:
        yield Sheet(_title(view, "cash_paid", TOTAL), columns, tuple(_lines(view, "cash_paid", TOTAL)))
    for programme in _programmes(view, view.runs[0]):
        for measure in UNITS:
            yield Sheet(_title(view, measure, programme), columns, tuple(_lines(view, measure, programme)))


def _title(view: View, measure: str, programme: str) -> str:
    return view.words("months", measure, of=view.programme_label(programme))


def _lines(view: View, measure: str, programme: str) -> Iterator[Row]:
    """A row for each year, under the name of each run where there are several."""
    found = [_values(run, measure, programme, "") for run in view.runs if _has(run, programme)]
    decimals = decimals_for([values.ravel() for values in found])
    for run in view.runs if len(view.runs) > 1 else ():
        yield Row(view.name(run), ("",) * 12, 0, "heading")
        yield from _years(view, run, measure, programme, decimals)
    if len(view.runs) == 1:
        yield from _years(view, view.runs[0], measure, programme, decimals)


def _years(view: View, run: Run, measure: str, programme: str, decimals: int) -> Iterator[Row]:
    values = rounded(_values(run, measure, programme, ""), decimals) if _has(run, programme) else None
    for year in view.years:
        if values is not None and year in run.years:
            cells = values[year - run.years.start] / 10**decimals
            told = tuple(f"{value:,.{decimals}f}" for value in cells.tolist())
            yield Row(view.words.year(year), told, int(len(view.runs) > 1))


def _programmes(view: View, run: Run) -> list[str]:
    """Programmes with award types, those that are shown."""
    there = dict.fromkeys(programme for programme, _ in run.labels.awards)
    return [programme for programme in there if not view.programmes or programme in view.programmes]


def _has(run: Run, programme: str) -> bool:
    return programme == TOTAL or programme in {of for of, _ in run.labels.awards}


def _values(run: Run, measure: str, programme: str, award: str) -> Floats:
    """(years shown, 12) of an award type, of a programme (no award) or of all (`total`)."""
    months = run.drawn.months if run.drawn else None
    if months is None:
        return np.empty((0, 12))
    values = months.cash if measure == "cash_paid" else months.in_place
    wanted = [
        place
        for place, (of, name) in enumerate(run.labels.awards)
        if (programme in (TOTAL, of)) and (not award or name == award)
    ]
    first = run.years.start - run.labels.first_year
    by_year: Floats = values[:, wanted].sum(axis=1).reshape(-1, 12)[first : first + len(run.years)]
    return by_year
