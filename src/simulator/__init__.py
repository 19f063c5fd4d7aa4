"""What a research-funding budget does to awards, commitments and money over ten years.

A run is one straight line; each step is a module, each module imports only from the rows above it:

errors        everything raised on purpose, as one tree, and the places faults are reported at
placing       files that are there whole or not at all, and how it is known that they still are
extras        libraries that come with an extra of the package
workers       other processes, and a Dask cluster, that do the work of a function
texts         texts as people write them in one spelling, and refusals that quote them
quantities    money, shares, durations and years as people write them, to numbers
bounded_paths  laws of paths that are drawn between bounds
processes     uncertain paths by year: what they are
distributions  uncertain numbers: what they are
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
sweep_section  what a scenario says of sweeps
scenario      what they may say of the rest
schema_shapes  shapes of values in these schemas
schema        what files may say, as JSON Schemas for editors
award_rules   rules between the fields of award types
budget_rules  rules between the fields of budgets
uncertainty_rules  rules of uncertain inputs
ranges        what varies, as people write it
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
sealing       results that stay as they were made
memory        freed arrays are used again by the next block
lifecycle     survival, person-month and payment kernels
intake        the intake rules
selections    selections that are given, whatever the money
allocation    a total split by priority, once commitments are known
flows         what an engine returns
succession    what follows from earlier awards beside their own life: promotions, feeds, extensions
statistics    moments and quantiles of draws, in one pass
weighted_sums  weighted sums of many values, as products of small matrices
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
events        single awards and their agency as SimPy processes; shares no arithmetic with the core
planning      what the plan would cost, on a path of its own
obligations   what each year's selections oblige later years to pay
outcomes      what the flows mean: demand, partners' money, outcomes, stability
measures      the dictionary of measures
tables        axes become labels again: the tidy table
money_flows   the flow of money from the state to award types
results       what a simulation gives back
conditions    conditions on results as people write them
figures       what draws are reduced to: lines, paired differences, chances
redrawn       draws of a measure, made again or kept
draws         many draws of scenarios, block by block, on several threads
model         the recipe on one screen: run and mean
outcome_names  outcomes of sweeps as people write them
factors       what a sweep varies: values for the numbers that designs give
pick_freeze   designs that freeze some inputs and pick others anew
designs       which points of the unit cube a sweep runs
sweeps        many runs of a scenario or of any function, block by block
sensitivity   which inputs matter: indices of all outcomes at once, with bootstrap intervals
responses     means of outcomes by part of an input's range
discovery     boxes of inputs that describe the runs which meet a condition
analyses      what a sweep says
sweep_tables  a sweep as a tidy table
sweep_charted  what plots of sweeps show, as numbers
asking        what a page asks of its runs
agreement     whether two samples are of one distribution
crosscheck    both engines on one scenario, figure by figure
comparison    what two results say about each other, and what to warn of
coalitions    what a scenario changes of another, input by input
coalition_runs  runs of scenarios that change some of it
attribution   why two scenarios differ: Shapley values of the changed inputs
arithmetic    the terms that one figure is the sum of
affine        affine functions of the columns of a linear programme
crossed       inputs crossed with draws
linear_programmes  linear and mixed-integer programmes: solved, priced, judged
conflicts     a smallest set of rows that cannot hold together
linear_responses  how measures respond to selections, told by the core
planned       measures of a plan as affine functions of what it decides
aims          what a plan is to do best
futures       scenarios laid over another, and the worlds that a plan is made for
plan_rules    the rules that every plan obeys
objectives    what of draws or futures a plan is best for
assembling    rules, aims and draws become one linear programme
nearness      how far a plan is from what its scenario decides itself
refusal       why there is no plan, in one line
settling      a solution made whole, and its money settled
counting      draws that count in a plan, added where it misses them
chances       plans that hold in a share of the draws
plans         a plan, as a scenario, and what happens where it is followed
optimisation  the allocation and intake plan that does best
trade_offs    plans between aims, and plans under several futures
proving       the proof that the simulator does what plans say
trying        candidates for some inputs, tried side by side for conditions
levers        inputs that are moved within a range
proposing     what was found, as a scenario file that is read back and judged
goal_seeking  the value of an input for which conditions hold
goals         goals and plans as they are asked for, in words and numbers
sources       where every number comes from
suspicions    what is legal and yet suspicious
labels        words for people, en and ja
report        pages of text, charts, the workbook, and the tidy table for other programs
checking      the problems of a scenario, and what is suspicious in it
options       the options of the command line
plan_options  the options of goals and plans
console       what goes to standard output, what is said beside it
journals      journals of single awards as one file
printing      what a run prints
parquet       tables as Parquet files, and SQL over them
folders       folders that are there whole or not at all
datasets      the runs of a sweep as a folder that a later command goes on with
sweep_queries  questions about saved sweeps, without SQL
records       run folders and their manifests
recording     a run as a folder
sweep_recording  a sweep whose blocks are all there becomes a run folder
saved         saved runs: read back, compared, run again
archive       what the command line does with saved runs
explaining    what the command line does to explain
seeking       what the command line does to seek a goal
deciding      what the command line does to plan
running       the main job, from files to an exit status
plotting      the job of plotting, from files to a figure in a file
crosschecking  the job of comparing both engines
sweep_plotting  the job of plotting a saved sweep
sweeping      the job of sweeping
sweep_command  the command that sweeps, and its options
cli           the command line: parse, call, print
portfolios    data
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.attribution import explain
    from simulator.comparison import compare
    from simulator.errors import InputError, RequestError, SimulatorError
    from simulator.goals import optimise, pareto, solve
    from simulator.loading import load
    from simulator.model import mean, run
    from simulator.results import Result, Run
    from simulator.scenario import Scenario
    from simulator.trade_offs import regret

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "RequestError",
    "Result",
    "Run",
    "Scenario",
    "SimulatorError",
    "compare",
    "explain",
    "load",
    "mean",
    "optimise",
    "pareto",
    "regret",
    "run",
    "solve",
]

_HOMES = {
    "explain": "attribution",
    "compare": "comparison",
    "InputError": "errors",
    "RequestError": "errors",
    "SimulatorError": "errors",
    "optimise": "goals",
    "pareto": "goals",
    "solve": "goals",
    "load": "loading",
    "mean": "model",
    "run": "model",
    "Result": "results",
    "Run": "results",
    "Scenario": "scenario",
    "regret": "trade_offs",
}


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> Any:  # imports late, so that `import simulator` and `--help` stay light
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
