"""JSON Schemas (draft 2020-12) of a scenario file and of a portfolio file, made of the models, for editors.

What merges (a mapping of the format) is an object; all else is one value, which may be `{value: ..., source: ...}`.
A scenario need not say anything of what merges. Rules between fields, and names that must exist, are left to
`simulate check`.
"""

import json
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MinLen
from pydantic import BaseModel, BeforeValidator, PlainValidator
from pydantic.fields import FieldInfo

from simulator import fields, quantities, spellings, values
from simulator.fields import WHOLE
from simulator.quantities import Quantity
from simulator.scenario import Document
from simulator.schema_shapes import NULL, SPLIT, Json, by_destination, by_name, by_year, keyed, uncertain

Kind = Literal["scenario", "portfolio"]
Options = tuple[str, list[Json]]
"""What one value may be, with the name of such a definition."""

TITLES = {
    "scenario": "A scenario: what differs from the file that it extends.",
    "portfolio": "A portfolio: the programmes of one budget document, with every figure and its source.",
}
EXTENDS = "What this file differs from: a scenario or portfolio file, or a shipped portfolio by its name."
BESIDE: Json = {
    "source": {
        "type": "string",
        "description": "Who says so, and where; 'assumption: why' where no one has published it.",
    },
    "note": {"type": "string", "description": "What a reader should know about the value."},
    "owner": {"type": "string", "description": "Who answers for the value."},
    "expires": {
        "type": "string",
        "description": "The last day on which the value holds: 2027-03-31.",
        "pattern": "^ *[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日? *$",
    },
}
"""What may stand beside a value."""
PLAIN: Mapping[object, Options] = {
    str: ("text", [{"type": "string"}]),
    bool: ("switch", [{"type": "boolean"}]),
    int: ("whole_number", [{"type": "integer"}]),
    float: ("number", [{"type": "number"}]),
    types.NoneType: ("null", [NULL]),
}


def schema(kind: Kind) -> Json:
    """JSON Schema of a file of this kind; its keys are texts, also those that YAML reads as numbers."""
    writer = Writer(sparse=kind == "scenario")
    document = writer.mapping_of(Document, merges=True)
    extends = {"description": EXTENDS, **writer.value(str)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": f"Research budget simulator: {kind}",
        "description": TITLES[kind],
        "properties": {"extends": extends, **document["properties"]},
        "required": ["extends"] if kind == "scenario" else document["required"],
        "$defs": BESIDE | dict(sorted(writer.definitions.items())),
    }


def text(kind: Kind) -> str:
    """The same as the text of a file."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Writer:
    """Writes the schema of what a key may hold; what is met more than once is defined once."""

    sparse: bool
    definitions: dict[str, Json] = field(default_factory=dict)

    def mapping_of(self, model: type[BaseModel], *, merges: bool) -> Json:
        """Object with the keys of a model and no others."""
        given = {info.alias or name: info for name, info in model.model_fields.items()}
        needed = [] if self.sparse and merges else [key for key, info in given.items() if info.is_required()]
        return {
            "type": "object",
            "description": model.__doc__,
            "properties": {key: self._key(info, merges=merges) for key, info in given.items()},
            "patternProperties": SPLIT,
            "additionalProperties": False,
            "required": needed,
        }

    def _key(self, info: FieldInfo, *, merges: bool) -> Json:
        value = self.value(info.annotation, info.metadata, merges=merges)
        described = info.description or _documented(info.annotation)
        return {"description": described, **value} if described else value

    def value(self, kind: Any, metadata: Sequence[object] = (), *, merges: bool = True) -> Json:
        """What a value of this annotation may be."""
        if get_origin(kind) is Annotated:
            return self.value(get_args(kind)[0], (*get_args(kind)[1:], *metadata), merges=merges)
        merges = merges and WHOLE not in metadata
        if merges and _reader(metadata) is None and any(map(_is_mapping, _options(kind))):
            met = [self._merging(option, metadata) for option in _options(kind)]
            return met[0] if len(met) == 1 else {"anyOf": met}
        name, options = self._one_value(kind, metadata)
        return self._defined(name, lambda reference: {"anyOf": [*options, _with_source(reference)]})

    def _merging(self, kind: Any, metadata: Sequence[object] = ()) -> Json:
        """A mapping that is merged key by key, or null."""
        if get_origin(kind) is dict:
            least = next((mark.min_length for mark in metadata if isinstance(mark, MinLen)), 0)
            return by_name(self.value(get_args(kind)[1]), least=0 if self.sparse else least)
        if kind is types.NoneType:
            return NULL
        return self._defined(kind.__name__, lambda _: self.mapping_of(kind, merges=True))

    def _one_value(self, kind: Any, metadata: Sequence[object] = ()) -> Options:
        """Everything that is replaced as a whole, without a source."""
        if get_origin(kind) is Annotated:
            return self._one_value(get_args(kind)[0], get_args(kind)[1:])
        reader = _reader(metadata)
        if reader is values.by_fiscal_year:
            name, items = self._named(get_args(kind)[1])
            return f"{name}_by_year", [by_year(items, least=0), NULL]
        if reader not in (None, values.several):
            return self._read_by(reader)
        if reader is values.several:
            name, options = self._one_kind(kind)
            return name, [*options, NULL]
        if len(_options(kind)) > 1:
            each = [self._one_value(option) for option in _options(kind)]
            return "_or_".join(name for name, _ in each), [option for _, options in each for option in options]
        return self._one_kind(kind)

    def _one_kind(self, kind: Any) -> Options:
        """What pydantic checks without a reader of ours."""
        if get_origin(kind) is Literal:
            return "_or_".join(get_args(kind)), [{"enum": [*get_args(kind)]}]
        if get_origin(kind) is tuple:
            name, items = self._named(get_args(kind)[0])
            return f"list_of_{name}", [{"type": "array", "items": items}]
        if _is_mapping(kind):
            return f"one_{kind.__name__}", [self.mapping_of(kind, merges=False)]
        return PLAIN[kind]

    def _named(self, kind: Any) -> tuple[str, Json]:
        """Name and reference of what a list or a mapping by year is made of."""
        return self._one_value(kind)[0], self.value(kind, merges=False)

    def _read_by(self, reader: Callable[..., object]) -> Options:
        """What a reader of the format takes."""
        match reader:
            case values.OneNumber(quantity=quantity):
                return _name(quantity), self._numbers(quantity)
            case values.ByYear(quantity=quantity):
                each = by_year(self._number(quantity))
                return f"{_name(quantity)}_by_year", [*self._numbers(quantity, paths=True), each]
            case values.ByDestination(quantity=quantity):
                item = self._number(quantity)
                return f"{_name(quantity)}_by_destination", [*self._numbers(quantity), by_destination(item)]
        return _READ_BY[reader](self)

    def _number(self, quantity: Quantity) -> Json:
        return self.value(float, (PlainValidator(values.OneNumber(quantity)),))

    def _numbers(self, quantity: Quantity, *, paths: bool = False) -> list[Json]:
        """A number of this quantity, certain or not."""
        certain = self._defined(f"certain_{_name(quantity)}", lambda _: spellings.number(quantity))
        kind = "path" if paths else "uncertain"
        return [certain, self._defined(f"{kind}_{_name(quantity)}", lambda _: uncertain(certain, paths=paths))]

    def _share(self) -> Json:
        return self._number(quantities.SHARE)

    def _durations(self) -> Options:
        mixture = keyed({spellings.DURATION: self._share()})
        unsure = self._numbers(values.MONTHS_OF_DURATION)[1]
        stay = [spellings.text_like(spellings.DURATION, "24 months", "3-12 months"), mixture]
        reference = self._defined("stay", lambda own: {"anyOf": [*stay, _with_source(own)]})
        return "stay_by_year", [*stay, unsure, by_year(reference)]

    def _start_months(self) -> Options:
        months = keyed({spellings.MONTH: self._share()})
        reference = self._defined("months", lambda own: {"anyOf": [months, _with_source(own)]})
        return "months_by_year", [months, by_year(reference)]

    def _history(self) -> Options:
        count = self._number(quantities.COUNT)
        every_year = {"steady": {"description": "Starts in every year before the first.", **count}}
        steady = {"type": "object", "properties": every_year, "required": ["steady"]}
        return "history", [{**steady, "patternProperties": SPLIT, "additionalProperties": False}, by_year(count)]

    def _spread(self) -> Options:
        return "spread", [{"type": "array", "items": self._share(), "minItems": 1}]

    def _shares(self) -> Options:
        return "shares", [by_name(self._share(), least=1)]

    def _lag(self) -> Options:
        whole = {"type": "integer", "minimum": 1, "maximum": values.LONGEST_LAG}
        return "lag", [
            whole,
            spellings.text_like(spellings.quantity_text(values.MONTHS_OF_DURATION), "1 year", "24 months"),
        ]

    def _year(self) -> Options:
        return "fiscal_year", [_YEAR_NUMBER, spellings.text_like(spellings.YEAR, "FY2022", "R4")]

    def _years(self) -> Options:
        return "fiscal_years", [_YEAR_NUMBER, spellings.text_like(spellings.YEARS, "2022-2031", "R4-R13")]

    def _base(self) -> Options:
        name, options = self._read_by(values.ByYear(quantities.MONEY))
        return f"column_or_{name}", [{"type": "string", "pattern": spellings.COLUMN}, *options]

    def _text(self) -> Options:
        return "text_by_language", [{"type": "string"}, self._merging(fields.Label)]

    def _text_by_destination(self) -> Options:
        return "text_by_destination", [{"type": "string"}, by_destination(self.value(str))]

    def _defined(self, name: str, write: Callable[[Json], Json]) -> Json:
        """Reference to a definition, which may refer to itself."""
        reference = {"$ref": f"#/$defs/{name}"}
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = write(reference)
        return reference


_READ_BY: Mapping[object, Callable[[Writer], Options]] = {
    values.stay: Writer._durations,
    values.start_months: Writer._start_months,
    values.history: Writer._history,
    values.spread: Writer._spread,
    values.shares: Writer._shares,
    values.lag: Writer._lag,
    quantities.year: Writer._year,
    quantities.years: Writer._years,
    fields.base_of_budget: Writer._base,
    fields.by_language: Writer._text,
    fields.text_by_destination: Writer._text_by_destination,
}
_YEAR_NUMBER = {"type": "integer", "minimum": quantities.FISCAL_YEARS[0], "maximum": quantities.FISCAL_YEARS[-1]}


def _options(kind: Any) -> tuple[Any, ...]:
    """The alternatives of a union; of anything else itself."""
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _name(quantity: Quantity) -> str:
    return quantity.name.replace(" ", "_")


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, BaseModel))


def _reader(metadata: Sequence[object]) -> Callable[..., object] | None:
    return next((mark.func for mark in metadata if isinstance(mark, PlainValidator | BeforeValidator)), None)


def _documented(kind: Any) -> str | None:
    """Docstring of the model that a key holds."""
    models = [option for option in _options(kind) if isinstance(option, type) and issubclass(option, BaseModel)]
    return models[0].__doc__ if models else None


def _with_source(value: Json) -> Json:
    """`{value: 305, source: ..., note: ...}`."""
    beside = {name: {"$ref": f"#/$defs/{name}"} for name in BESIDE}
    return {
        "title": "value with its source",
        "type": "object",
        "properties": {"value": {"description": "The value itself.", **value}, **beside},
        "required": ["value"],
        "patternProperties": SPLIT,
        "additionalProperties": False,
    }
