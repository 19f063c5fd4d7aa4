"""Texts as people write them, brought to one spelling, and refusals that quote them."""

import re
import unicodedata
from decimal import Decimal

from simulator.errors import LONGEST_QUOTE, QuantityError, printable

LONGEST_TEXT = 200  # characters, which bounds the time to refuse
INSTEAD = {
    "amount of money": "3,363 百万円, 33.63 億円 or ¥3.363bn",
    "share": "10% or 0.1",
    "level change": "+10% or -10%",
    "growth rate": "1% or 0.01",
    "count": "4,000 or 4,000 人",
    "number": "1.05 or 105%",
    "factor": "1.1 or 110%",
    "duration": "24 months or 2 years",
    "fiscal year": "2022, FY2022 or R4",
    "range of years": "2022-2031, FY2022-FY2031 or R4-R13",
    "month": "april, apr or 4月",
}

# Commas are matched wherever they stand, so that `decimal` can say what is wrong with them.
NUMBER = r"(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?"
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,])")
ONE_SPELLING = str.maketrans(dict.fromkeys("−‐–—―ー", "-") | dict.fromkeys("〜∼", "~"))


def decimal(digits: str, value: object) -> Decimal:
    """Read digits; QuantityError if their commas do not part thousands."""
    if "," in digits and not THOUSANDS.match(digits):
        point = digits.replace(",", ".") if digits.count(",") == 1 and "." not in digits else "336 or 3.36"
        raise refusal(value, "has a comma that parts no thousands", f"{point}, or groups of three as in 3,363")
    return Decimal(digits.replace(",", ""))


def plain(value: object, noun: str) -> str:
    """Bring a text to one spelling: lower case, half width, one dash; QuantityError if none or too long."""
    if not isinstance(value, str) or not value.strip():
        raise no(value, noun)
    if len(value) > LONGEST_TEXT:
        raise refusal(value, f"is longer than {LONGEST_TEXT} characters", INSTEAD[noun])
    return "".join(map(_half_width, value)).casefold().translate(ONE_SPELLING).strip(" ")


def _half_width(character: str) -> str:
    half = unicodedata.normalize("NFKC", character)
    # ² and ⑩ become digits too: 10² would be read as 102
    return character if re.search("[0-9]", half) and not character.isdecimal() else half


def said(value: object) -> str:
    """Quote a value as its writer knows it, on one printable line of 60 characters at most."""
    kind = type(value).__name__
    told = {"list": "a list", "dict": "a mapping"}.get(kind, f"a value of type {kind}")
    if value is None or (isinstance(value, str) and not value.strip()):
        told = "an empty value"
    elif isinstance(value, bool):
        told = str(value).lower()
    elif isinstance(value, int):
        told = str(value) if value.bit_length() <= 1024 else "a number of over 300 digits"  # str refuses 4300
    elif isinstance(value, float):
        told = f"{value:.12g}"
    elif isinstance(value, str):
        told = value.strip()
    return printable(told, LONGEST_QUOTE)


def refusal(value: object, why: str, instead: str) -> QuantityError:
    """Error that quotes a value, says why it is refused and what to write instead."""
    return QuantityError(f"{said(value)} {why}: write {instead}")


def no(value: object, noun: str) -> QuantityError:
    """Error that a value is none of its kind."""
    return refusal(value, f"is no {noun}", INSTEAD[noun])
