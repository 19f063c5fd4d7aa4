"""Numbers over runs: every numeric leaf of a batch of scenarios as an array whose last axis is the run.

The run axis is scenario × draw, the draw fastest. A leaf that neither differs between the scenarios nor is varied has
length 1 there. A value varied over the draws stands for the leaf as `--set` would, the same in every year, or is a
path by year.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from simulator.arrays import Floats, Labels
from simulator.errors import InputError, Place
from simulator.scenario import Scenario, leaves
from simulator.values import Steps
from simulator.varied import Varied

Built = TypeVar("Built")


@dataclass(frozen=True)
class Batch:
    """Scenarios that differ in numbers only, and what varies over their draws.

    Attributes
    ----------
    varied : by dotted path (a leaf, or one named year of it), its values over the draws in internal units
    draws : D

    """

    scenarios: tuple[Scenario, ...]
    varied: Mapping[str, Varied] = field(default_factory=dict)
    draws: int = 1
    _values: dict[tuple[str, range], Floats] = field(default_factory=dict, repr=False)
    kept: dict[object, Any] = field(default_factory=dict, repr=False)

    @property
    def runs(self) -> int:
        """S · D, the length of the run axis."""
        return len(self.scenarios) * self.draws

    @cached_property
    def labels(self) -> Labels:
        """What stands along the axes; years reach to the last that any of the scenarios shows."""
        document = self.scenarios[0].document
        last = max(scenario.document.horizon[1] for scenario in self.scenarios)
        awards = {
            (p, a): award for p, programme in document.programmes.items() for a, award in programme.awards.items()
        }
        return Labels(
            first_year=document.first_year,
            years=last - document.first_year + 1,
            programmes=tuple(document.programmes),
            awards=tuple(awards),
            components=tuple((*names, cost) for names, award in awards.items() for cost in award.costs),
            destinations=tuple(
                (*names, place) for names, award in awards.items() for place in award.destinations or ()
            ),
        )

    @cached_property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """Leaves of each scenario by dotted path."""
        return tuple(dict(leaves(scenario.document)) for scenario in self.scenarios)

    @cached_property
    def portfolios(self) -> tuple[dict[str, Any], ...]:
        """Leaves of the portfolio below each scenario, whose terms earlier cohorts keep."""
        return tuple(dict(leaves(scenario.portfolio)) for scenario in self.scenarios)

    @cached_property
    def years_varied(self) -> dict[str, set[int]]:
        """Named years that vary on their own, by the path of their leaf."""
        years: dict[str, set[int]] = {}
        for name in self.varied:
            whole, _, year = name.rpartition(".")
            if year.isdigit():
                years.setdefault(whole, set()).add(int(year))
        return years

    def values(self, path: str, years: range) -> Floats:
        """(Y, S) the values of an unvaried leaf by scenario, (Y, 1) where they are all the same; made once."""
        key = (path, years)
        if key not in self._values:
            values = np.array([[self._in_force(document[path], year) for document in self.documents] for year in years])
            alike = bool((values == values[:, :1]).all())
            self._values[key] = values[:, :1].copy() if alike else values
        return self._values[key]

    def _in_force(self, leaf: Any, year: int) -> float:
        """Value of a leaf in a year, expected where its path is uncertain."""
        process = leaf.process if isinstance(leaf, Steps) else None
        value: float = process.expected(year - self.labels.first_year) if process else leaf.at(year)
        return value

    def check(self) -> None:
        """Raise RequestError where a given path is no numeric leaf or a value is outside the leaf's bounds."""
        for path, varied in self.varied.items():
            for document in self.documents:
                varied.check(path, document, self.draws)


class Leaves:
    """The leaves of runs `start` to `stop` of a batch, as arrays with a run axis of 1 or R; R = stop − start."""

    def __init__(self, batch: Batch, start: int, stop: int) -> None:
        runs = np.arange(start, stop)
        self.document, self.labels = batch.scenarios[0].document, batch.labels
        self.years = range(self.labels.first_year, self.labels.first_year + self.labels.years)
        self._batch = batch
        self._scenario, self._draw = np.divmod(runs, batch.draws)
        self._read: set[str] = set()
        self._over: dict[str, Floats] = {}

    def kept(self, name: object, build: Callable[[], Built]) -> Built:
        """What `build` makes, kept for the batch's other blocks if nothing it reads varies over the runs."""
        if name in self._batch.kept:
            return self._batch.kept[name]  # type: ignore[no-any-return]
        outside, self._read = self._read, set()
        built = build()
        if len(self._batch.scenarios) == 1 and self._read.isdisjoint(self._batch.varied):
            self._batch.kept[name] = built
        self._read |= outside
        return built

    def by_year(self, path: str, years: range) -> Floats:
        """(Y, r) the value in force in each year."""
        self._read.add(path)
        if path in self._batch.varied:
            varied = self._varied(path)
            if varied.ndim == 1:
                return np.broadcast_to(varied, (len(years), varied.size))
            rows: Floats = varied[np.clip(np.array(years) - self.years.start, 0, len(varied) - 1)]
            return rows
        if path in self._batch.years_varied:
            return np.stack(alike([self._value(path, year) for year in years]))
        values = self._batch.values(path, years)
        return values if values.shape[1] == 1 else values[:, self._scenario]

    def once(self, path: str) -> Floats:
        """(r,) a value that has no years."""
        value: Floats = self.by_year(path, self.years[:1])[0]
        return value

    def has(self, path: str, *, before: bool = False) -> bool:
        """Whether the scenarios give this leaf; `before` asks the portfolio."""
        return path in self._source(path, before)[0]

    def named(self, path: str, years: range) -> Floats:
        """(Y, r) the values of the named years, 0 in others."""
        rows = []
        for year in years:
            if self._varies(f"{path}.{year}"):
                rows.append(self._varied(f"{path}.{year}"))
            elif self._varies(f"{path}.steady"):
                rows.append(self._varied(f"{path}.steady"))
            else:
                rows.append(self._alike([document[path].at(year) or 0.0 for document in self._batch.documents]))
        return np.stack(alike(rows)) if rows else np.empty((0, 1))

    def stay(self, path: str, year: int, *, before: bool) -> Floats:
        """(N, 3, r) ranges of a duration: shortest, longest, share; `before` takes the portfolio's.

        Where mixtures differ in length the shorter are filled with ranges of share 0.
        """
        if not before and self._varies(path):
            months = self._varied(path)
            return np.stack([months, months, np.ones_like(months)])[None]
        stays = [document[path].at(year) for document in self._source(path, before)]
        longest = max(len(stay.ranges) for stay in stays)
        filled = [(*stay.ranges, *((1.0, 1.0, 0.0),) * (longest - len(stay.ranges))) for stay in stays]
        return self._alike_arrays(np.array(filled))

    def start_months(self, path: str, year: int, *, before: bool) -> Floats:
        """(12, r) shares of starts by month; `before` takes the portfolio's."""
        return self._alike_arrays(np.array([document[path].at(year) for document in self._source(path, before)]))

    def spread(self, path: str) -> Floats:
        """(K, r) shares paid in each fiscal year since the start; shorter ones are filled with 0."""
        shares = [document[path].at(self.years.start) for document in self._source(path, before=False)]
        longest = self.longest_spread(path)
        return self._alike_arrays(np.array([(*share, *(0.0,) * (longest - len(share))) for share in shares]))

    def longest_spread(self, path: str) -> int:
        """Fiscal years in which any run of the batch pays it; 0 of what is not paid per award."""
        return max((len(share) for share in self._ever(path)), default=0)

    def number(self, path: str, year: int, *, before: bool) -> Floats:
        """(r,) the value in force in one year; `before` takes the portfolio's."""
        if before:
            return self._alike([document[path].at(year) for document in self._source(path, before)])
        value: Floats = self.by_year(path, range(year, year + 1))[0]
        return value

    def fault(self, path: str, message: str) -> InputError:
        """Error at the place of a path, for what only shows once the numbers are in force."""
        scenario = self._batch.scenarios[0]
        return InputError.single(scenario.places.get(path, Place(scenario.name, 0, 0)), path, message)

    def longest_stay(self, award: str) -> float:
        """Longest duration in months that an award type has in any run of the batch and any year."""
        stays = [high for stay in self._ever(f"{award}.duration") for _, high, _ in stay.ranges]
        varied = self._batch.varied.get(f"{award}.duration")
        return float(max([*stays, *(varied.bounds if varied else ()), *self._values(f"{award}.renewal.until")]))

    def latest_month(self, path: str) -> int:
        """Latest month, from April 0, in which any award of the batch starts."""
        return max(month for months in self._ever(path) for month, share in enumerate(months) if share > 0)

    def ever(self, path: str) -> bool:
        """Whether a share is above 0 in any run and year."""
        return any(value > 0 for value in self._values(path))

    def cut(self, path: str) -> bool:
        """Whether a share is below 1 in any run and year."""
        return any(value < 1 for value in self._values(path))

    def greatest(self, path: str) -> float:
        """Greatest value in any run and year."""
        return max(self._values(path))

    @cached_property
    def award_paths(self) -> list[str]:
        """Dotted paths of all award types."""
        return [f"programmes.{programme}.awards.{award}" for programme, award in self.labels.awards]

    def _ever(self, path: str) -> list[Any]:
        """Every value of a leaf by year in the scenarios and their portfolios."""
        self._read.add(path)
        documents = [*self._batch.documents, *self._batch.portfolios]
        return [value for document in documents if path in document for _, value in document[path].steps]

    def _values(self, path: str) -> list[float]:
        """The values of a leaf in the scenarios, their portfolios and the least and greatest varied of each path."""
        varied = [values for name, values in self._batch.varied.items() if name == path or name.startswith(f"{path}.")]
        return [*self._ever(path), *(bound for values in varied for bound in values.bounds)]

    def _source(self, path: str, before: bool) -> list[dict[str, Any]]:
        """Documents to take a leaf from: an award type that its portfolio lacks has its own terms all along."""
        pairs = zip(self._batch.documents, self._batch.portfolios, strict=True)
        self._read.add(path)
        known = ".".join([*path.split(".")[:4], "take_up"])  # every award type has it
        return [portfolio if before and known in portfolio else document for document, portfolio in pairs]

    def _varies(self, path: str) -> bool:
        self._read.add(path)
        return path in self._batch.varied

    def _varied(self, name: str) -> Floats:
        """(R,) or (Y, R) what varies, in the runs of this block."""
        if name not in self._over:
            first = int(self._draw.min())
            self._over[name] = self._batch.varied[name].over(first, int(self._draw.max()) + 1)[..., self._draw - first]
        return self._over[name]

    def _value(self, path: str, year: int) -> Floats:
        """(r,) the value of one year, of a leaf of which some named years vary."""
        steps = self._batch.documents[0][path].steps
        since = max((start for start, _ in steps if start <= year), default=steps[0][0])
        if since in self._batch.years_varied[path]:
            self._read.add(f"{path}.{since}")
            return self._varied(f"{path}.{since}")
        return self._alike([document[path].at(year) for document in self._batch.documents])

    def _alike(self, values: list[float]) -> Floats:
        return self._alike_arrays(np.array(values, dtype=np.float64))

    def _alike_arrays(self, values: Floats) -> Floats:
        """(S, ...) values by scenario as (..., 1) where they are all the same, else (..., R)."""
        first = values[:1]
        if (values == first).all():
            return np.ascontiguousarray(np.moveaxis(first, 0, -1))
        return np.ascontiguousarray(np.moveaxis(values, 0, -1)[..., self._scenario])


def alike(arrays: Sequence[Floats]) -> list[Floats]:
    """Arrays brought to one length of the run axis."""
    return list(np.broadcast_arrays(*arrays))


def side_by_side(rows: Sequence[Floats], length: int) -> Floats:
    """Rows, each (length, r), as (length, n, r)."""
    beside = np.empty((length, len(rows), max((row.shape[1] for row in rows), default=1)))
    for place, row in enumerate(rows):
        beside[:, place] = row
    return beside
