"""Random documents with some of their numbers taken larger, or taken out."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from tests.random_draws import Tree
from tests.random_portfolios import Documents

Path = tuple[Any, ...]

BUDGET = ("appropriations", "base", "total", "add", "set")
COUNTS = ("plan", "maximum", "history", "backlog", "applicants")


def times(documents: Documents, *, budget: float, charges: float, prices: float, counts: float) -> Documents:
    """Documents in which money or counts are so many times as large; `charges` are fixed costs and the reserve."""

    def factor(path: Path) -> float:
        if "fixed_costs" in path:
            return charges if "amount" in path else 1.0
        if path[:2] == ("budget", "plan"):
            return budget
        under: Mapping[str, float] = {"reserve": charges, "amount": prices}
        under = {**under, **dict.fromkeys(BUDGET, budget), **dict.fromkeys(COUNTS, counts)}
        return prod(under[key] for key in path if key in under)

    return Documents(scaled(documents.portfolio, factor), scaled(documents.scenario, factor))


def scaled(value: Any, factor: Callable[[Path], float], path: Path = ()) -> Any:
    """A tree with each number times the factor of its path, which may leave it as it is."""
    if isinstance(value, dict):
        return {key: scaled(item, factor, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [scaled(item, factor, path) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and factor(path) != 1:
        return value * factor(path)
    return value


def without(tree: Tree, *keys: str) -> Tree:
    """The tree without these keys at any depth."""
    kept = {key: value for key, value in tree.items() if key not in keys}
    return {key: without(value, *keys) if isinstance(value, dict) else value for key, value in kept.items()}
