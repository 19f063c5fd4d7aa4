"""Chains of files: which file a scenario extends, down from its portfolio."""

from dataclasses import dataclass
from pathlib import Path

from simulator.errors import InputError, Place, did_you_mean
from simulator.nodes import Node, read_file
from simulator.observed import written_out
from simulator.scenario import Document

SHIPPED = Path(__file__).parent / "portfolios"
SUFFIXES = (".yaml", ".yml")


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
    except (OSError, ValueError) as error:
        raise InputError.single(place, where, f"cannot be read: {getattr(error, 'strerror', error)}") from error
    if file and (not asked or path.suffix in SUFFIXES):
        return path
    if exists:
        kind = "folder" if folder_itself else "file that does not end in .yaml" if file else "device"
        raise InputError.single(place, where, f"{name} is a {kind}: write the name of a scenario file")
    hint = did_you_mean(path.name, [*near, *shipped_portfolios()])
    raise InputError.single(place, where, f"there is no file {path}{hint}")


def chain_of(path: Path) -> list[Layer]:
    """Layers from the portfolio down to `path`."""
    layers: list[Layer] = []
    met: dict[Path, str] = {}
    asked: Node | None = None
    while True:
        tree = read_file(path, path.name if path.parent == SHIPPED else str(path))
        _require_ours(tree, asked, path)
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


def _require_ours(tree: Node, asked: Node | None, path: Path) -> None:
    """Raise unless a file is a mapping; one that is extended and is not ours is refused without quoting it."""
    keys = tree.value if isinstance(tree.value, dict) else {}
    known = sum(key in {*Document.model_fields, "extends"} for key in keys)
    if asked is not None and 2 * known < max(len(keys), 1):
        raise InputError.single(asked.place, "extends", f"{path} is no scenario and no portfolio: name another file")
    if not isinstance(tree.value, dict):
        raise InputError.single(tree.place, "", "a scenario is a mapping: write name: ..., extends: ...")
