"""Frontiers and regrets in tables."""

from collections.abc import Iterator, Sequence

import numpy as np

from simulator.aims import Term
from simulator.arrays import Floats
from simulator.labels import Words
from simulator.measures import measure
from simulator.report import formats
from simulator.report.sheets import Row, Sheet
from simulator.trade_offs import Frontier, Regret


def _number(value: float) -> str:
    return f"{value:,.1f}"


def _table(title: str, columns: Sequence[str], names: Sequence[str], values: Floats) -> Sheet:
    rows = tuple(Row(name, tuple(map(_number, row))) for name, row in zip(names, values.tolist(), strict=True))
    return Sheet(title, tuple(columns), rows)


def _named(term: Term, words: Words) -> str:
    unit = measure(term.measure).unit
    return term.text if unit == "count" else f"{term.text} ({words('units', unit)})"


def _frontier(found: Frontier, words: Words) -> formats.Page:
    names = [words("trade", "plan", number=number) for number in range(1, len(found.plans) + 1)]
    told = words("trade", "frontier", number=len(names))
    names = [words("trade", "own", scenario=found.plans[0].scenario.name), *names]
    values = np.vstack([found.own, found.values])
    return [told], [_table(words("trade", "comes_to"), [_named(term, words) for term in found.terms], names, values)]


def _regret(found: Regret, words: Words) -> formats.Page:
    least = _number(float(found.greatest.min()))
    return [words("trade", "chosen", plan=found.chosen, regret=least)], _regret_sheets(found, words)


def _regret_sheets(found: Regret, words: Words) -> Iterator[Sheet]:
    yield _table(words("trade", "value", aim=_named(found.term, words)), found.futures, found.plans, found.values)
    columns = (*found.futures, words("trade", "greatest"))
    rows = tuple(
        Row(plan, (*map(_number, row), _number(worst)))
        for plan, row, worst in zip(found.plans, found.regrets.tolist(), found.greatest.tolist(), strict=True)
    )
    yield Sheet(words("trade", "regret"), columns, rows)


def _records_of_frontier(found: Frontier) -> formats.Records:
    return [
        {"plan": number, **dict(zip([term.text for term in found.terms], row, strict=True))}
        for number, row in enumerate(found.values.tolist(), 1)
    ]


def _records_of_regret(found: Regret) -> formats.Records:
    return [
        {"plan": plan, "future": future, "value": float(found.values[at, to]), "regret": float(found.regrets[at, to])}
        for at, plan in enumerate(found.plans)
        for to, future in enumerate(found.futures)
    ]


FRONTIERS = formats.writers(_frontier, _records_of_frontier)
REGRETS = formats.writers(_regret, _records_of_regret)
