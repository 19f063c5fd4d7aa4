"""Rules, aims and draws become one linear programme."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from simulator.affine import Affine, added
from simulator.aims import Aims, Term
from simulator.arrays import Flags, Floats, Indices
from simulator.linear_programmes import LinearProgramme, Rows
from simulator.objectives import Cases, Objective, cases_of, columns_of, judged
from simulator.plan_rules import Limits, Rule, rules, shared
from simulator.planned import Planned

if TYPE_CHECKING:
    from scipy import sparse

Risk = Literal["chance", "cvar"]
"""Of draws that fail: how many may (chance), or how far the worst of them fail in the mean (CVaR), which is safer."""


@dataclass(frozen=True)
class Reliance:
    """The share of draws in which a plan must hold, and how that is made sure of."""

    chance: float = 1.0
    risk: Risk = "chance"


@dataclass(frozen=True)
class Assembled:
    """A linear programme whose cost is that of the aims.

    Attributes
    ----------
    constant : what the aims come to where nothing is decided
    swing : the cost of swings, to be kept low once the aims are reached; None where none are named

    """

    programme: LinearProgramme
    constant: float
    swing: Floats | None


@dataclass(frozen=True)
class Problem:
    """What is asked of a plan.

    Attributes
    ----------
    worlds : the scenario, or each of several futures
    best : (C,) what the best plan of each case alone comes to, where regret is asked for
    counted : draws that have rows, all if None
    alone : the one draw that counts at all, if not None
    fractions : whether fractions of awards will do

    """

    worlds: tuple[Planned, ...]
    aims: Aims
    limits: Limits
    reliance: Reliance = Reliance()
    objective: Objective = Objective()  # noqa: RUF009 (frozen)
    best: Floats = field(default_factory=lambda: np.zeros(0))
    counted: Indices | None = None
    alone: int | None = None
    fractions: bool = False

    @property
    def planned(self) -> Planned:
        """The first world, for what is the same in all."""
        return self.worlds[0]

    @property
    def size(self) -> int:
        """Columns of what is decided."""
        return self.worlds[-1].size

    @property
    def count(self) -> int:
        """C, draws or futures."""
        return sum(each.draws for each in self.worlds)


def assemble(problem: Problem, margin: Floats) -> Assembled:
    """The linear programme of a plan that leaves `margin` (Y, P) million yen beside (`plan_rules.rules`)."""
    planned, aims, limits, reliance = problem.planned, problem.aims, problem.limits, problem.reliance
    slacks, pairs = _slacks(planned, reliance), list(_deviations(problem))
    judged_at = problem.size + slacks + len(pairs)
    size = judged_at + (columns_of(problem.objective, problem.count) if aims.maximise else 0)
    rows = [part for rule in shared(planned, limits) for part in _rows(rule, planned, size, problem)]
    rows += [
        part
        for world in problem.worlds
        for rule in rules(world, limits, margin)
        for part in _rows(rule, world, size, problem)
    ]
    rows += _failing(problem, size) if slacks else []
    lower, upper, whole = _bounds(problem, size)
    _bound_slacks(planned, reliance, lower, upper, whole)
    cost, swing, constant = np.zeros(size), np.zeros(size), 0.0
    for column, (deviation, of_swing) in enumerate(pairs, problem.size + slacks):
        (swing if of_swing else cost)[column] = 1.0
        rows += _beyond(deviation, column, size)
    if aims.maximise:
        aimed = judged(problem.objective, cases(problem, size), problem.best, judged_at)
        cost, constant, rows = cost + aimed.cost, aimed.constant, [*rows, *aimed.rows]
        lower[list(aimed.free)] = -np.inf
        lower[list(aimed.ones)] = upper[list(aimed.ones)] = 1.0
    elif not aims.targets:
        unused = _unused(problem)
        cost, constant = cost + unused.matrix(size).toarray()[0], float(unused.constant[0, 0])
    programme = LinearProgramme(cost, lower, upper, whole, tuple(rows))
    return Assembled(programme, constant, swing if aims.smooth else None)


def threshold(problem: Problem, columns: Floats) -> float:
    """What draws may miss before they count among the worst, 0 but for CVaR."""
    cvar = _slacks(problem.planned, problem.reliance) and problem.reliance.risk == "cvar"
    return float(columns[problem.size + 2 * problem.planned.draws]) if cvar else 0.0


def cases(problem: Problem, size: int) -> Cases:
    """What is maximised in each draw or future."""
    years = _shown(problem.planned)
    found = [added([term.summed(world, years) for term in problem.aims.maximise]) for world in problem.worlds]
    return cases_of(found if problem.alone is None else [found[0].draw(problem.alone)], size)


def _shown(planned: Planned) -> range:
    first, last = planned.scenario.document.horizon
    return range(first, last + 1)


def _mean(problem: Problem, of: Callable[[Planned], Affine]) -> Affine:
    """The mean of something over all draws or futures."""
    return added([of(world).mean.times(1.0 / len(problem.worlds)) for world in problem.worlds])


def _unused(problem: Problem) -> Affine:
    """The money that programmes of a smooth path leave, (1, 1)."""
    years = _shown(problem.planned)
    named = dict.fromkeys(term.programme for term in problem.aims.smooth)
    lost = [Term("returned", 1.0, "returned", name, "", None) for name in named]
    left = [Term("carried_out", 1.0, "carried_out", name, "", years[-1]) for name in named]
    return _mean(problem, lambda world: added([term.summed(world, years) for term in (*lost, *left)]))


def _deviations(problem: Problem) -> Iterator[tuple[Affine, bool]]:
    """What is to be near 0, (1, 1) each: gaps to targets as a share of them, and steps of what is smooth."""
    planned = problem.planned
    years = _shown(planned)
    for target in problem.aims.targets:
        target.require_year(years)
        yearly = _mean(problem, lambda world, of=target: world.of(of.measure, of.programme, of.award))  # type: ignore[misc]
        for year in years:
            if target.year in (None, year):
                gap = yearly.years([planned.years.index(year)]).plus(-target.value)
                yield gap.times(1.0 / max(abs(target.value), 1.0)), False
    for term in problem.aims.smooth:
        path = _mean(problem, lambda world, of=term: of.yearly(world, years)).times(term.weight)  # type: ignore[misc]
        for at in range(1, len(path.constant)):
            yield path.years([at]) - path.years([at - 1]), True


def _beyond(deviation: Affine, column: int, size: int) -> list[Rows]:
    """``column >= |deviation|``."""
    matrix, constant = deviation.matrix(size), deviation.constant.ravel()
    own = _single(1, np.zeros(1, dtype=np.intp), np.array([column]), np.ones(1), size)
    return [Rows(own - sign * matrix, sign * constant, np.full(1, np.inf)) for sign in (1.0, -1.0)]


def _rows(rule: Rule, planned: Planned, size: int, problem: Problem) -> Iterator[Rows]:
    """The rows of a rule: one a year where it is certain or must always hold, else one a draw with its slack."""
    certain, count = rule.certain or planned.draws == 1, rule.of.constant.shape[0]
    draws = np.zeros(1, dtype=np.intp) if certain else _counted(problem)
    of = rule.of.draws(draws)
    bounds = [
        np.broadcast_to(np.asarray(bound), (count, planned.draws))[:, draws] for bound in (rule.lower, rule.upper)
    ]
    for at in range(count) if rule.names else [slice(None)]:
        one = of.years([at] if isinstance(at, int) else at)
        name = _named(rule.names[at], planned) if isinstance(at, int) else ""
        low, high = ((bound[at] - one.constant.reshape(bound[at].shape)).ravel() for bound in bounds)
        matrix = one.matrix(size)
        if certain or not (_slacks(planned, problem.reliance) and rule.slack.any()):
            yield Rows(matrix, low, high, name)
            continue
        far = np.repeat(np.atleast_1d(rule.slack[at]), len(draws))
        draw = np.tile(draws, len(far) // len(draws))
        slack = _single(len(far), np.arange(len(far)), problem.size + draw, far, size)
        for sign, bound in ((1.0, low), (-1.0, high)):
            limited = np.flatnonzero(np.isfinite(bound))
            if limited.size:
                left = (matrix + sign * slack)[limited]
                free = np.full(limited.size, np.inf)
                yield Rows(left, bound[limited], free, name) if sign > 0 else Rows(left, -free, bound[limited], name)


def _named(name: str, planned: Planned) -> str:
    return f"{name} ({planned.name})" if planned.name else name


def _counted(problem: Problem) -> Indices:
    if problem.alone is not None:
        return np.array([problem.alone])
    return np.arange(problem.planned.draws) if problem.counted is None else problem.counted


def _slacks(planned: Planned, reliance: Reliance) -> int:
    """Columns that let draws fail: one a draw; for CVaR another beside it, and the threshold."""
    if planned.draws == 1 or reliance.chance >= 1.0:
        return 0
    return planned.draws if reliance.risk == "chance" else 2 * planned.draws + 1


def _failing(problem: Problem, size: int) -> list[Rows]:
    """How many draws may fail, or how far: ``η + Σ_d max(s_d − η, 0) / ((1 − q) D) <= 0``, s_d what d misses."""
    draws, first, reliance = problem.planned.draws, problem.size, problem.reliance
    every, free = np.arange(draws), np.full(draws, np.inf)
    if reliance.risk == "chance":
        failing = _single(1, np.zeros(draws, dtype=np.intp), first + every, np.ones(draws), size)
        return [Rows(failing, np.full(1, -np.inf), np.full(1, np.floor((1 - reliance.chance) * draws + 1e-9)))]
    threshold = first + 2 * draws
    ones = np.ones(draws)
    missed = _single(draws, every, first + every, -ones, size)
    beyond = _single(draws, every, first + draws + every, ones, size)
    above = beyond + missed + _single(draws, every, np.full(draws, threshold), ones, size)
    share = np.append(ones / ((1 - reliance.chance) * draws), 1.0)
    mean = _single(1, np.zeros(draws + 1, dtype=np.intp), np.append(first + draws + every, threshold), share, size)
    return [Rows(above, np.zeros(draws), free), Rows(mean, np.full(1, -np.inf), np.zeros(1))]


def _bounds(problem: Problem, size: int) -> tuple[Floats, Floats, Flags]:
    """Bounds of the columns and which are whole; money that lapses is not carried, nor that of idle programmes."""
    lower, upper, whole = np.zeros(size), np.full(size, np.inf), np.zeros(size, dtype=np.bool_)
    for planned in problem.worlds:
        lapses = planned.inputs.lapses | ~np.array(planned.awards)
        upper[planned.carried[lapses].ravel()] = 0.0
        if _slacks(planned, problem.reliance):
            lower[planned.carried.ravel()] = -np.inf
        for programme in planned.inputs.programmes:
            whole[planned.selections[:, programme.rows].ravel()] |= programme.whole_awards and not problem.fractions
        upper[: planned.selections.size][planned.penniless(problem.limits.totals)] = 0.0
    return lower, upper, whole


def _bound_slacks(planned: Planned, reliance: Reliance, lower: Floats, upper: Floats, whole: Flags) -> None:
    first, draws = planned.size, planned.draws
    if not _slacks(planned, reliance):
        return
    if reliance.risk == "chance":
        upper[first : first + draws], whole[first : first + draws] = 1.0, True
    else:
        lower[first : first + draws], upper[first : first + draws] = -1.0, 1.0
        lower[first + 2 * draws] = -1.0


def _single(rows: int, row: Indices, column: Indices, value: Floats, size: int) -> "sparse.csr_array":
    from scipy import sparse

    return sparse.coo_array((value, (row, column)), shape=(rows, size)).tocsr()
