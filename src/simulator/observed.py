"""Observed values from a column of a CSV file, written out where `empirical` names them."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

from simulator.errors import InputError, did_you_mean, quoted
from simulator.nodes import Node

KEYS = ("file", "column", "where", "unit")
EXAMPLE = "{file: observed.csv, column: value}"
LARGEST = 4_000_000
MOST = 10_000


def written_out(tree: Node, folder: Path) -> Node:
    """The tree with `empirical: {file: ..., column: ..., where: {...}, unit: ...}` as the list of the column's values.

    The file lies in `folder` or below it; `where` keeps the rows whose columns have these texts; `unit` follows every
    value. InputError where there is no such file, column or value.
    """
    if isinstance(tree.value, list):
        return replace(tree, value=[written_out(item, folder) for item in tree.value])
    if not isinstance(tree.value, dict):
        return tree
    values = {
        key: _column(node, folder) if key == "empirical" and isinstance(node.value, dict) else written_out(node, folder)
        for key, node in tree.value.items()
    }
    return replace(tree, value=values)


def _column(node: Node, folder: Path) -> Node:
    for key in node.value:
        if key not in KEYS:
            raise InputError.single(node.key_places[key], "empirical", f"no such key{did_you_mean(str(key), KEYS)}")
    for key in ("file", "column"):
        if key not in node.value or not isinstance(node.value[key].value, str):
            raise InputError.single(node.place, "empirical", f"the {key} is missing: write {EXAMPLE}")
    wanted = node.value["where"].plain if "where" in node.value else {}
    unit = str(node.value["unit"].plain) if "unit" in node.value else ""
    if not isinstance(wanted, dict):
        raise InputError.single(node.place, "empirical", "where names columns: write {measure: applicants}")
    rows = _rows(node.value["file"], folder)
    for name in (node.value["column"].value, *map(str, wanted)):
        if rows and name not in rows[0]:
            hint = did_you_mean(name, rows[0])
            raise InputError.single(node.value["column"].place, "empirical", f"the file has no column {name}{hint}")
    kept = [row for row in rows if all(row[str(key)] == str(text) for key, text in wanted.items())]
    if not 2 <= len(kept) <= MOST:
        text = f"{len(kept)} rows of the file are meant: name 2 to {MOST:,}"
        raise InputError.single(node.place, "empirical", text)
    return Node([Node(f"{row[node.value['column'].value]}{unit}", node.place) for row in kept], node.place)


def _rows(asked: Node, folder: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header; nothing of a file that is none is quoted."""
    path = folder / asked.value
    inside = not Path(asked.value).is_absolute() and ".." not in Path(asked.value).parts
    if not inside or path.suffix != ".csv" or not path.is_file():
        text = f"there is no CSV file {asked.value} in the folder of this file or below it: save it there as .csv"
        raise InputError.single(asked.place, "empirical.file", text)
    if path.stat().st_size > LARGEST:
        raise InputError.single(asked.place, "empirical.file", f"is larger than {LARGEST:,} bytes: keep what is needed")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            twice = [name for name, many in Counter(reader.fieldnames or ()).items() if name and many > 1]
            if twice:
                text = f"has two columns {quoted(twice[0])}: give them different names"
                raise InputError.single(asked.place, "empirical.file", text)
            return [{key: text or "" for key, text in row.items() if key} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError.single(asked.place, "empirical.file", "is no CSV file in UTF-8: save it as that") from error
