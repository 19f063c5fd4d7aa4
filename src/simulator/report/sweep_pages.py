"""Pages of a sweep: its inputs, and how much each of them matters for each outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator import sensitivity, sweep_tables
from simulator.analyses import SHARES, WIDTH, Analysis
from simulator.factors import Factor
from simulator.measures import measure
from simulator.outcome_names import Outcome
from simulator.quantities import Quantity
from simulator.report.sheets import YEARS_ACROSS, Row, Sheet, View, full_label
from simulator.report.sweep_words import input_label, input_value
from simulator.responses import Response
from simulator.sensitivity import Index
from simulator.sweep_tables import Restriction
from simulator.tables import Line

UNCERTAIN = "*"
"""Beside an index whose interval is wide."""

SMALL = 0.005
"""Indices below this in all years are left out of the page."""

LEVELS = 11
"""Values of an input at which a page shows a response, at most."""

LEADING = {"sobol": ("total", "first"), "shapley": ("shapley", "first"), "morris": ("mu_star", "mu", "sigma")}

Rows = Sequence[tuple[Row, dict[int, str]]]
"""Rows with their cells by year."""


@dataclass(frozen=True)
class Page:
    """A sweep beside the words it is told in."""

    view: View
    analysis: Analysis
    outcomes: Sequence[Outcome]
    condition: str = ""

    def heading(self) -> list[str]:
        """What was run."""
        sweep, words = self.analysis.sweep, self.view.words
        kind = words("sweep", sweep.kind, size=f"{sweep.design.base:,}", seed=sweep.seed)
        name = self.view.name(self.view.runs[0])
        lines = [words("sweep", "title", scenario=name, runs=f"{sweep.runs:,}", kind=kind)]
        if any(index.half is not None and index.name in SHARES for index in self.analysis.indices):
            lines.append(words("sweep", "marked", mark=UNCERTAIN, width=f"{WIDTH:g}"))
        if described := self.analysis.described:
            hits, runs = f"{described.hits:,}", f"{described.runs:,}"
            lines.append(words("sweep", "met", condition=self.condition, hits=hits, runs=runs))
        return lines

    def sheets(self) -> list[Sheet]:
        """Its tables: what varies, then line by line what follows."""
        return [self._inputs(), *self._boxes(), *(sheet for line in self.lines for sheet in self._of_line(line))]

    @property
    def lines(self) -> list[Line]:
        """Lines of the outcomes, each once."""
        return list(dict.fromkeys(outcome.line for outcome in self.outcomes))

    def input(self, name: str) -> str:
        """An input in words."""
        return input_label(self.view, name)

    def value(self, value: float, quantity: Quantity) -> str:
        """A value of an input with its unit."""
        return input_value(self.view, value, quantity)

    def title(self, line: Line, what: str) -> str:
        """Title of a sheet of a line."""
        words, kind = self.view.words, measure(line.measure)
        of = (
            full_label(self.view, line.programme, line.award)
            if line.award
            else self.view.programme_label(line.programme)
        )
        name, unit = words.measure(line.measure), words("units", kind.unit)
        return words("sweep", what, measure=name, of=of, unit=unit)

    def _inputs(self) -> Sheet:
        words = self.view.words
        columns = tuple(words("sweep", name) for name in ("least", "greatest", "how"))
        return Sheet(words("sweep", "inputs"), columns, tuple(map(self._input, self.analysis.sweep.factors)))

    def _input(self, factor: Factor) -> Row:
        words, (low, high) = self.view.words, factor.span
        how = words("sweep", "levels", levels=f"{len(factor.levels):,}") if factor.levels else words("sweep", "uniform")
        ends = [self.value(low, factor.quantity), self.value(high, factor.quantity)]
        if factor.law:
            how, ends = factor.law.told, ["", ""] if factor.between == (0.0, 1.0) else ends
        return Row(self.input(factor.path), (*ends, how))

    def _boxes(self) -> Iterator[Sheet]:
        """What describes the runs that meet the condition."""
        described, words = self.analysis.described, self.view.words
        if described is None:
            return
        columns = tuple(words("sweep", name) for name in ("least", "greatest", "quasi_p"))
        for method, boxes in described.boxes.items():
            for number, box in enumerate(boxes, 1):
                shares = {name: f"{getattr(box, name):.0%}" for name in ("coverage", "density", "mass")}
                title = words("sweep", method, number=number, condition=self.condition, **shares)
                lines = [self._restriction(each) for each in sweep_tables.restrictions(self.analysis, box)]
                yield Sheet(title, columns, tuple(lines))

    def _restriction(self, restriction: Restriction) -> Row:
        quantity = self._quantity(restriction.input)
        ends = ("" if end is None else self.value(end, quantity) for end in (restriction.least, restriction.greatest))
        quasi_p = "" if restriction.quasi_p is None else f"{restriction.quasi_p:.1g}"
        return Row(self.input(restriction.input), (*ends, quasi_p))

    def _quantity(self, name: str) -> Quantity:
        return next(factor.quantity for factor in self.analysis.sweep.factors if name in factor.names)

    def _of_line(self, line: Line) -> Iterator[Sheet]:
        places = {each.year: place for place, each in enumerate(self.outcomes) if each.line == line}
        kind = self.analysis.sweep.kind
        if self.analysis.single is not None:
            yield from self._across(self.title(line, "tornado"), places, self._tornado(line, places))
        elif kind == "grid":
            for response in self.analysis.responses:
                rows = self._response(line, response, places)
                title = self.title(line, "response_alone" if len(self.analysis.names) == 1 else "response")
                yield from self._across(f"{title}: {self.input(response.name)}", places, rows)
            if len(self.analysis.names) > 1:
                yield from self._across(self.title(line, "main_effect"), places, self._indices(line, places))
        else:
            leading = LEADING.get(kind, ("given_data",))[0]
            title = self.title(line, "shapley_effect" if leading == "shapley" else leading)
            yield from self._across(title, places, self._indices(line, places))

    def _across(self, title: str, places: dict[int, int], rows: Rows) -> Iterator[Sheet]:
        """Rows with their cells by year, as sheets of at most ten years."""
        years = list(places)
        rows = _plain(rows)
        for start in range(0, len(years), YEARS_ACROSS):
            shown = years[start : start + YEARS_ACROSS]
            lines = tuple(
                Row(row.label, tuple(cells.get(year, "") for year in shown), row.depth, row.kind) for row, cells in rows
            )
            if lines:
                yield Sheet(title, tuple(self.view.words.year(year) for year in shown), lines)

    def _indices(self, line: Line, places: dict[int, int]) -> list[tuple[Row, dict[int, str]]]:
        """The leading index of each input, the greatest first, the others under it."""
        named = {index.name: index for index in self.analysis.indices}
        wanted = [named[name] for name in LEADING.get(self.analysis.sweep.kind, tuple(named)) if name in named]
        leading = wanted[0]
        sizes = np.nan_to_num(np.abs(leading.value[list(places.values())])).max(axis=0)
        least = SMALL if leading.name in (*SHARES, "main_effect") else 0.0
        rows = []
        for column in np.argsort(-sizes, kind="stable").tolist():
            if sizes[column] <= least:
                continue
            for index in wanted:
                label = self.input(self.analysis.names[column]) if index is leading else self._word(index.name)
                cells = {year: self._cell(line, index, place, column) for year, place in places.items()}
                rows.append(
                    (Row(label, (), 0 if index is leading else 1, "value" if index is leading else "range"), cells)
                )
        return rows or [(Row(self._word("nothing"), ()), {})]

    def _word(self, name: str) -> str:
        return self.view.words("sweep", f"{name}_row")

    def _cell(self, line: Line, index: Index, place: int, column: int) -> str:
        value = index.value[place, column]
        if np.isnan(value):
            return ""
        if index.name not in (*SHARES, "main_effect"):
            return figure(value, measure(line.measure).unit, signed=index.name == "mu")
        wide = not sensitivity.converged(index, WIDTH)[place, column]
        return f"{value + 0.0:.2f}{UNCERTAIN if wide else ''}".replace("-0.00", "0.00")

    def _response(self, line: Line, response: Response, places: dict[int, int]) -> list[tuple[Row, dict[int, str]]]:
        """Means of the outcome by value of an input."""
        quantity = self._quantity(response.name)
        shown = np.unique(np.linspace(0, len(response.at) - 1, LEVELS).round().astype(int)).tolist()
        unit = measure(line.measure).unit
        return [
            (
                Row(self.value(response.at[level], quantity), ()),
                {year: figure(response.means[place, level], unit) for year, place in places.items()},
            )
            for level in shown
        ]

    def _tornado(self, line: Line, places: dict[int, int]) -> list[tuple[Row, dict[int, str]]]:
        """What each input changes from its low end to its high one, the greatest first, with both ends under it."""
        results, unit = self.analysis.single, measure(line.measure).unit
        if results is None:
            return []
        by_year = {
            year: {each.input: each for each in sweep_tables.swings(self.analysis, results[place])}
            for year, place in places.items()
        }
        size = {path: max(abs(by_year[year][path].change) for year in places) for path in self.analysis.names}
        rows = [
            (Row(self._word("base"), ()), {year: figure(results[place][0], unit) for year, place in places.items()})
        ]
        for factor in sorted(self.analysis.sweep.factors, key=lambda each: -size[each.path]):
            own = {year: found[factor.path] for year, found in by_year.items()}
            if not size[factor.path] > 0.0:
                continue
            rows.append(
                (
                    Row(self.input(factor.path), ()),
                    {year: figure(each.change, unit, signed=True) for year, each in own.items()},
                )
            )
            some = next(iter(own.values()))
            for end in ("low", "high"):
                label = self.value(getattr(some, end), factor.quantity)
                rows.append(
                    (
                        Row(label, (), 1, "range"),
                        {year: figure(getattr(each, f"at_{end}"), unit) for year, each in own.items()},
                    )
                )
        return rows


def figure(value: float, unit: str, *, signed: bool = False) -> str:
    """A figure of an outcome; empty where there is none."""
    if np.isnan(value):
        return ""
    decimals = 3 if unit == "ratio" else 0 if unit == "million_yen" and abs(value) >= 1000 else 1
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    return "0" if float(text.replace(",", "")) == 0.0 else text


def _plain(rows: Rows) -> Rows:
    """Rows without decimals where all that is shown is whole."""
    cells = [text for _, by_year in rows for text in by_year.values() if text]
    if not all(text.endswith(".0") or "." not in text for text in cells):
        return rows
    return [(row, {year: text.removesuffix(".0") for year, text in by_year.items()}) for row, by_year in rows]
