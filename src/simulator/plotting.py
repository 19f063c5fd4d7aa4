"""The job of plotting: scenarios are run, drawn where that is asked, and one figure of them is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from simulator.console import DONE, INTERRUPTED, Meter, say
from simulator.errors import RequestError
from simulator.options import Format
from simulator.printing import Page, require_known, warnings
from simulator.report import canvas, charts, saving
from simulator.running import Job

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simulator.draws import Sampled
    from simulator.labels import Words


@dataclass(frozen=True)
class Plot:
    """What is drawn and where it is saved: a kind of chart, of which programmes and years, in millimetres."""

    kind: str
    save: Path
    measure: str
    programmes: Sequence[str]
    years: str
    width: float

    def page(self, words: "Words") -> Page:
        """The page that asks of runs what the chart shows."""
        measure = self.measure or charts.MEASURES.get(self.kind, "spend")
        return Page(words, Format.CSV, (measure,), None, tuple(self.programmes), self.years, differences=False)


def plot(job: Job, wanted: Plot, words: "Words", sampled: "Sampled | None", *, quiet: bool) -> int:
    """Run, draw and save; the exit status."""
    if sampled and wanted.kind != charts.FAN:
        raise RequestError(f"--draws is for --kind {charts.FAN}: {wanted.kind} shows expected values, leave it out")
    if wanted.kind == charts.FAN and sampled is None:
        raise RequestError(f"--kind {charts.FAN} is of draws: add --draws 10000")
    saving.require_savable(wanted.save)
    page = wanted.page(words)
    runs, beside = job.simulated()
    page.view(runs, beside)
    require_known(page.measures, runs)
    if sampled:
        with Meter(words) as meter:
            runs, beside = page.drawn(runs, beside, sampled, [], meter)
    view = page.view(runs, beside)
    saved_as(wanted, words, lambda: charts.draw(view, wanted.kind, measure=wanted.measure, width=wanted.width))
    alike = None if sampled else beside  # draws have the figures of one measure alone, too few to call two identical
    for text in [] if quiet else warnings(page, runs, alike):
        say(text)
    return INTERRUPTED if any(each.drawn and each.drawn.done < each.drawn.sampled.draws for each in runs) else DONE


def saved_as(wanted: Plot, words: "Words", draw: "Callable[[], Figure]") -> None:
    """Draw in the house style and save; signs that no font has are said."""
    saving.require_savable(wanted.save)
    with catch_warnings(record=True) as noted, canvas.styled(words.language):
        simplefilter("always")
        saving.save(draw(), wanted.save)
    for sign in dict.fromkeys(str(each.message) for each in noted if each.category is UserWarning):
        say(f"warning: {sign}")  # one that neither font has
