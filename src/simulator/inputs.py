"""Scenarios become arrays: the inputs of a block of runs, on the axes of `arrays`.

Each part is built from the leaves it reads, once; for a block of runs only those parts are built again that read a
leaf which varies. Nothing is parsed or validated per run.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from simulator import appropriations, lives
from simulator.arrays import Floats, Inputs, Programme
from simulator.leaves import Batch, Leaves, side_by_side
from simulator.programmes import extended_awards, programme_of
from simulator.reported import Reported


def blocks(batch: Batch, size: int) -> Iterator[tuple[slice, Inputs]]:
    """Inputs of `size` runs at a time, in order, with the slice of the run axis they are.

    Raises
    ------
    RequestError : a varied path is no number of the scenario, or a value is outside its bounds
    InputError : an intake rule would have to divide by nothing, or shares do not add up to 1
    """
    batch.check()
    for start in range(0, batch.runs, size):
        stop = min(start + size, batch.runs)
        yield slice(start, stop), inputs_of(batch, start, stop)


def inputs_of(batch: Batch, start: int, stop: int) -> Inputs:
    """Inputs of runs `start` to `stop`."""
    leaves = Leaves(batch, start, stop)
    programmes = leaves.document.programmes
    with_awards = [name for name in programmes if programmes[name].awards]
    parts = tuple(leaves.kept(name, partial(programme_of, leaves, name)) for name in with_awards)
    periods = [leaves.document.plan_periods.get(programme.agency) for programme in programmes.values()]
    by_priority = leaves.document.budget.allocation == "priority"
    lapses = [[period is not None and year in period.ends for period in periods] for year in leaves.years]
    return Inputs(
        runs=stop - start,
        labels=batch.labels,
        before=len(lives.history_years(leaves)),
        lead=max(lives.longest_lag(leaves), 1),
        quantities=lives.quantities(leaves),
        extended=extended_awards(leaves),
        money=appropriations.money(leaves),
        priority=appropriations.priority(leaves, _planned(leaves, parts)) if by_priority else None,
        lapses=np.array(lapses),
        programmes=parts,
        reported=Reported(leaves),
    )


def _planned(leaves: Leaves, programmes: tuple[Programme, ...]) -> Floats:
    """``Σ_types plan τ (1 − δ) u_0``, (Y, P, r) million yen; a type without a plan counts as 0."""
    rows = [np.zeros((len(leaves.years), 1))] * len(leaves.labels.programmes)
    for programme in programmes:
        terms = programme.selection
        for award in range(len(programme.eras)):
            rows[programme.row] = rows[programme.row] + np.nan_to_num(terms.plan[:, award]) * terms.cost[:, award]
    return side_by_side(rows, len(leaves.years))
