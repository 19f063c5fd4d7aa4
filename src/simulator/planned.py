"""Measures of a plan as affine functions of what it decides: selections, appropriations, money carried.

Selections act as the core says (`linear_responses`); money follows model.md section 5, with nothing short.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.affine import NONE, Affine, added
from simulator.arrays import Flags, Floats, Indices, Inputs, Labels
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.inputs import inputs_of
from simulator.linear_responses import Response, batch_of, responses
from simulator.measures import TOTAL, measure
from simulator.scenario import Scenario

NOTHING = 1e-9
"""A cost below this, in million yen, is none."""
AT_HAND = 1e-3
"""Million yen that are some money at all."""
OF_MONEY = ("budget", "carried_in", "carried_out", "unspent", "returned", "available", "shortfall")
"""Measures that depend on what a plan decides of money."""


@dataclass(frozen=True)
class Planned:
    """What a plan of a scenario decides, and what follows from it.

    Columns of the linear programme: S selections, by year and award type; appropriations by year and programme; money
    carried out of each year by programme, of its own in every draw where what the programme spends is uncertain.
    Futures share selections and appropriations; `name` is that of a future, `ahead` the columns of futures before it.
    """

    scenario: Scenario
    inputs: Inputs
    told: dict[str, Response]
    name: str = ""
    ahead: int = 0

    @classmethod
    def of_scenario(cls, scenario: Scenario, names: Sequence[str], sampled: Sampled | None = None) -> "Planned":
        """The decisions of a scenario, and the responses that these measures take."""
        wanted = {"spend", "selected", "commitments", "fixed_costs", "applicants", *names} - set(OF_MONEY)
        inputs = inputs_of(batch_of(scenario, sampled, 1), 0, sampled.draws if sampled else 1)
        return cls(scenario, inputs, responses(scenario, sorted(wanted), sampled))

    @property
    def labels(self) -> Labels:
        """What stands along the axes."""
        return self.inputs.labels

    @property
    def years(self) -> range:
        """The years simulated, all of which are planned."""
        return range(self.labels.first_year, self.labels.first_year + self.labels.years)

    @property
    def draws(self) -> int:
        """D, 1 where expected values are taken."""
        return self.inputs.runs

    @property
    def awards(self) -> list[bool]:
        """Of each programme, whether it has award types: without any it spends what it is given."""
        there = {each.row for each in self.inputs.programmes}
        return [row in there for row in range(len(self.labels.programmes))]

    @cached_property
    def selections(self) -> Indices:
        """(Y, J) columns."""
        return np.arange(self.labels.years * len(self.labels.awards)).reshape(self.labels.years, -1)

    @cached_property
    def budgets(self) -> Indices:
        """(Y, P) columns."""
        shape = self.labels.years, len(self.labels.programmes)
        return self.selections.size + np.arange(shape[0] * shape[1]).reshape(shape)

    @cached_property
    def carried(self) -> Indices:
        """(Y, P, D) columns of what is carried out of each year."""
        found = np.empty((*self.budgets.shape, self.draws), dtype=np.intp)
        free = self.selections.size + self.budgets.size + self.ahead
        for row in range(found.shape[1]):
            own = 1 if self._spent(row).alike else self.draws
            found[:, row] = free + np.arange(len(found) * own).reshape(len(found), own)
            free += len(found) * own
        return found

    @property
    def size(self) -> int:
        """Columns in all."""
        return int(self.carried.max(initial=self.budgets.max() + self.ahead)) + 1

    def of(self, name: str, programme: str = TOTAL, award: str = "") -> Affine:
        """A measure of an award type, a programme or the portfolio.

        RequestError : there is no such line, or it does not rise in proportion to what is selected
        """
        level = measure(name).level
        if programme == TOTAL:
            if not measure(name).totals:
                raise RequestError(f"{name} does not add up over programmes: write {name}[PROGRAMME]")
            rows = list(range(len(self.labels.awards if level == "award" else self.labels.programmes)))
        elif programme not in self.labels.programmes:
            raise RequestError(f"{programme}: no such programme; there are {', '.join(self.labels.programmes)}")
        elif level == "programme":
            if award:
                raise RequestError(f"{name} is of programmes, not of award types: leave out {award}")
            rows = [self.labels.programmes.index(programme)]
        else:
            rows = self._award_rows(name, programme, award)
        return added([self._row(name, row, f"{programme}.{award}" if award else programme) for row in rows])

    def _award_rows(self, name: str, programme: str, award: str) -> list[int]:
        known = [row for row, (of, _) in enumerate(self.labels.awards) if of == programme]
        rows = [row for row in known if award in ("", self.labels.awards[row][1])]
        if not rows:
            names = ", ".join(self.labels.awards[row][1] for row in known)
            told = f"{programme} has no award type {award}; it has {names}" if names else f"{programme} has no awards"
            raise RequestError(told)
        if not award and len(rows) > 1 and not measure(name).sums:
            raise RequestError(f"{name} does not add up over award types: name one of {programme}")
        return rows

    def _row(self, name: str, row: int, where: str) -> Affine:
        if name in OF_MONEY:
            return self._money(name, row)
        if measure(name).level == "programme" and not self.awards[row] and name in ("spend", "fixed_costs"):
            return self._columns((1.0, self.budgets[:, row, None]))
        found = self.told[name]
        if not found.linear[row]:
            raise RequestError(f"{name}[{where}] does not exist or is not in proportion to selections: plan another")
        return Affine(found.base[:, row], found.slopes[:, row])

    def _spent(self, row: int) -> Affine:
        return Affine(self.told["spend"].base[:, row], self.told["spend"].slopes[:, row])

    def _money(self, name: str, row: int) -> Affine:
        """A measure of model.md section 5 of the programme in a row of P, nothing being short."""
        out = self.carried[:, row]
        into = np.concatenate([np.full((1, self.draws), NONE), out[:-1]])
        given = (1.0, np.broadcast_to(self.budgets[:, row, None], out.shape))
        if not self.awards[row]:
            return self._columns(given) if name == "budget" else self._columns()
        held = self._columns(given, (1.0, into))
        if name in ("budget", "carried_in", "carried_out", "shortfall"):
            columns = {"budget": (given,), "carried_in": ((1.0, into),), "carried_out": ((1.0, out),)}
            return self._columns(*columns.get(name, ()))
        if name == "available":
            commitments, fixed = (self._row(each, row, "") for each in ("commitments", "fixed_costs"))
            return (held - commitments - fixed).plus(-self.reserve[:, row])
        unspent = held - self._spent(row)
        return unspent - self._columns((1.0, out)) if name == "returned" else unspent

    def _columns(self, *columns: tuple[float, Indices]) -> Affine:
        years, draws = self.labels.years, self.draws
        wide = tuple((sign, np.broadcast_to(column, (years, draws))) for sign, column in columns)
        return Affine(np.zeros((years, draws)), np.zeros((years, self.selections.size, draws)), wide)

    @property
    def first_costs(self) -> Floats:
        """(S,) million yen that a selection costs in its own year, the mean over draws."""
        found = np.zeros(self.labels.years * len(self.labels.awards))
        spent = self.told["spend"].slopes.mean(axis=3)
        for programme in self.inputs.programmes:
            for year, of_year in enumerate(self.selections[:, programme.rows]):
                found[of_year] = spent[year, programme.row, of_year]
        return found

    @property
    def costs(self) -> Floats:
        """(S,) million yen that a selection costs in all years planned, the mean over draws; some money at least."""
        spent: Floats = self.told["spend"].slopes.mean(axis=3).sum(axis=(0, 1))
        return np.maximum(spent, AT_HAND)

    def at_hand(self, columns: Floats) -> Floats:
        """(Y, P) million yen that must be there where awards are selected that cost nothing yet.

        Where a programme has no money at all nobody is selected (model.md section 5).
        """
        needed = np.zeros(self.budgets.shape)
        free = (self.first_costs < NOTHING) & (columns[: self.selections.size] > NOTHING)
        for programme in self.inputs.programmes:
            some = free[self.selections[:, programme.rows]].any(axis=1)
            needed[some, programme.row] = AT_HAND
        return needed

    def penniless(self, totals: Floats) -> Flags:
        """(S,) selections that cost nothing yet, of years without any total (Y,): nobody is selected there."""
        without = np.repeat(totals < AT_HAND, len(self.labels.awards))
        return without & (self.first_costs < NOTHING)

    @cached_property
    def reserve(self) -> Floats:
        """(Y, P, D or 1) million yen kept back from new awards."""
        money = self.inputs.money
        return money.set_aside - money.fixed_costs
