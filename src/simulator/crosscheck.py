"""Both engines on one scenario, every figure of them: where they differ by more than chance.

The event engine makes N replications, the core M draws in which single lives have chance; both draw the uncertain
inputs, independently. In every cell (measure, award type or programme, year) the means are compared,

``z = (x̄_events − x̄_core) / √(max(s²_events, s²_core) / N + s²_core / M)``

turned into a normal deviate by a cube root where what is averaged is skewed, and of counts of awards the variances.
Prices, costs and plans, which are known before any draw, are compared number by number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from simulator import agreement, cohorts, draws, figures, tables
from simulator.agreement import Finding, Pooled
from simulator.arrays import Floats, Inputs
from simulator.chance import lots
from simulator.draws import Progress, Sampled
from simulator.figures import BlockRun
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch, Leaves
from simulator.measures import MILLION_YEN, TOTAL, every_measure, measure
from simulator.scenario import Scenario
from simulator.tables import Line

Verdict = Literal["agrees", "differs", "rare"]

CORE_DRAWS = 8192
"""M."""

FAMILY = 0.001
"""Probability that any cell of a scenario is said to differ though the engines agree (Bonferroni)."""

FAR, FAR_SHARE, FAR_LEAST = 4.0, 0.001, 10
"""Deviates beyond which at most this share of means may lie, where they are more than so many."""

POOLED, POOLED_ERRORS = 0.05, 4.0
"""How far the ratio of all variances may be from 1, unless it is within so many of its errors."""

ROOTS = 1e-4
"""Relative difference of spectral radii: roots that nearly coincide move by a root of what the costs move by."""

COUNTS = (
    "selected", "declined", "starts", "promoted", "deferred", "extended", "exits", "completions", "active",
    "supported", "alumni",
)  # fmt: skip
"""Counts of awards, whose variances are compared."""


class Cell(NamedTuple):
    """One figure in both engines; `statistic` is mean, exists, variance, or value of what is known before any draw."""

    scenario: str
    fiscal_year: int
    programme: str
    award: str
    measure: str
    statistic: str
    core: float | None
    events: float | None
    error: float | None
    deviate: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Check:
    """What a comparison came to.

    Attributes
    ----------
    cells : all of them; those that are `rare` rest on too few events to be judged
    limit : deviate beyond which a cell differs
    pooled, pooled_error : ratio of the variances of counts, events to core, and its error; NaN without any

    """

    scenario: Scenario
    replications: int
    cells: tuple[Cell, ...]
    limit: float
    pooled: float
    pooled_error: float

    @property
    def differing(self) -> list[Cell]:
        """Cells that differ by more than chance."""
        return [cell for cell in self.cells if cell.verdict == "differs"]

    @property
    def judged(self) -> list[Cell]:
        """Cells that do not rest on too few events."""
        return [cell for cell in self.cells if cell.verdict != "rare"]

    @property
    def far(self) -> list[Cell]:
        """Means that are far apart."""
        means = [cell for cell in self.judged if cell.statistic == "mean"]
        return [cell for cell in means if abs(cell.deviate or 0.0) > FAR]

    @property
    def too_many_far(self) -> bool:
        """Whether more of them are than chance would have."""
        return len(self.far) > max(FAR_LEAST, FAR_SHARE * len(self.judged))

    @property
    def pooled_apart(self) -> bool:
        """Whether the variances differ on the whole."""
        apart = abs(self.pooled - 1.0)
        return apart > POOLED and apart > POOLED_ERRORS * self.pooled_error

    @property
    def agrees(self) -> bool:
        """Whether both engines say the same."""
        return not (self.differing or self.too_many_far or self.pooled_apart)

    @property
    def worst(self) -> list[Cell]:
        """Cells that were judged, by their deviate, the greatest first."""
        return sorted(self.judged, key=lambda cell: -abs(cell.deviate or 0.0))


class _Simulated(NamedTuple):
    """Runs of one engine."""

    batch: Batch
    inputs: Inputs
    flows: Flows


def crosscheck(
    scenario: Scenario, replications: int, seed: int, *, workers: int = 1, progress: Progress = lambda *_: True
) -> Check:
    """Run both engines on a scenario and compare every figure; RequestError where the replications cannot be made."""
    known = list(_known(scenario, seed))
    events, core = _events(scenario, replications, seed, workers, progress), _core(scenario, seed + 1)
    found: list[tuple[Line, Finding]] = []
    pooled, beforehand = Pooled(), {cell.measure for cell in known}
    for line, ours, others in _pairs(events, core, beforehand):
        found += [(line, each) for each in agreement.means(ours, others, scale=_scale(core, line))]
        if line.measure in COUNTS:
            found += [(line, each) for each in agreement.variances(ours, others)]
            pooled.add(ours, others)
    limit = agreement.limit(sum(each.judged for _, each in found), FAMILY)
    cells = [_cell(scenario, figures.years_of(events.batch), limit, *each) for each in found]
    return Check(scenario, events.inputs.runs, (*known, *cells), limit, *pooled.ratio())


def _cell(scenario: Scenario, years: range, limit: float, line: Line, found: Finding) -> Cell:
    verdict: Verdict = "rare" if not found.judged else "differs" if abs(found.deviate) > limit else "agrees"
    core, events, error, deviate = map(_there, (found.core, found.events, found.error, found.deviate))
    place = (scenario.name, years[found.year], line.programme, line.award, line.measure)
    return Cell(*place, found.statistic, core, events, error, deviate, verdict)


def _there(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _events(scenario: Scenario, replications: int, seed: int, workers: int, progress: Progress) -> _Simulated:
    sampled = Sampled(replications, seed, "random", "events")
    sampled.check()
    (batch,) = draws.batches([scenario], sampled)
    inputs, flows = draws.replicated(batch, sampled, workers=workers, progress=progress)
    return _Simulated(batch, inputs, flows)


def _core(scenario: Scenario, seed: int) -> _Simulated:
    """Draws in which single lives have chance, of another seed, so that the engines are independent."""
    document = scenario.document.model_copy(update={"individual_variation": True})
    (batch,) = draws.batches([replace(scenario, document=document)], Sampled(CORE_DRAWS, seed))
    inputs = inputs_of(batch, 0, CORE_DRAWS)
    return _Simulated(batch, inputs, cohorts.simulate(inputs, None, lots(batch, seed, 0, CORE_DRAWS)))


def _pairs(events: _Simulated, core: _Simulated, known: set[str]) -> Iterator[tuple[Line, Floats, Floats]]:
    """Each line in both engines, (years shown, N) and (years shown, M); but for what is known beforehand."""
    labels = events.batch.labels
    for name in every_measure(labels):
        if name in known:
            continue
        ours, others = _block(events, name), _block(core, name)
        for line in tables.lines(labels, [name]):
            place = (line.measure, line.programme, line.award)
            yield line, ours.of(*place), others.of(*place)


def _scale(core: _Simulated, line: Line) -> float:
    """The greatest budget that a figure of money rests on; 1 of others."""
    budgets, kind = core.flows.money.appropriation.max(axis=(0, 2), initial=0.0), measure(line.measure)
    if kind.unit != MILLION_YEN or not kind.totals:
        return 1.0
    own = budgets if line.programme == TOTAL else budgets[[core.batch.labels.programmes.index(line.programme)]]
    return max(1.0, float(own.sum()))


def _block(simulated: _Simulated, name: str) -> BlockRun:
    batch, inputs, flows = simulated
    years = figures.years_of(batch)
    shown = slice(years.start - batch.labels.first_year, years.stop - batch.labels.first_year)
    return BlockRun(batch.scenarios[0], batch.labels, years, {name: measure(name).of(flows, inputs)[shown]})


def _known(scenario: Scenario, seed: int) -> Iterator[Cell]:
    """What is known before any draw, in the first draw of the uncertain inputs: the same numbers in both engines."""
    from simulator.events.planning import known

    (batch,) = draws.batches([scenario], Sampled(1, seed))
    inputs, labels, first = inputs_of(batch, 0, 1), batch.labels, batch.labels.first_year
    flows, years = cohorts.simulate(inputs), figures.years_of(batch)
    for (name, programme, award), values in known(Leaves(batch, 0, 1), 0).items():
        kind, near = measure(name), ROOTS if name == "spectral_radius" else agreement.SAME
        place = labels.awards.index((programme, award)) if award else labels.programmes.index(programme)
        core = kind.of(flows, inputs)[:, place, 0]
        for year in years:
            pair = float(core[year - first]), values[year - first]
            if not np.isnan(pair).all():
                same = np.isclose(*pair, rtol=near, atol=near)
                verdict: Verdict = "agrees" if same else "differs"
                named = (scenario.name, year, programme, award, name, "value")
                yield Cell(*named, _there(pair[0]), _there(pair[1]), None, 0.0 if same else None, verdict)


def all_agree(checks: Sequence[Check]) -> bool:
    """Whether both engines say the same of every scenario."""
    return all(check.agrees for check in checks)
