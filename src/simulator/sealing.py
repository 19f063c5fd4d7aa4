"""Results that stay as they were made: their arrays cannot be written to, nor their mappings."""

from dataclasses import fields
from types import MappingProxyType
from typing import Any

import numpy as np


class Sealed:
    """Base of frozen dataclasses: their arrays and mappings are frozen too."""

    def __post_init__(self) -> None:
        """Freeze what the fields hold."""
        of: Any = self
        for field in fields(of):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            elif isinstance(value, dict):
                object.__setattr__(self, field.name, MappingProxyType(value))
