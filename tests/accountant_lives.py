"""How long the accountant's awards live: one start of a cohort, walked month by month; model.md section 2."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import ceil

from simulator.award_types import Award
from simulator.values import StartMonths, Stay


@dataclass(frozen=True)
class Terms:
    """The life terms of a cohort: how long awards last, when they start, what share ends early in a year."""

    stay: Stay
    months: StartMonths
    ending: float


@dataclass
class LifeYear:
    """What becomes of one start in one fiscal year of its life; `in_place` after 31 March."""

    person_months: float = 0.0
    exits: float = 0.0
    completions: float = 0.0
    in_place: float = 0.0


def stay_of(award: Award, start: int) -> Stay:
    """How long awards that start in a year last: their duration, or until one of the two ends of a renewal."""
    if award.renewal is None:
        assert award.duration is not None
        return award.duration.at(start)
    after, until = award.renewal.after.at(start), award.renewal.until.at(start)
    share = award.renewal.share.at(start)
    return Stay(((after, after, 1 - share), (until, until, share)))


def longest_stay(award: Award) -> float:
    """Months that no award of the type outlasts, whatever its year of start."""
    if award.renewal is not None:
        return max(months for _, months in award.renewal.until.steps)
    assert award.duration is not None
    return max(longest for _, stay in award.duration.steps for _, longest, _ in stay.ranges)


def lasts_beyond(stay: Stay, months: float) -> float:
    """Probability that an award lasts longer than `months`."""
    probability = 0.0
    for shortest, longest, share in stay.ranges:
        if months < shortest:
            probability += share
        elif months < longest:
            probability += share * (longest - months) / (longest - shortest)
    return probability


def part_of_month(stay: Stay, month: int) -> float:
    """Expected part of an award month in place if nothing ends early: the probability of lasting, integrated.

    Between the ends of the ranges that probability is a straight line, so that width × middle is exact.
    """
    ends = {end for shortest, longest, _ in stay.ranges for end in (shortest, longest)}
    cuts = [month, *sorted(end for end in ends if month < end < month + 1), month + 1]
    return sum((b - a) * lasts_beyond(stay, (a + b) / 2) for a, b in pairwise(cuts))


@cache
def life(terms: Terms) -> list[LifeYear]:
    """The life of one start by fiscal year since its start, each start month walked month by month."""
    longest = max(longest for _, longest, _ in terms.stay.ranges)
    years = [LifeYear() for _ in range(ceil(longest / 12) + 1)]
    for first_month, weight in [(place, weight) for place, weight in enumerate(terms.months) if weight]:
        for month in range(ceil(longest)):
            year = years[(first_month + month) // 12]
            kept = (1 - terms.ending) ** (month / 12)
            kept_next = (1 - terms.ending) ** ((month + 1) / 12)
            here, here_next = lasts_beyond(terms.stay, month), lasts_beyond(terms.stay, month + 1)
            year.person_months += weight * part_of_month(terms.stay, month) * kept
            year.exits += weight * (here * kept - here_next * kept_next)
            year.completions += weight * (here - here_next) * kept
            if (first_month + month) % 12 == 11:  # March
                year.in_place += weight * here_next * kept_next
    return years


def extension_life(months: float) -> list[LifeYear]:
    """The life of one extension by fiscal year since it began, in any month alike; none ends early."""
    return life(Terms(Stay(((months, months, 1.0),)), (1 / 12,) * 12, 0.0))
