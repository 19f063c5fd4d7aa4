"""What the comparison of both engines found, for people: a verdict for each scenario and its worst cells."""

from collections.abc import Iterator, Sequence
from math import isnan

from simulator.crosscheck import Cell, Check
from simulator.labels import Words
from simulator.report.sheets import Row, Sheet

WORST = 8
"""Cells shown of a scenario, those that differ and then the worst of the others."""

COLUMNS = ("year", "statistic", "core", "events", "difference", "error", "deviate", "verdict")


def heading(checks: Sequence[Check], words: Words) -> list[str]:
    """A verdict of each scenario, with what it rests on."""
    return [line for check in checks for line in _verdict(check, words)]


def _verdict(check: Check, words: Words) -> Iterator[str]:
    told = {
        "scenario": check.scenario.title,
        "judged": f"{len(check.judged):,}",
        "rare": f"{len(check.cells) - len(check.judged):,}",
        "replications": f"{check.replications:,}",
        "differing": f"{len(check.differing):,}",
        "far": f"{len(check.far):,}",
        "limit": f"{check.limit:.2f}",
    }
    yield words("crosscheck", "agrees" if check.agrees else "differs", **told)
    if not isnan(check.pooled):
        yield words("crosscheck", "pooled", ratio=f"{check.pooled:.3f}", error=f"{check.pooled_error:.3f}")


def sheets(checks: Sequence[Check], words: Words) -> list[Sheet]:
    """The worst cells of each scenario."""
    columns = tuple(words("crosscheck", name) for name in COLUMNS)
    return [
        Sheet(words("crosscheck", "worst", scenario=check.scenario.title), columns, tuple(_lines(check, words)))
        for check in checks
    ]


def _lines(check: Check, words: Words) -> Iterator[Row]:
    first = check.differing[:WORST]
    for cell in [*first, *(cell for cell in check.worst if cell not in first)][:WORST]:
        place = ".".join(part for part in (cell.programme, cell.award) if part)
        apart = None if cell.core is None or cell.events is None else cell.events - cell.core
        numbers = (cell.core, cell.events, apart, cell.error)
        deviate = "" if cell.deviate is None else f"{cell.deviate:+.2f}"
        cells = (words.year(cell.fiscal_year), words("crosscheck", cell.statistic), *map(_number, numbers), deviate)
        yield Row(f"{place} {cell.measure}", (*cells, words("crosscheck", _said(cell))))


def _said(cell: Cell) -> str:
    return {"agrees": "same", "differs": "apart", "rare": "rare"}[cell.verdict]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.5g}"
