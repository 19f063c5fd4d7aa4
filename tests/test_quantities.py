"""Quantities: every expected number is worked by hand, every refusal says what to write instead."""

import math
import pickle
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import quantities
from simulator.errors import QuantityError
from simulator.quantities import COUNT, GROWTH, INDEX, LEVEL, MONEY, SHARE, SIGNED_MONEY, Quantity

QUANTITIES = [MONEY, SIGNED_MONEY, SHARE, LEVEL, GROWTH, COUNT, INDEX]
READERS: list[Callable[[object], object]] = [
    *(quantity.parse for quantity in QUANTITIES),
    quantities.duration,
    quantities.year,
    quantities.years,
    quantities.month,
]


@pytest.mark.parametrize(
    ("written", "million_yen"),
    [
        (3363, 3363.0),
        (33.63, 33.63),
        (0, 0.0),
        ("3,363", 3363.0),
        ("３，３６３", 3363.0),
        ("3363", 3363.0),
        (".5", 0.5),
        ("3,363 百万円", 3363.0),
        ("3,363百万円", 3363.0),
        ("３，３６３　百万円", 3363.0),
        ("  3,363\u00a0百万円 ", 3363.0),
        ("33.63 億円", 3363.0),
        ("33.63億", 3363.0),
        ("24.22 億円", 2422.0),
        ("3.363e9 円", 3363.0),
        ("3.363E9円", 3363.0),
        ("440 千円", 0.44),
        ("44 万円", 0.44),
        ("1,760 百万円", 1760.0),
        ("18 億円", 1800.0),
        ("1.2兆円", 1_200_000.0),
        ("2千万円", 20.0),
        ("3十億円", 3000.0),
        ("5,000 円", 0.005),
        ("33億6,300万円", 3363.0),
        ("33億6,300万", 3363.0),
        ("1兆 2,000億 円", 1_200_000.0),
        ("33億6,300万5,000円", 3363.005),
        ("3363 million yen", 3363.0),
        ("3,363 Million Yen", 3363.0),
        ("0.3 million yen", 0.3),
        ("0.3 million", 0.3),
        ("3.4 billion yen", 3400.0),
        ("440 thousand yen", 0.44),
        ("440k yen", 0.44),
        ("¥440k", 0.44),
        ("¥3.363bn", 3363.0),
        ("￥3.363bn", 3363.0),
        ("¥3,363m", 3363.0),
        ("¥3,363 million", 3363.0),
        ("JPY 3,363 million", 3363.0),
        ("3,363 million JPY", 3363.0),
        ("¥3,363", 0.003363),
        ("+5 百万円", 5.0),
        ("-0", 0.0),
    ],
)
def test_money_is_million_yen(written: object, million_yen: float) -> None:
    assert MONEY.parse(written) == million_yen
    assert SIGNED_MONEY.parse(written) == million_yen


@pytest.mark.parametrize(
    ("written", "million_yen"),
    [
        ("△5 百万円", -5.0),
        ("▲5", -5.0),
        ("−5", -5.0),
        ("－５ 百万円", -5.0),
        ("-¥5m", -5.0),
        ("¥-5m", -5.0),
        ("¥△5m", -5.0),
        ("▲33億6,300万円", -3363.0),
        (-5, -5.0),
    ],
)
def test_only_a_change_in_money_is_negative(written: object, million_yen: float) -> None:
    assert SIGNED_MONEY.parse(written) == million_yen
    with pytest.raises(QuantityError, match="is below 0: write a number from 0 up, such as 3,363 百万円"):
        MONEY.parse(written)


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("10%", 0.1),
        ("10 %", 0.1),
        ("10％", 0.1),
        ("１０％", 0.1),
        ("10 percent", 0.1),
        ("0.1 %", 0.001),
        ("0.1", 0.1),
        ("1割", 0.1),
        ("+10%", 0.1),
        ("7%", 0.07),
        ("100%", 1.0),
        (0.1, 0.1),
        (0, 0.0),
        (1, 1.0),
        ("98パーセント", 0.98),
        ("98 per cent", 0.98),
    ],
)
def test_shares(written: object, share: float) -> None:
    assert SHARE.parse(written) == share


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("+10%", 0.1),
        ("-10%", -0.1),
        ("−10％", -0.1),
        ("△5%", -0.05),
        ("+0.1", 0.1),
        ("+150%", 1.5),
        ("-100%", -1.0),
        ("0%", 0.0),
        ("0", 0.0),
        (0.1, 0.1),
        (-0.2, -0.2),
        (0, 0.0),
        ("10%増", 0.1),
        ("5 % 減", -0.05),
        ("１割増", 0.1),
    ],
)
def test_levels_show_their_sign(written: object, level: float) -> None:
    assert LEVEL.parse(written) == level


@pytest.mark.parametrize(
    ("written", "growth"),
    [("1%", 0.01), ("-1%", -0.01), ("+2%", 0.02), ("0.01", 0.01), ("▲1％", -0.01), (0.01, 0.01), (0, 0.0)],
)
def test_growth_needs_no_sign(written: object, growth: float) -> None:
    assert GROWTH.parse(written) == growth


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (305, 305.0),
        (2.5, 2.5),
        ("305", 305.0),
        ("4,000", 4000.0),
        ("４，０００", 4000.0),
        ("4,000 人", 4000.0),
        ("4,000人", 4000.0),
        ("12 名", 12.0),
        ("7件", 7.0),
        ("305 persons", 305.0),
        ("1 person", 1.0),
        ("305 people", 305.0),
        ("12.5 projects", 12.5),
        ("1万人", 10000.0),
        ("4千人", 4000.0),
        ("1.2万", 12000.0),
    ],
)
def test_counts(written: object, count: float) -> None:
    assert COUNT.parse(written) == count


@pytest.mark.parametrize(("written", "index"), [(1.15, 1.15), (2, 2.0), ("1.15", 1.15), ("115%", 1.15)])
def test_indices(written: object, index: float) -> None:
    assert INDEX.parse(written) == index


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("24 months", (24, 24)),
        ("1 month", (1, 1)),
        ("24 Months", (24, 24)),
        ("２４か月", (24, 24)),
        ("24ヶ月", (24, 24)),
        ("24カ月", (24, 24)),
        ("24ヵ月間", (24, 24)),
        ("24箇月", (24, 24)),
        ("1 year", (12, 12)),
        ("2 years", (24, 24)),
        ("1.5 years", (18, 18)),
        ("2年", (24, 24)),
        ("2年間", (24, 24)),
        ("2 weeks", (14 / 30.4375, 14 / 30.4375)),
        ("2週間", (14 / 30.4375, 14 / 30.4375)),
        ("14 days", (14 / 30.4375, 14 / 30.4375)),
        ("14日", (14 / 30.4375, 14 / 30.4375)),
        ("1-3 weeks", (7 / 30.4375, 21 / 30.4375)),
        ("3-12 months", (3, 12)),
        ("3–12 months", (3, 12)),
        ("3〜12か月", (3, 12)),
        ("3～12か月", (3, 12)),
        ("3 to 12 months", (3, 12)),
        ("3 months - 1 year", (3, 12)),
        ("3 months to 1 year", (3, 12)),
        ("3か月〜1年", (3, 12)),
        ("1,200 months", (1200, 1200)),
        ("2年6か月", (30.0, 30.0)),
        ("2 years 6 months", (30.0, 30.0)),
        ("1年半", (18.0, 18.0)),
        ("半年", (6.0, 6.0)),
        ("半年〜1年半", (6.0, 18.0)),
        ("1-2年6か月", (12.0, 30.0)),
    ],
)
def test_durations_are_months(written: str, months: tuple[float, float]) -> None:
    assert quantities.duration(written) == months


@pytest.mark.parametrize(
    ("written", "year"),
    [
        (2022, 2022),
        (1900, 1900),
        (2200, 2200),
        ("2022", 2022),
        ("FY2022", 2022),
        ("FY 2022", 2022),
        ("fy2022", 2022),
        ("ＦＹ２０２２", 2022),
        ("2022年度", 2022),
        ("2022年", 2022),
        ("R4", 2022),
        ("R04年度", 2022),
        ("令和4年度", 2022),
        ("令和 ４ 年度", 2022),
        ("令和元年度", 2019),
        ("H26", 2014),
        ("平成26年度", 2014),
        ("平成元年", 1989),
        ("S57", 1982),
        ("昭和57", 1982),
        ("令和四年度", 2022),
        ("平成三十一年", 2019),
        ("昭和六十年度", 1985),
    ],
)
def test_fiscal_years(written: object, year: int) -> None:
    assert quantities.year(written) == year
    assert quantities.years(written) == (year, year)


@pytest.mark.parametrize(
    "written",
    ["2022-2031", "FY2022–FY2031", "R4-R13", "2022 to 2031", "令和4年度〜令和13年度", "２０２２～２０３１"],
)
def test_ranges_of_years(written: str) -> None:
    assert quantities.years(written) == (2022, 2031)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("april", 0),
        ("April", 0),
        ("APR", 0),
        ("4月", 0),
        ("may", 1),
        ("sep", 5),
        ("december", 8),
        ("１２月", 8),
        ("jan", 9),
        ("1月", 9),
        ("march", 11),
        ("3月", 11),
        ("四月", 0),
        ("十二月", 8),
        ("Sept", 5),
    ],
)
def test_months_count_from_april(written: str, place: int) -> None:
    assert quantities.month(written) == place


@pytest.mark.parametrize(
    ("read", "written", "message"),
    [
        (MONEY.parse, -3, "-3 is below 0: write a number from 0 up, such as 3,363 百万円"),
        (
            MONEY.parse,
            "3,36",
            "3,36 has a comma that parts no thousands: write 3.36, or groups of three as in 3,363",
        ),
        (MONEY.parse, "$5m", "$5m is not in yen: write yen, such as 3,363 百万円"),
        (MONEY.parse, "5 USD", "5 USD is not in yen: write yen, such as 3,363 百万円"),
        (MONEY.parse, "10%", "10% is a share, not money: write an amount such as 3,363 百万円"),
        (MONEY.parse, "1e999", "1e999 is not a finite number: write a number, such as 3,363 百万円"),
        (MONEY.parse, True, "true is no amount of money: write 3,363 百万円, 33.63 億円 or ¥3.363bn"),
        (MONEY.parse, {}, "a mapping is no amount of money: write 3,363 百万円, 33.63 億円 or ¥3.363bn"),
        (COUNT.parse, None, "an empty value is no count: write 4,000 or 4,000 人"),
        (COUNT.parse, " ", "an empty value is no count: write 4,000 or 4,000 人"),
        (SHARE.parse, 10, "10 is above 1: write 10% or 0.1"),
        (SHARE.parse, "25", "25 is above 1: write 25% or 0.25"),
        (SHARE.parse, 1000, "1000 is above 1: write 10% or 0.1"),
        (SHARE.parse, "150%", "150% is above 1: write a number up to 1, such as 10%"),
        (SHARE.parse, "-5%", "-5% is below 0: write a number from 0 up, such as 10%"),
        (SHARE.parse, [1], "a list is no share: write 10% or 0.1"),
        (SHARE.parse, "1\x00\n%", "1\ufffd % is no share: write 10% or 0.1"),
        (SHARE.parse, "10²", "10² is no share: write 10% or 0.1"),
        (LEVEL.parse, "10%", "10% has no sign: write +10% or -10%"),
        (LEVEL.parse, 10, "10 is above 1: write +10% or +0.1"),
        (LEVEL.parse, "-101%", "-101% is below -1: write a number from -1 up, such as +10%"),
        (GROWTH.parse, "-100%", "-100% is not above -1: write a number above -1, such as 1%"),
        (GROWTH.parse, -2, "-2 is below -1: write -2% or -0.02"),
        (COUNT.parse, "x" * 100, "x" * 59 + "… is no count: write 4,000 or 4,000 人"),
        (INDEX.parse, 0, "0 is not above 0: write a number above 0, such as 1.05"),
        (quantities.duration, 24, "24 is no duration: write 24 months or 2 years"),
        (quantities.duration, "24", "24 is no duration: write 24 months or 2 years"),
        (quantities.duration, "0日", "0日 is not above 0 and up to 1200 months: write 24 months or 2 years"),
        (
            quantities.duration,
            "9-3 weeks",
            "9-3 weeks is reversed: write the shorter duration first, such as 3-12 months",
        ),
        (quantities.year, "FY22", "FY22 is no fiscal year: write FY2022"),
        (quantities.year, 22, "22 is no fiscal year: write 2022, FY2022 or R4"),
        (quantities.years, "2022-26", "2022-26 has a last year cut short: write 2022-2026"),
        (quantities.years, "R4–8", "R4–8 has a last year cut short: write R4-R8"),
        (quantities.years, ["2022"], "a list is no range of years: write 2022-2031, FY2022-FY2031 or R4-R13"),
        (LEVEL.parse, 1.05, "1.05 is above 1: write +5% or +0.05"),
        (GROWTH.parse, 1.02, "1.02 is above 1: write 2% or 0.02"),
        (SHARE.parse, "98,5%", "98,5% has a comma that parts no thousands: write 98.5, or groups of three as in 3,363"),
        (quantities.years, "2031-2022", "2031-2022 is reversed: write 2022-2031"),
        (quantities.years, "FY22-FY31", "FY22-FY31 is no fiscal year: write FY2022"),
        (quantities.month, 4, "4 is no month: write april, apr or 4月"),
    ],
)
def test_a_refusal_says_what_to_write(read: Callable[[object], object], written: object, message: str) -> None:
    with pytest.raises(QuantityError) as refusal:
        read(written)
    assert str(refusal.value) == message


OTHER_TYPES = [None, True, False, [], [1], (1, 2), {}, {"amount": 1}, {1}, b"1", object(), 1j, type]
OTHER_NUMBERS = [math.nan, math.inf, -math.inf, 10**400, -(10**5000)]
OTHER_TEXTS = [
    "nan", "NaN", "Infinity", "inf", "1e999", "1e9999", "0x10", "1_000", "1,00", "1,0000", "0,123", "1.2.3",
    "", " ", ",", "5,", "-", "+", "--", "--5", "e5", "¥", "円", "%", "²", "①", "½", "٣",
    "\x00", "1\n", "1\u200b", "\ud800", "9" * 201, "9" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("values", [OTHER_TYPES, OTHER_NUMBERS, OTHER_TEXTS], ids=["type", "number", "text"])
def test_nothing_else_is_read(read: Callable[[object], object], values: list[object]) -> None:
    for value in values:
        with pytest.raises(QuantityError):
            read(value)


@pytest.mark.parametrize(
    "written",
    [
        "1 oku yen",
        "6,300万33億円",
        "33億20,000万円",
        "33億1億円",
        "33億6,300",
        "1億億円",
        "5 5",
        "3 363",
        "€5",
        "5ドル",
        "5円円",
        "+△5",
        "1e9e9 円",
    ],
)
def test_amounts_that_are_unclear_are_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        SIGNED_MONEY.parse(written)


@pytest.mark.parametrize(
    "written",
    ["-3 months", "3-12", "3 months-", "101 years", "-", "1 year 2", "3△12 months", "2 fortnights", "6 months 2 years"],
)
def test_durations_that_are_unclear_are_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        quantities.duration(written)


@pytest.mark.parametrize(
    "written",
    [1899, 2201, 2022.0, "1899", "2201", "R0", "R100", "元年", "FY4", "22", "2022-31", "20220", "R-4"],
)
def test_years_that_are_unclear_are_refused(written: object) -> None:
    with pytest.raises(QuantityError):
        quantities.years(written)


@pytest.mark.parametrize("written", ["0月", "13月", "4", "ap", "aprill", "April 1"])
def test_months_that_are_unclear_are_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        quantities.month(written)


def test_check_takes_numbers_in_the_unit() -> None:
    assert LEVEL.check(10.0) == 10.0
    assert math.copysign(1.0, SHARE.check(-0.0)) == 1.0
    with pytest.raises(QuantityError, match=r"^1\.5 is above 1: write a number up to 1, such as 10%$"):
        SHARE.check(1.5)
    with pytest.raises(QuantityError, match="nan is not a finite number"):
        SIGNED_MONEY.check(math.nan)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_example_of_a_quantity_can_be_read(quantity: Quantity) -> None:
    assert quantity.low < quantity.parse(quantity.example) <= quantity.high


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_quantities_travel_to_worker_processes(quantity: Quantity) -> None:
    assert pickle.loads(pickle.dumps(quantity)).parse(quantity.example) == quantity.parse(quantity.example)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("part", ["9", "9,", "9億", "9 ", "1-", "9年", "元", " to "])
def test_refusing_takes_bounded_time(read: Callable[[object], object], part: str) -> None:
    start = time.process_time()
    with pytest.raises(QuantityError):
        read((part * 200)[:199] + "?")
    assert time.process_time() - start < 0.5


PIECES = [
    *"0123456789０１９,，.．eE+-−△▲¥￥$%％ 　\t\n〜–千万億兆円人件年月日元度か²½",
    *("百万", "million", "bn", "k", "yen", "jpy", "months", "years", "weeks", "to", "fy", "令和", "april"),
]
VALUES = st.one_of(
    st.text(),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.integers(),
    st.floats(),
    st.none() | st.booleans() | st.binary() | st.lists(st.integers()) | st.dates() | st.decimals(),
)


@settings(deadline=None)
@given(value=VALUES)
def test_any_value_is_a_number_within_bounds_or_a_refusal(value: object) -> None:
    for quantity in QUANTITIES:
        try:
            number = quantity.parse(value)
        except QuantityError as refusal:
            assert_one_line(refusal)
        else:
            assert type(number) is float
            assert quantity.low <= number <= quantity.high
            assert math.isfinite(number)


@settings(deadline=None)
@given(value=VALUES)
def test_any_value_is_a_time_or_a_refusal(value: object) -> None:
    for read in READERS[len(QUANTITIES) :]:
        try:
            read(value)
        except QuantityError as refusal:
            assert_one_line(refusal)


def assert_one_line(refusal: QuantityError) -> None:
    said, instead = str(refusal).split(": write ", maxsplit=1)
    assert str(refusal).isprintable()
    assert len(said) <= 60 + len(" is not above 0 and up to 1200 months")
    assert instead


@settings(deadline=None)
@given(million_yen=st.decimals(min_value=0, max_value=10**9, places=2))
def test_units_of_money_agree_to_the_last_bit(million_yen: object) -> None:
    expected = float(str(million_yen))
    assert MONEY.parse(str(million_yen)) == expected
    assert MONEY.parse(f"{million_yen:,} 百万円") == expected
    assert MONEY.parse(f"¥{million_yen:,} million") == expected
    assert MONEY.parse(f"{million_yen}e6 円") == expected
