"""The recipe on one screen: scenarios in, result out."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from simulator import cohorts, tables
from simulator import draws as draws_of
from simulator.arrays import Floats, Inputs, Labels
from simulator.draws import Engine, Sampled
from simulator.errors import RequestError
from simulator.figures import Wanted
from simulator.flows import Flows
from simulator.inputs import blocks
from simulator.leaves import Batch
from simulator.loading import Loadable, loaded
from simulator.measures import every_measure, measure
from simulator.results import Result, Run
from simulator.sampling import Sampling
from simulator.scenario import Scenario, skeleton
from simulator.statistics import TILE
from simulator.varied import Given

BLOCK = 8192
"""Runs simulated at a time: many, so that a call of numpy pays (docs/explanation/performance.md)."""


def run(  # noqa: PLR0913 (options, each by keyword)
    scenarios: Loadable | Sequence[Loadable],
    *,
    draws: int = 0,
    seed: int = 0,
    sampling: Sampling = "random",
    engine: Engine = "cohort",
    replications: int = 0,
    workers: int = 1,
    vary: Mapping[str, npt.ArrayLike] | None = None,
    measures: Sequence[str] | None = None,
    block: int = BLOCK,
) -> Result:
    """Run scenarios as one batch: a pure function of its arguments.

    Parameters
    ----------
    scenarios : scenarios, or paths of their files
    draws : of the uncertain inputs, shared by the scenarios; 0 takes their expected values
    seed : of the draws: the same one, the same bits
    sampling : `random`, `lhs` (Latin hypercube) or `sobol` (scrambled Sobol' points)
    engine : `cohort`, or `events` for single awards, which takes `replications` instead of draws
    replications : of the event engine, 100 if not given; each draws the uncertain inputs and every award's life
    workers : processes that share the replications; more than one is for programs that may be imported again
    vary : by dotted path, one value a draw in internal units (million yen, shares, months, counts)
    measures : those to keep, all if not given
    block : runs simulated at a time, a multiple of `TILE`; the result does not depend on it

    Returns
    -------
    Result with a draw for each varied value; any of them has the same bits as when it is run alone. With `draws`,
    statistics of every line and of its paired difference from the first scenario (`Run.drawn`)

    Raises
    ------
    InputError : a file is wrong.  RequestError : no such path or measure, or a value outside its bounds

    """
    sampled = draws_of.sampled(draws, seed, sampling, engine, replications)
    if sampled:
        if vary:
            raise RequestError("draws and vary are for different questions: give one of them")
        return _drawn(_loaded(scenarios), sampled, measures, block, workers)

    def kept(batch: Batch, names: Sequence[str]) -> dict[str, Floats]:
        arrays: dict[str, Floats] = {}
        for part, inputs, flows in _simulated(batch, block):
            for name in names:
                values = measure(name).of(flows, inputs)
                if name not in arrays:
                    arrays[name] = np.empty((*values.shape[:2], batch.runs))
                np.add(values, 0.0, out=arrays[name][..., part])  # a negative zero would be printed as -0
        return arrays

    return Result(_runs(_loaded(scenarios), vary, measures, kept))


def mean(
    scenarios: Loadable | Sequence[Loadable],
    *,
    vary: Mapping[str, npt.ArrayLike],
    measures: Sequence[str] | None = None,
    block: int = BLOCK,
) -> Result:
    """Means over the varied draws, in memory that does not grow with their number; parameters as in `run`."""

    def reduced(batch: Batch, names: Sequence[str]) -> dict[str, Floats]:
        totals: dict[str, Floats] = {}
        for _, inputs, flows in _simulated(batch, block):
            for name in names:
                values = measure(name).of(flows, inputs)
                for start in range(0, values.shape[-1], TILE):
                    tile = values[..., start : start + TILE].sum(axis=-1, keepdims=True)
                    totals[name] = totals[name] + tile if name in totals else tile
        return {name: total / batch.draws for name, total in totals.items()}

    runs = [_runs([scenario], vary, measures, reduced) for scenario in _loaded(scenarios)]
    return Result(tuple(run for (run,) in runs), statistic="mean")


def _drawn(
    scenarios: list[Scenario], sampled: Sampled, measures: Sequence[str] | None, block: int, workers: int
) -> Result:
    names = [measures] if isinstance(measures, str) else measures
    lines = tuple(tuple(tables.lines(Batch((scenario,)).labels, names)) for scenario in scenarios)
    wanted = Wanted(lines, reference=0 if len(scenarios) > 1 else None)
    threads = workers if sampled.engine == "events" else None
    made = draws_of.draw(scenarios, sampled, wanted, block=None if block == BLOCK else block, threads=threads)
    return Result(made, statistic="mean")


def _loaded(scenarios: Loadable | Sequence[Loadable]) -> list[Scenario]:
    several = [scenarios] if isinstance(scenarios, Loadable) else scenarios
    if not several:
        raise RequestError("no scenario was given")
    return [loaded(item) for item in several]


def _runs(
    scenarios: Sequence[Scenario],
    vary: Mapping[str, npt.ArrayLike] | None,
    measures: Sequence[str] | None,
    collect: Callable[[Batch, Sequence[str]], dict[str, Floats]],
) -> tuple[Run, ...]:
    """Runs of the scenarios, those that differ in numbers only in one batch."""
    varied = {path: Given(_numbers(path, values)) for path, values in (vary or {}).items()}
    draws = max((given.values.size for given in varied.values()), default=1)
    done: dict[int, Run] = {}
    groups: dict[object, list[int]] = {}
    for position, scenario in enumerate(scenarios):
        kind = (skeleton(scenario.document), skeleton(scenario.portfolio))
        groups.setdefault(kind, []).append(position)
    for members in groups.values():
        batch = Batch(tuple(scenarios[position] for position in members), varied, draws)
        wanted = [measures] if isinstance(measures, str) else measures
        arrays = collect(batch, wanted or every_measure(batch.labels))
        for place, position in enumerate(members):
            done[position] = _run(scenarios[position], batch.labels, arrays, place, len(members))
    return tuple(done[position] for position in range(len(scenarios)))


def _numbers(path: str, values: npt.ArrayLike) -> Floats:
    """Varied values of a path as (D,) numbers."""
    try:
        numbers = np.atleast_1d(np.asarray(values))
    except ValueError as error:
        raise RequestError(f"vary: {path}: give one number a run") from error
    if numbers.dtype.kind not in "iuf" or numbers.ndim != 1 or not numbers.size:
        raise RequestError(f"vary: {path}: give one number a run, not {numbers.dtype} of shape {numbers.shape}")
    return numbers.astype(np.float64)


def _run(scenario: Scenario, labels: Labels, arrays: Mapping[str, Floats], place: int, members: int) -> Run:
    """One scenario's share of a batch's arrays, cut to the years it shows."""
    first, last = scenario.document.horizon
    shown = slice(first - labels.first_year, last - labels.first_year + 1)
    return Run(
        scenario=scenario,
        labels=labels,
        years=range(first, last + 1),
        measures={
            name: values.reshape(*values.shape[:2], members, values.shape[2] // members)[shown, :, place]
            for name, values in arrays.items()
        },
    )


def _simulated(batch: Batch, block: int) -> Iterator[tuple[slice, Inputs, Flows]]:
    """Each block of runs with its inputs and flows; the flows are overwritten by the next block."""
    if block < TILE or block % TILE:
        raise RequestError(f"block is {block}: give a multiple of {TILE}")
    flows: Flows | None = None
    for part, inputs in blocks(batch, block):
        runs = part.stop - part.start
        if flows is None or flows.spend.shape[-1] != runs:
            flows = Flows.empty(inputs)
        yield part, inputs, cohorts.simulate(inputs, flows)
