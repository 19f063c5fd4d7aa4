"""Questions about the runs of saved sweeps, without SQL: the most of something, where a condition holds, a pivot."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from simulator.conditions import COMPARISONS, Condition
from simulator.datasets import POINT
from simulator.errors import QuantityError, RequestError, did_you_mean
from simulator.parquet import named

RUN = "run"
SHOWN = 20
"""Runs that a table for people shows where nothing says how many."""

_COMPARISON = re.compile(rf"\s*(?P<name>[\w.]+)\s*(?P<sign>{'|'.join(COMPARISONS)})\s*(?P<value>.+?)\s*")

Read = Callable[[str, str], float]
"""A value of an input, as people write it, as the number that is saved."""


@dataclass(frozen=True)
class Asked:
    """What is asked of runs.

    Attributes
    ----------
    top : runs shown, those with the most of `by`; of the least where it is below 0; all of them where it is 0
    by : an outcome or an input
    where : conditions on outcomes and inputs, which all must hold
    pivot : two inputs: rows and columns of the means of `by`

    """

    top: int = 0
    by: str = ""
    where: Sequence[str] = ()
    pivot: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return bool(self.top or self.by or self.where or self.pivot)

    def sql(self, columns: Sequence[str], inputs: Sequence[str], read: Read) -> str:
        """The question in SQL, of a table `sweep` with these columns; RequestError where it names another."""
        met = " AND ".join(f"({_met(text, columns, inputs, read)})" for text in self.where) or "true"
        if self.pivot:
            return self._pivoted(columns, inputs, met)
        if self.top and not self.by:
            raise RequestError("--top is the most of something: add --by 'selected[PROGRAMME,YEAR]'")
        by = _column(self.by, columns) if self.by else POINT
        shown = dict.fromkeys((RUN, POINT, *inputs, *([by] if self.by else [])))
        order = f"{named(by)} {'DESC' if self.top > 0 else 'ASC'} NULLS LAST, {named(RUN)}, {named(POINT)}"
        listed = ", ".join(map(named, shown))
        limit = f" LIMIT {abs(self.top)}" if self.top else ""
        return f"SELECT {listed} FROM sweep WHERE {met} ORDER BY {order}{limit}"

    def _pivoted(self, columns: Sequence[str], inputs: Sequence[str], met: str) -> str:
        parts = [_column(part.strip(), inputs) for part in self.pivot.split(",")]
        if len(parts) != 2 or not self.by or self.top:
            raise RequestError("--pivot takes two inputs and --by: --pivot ROWS,COLUMNS --by 'spend[total,2031]'")
        rows, across, by = named(parts[0]), named(parts[1]), named(_column(self.by, columns))
        some = f"SELECT {rows}, {across}, {by} FROM sweep WHERE {met}"
        return f"PIVOT ({some}) ON {across} USING avg({by}) GROUP BY {rows} ORDER BY {rows}"


def _column(name: str, columns: Sequence[str]) -> str:
    """A column by its name, blanks aside."""
    by_name: Mapping[str, str] = {each.replace(" ", ""): each for each in columns}
    plain = name.replace(" ", "")
    if plain not in by_name:
        hint = did_you_mean(plain, columns) or f"; there are {', '.join(columns)}"
        raise RequestError(f"{name}: the saved runs have no such figure{hint}")
    return by_name[plain]


def _met(text: str, columns: Sequence[str], inputs: Sequence[str], read: Read) -> str:
    """A condition in SQL; one without a year holds where it does in any."""
    match = _COMPARISON.fullmatch(text)
    if match and match["name"] in inputs:
        try:
            return f"{named(match['name'])} {match['sign']} {read(match['name'], match['value'])!r}"
        except QuantityError as error:
            raise RequestError(f"--where {text!r}: {error}") from error
    if match and "." in match["name"]:  # as no measure has
        _column(match["name"], inputs)
    condition = Condition.parse(text)
    of = f"{condition.programme}.{condition.award}" if condition.award else condition.programme
    start = f"{condition.measure}[{of},"
    if condition.year is not None:
        wanted = [_column(f"{start}{condition.year}]", columns)]
    else:
        wanted = [column for column in columns if column.startswith(start)]
    if not wanted:
        _column(f"{start[:-1]}]", columns)
    return " OR ".join(f"{named(column)} {condition.sign} {condition.value!r}" for column in wanted)
