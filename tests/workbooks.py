"""Views as the command line makes them, and workbooks read back by another library."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

import simulator as sim
from simulator import asking, comparison, draws, model
from simulator.conditions import Condition
from simulator.figures import Wanted
from simulator.labels import words
from simulator.report import workbook
from simulator.report.sheets import View
from simulator.results import Run

REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'!|(\w+)!)?([A-Z]{1,3}[0-9]+)")
HEADER, FIRST_ROW, FIRST_COLUMN = 4, 5, 3
"""Places in a sheet of figures, from 1."""


@dataclass(frozen=True)
class Asked:
    """What a test asks for beside the scenarios."""

    language: str = "en"
    programmes: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    draws: int = 0
    conditions: tuple[str, ...] = ()


def view_of(*files: str | Path, asked: Asked | None = None, parent: bool = True) -> View:
    """Scenarios, a single one beside its parent, several beside the first."""
    wanted = asked or Asked()
    scenarios = [sim.load(file) for file in files]
    above = scenarios[0].parent if parent and len(files) == 1 else None
    beside = [comparison.beside(scenarios[0], above)] if above else []
    runs = model.run([*scenarios, *beside]).runs
    place = len(scenarios) if beside else 0 if len(scenarios) > 1 else None

    def view(made: Sequence[Run]) -> View:
        reference = None if place is None else made[place]
        shown = tuple(made[: len(scenarios)])
        return View(shown, reference, words(wanted.language), wanted.programmes, wanted.years)

    if wanted.draws:
        lines = asking.lines_asked(runs, lambda noting: workbook.asks(view(noting)))
        conditions = tuple(Condition.parse(text) for text in wanted.conditions)
        sampled = draws.Sampled(wanted.draws, 1, "random")
        runs = draws.draw([run.scenario for run in runs], sampled, Wanted(lines, conditions, place))
    return view(runs)


@dataclass(frozen=True)
class Read:
    """A workbook as written: what its cells hold, and the values beside its formulas."""

    content: bytes

    @classmethod
    def of(cls, path: Path) -> "Read":
        """Read a file back."""
        return cls(path.read_bytes())

    @cached_property
    def cells(self) -> Any:
        """Cells with their formulas."""
        return load_workbook(BytesIO(self.content))

    @cached_property
    def values(self) -> Any:
        """Cells with the values beside formulas."""
        return load_workbook(BytesIO(self.content), data_only=True)

    def sheet(self, title: str) -> Any:
        """The sheet of values whose first cell says this."""
        return next(sheet for sheet in self.values if sheet["A1"].value == title)

    def rows(self, title: str) -> dict[tuple[str, str], list[Any]]:
        """Figures of a sheet by (label of the line, name beside it)."""
        found, label = {}, ""
        for cells in self.sheet(title).iter_rows(min_row=FIRST_ROW, values_only=True):
            label = cells[0] or label
            found[label, cells[1]] = list(cells[2:])
        return found

    def formulas(self) -> Iterator[tuple[Any, float]]:
        """Every cell with a formula, and the value beside it."""
        for sheet in self.cells:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        yield cell, self.values[sheet.title][cell.coordinate].value

    def texts(self) -> Iterator[str]:
        """Every text."""
        for sheet in self.values:
            for row in sheet.iter_rows(values_only=True):
                yield from (cell for cell in row if isinstance(cell, str))

    def reckoned(self, cell: Any) -> float:
        """A formula of sums worked out from the values that its references name."""

        def value(found: re.Match[str]) -> str:
            name = (found[1] or found[2] or cell.parent.title).replace("''", "'")
            return f"({self.values[name][found[3]].value!r})"

        text = cell.value.removeprefix("=")
        rounded = text.startswith("ROUND(")
        text = text.removeprefix("ROUND(").removesuffix(",6)") if rounded else text
        total = float(eval(REFERENCE.sub(value, text), {"__builtins__": {}}))
        return round(total, 6) if rounded else total


Write = Callable[..., Read]
