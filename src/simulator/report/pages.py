"""Pages of text: what the terminal and Markdown show, rounded so that what is shown adds up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator import tables
from simulator.arrays import Floats
from simulator.labels import Words
from simulator.measures import MEASURES, TOTAL, measure
from simulator.money_flows import PARTNER, STATE, flows_of_money
from simulator.report.rounding import decimals_for, rounded
from simulator.results import Run
from simulator.sources import assumptions

YEARS_ACROSS = 10


@dataclass(frozen=True)
class Line:
    """One row of a sheet; `depth` is its indent, `kind` says how to set it."""

    label: str
    cells: tuple[str, ...]
    depth: int = 0
    kind: str = "value"


@dataclass(frozen=True)
class Sheet:
    """One table of text."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Shown:
    """Whole numbers to show, in units of 10 ** -decimals: one row of each run; None where a run has no such row."""

    label: str
    depth: int
    decimals: int
    rows: tuple[Floats | None, ...]


@dataclass(frozen=True)
class View:
    """What is asked to be shown: runs, what they differ from, the words, which programmes and years."""

    runs: tuple[Run, ...]
    reference: Run | None
    words: Words
    programmes: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    @property
    def compared(self) -> tuple[Run, ...]:
        """All runs whose figures are needed, the one that differences are taken from first."""
        others = tuple(run for run in self.runs if run is not self.reference)
        return (self.reference, *others) if self.reference else self.runs

    def name(self, run: Run) -> str:
        """A scenario's name on the page: its Japanese label on a Japanese page, else its id."""
        label = run.scenario.document.label.ja if self.words.language == "ja" else None
        return label or run.scenario.name

    def programme_label(self, programme: str) -> str:
        """Name of a programme for people."""
        if programme == TOTAL:
            return self.words("page", "all_programmes")
        for run in self.compared:
            if programme in run.scenario.document.programmes:
                return self.words.label(run.scenario.document.programmes[programme].label, programme)
        return programme


def heading(view: View) -> list[str]:
    """What the page is about: each scenario with its purpose, and what it stands beside."""
    lines = []
    for run in view.runs:
        document = run.scenario.document
        name = view.words.label(document.label, document.name or run.scenario.name)
        title = name if name == run.scenario.name else f"{name} ({run.scenario.name})"
        if len(view.runs) == 1 and view.reference:
            title = view.words("page", "beside", name=title, reference=view.name(view.reference))
        lines.append(" ".join([title, *(f"--set {setting}" for setting in run.scenario.settings)]))
        if document.description:
            lines.append(document.description)
    return lines


def planners_page(view: View) -> list[Sheet]:
    """Selected and supported by programme, then money: the answer a planner asks for first."""
    sheets = [
        *_sheets(view, view.words("page", "selected"), _counts(view, "selected")),
        *_where_any(view, "promoted", usual=0.0),
        *_sheets(view, view.words("page", "supported"), _counts(view, "supported")),
        *_where_any(view, "extended", usual=0.0),
        *_where_any(view, "real_value", usual=1.0),
    ]
    for programme in view.programmes or (TOTAL,):
        title = view.words("page", "money", of=view.programme_label(programme))
        sheets += _sheets(view, title, _money(view, programme))
    return sheets


def measure_page(view: View, names: Sequence[str]) -> list[Sheet]:
    """One table for each measure asked for."""
    sheets: list[Sheet] = []
    for name in names:
        unit = view.words.sections["units"].get(measure(name).unit, measure(name).unit)
        title = view.words("page", "measure", measure=view.words.measure(name), unit=unit)
        sheets += _sheets(view, title, _counts(view, name))
    return sheets


def flows_page(view: View) -> list[Sheet]:
    """Money from the state to award types: one line for each flow, what flows out of a node indented below it."""
    found = [{flow[:2]: flow.values for flow in flows_of_money(run, view.programmes)} for run in view.compared]
    rows = []
    for ends in dict.fromkeys(ends for flows in found for ends in flows):
        values = [flows.get(ends) for flows in found]
        if any(row is not None and row.any() for row in values):
            depth = 0 if ends[0] == STATE else 1 if ends[1] in view.compared[0].labels.programmes else 2
            shown = tuple(None if row is None else rounded(row, 1) for row in values)
            rows.append(Shown(_ends(view, *ends), depth, 1, shown))
    return list(_sheets(view, view.words("page", "flows"), iter(rows)))


def _ends(view: View, source: str, target: str) -> str:
    """A flow in words: from where to where."""
    return view.words("page", "flow", source=_node(view, source), target=_node(view, target))


def _node(view: View, name: str) -> str:
    programme, _, award = name.partition(".")
    if name in (STATE, PARTNER):
        return view.words("page", name)
    if name in MEASURES:
        return view.words.measure(name)
    return _label(view, programme, award)


def _where_any(view: View, name: str, *, usual: float) -> Iterator[Sheet]:
    """A measure of the award types for which some run shows anything but the usual figure."""
    awards = dict.fromkeys(names for run in view.compared for names in run.labels.awards)
    rows = []
    for programme, award in awards:
        if view.programmes and programme not in view.programmes:
            continue
        values = [
            run.of(name, programme, award)[:, 0] if (programme, award) in run.labels.awards else None
            for run in view.compared
        ]
        there = [row for row in values if row is not None]
        if any((row != usual).any() for row in there):
            decimals = decimals_for(there)
            shown = tuple(None if row is None else rounded(row, decimals) for row in values)
            label = f"{view.programme_label(programme)}: {_label(view, programme, award)}"
            rows.append(Shown(label, 0, decimals, shown))
    yield from _sheets(view, view.words("page", name), iter(rows))


def _counts(view: View, name: str) -> Iterator[Shown]:
    """Rows of one measure: programmes, with their award types where programmes were named or nothing adds up."""
    wanted = view.programmes or None
    lines = [{line[:2]: line.values for line in tables.series(run, [name], wanted)} for run in view.compared]
    order = {programme: place for place, (programme, _) in enumerate(key for found in lines for key in found)}
    keys = sorted(dict.fromkeys(key for found in lines for key in found), key=lambda key: (order[key[0]], key[1] != ""))
    summed = {programme for programme, award in keys if not award}
    for programme, award in keys:
        types = [a for p, a in keys if p == programme and a]
        if (award and not wanted and programme in summed) or (not award and wanted and len(types) == 1):
            continue
        values = [found.get((programme, award)) for found in lines]
        decimals = decimals_for([row for row in values if row is not None])
        rows = tuple(None if row is None else rounded(row, decimals) for row in values)
        depth = 1 if award and programme in summed and len(types) > 1 else 0
        yield Shown(_marked(view, name, programme, award, types), depth, decimals, rows)


def _marked(view: View, name: str, programme: str, award: str, types: Sequence[str]) -> str:
    """Label of a row, marked where an outcome rests on an assumption."""
    label = _label(view, programme, award)
    of = [award] if award else types
    if any(assumptions(run.scenario, name, programme, each) for run in view.compared for each in of):
        return f"{label} ({view.words('page', 'assumed')})"
    return label


def _label(view: View, programme: str, award: str) -> str:
    label = view.programme_label(programme)
    if not award:
        return label
    for run in view.compared:
        awards = run.scenario.document.programmes.get(programme)
        if awards and award in awards.awards:
            return view.words.label(awards.awards[award].label, award)
    return award


def _money(view: View, programme: str) -> Iterator[Shown]:
    """Budget to shortfall of one programme or of all, each year's figures adding up as they are shown."""
    found = [run if programme in (*run.labels.programmes, TOTAL) else None for run in view.compared]
    budgets = [run.of("budget", programme)[:, 0] for run in found if run]
    decimals = 0 if max((float(row.max(initial=0.0)) for row in budgets), default=0.0) >= 1000 else 1
    accounts = [_account(run, programme, decimals) if run else None for run in found]
    parts = {"fixed_costs", "commitments", "spend_new", "carried_out", "returned"}
    for name in next(account for account in accounts if account):
        rows = tuple(account[name] if account else None for account in accounts)
        yield Shown(view.words.measure(name), 1 if name in parts else 0, decimals, rows)


def _account(run: Run, programme: str, decimals: int) -> dict[str, Floats]:
    """Whole numbers with budget + carried_in + shortfall = spend + unspent, and the parts of the last two."""

    def of(name: str) -> Floats:
        return run.of(name, programme)[:, 0]

    budget, shortfall = rounded(of("budget"), decimals), rounded(of("shortfall"), decimals)
    carried_in, carried_out = rounded(of("carried_in"), decimals), rounded(of("carried_out"), decimals)
    returned = rounded(of("returned"), decimals)
    unspent = carried_out + returned
    spend = budget + carried_in + shortfall - unspent
    fixed, commitments, new = (
        rounded(of("fixed_costs"), decimals),
        rounded(of("commitments"), decimals),
        of("spend_new"),
    )
    rest = spend - fixed - commitments
    commitments = np.where(new > 0, commitments, commitments + rest)  # what rounding leaves falls on what varies most
    new = np.where(new > 0, rest, 0.0)
    return {
        "budget": budget,
        "carried_in": carried_in,
        "required_budget": rounded(of("required_budget"), decimals),
        "spend": spend,
        "fixed_costs": fixed,
        "commitments": commitments,
        "spend_new": new,
        "unspent": unspent,
        "carried_out": carried_out,
        "returned": returned,
        "shortfall": shortfall,
        "outyear_commitments": rounded(of("outyear_commitments"), decimals),
    }


def _sheets(view: View, title: str, rows: Iterator[Shown]) -> Iterator[Sheet]:
    """The rows as sheets of at most ten years."""
    shown = list(rows)
    if not shown:
        return
    years = [year for year in view.runs[0].years if not view.years or year in view.years]
    for start in range(0, len(years), YEARS_ACROSS):
        across = years[start : start + YEARS_ACROSS]
        lines = tuple(line for row in shown for line in _lines(view, row, across))
        yield Sheet(title, tuple(view.words.year(year) for year in across), lines)


def _lines(view: View, shown: Shown, years: Sequence[int]) -> Iterator[Line]:
    """One row of each run, each followed by its difference from the reference."""
    by_run = {id(run): row for run, row in zip(view.compared, shown.rows, strict=True)}
    reference = by_run.get(id(view.reference))
    several = len(view.runs) > 1
    if several:
        yield Line(shown.label, ("",) * len(years), shown.depth, "heading")
    for run in view.runs:
        row = by_run[id(run)]
        if row is None:
            continue
        places = [year - run.years.start for year in years]
        cells = tuple(_number(row, place, shown.decimals) for place in places)
        depth = shown.depth + several
        yield Line(view.name(run) if several else shown.label, cells, depth)
        if view.reference is not None and run is not view.reference and reference is not None:
            offset = run.years.start - view.reference.years.start
            change = [_change(row, place, reference, place + offset, shown.decimals) for place in places]
            label = view.words("page", "difference", reference=view.name(view.reference))
            yield Line(label, tuple(change), depth + 1, "difference")


def _number(row: Floats, place: int, decimals: int) -> str:
    if not 0 <= place < len(row) or np.isnan(row[place]):
        return ""
    return f"{row[place] / 10**decimals:,.{decimals}f}"


def _change(row: Floats, place: int, reference: Floats, other: int, decimals: int) -> str:
    if not _number(row, place, decimals) or not _number(reference, other, decimals):
        return ""
    change = (row[place] - reference[other]) / 10**decimals
    return f"{change:+,.{decimals}f}" if change else "0"
