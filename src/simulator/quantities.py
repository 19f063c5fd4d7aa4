"""Money, shares, durations and years as people write them -> numbers.

A number already typed (YAML's ``3363``) is taken in the quantity's own unit. A text is brought to one
spelling, matched by one grammar, computed in decimals and made a float once: ``33.63 億円`` is just 3363.0.
Whatever cannot be read is a QuantityError that quotes the value and says what to write instead.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from simulator.texts import INSTEAD, NUMBER, ONE_SPELLING, decimal, no, plain, refusal, said

LONGEST_DURATION = 1200  # months
FISCAL_YEARS = range(1900, 2201)
SCALES = {
    "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
    "億": 10**8, "十億": 10**9, "百億": 10**10, "千億": 10**11, "兆": 10**12,
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9, "tn": 10**12, "trillion": 10**12,
}  # fmt: skip
ONE, PERCENT = Decimal(1), Decimal("0.01")
PROPORTIONS = {"": ONE, "割": 10 * PERCENT} | dict.fromkeys(
    ("%", "percent", "per cent", "パーセント".translate(ONE_SPELLING)), PERCENT
)
COUNTS = dict.fromkeys(("", *"人名件", "person", "persons", "people", "project", "projects"), ONE) | {
    f"{scale}{counter}": Decimal(SCALES[scale]) for scale in ("千", "万") for counter in ("", *"人名件")
}
DAY, YEAR = 1 / Decimal("30.4375"), Decimal(12)  # months; a month is a twelfth of 365.25 days
PERIODS = {
    "day": DAY, "days": DAY, "日": DAY, "日間": DAY,
    "week": 7 * DAY, "weeks": 7 * DAY, "週": 7 * DAY, "週間": 7 * DAY,
    "month": ONE, "months": ONE, "year": YEAR, "years": YEAR, "年": YEAR, "年間": YEAR,
} | {f"{counter}月{span}": ONE for counter in "かカヵケヶ箇" for span in ("", "間")}  # fmt: skip
YEAR_ZERO = {"": 0, "fy": 0, "r": 2018, "令和": 2018, "h": 1988, "平成": 1988, "s": 1925, "昭和": 1925}
KANJI = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()  # noqa: SIM905 (shorter)
FROM_APRIL = "april may june july august september october november december january february march"
MONTHS = {
    spelling: place
    for place, name in enumerate(FROM_APRIL.split())
    for spelling in (name, name[:3], f"{(place + 3) % 12 + 1}月", f"{KANJI[(place + 3) % 12]}月")
} | {"sept": 5}


def _any_of(words: Mapping[str, object]) -> str:
    """Join words to a pattern that prefers the longest."""
    return "|".join(sorted(words, key=len, reverse=True))


SIGN, MINUS, YEN, THROUGH = "[-+△▲]", re.compile("[-△▲]"), "(?:¥|円|yen|jpy)", "(?:-|~|to)"
MEASURE = re.compile(rf"(?P<sign>{SIGN}?) *(?P<number>{NUMBER}) *(?P<unit>.*)")
TERM = re.compile(rf"({NUMBER}) *({_any_of(SCALES)}|)")
MONEY_TEXT = re.compile(
    rf"(?P<head>{YEN}? *{SIGN}?|{SIGN} *{YEN}) *"
    rf"(?P<terms>(?:{NUMBER} *(?:{_any_of(SCALES)}) *)*(?:{NUMBER})?) *(?P<tail>{YEN}?)"
)
FOREIGN = re.compile("[$€£₩元]|usd|eur|gbp|cny|krw|chf|dollar|ドル|ユーロ")
PROPORTION = re.compile("|".join(filter(None, PROPORTIONS)))
CHANGED = re.compile("(?P<size>[^-+△▲].*?) *(?P<way>[増減])")
SPAN_TERM = re.compile(rf"({NUMBER}) *({_any_of(PERIODS)}|)")
SPAN = rf"(?:{NUMBER} *(?:{_any_of(PERIODS)})(?:半| *{NUMBER} *(?:{_any_of(PERIODS)}))?|半年)"
DURATION = re.compile(rf"(?:(?P<low>{SPAN}|{NUMBER}) *{THROUGH} *)?(?P<high>{SPAN})")
FISCAL_YEAR = re.compile(
    rf"(?P<era>{_any_of(YEAR_ZERO)}) *(?P<number>[0-9]{{1,4}}|元|[一二三四五六七八九十]{{1,3}}) *(?:年度?)?"
)
YEAR_RANGE = re.compile(rf"(?P<first>.+?) *{THROUGH} *(?P<last>.+)")


@dataclass(frozen=True)
class Quantity:
    """A kind of number: how it is read, its unit and its bounds; ``exclusive`` leaves ``low`` itself out."""

    name: str
    unit: str
    read: Callable[[object], float]
    low: float
    high: float
    example: str
    exclusive: bool = False

    def parse(self, value: object) -> float:
        """Read and check a value as people write it: ``SHARE.parse("10%") == 0.1``; else QuantityError."""
        return self._within(self.read(value), value)

    def check(self, value: float) -> float:
        """Return the value, in ``unit``, if it is finite and within the bounds; else QuantityError."""
        return self._within(value, value)

    def _within(self, number: float, value: object) -> float:
        low, high = f"{self.low:g}", f"{self.high:g}"
        if not math.isfinite(number):
            why, bounds = "is not a finite number", ""
        elif self.exclusive and number <= self.low:
            why, bounds = f"is not above {low}", f" above {low}"
        elif number < self.low:
            why, bounds = f"is below {low}", f" from {low} up"
        elif number > self.high:
            why, bounds = f"is above {high}", f" up to {high}"
        else:
            return number + 0.0  # a negative zero would be printed as -0
        raise refusal(value, why, f"a number{bounds}, such as {self.example}")


def duration(value: object) -> tuple[float, float]:
    """Read fewest and most months: ``2 years`` is (24, 24), ``3-12 months`` (3, 12); else QuantityError."""
    match = DURATION.fullmatch(plain(value, "duration"))
    if match is None:
        raise no(value, "duration")
    low = high = _months(match["high"], value)
    if match["low"]:
        low = _months(match["low"], value, (SPAN_TERM.findall(match["high"]) or [("", "年")])[0][1])
    if low > high:
        raise refusal(value, "is reversed", "the shorter duration first, such as 3-12 months")
    if low <= 0 or high > LONGEST_DURATION:
        raise refusal(value, f"is not above 0 and up to {LONGEST_DURATION} months", INSTEAD["duration"])
    return low, high


def _months(span: str, value: object, unit: str = "") -> float:
    """Add up ``2 years 6 months`` or ``1年半``; a bare number is in ``unit``."""
    terms = [(decimal(digits, value), PERIODS[word or unit]) for digits, word in SPAN_TERM.findall(span)] or [
        (ONE, ONE)
    ]
    if span.startswith("半"):
        return float(YEAR / 2)
    if len(terms) > 1 and terms[0][1] <= terms[1][1]:
        raise no(value, "duration")  # 6 months 2 years
    half = terms[-1][1] / 2 if span.endswith("半") else 0
    return float(sum(size * period for size, period in terms) + half)


def year(value: object) -> int:
    """Read a fiscal year: ``2022``, ``FY2022``, ``R4`` and ``令和4年度`` are 2022; else QuantityError."""
    if isinstance(value, int) and value in FISCAL_YEARS:
        return int(value)
    return _fiscal_year(plain(value, "fiscal year"), value)


def years(value: object) -> tuple[int, int]:
    """Read the first and last year: ``R4-R13`` is (2022, 2031), ``R4`` (2022, 2022); else QuantityError."""
    noun = "range of years"
    if isinstance(value, int) and value in FISCAL_YEARS:
        return int(value), int(value)
    text = plain(value, noun)
    match = YEAR_RANGE.fullmatch(text)
    first, last = (match["first"], match["last"]) if match else (text, text)
    begin = _fiscal_year(first, value, noun)
    if match and re.fullmatch("[0-9]{1,2}", last):
        era = first.rstrip("0123456789元 ")
        meant = f"{first}-{era}{last}".upper() if YEAR_ZERO.get(era) else f"{begin}-{begin // 100}{last.zfill(2)}"
        raise refusal(value, "has a last year cut short", meant)
    end = _fiscal_year(last, value, noun)
    if begin > end:
        raise refusal(value, "is reversed", f"{end}-{begin}")
    return begin, end


def month(value: object) -> int:
    """Read a month's place in the fiscal year: ``April``, ``apr`` and ``4月`` are 0; else QuantityError."""
    text = plain(value, "month")
    if text not in MONTHS:
        raise no(value, "month")
    return MONTHS[text]


def _money(value: object) -> float:
    """Read million yen: ``33.63 億円``, ``33億6,300万円``, ``¥3.363bn`` and the bare ``3,363`` are 3363."""
    if (typed := _typed(value)) is not None:
        return typed
    text = plain(value, "amount of money")
    if FOREIGN.search(text):
        raise refusal(value, "is not in yen", "yen, such as 3,363 百万円")
    if PROPORTION.search(text):
        raise refusal(value, "is a share, not money", "an amount such as 3,363 百万円")
    match = MONEY_TEXT.fullmatch(text)
    terms = TERM.findall(match["terms"]) if match else []
    if match is None or not terms:
        raise no(value, "amount of money")
    if not (re.search(YEN, match["head"]) or match["tail"] or terms[-1][1]):
        if len(terms) > 1:
            raise no(value, "amount of money")  # 33億6,300: yen or, like every bare number, million yen?
        terms = [(terms[0][0], "million")]
    yen = _sum(terms, value)
    return float((-yen if MINUS.search(match["head"]) else yen) / SCALES["million"])


def _sum(terms: list[tuple[str, str]], value: object) -> Decimal:
    """Add up terms, each below the scale before it: 33億 + 6,300万, not 6,300万 + 33億."""
    total, limit = Decimal(0), Decimal("Infinity")
    for digits, word in terms:
        scale = SCALES.get(word, 1)
        term = decimal(digits, value) * scale
        if term >= limit:
            raise no(value, "amount of money")
        total, limit = total + term, Decimal(scale)
    return total


def _level(value: object) -> float:
    """Read a change against the base: ``+10%`` is 0.1; only a typed number may lack its sign."""
    changed = CHANGED.fullmatch(plain(value, "level change")) if isinstance(value, str) else None
    if changed:
        size = _measured(changed["size"], "level change", PROPORTIONS, limit=1)
        return size if changed["way"] == "増" else -size
    number = _measured(value, "level change", PROPORTIONS, limit=1)
    if isinstance(value, str) and number and not re.match(SIGN, plain(value, "level change")):
        raise refusal(value, "has no sign", f"+{said(value)} or -{said(value)}")
    return number


def _measured(
    value: object, noun: str, units: Mapping[str, Decimal], *, limit: float = math.inf, plus: bool = True
) -> float:
    """Read a number and its unit; without a unit up to ``limit``: a share of 10 means 10%; perhaps without ``plus``."""
    unit, number = "", _typed(value)
    if number is None:
        match = MEASURE.fullmatch(plain(value, noun))
        if match is None or match["unit"] not in units or (match["sign"] == "+" and not plus):
            raise no(value, noun)
        unit, size = match["unit"], decimal(match["number"], value)
        number = float(units[unit] * (-size if MINUS.match(match["sign"]) else size))
    if not unit and limit < abs(number) < math.inf:
        why = f"is above {limit:g}" if number > 0 else f"is below {-limit:g}"
        raise refusal(value, why, _meant(number, noun))
    return number


def _meant(number: float, noun: str) -> str:
    """What a number without a unit, too large for a share, may have meant: 5 is 5%, a change of 1.05 is +5%."""
    if abs(number) > 100:
        return INSTEAD[noun]
    sign = "+" if noun == "level change" else ""
    per_cent = (number - 1) * 100 if 1 < number < 2 and noun != "share" else number
    return f"{per_cent:{sign}.12g}% or {per_cent / 100:{sign}.12g}"


def _fiscal_year(text: str, value: object, noun: str = "fiscal year") -> int:
    match = FISCAL_YEAR.fullmatch(text)
    if match is None:
        raise no(value, noun)
    era, digits = match["era"], match["number"]
    number = int(digits) if digits.isdecimal() else _from_kanji(digits)
    if era == "fy" and len(digits) == 2:
        raise refusal(value, "is no fiscal year", f"FY20{digits}")
    if number not in (range(1, 100) if YEAR_ZERO[era] else FISCAL_YEARS):
        raise no(value, noun)
    return YEAR_ZERO[era] + number


def _from_kanji(text: str) -> int:
    """Read 元, 四 or 三十一, the years of eras; 0 for what is none of them."""
    if text == "元":
        return 1
    tens, ten, ones = text.rpartition("十")
    digits = {"": 0} | {numeral: place for place, numeral in enumerate(KANJI[:9], 1)}
    if tens not in digits or ones not in digits:
        return 0
    return (digits[tens] or 1) * 10 * bool(ten) + digits[ones]


def _typed(value: object) -> float | None:
    """Return what YAML or Python has already made a number; None for anything else, a bool included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf  # refused with the other infinities


_share, _growth = (partial(_measured, noun=noun, units=PROPORTIONS, limit=1) for noun in ("share", "growth rate"))
_count, _number = partial(_measured, noun="count", units=COUNTS), partial(_measured, noun="number", units=PROPORTIONS)

MONEY = Quantity("money", "million_yen", _money, 0, 1e12, "3,363 百万円")
SIGNED_MONEY = Quantity("change in money", "million_yen", _money, -1e12, 1e12, "△200 百万円")
SHARE = Quantity("share", "share", _share, 0, 1, "10%")
LEVEL = Quantity("level change", "share", _level, -1, 1e3, "+10%")
GROWTH = Quantity("growth rate", "share", _growth, -1, 10, "1%", exclusive=True)
COUNT = Quantity("count", "count", _count, 0, 1e12, "4,000")
INDEX = Quantity("index", "ratio", _number, 0, 1e6, "1.05", exclusive=True)
FACTOR = Quantity("factor", "ratio", partial(_measured, noun="factor", units=PROPORTIONS, plus=False), 0, 1e6, "1.1")
ELASTICITY = Quantity("elasticity", "ratio", _number, -10, 10, "0.3")
