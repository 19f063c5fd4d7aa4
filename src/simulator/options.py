"""The options of the command line: how each is written, and what help says of it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How tables are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"

    @property
    def for_people(self) -> bool:
        """Whether people read it, and not other programs."""
        return self in (Format.TABLE, Format.MARKDOWN)


class Table(StrEnum):
    """Tables beside the planners' page."""

    FLOWS = "flows"


class CheckFormat(StrEnum):
    """How what a check found is printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class CrosscheckFormat(StrEnum):
    """How the comparison of engines is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Sampling(StrEnum):
    """Designs of draws."""

    RANDOM = "random"
    LHS = "lhs"
    SOBOL = "sobol"


class Engine(StrEnum):
    """Engines of a run."""

    COHORT = "cohort"
    EVENTS = "events"


class Chart(StrEnum):
    """Kinds of plot."""

    AWARDS = "awards"
    MONEY = "money"
    FAN = "fan"
    COMMITMENTS = "commitments"
    BRIDGE = "bridge"
    TORNADO = "tornado"
    RESPONSE = "response"
    DISCOVERY = "discovery"


class Kind(StrEnum):
    """Kinds of file."""

    SCENARIO = "scenario"
    PORTFOLIO = "portfolio"


class Language(StrEnum):
    """Languages of tables and warnings."""

    EN = "en"
    JA = "ja"


def count(text: str) -> int:
    """A whole number from 0 up, perhaps with commas or as 1e6."""
    try:
        number = float(str(text).replace(",", "").replace("_", ""))
    except ValueError:
        number = -1.0
    if number < 0 or number != int(number):
        raise typer.BadParameter(f"{text} is no number of draws: write 10000")
    return int(number)


def several(text: str) -> int:
    """A whole number from 1 up, as `count`."""
    number = count(text)
    if number == 0:
        raise typer.BadParameter("0 is none: write 1 or more")
    return number


Files = Annotated[
    list[str], typer.Argument(metavar="SCENARIO.yaml...", help="Scenario files, or a shipped portfolio by its name.")
]
File = Annotated[str, typer.Argument(metavar="SCENARIO.yaml", help="A scenario file, or a shipped portfolio.")]
Measures = Annotated[
    list[str], typer.Option(metavar="ID", help="Show this measure instead of the planners' page; repeatable.")
]
Tables = Annotated[
    Table | None,
    typer.Option(help="Show the flow of money, state to agency to programme to award type.", show_default=False),
]
Programmes = Annotated[
    list[str], typer.Option(metavar="ID", help="Show this programme with its award types; repeatable.")
]
Years = Annotated[str, typer.Option(metavar="2022-2026", help="Show these fiscal years.", show_default=False)]
Settings = Annotated[list[str], typer.Option("--set", metavar="PATH=VALUE", help="Override one input; repeatable.")]
Overlays = Annotated[
    list[str], typer.Option(metavar="FILE", help="Lay what this scenario changes over the file; repeatable.")
]
Charts = Annotated[
    Chart,
    typer.Option(
        "--kind",
        help="awards by programme; money against the appropriation; fan of draws; commitments by year of selection; "
        "bridge from the parent; of a saved sweep: tornado, response curves, discovery.",
        show_choices=True,
    ),
]
Save = Annotated[
    Path, typer.Option(metavar="FILE", help="The file, which ends in .svg, .pdf or .png; one that is there goes.")
]
OneMeasure = Annotated[
    str,
    typer.Option(
        metavar="ID",
        help="Measure of awards, fan (selected) or bridge (spend); outcome of a sweep.",
        show_default=False,
    ),
]
Width = Annotated[float, typer.Option(metavar="MM", help="Width in millimetres.", min=60, max=1000)]
Year = Annotated[int, typer.Option(metavar="Y", help="Take the figure of this year apart, term by term.", min=0)]
SaveBridge = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Save the bridge as .svg, .pdf or .png.", show_default=False),
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings are errors.")]
Assumptions = Annotated[bool, typer.Option("--assumptions", help="List assumptions alone, with owner and expiry.")]
Baseline = Annotated[str, typer.Option(metavar="FILE", help="Take differences from this scenario.", show_default=False)]
Differences = Annotated[bool, typer.Option("--differences", help="Add rows of difference and ratio to csv and json.")]
Conditions = Annotated[
    list[str],
    typer.Option(metavar="CONDITION", help="Exit with 1 if it holds, of draws in any: 'shortfall > 0'; repeatable."),
]
Draws = Annotated[
    int, typer.Option(metavar="N", help="Draw uncertain inputs so often; 0 takes their expected values.", parser=count)
]
Seed = Annotated[int, typer.Option(metavar="N", help="Seed of the draws: the same one, the same figures.", min=0)]
Design = Annotated[Sampling, typer.Option("--sampling", help="How inputs are drawn.")]
Probabilities = Annotated[
    list[str],
    typer.Option(metavar="CONDITION", help="Show its chance, as 'selected[sicorp] >= 60', with --draws; repeatable."),
]
Engines = Annotated[
    Engine, typer.Option("--engine", help="Cohorts of awards, or events: single awards in SimPy, each with its lot.")
]
Replications = Annotated[
    int | None,
    typer.Option(metavar="N", help="How often events simulates; 100 if not given.", parser=several, show_default=False),
]
EventsLog = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="Write every event of single awards into this file, .csv or .parquet.", show_default=False
    ),
]
Monthly = Annotated[bool, typer.Option("--monthly", help="Add tables by month: money paid, awards in place (events).")]
Workers = Annotated[
    int, typer.Option(metavar="N", help="Processes of events; default all processors.", min=0, show_default=False)
]
Output = Annotated[
    str | None,
    typer.Option(
        metavar="DIR", help="Save page, workbook, tables and scenarios in this new folder.", show_default=False
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that is there already.")]
Where = Annotated[str, typer.Argument(metavar="DIR", help="Where to look for run folders.")]
Form = Annotated[Format, typer.Option("--format", help="How the answer is printed.")]
Sql = Annotated[str, typer.Argument(metavar="'SQL'", help="As: select avg(value) from tidy where ...")]
Top = Annotated[int, typer.Option(metavar="N", help="The N runs of sweeps with the most of --by; -N: the least.")]
By = Annotated[
    str, typer.Option(metavar="FIGURE", help="An outcome or input, as 'spend[total,2031]'.", show_default=False)
]
Met = Annotated[
    list[str],
    typer.Option("--where", metavar="CONDITION", help="Runs of sweeps that meet it: 'budget.level > +5%'; repeatable."),
]
Pivot = Annotated[
    str, typer.Option(metavar="ROWS,COLUMNS", help="Means of --by over two inputs of sweeps.", show_default=False)
]
RunFolder = Annotated[str, typer.Argument(metavar="RUN", help="A run folder.")]
RunFolders = Annotated[list[str], typer.Argument(metavar="RUN...", help="Run folders, the first to compare with.")]
Lang = Annotated[Language | None, typer.Option(help="Language of tables; default from the locale.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no warnings.")]
Traceback = Annotated[bool, typer.Option("--traceback", help="Show where in the code an error arose.")]
Version = Annotated[bool, typer.Option("--version", help="Print the version and exit.")]
