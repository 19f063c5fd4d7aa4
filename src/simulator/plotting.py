"""The job of plotting: scenarios are run, drawn where that is asked, and one figure of them is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.console import DONE, INTERRUPTED, Meter, say
from simulator.errors import RequestError
from simulator.options import Format
from simulator.printing import Page, require_known, warnings
from simulator.report import canvas, charts, saving
from simulator.running import Job

if TYPE_CHECKING:
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
    with canvas.styled(words.language):
        figure = charts.draw(page.view(runs, beside), wanted.kind, measure=wanted.measure, width=wanted.width)
        saving.save(figure, wanted.save)
    for text in (
        [] if quiet else warnings(page, runs, None if sampled else beside)
    ):  # of draws, only some figures are there
        say(text)
    return INTERRUPTED if any(each.drawn and each.drawn.done < each.drawn.sampled.draws for each in runs) else DONE
