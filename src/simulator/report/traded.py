"""Frontiers and regrets in tables."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TextIO

from simulator.arrays import Floats
from simulator.labels import Words
from simulator.report import markdown, terminal
from simulator.report.sheets import Row, Sheet
from simulator.trade_offs import Frontier, Regret

Records = Sequence[dict[str, object]]


def _number(value: float) -> str:
    return f"{value:,.1f}"


def _table(title: str, columns: Sequence[str], names: Sequence[str], values: Floats) -> Sheet:
    rows = tuple(Row(name, tuple(map(_number, row))) for name, row in zip(names, values.tolist(), strict=True))
    return Sheet(title, tuple(columns), rows)


def _frontier(writer: Callable[..., None], found: Frontier, words: Words, stream: TextIO) -> None:
    names = [words("trade", "plan", number=number) for number in range(1, len(found.plans) + 1)]
    told = words("trade", "frontier", number=len(names))
    writer([told], [_table("", [term.text for term in found.terms], names, found.values)], stream)


def _regret(writer: Callable[..., None], found: Regret, words: Words, stream: TextIO) -> None:
    least = _number(float(found.greatest.min()))
    writer([words("trade", "chosen", plan=found.chosen, regret=least)], list(_regret_sheets(found, words)), stream)


def _regret_sheets(found: Regret, words: Words) -> Iterator[Sheet]:
    yield _table(words("trade", "value", aim=found.term.text), found.futures, found.plans, found.values)
    columns = (*found.futures, words("trade", "greatest"))
    rows = tuple(
        Row(plan, (*map(_number, row), _number(worst)))
        for plan, row, worst in zip(found.plans, found.regrets.tolist(), found.greatest.tolist(), strict=True)
    )
    yield Sheet(words("trade", "regret"), columns, rows)


def _records_of_frontier(found: Frontier) -> Records:
    return [
        {"plan": number, **dict(zip([term.text for term in found.terms], row, strict=True))}
        for number, row in enumerate(found.values.tolist(), 1)
    ]


def _records_of_regret(found: Regret) -> Records:
    return [
        {"plan": plan, "future": future, "value": float(found.values[at, to]), "regret": float(found.regrets[at, to])}
        for at, plan in enumerate(found.plans)
        for to, future in enumerate(found.futures)
    ]


def _csv(records: Callable[..., Records], found: Frontier | Regret, _: Words, stream: TextIO) -> None:
    rows = records(found)
    lines = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)


def _json(records: Callable[..., Records], found: Frontier | Regret, _: Words, stream: TextIO) -> None:
    stream.write(json.dumps(records(found), ensure_ascii=False, indent=1) + "\n")


FRONTIERS: dict[str, Callable[[Frontier, Words, TextIO], None]] = {
    "table": partial(_frontier, terminal.write),
    "markdown": partial(_frontier, markdown.write),
    "csv": partial(_csv, _records_of_frontier),
    "json": partial(_json, _records_of_frontier),
}
"""By format: writes a frontier, in the words of a language, to a stream."""

REGRETS: dict[str, Callable[[Regret, Words, TextIO], None]] = {
    "table": partial(_regret, terminal.write),
    "markdown": partial(_regret, markdown.write),
    "csv": partial(_csv, _records_of_regret),
    "json": partial(_json, _records_of_regret),
}
"""By format: writes regrets, in the words of a language, to a stream."""
