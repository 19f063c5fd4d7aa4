"""Charts for papers, drawn by matplotlib: one figure of what runs say, with its title, units and source."""

from typing import TYPE_CHECKING

from simulator import __version__, obligations
from simulator.errors import RequestError
from simulator.report import bars, canvas, charted, lines
from simulator.report.canvas import Frame, Key, Unit
from simulator.report.charted import Bridge
from simulator.report.sheets import View
from simulator.results import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Chart = tuple[Frame, list[Key], Unit]

AWARDS, MONEY, FAN, COMMITMENTS, BRIDGE = KINDS = ("awards", "money", "fan", "commitments", "bridge")

MEASURES = {AWARDS: "selected", FAN: "selected", BRIDGE: "spend"}
"""What is shown where no measure is named; the other kinds are of money as it stands."""


def draw(view: View, kind: str, *, measure: str = "", width: float) -> "Figure":
    """The chart of a kind, to be drawn and saved within `canvas.styled`.

    Parameters
    ----------
    measure : what `awards`, `fan` and `bridge` show; `MEASURES` has what they show if it is not given
    width : in millimetres

    Raises
    ------
    RequestError : no such kind, a measure that it cannot show, no draws for `fan`, no reference for `bridge`

    """
    if kind not in _DRAWN:
        raise RequestError(f"{kind}: no such kind of plot; there are {', '.join(_DRAWN)}")
    if measure and kind not in MEASURES:
        raise RequestError(f"--measure is of {', '.join(MEASURES)}: leave it out with {kind}")
    return _DRAWN[kind](view, measure or MEASURES.get(kind, ""), width)


def names_of(view: View) -> list[str]:
    """Names of the scenarios for people: their labels, or their ids where two have the same."""
    labels = [_name(view, run) for run in view.compared]
    alike = len(set(labels)) < len(labels)
    return [run.scenario.title if alike else label for run, label in zip(view.compared, labels, strict=True)]


def _name(view: View, run: Run) -> str:
    document = run.scenario.document
    label = view.words.label(document.label, document.name or run.scenario.name)
    return " ".join([label, *(f"--set {setting}" for setting in run.scenario.settings)])


def _awards(view: View, measure: str, width: float) -> "Figure":
    chart = lines.awards(view, names_of(view), measure, width=width)
    title = view.words("plot", "awards", measure=view.words.measure(measure))
    return _finished(view, chart, title, view.words.measure(measure))


def _fan(view: View, measure: str, width: float) -> "Figure":
    drawn = view.runs[0].drawn
    if drawn is None:
        raise RequestError(f"--kind {FAN} is of draws: add --draws 10000")
    chart = lines.fan(view, names_of(view), measure, width=width)
    title = view.words("plot", "fan", measure=view.words.measure(measure), draws=f"{drawn.done:,}")
    return _finished(view, chart, title, view.words.measure(measure))


def _money(view: View, _: str, width: float) -> "Figure":
    chart = bars.money(view, names_of(view), width=width)
    return _finished(view, chart, view.words("plot", "money"), "")


def _commitments(view: View, _: str, width: float) -> "Figure":
    years = charted.years_of(view)
    for run in view.compared:
        if years[0] not in run.years or years[-1] not in run.years:
            shown = f"{run.scenario.title} shows FY{run.years.start} to FY{run.years.stop - 1}"
            raise RequestError(f"{shown}, not FY{years[0]} to FY{years[-1]}: add --years that all scenarios show")
    owed = [obligations.obligations(run.scenario, years) for run in view.compared]
    if not any(each.of(view.programmes or None).any() for each in owed):
        raise RequestError(f"--kind {COMMITMENTS}: no selection that is shown obliges a later year to pay anything")
    chart = bars.commitments(view, names_of(view), owed, width=width)
    of = [view.programme_label(programme) for programme in view.programmes]
    return _finished(
        view, chart, view.words("plot", "commitments", of=", ".join(of) or view.words("page", "all_programmes")), ""
    )


def _bridge(view: View, measure: str, width: float) -> "Figure":
    reference, years = view.reference, charted.years_of(view)
    if reference is None:
        name = view.runs[0].scenario.title
        raise RequestError(f"--kind {BRIDGE} is from one scenario to another: {name} stands alone, add --baseline FILE")
    charted.require_bridged(measure, years)
    (start, *names), others = names_of(view), [run for run in view.compared if run is not reference]
    steps = [charted.bridge(view, run, reference, measure) for run in others]
    chart = bars.bridges(view, names, steps, start, width=width)
    key = "bridges" if len(others) > 1 else "bridge" if len(years) > 1 else "bridge_of_one"
    ends = {**view.words.years(years[0], "first"), **view.words.years(years[-1], "last")}
    told = {"measure": view.words.measure(measure), "reference": start, "scenario": names[0]}
    return _finished(view, chart, view.words("plot", key, **told, **ends), view.words.measure(measure))


def explained(view: View, steps: Bridge, measure: str, of: str, width: float) -> "Figure":
    """A bridge from the reference to a scenario by changed input."""
    start, name = names_of(view)
    chart = bars.bridges(view, [name], [steps], start, width=width)
    years = charted.years_of(view)
    ends = {**view.words.years(years[0], "first"), **view.words.years(years[-1], "last")}
    told = {"measure": f"{of}: {view.words.measure(measure)}", "reference": start, "scenario": name}
    key = "bridge" if len(years) > 1 else "bridge_of_one"
    return _finished(view, chart, view.words("plot", key, **told, **ends), view.words.measure(measure))


_DRAWN = {AWARDS: _awards, MONEY: _money, FAN: _fan, COMMITMENTS: _commitments, BRIDGE: _bridge}


def _finished(view: View, chart: Chart, title: str, measure: str) -> "Figure":
    sheet, keys, unit = chart
    axis = view.words("plot", "axis", measure=measure, unit=unit.name) if measure else unit.name
    if sheet.sideways and sheet.panels[0].get_xlim()[0] > 0:
        axis = view.words("plot", "cut", axis=axis)
    canvas.finish(sheet, title, keys, source(view), axis)
    return sheet.figure


def source(view: View) -> str:
    """The line that says where the figures come from, so that they can be reckoned again."""
    portfolios = dict.fromkeys(
        view.words.label(run.scenario.portfolio.label, run.scenario.portfolio.name or run.scenario.name)
        for run in view.runs
    )
    scenarios = [
        " ".join([run.scenario.name, *(f"--set {each}" for each in run.scenario.settings)]) for run in view.runs
    ]
    told = {"portfolio": ", ".join(portfolios), "scenarios": ", ".join(scenarios), "version": __version__}
    text = view.words("plot", "source", **told)
    if drawn := view.runs[0].drawn:
        sampled = drawn.sampled
        sampling = view.words("page", sampled.sampling)
        return view.words("plot", "source_drawn", source=text, sampling=sampling, seed=sampled.seed)
    return text
