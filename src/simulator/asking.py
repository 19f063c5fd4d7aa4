"""What a page asks of its runs: so that draws are reduced to what is shown, and to nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulator.arrays import Floats
from simulator.measures import TOTAL
from simulator.results import Run
from simulator.statistics import Statistics
from simulator.tables import Line


@dataclass(frozen=True, repr=False, eq=False)
class _Asked(Run):
    """A run that notes which of its lines are asked for."""

    lines: dict[Line, None] = field(default_factory=dict)

    def of(self, name: str, programme: str = TOTAL, award: str = "") -> Floats:
        """As of `Run`."""
        values = super().of(name, programme, award)
        self.lines[Line(programme, award, name)] = None
        return values

    def statistics(self, line: Line) -> Statistics | None:
        """As of `Run`."""
        self.lines[line] = None
        return None


def lines_asked(runs: Sequence[Run], use: Callable[[Sequence[Run]], object]) -> tuple[tuple[Line, ...], ...]:
    """Lines of each run that `use` asks for when it is given the runs."""
    noting = [_Asked(run.scenario, run.labels, run.years, run.measures) for run in runs]
    use(noting)
    return tuple(tuple(run.lines) for run in noting)
