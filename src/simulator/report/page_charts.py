"""Charts of a page: awards or their ranges, money, starts by destination, commitments by year of selection."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from simulator.arrays import Floats
from simulator.measures import STARTS_TO, TOTAL, every_measure
from simulator.obligations import Obligations
from simulator.report import charted, panel
from simulator.report.canvas import Unit, unit_of
from simulator.report.markup import element
from simulator.report.palette import BLUE, DARK, GREY, INNER, LIGHT, ORANGE, OUTER, PALE, VERMILION, sequence
from simulator.report.panel import HATCH, LOOKS, REFERENCE, Look, Panel
from simulator.report.sheets import View, full_label
from simulator.results import Run
from simulator.tables import Line

FILLS = dict(zip(charted.PARTS, (GREY, BLUE, ORANGE, "white"), strict=True))
SHORT = f"url(#{HATCH})"
MEDIAN, MEAN = Look(BLUE, "", ""), Look(BLUE, "0 9", LOOKS[0].mark)


@dataclass(frozen=True)
class Key:
    """A sample of what is drawn, and what it is: a fill, or a line."""

    name: str
    fill: str = ""
    look: Look | None = None


@dataclass(frozen=True)
class Charts:
    """Charts that belong together: their legend, what their figures are of, each with its title, how many abreast.

    `rows` are the figures, where no other table has them: of what, of which scenario, over which `years`.
    """

    keys: tuple[Key, ...]
    unit: str
    panels: tuple[tuple[str, Element], ...]
    abreast: int = 1
    rows: tuple[tuple[str, str, Floats], ...] = ()
    years: Sequence[int] = ()


def awards(view: View, names: Sequence[str], measure: str) -> Charts:
    """One panel a programme, all scenarios in it; of draws, a panel for each with their ranges."""
    if any(run.drawn for run in view.runs):
        return _fans(view, names, measure)
    own = iter(LOOKS * len(view.compared))
    looks = [REFERENCE if run is view.reference else next(own) for run in view.compared]
    made = []
    for each in charted.panels(view, measure):
        lines = [
            (row, look, name)
            for run, look, name in zip(view.compared, looks, names, strict=True)
            if (row := charted.values(run, each.line, charted.years_of(view))) is not None
        ]
        drawn = _panel(view, [row for row, *_ in lines], each.label, {name: row for row, _, name in lines})
        for line in lines:
            drawn.line(*line)
        made.append((each.label, drawn.picture()))
    keys = tuple(Key(name, look=look) for name, look in zip(names, looks, strict=True))
    return Charts(keys, _unit(view, measure).name, tuple(made))


def _fans(view: View, names: Sequence[str], measure: str) -> Charts:
    years, made = charted.years_of(view), []
    named = dict(zip(map(id, view.compared), names, strict=True))
    words = view.words
    for each in charted.panels(view, measure):
        other = charted.values(view.beside, each.line, years) if view.beside else None
        found = [(run, charted.ranges(run, each.line, years)) for run in view.runs]
        largest = [values for _, bands in found if bands for values in bands.values()]
        for run, bands in found:
            if not bands:
                continue
            title = each.label if len(view.runs) == 1 else f"{each.label}: {named[id(run)]}"
            told = {words("plot", "mean"): bands["mean"]}
            told |= {words("page", name): bands[name] for name in ("p05", "p95") if name in bands}
            drawn = _panel(view, [*largest, *([other] if other is not None else [])], title, told)
            if "p05" in bands:  # a line whose quantiles were not asked for has its mean alone
                drawn.band(bands["p05"], bands["p95"], OUTER, words("plot", "outer"))
                drawn.band(bands["p25"], bands["p75"], INNER, words("plot", "inner"))
                drawn.line(bands["p50"], MEDIAN, words("plot", "median"))
            drawn.line(bands["mean"], MEAN, words("plot", "mean"))
            if other is not None:
                drawn.line(other, REFERENCE, words("plot", "mean_of", scenario=names[0]))
            made.append((title, drawn.picture()))
    keys = [Key(words("plot", "median"), look=MEDIAN), Key(words("plot", "mean"), look=MEAN)]
    keys += [Key(words("plot", "inner"), INNER), Key(words("plot", "outer"), OUTER)]
    keys += [Key(words("plot", "mean_of", scenario=names[0]), look=REFERENCE)] if view.beside else []
    return Charts(tuple(keys), _unit(view, measure).name, tuple(made), len(view.runs))


def money(view: View, names: Sequence[str]) -> Charts:
    """What the money goes to, against the appropriation: all programmes, then each, a panel for each scenario."""
    years = charted.years_of(view)
    programmes = dict.fromkeys(name for run in view.compared for name in run.labels.programmes)
    wanted = view.programmes or (TOTAL, *programmes)
    found = {name: [charted.money(run, name, years) for run in view.compared] for name in wanted}
    largest = max(float(np.nanmax(part["budget"], initial=0.0)) for row in found.values() for part in row if part)
    unit = unit_of(view.words, "million_yen", largest)
    made = []
    for programme, row in found.items():
        tops = [sum((part[name] for name in charted.PARTS), np.zeros(len(years))) for part in row if part]
        tops += [part["budget"] for part in row if part]
        for name, parts in zip(names, row, strict=True):
            if parts:
                title = (
                    f"{view.programme_label(programme)}: {name}" if len(names) > 1 else view.programme_label(programme)
                )
                scaled = {each: values / unit.factor for each, values in parts.items()}
                made.append((title, _stack(view, title, [top / unit.factor for top in tops], scaled)))
    keys = [Key(view.words.measure(name), fill) for name, fill in FILLS.items()]
    short = any(part["shortfall"].any() for row in found.values() for part in row if part)
    keys += [Key(view.words("plot", "not_covered"), SHORT)] if short else []
    keys.append(Key(view.words("plot", "appropriation"), look=Look("black", "", "")))
    return Charts(tuple(keys), unit.name, tuple(made), len(names))


def _stack(view: View, title: str, tops: Sequence[Floats], parts: dict[str, Floats]) -> Element:
    words, bottom = view.words, np.zeros(len(charted.years_of(view)))
    told = {words("plot", "appropriation"): parts["budget"], words.measure("spend_new"): parts["spend_new"]}
    drawn = _panel(view, tops, title, told)
    for name in charted.PARTS:
        drawn.bars(parts[name], bottom, FILLS[name], words.measure(name), edge=DARK if name == "unspent" else "white")
        bottom = bottom + np.nan_to_num(parts[name])
    owed = parts["fixed_costs"] + parts["commitments"]
    drawn.bars(parts["shortfall"], owed - parts["shortfall"], SHORT, words.measure("shortfall"), edge=VERMILION)
    drawn.steps(parts["budget"], words("plot", "appropriation"))
    return drawn.picture()


def destinations(view: View, names: Sequence[str]) -> Iterator[tuple[str, Charts]]:
    """For each award type with destinations its label, and starts by destination, a panel for each scenario."""
    years = charted.years_of(view)
    places = dict.fromkeys(each for run in view.compared for each in run.labels.destinations)
    for programme, award in dict.fromkeys((programme, award) for programme, award, _ in places):
        if view.programmes and programme not in view.programmes:
            continue
        own = [place for of, name, place in places if (of, name) == (programme, award)]
        fills = sequence(len(own))
        rows = [
            {place: _line(run, Line(programme, award, f"{STARTS_TO}{place}"), years) for place in own}
            for run in view.compared
        ]
        tops = [np.add.reduce(list(row.values())) for row in rows]
        made = []
        for name, row in zip(names, rows, strict=True):
            drawn, bottom = _panel(view, tops, name, row), np.zeros(len(years))
            for (place, values), fill in zip(row.items(), fills, strict=True):
                drawn.bars(values, bottom, fill, place)
                bottom = bottom + values
            made.append((name, drawn.picture()))
        keys = tuple(Key(place, fill) for place, fill in zip(own, fills, strict=True))
        figures = [(place, name, row[place]) for place in own for name, row in zip(names, rows, strict=True)]
        unit = view.words("units", "count")
        yield full_label(view, programme, award), Charts(keys, unit, tuple(made), rows=tuple(figures), years=years)


def _line(run: Run, line: Line, years: Sequence[int]) -> Floats:
    """A line over the years; 0 where there is none."""
    if line.measure not in every_measure(run.labels) or (line.programme, line.award) not in run.labels.awards:
        return np.zeros(len(years))
    return np.nan_to_num(charted.over(run, run.of(line.measure, line.programme, line.award)[:, 0], years))


def commitments(view: View, names: Sequence[str], owed: Sequence[Obligations]) -> Charts:
    """What is owed in each year, stacked by the year of selection: a panel for each scenario."""
    tables = [each.of(view.programmes or None) for each in owed]
    unit = unit_of(view.words, "million_yen", max(float(table.sum(axis=1).max(initial=0.0)) for table in tables))
    selections, first = owed[0].selections, owed[0].years.start
    last = max(selections.stop, *(first + charted.until_nothing(table) for table in tables))
    years = [view.words.short_year(year) for year in range(first, last)]
    fills, words, made = [LIGHT, *sequence(len(selections))], view.words, []
    shown = [_padded(table, len(years)) / unit.factor for table in tables]
    of_year = [words("plot", "selected_in", **words.years(year)) for year in selections]
    named = [words("plot", "earlier", **words.years(selections[0])), *of_year]
    top = max(float(table.sum(axis=1).max(initial=0.0)) for table in shown)
    for name, table in zip(names, shown, strict=True):
        totals = {name: table.sum(axis=1)}
        drawn = Panel(years, 0.0, top, alternative=_alternative(words.language, years, totals))
        drawn.shade(len(selections), PALE)
        for place, (fill, selected) in enumerate(zip(fills, named, strict=True)):
            drawn.bars(table[:, place], table[:, :place].sum(axis=1), fill, selected)
        made.append((name, drawn.picture()))
    keys = [Key(name, fill) for name, fill in zip(named, fills, strict=True)]
    keys += [Key(words("plot", "after"), PALE)] if last > selections.stop else []
    figures = tuple(
        (selected, name, table[:, place])
        for place, selected in enumerate(named)
        for name, table in zip(names, shown, strict=True)
    )
    return Charts(tuple(keys), unit.name, tuple(made), rows=figures, years=range(first, last))


def _padded(table: Floats, years: int) -> Floats:
    """Rows of so many years, 0 where nothing is owed."""
    there = table[:years]
    return np.vstack([there, np.zeros((years - len(there), table.shape[1]))])


def _panel(view: View, rows: Sequence[Floats], title: str, shown: dict[str, Floats]) -> Panel:
    """A panel from 0 up to the largest figure of `rows`, said in words with those that are `shown`."""
    figures = np.concatenate(rows) if rows else np.zeros(1)
    years = [view.words.short_year(year) for year in charted.years_of(view)]
    alternative = f"{title}. {_alternative(view.words.language, years, shown)}"
    low, high = float(np.nanmin(figures, initial=0.0)), float(np.nanmax(figures, initial=0.0))
    return Panel(years, low, high, alternative=alternative)


def _alternative(language: str, years: Sequence[str], shown: dict[str, Floats]) -> str:
    """First and last figure of each line."""
    colon, comma = ("：", "、") if language == "ja" else (": ", ", ")
    ends = sorted({0, len(years) - 1})
    parts = [
        f"{name}{colon}{comma.join(f'{years[place]} {panel.told(float(values[place]))}' for place in ends)}"
        for name, values in shown.items()
        if not np.isnan([values[place] for place in ends]).any()
    ]
    return "; ".join(parts)


def _unit(view: View, measure: str) -> Unit:
    return unit_of(view.words, charted.unit(measure), 0.0)


def picture_of(key: Key) -> Element:
    """The sample of a legend."""
    if key.look is None:
        box = {"x": 1.0, "y": 1.0, "width": 18.0, "height": 10.0}
        sample = element("rect", **box, fill=key.fill, stroke=DARK, stroke_width="0.5")
        return element("svg", sample, viewBox="0 0 20 12", width=20, height=12, aria_hidden="true")
    drawn = {"stroke": key.look.color, "stroke_width": "1.8", "stroke_dasharray": key.look.dashes or None}
    line = element("line", x1=0, x2=30, y1=6, y2=6, **drawn)
    mark = element("path", d=key.look.mark, transform="translate(15 6)", fill=key.look.color) if key.look.mark else None
    return element("svg", line, mark, viewBox="0 0 30 12", width=30, height=12, aria_hidden="true")
