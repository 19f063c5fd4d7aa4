"""What a scenario file may be turned into by chance, and what reading it must come to."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from simulator.errors import SimulatorError
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.loading import load

ROOT = Path(__file__).parents[1]
SHIPPED = sorted([*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "src/simulator/portfolios").glob("*.yaml")])
ODD = (
    "", "0", "-1", "1e308", "-1e-308", "1e999", ".nan", ".inf", "no", "~", "null", "true", "[]", "{}",
    "[1, [2, {3: 4}]]", "{2022: 1, FY2022: 2}", "{value: 1}", "{value: {value: 1}}", "百万円", "9" * 400, "１２３",
    "-0", "0x1F", "12:30:45", "2022-04-01", "3,363 百万円", "△5%", "+10%", "1000%", "24 months", "0 months",
    "FY9999", "令和元年度", "&a 1", "*a", "!!python/none", "|", ">-", "'", '"', "\t", "\u0000", "\u2028", "#", "? ",
    "- ", "<<: 1", "extends: mext-fy2022", "../..", "/dev/zero",
)  # fmt: skip
"""Texts that mean something to YAML, to the format or to neither."""

Change = Callable[[list[str], int, int], None]


def _delete(lines: list[str], place: int, _: int) -> None:
    del lines[place]


def _double(lines: list[str], place: int, _: int) -> None:
    lines.insert(place, lines[place])


def _odd_value(lines: list[str], place: int, choice: int) -> None:
    head, colon, _ = lines[place].partition(":")
    lines[place] = f"{head}{colon} {ODD[choice % len(ODD)]}"


def _odd_text(lines: list[str], place: int, choice: int) -> None:
    line, at = lines[place], choice % (len(lines[place]) + 1)
    lines[place] = line[:at] + ODD[choice % len(ODD)] + line[at + choice % 3 :]


def _indent(lines: list[str], place: int, choice: int) -> None:
    lines[place] = " " * (choice % 7) + lines[place]


def _move(lines: list[str], place: int, choice: int) -> None:
    lines.insert(choice % len(lines), lines.pop(place))


CHANGES: tuple[Change, ...] = (_delete, _double, _odd_value, _odd_text, _indent, _move)


def mutated(text: str, choices: list[tuple[int, int, int]]) -> str:
    """A text with lines lost, doubled, moved, indented, or with odd texts in them."""
    lines = text.splitlines()
    for change, place, choice in choices:
        if lines:
            CHANGES[change % len(CHANGES)](lines, place % len(lines), choice)
    return "\n".join(lines)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder with the shipped scenarios, which goes when the process does."""
    folder = tempfile.TemporaryDirectory()
    for shipped in SHIPPED:
        Path(folder.name, shipped.name).symlink_to(shipped)
    return folder


def read(content: bytes) -> str:
    """What becomes of a file beside the shipped scenarios: "scenario" or "refused"; anything else is raised."""
    path = Path(_folder().name, "fuzzed.yaml")
    path.write_bytes(content)
    try:
        scenario = load(path)
        inputs_of(Batch((scenario,)), 0, 1)
    except SimulatorError as error:
        return "refused" if str(error).strip() else "refused without a word"
    return "scenario"
