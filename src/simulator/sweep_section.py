"""What a scenario says of sweeps: levers, uncertainties and outcomes, as the command line has them."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from simulator import values
from simulator.fields import Strict


class SweepSection(Strict):
    """What `simulate sweep` varies and looks at; it changes no run."""

    levers: Annotated[tuple[str, ...], BeforeValidator(values.several)] = Field(
        default=(),
        description="What one may choose, as --vary has it: 'budget.level=-20%:+20%:41', 'PATH=LOW:HIGH', 'PATH=a, b'.",
    )
    uncertainties: Annotated[tuple[str, ...], BeforeValidator(values.several)] = Field(
        default=(),
        description="What one does not know: paths of uncertain inputs, or ranges as of levers; a grid leaves them.",
    )
    outcomes: Annotated[tuple[str, ...], BeforeValidator(values.several)] = Field(
        default=(), description="What is looked at: selected, 'shortfall[total]', 'selected[sicorp, 2026]'."
    )
