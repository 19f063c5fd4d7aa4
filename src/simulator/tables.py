"""Axes become labels again: the tidy table, of which every other table is a view (interface.md)."""

from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.arrays import Floats, Labels
from simulator.errors import RequestError
from simulator.measures import TOTAL, every_measure, is_of, measure

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results import Result, Run


class Row(NamedTuple):
    """One figure; `value` is None where it does not exist, `fiscal_year` for the chance of all years together."""

    scenario: str
    fiscal_year: int | None
    programme: str
    award: str
    measure: str
    statistic: str
    value: float | None
    unit: str


class Line(NamedTuple):
    """A measure of an award type, of a programme (no award) or of the portfolio (programme `total`)."""

    programme: str
    award: str
    measure: str


class Series(NamedTuple):
    """A line of a table with its values over the years, (Y,)."""

    programme: str
    award: str
    measure: str
    values: Floats

    @property
    def line(self) -> Line:
        """The line without its values."""
        return Line(*self[:3])


def lines(
    labels: Labels, names: Sequence[str] | None = None, programmes: Container[str] | None = None
) -> Iterator[Line]:
    """Every line of a run, by measure, programme and award type; sums only where adding up makes sense."""
    for name in names or every_measure(labels):
        kind = measure(name)
        for programme in labels.programmes:
            awards = [award for of, award in labels.awards if of == programme]
            if (programmes is not None and programme not in programmes) or (kind.level == "award" and not awards):
                continue
            for award in awards if kind.level == "award" else ():
                if is_of(name, labels, programme, award):
                    yield Line(programme, award, name)
            if kind.level == "programme" or kind.sums:
                yield Line(programme, "", name)
        if kind.totals and programmes is None:
            yield Line(TOTAL, "", name)


def series(
    run: "Run", names: Sequence[str] | None = None, programmes: Container[str] | None = None
) -> Iterator[Series]:
    """Every line that a run has, with its values."""
    asked = list(names) if names else [name for name in every_measure(run.labels) if run.has(name)]
    for line in lines(run.labels, asked, programmes) if asked else ():
        yield Series(*line, _only_draw(run.of(line.measure, line.programme, line.award)))


def rows(
    result: "Result",
    *,
    names: Sequence[str] | None = None,
    programmes: Container[str] | None = None,
    years: Container[int] | None = None,
    reference: "Run | None" = None,
) -> Iterator[Row]:
    """Rows of the tidy table; with a reference also `difference` and `ratio` to it, where both have the figure.

    Parameters
    ----------
    names, programmes, years : those wanted, all if not given
    reference : the run that differences are taken from

    """
    base = {each.line: each.values for each in series(reference, names, programmes)} if reference else {}
    for run in result.runs:
        for each in series(run, names, programmes):
            for statistic, values in _statistics(each, run, base, result.statistic, reference):
                for year, value in zip(run.years, values.tolist(), strict=True):
                    if years is None or year in years:
                        unit = "ratio" if statistic == "ratio" else measure(each.measure).unit
                        yield Row(run.scenario.name, year, *each.line, statistic, _known(value), unit)
        yield from chances(run, years)


def chances(run: "Run", years: Container[int] | None = None) -> Iterator[Row]:
    """Rows of the chances that were asked for; the measure is the condition without its place."""
    for chance in run.drawn.chances if run.drawn else ():
        condition = chance.condition
        named = f"{condition.measure} {condition.sign} {condition.value:.12g}"
        of = (condition.programme, condition.award, named)
        for year, value in zip(run.years, chance.yearly.mean.tolist(), strict=True):
            if (years is None or year in years) and condition.counts(year):
                yield Row(run.scenario.name, year, *of, "probability", value, "share")
        if condition.year is not None:
            continue
        for name, of_all in (("every_year", chance.every), ("any_year", chance.any)):
            yield Row(run.scenario.name, None, *of, f"probability_{name}", float(of_all.mean[0]), "share")


def tidy(result: "Result") -> "pd.DataFrame":
    """The tidy table as a data frame."""
    import pandas as pd

    return pd.DataFrame(rows(result), columns=list(Row._fields))


def pivot(result: "Result", name: str) -> "pd.DataFrame":
    """One measure of one scenario: programmes (and their total, where it adds up) by years."""
    import pandas as pd

    if len(result.runs) != 1:
        raise RequestError("a pivot is of one scenario: run it alone, or take table()")
    run = result.runs[0]
    lines = {line.programme: line.values for line in series(run, [name]) if not line.award}
    if not lines:
        raise RequestError(f"{name} does not add up over award types: take it from table()")
    return pd.DataFrame.from_dict(lines, orient="index", columns=pd.Index(run.years, name="fiscal_year"))


def _statistics(
    each: Series, run: "Run", base: dict[Line, Floats], statistic: str, reference: "Run | None"
) -> Iterator[tuple[str, Floats]]:
    drawn = run.drawn
    yield from drawn.lines[each.line].items() if drawn and each.line in drawn.lines else [(statistic, each.values)]
    if reference is None or each.line not in base:
        return
    beside = dict(zip(reference.years, base[each.line].tolist(), strict=True))
    other = np.array([beside.get(year, np.nan) for year in run.years])
    paired = drawn.paired(each.line) if drawn and drawn.reference is reference.scenario else []
    yield from paired or [("difference", each.values - other)]
    yield "ratio", np.divide(each.values, other, out=np.full_like(other, np.nan), where=other != 0)


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 (NaN is the value unlike itself)


def _only_draw(values: Floats) -> Floats:
    if values.shape[1] != 1:
        raise RequestError(f"a varied result has {values.shape[1]} runs: take array(measure), or means with mean()")
    return values[:, 0]
