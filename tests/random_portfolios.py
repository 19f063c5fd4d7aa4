"""Random valid portfolios, each with a scenario that overrides it, and the features they show."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from hypothesis import strategies as st

from simulator.loading import load
from simulator.scenario import Award, Programme, Scenario
from simulator.values import ALWAYS, Stay, Steps
from tests.accountant import appropriation

T = TypeVar("T")
Tree = dict[Any, Any]

MONTHS = (
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "january", "february",
    "march",
)  # fmt: skip
INDICES = ("prices", "fares", "dollar")
LONGEST = 60  # months


@dataclass(frozen=True)
class Documents:
    """A portfolio and a scenario that extends it, as YAML gives them."""

    portfolio: Tree
    scenario: Tree

    def load(self) -> Scenario:
        """The scenario, written as YAML and read by the package."""
        with tempfile.TemporaryDirectory() as folder:
            for name, tree in (("portfolio", self.portfolio), ("scenario", self.scenario)):
                Path(folder, f"{name}.yaml").write_text(text(tree), encoding="utf-8")
            return load(Path(folder, "scenario.yaml"))


class _Dumper(yaml.CSafeDumper):
    """YAML without anchors, which the format refuses."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def text(tree: Tree) -> str:
    """YAML text of a tree, keys in their order."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False)


def portfolios(*, at_rest: bool = False, whole_awards: bool | None = None) -> st.SearchStrategy[Documents]:
    """Random documents; `at_rest` is without anything that changes by year, `steady` and without rounding."""
    return st.composite(lambda draw: Maker(draw, at_rest, whole_awards).documents())()


class Maker:
    """Draws the parts of a portfolio and of its scenario; what depends on years knows the first one."""

    def __init__(self, draw: st.DrawFn, at_rest: bool, whole_awards: bool | None) -> None:
        self.draw, self.at_rest, self.whole_awards = draw, at_rest, whole_awards
        self.first = draw(st.integers(2019, 2024))
        self.length = 14 if at_rest else draw(st.integers(4, 12))

    def documents(self) -> Documents:
        base = self.first + (0 if self.at_rest else self.one_of([0, 0, -2, 1, 3]))
        portfolio = {
            "name": "Random portfolio",
            "first_year": self.first,
            "price_base_year": base,
            "plan_periods": {agency: {"ends": self.ends()} for agency in ("one", "two")},
            "economy": {name: self.index(base) for name in INDICES},
            "programmes": {f"p{number}": self.programme(bare=number > 0) for number in range(self.number(1, 3))},
        }
        if self.chance(0.3):
            portfolio["budget"] = self.levers(["request", "enacted"])
        return Documents(portfolio, self.scenario(portfolio, base))

    def scenario(self, portfolio: Tree, base: int) -> Tree:
        shown = self.first + (1 if self.chance(0.5) else 0)
        scenario: Tree = {"extends": "portfolio.yaml", "years": f"{shown}-{self.first + self.length - 1}"}
        if shown > self.first and self.chance(0.7):
            scenario["first_year"] = shown
        if self.chance(0.4):
            scenario["budget"] = self.levers(["request", "enacted"])
        if self.chance(0.3):
            scenario["economy"] = {"fares": self.index(base)}
        programmes = {
            name: self.changes(programme) for name, programme in portfolio["programmes"].items() if self.chance(0.6)
        }
        if self.chance(0.15):
            programmes["added"] = self.programme()
        return scenario | ({"programmes": programmes} if any(programmes.values()) else {})

    def changes(self, programme: Tree) -> Tree:
        """What a scenario overrides in a programme."""
        fields: dict[str, Callable[[], object]] = {
            "budget": lambda: self.levers(["request", "enacted"]),
            "reserve": lambda: self.by_year(lambda: self.one_of([1, 1, 10]) * self.number(0, 30)),
            "carry_limit": lambda: self.by_year(self.share),
            "whole_awards": self.rounding,
        }
        changes = {name: draw() for name, draw in fields.items() if self.chance(0.25)}
        awards = {name: self.award_changes() for name in programme.get("awards", {}) if self.chance(0.6)}
        if self.chance(0.2) and "plan" not in str(programme.get("intake")):
            shared = any("budget_share" in award for award in programme.get("awards", {}).values())
            awards["added"] = self.award() | ({"budget_share": 0.0} if shared else {})
        return changes | ({"awards": awards} if awards else {})

    def award_changes(self) -> Tree:
        fields: dict[str, Callable[[], object]] = {
            "duration": self.duration,
            "start_months": self.start_months,
            "early_termination": lambda: self.by_year(self.share),
            "deferral": lambda: self.by_year(self.share),
            "continuing": lambda: self.by_year(self.share),
            "maximum": lambda: self.by_year(lambda: self.number(0, 80) / 2),
        }
        return {name: draw() for name, draw in fields.items() if self.chance(0.3)}

    def programme(self, *, bare: bool = True) -> Tree:
        """A programme, perhaps a bare one without award types."""
        size = self.one_of([20, 100, 100, 400])
        programme: Tree = {
            "agency": self.one_of(["one", "one", "two", "fund"]),
            "whole_awards": self.rounding(),
            "appropriations": {column: self.by_year(lambda: self.money(size)) for column in ("request", "enacted")},
        }
        fields: dict[str, Callable[[], object]] = {
            "fixed_costs": lambda: self.fixed_costs(size),
            "reserve": lambda: self.by_year(lambda: self.number(0, size // self.one_of([10, 10, 1]))),
            "carry_limit": lambda: self.by_year(self.share),
            "budget": lambda: self.levers(["request", *[self.by_year(lambda: self.money(size), 0.8)] * 2]),
        }
        programme |= {name: draw() for name, draw in fields.items() if self.chance(0.5)}
        awards = {f"a{number}": self.award() for number in range(self.one_of([1, 1, 2, 2, 3, *[0] * (2 * bare)]))}
        if not awards:
            return programme
        if len(awards) > 1 and self.chance(0.7):
            for award, share in zip(awards.values(), self.shares(len(awards)), strict=True):
                award["budget_share"] = share
        rules = ["steady"] if self.at_rest else ["steady", "cash", "plan"]
        programme |= {"intake": self.one_of(rules), "awards": awards}
        for award in awards.values():
            if programme["intake"] == "plan" or self.chance(0.4):
                award["plan"] = self.by_year(lambda: self.number(0, 80) / 2)
        return programme

    def award(self) -> Tree:
        places = self.one_of([[], [], ["near", "far"], ["near", "far", "sea"]])
        award: Tree = {"duration": self.duration(), "costs": self.costs(places)}
        fields: dict[str, Callable[[], object]] = {
            "start_months": self.start_months,
            "take_up": lambda: self.by_year(lambda: self.number(10, 20) / 20),
            "deferral": lambda: self.by_year(self.share),
            "early_termination": lambda: self.by_year(self.share),
            "history": self.history,
        }
        if not self.at_rest:
            fields["continuing"] = lambda: self.by_year(self.share)
            fields["maximum"] = lambda: self.by_year(lambda: self.number(0, 80) / 2)
        award |= {name: draw() for name, draw in fields.items() if self.chance(0.5)}
        return award | ({"destinations": dict(zip(places, self.shares(len(places)), strict=True))} if places else {})

    def duration(self) -> object:
        return self.by_year(self.stay)

    def stay(self) -> object:
        if self.chance(0.6):
            return self.span()
        spans = {self.span(): None for _ in range(self.number(2, 3))}
        return dict(zip(spans, self.shares(len(spans)), strict=True))

    def span(self) -> str:
        low, high = sorted((self.number(1, LONGEST), self.number(1, LONGEST)))
        kinds = [
            f"{low} months",
            f"{high} months",
            f"{low}-{high} months",
            f"{high / 12:.2f} years",
            f"{low % 8 + 1} weeks",
        ]
        return str(self.one_of([*kinds, f"{low % 4 + 1}-{low % 4 + 3} weeks"]))

    def start_months(self) -> object:
        def months() -> Tree:
            chosen = self.draw(st.lists(st.sampled_from(MONTHS), min_size=1, max_size=4, unique=True))
            return dict(zip(chosen, self.shares(len(chosen)), strict=True))

        return self.by_year(months, 0.6)

    def history(self) -> Tree:
        if self.chance(0.4):
            return {"steady": self.number(0, 30)}
        return {self.first - 1 - back: self.number(0, 30) for back in range(self.number(1, 6))}

    def costs(self, places: Sequence[str]) -> Tree:
        """One to four components, the first paid in the year of start and never nothing."""
        scale = self.one_of([0.02, 0.2, 1, 1, 4])
        bases = [self.one_of(["start", "month", "year"])]
        bases += [self.one_of(["start", "end", "month", "year"]) for _ in range(self.number(0, 3))]
        return {f"c{number}": self.component(per, scale, places) for number, per in enumerate(bases)}

    def component(self, per: str, scale: float, places: Sequence[str]) -> Tree:
        def each(draw: Callable[[], object]) -> object:
            return {place: draw() for place in places} if places and self.chance(0.6) else draw()

        size = scale * {"start": 1, "end": 1, "month": 0.4, "year": 5}[per]
        component: Tree = {"amount": each(lambda: size * self.number(1, 20) / 10), "per": per}
        if self.chance(0.6):
            component["index"] = each(lambda: self.one_of(INDICES))
            if self.chance(0.6):
                component["indexation"] = each(self.share)
        if self.chance(0.3):
            component["revision"] = self.by_year(lambda: self.number(-8, 8) / 20)
        return component

    def fixed_costs(self, size: int) -> Tree:
        fixed: Tree = {"amount": self.by_year(lambda: self.number(0, size // 4))}
        if self.chance(0.7):
            fixed |= {"index": self.one_of(INDICES), "indexation": self.share()}
        return fixed

    def levers(self, bases: Sequence[object]) -> Tree:
        levers: Tree = {}
        if self.chance(0.7):
            levers["base"] = self.one_of(bases)
        if self.chance(0.6):
            levers["level"] = self.one_of([-1.0, -0.5, 0.1, 0.25, 1.0])
        if self.chance(0.6) and not self.at_rest:
            levers["growth"] = self.by_year(self.growth)
        return levers

    def index(self, base: int) -> Tree:
        if self.at_rest:
            return {"growth": 0.0}
        if self.chance(0.5):
            return {"growth": self.by_year(self.growth)}
        return {"path": {year: 1.0 if year == base else self.number(8, 14) / 10 for year in range(base - 2, base + 4)}}

    def ends(self) -> list[int]:
        return [self.first + self.number(0, 3), self.first + self.number(4, 9)]

    def by_year(self, draw: Callable[[], object], share: float = 0.35) -> Any:
        """A value, or with this probability values by year."""
        if self.at_rest or not self.chance(share):
            return draw()
        return {self.first + year: draw() for year in sorted({self.number(-5, 8) for _ in range(self.number(1, 3))})}

    def money(self, size: int) -> float:
        return self.one_of([0.0, *[size * self.number(5, 30) / 10] * 9])

    def rounding(self) -> bool:
        if self.at_rest or self.whole_awards is not None:
            return bool(self.whole_awards)
        return self.one_of([True, False])

    def growth(self) -> float:
        return self.number(-10, 15) / 100

    def share(self) -> float:
        return self.one_of([0.0, 0.02, 0.05, 0.1, 0.25, 0.4, 0.5, 0.75, 1.0])

    def shares(self, count: int) -> list[float]:
        weights = [self.number(1, 9) for _ in range(count)]
        return [weight / sum(weights) for weight in weights]

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_of(self, items: Sequence[T]) -> T:
        return self.draw(st.sampled_from(items))

    def chance(self, share: float) -> bool:
        return self.draw(st.integers(1, 100)) > 100 * (1 - share)


def _values(steps: Steps[T]) -> set[T]:
    return {value for _, value in steps.steps}


def _programmes(scenario: Scenario) -> list[Programme]:
    return list(scenario.document.programmes.values())


def _with_awards(scenario: Scenario) -> list[Programme]:
    return [programme for programme in _programmes(scenario) if programme.awards]


def _of_awards(holds: Callable[[Award], bool]) -> Callable[[Scenario], bool]:
    return lambda scenario: any(holds(award) for p in _programmes(scenario) for award in p.awards.values())


def _of_programmes(holds: Callable[[Programme], bool]) -> Callable[[Scenario], bool]:
    return lambda scenario: any(holds(programme) for programme in _with_awards(scenario))


def _stays(award: Award) -> list[Stay]:
    return [stay for _, stay in award.duration.steps]


def _indexations(award: Award) -> list[float]:
    given = [c.indexation for c in award.costs.values() if c.index is not None]
    return [n.at(ALWAYS) for one in given for n in (one.values() if isinstance(one, dict) else [one])]


def _priced_by_path(award: Award, scenario: Scenario) -> bool:
    given = [c.index for c in award.costs.values() if c.index is not None]
    names = [name for one in given for name in (one.values() if isinstance(one, dict) else [one])]
    return any(scenario.document.economy[name].path is not None for name in names)


def _plan_period_ends(scenario: Scenario) -> bool:
    first, last = scenario.document.first_year, scenario.document.horizon[1]
    periods = [scenario.document.plan_periods.get(p.agency) for p in _with_awards(scenario)]
    return any(first <= year < last for period in periods if period for year in period.ends)


def _life_overridden(scenario: Scenario) -> bool:
    names = ("duration", "start_months", "early_termination")
    return any(path.split(".")[-1] in names and ".added." not in path for path in scenario.overrides)


def _shares_differ(programme: Programme) -> bool:
    return len({award.budget_share.at(ALWAYS) for award in programme.awards.values() if award.budget_share}) > 1


def _zero_budget(scenario: Scenario) -> bool:
    document, (first, last) = scenario.document, scenario.document.horizon
    years = range(first, last + 1)
    return any(p.awards and not appropriation(document, n, y) for n, p in document.programmes.items() for y in years)


FEATURES: dict[str, Callable[[Scenario], bool]] = {
    "deferral": _of_awards(lambda a: max(_values(a.deferral)) > 0),
    "take-up below 1": _of_awards(lambda a: min(_values(a.take_up)) < 1),
    "early termination": _of_awards(lambda a: max(_values(a.early_termination)) > 0),
    "continuing awards paid in part": _of_awards(lambda a: min(_values(a.continuing)) < 1),
    "mixture of durations": _of_awards(lambda a: any(len(stay.ranges) > 1 for stay in _stays(a))),
    "range of durations": _of_awards(lambda a: any(low < high for s in _stays(a) for low, high, _ in s.ranges)),
    "mixture with a range": _of_awards(
        lambda a: any(len(s.ranges) > 1 and any(low < high for low, high, _ in s.ranges) for s in _stays(a))
    ),
    "duration by year": _of_awards(lambda a: len(a.duration.steps) > 2),
    "start months other than April": _of_awards(lambda a: any(sum(m[1:]) > 0 for m in _values(a.start_months))),
    "start months by year": _of_awards(lambda a: len(a.start_months.steps) > 2),
    "history": _of_awards(lambda a: any(year != ALWAYS and number for year, number in a.history.steps)),
    "steady history": _of_awards(lambda a: any(year == ALWAYS and number for year, number in a.history.steps)),
    "destinations": _of_awards(lambda a: a.destinations is not None),
    "indexation between 0 and 1": _of_awards(lambda a: any(0 < passed_on < 1 for passed_on in _indexations(a))),
    "revision": _of_awards(lambda a: any(_values(c.revision) - {0.0} for c in a.costs.values())),
    "price by path": lambda s: any(_priced_by_path(a, s) for p in _programmes(s) for a in p.awards.values()),
    "fixed costs with index": _of_programmes(lambda p: p.fixed_costs.index is not None),
    "reserve": _of_programmes(lambda p: max(_values(p.reserve)) > 0),
    "carry limit": _of_programmes(lambda p: p.carry_limit is not None and min(_values(p.carry_limit)) < 1),
    "plan period ends": _plan_period_ends,
    "steady": _of_programmes(lambda p: p.intake == "steady"),
    "cash": _of_programmes(lambda p: p.intake == "cash"),
    "plan": _of_programmes(lambda p: p.intake == "plan"),
    "whole awards": _of_programmes(lambda p: p.whole_awards),
    "fractions of awards": _of_programmes(lambda p: not p.whole_awards),
    "maximum": _of_awards(lambda a: a.maximum is not None),
    "budget shares differ": _of_programmes(_shares_differ),
    "level of the portfolio": lambda s: _values(s.document.budget.level) != {0.0},
    "growth of the portfolio": lambda s: _values(s.document.budget.growth) != {0.0},
    "level of a programme": _of_programmes(lambda p: _values(p.budget.level) != {0.0}),
    "growth of a programme": _of_programmes(lambda p: _values(p.budget.growth) != {0.0}),
    "base by year": _of_programmes(lambda p: isinstance(p.budget.base, Steps) and len(p.budget.base.steps) > 1),
    "base by column": lambda s: s.document.budget.base is not None,
    "life terms overridden": _life_overridden,
    "price base year after the first year": lambda s: s.document.price_base_year > s.document.first_year,
    "programme without award types": lambda s: len(_with_awards(s)) < len(_programmes(s)),
    "zero budget": _zero_budget,
    "part of the years shown": lambda s: s.document.horizon[0] > s.document.first_year,
    "first year overridden": lambda s: "first_year" in s.overrides,
    "award type added": lambda s: any("added" in path.split(".") for path in s.overrides),
}
