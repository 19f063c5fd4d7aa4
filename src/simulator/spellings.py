r"""What the readers of quantities take, as patterns of JSON Schema: the readers' own grammar, for texts as typed.

A reader brings a text to one spelling before it matches it; a pattern has every spelling that keyboards write: both
cases, full width, each dash. Patterns may take what a reader refuses (`3,36`), never the reverse. They are read alike
by Python and by ECMAScript with its flag u: no named groups, no escapes but `\.` and `\u....`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from simulator import quantities as q
from simulator import texts
from simulator.errors import QuantityError
from simulator.fields import CORRELATION
from simulator.quantities import Quantity
from simulator.values import MONTHS_OF_DURATION

_TYPED = (range(0x20, 0x7F), (0xA0, 0xA5), range(0x2010, 0x2016), range(0x2212, 0x2240), range(0x3000, 0x3100))
_FULL_WIDTH = range(0xFF01, 0xFFE7)
_TOKEN = re.compile(
    r"(?P<group>\(\?P<\w+>)|(?P<as_it_is>\(\?[:!]|\{[0-9,]+\}|[()|*+?.])|\[(?P<any_of>[^]]+)\]|\\?(?P<letter>.)"
)
_SPAN = re.compile("([0-9])-([0-9])")


def _one_spelling(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter).casefold().translate(texts.ONE_SPELLING)


def _spellings() -> dict[str, str]:
    """Every typed letter under the one that readers see."""
    found: dict[str, str] = {}
    for letter in (chr(code) for codes in (*_TYPED, _FULL_WIDTH) for code in codes):
        found[_one_spelling(letter)] = found.get(_one_spelling(letter), "") + letter
    return found


SPELLINGS = _spellings()


def pattern(grammar: str) -> str:
    """JSON Schema pattern for what `grammar`, a regular expression for texts in one spelling, matches in full."""
    space = _class(" ")
    return f"^{space}*(?:{_typed(grammar)}){space}*$"


def _typed(grammar: str) -> str:
    return "".join(_translated(grammar))


def _translated(grammar: str) -> Iterator[str]:
    for token in _TOKEN.finditer(grammar):
        if token["group"]:
            yield "(?:"
        elif token["as_it_is"]:
            yield token["as_it_is"]
        elif token["any_of"]:
            yield _class(
                _SPAN.sub(lambda span: "".join(map(str, range(int(span[1]), int(span[2]) + 1))), token["any_of"])
            )
        else:
            yield _class(token["letter"])


def _class(letters: str) -> str:
    """What matches one of `letters`, however it is typed."""
    typed = sorted({spelling for letter in letters for spelling in letter + SPELLINGS.get(letter, "")})
    if len(typed) == 1 and typed[0] not in ".-":
        return typed[0]
    runs = [[*run] for _, run in groupby(enumerate(typed), lambda item: ord(item[1]) - item[0])]
    text = "".join(_span("".join(letter for _, letter in run)) for run in runs)
    return f"[{'-' if '-' in typed else ''}{text}]"


def _span(run: str) -> str:
    """Letters that follow one another, short."""
    if len(run) > 3:
        return f"{run[0]}-{run[-1]}"
    return "".join(f"\\u{ord(letter):04x}" if letter in "\u00a0\u3000" else letter for letter in run if letter != "-")


def _any_of(words: Mapping[str, object]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


def _measured(units: Mapping[str, object]) -> str:
    return f"{q.SIGN}? *{texts.NUMBER} *{_any_of(units)}"


_MINUS = "[-△▲]"
_PROPORTION = _any_of(q.PROPORTIONS)
_LEVEL = (
    f"{texts.NUMBER} *{_PROPORTION} *[増減]|{q.SIGN} *{texts.NUMBER} *{_PROPORTION}"
    f"|[0,.]+(?:e[+-]?[0-9]+)? *{_PROPORTION}"
)
_MONEY = q.MONEY_TEXT.pattern
TEXTS: Mapping[Quantity, str] = {
    q.MONEY: _MONEY,
    q.SIGNED_MONEY: _MONEY,
    q.SHARE: _measured(q.PROPORTIONS),
    q.LEVEL: _LEVEL,
    q.GROWTH: _measured(q.PROPORTIONS),
    q.COUNT: _measured(q.COUNTS),
    q.INDEX: _measured(q.PROPORTIONS),
    q.FACTOR: f"{_MINUS}? *{texts.NUMBER} *{_any_of(q.PROPORTIONS)}",
    q.ELASTICITY: _measured(q.PROPORTIONS),
    CORRELATION: _measured(q.PROPORTIONS),
    MONTHS_OF_DURATION: q.SPAN,
}
_UNITS = "".join(sorted({letter for word in (*q.SCALES, *q.COUNTS, " ¥円yen") for letter in word + word.upper()}))
_OVER_ALL = r"0*(?:10[1-9]|1[1-9][0-9]|[2-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)(?:\.[0-9]+)? *(?:%|percent|per cent)"
_YEAR = f"(?!(?:fy)? *(?!(?:19|20|21)[0-9][0-9]|2200)[0-9]){q.FISCAL_YEAR.pattern}"
_YEARS = f"{_YEAR}(?: *{q.THROUGH} *{_YEAR})?"

YEAR = pattern(_YEAR)
"""One fiscal year."""
PLAIN_YEAR = "^(?:FY ?)?(?:19|20|21)[0-9]{2}$"
"""One fiscal year as most people write it, which is nothing else."""
YEARS = pattern(_YEARS)
"""One fiscal year, or the first and the last."""
MONTH = pattern(_any_of(q.MONTHS))
DURATION = pattern(q.DURATION.pattern)
"""One duration, or the shortest and the longest."""
COLUMN = "^[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*$"
"""A name that cannot be a number."""
AFTER_COMMA = f"^(?:[0-9]{{1,3}}(?:[.][0-9]+)?|[0-9]{{3}}(?![0-9])[0-9.{_UNITS}]*)$"
"""A key that YAML makes of `3,363 百万円` in braces, which means the number."""


def quantity_text(quantity: Quantity) -> str:
    """Pattern of a quantity's texts, without those far beyond its bounds."""
    beyond = []
    if quantity.low >= 0:
        beyond.append(f"{q.YEN}? *{_MINUS} *{q.YEN}? *(?![0-9,.]*e-)[0,.]*[1-9]")
    if quantity.low == -1:
        beyond.append(f"{_MINUS} *{_OVER_ALL}|{_OVER_ALL} *減")
    if quantity.high == 1:
        beyond.append(f"[+]? *{_OVER_ALL}")
    return pattern("".join(f"(?!{text})" for text in beyond) + f"(?:{TEXTS[quantity]})")


def number(quantity: Quantity) -> dict[str, Any]:
    """Schema of a quantity: a number within the bounds, or a text; of a duration a text alone."""
    written = text_like(quantity_text(quantity), quantity.example)
    if not _takes(quantity, 1.0):
        return written
    high = quantity.high if _takes(quantity, quantity.high) else 1.0
    low = "exclusiveMinimum" if quantity.exclusive else "minimum"
    return {**written, "type": ["number", "string"], low: max(quantity.low, -high), "maximum": high}


def _takes(quantity: Quantity, value: float) -> bool:
    try:
        quantity.parse(value)
    except QuantityError:
        return False
    return True


def text_like(pattern: str, *examples: str) -> dict[str, Any]:
    """Schema of a text that a reader takes."""
    return {
        "type": "string",
        "pattern": pattern,
        "patternErrorMessage": f"cannot be read or is out of bounds: write {' or '.join(examples)}",
        "examples": [*examples],
    }
