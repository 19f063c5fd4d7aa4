"""Draws of a run's measures, made again when they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulator import cohorts, figures
from simulator.arrays import Floats, Inputs
from simulator.chance import lots
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.measures import measure

AT_ONCE = 16384
"""Draws made at a time."""


@dataclass(frozen=True)
class Redrawn(Mapping[str, Floats]):
    """Draws of a run's measures, made again when one is asked for: the same bits, and nothing kept meanwhile.

    Those of the event engine were `kept`.
    """

    batch: Batch
    seed: int
    names: tuple[str, ...]
    kept: Sequence[tuple[Inputs, Flows]] = ()

    def __getitem__(self, name: str) -> Floats:
        if name not in self.names:
            raise KeyError(name)
        years, first = figures.years_of(self.batch), self.batch.labels.first_year
        parts = []
        for inputs, flows in self.kept or self._again():
            values = measure(name).of(flows, inputs)
            parts.append(values[years.start - first : years.stop - first] + 0.0)
        return np.concatenate(parts, axis=2)

    def _again(self) -> Iterator[tuple[Inputs, Flows]]:
        for start in range(0, self.batch.runs, AT_ONCE):
            stop = min(start + AT_ONCE, self.batch.runs)
            inputs, drawn = inputs_of(self.batch, start, stop), lots(self.batch, self.seed, start, stop)
            yield inputs, cohorts.simulate(inputs, None, drawn)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names
