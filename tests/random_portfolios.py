"""Random valid portfolios, each with a scenario that overrides it."""

import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from simulator.loading import load
from simulator.scenario import Scenario
from tests.random_awards import INDICES, AwardDraws
from tests.random_budgets import BudgetDraws
from tests.random_draws import Fields, Tree

Test = Callable[..., None]
COLUMNS = ["request", "enacted"]


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


class Maker(AwardDraws, BudgetDraws):
    """Draws the parts of a portfolio and of its scenario; what depends on years knows the first one."""

    def documents(self) -> Documents:
        base = self.first + (0 if self.at_rest else self.one_of([0, 0, -2, 1, 3]))
        programmes = {
            f"p{number}": self.programme(bare=number > 0) for number in range(self.one_of([2, 2, 3, 2, 2, 3, 2, 1]))
        }
        self.connect(programmes, programmes)
        portfolio = {
            "name": "Random portfolio",
            "first_year": self.first,
            "price_base_year": base,
            "plan_periods": {agency: {"ends": self.ends()} for agency in ("one", "two")},
            "economy": {name: self.index(base) for name in INDICES},
            "programmes": programmes,
        }
        if self.chance(0.4):
            portfolio["budget"] = self.levers(COLUMNS, programmes=list(programmes))
        scenario = self.scenario(portfolio, base)
        if self.chance(0.85):
            self.split(portfolio, scenario)
        return Documents(portfolio, scenario)

    def scenario(self, portfolio: Tree, base: int) -> Tree:
        scenario: Tree = {"extends": "portfolio.yaml", "years": f"{self.shown}-{self.first + self.length - 1}"}
        if self.start > self.first:
            scenario["first_year"] = self.start
        if self.chance(0.3):
            scenario["economy"] = {"fares": self.index(base)}
        programmes = {
            name: self.changes(programme) for name, programme in portfolio["programmes"].items() if self.chance(0.6)
        }
        if self.chance(0.15):
            programmes["added"] = self.programme()
        linked = together(portfolio["programmes"], programmes)
        self.connect(programmes, linked)
        if self.chance(0.5):
            scenario["budget"] = self.levers(COLUMNS, programmes=list(linked))
        return scenario | ({"programmes": programmes} if any(programmes.values()) else {})

    def split(self, portfolio: Tree, scenario: Tree) -> None:
        """A total to be split, in the portfolio or only in the scenario."""
        own, added = list(portfolio["programmes"]), "added" in scenario.get("programmes", {})
        if self.chance(0.5):
            scenario["budget"] = scenario.get("budget", {}) | self.allocation([*own, *["added"] * added])
            return
        split = self.allocation(own)
        portfolio["budget"] = portfolio.get("budget", {}) | split
        if "plan" in split and added:
            scenario["budget"] = scenario.get("budget", {}) | {"plan": {"added": self.number(0, 300)}}

    def changes(self, programme: Tree) -> Tree:
        """What a scenario overrides in a programme."""
        fields: Fields = {
            "budget": lambda: self.levers(COLUMNS),
            "reserve": lambda: self.by_year(lambda: self.one_of([1, 1, 10]) * self.number(0, 30)),
            "carry_limit": self.share_by_year,
            "whole_awards": self.rounding,
        }
        changes = self.each(fields, 0.25)
        given = programme.get("awards", {})
        awards = {name: self.award_changes(award) for name, award in given.items() if self.chance(0.6)}
        if self.chance(0.2) and "plan" not in str(programme.get("intake")):
            shared = any("budget_share" in award for award in given.values())
            awards["added"] = self.award() | ({"budget_share": 0.0} if shared else {})
        return changes | ({"awards": awards} if awards else {})

    def programme(self, *, bare: bool = True) -> Tree:
        """A programme, perhaps a bare one without award types."""
        size = self.one_of([20, 100, 100, 400])
        programme: Tree = {
            "agency": self.one_of(["one", "one", "two", "fund"]),
            "whole_awards": self.rounding(),
            "appropriations": {column: self.by_year(lambda: self.money(size)) for column in COLUMNS},
        }
        fields: Fields = {
            "fixed_costs": lambda: self.fixed_costs(size),
            "reserve": lambda: self.by_year(lambda: self.number(0, size // self.one_of([10, 10, 1]))),
            "carry_limit": self.share_by_year,
            "budget": lambda: self.levers(["request", *[self.by_year(lambda: self.money(size), 0.8)] * 2]),
        }
        programme |= self.each(fields, 0.5)
        awards = {f"a{number}": self.award() for number in range(self.one_of([1, 1, 2, 2, 3, *[0] * (3 * bare)]))}
        if not awards:
            return programme
        rules = ["steady"] if self.at_rest else ["steady", "cash", "plan"]
        programme |= {"intake": self.one_of(rules), "awards": awards}
        if len(awards) > 1 and self.chance(0.7):
            self.share_out(awards)
        for award in awards.values():
            if programme["intake"] == "plan" or self.chance(0.4):
                award["plan"] = self.half_numbers()
        return programme

    def share_out(self, awards: Tree) -> None:
        """Budget shares of the award types of a programme, perhaps others from some years on."""
        years = self.some_years() if not self.at_rest and self.chance(0.5) else None
        by_year = [self.shares(len(awards)) for _ in years or [self.first]]
        for place, award in enumerate(awards.values()):
            given = [shares[place] for shares in by_year]
            award["budget_share"] = given[0] if years is None else dict(zip(years, given, strict=True))

    def fixed_costs(self, size: int) -> Tree:
        fixed: Tree = {"amount": self.by_year(lambda: self.number(0, size // 4))}
        if self.chance(0.7):
            fixed |= {"index": self.one_of(INDICES), "indexation": self.share()}
        return fixed

    def index(self, base: int) -> Tree:
        if self.at_rest:
            return {"growth": 0.0}
        if self.chance(0.5):
            return {"growth": self.by_year(self.growth)}
        return {"path": {year: 1.0 if year == base else self.number(8, 14) / 10 for year in range(base - 2, base + 4)}}

    def ends(self) -> list[int]:
        return [self.first + self.number(0, 3), self.first + self.number(4, 9)]


def together(programmes: Tree, changes: Tree) -> Tree:
    """Programmes with the award types that a scenario adds to them, and what it gives to each."""
    both: Tree = deepcopy(programmes)
    for name, programme in changes.items():
        awards = both.setdefault(name, {}).setdefault("awards", {})
        for award, terms in programme.get("awards", {}).items():
            awards[award] = awards.get(award, {}) | terms
    return both


def examples(number: int, **options: bool) -> Callable[[Test], Test]:
    """Test on so many random portfolios: the same ones, whatever the test."""
    chosen = settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )

    def on_examples(test: Test) -> Test:
        return seed(2022)(chosen(given(portfolios(**options))(test)))

    return on_examples
