"""What a plan is to do best, as people write it: sums of measures, targets, a smooth path."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator import quantities
from simulator.affine import Affine
from simulator.conditions import Condition
from simulator.errors import QuantityError, RequestError, quoted
from simulator.measures import TOTAL, measure
from simulator.planned import Planned

_TERM = re.compile(
    r"\s*(?:(?P<weight>[-+0-9.eE]+)\s*[*×]\s*)?(?P<measure>\w+)"
    r"\s*(?:\[\s*(?P<where>[^\],]+?)\s*(?:,\s*(?P<year>[^\]]+?)\s*)?\])?\s*"
)
_ONE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


@dataclass(frozen=True)
class Term:
    """`[WEIGHT *] MEASURE[PROGRAMME.AWARD, YEAR]`: in the year, or added up over the years shown."""

    text: str
    weight: float
    measure: str
    programme: str
    award: str
    year: int | None

    @classmethod
    def parse(cls, text: str) -> "Term":
        """Read a term; RequestError where the text is none."""
        match = _TERM.fullmatch(text)
        if match is None:
            raise RequestError(
                f"{quoted(text)} is no measure: write 'selected[overseas_fellowships]' or '2 * alumni[sicorp,2031]'"
            )
        kind = measure(match["measure"])
        where, _, award = (match["where"] or TOTAL).partition(".")
        if where == TOTAL and not kind.totals:
            raise RequestError(f"{quoted(text)}: {kind.id} does not add up over programmes: write {kind.id}[PROGRAMME]")
        try:
            year = quantities.year(match["year"]) if match["year"] else None
            weight = float(match["weight"] or 1.0)
        except (QuantityError, ValueError) as error:
            raise RequestError(f"{quoted(text)}: {error}") from error
        if weight == 0 or not np.isfinite(weight):
            raise RequestError(f"{quoted(text)}: a weight of {weight:g} says nothing: leave the aim out, or weigh it")
        return cls(text.strip(), weight, kind.id, where, award, year)

    def yearly(self, planned: Planned, years: range) -> Affine:
        """The measure in the years shown, unweighted."""
        if self.year is not None and self.year not in years:
            raise RequestError(f"{self.text}: FY{self.year} is not among FY{years.start}-FY{years.stop - 1}")
        rows = [planned.years.index(year) for year in years if self.year in (None, year)]
        return planned.of(self.measure, self.programme, self.award).years(rows)

    def summed(self, planned: Planned, years: range) -> Affine:
        """Weight times the measure, (1, D), added up over the years; RequestError for a stock of no one year."""
        if measure(self.measure).stock and self.year is None:
            example = (
                self.text.replace("]", f",{years.stop - 1}]")
                if "]" in self.text
                else f"{self.text}[total,{years.stop - 1}]"
            )
            raise RequestError(f"{self.text} is what there is at one time and does not add up: write {example}")
        yearly = self.yearly(planned, years)
        columns = tuple(
            (coefficient, column[[row]]) for coefficient, column in yearly.columns for row in range(len(column))
        )
        constant, slopes = yearly.constant.sum(axis=0, keepdims=True), yearly.slopes.sum(axis=0, keepdims=True)
        return Affine(constant, slopes, columns).times(self.weight)


@dataclass(frozen=True)
class Aims:
    """What is maximised (or with a negative weight minimised), or the targets that are kept near; then what is smooth.

    Without the first two a smooth path is sought among those that leave the least money unused.
    """

    maximise: tuple[Term, ...] = ()
    targets: tuple[Condition, ...] = ()
    smooth: tuple[Term, ...] = ()

    @classmethod
    def parse(
        cls,
        maximise: Sequence[str] = (),
        minimise: Sequence[str] = (),
        targets: Sequence[str] = (),
        smooth: Sequence[str] = (),
    ) -> "Aims":
        """Read aims as people write them; RequestError where there is none, or two that exclude each other."""
        terms = [Term.parse(text) for text in maximise]
        less = [Term.parse(text) for text in minimise]
        terms += [Term(f"-{each.text}", -each.weight, *vars_of(each)) for each in less]
        conditions = [Condition.parse(_ONE_EQUALS.sub("==", text)) for text in targets]
        for each in conditions:
            if each.sign != "==":
                raise RequestError(
                    f"--target {quoted(each.text)}: a target is one number: write MEASURE[PROGRAMME] = 305"
                )
        if bool(terms) and bool(conditions):
            raise RequestError("give either something to maximise or targets, not both")
        if not (terms or conditions or smooth):
            raise RequestError("say what is best: --maximise MEASURE[PROGRAMME], --target or --smooth")
        paths = [Term.parse(text) for text in smooth]
        for term in paths:
            if term.programme == TOTAL or term.year is not None:
                raise RequestError(f"--smooth {quoted(term.text)}: is the path of a programme: MEASURE[PROGRAMME]")
        return cls(tuple(terms), tuple(conditions), tuple(paths))

    @property
    def scale(self) -> tuple[float, float]:
        """The greatest weights, in size, of what is maximised and of what is smooth, 1 where nothing is."""
        most = (max((abs(each.weight) for each in terms), default=1.0) for terms in (self.maximise, self.smooth))
        return next(most), next(most)

    def scaled(self) -> "Aims":
        """The same with greatest weights of 1: a solver takes costs below its tolerance for nothing."""
        groups = zip((self.maximise, self.smooth), self.scale, strict=True)
        maximise, smooth = (tuple(replace(each, weight=each.weight / by) for each in terms) for terms, by in groups)
        return Aims(maximise, self.targets, smooth)

    @property
    def measures(self) -> list[str]:
        """Measures that they are about."""
        terms, targets = (*self.maximise, *self.smooth), self.targets
        return [*(each.measure for each in terms), *(each.measure for each in targets)]

    @property
    def text(self) -> str:
        """The aims in one line."""
        told = [" + ".join(each.text for each in self.maximise), *(each.text for each in self.targets)]
        told += [f"smooth {each.text}" for each in self.smooth]
        return ", ".join(each for each in told if each)


def vars_of(term: Term) -> tuple[str, str, str, int | None]:
    """All of a term but its text and weight."""
    return term.measure, term.programme, term.award, term.year
