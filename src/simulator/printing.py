"""What a run prints: the page or the rows that were asked for, and its warnings in words."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import journals
from simulator.console import say, show_page, show_rows
from simulator.errors import RequestError
from simulator.options import Format, Table

if TYPE_CHECKING:
    from simulator.arrays import Labels
    from simulator.conditions import Condition
    from simulator.draws import Progress, Sampled
    from simulator.events.crew import Journals
    from simulator.labels import Words
    from simulator.report.sheets import Sheet, View
    from simulator.results import Run
    from simulator.suspicions import Warned
    from simulator.tables import Line


def require_known(measures: Sequence[str], runs: "Sequence[Run]") -> None:
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


@dataclass(frozen=True)
class Singles:
    """What is asked of single awards: tables by month, a journal of their events, so many processes (0 for all)."""

    monthly: bool = False
    journal: str = ""
    workers: int = 0

    def require(self, sampled: "Sampled | None") -> None:
        """RequestError where only the event engine could answer, or where the journal cannot be written."""
        if sampled is None or sampled.engine != "events":
            asked = {"--monthly": self.monthly, "--events-log": self.journal, "--workers": self.workers}
            for option in (option for option, given in asked.items() if given):
                raise RequestError(f"{option} is of single awards: add --engine events")
        if self.journal:
            journals.require_writable(Path(self.journal))

    @contextmanager
    def collected(self, scenarios: int, programmes: tuple[str, ...]) -> "Iterator[Journals | None]":
        """Where journals of the first scenarios are collected, if they are wanted."""
        if not self.journal:
            yield None
            return
        from simulator.events.crew import Journals

        with journals.collected(Path(self.journal)) as folder:
            yield Journals(folder, scenarios, programmes)

    def write(self, kept: "Journals | None", runs: "Sequence[Run]") -> None:
        """Write the journal, of replications that were all made."""
        if kept is None:
            return
        if all(run.drawn is None or run.drawn.done == run.drawn.sampled.draws for run in runs):
            journals.write(Path(self.journal), kept.folder)
        else:
            say(f"{self.journal}: nothing was written, since not all replications were made")


@dataclass(frozen=True)
class Page:
    """What of runs is shown, and how."""

    words: "Words"
    format: Format
    measures: tuple[str, ...]
    table: Table | None
    programmes: tuple[str, ...]
    years: str
    differences: bool
    saves: bool = False
    singles: Singles = Singles()

    def view(self, runs: "Sequence[Run]", beside: "Run | None") -> "View":
        """The view of runs; RequestError where a programme or a year is not there."""
        from simulator import quantities
        from simulator.report.sheets import View

        reference = beside or (runs[0] if len(runs) > 1 else None)
        known = dict.fromkeys(programme for run in runs for programme in run.labels.programmes)
        for programme in self.programmes:
            if programme not in known:
                raise RequestError(f"{programme}: no such programme; there are {', '.join(known)}")
        shown = runs[0].years
        first, last = quantities.years(self.years) if self.years else (shown.start, shown.stop - 1)
        if first not in shown or last not in shown:
            text = f"{runs[0].scenario.name} shows FY{shown.start} to FY{shown.stop - 1}"
            raise RequestError(f"--years {self.years}: {text}")
        return View(tuple(runs), reference, self.words, self.programmes, tuple(range(first, last + 1)))

    def show(self, runs: "Sequence[Run]", beside: "Run | None") -> None:
        """Print the planners' page, or the measures or the table that were asked for."""
        from simulator import money_flows, tables
        from simulator.report import months, pages
        from simulator.results import Result

        view = self.view(runs, beside)
        if self.format.for_people:
            show_page(pages.heading(view), self.sheets(view), self.format)
        elif self.table is Table.FLOWS and (self.measures or self.differences):
            raise RequestError("--table flows stands alone in csv and json: leave out --measure and --differences")
        elif self.singles.monthly and (self.table or self.measures or self.differences):
            raise RequestError("--monthly stands alone in csv and json: leave out --table, --measure, --differences")
        elif self.singles.monthly:
            show_rows(list(months.rows(view)), self.format, header=months.MonthRow._fields)
        elif self.table is Table.FLOWS:
            flows = [row for run in runs for row in money_flows.rows(run, view.programmes, view.years)]
            show_rows(flows, self.format, header=money_flows.FlowRow._fields)
        else:
            result, reference = Result(view.runs), view.reference if self.differences else None
            names, programmes = self.measures or None, self.programmes or None
            rows = tables.rows(result, names=names, programmes=programmes, years=view.years, reference=reference)
            show_rows(list(rows), self.format, header=tables.Row._fields)

    def lines(self, runs: "Sequence[Run]", beside: "Run | None") -> "tuple[tuple[Line, ...], ...]":
        """Lines of each run, and of what it stands beside, that the page and its warnings need."""
        from simulator import tables
        from simulator.asking import lines_asked

        there = [*runs, *([beside] if beside else [])]
        if self.format.for_people or self.table:

            def use(noting: "Sequence[Run]") -> None:
                view = self.view(noting[: len(runs)], noting[-1] if beside else None)
                self.sheets(view)
                list(warnings(self, view.runs, None))
                if self.saves:
                    from simulator.report.tabled import tables_of

                    tables_of(view)

            return lines_asked(there, use)
        asked = [(run.labels, self.measures or None, self.programmes or None) for run in there]
        return tuple(tuple(dict.fromkeys((*tables.lines(*each), *_always(each[0])))) for each in asked)

    def drawn(
        self,
        runs: "Sequence[Run]",
        beside: "Run | None",
        sampled: "Sampled",
        conditions: "Sequence[Condition]",
        progress: "Progress",
    ) -> "tuple[Sequence[Run], Run | None]":
        """The same runs over draws, reduced to what the page shows; where all is saved, to every line."""
        from simulator import draws, tables
        from simulator.figures import Wanted

        there = [*runs, *([beside] if beside else [])]
        reference = len(runs) if beside else 0 if len(runs) > 1 else None
        lines: Sequence[tuple[Line, ...]] = self.lines(runs, beside)
        shown = frozenset(line for of_run in lines for line in of_run)
        if self.saves:
            every = [tables.lines(run.labels) for run in there]
            lines = [tuple(dict.fromkeys((*each, *more))) for each, more in zip(lines, every, strict=True)]
        scenarios, told = [run.scenario for run in there], tuple(dict.fromkeys(conditions))
        with self.singles.collected(len(runs), self.programmes) as kept:
            wanted = Wanted(tuple(lines), told, reference, shown, self.singles.monthly, kept)
            threads, block = self.singles.workers or draws.processors(), draws.block_of(len(there), every=self.saves)
            made = draws.draw(scenarios, sampled, wanted, block=block, threads=threads, progress=progress)
            self.singles.write(kept, made)
        return made[: len(runs)], made[-1] if beside else None

    def sheets(self, view: "View") -> "list[Sheet]":
        """The tables of the page."""
        from simulator.report import months, pages

        by_month = [*months.sheets(view)] if self.singles.monthly else []
        asked = pages.measure_page(view, self.measures) if self.measures else []
        asked += pages.flows_page(view) if self.table is Table.FLOWS else []
        return [*(asked or pages.planners_page(view)), *(pages.chances(view) if asked else []), *by_month]


def held(conditions: "Sequence[Condition]", runs: "Sequence[Run]", words: "Words") -> Iterator[str]:
    """A line for each condition that holds in some run, of draws in some draw."""
    for condition in conditions:
        for run in runs:
            chances = run.drawn.chances if run.drawn else ()
            share = next((each.any.mean[0] for each in chances if each.condition == condition), 0.0)
            told = {"scenario": run.scenario.title, "condition": condition.text}
            if share > 0:
                yield words("warnings", "chance", **told, share=f"{share:.2%}")
            elif not run.drawn and (met := condition.first_year(run)):
                yield words("warnings", "holds", **told, year=met[0], value=f"{met[1]:,.6g}")


def warnings(page: Page, runs: "Sequence[Run]", beside: "Run | None") -> Iterator[str]:
    """What a planner should know of the runs, a line each."""
    from simulator import comparison
    from simulator.measures import MEASURES

    shown = page.measures or (() if page.format.for_people else MEASURES)
    view = page.view(runs, beside)
    for warned in comparison.warnings(tuple(runs), beside, shown):
        yield f"warning: {_told(view, warned)}"
    for run in runs[:1]:
        if run.drawn and run.drawn.done < run.drawn.sampled.draws:
            done, draws = f"{run.drawn.done:,}", f"{run.drawn.sampled.draws:,}"
            yield page.words("warnings", "interrupted", done=done, draws=draws)


def _always(labels: "Labels") -> "list[Line]":
    """Lines that warnings need."""
    from simulator.tables import Line

    return [Line(programme, "", "shortfall") for programme in labels.programmes]


def _told(view: "View", warned: "Warned") -> str:
    """A warning in the words of the view."""
    values = dict(warned.values)
    if "years" in values:
        values["years"] = view.words("report", "comma").join(view.words.year(year) for year in values["years"])
        values["programme"] = view.programme_label(values["programme"])
    return replace(warned, values=values).told(view.words)
