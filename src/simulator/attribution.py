"""Why two scenarios differ: Shapley values of the inputs that one changes of the other.

A coalition is a set of changed inputs that are as in the scenario, the others being as in its reference. What an input
contributes to a figure is what it adds when it joins, averaged over all orders in which inputs may join:

    ``φ_i = Σ_{S ∌ i} |S|! (k − |S| − 1)! / k! · (v(S ∪ {i}) − v(S))``,  so that ``Σ_i φ_i = v(all) − v(none)``

(Shapley 1953). All coalitions are runs of a few batches: the inputs that are numbers are switched along the run axis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

from simulator import comparison, tables
from simulator.arrays import Flags, Floats, Labels
from simulator.coalition_runs import Coalitions
from simulator.coalitions import Changed, by_section, changed
from simulator.draws import Progress, Sampled
from simulator.errors import RequestError
from simulator.loading import Loadable, loaded
from simulator.scenario import Scenario
from simulator.sealing import Sealed
from simulator.tables import Line

MOST = 16
"""Changed inputs whose coalitions are all run: 65,536."""

ORDERS = 128
"""Orders in which inputs join, where there are too many for all coalitions; every second one is another reversed."""

MEASURES = ("selected", "supported", "spend", "outyear_commitments")


@dataclass(frozen=True)
class Explanation(Sealed):
    """The difference between a scenario and its reference, by changed input.

    Attributes
    ----------
    inputs : k
    lines : L, of programmes, and of all where they add up
    years : Y, those that the scenario shows
    before, after : (L, Y) figures of the reference and of the scenario; of draws their means
    contributions : (L, k, Y) what each input contributes; over k they add up to `after − before`
    errors : standard errors of the contributions, of draws or of the orders that were sampled; None where exact
    sampled : how it was drawn, None without draws
    orders : orders sampled, 0 where all coalitions were run
    changed : inputs that are changed, more than k where those of a section are taken together

    """

    scenario: Scenario
    reference: Scenario
    inputs: tuple[Changed, ...]
    lines: tuple[Line, ...]
    years: range
    before: Floats
    after: Floats
    contributions: Floats
    errors: Floats | None
    sampled: Sampled | None = None
    orders: int = 0
    changed: int = 0


def explain(
    scenario: Loadable,
    reference: Loadable | None = None,
    *,
    measures: str | Sequence[str] = MEASURES,
    sampled: Sampled | None = None,
    progress: Progress = lambda *_: True,
) -> Explanation:
    """Attribute the difference between a scenario and its reference, its parent if not given, to changed inputs.

    Exact up to 16 changed inputs; beyond, those of a section are one, and beyond 16 sections orders are sampled. Lives
    have their expected course, also with `individual_variation`.

    Raises
    ------
    RequestError : there is no parent, nothing differs, or the two rest on different portfolios

    """
    scenario = loaded(scenario)
    other = scenario.parent if reference is None else loaded(reference)
    if other is None:
        raise RequestError(f"{scenario.title}: extends nothing it could be explained from: add --baseline FILE")
    if other.portfolio != scenario.portfolio:
        text = f"rests on another portfolio than {other.title}"
        raise RequestError(f"{scenario.title}: {text}, so that no input can be named that makes the difference")
    other = comparison.beside(scenario, other)
    inputs = changed(other.document, scenario.document)
    if not inputs:
        raise RequestError(f"{scenario.title}: changes no number and no rule of {other.title}")
    many = len(inputs)
    if many > MOST:
        inputs = by_section(inputs)
    orders = _orders(len(inputs)) if len(inputs) > MOST else None
    rows = _all_coalitions(len(inputs)) if orders is None else _joining(orders)
    runs = Coalitions(scenario, other, inputs, rows, sampled)
    lines = tuple(_lines(runs.labels, [measures] if isinstance(measures, str) else measures))
    tally = _Tally(len(inputs))
    whole = len(rows) * (sampled.draws if sampled else 1)
    for values in runs.values(lines):
        found = shapley(values.transpose(2, 0, 1, 3)).swapaxes(0, 1) if orders is None else _in_order(orders, values)
        tally.add(values[:, :, 0], values[:, :, -1], found)
        if not progress(tally.draws * len(rows), whole):
            break
    return Explanation(
        scenario=scenario,
        reference=other,
        inputs=inputs,
        lines=lines,
        years=range(scenario.document.horizon[0], scenario.document.horizon[1] + 1),
        before=tally.before,
        after=tally.after,
        contributions=tally.mean,
        errors=tally.errors(over_orders=orders is not None),
        sampled=sampled,
        orders=0 if orders is None else len(orders),
        changed=many,
    )


def shapley(values: Floats) -> Floats:
    """Shapley values (k, ...) of figures (2**k, ...), the inputs of a coalition being the bits of its place.

    An input that changes nothing has 0 to the bit: what it adds is taken before anything is averaged.
    """
    inputs = len(values).bit_length() - 1
    places = np.arange(len(values))
    size = np.array([int(place).bit_count() for place in places])
    weights = np.array([factorial(s) * factorial(inputs - s - 1) / factorial(inputs) for s in range(inputs)])
    found = np.empty((inputs, *values.shape[1:]))
    for row in range(inputs):
        without = places[(places >> row) & 1 == 0]
        added = values[without | 1 << row] - values[without]
        found[row] = np.einsum("c,c...->...", weights[size[without]], added)
    return found


def _all_coalitions(inputs: int) -> Flags:
    """(2**k, k) which inputs are in each coalition: the bits of its place; the first has none, the last all."""
    places = np.arange(1 << inputs)[:, None]
    there: Flags = (places >> np.arange(inputs)) & 1 == 1
    return there


def _orders(inputs: int) -> npt.NDArray[np.intp]:
    """(N, k) orders in which inputs join; the same every time, each followed by its reverse."""
    stream = np.random.default_rng(0)
    half = [stream.permutation(inputs) for _ in range(ORDERS // 2)]
    return np.array([order for each in half for order in (each, each[::-1])])


def _joining(orders: npt.NDArray[np.intp]) -> Flags:
    """(N (k + 1), k) the coalitions as inputs join in each order, none first and all last."""
    there = np.arange(orders.shape[1] + 1)[None, :, None] > np.argsort(orders, axis=1)[:, None, :]
    return there.reshape(-1, orders.shape[1])


def _in_order(orders: npt.NDArray[np.intp], values: Floats) -> Floats:
    """What each input adds when it joins, (L, k, Y, N D), of values (L, Y, N (k + 1), D)."""
    count, inputs = orders.shape
    steps = np.diff(values.reshape(*values.shape[:2], count, inputs + 1, -1), axis=3)
    added = np.take_along_axis(steps, np.argsort(orders, axis=1)[None, None, :, :, None], axis=3)
    return np.ascontiguousarray(added.transpose(0, 3, 1, 2, 4)).reshape(values.shape[0], inputs, values.shape[1], -1)


def _lines(labels: Labels, measures: Sequence[str]) -> Iterator[Line]:
    """Lines of programmes and of all; of award types where nothing adds up."""
    for name in measures:
        found = list(tables.lines(labels, [name]))
        summed = {line.programme for line in found if not line.award}
        yield from (line for line in found if not line.award or line.programme not in summed)


class _Tally:
    """Means over draws, and over orders where these are sampled, with the errors of the contributions."""

    def __init__(self, inputs: int) -> None:
        self.inputs, self.draws, self.count = inputs, 0, 0
        self.before: Floats = np.zeros(1)
        self.after: Floats = np.zeros(1)
        self.mean: Floats = np.zeros(1)
        self._squares: Floats = np.zeros(1)

    def add(self, before: Floats, after: Floats, found: Floats) -> None:
        """Merge the figures (L, Y, D) of some draws and contributions (L, k, Y, n)."""
        draws, count = before.shape[-1], found.shape[-1]
        mean = found.mean(axis=-1)
        squares = ((found - mean[..., None]) ** 2).sum(axis=-1)
        apart, whole = mean - self.mean, self.count + count
        self._squares = self._squares + squares + apart**2 * (self.count * count / whole)
        self.mean = self.mean + apart * (count / whole)
        self.before = self.before + (before.mean(axis=-1) - self.before) * (draws / (self.draws + draws))
        self.after = self.after + (after.mean(axis=-1) - self.after) * (draws / (self.draws + draws))
        self.draws, self.count = self.draws + draws, whole

    def errors(self, *, over_orders: bool) -> Floats | None:
        """Standard errors of the means; an order and its reverse count as one. None of what is exact."""
        if self.count == 1:
            return None
        independent = self.count / 2.0 if over_orders else float(self.count)
        found: Floats = np.sqrt(self._squares / max(self.count - 1, 1) / independent)
        return found
