"""Pages of text: what the terminal and Markdown show, rounded so that what is shown adds up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator import tables
from simulator.arrays import Floats
from simulator.measures import MEASURES, RATIO, TOTAL, measure
from simulator.money_flows import PARTNER, STATE, flows_of_money
from simulator.report.rounding import decimals_for, rounded
from simulator.report.sheets import NOT_DISTINGUISHABLE, Row, Sheet, Shown, View, full_label, label_of, sheets_of
from simulator.results import Run
from simulator.sources import assumptions
from simulator.statistics import DUST, Statistics
from simulator.tables import Line


def heading(view: View) -> list[str]:
    """What the page is about: each scenario with its purpose, and what it stands beside."""
    lines = []
    for run in view.runs:
        document = run.scenario.document
        name = view.words.label(document.label, document.name or run.scenario.name)
        title = name if name == run.scenario.name else f"{name} ({run.scenario.name})"
        title = " ".join([title, *(f"--set {setting}" for setting in run.scenario.settings)])
        if len(view.runs) == 1 and view.reference:
            title = view.words("page", "beside", name=title, reference=view.name(view.reference))
        lines.append(title)
        if purpose := view.words.label(document.description, document.description.ja or ""):
            lines.append(purpose)
    if drawn := view.runs[0].drawn:
        sampled = drawn.sampled
        told = {"draws": f"{drawn.done:,}", "sampling": view.words("page", sampled.sampling), "seed": sampled.seed}
        lines.append(view.words("page", "replicated" if sampled.engine == "events" else "drawn", **told))
        if view.reference:
            lines.append(view.words("page", "not_distinguishable", mark=NOT_DISTINGUISHABLE))
    return lines


@dataclass(frozen=True)
class Block:
    """One table of the planners' page before it is text: what it is of, and its rows."""

    name: str
    title: str
    rows: tuple[Shown, ...]
    programme: str = ""


def planners_page(view: View) -> list[Sheet]:
    """Selected and supported by programme, then money: the answer a planner asks for first."""
    found = [*awards_blocks(view), *(money_block(view, programme) for programme in view.programmes or (TOTAL,))]
    return [*(sheet for block in found for sheet in sheets_of(view, block.title, block.rows)), *chances(view)]


def awards_blocks(view: View) -> Iterator[Block]:
    """The tables of awards; those that say nothing of these runs are left out."""
    found = {
        "selected": _counts(view, "selected"),
        "promoted": _where_any(view, "promoted", _promoted_to),
        "supported": _counts(view, "supported"),
        "extended": _where_any(view, "extended", _extended),
        "real_value": _where_any(view, "real_value", _has_cost_of_living, usual=1.0),
        "applicants": _where_any(view, "applicants", _asks_for_living),
    }
    for name, shown in found.items():
        if rows := tuple(shown):
            yield Block(name, view.words("page", name), rows)


def money_block(view: View, programme: str) -> Block:
    """The table of money of one programme, or of all (`total`)."""
    title = view.words("page", "money", of=view.programme_label(programme))
    return Block("money", title, tuple(_money(view, programme)), programme)


def chances(view: View) -> Iterator[Sheet]:
    """How likely each condition is that was asked about: by year, in every year, in any year."""
    found = [(run, chance) for run in view.runs for chance in (run.drawn.chances if run.drawn else ())]
    years = [year for year in view.runs[0].years if not view.years or year in view.years]
    rows = []
    for run, chance in found:
        counted = [year for year in run.years if chance.condition.counts(year)]
        cells = [_per_cent(chance.yearly, year - run.years.start) if year in counted else "" for year in years]
        scenario = f"{view.name(run)}: " if len(view.runs) > 1 else ""
        rows.append(Row(f"{scenario}{chance.condition.text}", tuple(cells)))
        if chance.condition.year is None:
            for name, of_all in (("every_year", chance.every), ("any_year", chance.any)):
                label = view.words("page", "give_or_take", of=view.words("page", name), margin=f"{margin(of_all):.1%}")
                rows.append(Row(label, (_per_cent(of_all, 0), *("",) * (len(years) - 1)), 1, "range"))
    if rows:
        yield Sheet(view.words("page", "chances"), tuple(view.words.year(year) for year in years), tuple(rows))


def margin(found: Statistics) -> float:
    """Half the 95 % interval of a chance; 3 / n where no draw, or every one, met the condition (the rule of three)."""
    return min(float(found.half_interval[0]) if found.sd[0] > 0 else 3.0 / found.draws, 1.0)  # one draw: sd is NaN


def _per_cent(found: Statistics, place: int) -> str:
    return f"{found.mean[place]:.1%}"


def measure_page(view: View, names: Sequence[str]) -> list[Sheet]:
    """One table for each measure asked for."""
    sheets: list[Sheet] = []
    for name in names:
        unit = view.words.sections["units"].get(measure(name).unit, measure(name).unit)
        title = view.words("page", "measure", measure=view.words.measure(name), unit=unit)
        sheets += sheets_of(view, title, list(_counts(view, name)))
    return sheets


def flows_page(view: View) -> list[Sheet]:
    """Money from the state to award types: one line for each flow, what flows into and out of a node below it."""
    found = [{flow[:2]: flow.values for flow in flows_of_money(run, view.programmes)} for run in view.compared]
    largest = max((float(values.max()) for flows in found for values in flows.values()), default=0.0)
    decimals = 0 if largest >= 1000 else 1
    rows = []
    for ends in dict.fromkeys(ends for flows in found for ends in flows):
        values = [flows.get(ends) for flows in found]
        if any(row is not None and rounded(row, decimals).any() for row in values):
            shown = tuple(None if row is None else rounded(row, decimals) for row in values)
            rows.append(Shown(*_flow(view, *ends), decimals, shown))
    return list(sheets_of(view, view.words("page", "flows"), rows))


def _flow(view: View, source: str, target: str) -> tuple[str, int]:
    """A flow in words and its indent: the end that stands above it is not said again."""
    agencies = {programme.agency for run in view.compared for programme in run.scenario.document.programmes.values()}
    if source == STATE:
        return view.words("page", "flow", source=view.words("page", STATE), target=target), 0
    if source in agencies:
        return view.words("page", "flow", source="", target=view.programme_label(target)).strip(), 1
    programme, _, award = target.partition(".")
    if source == PARTNER or source in MEASURES:
        into = view.words("page", PARTNER) if source == PARTNER else view.words.measure(source)
        return view.words(
            "page", "flow", source=into, target=label_of(view, programme, award) if award else ""
        ).strip(), 2
    return view.words("page", "flow", source="", target=_outlet(view, target)).strip(), 2


def _outlet(view: View, target: str) -> str:
    programme, _, award = target.partition(".")
    return view.words.measure(target) if target in MEASURES else label_of(view, programme, award)


def _where_any(view: View, name: str, may: Callable[[Run, str, str], bool], *, usual: float = 0.0) -> Iterator[Shown]:
    """A measure of the award types that it may say something of, and in some run does: not its usual value alone."""
    awards = dict.fromkeys(names for run in view.runs for names in run.labels.awards)
    for programme, award in awards:
        there = [run for run in view.compared if (programme, award) in run.labels.awards]
        wanted = not view.programmes or programme in view.programmes
        if not (wanted and any(may(run, programme, award) for run in there)):
            continue
        line, values = Line(programme, award, name), {id(run): run.of(name, programme, award)[:, 0] for run in there}
        drawn = [found for run in there if (found := run.statistics(line))]
        if any((np.abs(row - usual) > DUST).any() for row in values.values()) or any(found.varies for found in drawn):
            decimals = 3 if measure(name).unit == RATIO else decimals_for(list(values.values()))
            shown = tuple(rounded(values[id(run)], decimals) if run in there else None for run in view.compared)
            yield Shown(full_label(view, programme, award), 0, decimals, shown, line)


def _promoted_to(run: Run, programme: str, award: str) -> bool:
    types = [each for of in run.scenario.document.programmes.values() for each in of.awards.values()]
    return any(link.to == f"{programme}.{award}" for each in types for link in each.promotes)


def _extended(run: Run, programme: str, award: str) -> bool:
    return bool(run.scenario.document.programmes[programme].awards[award].extensions)


def _has_cost_of_living(run: Run, programme: str, award: str) -> bool:
    demand = run.scenario.document.programmes[programme].awards[award].demand
    return demand is not None and demand.cost_of_living is not None


def _asks_for_living(run: Run, programme: str, award: str) -> bool:
    """Whether applicants may differ because of what holders are paid, or are uncertain."""
    demand = run.scenario.document.programmes[programme].awards[award].demand
    if demand is None:
        return False
    return any(value for _, value in demand.elasticity.steps) or bool(demand.elasticity.uncertain)


def _counts(view: View, name: str) -> Iterator[Shown]:
    """Rows of one measure: programmes, with their award types where programmes were named or nothing adds up."""
    wanted = view.programmes or None
    of_runs = [{line[:2] for line in tables.lines(run.labels, [name], wanted)} for run in view.compared]
    order = dict.fromkeys(programme for run in view.compared for programme in (*run.labels.programmes, TOTAL))
    places = {programme: place for place, programme in enumerate(order)}
    keys = sorted(
        dict.fromkeys(line[:2] for run in view.compared for line in tables.lines(run.labels, [name], wanted)),
        key=lambda key: (places[key[0]], key[1] != ""),
    )
    summed = {programme for programme, award in keys if not award}
    for programme, award in keys:
        types = [a for p, a in keys if p == programme and a]
        if (award and not wanted and programme in summed) or (not award and wanted and len(types) == 1):
            continue
        there = [(programme, award) in found for found in of_runs]
        values = [
            run.of(name, programme, award)[:, 0] if shown else None
            for run, shown in zip(view.compared, there, strict=True)
        ]
        decimals = decimals_for([row for row in values if row is not None])
        rows = tuple(None if row is None else rounded(row, decimals) for row in values)
        depth = 1 if award and programme in summed and len(types) > 1 else 0
        label = _marked(view, name, programme, award, types)
        yield Shown(label, depth, decimals, rows, Line(programme, award, name))


def _marked(view: View, name: str, programme: str, award: str, types: Sequence[str]) -> str:
    """Label of a row, marked where an outcome rests on an assumption."""
    label = label_of(view, programme, award) if measure(name).sums or not award else full_label(view, programme, award)
    of = [award] if award else types
    if any(assumptions(run.scenario, name, programme, each) for run in view.compared for each in of):
        return f"{label} ({view.words('page', 'assumed')})"
    return label


def _money(view: View, programme: str) -> Iterator[Shown]:
    """Budget to shortfall of one programme or of all, each year's figures adding up as they are shown."""
    found = [run if programme in (*run.labels.programmes, TOTAL) else None for run in view.compared]
    budgets = [run.of("budget", programme)[:, 0] for run in found if run]
    decimals = 0 if max((float(row.max(initial=0.0)) for row in budgets), default=0.0) >= 1000 else 1
    accounts = [_account(run, programme, decimals) if run else None for run in found]
    parts = {"fixed_costs", "commitments", "spend_new", "carried_out", "returned"}
    for name in next(account for account in accounts if account):
        rows = tuple(account[name] if account else None for account in accounts)
        depth = 1 if name in parts else 0
        yield Shown(view.words.measure(name), depth, decimals, rows, Line(programme, "", name))


def _account(run: Run, programme: str, decimals: int) -> dict[str, Floats]:
    """Whole numbers with budget + carried_in + shortfall = spend + unspent, and the parts of the last two."""

    def of(name: str) -> Floats:
        return run.of(name, programme)[:, 0]

    budget, shortfall = rounded(of("budget"), decimals), rounded(of("shortfall"), decimals)
    carried_in, carried_out = rounded(of("carried_in"), decimals), rounded(of("carried_out"), decimals)
    returned = rounded(of("returned"), decimals)
    unspent = carried_out + returned
    spend = budget + carried_in + shortfall - unspent
    fixed, commitments, new = (
        rounded(of("fixed_costs"), decimals),
        rounded(of("commitments"), decimals),
        of("spend_new"),
    )
    rest = spend - fixed - commitments
    commitments = np.where(new > 0, commitments, commitments + rest)  # what rounding leaves falls on what varies most
    new = np.where(new > 0, rest, 0.0)
    return {
        "budget": budget,
        "carried_in": carried_in,
        "required_budget": rounded(of("required_budget"), decimals),
        "spend": spend,
        "fixed_costs": fixed,
        "commitments": commitments,
        "spend_new": new,
        "unspent": unspent,
        "carried_out": carried_out,
        "returned": returned,
        "shortfall": shortfall,
        "outyear_commitments": rounded(of("outyear_commitments"), decimals),
    }
