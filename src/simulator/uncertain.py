"""Uncertain numbers as people write them: `{triangular: [2%, 5%, 15%]}`, `{gbm: {start: 1, volatility: 9%}}`.

Parameters are written as the number itself would be, in a list in their order or by name; beside them `truncate`, two
bounds of which either may be null. `discrete` has shares by value, `empirical` a list of observed values.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf, isfinite
from typing import Any

from simulator import quantities
from simulator.distributions import LAWS, LISTED, Distribution, Uncertain
from simulator.errors import TEXTS, PlacedError, did_you_mean, each, key_of, within
from simulator.processes import PATHS, Process, process
from simulator.quantities import Quantity
from simulator.shares import adds_up

DISTRIBUTIONS = (*LAWS, *LISTED)
KINDS = (*DISTRIBUTIONS, *PATHS)
TRUNCATE = "truncate"
EXAMPLE = "{triangular: [2%, 5%, 15%]}"
LARGEST = 1e15
"""Parameters beyond this are slips."""

SPREADS = ("sd", "drift")
"""Parameters in the unit of the number, but as changes of it."""

PLAIN = ("a", "b", "sigma", "persistence", "growth", "volatility")
"""Parameters without the number's unit."""


def read(value: object, quantity: Quantity, *, paths: bool = False) -> Uncertain | None:
    """Distribution that a value says, with `paths` perhaps a process; None where it is none; PlacedError if faulty."""
    if not isinstance(value, dict) or not is_distribution(value):
        _require_value(value, quantity)
        return None
    kind, *more = (key for key in value if key in KINDS)
    others = [key for key in value if key not in (kind, TRUNCATE)]
    if more or others:
        key = (more or others)[0]
        raise PlacedError(f"beside {kind} there may only be {TRUNCATE}: leave out {key}", (key,), of_key=True)
    if kind in PATHS and not paths:
        raise PlacedError(
            f"{kind} is a path by year, and this number has no years: write {EXAMPLE}", (kind,), of_key=True
        )
    low, high = _bounds(value.get(TRUNCATE), quantity)
    if kind in LISTED:
        return _listed(kind, value[kind], quantity, low, high)
    given = within(kind, lambda given: _parameters(kind, given, quantity), value[kind])
    if kind in PATHS:
        return _process(kind, given, low, high)
    fault = LAWS[kind].fault(*given.values())
    if fault:
        raise PlacedError(f"{fault}: write {_example(kind, quantity)}", (kind,))
    found = Distribution(kind, tuple(given.values()), low=low, high=high)
    if not found.possible():
        raise PlacedError("nothing of the distribution lies between these bounds: widen them", (TRUNCATE,))
    return found


def is_distribution(value: Mapping[Any, object]) -> bool:
    """Whether a mapping says what a number is drawn from."""
    return any(kind in value for kind in KINDS)


def _require_value(value: object, quantity: Quantity) -> None:
    """Refuse a mapping of what stands beside a value without the value."""
    if isinstance(value, dict) and value and set(value) <= set(TEXTS):
        first = next(iter(value))
        raise PlacedError(f"value is missing beside {first}: write {{value: {quantity.example}, {first}: ...}}")


def unknown(value: object) -> str:
    """The end of a message about a mapping that is no distribution, where it nearly is one."""
    keys = [str(key) for key in value] if isinstance(value, Mapping) else []
    return next((near for key in keys if (near := did_you_mean(key, KINDS))), "")


def _parameters(kind: str, given: object, quantity: Quantity) -> dict[str, float]:
    """Parameters by name, in the order of the kind."""
    names, required = (LAWS[kind].parameters, LAWS[kind].required) if kind in LAWS else PATHS[kind]
    wanted = f"{kind} takes {', '.join(names)}"
    if isinstance(given, list | tuple):
        if not required <= len(given) <= len(names):
            raise PlacedError(
                f"{wanted}, not {len(given)} numbers: write {_example(kind, quantity)}; a number with commas in quotes"
            )
        pairs: list[tuple[object, object]] = [(names[place], number) for place, number in enumerate(given)]
        return {str(name): _read(str(name), place, number, quantity) for place, (name, number) in enumerate(pairs)}
    if not isinstance(given, dict):
        raise PlacedError(f"{wanted}: write {_example(kind, quantity)}")
    for name in given:
        if name not in names:
            raise PlacedError(f"no such parameter{did_you_mean(str(name), names)}; {wanted}", (name,), of_key=True)
    for name in names[:required]:
        if name not in given:
            raise PlacedError(f"{name} is missing; {wanted}")
    read = {name: _read(name, name, given[name], quantity) for name in names if name in given}
    if kind == "beta" and len(read) == 3:
        raise PlacedError("low and high belong together: give both or neither")
    return read


def _read(name: str, key: object, number: object, quantity: Quantity) -> float:
    value = within(key, quantities.INDEX.read if name in PLAIN else _in_unit(name, quantity), number)
    if not isfinite(value) or abs(value) > LARGEST:
        raise PlacedError(f"{name} is too large: write a number as the others", (key,))
    return value


def _in_unit(name: str, quantity: Quantity) -> Callable[[object], float]:
    """How a parameter in the number's unit is read: a standard deviation has no bounds and needs no sign."""
    if name not in SPREADS or quantity.unit in ("million_yen", "month", "count"):
        return quantity.read
    return quantities.INDEX.read


def _bounds(given: object, quantity: Quantity) -> tuple[float, float]:
    if given is None:
        return -inf, inf
    if not isinstance(given, list | tuple) or len(given) != 2:
        example = quantity.example
        raise PlacedError(f"two bounds are expected here: write [null, {example}] or [{example}, null]", (TRUNCATE,))
    low, high = within(TRUNCATE, lambda _: _two(given, quantity), given)
    if low >= high:
        raise PlacedError("the lower bound is not below the upper one: swap them", (TRUNCATE,))
    return low, high


def _two(bounds: Sequence[object], quantity: Quantity) -> tuple[float, float]:
    low, high = bounds
    return (
        -inf if low is None else within(0, quantity.parse, low),
        inf if high is None else within(1, quantity.parse, high),
    )


def _listed(kind: str, given: object, quantity: Quantity, low: float, high: float) -> Distribution:
    """A distribution over values that are named one by one; those outside the bounds are left out."""
    if kind == "discrete":
        weights = within(kind, lambda given: _discrete(given, quantity), given)
    else:
        weights = within(kind, lambda given: _observed(given, quantity), given)
    kept = sorted((value, weight) for value, weight in weights if low <= value <= high and weight > 0)
    if not kept:
        raise PlacedError("no value lies between these bounds: widen them", (TRUNCATE,))
    total = sum(weight for _, weight in kept)
    return Distribution(kind, (), tuple(v for v, _ in kept), tuple(w / total for _, w in kept))


def _discrete(given: object, quantity: Quantity) -> list[tuple[float, float]]:
    if not isinstance(given, dict) or not given:
        raise PlacedError(f"shares by value are expected here: write {{{quantity.example}: 100%}}")
    pairs = each(partial(_weighed, key, share, quantity) for key, share in given.items())
    adds_up([share for _, share in pairs])
    return pairs


def _weighed(key: object, share: object, quantity: Quantity) -> tuple[float, float]:
    return key_of(key, quantity.parse), within(key, quantities.SHARE.parse, share)


def _observed(given: object, quantity: Quantity) -> list[tuple[float, float]]:
    if not isinstance(given, list | tuple) or len(given) < 2:
        raise PlacedError(
            "at least two observed values are expected here: write [a, b, c] or {file: observed.csv, column: name}"
        )
    return [(value, 1.0) for value in each(partial(within, at, quantity.parse, item) for at, item in enumerate(given))]


def _process(kind: str, given: dict[str, float], low: float, high: float) -> Process:
    spread = given.get("volatility", given.get("sd", 0.0))
    if spread < 0:
        raise PlacedError("its spread must not be below 0", (kind,))
    if kind == "gbm" and (given["start"] <= 0 or given.get("growth", 0.0) <= -1 or spread > 10):
        raise PlacedError("its start must be above 0, its growth above -100%, its volatility at most 10", (kind,))
    if kind == "ar1" and not -1 < given["persistence"] < 1:
        raise PlacedError("its persistence must lie between -1 and 1: use random_walk for 1", (kind,))
    found = process(kind, given, low, high)
    if not low <= found.start <= high:
        raise PlacedError("the start of the path lies outside: widen the bounds", (TRUNCATE,))
    return found


def _example(kind: str, quantity: Quantity) -> str:
    names: Sequence[str] = LAWS[kind].parameters if kind in LAWS else PATHS[kind][0]
    return f"{{{kind}: {{{', '.join(f'{name}: ...' for name in names)}}}}}, with values such as {quantity.example}"
