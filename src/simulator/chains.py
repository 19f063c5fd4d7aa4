"""Chains of files: which file a scenario extends, down from its portfolio."""

import re
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import InputError, Place, did_you_mean
from simulator.nodes import LARGEST_FILE, Node, read_file
from simulator.observed import written_out

SHIPPED = Path(__file__).parent / "portfolios"
SCENARIOS = "scenarios"
"""The folder below the one at hand where a file may be that is not here."""

SUFFIXES = (".yaml", ".yml")
OURS = re.compile(rb"(?m)^[\s{]*[\"']?(extends|programmes|first_year)[\"']?\s*:")
"""Keys that make a file one of ours."""


@dataclass(frozen=True)
class Layer:
    """One file of a chain of `extends` without that key; an empty path where it is no file."""

    name: str
    tree: Node
    path: Path


def shipped_portfolios() -> list[str]:
    """Names of the portfolios that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def find(name: str, asked: Node | None = None, folder: Path | None = None) -> Path:
    """Path of a file named on the command line (`asked` None) or in `extends`, there relative to its folder."""
    if name in shipped_portfolios() and not (folder or Path()).joinpath(name).exists():
        return SHIPPED / f"{name}.yaml"
    path = (folder or Path()) / name
    place = asked.place if asked else Place(name, 1, 1)
    where = "extends" if asked else ""
    if "://" in name:
        raise InputError.single(place, where, "files are read from this machine alone: save it beside the scenario")
    try:
        file, folder_itself, exists = path.is_file(), path.is_dir(), path.exists()
        near = [item.name for item in path.parent.glob("*.y*ml") if item.is_file()] if path.parent.is_dir() else []
        below = (path.parent / SCENARIOS / path.name).is_file()
    except (OSError, ValueError) as error:
        raise InputError.single(place, where, f"cannot be read: {getattr(error, 'strerror', error)}") from error
    if file and (not asked or path.suffix in SUFFIXES):
        return path
    if exists:
        kind = "folder" if folder_itself else "file that does not end in .yaml" if file else "device"
        raise InputError.single(place, where, f"{name} is a {kind}: write the name of a scenario file")
    if below:
        hint = f"; did you mean {Path(name).parent / SCENARIOS / path.name}?"
    else:  # alike without the suffix, which every one of them has
        alike = [each for each in near if did_you_mean(path.stem, [Path(each).stem])]
        hint = did_you_mean(path.name, shipped_portfolios()) or did_you_mean(path.name, alike)
    raise InputError.single(place, where, f"there is no file {path}{hint}")


def chain_of(path: Path) -> list[Layer]:
    """Layers from the portfolio down to `path`."""
    layers: list[Layer] = []
    met: dict[Path, str] = {}
    asked: Node | None = None
    while True:
        tree = _tree(path, asked)
        parent = tree.value.get("extends")
        layers.insert(0, Layer(path.stem, written_out(tree.without("extends"), path.parent), path.resolve()))
        met[path.resolve()] = path.name
        if parent is None:
            return layers
        if not isinstance(parent.value, str):
            raise InputError.single(parent.place, "extends", "the name of one file is expected here")
        above = find(parent.value, parent, path.parent)
        if above.resolve() in met:
            ring = " -> ".join([*met.values(), above.name])
            raise InputError.single(parent.place, "extends", f"the files extend each other in a circle: {ring}")
        path, asked = above, parent


def _tree(path: Path, asked: Node | None) -> Node:
    """Tree of a file, which is a mapping; one that is extended and is no file of ours is refused without quoting it."""
    try:
        tree = read_file(path, path.name if path.parent == SHIPPED else str(path))
    except InputError:
        if asked is not None and not _looks_ours(path):
            raise _foreign(asked, path) from None
        raise
    keys = tree.value
    if asked is not None and not ("extends" in keys or keys.keys() >= {"programmes", "first_year"}):
        raise _foreign(asked, path)
    return tree


def _foreign(asked: Node, path: Path) -> InputError:
    return InputError.single(asked.place, "extends", f"{path} is no scenario and no portfolio: name another file")


def _looks_ours(path: Path) -> bool:
    """Whether a file that cannot be read has the keys of ours, which its owner may then be told more of."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE)
    except OSError:
        return True
    found = {match[1] for match in OURS.finditer(text)}
    return b"extends" in found or found >= {b"programmes", b"first_year"}
