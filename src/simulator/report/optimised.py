"""A plan in words and tables: what it comes to, whom it selects, what it gives, what one more of a limit is worth."""

from collections.abc import Iterator

from simulator import model
from simulator.arrays import Floats
from simulator.labels import Words
from simulator.optimisation import Plan
from simulator.plan_rules import TOTALS
from simulator.report import formats
from simulator.report.sheets import Row, Sheet, View, full_label

COLUMNS = ("fiscal_year", "programme", "award", "measure", "value", "unit")


def heading(plan: Plan, words: Words) -> Iterator[str]:
    """What the plan comes to."""
    aims = ", ".join(each.text for each in plan.aims.maximise) or "-"
    value = f"{plan.value:,.1f}"
    if plan.aims.maximise:
        yield words("plan", "best", aims=aims, value=value, gap=f"{plan.gap:.2%}")
    elif plan.aims.targets:
        yield words("plan", "near", value=f"{plan.value:,.3f}")
    else:
        yield words("plan", "left", value=value)
    if plan.aims.smooth:
        told = ", ".join(each.text for each in plan.aims.smooth)
        yield words("plan", "smoothed", swing=f"{plan.swing:,.1f}", aims=told)
    if plan.sampled:
        shares = {"draws": f"{plan.sampled.draws:,}", "seed": plan.sampled.seed}
        yield words("plan", "in_draws", **shares, chance=f"{plan.reliance.chance:.0%}")


def sheets(plan: Plan, words: Words) -> Iterator[Sheet]:
    """Selections and appropriations beside the scenario's own; prices of limits."""
    run = model.run(plan.scenario, measures=["selected", "budget"]).runs[0]
    view, years = View((run,), run, words), [year for year in plan.years if year in run.years]
    columns = tuple(words.year(year) for year in years)
    shown = [plan.years.index(year) for year in years]
    name = words("page", "difference", reference=plan.scenario.name)
    rows = [
        line
        for row, (programme, award) in enumerate(plan.awards)
        for line in _beside(
            full_label(view, programme, award),
            name,
            plan.selections[shown, row],
            run.of("selected", programme, award)[:, 0],
            0,
        )
    ]
    yield Sheet(words("plan", "selected"), columns, tuple(rows))
    rows = [
        line
        for row, programme in enumerate(plan.programmes)
        for line in _beside(
            view.programme_label(programme), name, plan.budgets[shown, row], run.of("budget", programme)[:, 0], 1
        )
    ]
    if plan.unallocated.any():
        rows.append(Row(words("plan", "unallocated"), tuple(f"{value:,.1f}" for value in plan.unallocated[shown])))
    yield Sheet(words("plan", "budget"), columns, tuple(rows))
    if plan.prices:
        yield _priced(plan, words, years)


def _beside(label: str, name: str, values: Floats, own: Floats, decimals: int) -> Iterator[Row]:
    yield Row(label, tuple(f"{value:,.{decimals}f}" for value in values))
    changes = values - own
    if (abs(changes) > 1e-6).any():
        cells = tuple(f"{change:+,.{decimals}f}" if abs(change) > 1e-6 else "0" for change in changes)
        yield Row(name, cells, 1, "difference")


def _prices(plan: Plan) -> Iterator[tuple[str, int, float]]:
    """Limits by year, with the year and the worth of one more of each."""
    for full, price in plan.prices.items():
        limit, of_year, year = full.rpartition(" in FY")
        if of_year:
            yield limit, int(year), price


def _priced(plan: Plan, words: Words, years: list[int]) -> Sheet:
    """Worth of one more of each limit, by year."""
    found: dict[str, dict[int, float]] = {}
    for limit, year, price in _prices(plan):
        text = words("plan", "of_total") if limit.startswith(TOTALS) else limit
        found.setdefault(text, {})[year] = price
    rows = tuple(
        Row(text, tuple(f"{by_year[year]:+,.4f}" if year in by_year else "" for year in years))
        for text, by_year in found.items()
    )
    title = words("plan", "prices", aims=", ".join(each.text for each in plan.aims.maximise))
    return Sheet(title, tuple(words.year(year) for year in years), rows)


def records(plan: Plan) -> list[dict[str, object]]:
    """Selections, appropriations and prices, a record each; the programme of a price is the name of its limit."""
    found = [
        (year, programme, award, "selected", float(plan.selections[at, row]), "count")
        for row, (programme, award) in enumerate(plan.awards)
        for at, year in enumerate(plan.years)
    ]
    found += [
        (year, programme, "", "budget", float(plan.budgets[at, row]), "million_yen")
        for row, programme in enumerate(plan.programmes)
        for at, year in enumerate(plan.years)
    ]
    found += [(year, limit, "", "price", price, "value a unit") for limit, year, price in _prices(plan)]
    return [dict(zip(COLUMNS, each, strict=True)) for each in found]


WRITERS = formats.writers(lambda plan, words: (heading(plan, words), sheets(plan, words)), records)
