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

    amount: MoneyByDestination = Field(description="Money, or money by destination; a bare number is million yen.")
    per: Basis = Field(
        description="What the amount is paid per: start, end, month or year of an award, or the whole award."
    )
    spread: SpendOut | None = Field(
        default=None, description="With per: award, shares of the amount by year since the start: [25%, 55%, 15%, 5%]."
    )
    payer: Payer = Field(
        default="agency",
        description="Who pays: agency (default), or partner, which is reported and not charged to the programme.",
    )
    index: TextByDestination = Field(
        default=None,
        description="Index of the economy that moves the amount, or one by destination; none if not given.",
    )
    indexation: ShareByDestination = Field(
        default=constant(q.SHARE, 1.0),
        description="Share of the index that is passed on, perhaps by destination; 100% if not given.",
    )
    revision: Revision = Field(
        default=constant(q.LEVEL, 0.0),
        description="Levels against the amount by year, with their sign: {2024: +15%}; 0% if not given.",
    )


class Renewal(Strict):
    """Instead of a duration: `after` so many months a `share` stays `until` a later month of the award."""

    after: MonthsByYear = Field(
        description="Months from the start to the gate, as a duration; may be by year of start."
    )
    share: ShareByYear = Field(description="Share that stays on at the gate; may be by year of start.")
    until: MonthsByYear = Field(
        description="Months from the start to the end of those that stay on; may be by year of start."
    )


class Extension(Strict):
    """A `share` of the completions of one year that stay on for a `duration`."""

    share: Share = Field(description="Share of the completions of the year that stay on.")
    duration: Months = Field(description="How long they stay on, such as 6 months.")


class Link(Strict):
    """A `share` of completions that, `lag` years on, start (`promotes`) or apply (`feeds`) in another award type."""

    to: str = Field(description="Where they go, as programme.award_type: satreps.project.")
    share: Share = Field(description="Share of the completions that goes there.")
    lag: Lag = Field(description="Years from completion to the start or the application, 1 to 30, such as 1 year.")

    @property
    def target(self) -> tuple[str, str]:
        """Programme and award type of `to`."""
        programme, _, award = self.to.partition(".")
        return programme, award


Links = Annotated[tuple[Link, ...], BeforeValidator(values.several)]


class Demand(Strict):
    """Applicants in the first year, what changes their number, and the highest share of them to be selected."""

    applicants: Count = Field(description="Applicants in the first year.")
    growth: Growth = Field(
        default=constant(q.GROWTH, 0.0), description="Growth of applicants a year; may be by year; 0% if not given."
    )
    elasticity: Elasticity = Field(
        default=constant(q.ELASTICITY, 0.0),
        description="Elasticity of applicants to the real value of the monthly payment; 0 if not given.",
    )
    cost_of_living: str | None = Field(
        default=None, description="Index that the monthly payment is measured against; none if not given."
    )
    maximum_success_rate: ShareOrAll = Field(
        default=constant(q.SHARE, 1.0),
        description="Highest share of applicants selected; may be by year; 100% if not given.",
    )


class Top10Share(Strict):
    """Share of papers in the top 10 % by citations, before the award and with it."""

    before: Share = Field(description="Share before the award.")
    after: Share = Field(description="Share with the award.")


class Outcomes(Strict):
    """What holders and alumni bring: papers a holder and year, return visits an alumnus and year, ties a holder."""

    papers_a_year: Factor | None = Field(
        default=None, description="Papers a holder and year in place; not reckoned if not given."
    )
    top10_share: Top10Share | None = Field(
        default=None, description="Share of papers in the top 10 % by citations, before the award and with it."
    )
    return_visits: Factor | None = Field(
        default=None, description="Return visits an alumnus and year; not reckoned if not given."
    )
    ties: Factor | None = Field(
        default=None, description="Ties with partner countries a holder or project in place; not reckoned if not given."
    )


class Award(Strict):
    """An award type: how long it lasts, what it costs, who takes it up, what ran before."""

    label: Label = Field(default=Label(), description="Name for people, by language.")
    duration: Duration | None = Field(
        default=None,
        description="How long awards last: 24 months, 3-12 months or {12 months: 30%, 24 months: 70%}; may be by year.",
    )
    renewal: Renewal | None = Field(
        default=None, description="Instead of a duration: after so many months a share stays until a later month."
    )
    start_months: Starts = Field(
        default=values.start_months({"april": 1.0}),
        description="Shares of starts by month; may be by year of start; all in April if not given.",
    )
    take_up: ShareOrAll = Field(
        default=constant(q.SHARE, 1.0),
        description="Share of those selected who accept; may be by year; 100% if not given.",
    )
    deferral: ShareOrNone = Field(
        default=constant(q.SHARE, 0.0),
        description="Share of those who accept that starts a year later; may be by year; 0% if not given.",
    )
    early_termination: ShareOrNone = Field(
        default=constant(q.SHARE, 0.0),
        description="Share of awards that end early, a year; may be by year of start; 0% if not given.",
    )
    continuing: ShareOrAll = Field(
        default=constant(q.SHARE, 1.0),
        description="Share of what they are due that continuing awards are paid; may be by year; 100% if not given.",
    )
    budget_share: ShareByYear | None = Field(
        default=None,
        description="Share of the programme's money for new awards; for all of its types or none; equal if not given.",
    )
    history: History = Field(
        default=Named(q.COUNT, ()),
        description="Starts before the first year, by year: {2020: 200}, or {steady: 200} for every year.",
    )
    backlog: Count = Field(
        default=constant(q.COUNT, 0.0),
        description="Starts deferred from the year before the first, net of declines; 0 if not given.",
    )
    extensions: Annotated[dict[int, Extension], BeforeValidator(values.by_fiscal_year), WHOLE] = Field(
        default={}, description="By year: a share of that year's completions that stays on; named years only."
    )
    maximum: Maximum | None = Field(
        default=None, description="Most awards selected a year; may be by year; no limit if not given."
    )
    plan: Plan | None = Field(
        default=None,
        description="Awards the programme plans to select a year; may be by year; needed for intake: plan.",
    )
    destinations: Annotated[Shares | None, WHOLE] = Field(
        default=None, description="Shares of awards by destination, which add up to 100%; none if not given."
    )
    costs: dict[str, Component] = Field(
        min_length=1, description="Cost components by name, such as flight_out, stay or grant."
    )
    demand: Demand | None = Field(
        default=None, description="Applicants, which cap what is selected; without it there is no cap."
    )
    promotes: Links = Field(default=(), description="Completions that start in another award type without selection.")
    feeds: Links = Field(default=(), description="Completions that apply in another award type.")
    outcomes: Outcomes = Field(
        default=Outcomes(), description="What holders and alumni bring; nothing is reckoned of what is not given."
    )
