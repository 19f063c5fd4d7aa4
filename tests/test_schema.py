"""The JSON Schemas of the format, by a validator that is not ours: what is right passes, what is wrong is flagged."""

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Annotated, Any, get_origin

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator as Validator
from pydantic import PlainValidator

from simulator import errors, fields, quantities, schema, spellings, values
from simulator.errors import InputError, QuantityError
from simulator.loading import load
from simulator.nodes import read_file, read_text
from simulator.quantities import Quantity
from tests.random_portfolios import Documents, examples

ROOT = Path(__file__).parents[1]
KINDS: tuple[schema.Kind, ...] = ("scenario", "portfolio")
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
PORTFOLIOS = sorted((ROOT / "src/simulator/portfolios").glob("*.yaml"))
SPECIMEN = ROOT / "tests/data/example_portfolio.yaml"
SCHEMAS = {kind: schema.schema(kind) for kind in KINDS}
FORMAT_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOCAL = re.compile(
    "no such key|must be '|is (below|above) [^ ]+:|no (duration|fiscal year|factor):|no sign|not in yen|not money"
    "|(list|mapping|text|number|name) is expected|(share|duration|lag) is missing here|beside value there may be"
)
"""What messages say of a fault that shows in the faulty value alone."""


def texts(tree: Any) -> Any:
    """A tree with texts for keys, as JSON has them."""
    if isinstance(tree, dict):
        return {str(key): texts(value) for key, value in tree.items()}
    return [texts(value) for value in tree] if isinstance(tree, list) else tree


def faults(kind: schema.Kind, tree: object) -> list[str]:
    """Dotted paths of what the validator finds wrong."""
    found = Validator(SCHEMAS[kind]).iter_errors(texts(tree))
    return [".".join(map(str, fault.absolute_path)) for fault in found]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: schema.Kind) -> None:
    Validator.check_schema(SCHEMAS[kind])


def test_the_files_are_current() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "schemas.py"))["FILES"]
    assert set(written) == set(KINDS)
    for kind, path in written.items():
        assert path.read_text(encoding="utf-8") == schema.text(kind)
        assert json.loads(schema.text(kind)) == SCHEMAS[kind]


@pytest.mark.parametrize("path", [*SCENARIOS, *PORTFOLIOS], ids=lambda path: path.stem)
def test_a_shipped_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    assert name == f"{'scenario' if path in SCENARIOS else 'portfolio'}.schema.json"
    assert (path.parent / name).is_file()


@pytest.mark.parametrize("path", [*SCENARIOS, *PORTFOLIOS, SPECIMEN], ids=lambda path: path.stem)
def test_shipped_files_are_right_as_we_and_as_editors_read_them(path: Path) -> None:
    kind: schema.Kind = "scenario" if path in SCENARIOS else "portfolio"
    assert faults(kind, read_file(path, path.name).plain) == []
    assert faults(kind, yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_the_page_of_the_format_is_right() -> None:
    (text,) = FORMAT_BLOCK.findall((ROOT / "docs/reference/format.md").read_text(encoding="utf-8"))
    assert faults("portfolio", yaml.safe_load(text)) == []


@examples(50)
def test_random_files_are_right(documents: Documents) -> None:
    assert faults("portfolio", documents.portfolio) == []
    assert faults("scenario", documents.scenario) == []


AWARD = "programmes.satreps.awards.project"
MISTAKES = {
    "bugdet: {level: +10%}": "",
    "budget: {levl: +10%}": "budget",
    "budget: +10%": "budget",
    "budget: {allocation: priorities}": "budget.allocation",
    "budget: {level: 10%}": "budget.level",
    "budget: {level: 15}": "budget.level",
    "budget: {level: -101%}": "budget.level",
    "budget: {level: {2022: +10%}}": "budget.level",
    "budget: {level: {value: +5%, sorce: me}}": "budget.level",
    "budget: {level: {source: me}}": "budget.level",
    "budget: {level: null}": "budget.level",
    "budget: {growth: {soon: 1%}}": "budget.growth",
    "budget: {total: -100}": "budget.total",
    "budget: {total: 163 万人}": "budget.total",
    "budget: {changes: {from: 2024, multiply: 90%}}": "budget.changes",
    "budget: {changes: [{form: 2024, multiply: 90%}]}": "budget.changes",
    "budget: {changes: [{from: spring, multiply: 90%}]}": "budget.changes",
    "budget: {changes: [{multiply: +10%}]}": "budget.changes",
    "budget: {priority: satreps}": "budget.priority",
    "years: 2022-31": "years",
    "years: ten": "years",
    "first_year: 22": "first_year",
    "economy: {usd_jpy: {growth: 1%, paht: {2022: 1}}}": "economy.usd_jpy",
    "economy: {usd_jpy: 1%}": "economy.usd_jpy",
    "programmes: [satreps]": "programmes",
    "programmes: {satreps: {intake: stedy}}": "programmes.satreps.intake",
    "programmes: {satreps: {reserve: 5%}}": "programmes.satreps.reserve",
    "programmes: {satreps: {reserve: △5 百万円}}": "programmes.satreps.reserve",
    "programmes: {satreps: {whole_awards: sometimes}}": "programmes.satreps.whole_awards",
    "programmes: {satreps: {budget: {base: 5 ドル}}}": "programmes.satreps.budget.base",
    "programmes: {satreps: {reserve: 3,363 ドル}}": "programmes.satreps",
    "plan_periods: {JST: {ends: 2024}}": "plan_periods.JST.ends",
    "label: Plus": "label",
}
AWARD_MISTAKES = {
    "durations: 24 months": "",
    "duration: 24": "duration",
    "duration: 24 fortnights": "duration",
    "duration: {24 months: half}": "duration",
    "take_up: 98": "take_up",
    "take_up: 105%": "take_up",
    "take_up: most": "take_up",
    "deferral: [10%]": "deferral",
    "deferral: {2022: -5%}": "deferral",
    "start_months: {arpil: 100%}": "start_months",
    "start_months: 4月": "start_months",
    "history: 200": "history",
    "history: {steady: 200, 2021: 100}": "history",
    "extensions: {2024: {share: 20%}}": "extensions",
    "extensions: {2024: {share: 20%, duration: 3-6 months}}": "extensions",
    "backlog: -3": "backlog",
    "plan: 305 yen": "plan",
    "costs: {grant: {per: week}}": "costs.grant.per",
    "costs: {grant: {payer: jica}}": "costs.grant.payer",
    "costs: {grant: {amount: $35m}}": "costs.grant.amount",
    "costs: {grant: {amount: {2022: 35, 2024: 36}}}": "costs.grant.amount",
    "costs: {grant: {amonut: 35}}": "costs.grant",
    "costs: {grant: {spread: 50%}}": "costs.grant.spread",
    "costs: {grant: {revision: 15%}}": "costs.grant.revision",
    "demand: {applicants: many}": "demand",
    "demand: {elasticity: 300}": "demand",
    "promotes: {to: satreps.project, share: 10%, lag: 1 year}": "promotes",
    "promotes: [{to: satreps.project, share: 10%}]": "promotes",
    "feeds: [{to: satreps.project, share: 10%, lag: 0}]": "feeds",
    "outcomes: {papers_a_year: -1}": "outcomes.papers_a_year",
    "outcomes: {top10_share: 10%}": "outcomes.top10_share",
}


@pytest.mark.parametrize(("text", "path"), MISTAKES.items())
def test_a_mistake_is_flagged_where_it_is(text: str, path: str) -> None:
    assert faults("scenario", yaml.safe_load(f"extends: mext-fy2022\n{text}")) == [path]


@pytest.mark.parametrize(("text", "path"), AWARD_MISTAKES.items())
def test_a_mistake_in_an_award_type_is_flagged_where_it_is(text: str, path: str) -> None:
    tree = {"extends": "it", "programmes": {"satreps": {"awards": {"project": yaml.safe_load(text)}}}}
    assert faults("scenario", tree) == [f"{AWARD}.{path}".rstrip(".")]


@pytest.mark.parametrize(
    "text",
    [
        "extensions: {}",
        "duration: null",
        "duration: {value: null, source: why}",
        "duration: {R4: {value: 24か月}, FY2026: {12 months: 30%, ２年: 70%}}",
        "start_months: {令和4年度: {value: {Apr: 0.5, ９月: 0.5}, owner: me, expires: '2027-03-31'}}",
        "take_up: {value: {2022: {value: ９８％, note: one year}}, source: all years}",
        "costs: {}",
        "costs: {grant: {amount: {near: 3,363 千円, far: 33億6,300万円}, index: {near: usd, far: eur}}}",
        "costs: {grant: {revision: {2024: △5%, 2025: 0, 2026: +0.2}}}",
        "destinations: null",
        "feeds: {value: [{value: {to: a.b, share: 2%, lag: {value: 36 months}}, source: me}], note: guessed}",
    ],
)
def test_what_the_format_allows_is_right(text: str) -> None:
    tree = {"extends": "it", "programmes": {"satreps": {"awards": {"project": yaml.safe_load(text)}}}}
    assert faults("scenario", tree) == []


@pytest.mark.parametrize(
    "text",
    [
        "programmes: {satreps: {awards: {project: {promotes: null, feeds: null, extensions: null}}}}",
        "budget: {changes: null, priority: null}",
        "correlations: null",
    ],
)
def test_null_takes_back_a_list(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"extends: mext-fy2022\n{text}\n", encoding="utf-8")
    load(path)
    assert faults("scenario", yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_a_scenario_may_leave_out_anything_and_a_portfolio_may_not() -> None:
    assert faults("scenario", {"extends": "mext-fy2022"}) == []
    assert faults("scenario", {"budget": {"level": 0.1}}) == [""]
    specimen = texts(read_file(SPECIMEN, SPECIMEN.name).plain)
    for path in ("first_year", "programmes.fellows.agency", "programmes.fellows.awards.fellowship.costs.stay.per"):
        *above, key = path.split(".")
        tree = json.loads(json.dumps(specimen))
        parent = tree
        for step in above:
            parent = parent[step]
        del parent[key]
        assert faults("portfolio", tree) == [".".join(above)]
        assert faults("scenario", {"extends": "it"} | tree) == []


def bad_scenarios() -> Iterator[tuple[str, bool, list[str]]]:
    """First line of each bad scenario, whether its fault is local, and what the schema flags of it."""
    for path in sorted((ROOT / "tests/bad_scenarios").glob("*.yaml")):
        message = path.read_text(encoding="utf-8").partition("\n")[0]
        try:
            tree = read_file(path, path.name).plain
        except InputError:
            continue
        yield message, bool(LOCAL.search(message)), faults("scenario", tree)


def test_bad_scenarios_whose_fault_is_local_are_flagged() -> None:
    scenarios = list(bad_scenarios())
    local = [(message, flagged) for message, is_local, flagged in scenarios if is_local]
    assert [message for message, flagged in local if not flagged] == []
    assert len(local) >= 30
    assert sum(bool(flagged) for *_, flagged in scenarios) > 0.3 * len(scenarios)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind: schema.Kind) -> None:
    def undescribed(tree: Any, path: str) -> Iterator[str]:
        if isinstance(tree, list):
            for place, item in enumerate(tree):
                yield from undescribed(item, f"{path}.{place}")
        elif isinstance(tree, dict):
            keys = tree.get("properties", {})
            for key, value in keys.items():
                described = value.get("description") or SCHEMAS[kind]["$defs"].get(key, {}).get("description", "")
                if not 10 <= len(described) <= 120 or "\n" in described:
                    yield f"{path}.{key}"
            for key, value in tree.items():
                yield from undescribed(value, f"{path}.{key}")

    assert list(undescribed(SCHEMAS[kind], "")) == []


KINDS_OF_FIELDS = {name: alias for name, alias in vars(fields).items() if get_origin(alias) is Annotated}


@pytest.mark.parametrize("name", KINDS_OF_FIELDS)
def test_every_kind_of_field_has_a_schema(name: str) -> None:
    writer = schema.Writer(sparse=False)
    written = {**writer.value(KINDS_OF_FIELDS[name]), "$defs": schema.BESIDE | writer.definitions}
    Validator.check_schema(written)
    mistakes: list[object] = [True, [[]], {"a b": {}}, {"value": [[]], "source": "me"}, {"value": 1, "sorce": "me"}]
    for mistake in mistakes:
        assert not Validator(written).is_valid(mistake), mistake


def test_a_kind_of_field_without_a_schema_is_an_error() -> None:
    with pytest.raises(KeyError):
        schema.Writer(sparse=False).value(Annotated[float, PlainValidator(abs)])


def test_what_may_stand_beside_a_value_is_what_the_reader_takes() -> None:
    assert tuple(schema.BESIDE) == errors.TEXTS
    read_text("{value: 1, source: a, note: b, owner: c, expires: 2027-03-31}", "")


QUANTITIES = [
    quantity for quantity in (*vars(quantities).values(), *vars(values).values()) if type(quantity) is Quantity
]
FISCAL_YEAR = re.sub(r"\?P<\w+>", "?:", quantities.FISCAL_YEAR.pattern)
GRAMMARS = {
    **{
        quantity.name: (quantity.parse, spellings.number(quantity), spellings.TEXTS[quantity])
        for quantity in QUANTITIES
    },
    "range": (quantities.duration, spellings.text_like(spellings.DURATION), quantities.DURATION.pattern),
    "year": (quantities.year, spellings.text_like(spellings.YEAR), FISCAL_YEAR),
    "years": (
        quantities.years,
        spellings.text_like(spellings.YEARS),
        f"{FISCAL_YEAR} *{quantities.THROUGH} *{FISCAL_YEAR}",
    ),
    "month": (quantities.month, spellings.text_like(spellings.MONTH), "|".join(quantities.MONTHS)),
}


def as_typed(text: str, seed: int) -> str:
    """A text in one spelling with letters and signs as they may be typed."""
    chance = Random(seed)
    return "".join(chance.choice(spellings.SPELLINGS.get(letter, letter)) for letter in text)


@pytest.mark.parametrize("name", GRAMMARS)
def test_no_text_is_refused_that_the_reader_takes(name: str) -> None:
    read, written, grammar = GRAMMARS[name]
    taken = 0
    typed = st.builds(as_typed, st.from_regex(grammar, fullmatch=True), st.integers(0, 1000))

    @settings(max_examples=200, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(typed)
    def agree(text: str) -> None:
        nonlocal taken
        try:
            read(text)
        except QuantityError:
            return
        taken += 1
        assert Validator(written).is_valid(text)

    agree()
    assert taken >= 10


def test_numbers_are_taken_as_the_readers_take_them() -> None:
    for quantity in QUANTITIES:
        for number in (-1e12, -11, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 10, 11, 1e3, 1e6, 2e6, 1e12, 2e12):
            try:
                taken = quantity.parse(number) is not None
            except QuantityError:
                taken = False
            assert Validator(spellings.number(quantity)).is_valid(number) == taken, (quantity.name, number)


@pytest.mark.parametrize(("year", "right"), [(1899, False), (1900, True), (2200, True), (2201, False), (22, False)])
def test_years_are_those_of_the_readers(year: int, right: bool) -> None:
    assert (year in quantities.FISCAL_YEARS) == right
    for text in (f"{year}", f"FY {year}", f"{year}年度"):
        assert bool(re.search(spellings.YEAR, text)) == right


def test_patterns_are_read_alike_by_editors() -> None:
    for kind in KINDS:
        patterns = re.findall(r'"(?:pattern": "|)(\^.*)"', schema.text(kind))
        assert patterns
        for pattern in map(json.loads, {f'"{pattern}"' for pattern in patterns}):
            assert not re.search(r"\(\?(?![:!])|\\(?!u00a0|u3000)", pattern)
