"""A check of one scenario: its problems, or where it has none, what is suspicious in it."""

from collections.abc import Sequence

from simulator import model
from simulator.errors import InputError, Place
from simulator.labels import Words
from simulator.loading import load
from simulator.report.findings import ERROR, WARNING, Finding
from simulator.suspicions import suspicions


def check(file: str, words: Words, *, settings: Sequence[str] = (), overlays: Sequence[str] = ()) -> list[Finding]:
    """Every problem of a file and of those it extends; none of these, then suspicions.

    The scenario is run once, so that what only numbers show (a rule that would divide by nothing) is found too.
    """
    try:
        scenario = load(file, settings=settings, overlays=overlays)
        (run,) = model.run(scenario).runs
    except InputError as error:
        return [Finding(ERROR, problem.place, problem.path, problem.message) for problem in error.problems]
    start = Place(file, 1, 1)
    return [
        Finding(WARNING, warned.place or start, warned.path, warned.message(words))
        for warned in suspicions(scenario, run)
    ]
