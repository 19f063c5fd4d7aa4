"""Why there is no plan, in one line: what conflicts, what of it is given beforehand, and which total would do."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from simulator.arrays import Floats
from simulator.assembling import Problem, assemble
from simulator.conflicts import conflict
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, LinearProgramme, Rows, feasible, solve
from simulator.plan_rules import TOTALS
from simulator.planned import Planned

LOOKED = Effort(gap=1e-6, seconds=10.0)
"""How hard a total that would do is looked for."""
DIGITS = 4
"""Digits of a small amount that people type; greater ones are whole million yen."""


def refusal(problem: Problem, programme: LinearProgramme) -> str:
    """What of an infeasible problem cannot hold together: fewest conditions, and amounts that are given beforehand."""
    found = conflict(programme)
    asked = replace(problem, fractions=problem.fractions or not feasible(programme.rows, programme.relaxed()))
    parties = [*found.names, *_given(asked, found.names)] or ["the commitments of earlier selections"]
    numbered = [f"({number}) {party}" for number, party in enumerate(parties, 1)] if len(parties) > 2 else parties
    more = "" if found.smallest else " (fewer of them may conflict already: the search for the fewest was stopped)"
    return f"these cannot hold together: {'; '.join(numbered)}{more}{_would_do(problem, programme, found.names)}"


def _given(problem: Problem, names: Sequence[str]) -> Iterator[str]:
    """What a conflict rests on that no condition names: without it those named could hold."""
    planned, limits = problem.planned, problem.limits
    years = sorted({int(year) for name in names for year in re.findall(r"in FY(\d{4})", name)})
    if not years:
        return
    at = [planned.years.index(year) for year in years]
    if _hold(replace(problem, worlds=tuple(map(_without_history, problem.worlds))), names):
        yield _history(problem, names, years)
    free = np.where(planned.awards, limits.own, 0.0)
    if _hold(replace(problem, limits=replace(limits, own=free)), names):
        yield _amount("programmes without award types", (limits.own - free)[at].sum(keepdims=True), years)


def _without_history(world: Planned) -> Planned:
    """A world in which nobody was selected before the first year, and nothing is paid beside awards."""
    return replace(
        world,
        told={
            of: each if of == "applicants" else replace(each, base=0.0 * each.base) for of, each in world.told.items()
        },
    )


def _history(problem: Problem, names: Sequence[str], years: Sequence[int]) -> str:
    """What earlier selections cost in these years, or come to by themselves where no total conflicts."""
    at = [problem.planned.years.index(year) for year in years]
    of_total = any(name.startswith(TOTALS) for name in names)
    for kept in problem.limits.keep:
        if not of_total and any(name.startswith(f"{kept.text} in FY") for name in names):
            alone = [world.of(kept.measure, kept.programme, kept.award).constant[at[-1]] for world in problem.worlds]
            most = np.concatenate(alone).max()
            return f"earlier selections, by themselves {most:,.6g} in FY{years[-1]}"
    spent = [world.told["spend"].base[at][:, world.awards].sum(axis=(0, 1)) for world in problem.worlds]
    fixed = any(world.told["fixed_costs"].base[:, world.awards].any() for world in problem.worlds)
    return _amount(
        f"commitments of earlier selections{' and fixed costs' if fixed else ''}", np.concatenate(spent), years
    )


def _amount(of: str, amounts: Floats, years: Sequence[int]) -> str:
    """Amounts (C,) of several cases as one, the greatest."""
    least = "" if amounts.max() - amounts.min() < 0.05 else "up to "
    when = ", ".join(f"FY{year}" for year in years) + (" together" if len(years) > 1 else "")
    return f"{of}, {least}{amounts.max():,.1f} million yen in {when}"


def _hold(problem: Problem, names: Sequence[str]) -> bool:
    """Whether a problem with no other conditions than these has a solution."""
    programme = assemble(problem, np.zeros(problem.planned.budgets.shape)).programme
    return feasible([each for each in programme.rows if not each.name or each.name in names], programme)


def _would_do(problem: Problem, programme: LinearProgramme, names: Sequence[str]) -> str:
    """The least total of the last year whose total conflicts that would do, or how much more in every year.

    Where only some of the draws have rows others may need more.
    """
    of_totals = [each for each in programme.rows if each.name.startswith(TOTALS)]
    conflicting = [place for place, each in enumerate(of_totals) if each.name in names]
    if not conflicting:
        return ""
    place, every = conflicting[-1], problem.counted is None and problem.alone is None
    does = "would do" if every else "at least would be needed"
    least = _least_more(programme, of_totals[place : place + 1])
    if least is not None:
        total, year = float(problem.limits.totals[place]) + least, problem.planned.years[place]
        return f"; a total of {_typed(total)} in FY{year} {does}"
    least = _least_more(programme, of_totals)
    if least is None:
        return ""
    totals = problem.limits.totals + least
    if np.ptp(totals) < 1e-9:
        return f"; a total of {_typed(float(totals[0]))} in every year {does}"
    return f"; {_typed(least)} million yen more in every year {does}"


def _least_more(programme: LinearProgramme, totals: Sequence[Rows]) -> float | None:
    """The least by which some totals, all of them alike, must be greater for a plan; None where that is not enough."""
    from scipy import sparse

    named, rows = {each.name for each in totals}, list[Rows]()
    for each in programme.rows:
        more = np.full((each.matrix.shape[0], 1), -1.0 if each.name in named else 0.0)
        rows.append(replace(each, matrix=sparse.csr_array(sparse.hstack([each.matrix, sparse.csr_array(more)]))))
    try:
        return solve(
            LinearProgramme(
                np.append(0.0 * programme.cost, 1.0),
                np.append(programme.lower, 0.0),
                np.append(programme.upper, np.inf),
                np.append(programme.whole, False),
                tuple(rows),
            ),
            LOOKED,
        ).cost
    except RequestError:
        return None


def _typed(amount: float) -> str:
    """An amount rounded up to the digits that people type."""
    step = min(10.0 ** (np.floor(np.log10(max(amount, 1e-9))) + 1 - DIGITS), 1.0)
    return f"{np.ceil(amount / step - 1e-9) * step:,.10g}"
