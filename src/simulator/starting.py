"""A commented scenario to start from, which runs as it is."""

import json
import os
import re
from pathlib import Path

from simulator.chains import SUFFIXES, find, shipped_portfolios
from simulator.errors import InputError, Place, printable
from simulator.loading import load
from simulator.scenario import Document
from simulator.values import ALWAYS

SCHEMA = "scenario.schema.json"
"""Where this stands beside the new file, editors are told so."""
PLAIN = re.compile(r"[./]*[^\W\d](?:[\w./ -]*[\w./-])?")
"""A text that YAML reads as one without quotes, unless it is one of its words."""

TEMPLATE = """\
{schema}# A scenario holds only what differs from what it extends. Run it: simulate {file}
# Check it: simulate check {file}    See every number: simulate sources {file}
name: {name}
description: Every budget changed by {level}, to see what that buys and obliges.   # the question it answers
extends: {extends}
years: {first}-{last}

budget:
  level: {level:<24}   # against the base in every year; a level needs its sign
  # growth: {{{second}: 1%}}             # a year, from {second} on
  # changes:                        # dated, both years included: one of multiply, add and set
  #   - {{programme: {programme}, from: {second}, until: {second}, add: 200 百万円}}

# programmes:
#   {programme}:
#     budget: {{level: +10%}}         # this programme's own, on top
#     intake: steady                # steady | cash | plan
#     awards:
#       {award}:
#         take_up: {{value: 95%, source: "assumption: why", owner: who, expires: {last}-03-31}}
"""


def start(name: str, *, extends: str) -> Path:
    """Write `name`.yaml and return its path; a file that is there is never written over.

    Raises
    ------
    InputError : there is such a file, the name is none or the folder cannot be written, or `extends` is no scenario

    """
    path = _path(name)
    text = _text(path, _beside(extends, path), load(extends).document)
    try:
        with path.open("x", encoding="utf-8") as written:  # fails where there is such a file
            written.write(text)
    except FileExistsError as error:
        raise InputError.single(Place(str(path), 0, 0), "", "is there already: choose another name") from error
    except OSError as error:
        raise InputError.single(Place(str(path), 0, 0), "", f"cannot be written: {error.strerror}") from error
    return path


def _path(name: str) -> Path:
    """The new file; InputError where the name is none that a file may have."""
    place, last = Place(name or "init", 0, 0), Path(name).name
    if name != printable(name, len(name)) or not last.strip() or last[0] in ".-" or name.endswith(("/", os.sep)):
        raise InputError.single(place, "", "is no name for a file: write a word, such as first")
    path = Path(name)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError.single(place, "", "is a device: choose another name")
    return path if path.suffix in SUFFIXES else Path(f"{name}.yaml")


def _beside(extends: str, path: Path) -> str:
    """What the new file extends, as it is written in the folder of that file."""
    found = find(extends)
    if found.stem == extends and extends in shipped_portfolios():
        return extends
    return extends if found.is_absolute() else Path(os.path.relpath(found, path.parent)).as_posix()


def _text(path: Path, extends: str, document: Document) -> str:
    """The file, with a level that differs from what it extends."""
    first, last = document.horizon
    programme, award = next((p, a) for p, of in document.programmes.items() for a in of.awards)
    there = (path.parent / SCHEMA).is_file()
    return TEMPLATE.format(
        schema=f"# yaml-language-server: $schema={SCHEMA}\n" if there else "",
        file=path,
        name=_quoted(path.stem),
        extends=_quoted(extends),
        level="+5%" if document.budget.level.at(ALWAYS) != 0.05 else "+10%",
        first=first,
        second=first + 1,
        last=last,
        programme=programme,
        award=award,
    )


def _quoted(text: str) -> str:
    """A text that YAML reads as this text, in quotes where it would be something else."""
    plain = PLAIN.fullmatch(text) and text.lower() not in ("true", "false", "null")
    return text if plain else json.dumps(text, ensure_ascii=False)
