"""What a portfolio and a scenario may say of an award type: its life, its cost, its demand and its outcomes."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from simulator import quantities as q
from simulator import values
from simulator.fields import (
    WHOLE,
    Count,
    Duration,
    Elasticity,
    Factor,
    Growth,
    History,
    Label,
    Lag,
    Maximum,
    MoneyByDestination,
    Months,
    MonthsByYear,
    Plan,
    Revision,
    Share,
    ShareByDestination,
    ShareByYear,
    ShareOrAll,
    ShareOrNone,
    Shares,
    SpendOut,
    Starts,
    Strict,
    TextByDestination,
    constant,
)
from simulator.values import Named

Basis = Literal["start", "end", "month", "year", "award"]
Payer = Literal["agency", "partner"]


class Component(Strict):
    """One cost component: an amount, what it is paid per, what moves it, who pays it."""

    amount: MoneyByDestination
    per: Basis
    spread: SpendOut | None = None
    payer: Payer = "agency"
    index: TextByDestination = None
    indexation: ShareByDestination = constant(q.SHARE, 1.0)
    revision: Revision = constant(q.LEVEL, 0.0)


class Renewal(Strict):
    """Instead of a duration: `after` so many months a `share` stays `until` a later month of the award."""

    after: MonthsByYear
    share: ShareByYear
    until: MonthsByYear


class Extension(Strict):
    """A `share` of the completions of one year that stay on for a `duration`."""

    share: Share
    duration: Months


class Link(Strict):
    """A `share` of completions that, `lag` years on, start (`promotes`) or apply (`feeds`) in another award type."""

    to: str
    share: Share
    lag: Lag

    @property
    def target(self) -> tuple[str, str]:
        """Programme and award type of `to`."""
        programme, _, award = self.to.partition(".")
        return programme, award


Links = Annotated[tuple[Link, ...], BeforeValidator(values.several)]


class Demand(Strict):
    """Applicants in the first year, what changes their number, and the highest share of them to be selected."""

    applicants: Count
    growth: Growth = constant(q.GROWTH, 0.0)
    elasticity: Elasticity = constant(q.ELASTICITY, 0.0)
    cost_of_living: str | None = None
    maximum_success_rate: ShareOrAll = constant(q.SHARE, 1.0)


class Top10Share(Strict):
    """Share of papers in the top 10 % by citations, before the award and with it."""

    before: Share
    after: Share


class Outcomes(Strict):
    """What holders and alumni bring: papers a holder and year, return visits an alumnus and year, ties a holder."""

    papers_a_year: Factor | None = None
    top10_share: Top10Share | None = None
    return_visits: Factor | None = None
    ties: Factor | None = None


class Award(Strict):
    """An award type: how long it lasts, what it costs, who takes it up, what ran before."""

    label: Label = Label()
    duration: Duration | None = None
    renewal: Renewal | None = None
    start_months: Starts = values.start_months({"april": 1.0})
    take_up: ShareOrAll = constant(q.SHARE, 1.0)
    deferral: ShareOrNone = constant(q.SHARE, 0.0)
    early_termination: ShareOrNone = constant(q.SHARE, 0.0)
    continuing: ShareOrAll = constant(q.SHARE, 1.0)
    budget_share: ShareByYear | None = None
    history: History = Named(q.COUNT, ())
    backlog: Count = constant(q.COUNT, 0.0)
    extensions: Annotated[dict[int, Extension], BeforeValidator(values.by_fiscal_year), WHOLE] = Field(default={})
    maximum: Maximum | None = None
    plan: Plan | None = None
    destinations: Annotated[Shares | None, WHOLE] = None
    costs: dict[str, Component] = Field(min_length=1)
    demand: Demand | None = None
    promotes: Links = ()
    feeds: Links = ()
    outcomes: Outcomes = Outcomes()
