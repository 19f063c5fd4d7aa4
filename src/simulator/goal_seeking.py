"""Goal seek: the value of an input, or of several moved together, from which on conditions hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from simulator import proposing
from simulator.arrays import Floats
from simulator.conditions import Condition
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.levers import Lever, lever
from simulator.loading import Loadable, load, loaded
from simulator.scenario import Scenario
from simulator.sealing import Sealed
from simulator.statistics import Share
from simulator.trying import Trial, Tried

Seek = Literal["nearest", "lowest", "highest"]
"""Of all values that fulfil the conditions: the one nearest to the present, the lowest, or the highest."""

SCAN = 1025, 33
"""Points of the first scan, without draws and with: odd, so that the present value is among them."""
WITHIN, WITHIN_DRAWS = 64, 8
"""Points that a bracket is searched at in each step."""
RUNS = 1 << 18
"""Candidates times draws that a scan is kept below, as far as there are points left to scan."""
NARROW = 1e-9
"""Width of a bracket, as a share of the range to one side, below which it is not searched further."""


@dataclass(frozen=True)
class Solution(Sealed):
    """What a goal seek found.

    Attributes
    ----------
    values : by lever, the value found; where there is none, the one that comes closest
    solved : whether the conditions hold there, with the chance asked for
    chance, present_chance : share of the draws in which they hold there and at present, 0 or 1 without draws
    required : the chance asked for, 1 without draws
    gap : the greatest gap to a condition that is left, as a share of its value
    levels, present_levels : (C, Y) what each condition is about, there and at present; means of draws
    """

    scenario: Scenario
    conditions: tuple[Condition, ...]
    levers: tuple[Lever, ...]
    values: tuple[float, ...]
    solved: bool
    chance: float
    present_chance: float
    required: float
    gap: float
    levels: Floats
    present_levels: Floats
    sampled: Sampled | None

    @property
    def years(self) -> range:
        """The years shown."""
        return Trial(self.scenario, self.conditions).years

    @property
    def settings(self) -> tuple[str, ...]:
        """What the solution sets, as `--set` takes it."""
        return tuple(f"{each.path}={each.written(value)}" for each, value in zip(self.levers, self.values, strict=True))


def solve(  # noqa: PLR0913 (options, each by keyword)
    scenario: Loadable,
    *,
    vary: str | Sequence[str],
    until: str | Sequence[str],
    seek: Seek = "nearest",
    chance: float | None = None,
    sampled: Sampled | None = None,
) -> Solution:
    """Find the value of an input for which conditions hold, in every year shown or the one that they name.

    The range is scanned at 1,025 points (33 and more with draws), and the bracket of the solution narrowed to a
    billionth of it, so that nothing is taken to rise or fall steadily but between two neighbouring points. The value is
    rounded towards the side that fulfils the conditions, to a millionth of the range. Several inputs move together:
    each by the same share of its way from the present value to the end of its range.

    Parameters
    ----------
    vary : `PATH` or `PATH=LOW:HIGH`, one or several
    until : conditions, all of which must hold
    seek : which of all solutions; `nearest` is the present value where that is one
    chance : share of the draws in which the conditions must hold, with `sampled`

    Raises
    ------
    RequestError : no such input, measure or year, or a chance without draws

    """
    found = loaded(scenario)
    levers = tuple(lever(text, found) for text in ([vary] if isinstance(vary, str) else vary))
    conditions = tuple(Condition.parse(text) for text in ([until] if isinstance(until, str) else until))
    _require_asked(levers, conditions, chance, sampled)
    search = _Search(Trial(found, conditions, sampled), levers, 1.0 if chance is None else chance)
    position, values = search.best(seek)
    there = search.tried({each.path: np.array([value]) for each, value in zip(levers, values, strict=True)})
    present = search.at(np.zeros(1))
    return Solution(
        scenario=found,
        conditions=conditions,
        levers=levers,
        values=values,
        solved=position is not None,
        chance=float(there.chances[0]),
        present_chance=float(present.chances[0]),
        required=search.required,
        gap=float(there.gaps[0]),
        levels=there.levels[..., 0],
        present_levels=present.levels[..., 0],
        sampled=sampled,
    )


def _require_asked(
    levers: Sequence[Lever], conditions: Sequence[Condition], chance: float | None, sampled: Sampled | None
) -> None:
    if not levers or not conditions:
        raise RequestError("a goal seek needs an input to move (--vary) and a condition (--until)")
    paths = [each.path for each in levers]
    for path in paths:
        if paths.count(path) > 1:
            raise RequestError(f"--vary {path}: is given twice")
    if (chance is None) != (sampled is None):
        raise RequestError("a chance is of draws, and draws are for a chance: give --chance and --draws together")
    if chance is not None and not 0 < chance <= 1:
        raise RequestError(f"--chance {chance:g}: write a share above 0 and up to 1, such as 0.9 or 90%")
    for each in conditions:
        if not each.is_possible:
            raise RequestError(f"{each.text}: can never hold: {each.measure} is never below 0")


@dataclass(frozen=True)
class _Search:
    """Positions along the levers' ranges, from -1 to 1, and what becomes of them."""

    trial: Trial
    levers: tuple[Lever, ...]
    required: float

    def tried(self, values: dict[str, Floats]) -> Tried:
        return self.trial.run(values)

    def at(self, positions: Floats) -> Tried:
        return self.tried({each.path: each.at(positions) for each in self.levers})

    def holds(self, positions: Floats) -> np.typing.NDArray[np.bool_]:
        fulfilled: np.typing.NDArray[np.bool_] = self.at(positions).chances >= self.required
        return fulfilled

    def best(self, seek: Seek) -> tuple[float | None, tuple[float, ...]]:
        """Position of the solution, None where there is none, and the values there or closest to one."""
        positions = self._grid()
        tried = self.at(positions)
        holds = tried.chances >= self.required
        if not holds.any():
            closest = np.lexsort((np.abs(positions), tried.gaps, -tried.chances))[0]
            return None, self._closest(float(positions[closest]))
        orders: dict[Seek, Callable[[], list[Floats]]] = {
            "lowest": lambda: [positions],
            "highest": lambda: [positions[::-1]],
            "nearest": lambda: [positions[positions <= 0][::-1], positions[positions >= 0]],
        }
        known = dict(zip(positions.tolist(), holds.tolist(), strict=True))
        found = [self._first(order, known) for order in orders[seek]()]
        before, after = min((each for each in found if each), key=lambda pair: abs(pair[1]) if seek == "nearest" else 0)
        return after, self._rounded(before, after)

    def _grid(self) -> Floats:
        """Positions of the first scan, the present among them."""
        draws = self.trial.sampled.draws if self.trial.sampled else 1
        most, least = SCAN
        half = min(max(RUNS // draws, least), most) // 2
        down = any(each.low != each.start for each in self.levers)
        up = any(each.high != each.start for each in self.levers)
        below = np.linspace(-1, 0, half + 1)[:-1] if down else np.empty(0)
        above = np.linspace(0, 1, half + 1)[1:] if up else np.empty(0)
        return np.concatenate([below, [0.0], above])

    def _first(self, order: Floats, known: dict[float, bool]) -> tuple[float, float] | None:
        """The first position in an order that fulfils the conditions, narrowed, with the last one before it."""
        place = next((place for place, position in enumerate(order) if known[float(position)]), None)
        if place is None:
            return None
        if place == 0:
            return float(order[0]), float(order[0])
        before, after = float(order[place - 1]), float(order[place])
        inside = WITHIN_DRAWS if self.trial.sampled else WITHIN
        while abs(after - before) > NARROW:
            points = np.linspace(before, after, inside + 2)
            holds = self.holds(points[1:-1])
            first = int(np.argmax(holds)) if holds.any() else inside
            before, after = float(points[first]), float(points[first + 1])
        return before, after

    def _values(self, position: float) -> tuple[float, ...]:
        return tuple(float(each.at(np.array([position]))[0]) for each in self.levers)

    def _closest(self, position: float) -> tuple[float, ...]:
        """The values at a position, in few digits where they are of one lever and off its present value."""
        values = self._values(position)
        if len(values) > 1 or abs(position) in (0.0, 1.0):
            return values
        return (self.levers[0].rounded(values[0], up=values[0] < self.levers[0].start),)

    def _rounded(self, before: float, after: float) -> tuple[float, ...]:
        """The values of a solution in few digits, where they still are one."""
        values = self._values(after)
        if before == after:
            return values
        rising = [value > other for value, other in zip(values, self._values(before), strict=True)]
        for onward in (False, True):  # back, where it misses by a bit
            pairs = zip(self.levers, values, rising, strict=True)
            short = tuple(float(each.rounded(value, up=up == onward)) for each, value, up in pairs)
            inside = all(
                min(each.low, each.high) <= value <= max(each.low, each.high)
                for each, value in zip(self.levers, short, strict=True)
            )
            if inside and self._holds_at(short):
                return short
        return values

    def _holds_at(self, values: tuple[float, ...]) -> bool:
        tried = self.tried({each.path: np.array([value]) for each, value in zip(self.levers, values, strict=True)})
        return bool(tried.chances[0] >= self.required)


def propose(found: Solution, path: Path, *, name: str, description: str) -> Scenario:
    """Write a solution as a scenario that extends the one it is of, once the file itself fulfils the conditions.

    RequestError : there is no solution, the file cannot be written, or what it says does not fulfil the conditions
    """
    if not found.solved:
        raise RequestError("there is no solution to write")

    def judge(read: Scenario) -> None:
        tried = Trial(read, found.conditions, found.sampled).run({})
        if tried.chances[0] < found.required or not np.array_equal(tried.levels[..., 0], found.levels, equal_nan=True):
            raise RequestError(f"--save {path}: simulated from the file, the solution does not fulfil the conditions")

    base = proposing.base_of(found.scenario)
    proposed = load(base.path, settings=(*found.scenario.settings, *found.settings))
    return proposing.write(proposed, path, name=name, description=description, judge=judge)


def fresh_chance(found: Solution) -> Share:
    """Chance of a solution on as many other draws (the next seed)."""
    if found.sampled is None:
        raise RequestError("a chance is of draws: there were none")
    other = replace(found.sampled, seed=found.sampled.seed + 1)
    values = {each.path: np.array([value]) for each, value in zip(found.levers, found.values, strict=True)}
    chance = float(Trial(found.scenario, found.conditions, other).run(values).chances[0])
    return Share.of(round(chance * other.draws), other.draws)
