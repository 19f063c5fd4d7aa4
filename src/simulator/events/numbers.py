"""The numbers of one run as plain Python: each leaf of a scenario in one draw of its uncertain inputs."""

from simulator.arrays import Floats
from simulator.events.life import Terms
from simulator.leaves import Leaves
from simulator.scenario import Document


class Numbers:
    """The leaves of one run, number `run` of those of a block."""

    def __init__(self, leaves: Leaves, run: int) -> None:
        self.leaves, self._run = leaves, run

    @property
    def document(self) -> Document:
        """The scenario's document, for what is no number."""
        return self.leaves.document

    @property
    def years(self) -> range:
        """Fiscal years simulated."""
        return self.leaves.years

    def once(self, path: str) -> float:
        """A value that has no years."""
        return float(self._own(self.leaves.once(path)))

    def by_year(self, path: str, years: range | None = None) -> list[float]:
        """The value in force in each year, those simulated if none are named."""
        values: list[float] = self._own(self.leaves.by_year(path, years or self.years)).tolist()
        return values

    def given(self, path: str, otherwise: float) -> list[float]:
        """The value in force in each year simulated, or what stands for it where the scenario gives none."""
        return self.by_year(path) if self.leaves.has(path) else [otherwise] * len(self.years)

    def named(self, path: str, years: range) -> list[float]:
        """The values of the named years, 0 in others."""
        values: list[float] = self._own(self.leaves.named(path, years)).tolist()
        return values

    def spread(self, path: str) -> list[float]:
        """Shares paid in each fiscal year since the start."""
        values: list[float] = self._own(self.leaves.spread(path)).tolist()
        return values

    def terms(self, path: str, year: int) -> Terms:
        """Life terms of the awards of a type that start in a year: before the first, those of the portfolio."""
        leaves, before = self.leaves, year < self.years.start

        def number(field: str) -> float:
            return float(self._own(leaves.number(f"{path}.{field}", year, before=before)))

        months = tuple(self._own(leaves.start_months(f"{path}.start_months", year, before=before)).tolist())
        ending = number("early_termination")
        if leaves.has(f"{path}.renewal.share", before=before):
            after, share, until = number("renewal.after"), number("renewal.share"), number("renewal.until")
            return Terms(((after, after, 1.0 - share), (until, until, share)), months, ending, gate=after)
        stays = self._own(leaves.stay(f"{path}.duration", year, before=before)).tolist()
        return Terms(tuple((low, high, share) for low, high, share in stays if share > 0), months, ending)

    def column(self, values: Floats) -> Floats:
        """The run's own of values over runs, of length 1 where they do not vary."""
        return self._own(values)

    def _own(self, values: Floats) -> Floats:
        own: Floats = values[..., self._run if values.shape[-1] > 1 else 0]
        return own
