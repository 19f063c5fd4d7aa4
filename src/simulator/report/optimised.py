"""A plan in words and tables: what it comes to, whom it selects, what it gives, what one more of a limit is worth."""

from collections.abc import Iterator

from simulator import model
from simulator.arrays import Floats
from simulator.labels import Words
from simulator.measures import measure
from simulator.plan_rules import TOTALS
from simulator.plans import YEN, Plan
from simulator.report import formats
from simulator.report.sheets import Row, Sheet, View, full_label

COLUMNS = ("fiscal_year", "programme", "award", "measure", "value", "unit")


def heading(plan: Plan, words: Words) -> Iterator[str]:
    """What the plan comes to."""
    if plan.aims.maximise:
        yield _best(plan, words)
    elif plan.aims.targets:
        yield words("plan", "near", value=f"{plan.value:,.3f}")
    else:
        yield words("plan", "left", value=f"{plan.value:,.1f}")
    if plan.aims.smooth:
        told = ", ".join(each.text for each in plan.aims.smooth)
        yield words("plan", "smoothed", swing=f"{plan.swing:,.1f}", aims=told)
    yield from in_draws(plan, words)


def in_draws(plan: Plan, words: Words) -> Iterator[str]:
    """In how many draws the plan holds, and in how many its money does not suffice; nothing without draws."""
    if plan.sampled is None or plan.happened is None:
        return
    happened = plan.happened
    shares = {"draws": f"{plan.sampled.draws:,}", "seed": plan.sampled.seed, "chance": f"{plan.reliance.chance:.0%}"}
    yield words("plan", "in_draws", **shares, held=f"{happened.held.sum():,}")
    if not happened.paid.all():
        yield words("plan", "in_short", number=f"{(~happened.paid).sum():,}")
    if lacking := int((happened.shortfall > YEN).sum()):
        yield words("plan", "in_lack", number=f"{lacking:,}", shortfall=f"{happened.shortfall.max():,.1f}")


def _best(plan: Plan, words: Words) -> str:
    sign = -1.0 if _less(plan) and plan.objective.of != "regret" else 1.0
    told = {"aims": _aims(plan), "value": _amount(plan, sign * plan.value, words), "gap": f"{plan.gap:.2%}"}
    if not plan.futures and plan.objective.of == "mean":
        return words("plan", "best", **told)
    told |= {
        "worst": f"{plan.objective.worst:.0%}",
        "mean": _amount(plan, sign * float(plan.values.mean()), words),
        "cases": of_cases(plan, words),
    }
    margin = _amount(plan, plan.gap * float(abs(plan.best).mean()), words) if plan.best.size else ""
    return words("plan", f"best_{plan.objective.of}", **told, margin=margin)


def _aims(plan: Plan) -> str:
    return ", ".join(each.text.removeprefix("-" if _less(plan) else "") for each in plan.aims.maximise)


def _less(plan: Plan) -> bool:
    """Whether all that is asked for is to be least, so that it is told without its sign."""
    return all(term.weight < 0 and term.text.startswith("-") for term in plan.aims.maximise)


def _amount(plan: Plan, value: float, words: Words) -> str:
    """A figure of what is maximised, with its unit where all of it has the same and that is no count."""
    units = {measure(term.measure).unit if abs(term.weight) == 1.0 else "count" for term in plan.aims.maximise}
    return f"{value:,.1f}" if units != {"million_yen"} else f"{value:,.1f} {words('units', 'million_yen')}"


def of_cases(plan: Plan, words: Words) -> str:
    """How many draws or futures it is a plan for."""
    number = len(plan.futures) or (plan.sampled.draws if plan.sampled else 1)
    return words("plan", "of_futures" if plan.futures else "of_draws", number=f"{number:,}")


def sheets(plan: Plan, words: Words) -> Iterator[Sheet]:
    """Selections and appropriations beside the scenario's own; prices of limits."""
    run = model.run(plan.scenario, measures=["selected", "budget"]).runs[0]
    if plan.futures and plan.aims.maximise:
        yield _futures(plan, words)
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


def _futures(plan: Plan, words: Words) -> Sheet:
    """What the plan comes to in each future, beside the best plan of it alone where regret was asked for."""
    pairs = [("this", plan.values)]
    if plan.best.size:
        pairs += [("alone", plan.best), ("regret", plan.best - plan.values)]
    rows = tuple(Row(words("plan", key), tuple(f"{value:,.1f}" for value in values)) for key, values in pairs)
    return Sheet(words("plan", "by_future", aims=_aims(plan)), tuple(each.stem for each in plan.futures), rows)


def _beside(label: str, name: str, values: Floats, own: Floats, decimals: int) -> Iterator[Row]:
    yield Row(label, tuple(f"{value:,.{decimals}f}" for value in values))
    changes = values - own
    if (abs(changes) > 1e-6).any():
        least = 0.5 * 10.0**-decimals
        cells = tuple(f"{change:+,.{decimals}f}" if abs(change) >= least else "0" for change in changes)
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
    title = words("plan", "prices", aims=_aims(plan))
    return Sheet(title, tuple(words.year(year) for year in years), rows)


def records(plan: Plan) -> list[dict[str, object]]:
    """Selections, appropriations and prices, a record each; the programme of a price is the name of its limit.

    What the plan comes to in a future, and its regret, bear the name of the future and no year; over draws what it
    comes to, the draws in which it holds and is paid, and the most that is short bear neither.
    """
    found: list[tuple[int | None, str, str, str, float, str]] = [
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
    for case, future in enumerate(plan.futures if plan.aims.maximise else ()):
        found.append((None, future.stem, "", "value", float(plan.values[case]), ""))
        if plan.best.size:
            found.append((None, future.stem, "", "regret", float(plan.best[case] - plan.values[case]), ""))
    if plan.happened is not None:
        held, paid, shortfall = plan.happened
        found.append((None, "", "", "value", plan.value, ""))
        found += [(None, "", "", name, float(each.sum()), "draws") for name, each in (("held", held), ("paid", paid))]
        found.append((None, "", "", "shortfall", float(shortfall.max()), "million_yen"))
    return [dict(zip(COLUMNS, each, strict=True)) for each in found]


WRITERS = formats.writers(lambda plan, words: (heading(plan, words), sheets(plan, words)), records)
