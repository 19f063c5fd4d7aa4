"""What a portfolio and a scenario may say: strict, frozen models of the file format (interface.md).

A portfolio file and a scenario file share one format: a scenario holds what differs from what it extends. Every
numeric leaf becomes a `Steps` value in internal units (million yen, months, shares); nothing is computed here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from simulator import quantities as q
from simulator import values
from simulator.award_types import Award
from simulator.errors import Place
from simulator.fields import (
    WHOLE,
    Base,
    Change,
    Factor,
    FiscalYear,
    Growth,
    Horizon,
    IndexPath,
    Label,
    Level,
    Money,
    MoneyByYear,
    Share,
    ShareOrAll,
    Strict,
    constant,
)
from simulator.values import Named, Number, Spread, StartMonths, Stay, Steps

IntakeRule = Literal["steady", "cash", "plan"]
Allocation = Literal["itemised", "proportional", "priority", "plan"]
Leaf = Number | Steps[Stay] | Steps[StartMonths] | Steps[Spread] | Named[float] | str | bool | int | tuple[object, ...]


class Index(Strict):
    """An economic index, 1 in the price base year: `growth` a year, or a `path` whose last value holds on."""

    growth: Growth | None = None
    path: IndexPath | None = None


class FixedCosts(Strict):
    """What a programme pays whatever it selects; `label` names it as the budget document does."""

    amount: MoneyByYear
    index: str | None = None
    indexation: Share = constant(q.SHARE, 1.0)
    label: Label = Label()


class OwnChange(Strict):
    """A dated change of an appropriation, both years included: one of `multiply`, `add` and `set`."""

    since: FiscalYear | None = Field(default=None, alias="from")
    until: FiscalYear | None = None
    multiply: Factor | None = None
    add: Change | None = None
    set: Money | None = None


class BudgetChange(OwnChange):
    """The same in the portfolio's list: of one `programme`, or a `multiply` of all."""

    programme: str | None = None


class ProgrammeBudget(Strict):
    """A programme's own levers on its appropriation."""

    base: Base | None = None
    level: Level = constant(q.LEVEL, 0.0)
    growth: Growth = constant(q.GROWTH, 0.0)
    changes: Annotated[tuple[OwnChange, ...], BeforeValidator(values.several)] = ()


class Programme(Strict):
    """A budget line run by an agency; without awards it spends what it is given."""

    label: Label = Label()
    agency: str
    appropriations: dict[str, MoneyByYear] = Field(min_length=1)
    fixed_costs: FixedCosts = FixedCosts.model_validate({"amount": 0})
    reserve: MoneyByYear = constant(q.MONEY, 0.0)
    carry_limit: ShareOrAll | None = None
    intake: IntakeRule = "steady"
    whole_awards: bool = True
    budget: ProgrammeBudget = ProgrammeBudget()
    awards: dict[str, Award] = Field(default={})


class PlanPeriod(Strict):
    """The fiscal years at whose end an agency's unspent money lapses."""

    ends: Annotated[tuple[FiscalYear, ...], BeforeValidator(values.several)]


class Budget(Strict):
    """The levers on all appropriations, and how a total is split where they are not itemised."""

    base: str | None = None
    level: Level = constant(q.LEVEL, 0.0)
    growth: Growth = constant(q.GROWTH, 0.0)
    changes: Annotated[tuple[BudgetChange, ...], BeforeValidator(values.several)] = ()
    allocation: Allocation = "itemised"
    total: MoneyByYear | None = None
    priority: Annotated[tuple[str, ...], BeforeValidator(values.several)] = ()
    weights: dict[str, Factor] | None = None
    plan: dict[str, MoneyByYear] | None = None


class Figure(Strict):
    """A figure or a fact that a budget document prints and the model does not read."""

    value: int | float | str
    unit: str
    source: str
    note: str | None = None


class Document(Strict):
    """A resolved scenario: a portfolio with all that its scenario files override."""

    name: str = ""
    label: Label = Label()
    description: str = ""
    years: Horizon | None = None
    first_year: FiscalYear
    price_base_year: FiscalYear
    plan_periods: dict[str, PlanPeriod] = Field(default={})
    economy: dict[str, Annotated[Index, WHOLE]] = Field(default={})
    budget: Budget = Budget()
    programmes: dict[str, Programme] = Field(min_length=1)
    figures: dict[str, dict[str, Figure]] = Field(default={})

    @property
    def horizon(self) -> tuple[int, int]:
        """First and last fiscal year shown; ten years where the scenario names none."""
        return self.years or (self.first_year, self.first_year + 9)


@dataclass(frozen=True)
class Scenario:
    """One scenario, resolved: its document, that of the portfolio it rests on, and where each value stands.

    `name` is the file's stem, the id in tables; `overrides` are the paths that its own file or its `settings` give.
    Earlier cohorts keep the terms of `portfolio` (model.md section 2).
    """

    name: str
    document: Document
    portfolio: Document
    parent: "Scenario | None"
    places: Mapping[str, Place]
    overrides: tuple[str, ...]
    settings: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name, with a mark where settings of the command line lie over the file."""
        return f"{self.name} --set" if self.settings else self.name


def leaves(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf of a model in file order, as (dotted path, value); what is not given is left out."""
    for name, field in type(model).model_fields.items():
        yield from _leaves(getattr(model, name), f"{prefix}{field.alias or name}")


def _leaves(value: object, path: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, BaseModel):
        yield from leaves(value, f"{path}.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}.{place}")
    elif isinstance(value, Steps | Named | str | bool | int | float | tuple) and value != ():
        yield path, value  # type: ignore[misc]


def skeleton(document: Document) -> frozenset[tuple[str, object]]:
    """All of a document but its numbers: scenarios with the same skeleton run in one batch."""
    for_people = ("name", "label", "description", "years", "figures")
    return frozenset(
        (path, type(leaf) if isinstance(leaf, Steps | Named) else leaf)
        for path, leaf in leaves(document)
        if path.partition(".")[0] not in for_people
    )
