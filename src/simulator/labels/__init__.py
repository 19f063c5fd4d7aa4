"""Words for people, by language: the only text of tables and warnings."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from simulator.errors import printable
from simulator.fields import Label

ERAS = (("R", "令和", 2018), ("H", "平成", 1988), ("S", "昭和", 1925))
"""Japanese eras, the year before the first of each."""


@dataclass(frozen=True)
class Words:
    """The texts of one language: sections of the label file."""

    language: str
    sections: Mapping[str, Mapping[str, str]]

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Text of a key with its values filled in."""
        return self.sections[section][key].format(**values)

    def measure(self, name: str) -> str:
        """Name of a measure."""
        known = self.sections["measures"]
        if name in known:
            return known[name]
        kind = "unit_price" if name.startswith("unit_price_") else "starts_to"
        return known[kind].format(of=name.removeprefix("unit_price_").removeprefix("starts_"))

    def year(self, year: int) -> str:
        """Heading of a fiscal year."""
        return self("page", "year", **self.years(year))

    def short_year(self, year: int) -> str:
        """A fiscal year along an axis that says so."""
        return self("plot", "year", **self.years(year))

    def years(self, year: int, name: str = "year") -> dict[str, object]:
        """A fiscal year as texts name it: the year, its era in short (R4) and in full (令和4)."""
        short, full, zero = next((era for era in ERAS if year > era[-1]), ("", "", 0))
        number = year - zero
        first = "元" if zero and number == 1 else number
        return {name: year, f"{name}_era": f"{short}{number}", f"{name}_in_full": f"{full}{first}"}

    def label(self, label: Label, otherwise: str) -> str:
        """A label of a file in this language, the id where it has none; one line."""
        return printable((getattr(label, self.language) or label.en or otherwise).strip())


@cache
def words(language: str) -> Words:
    """The texts of a language, `en` or `ja`."""
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))


def language_of_locale() -> str:
    """`ja` where the environment's locale is Japanese, else `en`."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if locale.lower().startswith("ja") else "en"
