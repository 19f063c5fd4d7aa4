"""How measures respond to selections: linear, and told by the core itself.

Given prices, what becomes of selections is linear in them. One run of a batch has the history alone and selects
nobody, one has not even that, and each of the others one award selected of one type in one year: what it has beyond
nothing is the response to that selection, with deferrals, promotions and extensions. There is no second reckoning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator import cohorts, varied
from simulator.arrays import Floats
from simulator.crossed import Stretched
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.measures import measure
from simulator.scenario import Scenario
from simulator.selections import impose

HISTORY, NOTHING, SEVERAL, UNITS = 0, 1, 2, 3
"""Runs of one draw: with the history alone, with nothing, with the history and several selections, then the units."""
BLOCK = 8192
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Response:
    """One measure as ``base + Σ_s slopes_s x_s``, x the selections, type within year.

    Attributes
    ----------
    base : (Y, n, D) of what was selected before the first year; n award types or programmes, D draws
    slopes : (Y, n, S, D) of one more selection; S = Y · J
    linear : (n,) whether that is all there is to it, in every year and draw

    """

    base: Floats
    slopes: Floats
    linear: np.typing.NDArray[np.bool_]


def batch_of(scenario: Scenario, sampled: Sampled | None, times: int) -> Batch:
    """A batch in which every draw, or the one set of expected values, is run so many `times` in a row."""
    if sampled is None:
        return Batch((scenario,), {}, times)
    sampled.check()
    document = scenario.document
    if document.individual_variation:
        raise RequestError("individual_variation draws lots of single lives: set it to false to plan")
    (design,) = varied.designs([document], sampled.draws, sampled.seed, sampled.sampling)
    drawn = {path: Stretched(each, times) for path, each in varied.drawn(document, design).items()}
    return Batch((scenario,), drawn, sampled.draws * times)


def responses(scenario: Scenario, names: Sequence[str], sampled: Sampled | None = None) -> dict[str, Response]:
    """Responses of some measures to selections, whatever the money, by name."""
    labels = Batch((scenario,)).labels
    selections = labels.years * len(labels.awards)
    runs, draws = UNITS + selections, sampled.draws if sampled else 1
    batch, at_once = batch_of(scenario, sampled, runs), max(BLOCK // runs, 1)
    tried = _tried(labels.years, len(labels.awards))
    before = np.isin(np.arange(runs), (HISTORY, SEVERAL)).astype(np.float64)
    parts: dict[str, list[Floats]] = {name: [] for name in names}
    for start in range(0, draws, at_once):
        some = min(at_once, draws - start)
        own = inputs_of(batch, start * runs, (start + some) * runs)
        inputs = impose(own, np.tile(tried, some), np.tile(before, some))
        flows = cohorts.simulate(inputs)
        for name in names:
            values = measure(name).of(flows, inputs)
            parts[name].append(values.reshape(*values.shape[:2], some, runs).swapaxes(2, 3))
    several = tried[..., SEVERAL].ravel()
    return {name: _response(np.concatenate(found, axis=-1), several) for name, found in parts.items()}


def _tried(years: int, awards: int) -> Floats:
    """Selections of the runs of one draw, (Y, J, 3 + S)."""
    tried = np.zeros((years, awards, UNITS + years * awards))
    tried[..., UNITS:] = np.eye(years * awards).reshape(years, awards, -1)
    tried[..., SEVERAL] = 1.0 + np.arange(years * awards).reshape(years, awards) % 3
    return tried


def _response(values: Floats, several: Floats) -> Response:
    """The response from values (Y, n, 3 + S, D) of the runs, checked by that to `several` selections (S,)."""
    base, slopes = values[:, :, HISTORY], values[:, :, UNITS:] - values[:, :, NOTHING, None]
    there = values[:, :, SEVERAL]
    told = base + np.einsum("ynsd,s->ynd", slopes, several)
    scale = np.maximum(np.abs(base), np.abs(slopes).max(axis=2, initial=0.0)).max(axis=(0, 2)) + 1e-12
    apart = np.abs(told - there).max(axis=(0, 2), initial=0.0)
    return Response(base, slopes, apart <= TOLERANCE * np.maximum(scale, np.abs(there).max(axis=(0, 2))))
