"""Small portfolios as text, run as a user's files would be."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

import simulator as sim

Simulate = Callable[..., sim.Run]

PORTFOLIO = """\
first_year: 2022
price_base_year: 2022
years: 2022-2027
{top}
programmes:
  line:
    agency: FUND
    appropriations: {{request: {budget}}}
    intake: {intake}
    whole_awards: {whole}
{programme}
    awards:
{awards}
"""


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locale that is not Japanese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")


@pytest.fixture
def portfolio(tmp_path: Path) -> Callable[..., Path]:
    """Write a portfolio of one programme, `line`; what is not given is the plainest there is."""

    def write(
        awards: str,
        *,
        budget: str = "1000",
        intake: str = "plan",
        whole: bool = False,
        programme: str = "",
        top: str = "",
        name: str = "portfolio.yaml",
    ) -> Path:
        text = PORTFOLIO.format(
            top=dedent(top),
            budget=budget,
            intake=intake,
            whole=str(whole).lower(),
            programme=indent(dedent(programme), "    "),
            awards=indent(dedent(awards), "      "),
        )
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def simulate(portfolio: Callable[..., Path], tmp_path: Path) -> Simulate:
    """Run a portfolio of one programme, with a scenario over it if one is given."""

    def run(awards: str, *, scenario: str = "", **fields: object) -> sim.Run:
        path = portfolio(awards, **fields)
        if scenario:
            over = tmp_path / "scenario.yaml"
            over.write_text(f"extends: {path.name}\n{dedent(scenario)}", encoding="utf-8")
            path = over
        return sim.run(path).runs[0]

    return run
