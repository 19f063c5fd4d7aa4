"""A goal seek in words and tables: the answer in a sentence, the inputs, what each condition is about."""

from collections.abc import Iterator

from simulator.goal_seeking import Solution
from simulator.labels import Words
from simulator.measures import measure
from simulator.report import formats
from simulator.report.sheets import Row, Sheet

DECIMALS = {"million_yen": 1, "ratio": 4}
"""Of what conditions are about; of counts one, since means of draws are fractions."""


def told(found: Solution) -> str:
    """The values found, as a scenario writes them."""
    pairs = zip(found.levers, found.values, strict=True)
    return ", ".join(f"{each.path} = {each.written(value)}" for each, value in pairs)


def conditions(found: Solution) -> str:
    """The conditions as they were given."""
    return ", ".join(each.text for each in found.conditions)


def heading(found: Solution, words: Words) -> Iterator[str]:
    """The answer: the solution, or that there is none and what comes closest."""
    shares = {"chance": f"{found.chance:.1%}", "required": f"{found.required:.0%}"}
    values = told(found)
    if found.solved:
        if all(value == each.present for each, value in zip(found.levers, found.values, strict=True)):
            yield words("solve", "already", values=values)
        every = "every_year" if any(each.year is None for each in found.conditions) else "in_its_year"
        when = words("solve", "in_chance", **shares) if found.sampled else words("solve", every)
        yield words("solve", "found", values=values, conditions=conditions(found), when=when)
        return
    low, high = (", ".join(each.written(getattr(each, end)) for each in found.levers) for end in ("low", "high"))
    yield words("solve", "none", low=low, high=high, values=values)
    if found.sampled:
        yield words("solve", "closest_chance", **shares)
    else:
        yield words("solve", "closest_gap", gap=f"{found.gap:.2%}")


def sheets(found: Solution, words: Words) -> Iterator[Sheet]:
    """The inputs at present and as found; what each condition is about, by year."""
    columns = tuple(words("solve", key) for key in ("present", "value"))
    rows = tuple(
        Row(each.path, (each.written(each.present), each.written(value)))
        for each, value in zip(found.levers, found.values, strict=True)
    )
    yield Sheet(words("solve", "inputs"), columns, rows)
    for place, condition in enumerate(found.conditions):
        decimals = DECIMALS.get(measure(condition.measure).unit, 1 if found.sampled else 0)
        title = words("solve", "chance_of", condition=condition.text) if found.sampled else condition.text
        lines = tuple(
            Row(words("solve", key), tuple("" if x != x else f"{x:,.{decimals}f}" for x in levels[place]))  # noqa: PLR0124
            for key, levels in (("present", found.present_levels), ("value", found.levels))
        )
        yield Sheet(title, tuple(words.year(year) for year in found.years), lines)


def records(found: Solution) -> list[dict[str, object]]:
    """A record for each input."""
    pairs = zip(found.levers, found.values, strict=True)
    return [
        {
            "path": each.path,
            "present": each.present,
            "value": value,
            "unit": each.quantity.unit,
            "solved": found.solved,
            "chance": found.chance,
        }
        for each, value in pairs
    ]


WRITERS = formats.writers(lambda found, words: (heading(found, words), sheets(found, words)), records)
