"""What a run prints: the page or the rows that were asked for, and its warnings in words."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from simulator.console import deliver
from simulator.errors import RequestError
from simulator.options import Format, Table

if TYPE_CHECKING:
    from simulator.labels import Words
    from simulator.money_flows import FlowRow
    from simulator.report.sheets import View
    from simulator.results import Run
    from simulator.suspicions import Warned
    from simulator.tables import Row


def require_known(measures: Sequence[str], runs: "tuple[Run, ...]") -> None:
    """Raise RequestError for a measure that no run has."""
    import numpy as np

    from simulator.measures import UNIT_PRICE, measure

    for name in measures:
        measure(name)
        there = [run.measures[name] for run in runs if name in run.measures]
        if not there:
            kind = "cost component" if name.startswith(UNIT_PRICE) else "destination"
            raise RequestError(f"{name}: no award type has such a {kind}")
        if all(np.isnan(values).all() for values in there):
            raise RequestError(f"{name}: no award type says what it needs; `simulate sources` lists what is given")


def view_of(
    runs: "tuple[Run, ...]", beside: "Run | None", spoken: "Words", programmes: Sequence[str], years: str
) -> "View":
    """The view of runs that was asked for; RequestError where a programme or a year is not there."""
    from simulator import quantities
    from simulator.report.sheets import View

    reference = beside or (runs[0] if len(runs) > 1 else None)
    known = dict.fromkeys(programme for run in runs for programme in run.labels.programmes)
    for programme in programmes:
        if programme not in known:
            raise RequestError(f"{programme}: no such programme; there are {', '.join(known)}")
    first, last = quantities.years(years) if years else (runs[0].years.start, runs[0].years.stop - 1)
    shown = runs[0].years
    if first not in shown or last not in shown:
        raise RequestError(f"--years {years}: {runs[0].scenario.name} shows FY{shown.start} to FY{shown.stop - 1}")
    return View(runs, reference, spoken, tuple(programmes), tuple(range(first, last + 1)))


def page(view: "View", form: Format, measures: Sequence[str], table: Table | None, *, differences: bool) -> None:
    """Print the planners' page, the measures or the table that was asked for."""
    from simulator import money_flows, tables
    from simulator.report import markdown, pages, terminal
    from simulator.results import Result

    if form in (Format.TABLE, Format.MARKDOWN):
        writer = terminal.write if form is Format.TABLE else markdown.write
        asked = pages.measure_page(view, measures) if measures else []
        asked += pages.flows_page(view) if table is Table.FLOWS else []
        deliver(partial(writer, pages.heading(view), asked or pages.planners_page(view)))
    elif table is Table.FLOWS and (measures or differences):
        raise RequestError("--table flows stands alone in csv and json: leave out --measure and --differences")
    elif table is Table.FLOWS:
        flows = [row for run in view.runs for row in money_flows.rows(run, view.programmes, view.years)]
        _rows(flows, form, header=money_flows.FlowRow._fields)
    else:
        names, programmes = measures or None, view.programmes or None
        reference = view.reference if differences else None
        rows = tables.rows(Result(view.runs), names=names, programmes=programmes, years=view.years, reference=reference)
        _rows(list(rows), form, header=tables.Row._fields)


def _rows(rows: "Sequence[Row | FlowRow]", form: Format, *, header: Sequence[str]) -> None:
    from simulator.report import machine

    csv = partial(machine.write_csv, rows, header=header)
    deliver(csv if form is Format.CSV else partial(machine.write_json, rows))


def warning(view: "View", warned: "Warned") -> str:
    """A warning in the words of the view."""
    values = dict(warned.values)
    if "years" in values:
        values["years"] = ", ".join(view.words.year(year) for year in values["years"])
        values["programme"] = view.programme_label(values["programme"])
    return replace(warned, values=values).told(view.words)
