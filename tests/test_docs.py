"""What prose claims: code blocks run, excerpts are what is printed, generated pages and maps are current."""

import ast
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import simulator
from simulator.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLLOWED = {
    ROOT / "docs/how-to/your-own-agency.md": {
        *("my-agency.yaml", "longer.yaml", "more.yaml"),
        *("portfolio.schema.json", "scenario.schema.json"),
    },
    ROOT / "docs/how-to/saved-runs.md": {"plus10pct", "baseline-run"},
    ROOT / "docs/how-to/sweeps.md": {
        *("tornado", "few", "my-sweep.yaml"),
        *("tornado.svg", "response.svg", "discovery.svg"),
    },
}
"""Pages to be followed from top to bottom, whose commands use the files that their blocks name, and what they make."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def blocks(kind: str) -> Sequence[object]:
    found = []
    for page in (page for page in PAGES if page not in FOLLOWED):
        texts = [text for language, text in BLOCK.findall(page.read_text(encoding="utf-8")) if language == kind]
        found += [pytest.param(text, id=f"{page.stem}-{place}") for place, text in enumerate(texts)]
    return found


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code: str) -> None:
    exec(compile(code, "block", "exec"), {})


@pytest.mark.parametrize("text", blocks("yaml"))
def test_yaml_blocks_run(text: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "block.yaml"
    path.write_text(text, encoding="utf-8")
    assert simulator.run(path).runs[0].of("spend").all()


def simulate_calls() -> Sequence[object]:
    lines = [line for block in blocks("sh") for line in block.values[0].splitlines()]  # type: ignore[attr-defined]
    return [line for line in lines if line.startswith("simulate ")]


@pytest.mark.parametrize("line", simulate_calls())
def test_commands_run(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(_with_scenarios(tmp_path))
    words = shlex.split(line, comments=True)
    end = next((place for place, word in enumerate(words) if word in (">", "|")), len(words))
    with pytest.raises(SystemExit) as ended:
        main(words[1:end])
    assert ended.value.code == 0
    assert capsys.readouterr().out


def _with_scenarios(folder: Path) -> Path:
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    return folder


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.stem)
def test_a_page_can_be_followed_from_top_to_bottom(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(_with_scenarios(tmp_path))
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "yaml":
            Path(text.splitlines()[0].removeprefix("# ")).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            command, _, target = line.partition(" > ")
            with pytest.raises(SystemExit) as ended:
                main(shlex.split(command, comments=True)[1:])
            assert ended.value.code == 0, line
            output = capsys.readouterr().out
            assert output
            if target:
                Path(target).write_text(output, encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == FOLLOWED[page] | {"scenarios"}


EXCERPTED = (
    "scenarios/plus10pct.yaml",
    "explain scenarios/weak-yen-compensated.yaml --measure selected --years 2022-2026",
    "explain scenarios/plus10pct.yaml --measure spend --programme satreps --year 2024",
)
"""Commands whose output stands in the documents."""


@pytest.mark.parametrize("text", blocks("text"))
def test_excerpts_are_what_is_printed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in EXCERPTED:
        with pytest.raises(SystemExit):
            main([*command.split(), "--lang", "en"])
    bad = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "bad_scenarios").glob("*.yaml"))]
    printed = capsys.readouterr().out + "\n".join(first.splitlines()[0].removeprefix("# ") for first in bad)
    for line in text.splitlines():
        assert line in printed


def test_measures_page_is_current() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "measures.py"))
    assert (ROOT / "docs/reference/measures.md").read_text(encoding="utf-8") == written["page"]()


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_map_at_the_door_names_every_module() -> None:
    package = ROOT / "src" / "simulator"
    modules = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    named = re.findall(r"^(\w+)  +\S", simulator.__doc__ or "", re.MULTILINE)
    assert sorted(named) == sorted(modules - {"__init__", "simulator"})


def test_public_names_are_pinned() -> None:
    assert simulator.__all__ == [
        "InputError",
        "RequestError",
        "Result",
        "Run",
        "Scenario",
        "SimulatorError",
        "compare",
        "explain",
        "load",
        "mean",
        "optimise",
        "pareto",
        "regret",
        "run",
        "solve",
    ]
    assert all(getattr(simulator, name) for name in simulator.__all__)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.body:
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno if documented else node.lineno
            assert (node.end_lineno or 0) - (start or 0) <= 40, node.name


def test_import_is_light() -> None:
    code = "import sys, simulator; print(sorted({'pandas', 'scipy', 'matplotlib', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_readme_names_every_shipped_scenario() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.stem}`" in readme for path in (ROOT / "scenarios").glob("*.yaml"))
