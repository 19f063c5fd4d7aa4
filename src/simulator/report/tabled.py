"""Tables of figures in full, by run and year, and which of them are sums of others: nothing is set as cells here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from simulator.arrays import Floats
from simulator.errors import RequestError
from simulator.labels import Words
from simulator.measures import MILLION_YEN, RATIO, TOTAL, measure
from simulator.report.pages import Block, awards_blocks, margin, money_block
from simulator.report.sheets import RANGE, Shown, View
from simulator.results import Chance, Run
from simulator.statistics import Statistics
from simulator.tables import Line

Kind = Literal["value", "range", "difference", "check", "chance"]

BALANCE = {"budget": 1, "carried_in": 1, "shortfall": 1, "spend": -1, "carried_out": -1, "returned": -1}
"""What a programme has less what becomes of it: 0 in every year."""

UNSPENT = ("carried_out", "returned")


class Term(NamedTuple):
    """A row that a formula adds (`sign` 1) or takes away (-1); of this table where none is named."""

    row: int
    sign: int = 1
    table: str = ""


@dataclass(frozen=True)
class Row:
    """One row: figures by column, None where there is none.

    Attributes
    ----------
    label : name of the line, on its first row alone
    name : scenario, quantile or difference that the figures are of
    line, run : what they are, and the place of their run among those compared
    terms : rows that they are the sum of, none where they stand for themselves
    alike : columns whose difference is not distinguishable from none

    """

    label: str
    name: str
    depth: int
    kind: Kind
    figures: tuple[float | None, ...]
    decimals: int
    line: Line | None = None
    run: int = 0
    terms: tuple[Term, ...] = ()
    alike: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Table:
    """One sheet of figures: `key` names it in formulas, `tab` and `title` for people."""

    key: str
    tab: str
    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @cached_property
    def places(self) -> Mapping[tuple[Line | None, int], int]:
        """Where the figures of a line of a run stand."""
        return {(row.line, row.run): place for place, row in enumerate(self.rows) if row.kind == "value"}


def tables_of(view: View) -> list[Table]:
    """The tables of the planners' page, money of every programme, and the chances that were asked about."""
    awards = [_with_sums(_table(view, block)) for block in awards_blocks(view)]
    known = dict.fromkeys(name for run in view.compared for name in run.labels.programmes)
    programmes = view.programmes or tuple(known)
    money = [_balanced(view, _table(view, money_block(view, programme))) for programme in programmes]
    if not view.programmes:
        total = _balanced(view, _table(view, money_block(view, TOTAL)))
        money.insert(0, _summed(total, money))
    return [*awards, *money, *_chances(view)]


def years_of(view: View) -> list[int]:
    """Fiscal years across."""
    return [year for year in view.runs[0].years if not view.years or year in view.years]


def heading(words: Words, year: int) -> str:
    """A fiscal year as budget documents head their columns."""
    return words("workbook", "year", **words.years(year))


def _table(view: View, block: Block) -> Table:
    name = block.name
    unit = MILLION_YEN if name == "money" else measure(name).unit
    of = view.programme_label(block.programme) if block.programme else ""
    rows: list[Row] = []
    for shown in block.rows:
        rows += _rows(view, shown if unit != RATIO else replace(shown, decimals=3), len(rows))
    return Table(
        key=f"{name}.{block.programme}" if block.programme else name,
        tab=view.words("workbook", name, of=of),
        title=block.title,
        unit=view.words("units", unit),
        columns=tuple(heading(view.words, year) for year in years_of(view)),
        rows=tuple(rows),
    )


def _rows(view: View, shown: Shown, first: int) -> list[Row]:
    """Rows of one line from row `first` on: each run with its quantiles and its difference from the reference."""
    rows: list[Row] = []
    line, depth, decimals, reference = shown.line, shown.depth, shown.decimals, None
    if line is None:
        return rows
    for place, (run, there) in enumerate(zip(view.compared, shown.rows, strict=True)):
        if there is None:
            continue
        label = "" if rows else shown.label
        plain = Row(label, _named(view, run), depth, "value", (), decimals, line, place)
        own = first + len(rows)
        figures = _figures(view, run, _values(run, line))
        rows.append(replace(plain, figures=figures))
        if run is view.reference:
            reference = own, figures
        if _shown(view, run):
            rows += _quantiles(view, run, plain)
        if reference and run is not view.reference:
            rows.append(_difference(view, run, plain, (own, figures), reference))
    return rows


def _shown(view: View, run: Run) -> bool:
    """Whether a run was asked for, and does not only stand beside."""
    return any(run is each for each in view.runs)


def _named(view: View, run: Run) -> str:
    return view.words("workbook", "mean", scenario=view.name(run)) if run.drawn else view.name(run)


def _values(run: Run, line: Line) -> Floats:
    """A line over the years, (Y,)."""
    found = run.statistics(line)
    if found is not None:
        return found.mean
    if run.drawn:
        raise RequestError(f"{'.'.join(line)} was not drawn: a workbook needs the lines that `asks` asks for")
    return run.of(line.measure, line.programme, line.award)[:, 0]


def _figures(view: View, run: Run, values: Floats) -> tuple[float | None, ...]:
    """Values in the years across; None in years that a run does not show or where none exists."""
    found = dict(zip(run.years, values.tolist(), strict=True))
    across = [found.get(year, np.nan) for year in years_of(view)]
    return tuple(None if np.isnan(value) else value for value in across)


def _quantiles(view: View, run: Run, plain: Row) -> Iterator[Row]:
    """What most draws lie between, where the line varies over them."""
    found = run.statistics(plain.line) if plain.line else None
    if found is not None and found.quantiles and found.varies:
        for name in RANGE:
            figures = _figures(view, run, found.quantiles[name])
            yield replace(plain, label="", name=view.words("page", name), kind="range", figures=figures)


def _difference(
    view: View,
    run: Run,
    plain: Row,
    own: tuple[int, tuple[float | None, ...]],
    reference: tuple[int, tuple[float | None, ...]],
) -> Row:
    """A run's row less the reference's, as a formula."""
    pairs = zip(own[1], reference[1], strict=True)
    figures = tuple(None if value is None or other is None else value - other for value, other in pairs)
    label = view.words("page", "difference", reference=view.name(view.reference) if view.reference else "")
    found = run.difference(plain.line) if plain.line else None
    alike = frozenset[int]() if found is None else _alike(view, run, found)
    terms = (Term(own[0]), Term(reference[0], -1))
    return replace(plain, label="", name=label, kind="difference", figures=figures, terms=terms, alike=alike)


def _alike(view: View, run: Run, found: Statistics) -> frozenset[int]:
    told = dict(zip(run.years, found.distinguishable.tolist(), strict=True))
    return frozenset(place for place, year in enumerate(years_of(view)) if not told.get(year, True))


def _with_sums(table: Table) -> Table:
    """The table with programmes as the sums of their award types, where these stand below them."""
    below: dict[tuple[Line, int], list[Term]] = {}
    for place, row in enumerate(table.rows):
        if row.kind == "value" and row.line and row.line.award and row.depth:
            below.setdefault((row.line._replace(award=""), row.run), []).append(Term(place))
    return _formulas(table, {key: tuple(terms) for key, terms in below.items()})


def _summed(total: Table, parts: Sequence[Table]) -> Table:
    """The money of all programmes as the sum of each one's."""
    sums = {
        (line, run): tuple(
            Term(place, 1, part.key)
            for part in parts
            for (of, other), place in part.places.items()
            if of and line and of.measure == line.measure and other == run
        )
        for line, run in total.places
        if line
    }
    return _formulas(total, sums)


def _formulas(table: Table, sums: Mapping[tuple[Line, int], tuple[Term, ...]]) -> Table:
    rows = [
        replace(row, terms=sums[row.line, row.run])
        if row.kind == "value" and row.line and (row.line, row.run) in sums
        else row
        for row in table.rows
    ]
    return replace(table, rows=tuple(rows))


def _balanced(view: View, table: Table) -> Table:
    """Money with what is unspent as a sum, and a row for each run that checks that nothing is lost."""
    programme = next(line.programme for line, _ in table.places if line)
    runs = list(dict.fromkeys(run for _, run in table.places))

    def of(run: int, name: str) -> int:
        return table.places[Line(programme, "", name), run]

    unspent = {(Line(programme, "", "unspent"), run): tuple(Term(of(run, name)) for name in UNSPENT) for run in runs}
    checks: list[Row] = []
    for run in runs:
        rows = [(table.rows[of(run, name)], sign) for name, sign in BALANCE.items()]
        columns = zip(*(row.figures for row, _ in rows), strict=True)
        signs = [sign for _, sign in rows]
        figures = tuple(_left(column, signs) for column in columns)
        terms = tuple(Term(of(run, name), sign) for name, sign in BALANCE.items())
        label = "" if checks else view.words("workbook", "check")
        checks.append(Row(label, view.name(view.compared[run]), 0, "check", figures, 0, None, run, terms))
    table = _formulas(table, unspent)
    return replace(table, rows=(*table.rows, *checks))


def _left(values: Sequence[float | None], signs: Sequence[int]) -> float | None:
    """What is left of a sum, to a yen; None where a term is missing."""
    there = [value * sign for value, sign in zip(values, signs, strict=True) if value is not None]
    return round(sum(there), 6) + 0.0 if len(there) == len(signs) else None


def _chances(view: View) -> Iterator[Table]:
    """Chances by year, in every year and in any, with half the width of their 95 % intervals."""
    found = [(place, chance) for place, run in enumerate(view.compared) for chance in _asked(view, run)]
    every, any_year = (view.words("page", name) for name in ("every_year", "any_year"))
    columns = (*(heading(view.words, year) for year in years_of(view)), every, "±", any_year, "±")
    rows = tuple(
        Row(chance.condition.text, view.name(run), 0, "chance", _likely(view, run, chance), 1, None, place)
        for place, chance in found
        for run in [view.compared[place]]
    )
    if rows:
        name = "chances"
        yield Table(name, view.words("workbook", name), view.words("page", name), "%", columns, rows)


def _asked(view: View, run: Run) -> tuple[Chance, ...]:
    return run.drawn.chances if run.drawn and _shown(view, run) else ()


def _likely(view: View, run: Run, chance: Chance) -> tuple[float | None, ...]:
    yearly = _figures(view, run, chance.yearly.mean)
    if chance.condition.year is not None:
        return (*yearly, None, None, None, None)
    of_all = [(float(of.mean[0]), margin(of)) for of in (chance.every, chance.any)]
    return (*yearly, *of_all[0], *of_all[1])
