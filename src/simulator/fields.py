"""The fields of the file format: each kind of number with the reader that makes it of what people write.

Every numeric field becomes a `Steps` value in internal units (million yen, months, shares, counts).
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from simulator import quantities as q
from simulator import values
from simulator.errors import PlacedError
from simulator.quantities import Quantity
from simulator.values import ALWAYS, Named, Number, Spread, StartMonths, Stay, Steps

CORRELATION = Quantity("rank correlation", "ratio", q.ELASTICITY.read, -1, 1, "0.6")

Money = Annotated[Number, PlainValidator(values.OneNumber(q.MONEY))]
MoneyByYear = Annotated[Number, PlainValidator(values.ByYear(q.MONEY))]
Total = Annotated[Number, PlainValidator(values.ByYear(q.MONEY, before=float("nan")))]
Change = Annotated[Number, PlainValidator(values.OneNumber(q.SIGNED_MONEY))]
Factor = Annotated[Number, PlainValidator(values.OneNumber(q.FACTOR))]
Elasticity = Annotated[Number, PlainValidator(values.OneNumber(q.ELASTICITY))]
Rank = Annotated[Number, PlainValidator(values.OneNumber(CORRELATION))]
Count = Annotated[Number, PlainValidator(values.OneNumber(q.COUNT))]
Share = Annotated[Number, PlainValidator(values.OneNumber(q.SHARE))]
ShareByYear = Annotated[Number, PlainValidator(values.ByYear(q.SHARE))]
ShareOrNone = Annotated[Number, PlainValidator(values.ByYear(q.SHARE, before=0.0))]
ShareOrAll = Annotated[Number, PlainValidator(values.ByYear(q.SHARE, before=1.0))]
Level = Annotated[Number, PlainValidator(values.OneNumber(q.LEVEL))]
Growth = Annotated[Number, PlainValidator(values.ByYear(q.GROWTH, before=0.0))]
IndexPath = Annotated[Number, PlainValidator(values.ByYear(q.INDEX, before=1.0))]
Revision = Annotated[Number, PlainValidator(values.ByYear(q.LEVEL, before=0.0))]
Plan = Annotated[Number, PlainValidator(values.ByYear(q.COUNT, before=0.0))]
Maximum = Annotated[Number, PlainValidator(values.ByYear(q.COUNT, before=float("inf")))]
Months = Annotated[Number, PlainValidator(values.OneNumber(values.MONTHS_OF_DURATION))]
MonthsByYear = Annotated[Number, PlainValidator(values.ByYear(values.MONTHS_OF_DURATION))]
Duration = Annotated[Steps[Stay], PlainValidator(values.stay)]
Starts = Annotated[Steps[StartMonths], PlainValidator(values.start_months)]
History = Annotated[Named[float], PlainValidator(values.history)]
SpendOut = Annotated[Steps[Spread], PlainValidator(values.spread)]
Lag = Annotated[int, PlainValidator(values.lag)]
ByDestination = Number | dict[str, Number]
MoneyByDestination = Annotated[ByDestination, PlainValidator(values.ByDestination(q.MONEY))]
ShareByDestination = Annotated[ByDestination, PlainValidator(values.ByDestination(q.SHARE))]
Shares = Annotated[dict[str, Number], PlainValidator(values.shares)]
FiscalYear = Annotated[int, BeforeValidator(q.year)]
Horizon = Annotated[tuple[int, int], PlainValidator(q.years)]

WHOLE = "replaced as a whole"
"""Mark of a mapping that is one value: a scenario that gives it replaces all of it."""


def constant(quantity: Quantity, value: float) -> Number:
    """Step function that has `value` in every year."""
    return Steps(quantity, ((ALWAYS, value),))


def base_of_budget(value: object) -> object:
    """A column's name stays a name; anything else is money, perhaps by year."""
    named = isinstance(value, str) and value.isidentifier()
    return value if named else values.ByYear(q.MONEY)(value)


def text_by_destination(value: object) -> object:
    """Read a name, or one name for each destination."""
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    return None if value is None else _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PlacedError("the name of an index is expected here, such as usd_jpy")
    return value


Base = Annotated[str | Number, PlainValidator(base_of_budget)]
TextByDestination = Annotated[str | dict[str, str] | None, PlainValidator(text_by_destination)]


class Strict(BaseModel):
    """A mapping of the format: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True, populate_by_name=False
    )


class Label(Strict):
    """A name for people, by language."""

    en: str | None = Field(default=None, description="In English.")
    ja: str | None = Field(default=None, description="In Japanese.")


def by_language(value: object) -> object:
    """A bare text stands for all languages."""
    if not isinstance(value, str | dict):
        raise PlacedError("a text is expected here, in quotes, or a text by language: {en: ..., ja: ...}")
    return {"en": value} if isinstance(value, str) else value


Text = Annotated[Label, BeforeValidator(by_language)]
