"""Inputs of sweeps in words: what they are of, and their values with units."""

from simulator.quantities import Quantity
from simulator.report.sheets import View, full_label


def input_label(view: View, name: str) -> str:
    """An input: labels of its programme and award type, then the keys of the file."""
    keys = name.split(".")
    if keys[0] != "programmes" or len(keys) < 3:
        return name
    award = keys[3] if keys[2] == "awards" and len(keys) > 4 else ""
    rest = ".".join(keys[4:] if award else keys[2:])
    return f"{full_label(view, keys[1], award) if award else view.programme_label(keys[1])}: {rest}"


def input_value(view: View, value: float, quantity: Quantity) -> str:
    """A value of an input with its unit."""
    if quantity.unit == "share":
        return f"{100.0 * value + 0.0:{'+' if quantity.name == 'level change' and value else ''}.4g} %"
    unit = view.words.sections["sweep"].get(quantity.unit, "")
    return f"{value:,.6g} {unit}".strip()
