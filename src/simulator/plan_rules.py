"""The rules that every plan obeys, as rows: money (model.md section 5), demand, totals, and conditions to keep."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from simulator import model
from simulator.affine import Affine
from simulator.aims import Term
from simulator.arrays import Floats
from simulator.conditions import Condition
from simulator.errors import RequestError
from simulator.measures import measure
from simulator.planned import Planned
from simulator.scenario import Scenario

STRICTLY = 1e-6
"""How far above a number is `> number`, as a share of it."""
EXACTLY = 2e-11
"""Share by which a plan keeps off limits of money where it can: sums of money are not exact."""
TOTALS = "the total"
"""Name of the limits on all appropriations together."""
FAR = 4.0
"""A draw that fails exceeds what a condition allows by this many times at most."""


@dataclass(frozen=True)
class Limits:
    """What a plan keeps to.

    Attributes
    ----------
    totals : (Y,) million yen that all appropriations add up to at most
    own : (Y, P) the scenario's own appropriations
    selected : (Y, J) its own selections
    keep : conditions, in every year shown or the one that they name
    within : share of its own appropriation by which a programme's may differ, infinite where it is free
    floors : least that terms come to, added up over the years
    aimed : whether something is maximised or a target; else as much as possible is used for what is smooth

    """

    totals: Floats
    own: Floats
    selected: Floats
    keep: tuple[Condition, ...] = ()
    within: float = float("inf")
    aimed: bool = True
    floors: tuple[tuple[Term, float], ...] = ()
    exactly: float = 0.0

    @property
    def measures(self) -> list[str]:
        """Measures that conditions and floors are about."""
        return [*(each.measure for each in self.keep), *(term.measure for term, _ in self.floors)]


@dataclass(frozen=True)
class Rule:
    """``lower <= of <= upper``, (Y, D); `slack` is what a draw that fails may miss it by in each year, if anything."""

    of: Affine
    lower: Floats | float
    upper: Floats | float
    slack: Floats
    names: tuple[str, ...] = ()
    rows: tuple[int, ...] = field(default=())

    @property
    def certain(self) -> bool:
        """Whether it is the same in every draw."""
        bounds = (np.asarray(bound) for bound in (self.lower, self.upper))
        return self.of.alike and all(bound.ndim < 2 or bool((bound == bound[:, :1]).all()) for bound in bounds)


def shared(planned: Planned, limits: Limits) -> Iterator[Rule]:
    """Rules of appropriations, whatever the future."""
    for row, name in enumerate(planned.labels.programmes):
        yield from _appropriation(planned, limits, row, name)
    yield _total(planned, limits)


def rules(planned: Planned, limits: Limits, margin: Floats) -> Iterator[Rule]:
    """All other rules of a plan; `margin` (Y, P) million yen are left beside by each programme in each year."""
    for row, name in enumerate(planned.labels.programmes):
        if planned.awards[row]:
            yield from _money(planned, limits, row, name, margin)
    yield from _highest(planned)
    for condition in limits.keep:
        yield _kept(planned, condition, limits.exactly)
    first, last = planned.scenario.document.horizon
    for term, least in limits.floors:
        added, name = term.summed(planned, range(first, last + 1)).mean, f"{term.text} >= {least:,.6g}"
        yield Rule(added, least, np.inf, np.zeros(1), (name,))


def _money(planned: Planned, limits: Limits, row: int, name: str, margin: Floats) -> Iterator[Rule]:
    """New awards are paid from what is available; what is left is carried as far as it may be.

    How it is carried no draw may miss; what a draw that fails is short of it owes in the next year.
    """
    zero, slack, never = np.zeros((planned.labels.years, planned.draws)), limits.totals, np.zeros(planned.labels.years)
    unspent, returned = planned.of("unspent", name), planned.of("returned", name)
    yield Rule(unspent, planned.reserve[:, row] + margin[:, row, None] + zero, np.inf, slack)
    programme = planned.scenario.document.programmes[name]
    limit = [programme.carry_limit.at(year) if programme.carry_limit else np.inf for year in planned.years]
    kept = np.isinf(limit) & ~planned.inputs.lapses[:, row]
    yield Rule(returned, zero, np.where(kept, 0.0, np.inf)[:, None] + zero, never)
    for place in np.flatnonzero(np.isfinite(limit)).tolist():
        share = planned.of("budget", name).years([place]).times(float(limit[place]))
        yield Rule(planned.of("carried_out", name).years([place]) - share, -np.inf, 0.0, never[[place]])


def _appropriation(planned: Planned, limits: Limits, row: int, name: str) -> Iterator[Rule]:
    """What a programme without award types is given is its own path; that of others stays near theirs if asked."""
    own, within = limits.own[:, [row]], limits.within if planned.awards[row] else 0.0
    if np.isinf(within):
        return
    near = f"within {within:.0%} of" if within else "as"
    names = tuple(
        f"the budget of {name} {near} its own {own[at, 0]:,.1f} in FY{year}" for at, year in enumerate(planned.years)
    )
    budget = planned.of("budget", name).draw(0)
    yield Rule(
        budget, own * max(1 - within, 0.0), own * (1 + within), np.zeros(len(own)), names if planned.awards[row] else ()
    )


def _highest(planned: Planned) -> Iterator[Rule]:
    """No more are selected than the maximum and demand allow, whole awards in whole numbers."""
    zero = np.zeros((planned.labels.years, planned.draws))
    for programme in planned.inputs.programmes:
        fed = {each.target: each for each in programme.fed}
        for place in range(len(programme.eras)):
            of, award = planned.labels.awards[programme.rows.start + place]
            selected, most = planned.of("selected", of, award), programme.selection.maximum[:, place] + zero
            if np.isfinite(most).any():
                most = np.floor(most + 1e-9) if programme.whole_awards else most
                names = tuple(
                    f"at most {few:,.6g} of {of}.{award} in FY{year}"
                    for few, year in zip(most[:, 0], planned.years, strict=True)
                )
                yield Rule(selected, -np.inf, most, FAR * np.where(np.isfinite(most), most, 0.0).max(axis=1), names)
            if place in fed:
                rate, applicants = fed[place].highest_rate + zero, planned.of("applicants", of, award)
                cap = Affine(applicants.constant * rate, applicants.slopes * rate[:, None])
                names = tuple(f"no more of {of}.{award} than applicants allow in FY{year}" for year in planned.years)
                yield Rule(selected - cap, -np.inf, 0.0, FAR * np.maximum(cap.constant.max(axis=1), 1.0), names)


def _total(planned: Planned, limits: Limits) -> Rule:
    pairs = zip(limits.totals, planned.years, strict=True)
    names = tuple(f"{TOTALS} of {_told(total)} million yen in FY{year}" for total, year in pairs)
    return Rule(planned.of("budget").draw(0), -np.inf, limits.totals[:, None], np.zeros(len(names)), names)


def _told(amount: float) -> str:
    """Million yen with one decimal, what is less than that with its digits."""
    return f"{amount:,.1f}" if amount == 0 or amount >= 0.05 else f"{amount:.3g}"


def _kept(planned: Planned, condition: Condition, exactly: float) -> Rule:
    if condition.sign == "!=":
        raise RequestError(f"--keep {condition.text!r}: a plan can keep to >=, <=, >, < and ==, not to !=")
    first, last = planned.scenario.document.horizon
    condition.require_year(range(first, last + 1))
    shown = [at for at, year in enumerate(planned.years) if first <= year and condition.counts(year)]
    of = planned.of(condition.measure, condition.programme, condition.award).years(shown)
    strictly = STRICTLY * max(abs(condition.value), 1.0)
    lower = {">=": condition.value, "==": condition.value, ">": condition.value + strictly}.get(condition.sign, -np.inf)
    upper = {"<=": condition.value, "==": condition.value, "<": condition.value - strictly}.get(condition.sign, np.inf)
    if is_exact(condition):
        trace = exactly * abs(condition.value)
        lower, upper = lower + trace, upper - trace
    names = tuple(f"{condition.text} in FY{planned.years[at]}" for at in shown)
    slack = np.full(len(shown), FAR * max(abs(condition.value), 1.0))
    return Rule(of, lower, upper, slack, names)


def is_exact(condition: Condition) -> bool:
    """Whether a condition is kept to the last bit: of money, from one side."""
    return measure(condition.measure).unit == "million_yen" and condition.sign != "=="


def require_keepable(conditions: Sequence[Condition]) -> None:
    """RequestError for a condition that no figure could ever fulfil: all measures are 0 or more."""
    for each in conditions:
        if not each.is_possible:
            raise RequestError(f"--keep {each.text!r}: can never hold, since {each.measure} is never below 0")


def limits_of(
    scenario: Scenario, keep: Sequence[str], totals: Mapping[int, float], within: float, *, aimed: bool
) -> Limits:
    """What a plan of a scenario keeps to, parameters as of `optimisation.optimise`; RequestError for what cannot be."""
    conditions = tuple(Condition.parse(text) for text in keep)
    require_keepable(conditions)
    document = scenario.document
    whole = replace(
        scenario, document=document.model_copy(update={"years": (document.first_year, document.horizon[1])})
    )
    run = model.run(whole, measures=["budget", "selected"]).runs[0]
    own = np.stack([run.of("budget", name)[:, 0] for name in run.labels.programmes], axis=1)
    for year in totals:
        if year not in run.years:
            raise RequestError(f"--total: FY{year} is not among FY{run.years.start}-FY{run.years.stop - 1}")
    of_years = np.array([totals.get(year, own[at].sum()) for at, year in enumerate(run.years)])
    near = within if aimed or np.isfinite(within) else 0.0
    return Limits(of_years, own, run.kept("selected")[..., 0], conditions, near, aimed)
