"""Scenarios become arrays: budgets, terms, prices and lives on the axes of `arrays`.

Each part is built from the leaves it reads, once; for a block of runs only those parts are built again that read a
leaf which varies. Nothing is parsed or validated per run.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from simulator import lifecycle
from simulator.arrays import Budgets, Choices, Floats, Inputs, Labels, Life, Prices, Terms
from simulator.leaves import Batch, Leaves
from simulator.scenario import Award, Component, Document
from simulator.values import Steps

Part = TypeVar("Part")


def blocks(batch: Batch, size: int) -> Iterator[tuple[slice, Inputs]]:
    """Inputs of `size` runs at a time, in order, with the slice of the run axis they are."""
    batch.check()
    builder = Builder(batch)
    for start in range(0, batch.runs, size):
        stop = min(start + size, batch.runs)
        yield slice(start, stop), builder.inputs(start, stop)


class Builder:
    """Builds the inputs of a batch's blocks; remembers the parts that are the same in all of them."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.document = batch.scenarios[0].document
        self.labels = labels_of(batch)
        self._kept: dict[str, object] = {}

    def inputs(self, start: int, stop: int) -> Inputs:
        """Inputs of runs `start` to `stop`."""

        def part(build: Callable[[Document, Labels, Leaves], Part]) -> Part:
            kept = self._kept.get(build.__name__)
            if kept is not None:
                return kept  # type: ignore[return-value]
            leaves = Leaves(self.batch, start, stop)
            built = build(self.document, self.labels, leaves)
            if len(self.batch.scenarios) == 1 and not leaves.read & self.batch.varied.keys():
                self._kept[build.__name__] = built
            return built

        life = part(_life)
        return Inputs(
            labels=self.labels,
            choices=part(_choices),
            budgets=part(_budgets),
            terms=part(_terms),
            prices=part(_prices),
            life=life,
            history=part(_history),
        )


def labels_of(batch: Batch) -> Labels:
    """What stands along the axes of a batch; years reach to the last that any of its scenarios shows."""
    document = batch.scenarios[0].document
    last = max(scenario.document.horizon[1] for scenario in batch.scenarios)
    awards = [(p, a) for p, programme in document.programmes.items() for a in programme.awards]
    return Labels(
        first_year=document.first_year,
        years=last - document.first_year + 1,
        programmes=tuple(document.programmes),
        awards=tuple(awards),
        components=tuple((p, a, c) for p, a in awards for c in document.programmes[p].awards[a].costs),
    )


def _years(labels: Labels) -> range:
    return range(labels.first_year, labels.first_year + labels.years)


def _choices(document: Document, labels: Labels, _: Leaves) -> Choices:
    programmes = document.programmes.values()
    ends = [document.plan_periods.get(programme.agency) for programme in programmes]
    return Choices(
        intake=tuple(programme.intake for programme in programmes),
        whole_awards=tuple(programme.whole_awards for programme in programmes),
        capped=tuple(any(award.maximum for award in programme.awards.values()) for programme in programmes),
        lapses=np.array([[end is not None and year in end.ends for end in ends] for year in _years(labels)]),
    )


def _budgets(document: Document, labels: Labels, leaves: Leaves) -> Budgets:
    years = _years(labels)
    appropriation, fixed, reserve, ceiling = [], [], [], []
    for name, programme in document.programmes.items():
        path = f"programmes.{name}"
        given = _appropriation(document, name, years, leaves)
        cost = leaves.by_year(f"{path}.fixed_costs.amount", years)
        index = programme.fixed_costs.index
        cost = cost * _passed_on(document, index, f"{path}.fixed_costs.indexation", years, leaves)
        appropriation.append(given)
        fixed.append(cost if programme.awards else given)
        reserve.append(leaves.by_year(f"{path}.reserve", years) if programme.awards else np.zeros((len(years), 1)))
        limited = leaves.has(f"{path}.carry_limit")
        limit = leaves.by_year(f"{path}.carry_limit", years) * given if limited else np.full((len(years), 1), np.inf)
        ceiling.append(limit)
    return Budgets(_stacked(appropriation), _stacked(fixed), _stacked(reserve), _stacked(ceiling))


def _appropriation(document: Document, name: str, years: range, leaves: Leaves) -> Floats:
    """``B_t = base_t (1 + level) Π_{first < s ≤ t} (1 + growth_s)``, the portfolio's and the programme's, (Y, r)."""
    path = f"programmes.{name}"
    base = document.programmes[name].budget.base or document.budget.base
    column = base if isinstance(base, str) else next(iter(document.programmes[name].appropriations))
    given = f"{path}.budget.base" if isinstance(base, Steps) else f"{path}.appropriations.{column}"
    money = leaves.by_year(given, years)
    for levers in ("budget", f"{path}.budget"):
        growth = 1.0 + leaves.by_year(f"{levers}.growth", years)
        growth[0] = 1.0
        money = money * (1.0 + leaves.once(f"{levers}.level")) * np.multiply.accumulate(growth, axis=0)
    return money


def _terms(document: Document, labels: Labels, leaves: Leaves) -> Terms:
    years = _years(labels)

    def given(field: str, otherwise: float) -> Floats:
        paths = [f"programmes.{p}.awards.{a}.{field}" for p, a in labels.awards]
        absent = np.full((len(years), 1), otherwise)
        return _stacked([leaves.by_year(path, years) if leaves.has(path) else absent for path in paths])

    equal = [1.0 / len(document.programmes[p].awards) for p, _ in labels.awards]
    shares = [f"programmes.{p}.awards.{a}.budget_share" for p, a in labels.awards]
    rows = [leaves.once(path) if leaves.has(path) else np.array([e]) for path, e in zip(shares, equal, strict=True)]
    return Terms(
        take_up=given("take_up", 1.0),
        deferral=given("deferral", 0.0),
        plan=given("plan", np.nan),
        maximum=given("maximum", np.inf),
        budget_share=_stacked([row[None] for row in rows])[0],
    )


def _prices(document: Document, labels: Labels, leaves: Leaves) -> Prices:
    years = _years(labels)
    bases: dict[str, list[Floats]] = {"start": [], "end": [], "month": []}
    components = []
    for p, a in labels.awards:
        award = document.programmes[p].awards[a]
        total = {basis: np.zeros((len(years), 1)) for basis in bases}
        for name, component in award.costs.items():
            price = _price(document, award, component, f"programmes.{p}.awards.{a}", name, years, leaves)
            components.append(price)
            basis = "month" if component.per == "year" else component.per
            total[basis] = total[basis] + (price / 12.0 if component.per == "year" else price)
        for basis, rows in bases.items():
            rows.append(total[basis])
    return Prices(**{basis: _stacked(rows) for basis, rows in bases.items()}, component=_stacked(components))


def _price(
    document: Document, award: Award, component: Component, path: str, name: str, years: range, leaves: Leaves
) -> Floats:
    """``amount · (1 + revision_t) · I_t^ι``, summed over destinations with their shares; (Y, r) million yen."""
    costs = f"{path}.costs.{name}"

    def at(field: str, destination: str) -> str:
        by_destination = isinstance(getattr(component, field), dict)
        return f"{costs}.{field}.{destination}" if by_destination else f"{costs}.{field}"

    revision = 1.0 + leaves.by_year(f"{costs}.revision", years)
    total = np.zeros((len(years), 1))
    for destination in award.destinations or {"": None}:
        share = leaves.once(f"{path}.destinations.{destination}") if award.destinations else np.ones(1)
        index = component.index[destination] if isinstance(component.index, dict) else component.index
        passed_on = _passed_on(document, index, at("indexation", destination), years, leaves)
        total = total + share * leaves.once(at("amount", destination)) * passed_on
    return total * revision


def _passed_on(document: Document, index: str | None, indexation: str, years: range, leaves: Leaves) -> Floats:
    """``I_t^ι``: what an index does to a price, (Y, r); 1 without an index."""
    if index is None:
        return np.ones((len(years), 1))
    return np.power(_index(document, index, years, leaves), leaves.once(indexation))


def _index(document: Document, name: str, years: range, leaves: Leaves) -> Floats:
    """``I_t``, 1 in the price base year: a given path, or growth from year to year; (Y, r)."""
    base = document.price_base_year
    if document.economy[name].path is not None:
        return leaves.by_year(f"economy.{name}.path", years)
    spanned = range(min(base, years.start), max(base + 1, years.stop))
    growth = 1.0 + leaves.by_year(f"economy.{name}.growth", spanned)
    growth[0] = 1.0
    level = np.multiply.accumulate(growth, axis=0)
    shown = level[years.start - spanned.start : years.stop - spanned.start]
    return np.asarray(shown / level[base - spanned.start])


def _life(_: Document, labels: Labels, leaves: Leaves) -> Life:
    paths = [f"programmes.{p}.awards.{a}" for p, a in labels.awards]
    reach = _reach(labels, leaves)
    years = range(labels.first_year - max(reach, default=1) + 1, labels.first_year + labels.years)
    cohort = tuple(
        tuple(_kernels(path, years, labels.first_year, offsets, leaves))
        for path, offsets in zip(paths, reach, strict=True)
    )
    firsts = [np.stack(_alike([kernel[:, 0] for kernel in kernels[-labels.years :]]), axis=1) for kernels in cohort]
    none = np.empty((lifecycle.QUANTITIES, labels.years, 0, 1))
    return Life(first=np.stack(_alike(firsts), axis=2) if firsts else none, cohort=cohort, reach=reach)


def _reach(labels: Labels, leaves: Leaves) -> tuple[int, ...]:
    """K_j: fiscal-year offsets that each award type can touch in any run and year."""
    paths = [f"programmes.{p}.awards.{a}" for p, a in labels.awards]
    return tuple(
        lifecycle.offsets_needed(leaves.longest_stay(f"{path}.duration"), leaves.latest_month(f"{path}.start_months"))
        for path in paths
    )


def _kernels(path: str, years: range, first_year: int, offsets: int, leaves: Leaves) -> Iterator[Floats]:
    """Kernel of each year of start, built once for years on the same terms."""
    built: dict[bytes, Floats] = {}
    for year in years:
        before = year < first_year
        ranges = leaves.stay(f"{path}.duration", year, before=before)
        months = leaves.start_months(f"{path}.start_months", year, before=before)
        termination = leaves.number(f"{path}.early_termination", year, before=before)
        terms = b"|".join(part.tobytes() for part in (ranges, months, termination))
        if terms not in built:
            built[terms] = lifecycle.kernel(ranges, months, termination, offsets=offsets)
        yield built[terms]


def _history(_: Document, labels: Labels, leaves: Leaves) -> Floats:
    """(H, J, r) starts of the years before the first whose cohorts may still be in place."""
    years = range(labels.first_year - max(_reach(labels, leaves), default=1) + 1, labels.first_year)
    return _stacked([leaves.named(f"programmes.{p}.awards.{a}.history", years) for p, a in labels.awards])


def _stacked(rows: Sequence[Floats]) -> Floats:
    """Rows (Y, r) side by side as (Y, n, r)."""
    if not rows:
        return np.empty((0, 0, 1))
    return np.ascontiguousarray(np.stack(_alike(rows), axis=1))


def _alike(arrays: Sequence[Floats]) -> list[Floats]:
    return list(np.broadcast_arrays(*arrays))
