"""Write docs/reference/measures.md from the dictionary of measures: `python docs/measures.py`."""

from pathlib import Path

from simulator.labels import words
from simulator.measures import MEASURES, STARTS_TO, UNIT_PRICE, Measure

PAGE = Path(__file__).parent / "reference" / "measures.md"
HEAD = """# Measures

Written from the code by `python docs/measures.py`; a test keeps it true. Ids are those of `--measure`, of conditions
and of the tidy table; `total` is the whole portfolio.

| id | name | 名称 | unit | of |
|---|---|---|---|---|
"""


def page() -> str:
    """The page as it should be."""
    rows = [_row(measure) for measure in MEASURES.values()]
    component = Measure(f"{UNIT_PRICE}<component>", "million_yen", "award", lambda flows, _: flows.spend, sums=False)
    destination = Measure(f"{STARTS_TO}<destination>", "count", "award", lambda flows, _: flows.starts, sums=False)
    return HEAD + "".join([*rows, _row(component), _row(destination)])


def _row(measure: Measure) -> str:
    levels = ["award type"] if measure.level == "award" else []
    levels += ["programme"] if measure.level == "programme" or measure.sums else []
    levels += ["total"] if measure.totals else []
    names = [words(language).measure(measure.id) for language in ("en", "ja")]
    return f"| `{measure.id}` | {names[0]} | {names[1]} | {measure.unit} | {', '.join(levels)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
