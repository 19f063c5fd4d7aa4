"""The keys of the format: what stands under each, where a misplaced one belongs, what to write under a missing one."""

import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from simulator import quantities, values
from simulator.errors import did_you_mean, dotted
from simulator.fields import WHOLE
from simulator.scenario import Document

Keys = tuple[object, ...]
ENTRIES = {"programmes": "programme", "awards": "award type", "costs": "cost component", "economy": "index"}
"""Mappings whose keys are names, with what each entry is called."""
EXAMPLES = {
    "agency": "COUNCIL",
    "appropriations": "{request: 34 億円}",
    "programmes": "{grants: {agency: COUNCIL, ...}}",
    "costs": "{stipend: {amount: 230 千円, per: month}}",
    "per": "start",
    "share": "10%",
    "duration": "6 months",
    "to": "programme.award_type",
    "ends": "[2022, 2027]",
}
"""What may be written under keys whose readers do not say it."""
READ_AS: Mapping[object, str] = {quantities.year: "2022", values.lag: "1 year"}


def kind_at(keys: Sequence[object]) -> Any:
    """Annotation of the format under keys; None below what is one value."""
    kind: Any = Document
    for key in keys:
        kind = kind_below(kind, key) if kind is not None else None
    return kind


def kind_below(kind: Any, key: object) -> Any:
    """Annotation of the format one key further down; None where mappings do not merge."""
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, BaseModel):
            field = option.model_fields.get(str(key))
            return field.annotation if field and WHOLE not in field.metadata and _is_mapping(field.annotation) else None
        if get_origin(option) is dict:
            inner = get_args(option)[1]
            return None if WHOLE in getattr(inner, "__metadata__", ()) or not _is_mapping(inner) else inner
        if get_origin(option) is tuple:
            return get_args(option)[0]
    return None


def may_be_number(kind: Any) -> bool:
    """Whether there may be one number, or numbers by name."""
    return any(get_origin(option) is values.Steps for option in _options(kind))


def instead_of(keys: Keys) -> str:
    """The end of a message about a key that is none here: where it belongs, or which one is near."""
    key = str(keys[-1])
    elsewhere = [path for path in _paths() if path[-1] == key]
    if not elsewhere:
        return did_you_mean(key, [*map(str, _fields(kind_at(keys[:-1]))), *(["extends"] if len(keys) == 1 else [])])
    best = max(elsewhere, key=lambda path: (_shared(path, keys), -len(path)))
    shared = _shared(best, keys)
    return f"; it belongs under {dotted((*keys[:shared], *best[shared:-1]))}"


def example(keys: Keys) -> str:
    """The end of a message about a key that is missing: what to write."""
    key = str(keys[-1])
    kind = kind_at(keys[:-1])
    if key in EXAMPLES:
        return f": write {key}: {EXAMPLES[key]}"
    for fields in map(_fields, _options(kind)):
        for mark in fields[key].metadata if key in fields else ():
            reader = mark.func if isinstance(mark, PlainValidator | BeforeValidator) else None
            told = getattr(getattr(reader, "quantity", None), "example", None) or READ_AS.get(reader)
            if told:
                return f": write {key}: {told}"
    return ""


def mean_the_same(keys: Keys, one: object, other: object) -> bool:
    """Whether two values under keys are read as the same, however they are written."""
    kind = kind_at(keys[:-1])
    last = keys[-1] if keys else None
    field: Any = next((fields[last] for fields in map(_fields, _options(kind)) if last in fields), None)
    if field is None:
        return one == other
    settings = ConfigDict(arbitrary_types_allowed=True, strict=True)
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field], config=settings)
    try:
        return bool(adapter.validate_python(one) == adapter.validate_python(other))
    except ValidationError:
        return one == other


@cache
def _paths() -> tuple[tuple[str, ...], ...]:
    """Paths of all keys of the format, with <what it is> for names; figures, which nothing reads, left out."""
    return tuple(path for path in _below(Document, ()) if path[0] != "figures")


def _below(kind: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for option in _options(kind):
        if get_origin(option) is Annotated:
            yield from _below(get_args(option)[0], path)
        elif get_origin(option) is dict:
            yield from _below(get_args(option)[1], (*path, f"<{ENTRIES.get(path[-1], 'name')}>"))
        elif get_origin(option) is tuple:
            yield from _below(get_args(option)[0], (*path, "<item>"))
        elif isinstance(option, type) and issubclass(option, BaseModel):
            for key, field in _fields(option).items():
                yield (*path, str(key))
                yield from _below(field.annotation, (*path, str(key)))


def _shared(path: tuple[str, ...], keys: Keys) -> int:
    """How many keys from the top a path of the format has in common with others."""
    pairs = zip(path[:-1], keys[:-1], strict=False)
    return next(
        (place for place, (one, other) in enumerate(pairs) if one != str(other) and one[0] != "<"),
        min(len(path), len(keys)) - 1,
    )


def _fields(kind: Any) -> dict[object, FieldInfo]:
    """Fields of a mapping of the format by their keys, where these are fixed."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if isinstance(kind, types.UnionType) else (kind,)


def _is_mapping(kind: Any) -> bool:
    return any(
        get_origin(o) in (dict, tuple) or (isinstance(o, type) and issubclass(o, BaseModel)) for o in _options(kind)
    )
