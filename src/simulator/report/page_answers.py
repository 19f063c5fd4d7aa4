"""The answer in sentences, reckoned from the results: awards, money, what is owed later, and how sure all that is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from simulator.arrays import Floats
from simulator.errors import RequestError
from simulator.labels import Words
from simulator.measures import TOTAL
from simulator.report import charted
from simulator.report.canvas import unit_of
from simulator.report.charted import Panel
from simulator.report.rounding import ROUNDING_NOISE, decimals_for, rounded
from simulator.report.sheets import View
from simulator.report.tabled import heading
from simulator.results import Run
from simulator.statistics import Statistics
from simulator.tables import Line


def answers(view: View, run: Run) -> list[str]:
    """Sentences on one of the runs shown, over those of the years that it shows itself."""
    own = tuple(year for year in charted.years_of(view) if year in run.years) or tuple(run.years)
    seen = replace(view, years=own)
    return [*_awards(seen, run), *_money(seen, run), *_chances(seen, run)]


def _awards(view: View, run: Run) -> Iterator[str]:
    try:
        panels = charted.panels(view, "selected")
    except RequestError:  # no award type anywhere
        return
    for panel in panels:
        values = charted.values(run, panel.line, charted.years_of(view))
        if values is not None and not np.isnan(values).any():
            yield _selected(view, run, panel, values)


def _selected(view: View, run: Run, panel: Panel, values: Floats) -> str:
    words, years = view.words, charted.years_of(view)
    decimals = min(_decimals(view, panel.line), decimals_for([values]))  # whole awards stay whole beside fractions
    total, *ends = (_figure(value, decimals) for value in (values.sum(), values[0], values[-1]))
    parts = [words("report", "selected", of=panel.label, number=total, years=_years(words, years))]
    if len(years) > 1:
        told = {"first": heading(words, years[0]), "last": heading(words, years[-1])}
        parts.append(words("report", "from_to", before=ends[0], after=ends[1], **told))
    parts.append(_beside(view, run, panel.line, float(values.sum())))
    parts.append(_ranged(view, run, panel.line))
    return "".join(parts) + words("report", "stop")


def _ranged(view: View, run: Run, line: Line) -> str:
    """What nine draws in ten lie between in the last year, where the line varies."""
    found, year = charted.ranges(run, line, charted.years_of(view)), charted.years_of(view)[-1]
    if not found or "p05" not in found or found["p05"][-1] == found["p95"][-1]:
        return ""
    low, high = (_figure(found[name][-1], _decimals(view, line)) for name in ("p05", "p95"))
    return view.words("report", "ranged", low=low, high=high, year=heading(view.words, year))


def _beside(view: View, run: Run, line: Line, total: float) -> str:
    """The change from the reference over all years, where there is one."""
    reference, years = view.reference, charted.years_of(view)
    before = charted.values(reference, line, years) if reference and run is not reference else None
    if reference is None or before is None or np.isnan(before).any():
        return ""
    name, change = view.name(reference), total - float(before.sum())
    paired = run.difference(line)
    if paired and not charted.over(run, paired.distinguishable.astype(float), years).any():
        return view.words("report", "not_distinguishable", reference=name)
    if abs(change) < ROUNDING_NOISE:
        return view.words("report", "as_in", reference=name)
    decimals = _decimals(view, line)
    if abs(change) < 0.5 / 10.0**decimals:  # a change that is there is not told as 0
        decimals = decimals_for([np.array([change])])
    figure = _signed(view.words, change, decimals)
    share = _share(view.words, change / before.sum()) if before.sum() else ""
    return view.words("report", "change" if share else "change_from_0", change=figure, share=share, reference=name)


def _money(view: View, run: Run) -> Iterator[str]:
    words, years = view.words, charted.years_of(view)
    for programme in view.programmes or (TOTAL,):
        account = charted.money(run, programme, years)
        if account is None:
            continue
        spent, budget = charted.values(run, Line(programme, "", "spend"), years), account["budget"]
        if spent is None or np.isnan(spent).any():
            continue
        told = {"of": view.programme_label(programme), "years": _years(words, years)}
        text = words("report", "spend", amount=amount(words, float(spent.sum())), **told)
        yield text + _more(view, run, Line(programme, "", "spend"), float(spent.sum())) + words("report", "stop")
        yield _left(view, run, programme, budget)
        yield _owed(view, run, programme, float(budget[-1]))
    yield from _short(view, run)


def _more(view: View, run: Run, line: Line, total: float) -> str:
    """The change of a sum of money from the reference."""
    reference, years = view.reference, charted.years_of(view)
    before = charted.values(reference, line, years) if reference and run is not reference else None
    if reference is None or before is None or np.isnan(before).any() or not before.sum():
        return ""
    change = total - float(before.sum())
    if abs(change) < ROUNDING_NOISE:
        return view.words("report", "as_in", reference=view.name(reference))
    told = {
        "change": amount(view.words, change, changed=True, beside=total),
        "share": _share(view.words, change / float(before.sum())),
    }
    return view.words("report", "change", **told, reference=view.name(reference))


def _left(view: View, run: Run, programme: str, budget: Floats) -> str:
    """What is returned, and what is carried out of the last year."""
    words, years = view.words, charted.years_of(view)
    returned = charted.over(run, run.of("returned", programme)[:, 0], years).sum()
    carried = charted.over(run, run.of("carried_out", programme)[:, 0], years)[-1]
    share = f"{returned / budget.sum():.1%}" if budget.sum() else "0 %"
    told = {"returned": amount(words, float(returned)), "share": share, "carried": amount(words, float(carried))}
    return words("report", "left", **told, year=heading(words, years[-1])) + words("report", "stop")


def _owed(view: View, run: Run, programme: str, budget: float) -> str:
    words, year = view.words, charted.years_of(view)[-1]
    owed = float(charted.over(run, run.of("outyear_commitments", programme)[:, 0], [year])[0])
    share = words("report", "owed_share", share=f"{owed / budget:.0%}") if budget else ""
    text = words("report", "owed", amount=amount(words, owed), year=heading(words, year))
    return text + share + words("report", "stop")


def _short(view: View, run: Run) -> Iterator[str]:
    """Programmes and years in which the money does not cover what is owed; of draws, in some draw."""
    words, years, any_short = view.words, charted.years_of(view), False
    for programme in view.programmes or run.labels.programmes:
        if programme not in run.labels.programmes:
            continue
        short = charted.over(run, run.of("shortfall", programme)[:, 0], years)
        hit = [heading(words, year) for year, value in zip(years, short, strict=True) if value > 0]
        if hit:
            any_short = True
            told = {"of": view.programme_label(programme), "years": words("report", "comma").join(hit)}
            told["amount"] = amount(words, float(np.nanmax(short)))
            yield _missing(words, run.statistics(Line(programme, "", "shortfall")), told) + words("report", "stop")
    if not any_short:
        yield words("report", "never_short") + words("report", "stop")


def _missing(words: Words, drawn: Statistics | None, told: dict[str, str]) -> str:
    """A shortfall; of draws, how many at least have it in the worst year."""
    if drawn is None or not drawn.varies:
        return words("report", "short", **told)
    chances = (("p05", "95 %"), ("p25", "75 %"), ("p50", "50 %"), ("p75", "25 %"), ("p95", "5 %"))
    share = next((share for name, share in chances if name in drawn.quantiles and drawn.quantiles[name].max() > 0), "")
    return words("report", "short_in_draws" if share else "short_in_few", **told, share=share)


def _chances(view: View, run: Run) -> Iterator[str]:
    for chance in run.drawn.chances if run.drawn else ():
        found = chance.yearly if chance.condition.year else chance.every
        row = chance.condition.year - run.years.start if chance.condition.year else 0
        key = "chance_in_year" if chance.condition.year else "chance"
        told = {"condition": chance.condition.text, "share": f"{found.mean[row]:.1%}"}
        yield view.words("report", key, **told) + view.words("report", "stop")


def amount(words: Words, value: float, *, changed: bool = False, beside: float = 0.0) -> str:
    """Million yen as people say them; what is `changed` has its sign, and the unit of what it stands beside."""
    unit = unit_of(words, "million_yen", max(abs(value), beside))
    if abs(value) < 0.05 * unit.factor:  # nothing to be seen in that unit
        unit = unit_of(words, "million_yen", abs(value))
    shown = f"{float(rounded(np.array(abs(value) / unit.factor), 1)) / 10.0:,.1f}"
    sign = _sign(words, value) if changed or value < 0 else ""
    return words("report", "amount", number=f"{sign}{shown}", unit=unit.name)


def _years(words: Words, years: Sequence[int]) -> str:
    first, last = heading(words, years[0]), heading(words, years[-1])
    return first if first == last else words("report", "years", first=first, last=last)


def _decimals(view: View, line: Line) -> int:
    """Those of the table that the line stands in."""
    rows = [charted.values(run, line, run.years) for run in view.compared]
    return decimals_for([row for row in rows if row is not None])


def _figure(value: float, decimals: int) -> str:
    return f"{float(rounded(np.array(value), decimals)) / 10.0**decimals:,.{decimals}f}"


def _signed(words: Words, value: float, decimals: int) -> str:
    return f"{_sign(words, value)}{_figure(abs(value), decimals)}"


def _share(words: Words, share: float) -> str:
    """A change in per cent; one that is too small to show has no sign."""
    return f"{_sign(words, share) if abs(share) >= 0.0005 else ''}{abs(share):.1%}"


def _sign(words: Words, value: float) -> str:
    return words("report", "less" if value < 0 else "more")
