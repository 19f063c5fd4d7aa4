"""A check of one scenario: its problems, or where it has none, what is suspicious in it."""

from collections.abc import Iterator, Sequence

from simulator import model, outcome_names
from simulator.errors import InputError, Place, RequestError
from simulator.labels import Words
from simulator.loading import load
from simulator.report.findings import ERROR, WARNING, Finding
from simulator.results import Run
from simulator.scenario import Scenario
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
        *_outcomes(scenario, run, start),
        *(
            Finding(WARNING, warned.place or start, warned.path, warned.message(words))
            for warned in suspicions(scenario, run)
        ),
    ]


def _outcomes(scenario: Scenario, run: Run, start: Place) -> Iterator[Finding]:
    """Outcomes of the scenario's own sweep that no run has."""
    for number, text in enumerate(scenario.document.sweep.outcomes):
        path = f"sweep.outcomes.{number}"
        try:
            list(outcome_names.read(text, run.labels, run.years))
        except RequestError as error:
            yield Finding(ERROR, scenario.places.get(path, start), path, str(error))
