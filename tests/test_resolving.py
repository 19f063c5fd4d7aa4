"""A resolved scenario loads to an equal scenario, for all shipped and for random ones."""

from pathlib import Path

import pytest

from simulator.loading import load
from simulator.resolving import resolved
from simulator.scenario import Scenario
from simulator.sources import sources
from tests.random_portfolios import Documents, examples, text

FELLOW = "programmes.overseas_fellowships.awards.fellowship"


def again(scenario: Scenario, folder: Path) -> Scenario:
    path = folder / "scenario.resolved.yaml"
    path.write_text(resolved(scenario, folder), encoding="utf-8")
    return load(path)


def assert_equal(one: Scenario, other: Scenario) -> None:
    names = {"name": "", "label": one.document.label, "description": ""}
    assert one.document.model_copy(update=names) == other.document.model_copy(update=names)
    assert one.portfolio == other.portfolio


@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_resolve_to_one_file(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    assert_equal(scenario, again(scenario, tmp_path))


def test_settings_overlays_and_sources_are_in_it(tmp_path: Path) -> None:
    scenario = load(
        "scenarios/covid-closure.yaml",
        settings=[f"{FELLOW}.plan.2024=400", f"{FELLOW}.take_up=98%", f"{FELLOW}.extensions.R6.share=40%"],
        overlays=["scenarios/supplementary-2024.yaml"],
    )
    other = again(scenario, tmp_path)
    assert_equal(scenario, other)
    said = [{(each.path, each.value, each.source, each.note) for each in sources(one)} for one in (scenario, other)]
    assert said[0] == said[1]


@examples(60)
def test_random_scenarios_resolve_to_one_file(documents: Documents) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem, tree in (("portfolio", documents.portfolio), ("scenario", documents.scenario)):
            (folder / f"{stem}.yaml").write_text(text(tree), encoding="utf-8")
        scenario = load(folder / "scenario.yaml")
        assert_equal(scenario, again(scenario, folder))
