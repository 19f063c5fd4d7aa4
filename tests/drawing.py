"""Draws of a scenario's uncertain inputs, as the simulation takes them."""

from collections.abc import Callable
from pathlib import Path

import simulator as sim
from simulator import varied
from simulator.arrays import Floats
from simulator.sampling import Sampling

Write = Callable[..., Path]

AWARD = "programmes.line.awards.award"
GRANT = "costs: {grant: {amount: 1, per: start}}"


def inputs_drawn(
    scenario: sim.Scenario | Path | str, draws: int, *, seed: int = 1, sampling: Sampling = "random"
) -> dict[str, Floats]:
    """Values of every uncertain input by name, (D,) or (Y, D)."""
    document = (scenario if isinstance(scenario, sim.Scenario) else sim.load(scenario)).document
    (design,) = varied.designs([document], draws, seed, sampling)
    return {name: each.over(0, draws) for name, each in varied.drawn(document, design).items()}


def with_field(portfolio: Write, field: str, value: str) -> Path:
    """A portfolio whose `field`, of the award, of `economy` or of `budget`, has this value."""
    others = ["duration: 12 months", "plan: 10", "take_up: 90%"]
    kept = [other for other in others if not other.startswith(field)]
    amount, top = "1", ""
    if field == "amount":
        amount = value
    elif field in ("growth", "path"):
        top = f"economy: {{prices: {{{field}: {value}}}}}"
    elif field == "level":
        top = f"budget: {{level: {value}}}"
    else:
        kept.append(f"{field}: {value}")
    return portfolio(f"award: {{{', '.join(kept)}, costs: {{grant: {{amount: {amount}, per: start}}}}}}", top=top)
