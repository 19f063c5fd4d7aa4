"""Tables of explanations: a difference by changed input, and one figure term by term."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from simulator.arithmetic import Arithmetic, Term
from simulator.arrays import Floats
from simulator.attribution import Explanation
from simulator.errors import RequestError
from simulator.labels import Words
from simulator.measures import TOTAL, measure
from simulator.report.changed import Change, changes
from simulator.report.charted import Bridge
from simulator.report.rounding import decimals_for, rounded
from simulator.report.sheets import Row, Sheet
from simulator.scenario import Scenario
from simulator.tables import Line

LONGEST_CHANGE = 40
"""Characters of a change that still stand beside its input."""

NINETY_FIVE = 1.96


class Contribution(NamedTuple):
    """One figure of an explanation for other programs; `input` is empty for the whole difference."""

    scenario: str
    reference: str
    fiscal_year: int
    programme: str
    award: str
    measure: str
    input: str
    statistic: str
    value: float
    unit: str


class TermRow(NamedTuple):
    """One term of a figure for other programs."""

    scenario: str
    fiscal_year: int
    programme: str
    measure: str
    term: str
    award: str
    begun: int | None
    number: float | None
    each: float | None
    value: float
    unit: str


def heading(found: Explanation, words: Words) -> list[str]:
    """What is explained, and how exactly."""
    told = {"scenario": _title(found.scenario, words), "reference": _title(found.reference, words)}
    lines = [words("explain", "heading", **told)]
    if found.sampled:
        lines.append(words("explain", "drawn", draws=f"{found.sampled.draws:,}", seed=found.sampled.seed))
    if len(found.inputs) < found.changed:
        lines.append(words("explain", "grouped", number=found.changed, sections=len(found.inputs)))
    lines.append(words("explain", "orders", orders=found.orders) if found.orders else words("explain", "exact"))
    return lines


def _title(scenario: Scenario, words: Words) -> str:
    return words.label(scenario.document.label, scenario.document.name or scenario.name)


def sheets(found: Explanation, words: Words, programmes: Sequence[str], years: Sequence[int]) -> Iterator[Sheet]:
    """One table a measure: each difference, and below it what each input contributes; what is the same is left out."""
    named = _names(found, words)
    places = [year - found.years.start for year in years]
    for name in dict.fromkeys(line.measure for line in found.lines):
        rows = [
            row
            for place, line in enumerate(found.lines)
            if line.measure == name and (not programmes or line.programme in programmes)
            for row in _rows(found, place, named, words, places)
        ]
        if rows:
            unit = measure(name).unit
            told = {"measure": words.measure(name), "unit": words.sections["units"].get(unit, unit)}
            columns = [words.year(year) for year in years]
            columns += [] if measure(name).stock or len(years) == 1 else [words("explain", "all_years")]
            yield Sheet(words("explain", "differences", **told), tuple(columns), tuple(rows))


def _names(found: Explanation, words: Words) -> list[str]:
    """Inputs with what they were and are, where that is short."""
    told = {change.path: change for change in changes(found.scenario, words, found.reference)}
    return [_named(each.name, each.paths, told, words) for each in found.inputs]


def _named(name: str, paths: Sequence[str], told: dict[str, Change], words: Words) -> str:
    change = told.get(paths[0]) if len(paths) == 1 else None
    if change is None or len(change.before) + len(change.after) > LONGEST_CHANGE:
        return name
    absent = words("workbook", "not_given")
    return words("explain", "input", name=name, before=change.before or absent, after=change.after or absent)


def _rows(found: Explanation, place: int, named: Sequence[str], words: Words, years: Sequence[int]) -> Iterator[Row]:
    """The difference of a line, and what inputs contribute, as rounded figures that add up to it."""
    line, parts = found.lines[place], found.contributions[place][:, years]
    summed = not measure(line.measure).stock and len(years) > 1
    if not parts.any():
        return
    if summed:
        parts = np.hstack([parts, parts.sum(axis=1, keepdims=True)])
    decimals = decimals_for([parts.ravel()])
    reached = rounded(np.cumsum(parts, axis=0), decimals)
    yield Row(_label(found, line, words), _cells(reached[-1], decimals), 0, "value")
    for row, shown in enumerate(np.diff(reached, axis=0, prepend=0.0)):
        if parts[row].any():
            yield Row(named[row], _cells(shown, decimals), 1, "difference")
            if found.errors is not None:
                error = NINETY_FIVE * found.errors[place, row][years]
                cells = tuple(f"±{value:,.{decimals}f}" for value in error)
                yield Row(words("explain", "interval"), (*cells, "") if summed else cells, 2, "range")


def _cells(values: Floats, decimals: int) -> tuple[str, ...]:
    shown = [float(value) / 10.0**decimals for value in values]
    return tuple(f"{value:+,.{decimals}f}" if value else "0" for value in shown)


def _label(found: Explanation, line: Line, words: Words) -> str:
    if line.programme == TOTAL:
        return words("page", "all_programmes")
    return _of(found.scenario, line.programme, line.award, words) or _of(found.reference, *line[:2], words)


def _of(scenario: Scenario, programme: str, award: str, words: Words) -> str:
    given = scenario.document.programmes.get(programme)
    if given is None:
        return ""
    label = words.label(given.label, programme)
    return f"{label}: {words.label(given.awards[award].label, award)}" if award in given.awards else label


def contributions(found: Explanation, programmes: Sequence[str], years: Sequence[int]) -> Iterator[Contribution]:
    """Every figure of an explanation for other programs, in full."""
    for place, line in enumerate(found.lines):
        if programmes and line.programme not in programmes:
            continue
        for year in years:
            at = year - found.years.start
            own = (found.scenario.name, found.reference.name, year, *line)
            whole = float(found.after[place, at] - found.before[place, at])
            unit = measure(line.measure).unit
            yield Contribution(*own, "", "difference", whole, unit)
            for row, each in enumerate(found.inputs):
                value = float(found.contributions[place, row, at])
                yield Contribution(*own, each.name, "contribution", value, unit)
                if found.errors is not None:
                    yield Contribution(*own, each.name, "se", float(found.errors[place, row, at]), unit)


def bridge(found: Explanation, name: str, programme: str, years: Sequence[int]) -> Bridge:
    """From the reference to the scenario by input, one line over years; RequestError where it does not add up."""
    line = next((line for line in found.lines if line == Line(programme, "", name)), None)
    if line is None or (measure(name).stock and len(years) > 1):
        text = f"--save: {name} has no sum to make a bridge of"
        raise RequestError(f"{text}: name a --programme, and one year with --years")
    place, at = found.lines.index(line), [year - found.years.start for year in years]
    changes = found.contributions[place][:, at].sum(axis=1)
    steps = [(each.name, float(change)) for each, change in zip(found.inputs, changes, strict=True) if change]
    return Bridge(float(found.before[place, at].sum()), tuple(steps), float(found.after[place, at].sum()))


def arithmetic_sheet(found: Arithmetic, words: Words) -> Sheet:
    """The terms of a figure; how many awards, at how much each, which is what."""
    unit = words.sections["units"].get(measure(found.line.measure).unit, "")
    told = {"measure": words.measure(found.line.measure), "of": _of(found.scenario, *found.line[:2], words)}
    title = words("explain", "arithmetic", **told, year=words.year(found.year), unit=unit)
    rows = [
        Row(_term(found, term, words), (_plain(term.number), _plain(term.each), _plain(term.value)))
        for term in found.terms
    ]
    rows.append(Row(words("explain", "sum"), ("", "", _plain(found.value)), 0, "heading"))
    return Sheet(title, tuple(words("explain", name) for name in ("number", "each", "value")), tuple(rows))


def _term(found: Arithmetic, term: Term, words: Words) -> str:
    of = words.sections["explain"].get(f"term_{term.of}") or words.measure(term.of)
    if term.begun is not None:
        of = words("explain", "begun", year=words.year(term.begun))
    types = found.scenario.document.programmes[found.line.programme].awards
    if not term.award or len(types) == 1:
        return of
    return f"{words.label(types[term.award].label, term.award)}: {of}"


def _plain(value: float | None) -> str:
    """Six digits after the point at most: a yen of million yen."""
    if value is None:
        return ""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def terms(found: Arithmetic) -> list[TermRow]:
    """The terms of a figure for other programs."""
    own = (found.scenario.name, found.year, found.line.programme, found.line.measure)
    unit = measure(found.line.measure).unit
    return [TermRow(*own, each.of, each.award, *each[2:], unit) for each in found.terms]
