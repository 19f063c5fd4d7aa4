"""What a check found, for people, editors and continuous integration."""

import json
from collections.abc import Sequence
from typing import NamedTuple, TextIO

from simulator.errors import Place

ERROR, WARNING = "error", "warning"


class Finding(NamedTuple):
    """One problem (`error`) or suspicion (`warning`), and where it stands."""

    severity: str
    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        severity = "" if self.severity == ERROR else f"{self.severity}: "
        return f"{self.place}: {severity}{f'{self.path}: ' if self.path else ''}{self.message}"


def write_text(findings: Sequence[Finding], stream: TextIO) -> None:
    """One line each: file:line:column, dotted path, what is wrong, what to write."""
    stream.writelines(f"{finding}\n" for finding in findings)


def write_json(findings: Sequence[Finding], stream: TextIO) -> None:
    """A JSON list with an object for each; line 0 is the command line."""
    rows = [
        {
            "file": finding.place.file,
            "line": finding.place.line,
            "column": finding.place.column,
            "path": finding.path,
            "severity": finding.severity,
            "message": finding.message,
        }
        for finding in findings
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    stream.write(f"[\n{lines}\n]\n" if rows else "[]\n")


def write_github(findings: Sequence[Finding], stream: TextIO) -> None:
    """Workflow commands that annotate the lines of a pull request."""
    for finding in findings:
        place, text = finding.place, f"{finding.path}: {finding.message}" if finding.path else finding.message
        at = f",line={place.line},col={place.column}" if place.line else ""
        stream.write(f"::{finding.severity} file={_property(place.file)}{at}::{_data(text)}\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


WRITERS = {"text": write_text, "json": write_json, "github": write_github}
"""Writers by the name of their format."""
