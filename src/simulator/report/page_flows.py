"""The flow of money as a picture: state, agency, programme, award type, each as high as the money through it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from simulator.arrays import Floats
from simulator.measures import MEASURES
from simulator.money_flows import PARTNER, STATE, flows_of_money
from simulator.report import charted
from simulator.report.canvas import unit_of
from simulator.report.markup import element
from simulator.report.page_charts import FILLS
from simulator.report.palette import BLUE, GREEN, GREY, VERMILION
from simulator.report.panel import told
from simulator.report.sheets import View, full_label
from simulator.results import Run

COLUMNS = (0.0, 150.0, 290.0, 520.0)
"""Left edges of sources, agencies, programmes, and what these pay or keep."""

WIDTH, HEIGHT, THICK, GAP = 780.0, 360.0, 10.0, 13.0
"""Of the picture, of a node, and between two nodes: room for a line of text."""

COLORS = {
    PARTNER: GREEN,
    "shortfall": VERMILION,
    "fixed_costs": FILLS["fixed_costs"],
    "carried_in": GREY,
} | dict.fromkeys(("carried_out", "returned"), GREY)
"""Of what is no part of this year's appropriation paid for awards."""


@dataclass
class Node:
    """A place that money comes to or goes from, and how much of either has been drawn."""

    column: int
    label: str
    comes: float = 0.0
    goes: float = 0.0
    top: float = 0.0
    drawn: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def size(self) -> float:
        """Money through it."""
        return max(self.comes, self.goes)


def sankey(view: View, run: Run, year: int) -> Element | None:
    """The flow of money of one fiscal year; None where there is none, or the run does not show the year."""
    if year not in run.years:
        return None
    row = run.years.index(year)
    flows = [(flow.source, flow.target, float(flow.values[row])) for flow in flows_of_money(run, view.programmes)]
    flows = [flow for flow in flows if flow[2] > 0]
    if not flows:
        return None
    nodes = _nodes(view, run, flows)
    scale, tall = _place(nodes)
    unit = unit_of(view.words, "million_yen", max(node.size for node in nodes.values()))
    marks = [
        _ribbon(nodes[source], nodes[target], value, scale, _color(source, target)) for source, target, value in flows
    ]
    for mark, (source, target, value) in zip(marks, flows, strict=True):
        ends = view.words("page", "flow", source=nodes[source].label, target=nodes[target].label)
        mark.append(element("title", f"{ends}: {told(value / unit.factor)} {unit.name}"))
    marks += [part for node in nodes.values() for part in _box(node, scale, unit.factor)]
    alternative = view.words("report", "flows_alternative", year=view.words.year(year), unit=unit.name)
    size = {"viewBox": f"0 0 {WIDTH:.0f} {tall:.0f}", "width": WIDTH, "height": tall}
    return element("svg", *marks, **size, role="img", aria_label=alternative)


def rows(view: View, names: Sequence[str]) -> Iterator[tuple[str, str, Floats]]:
    """Every flow that there is in some year: from where to where, of which scenario, million yen by year."""
    for run, name in zip(view.compared, names, strict=True):
        agencies = {programme.agency for programme in run.scenario.document.programmes.values()}
        for flow in flows_of_money(run, view.programmes):
            if flow.values.any():
                ends = {"source": _label(view, flow.source, agencies), "target": _label(view, flow.target, agencies)}
                yield view.words("page", "flow", **ends), name, charted.over(run, flow.values, charted.years_of(view))


def _nodes(view: View, run: Run, flows: Sequence[tuple[str, str, float]]) -> dict[str, Node]:
    agencies = {programme.agency for programme in run.scenario.document.programmes.values()}
    nodes: dict[str, Node] = {}
    for source, target, value in flows:
        for name, begins in ((source, True), (target, False)):
            if name not in nodes:
                column = 1 if name in agencies else 2 if name in run.labels.programmes else 0 if begins else 3
                nodes[name] = Node(column, _label(view, name, agencies))
        nodes[source].goes += value
        nodes[target].comes += value
    return nodes


def _label(view: View, name: str, agencies: set[str]) -> str:
    if name in agencies:
        return name
    if name in (STATE, PARTNER):
        return view.words("page", name)
    programme, _, award = name.partition(".")
    return (
        view.words.measure(name)
        if name in MEASURES
        else full_label(view, programme, award)
        if award
        else view.programme_label(programme)
    )


def _place(nodes: Mapping[str, Node]) -> tuple[float, float]:
    """Give each node its place below the others of its column; pixels a million yen, and the height of all."""
    columns = [[node for node in nodes.values() if node.column == column] for column in range(len(COLUMNS))]
    scale = HEIGHT / max(sum(node.size for node in column) for column in columns)
    for column in columns:
        top = GAP
        for node in column:
            node.top = top
            top += node.size * scale + GAP
    return scale, max(node.top + node.size * scale for node in nodes.values()) + GAP


def _ribbon(source: Node, target: Node, value: float, scale: float, color: str) -> Element:
    left, right = COLUMNS[source.column] + THICK, COLUMNS[target.column]
    begin, end = source.top + source.drawn[1] * scale, target.top + target.drawn[0] * scale
    source.drawn[1] += value
    target.drawn[0] += value
    middle, below, under = (left + right) / 2.0, begin + value * scale, end + value * scale
    upper = f"M{left:.1f} {begin:.1f}C{middle:.1f} {begin:.1f} {middle:.1f} {end:.1f} {right:.1f} {end:.1f}"
    lower = f"V{under:.1f}C{middle:.1f} {under:.1f} {middle:.1f} {below:.1f} {left:.1f} {below:.1f}Z"
    return element("path", d=upper + lower, fill=color, class_="ribbon")


def _box(node: Node, scale: float, factor: float) -> tuple[Element, Element]:
    left, high = COLUMNS[node.column], max(node.size * scale, 1.0)
    box = element("rect", x=left, y=node.top, width=THICK, height=high, fill="#444444")
    text = f"{node.label} {told(round(node.size / factor, 2))}"
    return box, element("text", text, x=left + THICK + 4.0, y=node.top + high / 2.0 + 4.0, class_="node")


def _color(source: str, target: str) -> str:
    return COLORS.get(source) or COLORS.get(target) or BLUE
