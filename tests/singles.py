"""Replications of the event engine, and what they wrote down."""

from pathlib import Path
from typing import NamedTuple

import simulator as sim
from simulator.draws import Sampled, batches
from simulator.events.engine import Chance, Replication, replicate
from simulator.events.terms import portfolio as portfolio_of
from simulator.inputs import inputs_of
from simulator.leaves import Leaves


class Seen(NamedTuple):
    """An event in the journal: month since the first April, award, event, money."""

    month: int
    award: str
    event: str
    money: float


def replicated(scenario: Path | sim.Scenario, *, seed: int = 1, number: int = 0) -> Replication:
    """One replication with its journal."""
    loaded = scenario if isinstance(scenario, sim.Scenario) else sim.load(scenario)
    (batch,) = batches([loaded], Sampled(number + 1, seed))
    read = portfolio_of(Leaves(batch, number, number + 1), 0)
    lead = inputs_of(batch, number, number + 1).lead
    return replicate(read, Chance(seed, number), lead=lead, journal=True)


def journal(found: Replication, award: str = "") -> list[Seen]:
    """Events in their order, of one award or of all."""
    return [Seen(e.month, e.award, e.event, e.money) for e in found.journal if award in ("", e.award)]
