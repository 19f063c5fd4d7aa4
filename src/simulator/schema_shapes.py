"""Shapes of values in JSON Schemas: mappings by year and by name, and what uncertain numbers are drawn from."""

from collections.abc import Sequence
from typing import Any

from simulator import spellings
from simulator.distributions import LAWS
from simulator.processes import PATHS
from simulator.uncertain import TRUNCATE

Json = dict[str, Any]
NULL: Json = {"type": "null"}
SPLIT = {spellings.AFTER_COMMA: NULL}
"""What YAML makes of the rest of a number with commas in braces."""


def uncertain(number: Json, *, paths: bool) -> Json:
    """Schema of what a number is drawn from; `number` is that of the number itself, certain."""
    kinds = {kind: _parameters(law.parameters, law.required, number) for kind, law in LAWS.items()}
    kinds["discrete"] = {"type": "object", "description": "Shares by value: {10%: 30%, 20%: 70%}.", "minProperties": 1}
    column = {
        "type": "object",
        "properties": {
            "file": _text("A CSV file beside this one."),
            "column": _text("Its column, every row of it."),
            "unit": _text("What follows each value, such as %."),
            "where": {"type": "object", "description": "Texts by column of the rows that count."},
        },
        "required": ["file", "column"],
        "additionalProperties": False,
    }
    observed = {"type": "array", "items": number, "minItems": 2}
    kinds["empirical"] = {"description": "Observed values, each as likely.", "anyOf": [observed, column]}
    if paths:
        kinds |= {kind: _parameters(names, required, number) for kind, (names, required) in PATHS.items()}
    bounds = {"type": "array", "items": {"anyOf": [NULL, number]}, "minItems": 2, "maxItems": 2}
    return {
        "title": "uncertain",
        "type": "object",
        "properties": {**kinds, TRUNCATE: {"description": "Bounds, of which one may be null.", **bounds}},
        "additionalProperties": False,
        "anyOf": [{"required": [kind]} for kind in kinds],
        "maxProperties": 2,
    }


def _parameters(names: Sequence[str], required: int, number: Json) -> Json:
    """Parameters in their order, or by name."""
    given = {"anyOf": [number, {"type": ["number", "string"]}]}
    in_order = {"type": "array", "items": given, "minItems": required, "maxItems": len(names)}
    by_name = {
        "type": "object",
        "properties": {name: {"description": f"The parameter {name}.", **given} for name in names},
        "required": list(names[:required]),
        "additionalProperties": False,
    }
    return {"description": f"Takes {', '.join(names)}.", "anyOf": [in_order, by_name]}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def keyed(patterns: Json, *, least: int = 1) -> Json:
    """Mapping whose keys match patterns, with the schema of each."""
    return {"type": "object", "patternProperties": patterns, "additionalProperties": False, "minProperties": least}


def by_year(item: Json, *, least: int = 1) -> Json:
    """Mapping by fiscal year."""
    return {"title": "by year", **keyed({spellings.YEAR: item, **SPLIT}, least=least)}


def by_name(item: Json, *, least: int = 0) -> Json:
    """Mapping by names of the writer's own."""
    after_comma = {spellings.AFTER_COMMA: {"anyOf": [NULL, item]}}
    return {
        "title": "by name",
        "type": "object",
        "additionalProperties": item,
        "patternProperties": after_comma,
        "minProperties": least,
    }


def by_destination(item: Json) -> Json:
    """By name, and not by year, which what is by destination never is."""
    named = by_name(item)
    return {**named, "patternProperties": {**named["patternProperties"], spellings.PLAIN_YEAR: False}}
