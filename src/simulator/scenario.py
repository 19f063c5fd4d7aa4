"""What a portfolio and a scenario may say: strict, frozen models of the file format (interface.md).

A portfolio file and a scenario file share one format: a scenario holds what differs from what it extends. Every
numeric leaf becomes a `Steps` value in internal units (million yen, months, shares); nothing is computed here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
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
    Rank,
    Share,
    ShareOrAll,
    Strict,
    Text,
    Total,
    constant,
)
from simulator.nodes import Node
from simulator.sweep_section import SweepSection
from simulator.values import Named, Number, Spread, StartMonths, Stay, Steps

IntakeRule = Literal["steady", "cash", "plan"]
FOR_PEOPLE = ("name", "label", "description")
"""What a file is called and for."""

SWEPT = "sweep"  # read by sweeps, and by no run

Allocation = Literal["itemised", "proportional", "priority", "plan"]
Leaf = Number | Steps[Stay] | Steps[StartMonths] | Steps[Spread] | Named[float] | str | bool | int | tuple[object, ...]


class Index(Strict):
    """An economic index, 1 in the price base year: `growth` a year, or a `path` whose last value holds on."""

    growth: Growth | None = Field(default=None, description="Growth a year, such as 1%; may be by year.")
    path: IndexPath | None = Field(
        default=None, description="Values by year, 1 in the price base year: {2022: 1.0, 2023: 1.1}; the last holds on."
    )


class FixedCosts(Strict):
    """What a programme pays whatever it selects; `label` names it as the budget document does."""

    amount: MoneyByYear = Field(description="Money a year; may be by year; a bare number is million yen.")
    index: str | None = Field(
        default=None, description="Index of the economy that moves the amount; none if not given."
    )
    indexation: Share = Field(
        default=constant(q.SHARE, 1.0), description="Share of the index that is passed on; 100% if not given."
    )
    label: Label = Field(default=Label(), description="Name of the costs for people, by language.")


class OwnChange(Strict):
    """A dated change of an appropriation, both years included: one of `multiply`, `add` and `set`."""

    since: FiscalYear | None = Field(
        default=None, alias="from", description="First fiscal year; every year if not given."
    )
    until: FiscalYear | None = Field(default=None, description="Last fiscal year, included; no end if not given.")
    multiply: Factor | None = Field(default=None, description="What the money is multiplied by, such as 90% or 1.1.")
    add: Change | None = Field(
        default=None, description="Money added, or with △ or - taken away: 200 百万円, △200 百万円."
    )
    set: Money | None = Field(default=None, description="Money that replaces what was there: 36 億円.")


class BudgetChange(OwnChange):
    """The same in the portfolio's list: of one `programme`, or a `multiply` of all."""

    programme: str | None = Field(
        default=None, description="Programme that changes; all of them if not given, which only multiply may."
    )


class ProgrammeBudget(Strict):
    """A programme's own levers on its appropriation."""

    base: Base | None = Field(
        default=None,
        description="A column of its appropriations, an amount or amounts by year; else the base of the budget.",
    )
    level: Level = Field(
        default=constant(q.LEVEL, 0.0),
        description="Change against the base in every year, with its sign: +10%; 0% if not given.",
    )
    growth: Growth = Field(
        default=constant(q.GROWTH, 0.0),
        description="Growth a year from the second year on; may be by year; 0% if not given.",
    )
    changes: Annotated[tuple[OwnChange, ...], BeforeValidator(values.several)] = Field(
        default=(), description="Dated changes in the order in which they are made, after those of the budget."
    )


class Programme(Strict):
    """A budget line run by an agency; without awards it spends what it is given."""

    label: Label = Field(default=Label(), description="Name for people, by language.")
    agency: str = Field(description="Who runs it, such as JSPS; its plan period says when unspent money lapses.")
    appropriations: dict[str, MoneyByYear] = Field(
        min_length=1, description="Columns of the budget document, such as request and enacted: money, perhaps by year."
    )
    fixed_costs: FixedCosts = Field(
        default=FixedCosts.model_validate({"amount": 0}),
        description="What it pays whatever it selects; nothing if not given.",
    )
    reserve: MoneyByYear = Field(
        default=constant(q.MONEY, 0.0), description="Money kept back from new awards; may be by year; 0 if not given."
    )
    carry_limit: ShareOrAll | None = Field(
        default=None,
        description="Share of the appropriation that may be carried into the next year; no limit if not given.",
    )
    intake: IntakeRule = Field(
        default="steady",
        description="How many are selected: steady (default, what can last), cash (all that the money buys) or plan.",
    )
    whole_awards: bool = Field(
        default=True, description="Whether whole awards are selected (default: true) or fractions of awards."
    )
    budget: ProgrammeBudget = Field(
        default=ProgrammeBudget(), description="Its own levers, on top of those of the budget."
    )
    awards: dict[str, Award] = Field(
        default={}, description="Award types by name; without any it spends what it is given."
    )


class PlanPeriod(Strict):
    """The fiscal years at whose end an agency's unspent money lapses."""

    ends: Annotated[tuple[FiscalYear, ...], BeforeValidator(values.several)] = Field(
        description="Last fiscal year of each plan period: [2022, 2027]."
    )


class Budget(Strict):
    """The levers on all appropriations, and how a total is split where they are not itemised."""

    base: str | None = Field(
        default=None,
        description="Column of the appropriations that all programmes start from; their first column if not given.",
    )
    level: Level = Field(
        default=constant(q.LEVEL, 0.0),
        description="Change against the base in every year, with its sign: +10%; 0% if not given.",
    )
    growth: Growth = Field(
        default=constant(q.GROWTH, 0.0),
        description="Growth a year from the second year on; may be by year; 0% if not given.",
    )
    changes: Annotated[tuple[BudgetChange, ...], BeforeValidator(values.several)] = Field(
        default=(), description="Dated changes in the order in which they are made."
    )
    allocation: Allocation = Field(
        default="itemised",
        description="Each programme its own path (itemised, default), or a total split: proportional, priority, plan.",
    )
    total: Total | None = Field(
        default=None, description="What is split, perhaps by year; else what the own paths of the programmes add up to."
    )
    priority: Annotated[tuple[str, ...], BeforeValidator(values.several)] = Field(
        default=(), description="Programmes whose plans are served first; the others follow as in the portfolio."
    )
    weights: dict[str, Factor] | None = Field(
        default=None,
        description="With priority, who gets the rest: weights by programme; in proportion to own paths if not given.",
    )
    plan: dict[str, MoneyByYear] | None = Field(
        default=None, description="With allocation plan: money by programme, perhaps by year; every programme named."
    )


class Correlation(Strict):
    """A rank correlation between uncertain inputs: of two numbers, or of the yearly steps of two paths."""

    between: Annotated[tuple[str, ...], BeforeValidator(values.several)] = Field(
        description="Dotted paths of uncertain inputs, each pair of which is correlated: [economy.usd_jpy.path, ...]."
    )
    rank: Rank = Field(description="Spearman's rank correlation, from -1 to 1.")


class Figure(Strict):
    """A figure or a fact that a budget document prints and the model does not read."""

    value: int | float | str = Field(description="The figure or the fact as it is printed.")
    unit: str = Field(description="Unit of the value, or text.")
    source: str = Field(description="Document and place.")
    note: str | None = Field(default=None, description="What a reader should know about it.")


class Document(Strict):
    """A resolved scenario: a portfolio with all that its scenario files override."""

    name: str = Field(default="", description="Name for people.")
    label: Label = Field(default=Label(), description="Short name for tables, by language.")
    description: Text = Field(default=Label(), description="What it says and why, in a sentence; perhaps by language.")
    years: Horizon | None = Field(
        default=None, description="Fiscal years shown, such as 2022-2031; ten years from the first year if not given."
    )
    first_year: FiscalYear = Field(description="First fiscal year that is simulated.")
    price_base_year: FiscalYear = Field(description="Fiscal year of the prices, in which every index is 1.")
    plan_periods: dict[str, PlanPeriod] = Field(
        default={}, description="By agency: when unspent money lapses; for an agency without an entry it never does."
    )
    economy: dict[str, Annotated[Index, WHOLE]] = Field(
        default={}, description="Indices by name, 1 in the price base year: prices, fares, exchange rates."
    )
    budget: Budget = Field(default=Budget(), description="Levers on all appropriations, and how a total is split.")
    programmes: dict[str, Programme] = Field(min_length=1, description="Budget lines by name.")
    correlations: Annotated[tuple[Correlation, ...], BeforeValidator(values.several)] = Field(
        default=(), description="Rank correlations between uncertain inputs; none where nothing is said."
    )
    individual_variation: bool = Field(
        default=False,
        description="Whether draws have chance in single lives (take-up, start months, ends); false if not given.",
    )
    sweep: SweepSection = Field(default=SweepSection(), description="What `simulate sweep` varies and looks at.")
    figures: dict[str, dict[str, Figure]] = Field(
        default={}, description="What the document prints and the model does not read, by section and name."
    )

    @property
    def horizon(self) -> tuple[int, int]:
        """First and last fiscal year shown; ten years where the scenario names none."""
        return self.years or (self.first_year, self.first_year + 9)


@dataclass(frozen=True)
class Scenario:
    """One scenario, resolved: its document, that of the portfolio it rests on, and where each value stands.

    `name` is the file's stem, the id in tables; `overrides` are the paths that its own file or its `settings` give;
    `tree` is all of it as it was written, `path` its own file. Earlier cohorts keep the portfolio's terms (section 2).
    """

    name: str
    document: Document
    portfolio: Document
    parent: "Scenario | None"
    places: Mapping[str, Place]
    overrides: tuple[str, ...]
    tree: Node = field(repr=False, compare=False)
    path: Path = field(repr=False, compare=False)
    settings: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name, with a mark where settings of the command line lie over the file."""
        return f"{self.name} --set" if self.settings else self.name


def leaves(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf of a model in file order, as (dotted path, value); what is not given is left out."""
    for name, given in type(model).model_fields.items():
        yield from _leaves(getattr(model, name), f"{prefix}{given.alias or name}")


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
    return frozenset(
        (path, type(leaf) if isinstance(leaf, Steps | Named) else leaf)
        for path, leaf in leaves(document)
        if path.partition(".")[0] not in (*FOR_PEOPLE, "years", "figures", SWEPT)
    )
