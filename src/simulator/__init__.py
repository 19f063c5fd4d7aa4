"""What a research-funding budget does to awards, commitments and money over ten years.

A run is one straight line; each step is a module, each module imports only from the rows above it:

errors        everything raised on purpose, as one tree, and the places faults are reported at
placing       files that are there whole or not at all
extras        libraries that come with an extra of the package
texts         texts as people write them in one spelling, and refusals that quote them
quantities    money, shares, durations and years as people write them, to numbers
distributions  uncertain numbers and paths: what they are
inverses      the value that a uniform number stands for
correlations  rank correlations between uncertain inputs, as a Gaussian copula takes them
sampling      which uniform number each draw gives to each uncertain input
shares        shares that add up to 1
uncertain     uncertain numbers as people write them
yearly        mappings by fiscal year
values        what a leaf of a scenario may hold: numbers, durations and start months, perhaps by year
fields        the fields of the format, each with the reader of what people write
spellings     what the readers of quantities take, as patterns for editors
award_types   what a portfolio and a scenario may say of an award type
scenario      what they may say of the rest
schema_shapes  shapes of values in these schemas
schema        what files may say, as JSON Schemas for editors
award_rules   rules between the fields of award types
budget_rules  rules between the fields of budgets
uncertainty_rules  rules of uncertain inputs
consistency   rules between all fields of a document
format_keys   the keys of the format: what stands under each, where a misplaced one belongs
nodes         YAML 1.2 text as a tree of nodes that know where they stand
observed      observed values from a column of a CSV file
validation    a tree becomes a document, every fault at the place where it was written
causes        which value of a file breaks a rule where another file stands
chains        which file a scenario extends, down from its portfolio
merging       layers of files laid over one another
loading       the only reader of files: chains resolved, merged and checked
starting      a commented scenario to start from
resolving     a scenario as one file that loads to the same scenario
arrays        labels become axes, here only; Inputs
lifecycle     survival, person-month and payment kernels
intake        the intake rules
allocation    a total split by priority, once commitments are known
flows         what an engine returns
succession    what follows from earlier awards beside their own life: promotions, feeds, extensions
statistics    moments and quantiles of draws, in one pass
varied        what varies over the draws: levers that are given, inputs that are drawn
leaves        numbers over runs: each numeric leaf of a batch of scenarios as an array
pricing       what a component costs in a year, with revisions, indices and destinations
fates         every way in which one award may go, with its probability
lives         kernels of cohorts by year of start, each on the terms of that year
demand        applicants, and what links award types
appropriations  each programme's own path of money, and how a total is split
programmes    the prices, rules and lives of a programme's award types
reported      what measures read beside the flows
inputs        scenarios become arrays: the inputs of a block of runs
chance        chance in single lives: take-up, deferral, start months, ends
cohorts       the vectorised core; the only loop is over years
planning      what the plan would cost, on a path of its own
obligations   what each year's selections oblige later years to pay
outcomes      what the flows mean: demand, partners' money, outcomes, stability
measures      the dictionary of measures
tables        axes become labels again: the tidy table
money_flows   the flow of money from the state to award types
results       what a simulation gives back
conditions    conditions on results as people write them
figures       what draws are reduced to: lines, paired differences, chances
draws         many draws of scenarios, block by block, on several threads
model         the recipe on one screen: run and mean
asking        what a page asks of its runs
comparison    what two results say about each other, and what to warn of
affine        affine functions of the columns of a linear programme
crossed       inputs crossed with draws
linear_programmes  linear and mixed-integer programmes: solved, priced, judged
responses     how measures respond to selections, told by the core
planned       measures of a plan as affine functions of what it decides
aims          what a plan is to do best
plan_rules    the rules that every plan obeys
assembling    rules, aims and draws become one linear programme
optimisation  the allocation and intake plan that does best
trade_offs    plans between aims, and plans under several futures
proving       plans as scenarios, and the proof that the simulator does what they say
trying        candidates for some inputs, tried side by side for conditions
levers        inputs that are moved within a range
proposing     what was found, as a scenario file that is read back and judged
goal_seeking  the value of an input for which conditions hold
sources       where every number comes from
suspicions    what is legal and yet suspicious
labels        words for people, en and ja
report        pages of text, charts, the workbook, and the tidy table for other programs
checking      the problems of a scenario, and what is suspicious in it
options       the options of the command line
console       what goes to standard output, what is said beside it
printing      what a run prints
parquet       tables as Parquet files, and SQL over them
folders       folders that are there whole or not at all
records       run folders and their manifests
recording     a run as a folder
saved         saved runs: read back, compared, run again
archive       what the command line does with saved runs
deciding      what the command line does to find things
running       the main job, from files to an exit status
plotting      the job of plotting, from files to a figure in a file
cli           the command line: parse, call, print
portfolios    data
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.comparison import compare
    from simulator.errors import InputError, RequestError, SimulatorError
    from simulator.loading import load
    from simulator.model import mean, run
    from simulator.results import Result, Run
    from simulator.scenario import Scenario

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "RequestError",
    "Result",
    "Run",
    "Scenario",
    "SimulatorError",
    "compare",
    "load",
    "mean",
    "run",
]

_HOMES = {
    "compare": "comparison",
    "InputError": "errors",
    "RequestError": "errors",
    "SimulatorError": "errors",
    "load": "loading",
    "mean": "model",
    "run": "model",
    "Result": "results",
    "Run": "results",
    "Scenario": "scenario",
}


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> Any:  # imports late, so that `import simulator` and `--help` stay light
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
