"""Proposals: what was found, as a scenario file that is read back and judged before it takes its place."""

from collections.abc import Callable
from pathlib import Path

from simulator import resolving
from simulator.chains import SUFFIXES
from simulator.errors import RequestError
from simulator.loading import load
from simulator.placing import in_place
from simulator.scenario import FOR_PEOPLE, Scenario, leaves


def require_writable(path: Path) -> None:
    """RequestError unless a scenario file may be written there: none is there yet, and the folder is."""
    if path.suffix not in SUFFIXES:
        raise RequestError(f"--save {path}: a scenario is a file that ends in .yaml")
    if not path.parent.is_dir():
        raise RequestError(f"--save {path}: there is no folder {path.parent}")
    if path.exists():
        raise RequestError(f"--save {path}: is there already: choose another name")


def base_of(scenario: Scenario) -> Scenario:
    """The file of a scenario, without the settings that lie over it; RequestError where it is of no file."""
    file = scenario.parent if scenario.settings else scenario
    if file is None or not file.path.name:
        raise RequestError("a scenario with overlays is of no one file: write it as a file first")
    return load(file.path)


def write(
    proposed: Scenario,
    path: Path,
    *,
    name: str,
    description: str,
    judge: Callable[[Scenario], None] = lambda _: None,
) -> Scenario:
    """Write what settings change of the file of `proposed` as one that extends it; return what the new file says.

    The text is read back and judged under another name in the same folder; `judge` raises where it is not what it
    should be, and then there is no file.

    Raises
    ------
    RequestError : the file cannot be written there, or reads back to other values

    """
    require_writable(path)
    text = resolving.changes(proposed, base_of(proposed), path.parent, name=name, description=description)
    try:
        with in_place(path) as part:
            draft = part.with_suffix(".yaml")
            draft.write_text(text, encoding="utf-8")
            try:
                read = load(draft)
                if _values(read) != _values(proposed):
                    raise RequestError(f"--save {path}: reads back to other values than were found")
                judge(read)
            finally:
                draft.replace(part)
    except OSError as error:
        raise RequestError(f"--save {path}: cannot be written: {error.strerror}") from error
    return load(path)


def _values(scenario: Scenario) -> dict[str, object]:
    """Every leaf of a scenario but what it is called."""
    return {path: leaf for path, leaf in leaves(scenario.document) if path.partition(".")[0] not in FOR_PEOPLE}
