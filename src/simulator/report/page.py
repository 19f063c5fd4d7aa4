"""The report page: one file of HTML that needs no network, the answer first, then pictures, tables and sources."""

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from xml.etree.ElementTree import Element

from simulator import __version__
from simulator.errors import RequestError
from simulator.labels import Words
from simulator.measures import TOTAL
from simulator.obligations import obligations
from simulator.placing import in_place
from simulator.report import charted, charts, page_charts, page_tables
from simulator.report.markup import Child, element, text_of
from simulator.report.page_answers import answers
from simulator.report.page_charts import Charts, picture_of
from simulator.report.page_flows import rows, sankey
from simulator.report.pages import heading
from simulator.report.palette import VERMILION
from simulator.report.panel import HATCH
from simulator.report.sheets import View

MOST_FLOWS = 4
"""Scenarios beyond which the flow of money is of the first year alone, for the size of the page."""


def write(view: View, warnings: Sequence[str], path: Path) -> None:
    """Write the page to `path`, whole or not at all; the same view gives the same bytes.

    Parameters
    ----------
    view : runs, what they differ from, the words, and which programmes and years are wanted; of draws the lines that
        `tabled.tables_of` asks for must have quantiles
    warnings : what a planner should know of them, a line each

    Raises
    ------
    OSError : the file cannot be written

    """
    save(page(view, warnings), path)


def save(page: Element, path: Path) -> None:
    """Write a page, whole or not at all."""
    content = text_of(page)
    with in_place(path) as part:
        part.write_text(content, encoding="utf-8")


def page(view: View, warnings: Sequence[str]) -> Element:
    """The page as a tree."""
    title, *told = heading(view)
    if len(view.runs) > 1:
        title, told = view.words("workbook", "several", number=len(view.runs)), [title, *told]
    return whole(title, told, list(_sections(view, warnings)), charts.source(view), view.words)


def whole(title: str, told: Sequence[str], sections: Sequence[Element], source: str, words: Words) -> Element:
    """A page of sections, each with an id and a heading first, under a title and what is told of it."""
    links = [element("a", each[0].text or "", href=f"#{each.get('id')}") for each in sections]
    return element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="generator", content=f"research-budget-simulator {__version__}"),
            element("meta", http_equiv="Content-Security-Policy", content=POLICY),
            element("title", title),
            element("style", _asset("page.css")),
        ),
        element(
            "body",
            _patterns(),
            element("nav", *links, aria_label=words("report", "contents")),
            element("header", element("h1", title), *(element("p", text) for text in told)),
            element("main", *sections),
            element("footer", element("p", source)),
            element("script", _asset("page.js")),
        ),
        lang=words.language,
        data_save=words("report", "save"),
        data_sort=words("report", "sort"),
    )


POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""What a browser may load: nothing beyond the file."""


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _patterns() -> Element:
    """The hatching of what there is no money for."""
    line = element("path", d="M0 6L6 0", stroke=VERMILION, stroke_width="1.6")
    size = {"width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    return element("svg", element("pattern", line, id=HATCH, **size), width=0, height=0, aria_hidden="true")


def _sections(view: View, warnings: Sequence[str]) -> Iterator[Element]:
    words, names = view.words, charts.names_of(view)
    yield section(words, "answer", *_answer(view))
    if warnings:
        yield section(words, "warnings", element("ul", *(element("li", text) for text in warnings), class_="warnings"))
    changed = [each for run in view.runs if (each := page_tables.changed(view, run)) is not None]
    if changed:
        yield section(words, "changes", *map(wide, changed))
    for measure in ("selected", "supported"):
        if (found := _awards(view, names, measure)) is not None:
            yield section(words, measure, *_shown(view, found))
    yield section(words, "money", *_shown(view, page_charts.money(view, names)))
    if (bridges := list(_bridges(view, names))) or view.reference:
        yield section(words, "bridge", *bridges)
    yield section(words, "flows", *_flows(view, names))
    places = list(page_charts.destinations(view, names))
    if places:
        yield section(words, "destinations", *(part for label, found in places for part in _shown(view, found, label)))
    if (owed := _commitments(view, names)) is not None:
        yield section(words, "commitments", *_shown(view, owed))
    if (stability := page_tables.stability(view)) is not None:
        yield section(words, "stability", element("p", words("report", "stability_told")), wide(stability))
    yield section(words, "tables", *map(wide, page_tables.tables(view)))
    yield section(words, "sources", wide(page_tables.inputs(view)))


def section(words: Words, name: str, *parts: Child) -> Element:
    """A part of the page under its heading, with the note that the labels have of it."""
    told = words.sections["report"].get(f"{name}_note")
    note = element("p", told, class_="note") if told else None
    return element("section", element("h2", words("report", f"{name}_title")), note, *parts, id=name)


def _answer(view: View) -> Iterator[Element]:
    for run in view.runs:
        if len(view.runs) > 1:
            yield element("h3", view.name(run))
        yield element("ul", *(element("li", text) for text in answers(view, run)))


def _awards(view: View, names: Sequence[str], measure: str) -> Charts | None:
    try:
        return page_charts.awards(view, names, measure)
    except RequestError:  # no award type is shown
        return None


def _shown(view: View, found: Charts, title: str = "") -> Iterator[Element]:
    """Charts with their legend and unit."""
    if title:
        yield element("h3", title)
    keys = [element("li", picture_of(key), " ", key.name) for key in found.keys]
    yield element("ul", *keys, element("li", found.unit, class_="unit"), class_="legend")
    figures = [element("figure", element("figcaption", text), drawn) for text, drawn in found.panels]
    yield element("div", *figures, class_=f"panels abreast{found.abreast}")
    if found.rows:
        text = view.words(
            "report", "in_unit", title=title or view.words("report", "commitments_title"), unit=found.unit
        )
        yield wide(page_tables.by_year(view, text, found.rows, found.years))


def _bridges(view: View, names: Sequence[str]) -> Iterator[Element]:
    reference, years = view.reference, charted.years_of(view)
    if reference is None:
        return
    named = dict(zip(map(id, view.compared), names, strict=True))
    words, start = view.words, named[id(reference)]
    ends = {**words.years(years[0], "first"), **words.years(years[-1], "last")}
    told = {"measure": words.measure("spend"), "reference": start, **ends}
    key = "bridge" if len(years) > 1 else "bridge_of_one"
    for run in view.compared:
        if run is not reference:
            try:
                steps = charted.bridge(view, run, reference, "spend")
            except RequestError as error:  # the two do not show the same years
                yield element("p", str(error))
                continue
            end = named[id(run)]
            yield page_tables.bridge(view, steps, start, end, words("plot", key, **told, scenario=end))


def _flows(view: View, names: Sequence[str]) -> Iterator[Element]:
    """The flow of money of each scenario, one year at a time: without scripts, the first."""
    years = charted.years_of(view) if len(view.compared) <= MOST_FLOWS else charted.years_of(view)[:1]
    options = [element("option", view.words.year(year), value=year) for year in years]
    chosen = element("select", *options, id="year")
    if len(years) > 1:
        yield element("p", element("label", view.words("report", "year"), " ", chosen), class_="choice")
    for run, name in zip(view.compared, names, strict=True):
        for place, year in enumerate(years):
            if (drawn := sankey(view, run, year)) is not None:
                title = element("figcaption", view.words("report", "flows_of", name=name, year=view.words.year(year)))
                hidden = None if place == 0 else "hidden"
                yield element("figure", title, wide(drawn), class_="flows", data_year=year, hidden=hidden)
    unit, of = view.words("units", "million_yen"), view.words("report", "flows_title")
    text = view.words("report", "in_unit", title=of, unit=unit)
    yield wide(page_tables.by_year(view, text, rows(view, names), charted.years_of(view)))


def _commitments(view: View, names: Sequence[str]) -> Charts | None:
    """Commitments of the scenarios that show all years; None where nothing is owed."""
    years = charted.years_of(view)
    there = [
        (name, obligations(run.scenario, years))
        for name, run in zip(names, view.compared, strict=True)
        if years[0] in run.years and years[-1] in run.years
    ]
    wanted = view.programmes or None
    if wanted == (TOTAL,) or not any(owed.of(wanted).any() for _, owed in there):
        return None
    return page_charts.commitments(view, [name for name, _ in there], [owed for _, owed in there])


def wide(part: Element) -> Element:
    """What may be wider than a telephone: it is moved sideways by itself."""
    return element("div", part, class_="wide", tabindex=0)
