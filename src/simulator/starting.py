"""A commented scenario to start from, which runs as it is."""

import os
import tempfile
from pathlib import Path

from simulator.errors import InputError, Place
from simulator.loading import load

TEMPLATE = """\
# A scenario holds only what differs from what it extends. Run it: simulate {file}
# Check it: simulate check {file}    See every number: simulate sources {file}
name: {name}
description: Every budget five per cent up, to see what that buys and obliges.   # the question it answers
extends: {extends}
years: {first}-{last}

budget:
  level: +5%                        # against the base in every year; a level needs its sign
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
    InputError : there is such a file, the folder cannot be written, or `extends` is no scenario

    """
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    document = load(extends).document
    first, last = document.horizon
    programme, award = next((p, a) for p, of in document.programmes.items() for a in of.awards)
    text = TEMPLATE.format(
        file=path,
        name=path.stem,
        extends=extends,
        first=first,
        second=first + 1,
        last=last,
        programme=programme,
        award=award,
    )
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as written:
            written.write(text)
        try:
            os.link(written.name, path)  # fails where there is such a file
        finally:
            Path(written.name).unlink()
    except FileExistsError as error:
        raise InputError.single(Place(str(path), 0, 0), "", "is there already: choose another name") from error
    except OSError as error:
        raise InputError.single(Place(str(path), 0, 0), "", f"cannot be written: {error.strerror}") from error
    return path
