"""The features of the format that a random portfolio may show."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from simulator.award_types import Award, Component, Link
from simulator.scenario import Document, OwnChange, Programme, Scenario
from simulator.values import ALWAYS, Stay, Steps
from tests.accountant_budgets import appropriation
from tests.accountant_prices import real_value

T = TypeVar("T")
Feature = Callable[[Scenario], bool]


def _values(steps: Steps[T]) -> set[T]:
    return {value for _, value in steps.steps}


def _by_year(steps: Steps[T] | None) -> bool:
    return steps is not None and sum(year != ALWAYS for year, _ in steps.steps) > 1


def _programmes(scenario: Scenario) -> list[Programme]:
    return list(scenario.document.programmes.values())


def _with_awards(scenario: Scenario) -> list[Programme]:
    return [programme for programme in _programmes(scenario) if programme.awards]


def _awards(scenario: Scenario) -> list[Award]:
    return [award for programme in _programmes(scenario) for award in programme.awards.values()]


def _years(scenario: Scenario) -> range:
    return range(scenario.document.first_year, scenario.document.horizon[1] + 1)


def _of_awards(holds: Callable[[Award], bool]) -> Feature:
    return lambda scenario: any(holds(award) for award in _awards(scenario))


def _of_programmes(holds: Callable[[Programme], bool]) -> Feature:
    return lambda scenario: any(holds(programme) for programme in _with_awards(scenario))


def _of_components(holds: Callable[[Component], bool]) -> Feature:
    return _of_awards(lambda award: any(holds(component) for component in award.costs.values()))


def _of_stays(holds: Callable[[Stay], bool]) -> Feature:
    return _of_awards(lambda a: a.duration is not None and any(holds(stay) for stay in _values(a.duration)))


def _links(kind: str, lag: int = 1) -> Feature:
    """Completions lead to another award type, so many years later or more."""

    def moves(link: Link) -> bool:
        return link.share.at(ALWAYS) > 0 and link.lag >= lag

    return _of_awards(lambda a: any(moves(link) for link in getattr(a, kind)))


def _of_changes(holds: Callable[[OwnChange], bool]) -> Feature:
    return lambda scenario: any(holds(change) for change in (*_of_portfolio(scenario), *_of_own(scenario)))


def _of_portfolio(scenario: Scenario) -> Iterable[OwnChange]:
    return _in_force(scenario, scenario.document.budget.changes)


def _of_own(scenario: Scenario) -> Iterable[OwnChange]:
    return _in_force(scenario, [change for p in _with_awards(scenario) for change in p.budget.changes])


def _in_force(scenario: Scenario, changes: Iterable[OwnChange]) -> list[OwnChange]:
    years = _years(scenario)
    return [
        change
        for change in changes
        if any((change.since or year) <= year <= (change.until or year) for year in years)
        and (change.multiply is None or change.multiply.at(ALWAYS) != 1)
    ]


def _allocation(rule: str, field: str | None = None) -> Feature:
    """A total of several programmes is split by a rule, with a field given."""

    def holds(scenario: Scenario) -> bool:
        budget = scenario.document.budget
        split = budget.allocation == rule and len(_programmes(scenario)) > 1
        return split and (field is None or bool(getattr(budget, field)))

    return holds


def _indexations(component: Component) -> list[float]:
    if component.index is None:
        return []
    given = component.indexation
    return [number.at(ALWAYS) for number in (given.values() if isinstance(given, dict) else [given])]


def _priced_by_path(scenario: Scenario) -> bool:
    given = [c.index for a in _awards(scenario) for c in a.costs.values() if c.index is not None]
    names = [name for one in given for name in (one.values() if isinstance(one, dict) else [one])]
    return any(scenario.document.economy[name].path is not None for name in names)


def _plan_period_ends(scenario: Scenario) -> bool:
    periods = [scenario.document.plan_periods.get(p.agency) for p in _with_awards(scenario)]
    return any(year in _years(scenario)[:-1] for period in periods if period for year in period.ends)


def _overridden(scenario: Scenario, *names: str) -> bool:
    return any(path.split(".")[-1] in names and ".added." not in path for path in scenario.overrides)


def _kind_of_life_overridden(scenario: Scenario) -> bool:
    """A renewal stands where the portfolio has a duration, or the reverse."""
    return any(
        (award.renewal is None) != (earlier.renewal is None)
        for name, programme in scenario.portfolio.programmes.items()
        for key, earlier in programme.awards.items()
        for award in [scenario.document.programmes[name].awards[key]]
    )


def _shares_differ(programme: Programme) -> bool:
    return len({award.budget_share.at(ALWAYS) for award in programme.awards.values() if award.budget_share}) > 1


def _zero_budget(scenario: Scenario) -> bool:
    document = scenario.document
    return any(
        p.awards and not appropriation(document, name, year)
        for name, p in document.programmes.items()
        for year in _years(scenario)
    )


def _real_value_moves_demand(scenario: Scenario) -> bool:
    def moves(document: Document, award: Award) -> bool:
        elastic = award.demand is not None and award.demand.elasticity.at(ALWAYS) and award.demand.applicants.at(ALWAYS)
        return bool(elastic) and any(real_value(document, award, year) != 1 for year in _years(scenario))

    return any(moves(scenario.document, award) for award in _awards(scenario))


def _extended(scenario: Scenario) -> bool:
    years = _years(scenario)
    extensions = [item for award in _awards(scenario) for item in award.extensions.items()]
    return any(year in years and extension.share.at(year) > 0 for year, extension in extensions)


def _across(kind: str) -> Feature:
    return lambda scenario: any(
        link.share.at(ALWAYS) > 0 and link.target[0] != name
        for name, programme in scenario.document.programmes.items()
        for award in programme.awards.values()
        for link in getattr(award, kind)
    )


def _demand_caps(award: Award) -> bool:
    return award.demand is not None and min(_values(award.demand.maximum_success_rate)) < 1


def _reviewed(award: Award) -> bool:
    return award.renewal is not None and max(_values(award.renewal.share)) > 0


LIVES: dict[str, Feature] = {
    "deferral": _of_awards(lambda a: max(_values(a.deferral)) > 0),
    "deferral of all": _of_awards(lambda a: max(_values(a.deferral)) == 1),
    "backlog": _of_awards(lambda a: a.backlog.at(ALWAYS) > 0),
    "take-up below 1": _of_awards(lambda a: min(_values(a.take_up)) < 1),
    "early termination": _of_awards(lambda a: max(_values(a.early_termination)) > 0),
    "mixture of durations": _of_stays(lambda s: len(s.ranges) > 1),
    "range of durations": _of_stays(lambda s: any(low < high for low, high, _ in s.ranges)),
    "mixture with a range": _of_stays(lambda s: len(s.ranges) > 1 and any(low < high for low, high, _ in s.ranges)),
    "duration by year": _of_awards(lambda a: _by_year(a.duration)),
    "renewal": _of_awards(_reviewed),
    "renewal by year": _of_awards(
        lambda a: a.renewal is not None and any(map(_by_year, (a.renewal.after, a.renewal.share, a.renewal.until)))
    ),
    "start months other than April": _of_awards(lambda a: any(sum(m[1:]) > 0 for m in _values(a.start_months))),
    "start months by year": _of_awards(lambda a: _by_year(a.start_months)),
    "history": _of_awards(lambda a: any(year != ALWAYS and number for year, number in a.history.steps)),
    "steady history": _of_awards(lambda a: any(year == ALWAYS and number for year, number in a.history.steps)),
    "life terms overridden": lambda s: _overridden(s, "duration", "renewal", "start_months", "early_termination"),
    "renewal in place of a duration, or the reverse": _kind_of_life_overridden,
    "extensions": _extended,
    "promotions": _links("promotes"),
    "promotions years later": _links("promotes", lag=2),
    "promotions across programmes": _across("promotes"),
    "outcomes": _of_awards(lambda a: any(given is not None for _, given in a.outcomes)),
    "papers in the top 10 %": _of_awards(lambda a: a.outcomes.top10_share is not None),
}

COSTS: dict[str, Feature] = {
    "continuing awards paid in part": _of_awards(lambda a: min(_values(a.continuing)) < 1),
    "destinations": _of_awards(lambda a: a.destinations is not None),
    "indexation between 0 and 1": _of_components(lambda c: any(0 < passed_on < 1 for passed_on in _indexations(c))),
    "revision": _of_components(lambda c: bool(_values(c.revision) - {0.0})),
    "award spread": _of_components(lambda c: c.spread is not None and len(c.spread.at(ALWAYS)) > 1),
    "partner money": _of_components(lambda c: c.payer == "partner"),
    "price by path": _priced_by_path,
    "price base year after the first year": lambda s: s.document.price_base_year > s.document.first_year,
    "fixed costs with index": _of_programmes(lambda p: p.fixed_costs.index is not None),
    "reserve": _of_programmes(lambda p: max(_values(p.reserve)) > 0),
    "carry limit": _of_programmes(lambda p: p.carry_limit is not None and min(_values(p.carry_limit)) < 1),
    "plan period ends": _plan_period_ends,
}

INTAKE: dict[str, Feature] = {
    "demand": _of_awards(lambda a: a.demand is not None and a.demand.applicants.at(ALWAYS) > 0),
    "demand growth": _of_awards(lambda a: a.demand is not None and bool(_values(a.demand.growth) - {0.0})),
    "elasticity with a real value that moves": _real_value_moves_demand,
    "cost of living": _of_awards(lambda a: a.demand is not None and a.demand.cost_of_living is not None),
    "demand that caps": _of_awards(_demand_caps),
    "feeds": _links("feeds"),
    "feeds years later": _links("feeds", lag=2),
    "steady": _of_programmes(lambda p: p.intake == "steady"),
    "cash": _of_programmes(lambda p: p.intake == "cash"),
    "plan": _of_programmes(lambda p: p.intake == "plan"),
    "whole awards": _of_programmes(lambda p: p.whole_awards),
    "fractions of awards": _of_programmes(lambda p: not p.whole_awards),
    "maximum": _of_awards(lambda a: a.maximum is not None),
    "budget shares differ": _of_programmes(_shares_differ),
    "budget shares by year": _of_awards(lambda a: _by_year(a.budget_share)),
}

BUDGETS: dict[str, Feature] = {
    "level of the portfolio": lambda s: _values(s.document.budget.level) != {0.0},
    "growth of the portfolio": lambda s: _values(s.document.budget.growth) != {0.0},
    "level of a programme": _of_programmes(lambda p: _values(p.budget.level) != {0.0}),
    "growth of a programme": _of_programmes(lambda p: _values(p.budget.growth) != {0.0}),
    "base by year": _of_programmes(lambda p: isinstance(p.budget.base, Steps) and _by_year(p.budget.base)),
    "base by column": lambda s: s.document.budget.base is not None,
    "zero budget": _zero_budget,
    "change that multiplies": _of_changes(lambda change: change.multiply is not None),
    "change that adds": _of_changes(lambda change: change.add is not None and change.add.at(ALWAYS) > 0),
    "change that takes away": _of_changes(lambda change: change.add is not None and change.add.at(ALWAYS) < 0),
    "change that sets": _of_changes(lambda change: change.set is not None),
    "change of one programme by the portfolio": lambda s: any(getattr(c, "programme", None) for c in _of_portfolio(s)),
    "change of all programmes": lambda s: any(not getattr(c, "programme", None) for c in _of_portfolio(s)),
    "change by a programme": lambda s: any(True for _ in _of_own(s)),
    "allocation itemised": _allocation("itemised"),
    "allocation proportional": _allocation("proportional"),
    "allocation by priority": _allocation("priority"),
    "allocation by plan": _allocation("plan"),
    "total": lambda s: _allocation("proportional", "total")(s) or _allocation("priority", "total")(s),
    "total by priority": _allocation("priority", "total"),
    "total of the programmes' own paths": lambda s: (
        s.document.budget.total is None and (_allocation("proportional")(s) or _allocation("priority")(s))
    ),
    "order of priority": _allocation("priority", "priority"),
    "weights": _allocation("priority", "weights"),
}

PORTFOLIOS: dict[str, Feature] = {
    "programme without award types": lambda s: len(_with_awards(s)) < len(_programmes(s)),
    "part of the years shown": lambda s: s.document.horizon[0] > s.document.first_year,
    "first year overridden": lambda s: "first_year" in s.overrides,
    "award type added": lambda s: any("added" in path.split(".") for path in s.overrides),
}

FEATURES = LIVES | COSTS | INTAKE | BUDGETS | PORTFOLIOS
