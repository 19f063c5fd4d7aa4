"""What a portfolio and a scenario may say: strict, frozen models of the file format (interface.md).

A portfolio file and a scenario file share one format: a scenario holds what differs from what it extends. Every
numeric leaf becomes a `Steps` value in internal units (million yen, months, shares); nothing is computed here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from simulator import quantities as q
from simulator import values
from simulator.errors import Place
from simulator.quantities import Quantity
from simulator.values import ALWAYS, Named, Number, StartMonths, Stay, Steps

Basis = Literal["start", "end", "month", "year"]
IntakeRule = Literal["steady", "cash", "plan"]
Leaf = Number | Steps[Stay] | Steps[StartMonths] | Named[float] | str | bool | int | tuple[int, ...]

Money = Annotated[Number, PlainValidator(values.number(q.MONEY))]
MoneyByYear = Annotated[Number, PlainValidator(values.by_year(q.MONEY))]
Share = Annotated[Number, PlainValidator(values.number(q.SHARE))]
ShareOrNone = Annotated[Number, PlainValidator(values.by_year(q.SHARE, before=0.0))]
ShareOrAll = Annotated[Number, PlainValidator(values.by_year(q.SHARE, before=1.0))]
Level = Annotated[Number, PlainValidator(values.number(q.LEVEL))]
Growth = Annotated[Number, PlainValidator(values.by_year(q.GROWTH, before=0.0))]
IndexPath = Annotated[Number, PlainValidator(values.by_year(q.INDEX, before=1.0))]
Revision = Annotated[Number, PlainValidator(values.by_year(q.LEVEL, before=0.0))]
Plan = Annotated[Number, PlainValidator(values.by_year(q.COUNT, before=0.0))]
Maximum = Annotated[Number, PlainValidator(values.by_year(q.COUNT, before=float("inf")))]
Duration = Annotated[Steps[Stay], PlainValidator(values.stay)]
Starts = Annotated[Steps[StartMonths], PlainValidator(values.start_months)]
History = Annotated[Named[float], PlainValidator(values.history)]
ByDestination = Number | dict[str, Number]
MoneyByDestination = Annotated[ByDestination, PlainValidator(values.by_destination(q.MONEY))]
ShareByDestination = Annotated[ByDestination, PlainValidator(values.by_destination(q.SHARE))]
FiscalYear = Annotated[int, BeforeValidator(q.year)]


def constant(quantity: Quantity, value: float) -> Number:
    """Step function that has `value` in every year."""
    return Steps(quantity, ((ALWAYS, value),))


def _base(value: object) -> object:
    """A column's name stays a name; anything else is money, perhaps by year."""
    named = isinstance(value, str) and value.isidentifier()
    return value if named else values.by_year(q.MONEY)(value)


def _years(value: object) -> tuple[int, int]:
    return q.years(value)


def _text_by_destination(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    return _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise values.PlacedError("the name of an index is expected here, such as usd_jpy")
    return value


TextByDestination = Annotated[str | dict[str, str] | None, PlainValidator(_text_by_destination)]


class Strict(BaseModel):
    """A mapping of the format: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class Label(Strict):
    """A name for people, by language."""

    en: str | None = None
    ja: str | None = None


WHOLE = "replaced as a whole"
"""Mark of a mapping that is one value: a scenario that gives it replaces all of it."""


class Index(Strict):
    """An economic index, 1 in the price base year: `growth` a year, or a `path` whose last value holds on."""

    growth: Growth | None = None
    path: IndexPath | None = None


class Component(Strict):
    """One cost component of an award type: an amount, what it is paid per, and what moves it."""

    amount: MoneyByDestination
    per: Basis
    index: TextByDestination = None
    indexation: ShareByDestination = constant(q.SHARE, 1.0)
    revision: Revision = constant(q.LEVEL, 0.0)


class FixedCosts(Strict):
    """What a programme pays whatever it selects; `label` names it as the budget document does."""

    amount: MoneyByYear
    index: str | None = None
    indexation: Share = constant(q.SHARE, 1.0)
    label: Label = Label()


class Award(Strict):
    """An award type: how long it lasts, what it costs, who takes it up, what ran before."""

    label: Label = Label()
    duration: Duration
    start_months: Starts = values.start_months({"april": 1.0})
    take_up: ShareOrAll = constant(q.SHARE, 1.0)
    deferral: ShareOrNone = constant(q.SHARE, 0.0)
    early_termination: ShareOrNone = constant(q.SHARE, 0.0)
    continuing: ShareOrAll = constant(q.SHARE, 1.0)
    budget_share: Share | None = None
    history: History = Named(q.COUNT, ())
    plan: Plan | None = None
    maximum: Maximum | None = None
    destinations: Annotated[dict[str, Number] | None, PlainValidator(values.shares), WHOLE] = None
    costs: dict[str, Component] = Field(min_length=1)


class ProgrammeBudget(Strict):
    """A programme's own levers on its appropriation."""

    base: Annotated[str | Number | None, PlainValidator(_base)] = None
    level: Level = constant(q.LEVEL, 0.0)
    growth: Growth = constant(q.GROWTH, 0.0)


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
    awards: dict[str, Award] = {}


class PlanPeriod(Strict):
    """The fiscal years at whose end an agency's unspent money lapses."""

    ends: Annotated[
        tuple[FiscalYear, ...], BeforeValidator(lambda ends: tuple(ends) if isinstance(ends, list) else ends)
    ]


class Budget(Strict):
    """The levers on all appropriations."""

    base: str | None = None
    level: Level = constant(q.LEVEL, 0.0)
    growth: Growth = constant(q.GROWTH, 0.0)
    allocation: Literal["itemised"] = "itemised"


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
    years: Annotated[tuple[int, int] | None, PlainValidator(_years)] = None
    first_year: FiscalYear
    price_base_year: FiscalYear
    plan_periods: dict[str, PlanPeriod] = {}
    economy: dict[str, Annotated[Index, WHOLE]] = {}
    budget: Budget = Budget()
    programmes: dict[str, Programme] = Field(min_length=1)
    figures: dict[str, dict[str, Figure]] = {}

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
    for name in type(model).model_fields:
        yield from _leaves(getattr(model, name), f"{prefix}{name}")


def _leaves(value: object, path: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, BaseModel):
        yield from leaves(value, f"{path}.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, Steps | Named | str | bool | int | float | tuple):
        yield path, value  # type: ignore[misc]


def skeleton(document: Document) -> frozenset[tuple[str, object]]:
    """All of a document but its numbers: scenarios with the same skeleton run in one batch."""
    for_people = ("name", "label", "description", "years", "figures")
    return frozenset(
        (path, type(leaf) if isinstance(leaf, Steps | Named) else leaf)
        for path, leaf in leaves(document)
        if path.partition(".")[0] not in for_people
    )
