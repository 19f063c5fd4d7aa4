"""What follows from earlier awards, and what is paid and asked for beside them, each figure worked by hand.

Sections 2 to 4 and 8 of model.md; money is million yen.
"""

import numpy as np
import pytest

from tests.conftest import Simulate
from tests.test_cases import TWO_YEARS, series

LADDER = """\
study: {duration: 12 months, plan: 10, costs: {grant: {amount: 1, per: start}},
        promotes: [{to: line.project, share: 40%, lag: LAG}], MORE}
project: {duration: 24 months, plan: 3, costs: {grant: {amount: 10, per: year}}}
"""


def ladder(lag: str = "1 year", more: str = "take_up: 100%") -> str:
    return LADDER.replace("LAG", lag).replace("MORE", more)


def test_a_backlog_starts_in_the_first_year_as_a_commitment(simulate: Simulate) -> None:
    run = simulate("award: {duration: 12 months, backlog: 12, plan: 10, costs: {grant: {amount: 2, per: start}}}")
    assert series(run, "starts") == [22, 10, 10, 10, 10, 10]
    assert series(run, "commitments") == [24, 0, 0, 0, 0, 0]


def test_a_renewal_gate_lets_a_share_stay(simulate: Simulate) -> None:
    run = simulate(
        "award: {renewal: {after: 12 months, share: 40%, until: 36 months}, plan: {2022: 10, 2023: 0},"
        " costs: {grant: {amount: 1, per: year}}}"
    )
    assert series(run, "active") == pytest.approx([4, 4, 0, 0, 0, 0])
    assert series(run, "exits") == pytest.approx([6, 0, 4, 0, 0, 0])
    assert series(run, "spend") == pytest.approx([10, 4, 4, 0, 0, 0])
    assert series(run, "cost_per_start", "award")[0] == pytest.approx(1.8)


def test_a_renewal_gate_of_a_scenario_is_for_later_cohorts(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, history: {2021: 10}, plan: 10, costs: {grant: {amount: 1, per: year}}}",
        scenario="""
            programmes: {line: {awards: {award: {duration: null,
              renewal: {after: 12 months, share: {2022: 50%, 2024: 0%}, until: 24 months}}}}}
        """,
    )
    assert series(run, "supported") == pytest.approx([10, 15, 15, 10, 10, 10])


def test_an_award_paid_in_instalments(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, early_termination: 50%, history: {2020: 2}, plan: {2022: 2, 2023: 0},"
        " costs: {kit: {amount: 50, per: award, spread: [25%, 55%, 15%, 5%], revision: {2024: +100%}}}}"
    )
    # the two of FY2020 are in their third year; prices double in FY2024, whenever an award started
    assert series(run, "spend_new") == pytest.approx([25, 0, 0, 0, 0, 0])
    assert series(run, "commitments") == pytest.approx([15, 5 + 55, 2 * 15, 2 * 5, 0, 0])
    assert series(run, "outyear_commitments") == pytest.approx([5 + 75, 20, 2 * 5, 0, 0, 0])
    assert series(run, "cost_per_start", "award")[:2] == pytest.approx([50, 50])


def test_partners_pay_beside_the_programme(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 24 months, plan: {2022: 10, 2023: 0}, costs: {grant: {amount: 35, per: year},"
        " jica: {amount: 60, per: year, payer: partner}, trip: {amount: 1, per: end, payer: partner}}}"
    )
    assert series(run, "spend") == pytest.approx([350, 350, 0, 0, 0, 0])
    assert series(run, "partner_spend") == pytest.approx([600, 610, 0, 0, 0, 0])
    assert series(run, "cost_per_start", "award")[0] == pytest.approx(70)
    assert series(run, "unit_price_jica", "award")[0] == pytest.approx(60)


def test_promotions_start_without_selection_as_commitments(simulate: Simulate) -> None:
    run = simulate(ladder())
    assert series(run, "promoted", "project") == pytest.approx([0, 4, 4, 4, 4, 4])
    assert series(run, "selected", "project") == [3] * 6
    assert series(run, "starts", "project") == pytest.approx([3, 7, 7, 7, 7, 7])
    assert series(run, "spend_new") == pytest.approx([40] * 6)
    assert series(run, "commitments") == pytest.approx([0, 30 + 40, 70 + 40, 110, 110, 110])
    assert series(run, "outyear_commitments") == pytest.approx([30, 70, 70, 70, 70, 70])
    assert series(run, "required_budget") == pytest.approx([40, 110, 150, 150, 150, 150])


def test_completions_before_the_first_year_promote_too(simulate: Simulate) -> None:
    run = simulate(ladder("3 years", "history: {2019: 10, 2021: 5}"))
    # those of FY2019 complete in it, and start three years on; then those of FY2021
    assert series(run, "promoted", "project") == pytest.approx([4, 0, 2, 4, 4, 4])
    run = simulate(ladder("2 years", "history: {steady: 5}"))
    assert series(run, "promoted", "project") == pytest.approx([2, 2, 4, 4, 4, 4])


def test_steady_intake_makes_room_for_what_is_promoted(simulate: Simulate) -> None:
    awards = ladder().replace("share: 40%", "share: 10%")
    for award, share in (("study", "20%"), ("project", "80%")):
        awards = awards.replace(f"{award}: {{d", f"{award}: {{budget_share: {share}, d")
    run = simulate(awards, budget="100", intake="steady")
    # a study costs 1, a project 20 over its life; two promoted take 40 of what the budget sustains
    assert series(run, "selected", "study")[:2] == pytest.approx([20, 0.2 * 60])
    assert series(run, "selected", "project")[:2] == pytest.approx([4, 0.8 * 60 / 20])


def test_extensions_are_cohorts_of_completions(simulate: Simulate) -> None:
    award = TWO_YEARS.replace("plan: 100", "plan: {2022: 100, 2023: 0}")
    run = simulate(f"{award}  extensions: {{2023: {{share: 30%, duration: 6 months}}}}\n")
    # 30 of the 100 who complete in FY2023 stay six months from an evenly spread month: 7 / 12 of them end in the year
    in_year, later = 30 * (7 * 6 + 5 + 4 + 3 + 2 + 1) / 12, 30 * (1 + 2 + 3 + 4 + 5) / 12
    assert series(run, "extended") == pytest.approx([0, 30, 0, 0, 0, 0])
    assert series(run, "completions") == pytest.approx([0, 100, 0, 0, 0, 0])
    assert series(run, "exits") == pytest.approx([0, 100 + 17.5, 12.5, 0, 0, 0])
    assert series(run, "active") == pytest.approx([100, 12.5, 0, 0, 0, 0])
    assert series(run, "supported") == pytest.approx([100, 100, 12.5, 0, 0, 0])
    assert series(run, "person_months") == pytest.approx([1200, 1200 + in_year, later, 0, 0, 0])
    assert series(run, "commitments") == pytest.approx([0, 620 + in_year / 2, later / 2, 0, 0, 0])
    assert series(run, "outyear_commitments") == pytest.approx([620, 0, 0, 0, 0, 0])


def test_only_cohorts_that_started_before_are_extended(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 6 months, plan: 10, costs: {grant: {amount: 1, per: month}},"
        " extensions: {2022: {share: 100%, duration: 6 months}}}"
    )
    assert series(run, "extended") == [0] * 6


def test_demand_caps_selections(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 60, costs: {grant: {amount: 1, per: start}},"
        " demand: {applicants: 100, growth: {2023: -10%, 2024: 50%, 2025: 0%}, maximum_success_rate: 50%}}"
    )
    assert series(run, "applicants") == pytest.approx([100, 90, 135, 135, 135, 135])
    assert series(run, "selected") == pytest.approx([50, 45, 60, 60, 60, 60])
    assert series(run, "success_rate", "award") == pytest.approx([0.5, 0.5, *[60 / 135] * 4])


def test_applicants_follow_the_real_value_of_the_monthly_payment(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 60, costs: {stay: {amount: 1, per: month, index: dollar, indexation: 50%},"
        " flight: {amount: 9, per: start}}, demand: {applicants: 100, elasticity: 2, cost_of_living: dollar}}",
        top="economy: {dollar: {growth: {2023: 21%, 2024: 0%}}}",
    )
    # the dollar costs 1.21 times as much, the stay is paid 1.1 times
    assert series(run, "real_value", "award") == pytest.approx([1, *[1.1 / 1.21] * 5])
    assert series(run, "applicants") == pytest.approx([100, *[100 / 1.21] * 5])


def test_completions_feed_applicants_elsewhere(simulate: Simulate) -> None:
    run = simulate(
        "study: {duration: 12 months, history: {2021: 4}, plan: 10, costs: {grant: {amount: 1, per: start}},"
        " feeds: [{to: line.project, share: 50%, lag: 2 years}]}\n"
        "project: {duration: 12 months, plan: 30, costs: {grant: {amount: 1, per: start}}, demand: {applicants: 20}}"
    )
    assert series(run, "applicants", "project") == pytest.approx([20, 22, 25, 25, 25, 25])
    assert series(run, "selected", "project") == pytest.approx([20, 22, 25, 25, 25, 25])
    assert np.isnan(run.of("applicants", "line", "study")).all()  # it has no demand: nothing caps it


def test_whole_awards_do_not_exceed_what_demand_allows(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 9, costs: {grant: {amount: 1, per: start}}, demand: {applicants: 5.5}}",
        whole=True,
    )
    assert series(run, "selected") == [5] * 6


def test_outcomes_are_linear_in_the_flows(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 24 months, plan: 100, costs: {grant: {amount: 1, per: start}},"
        " outcomes: {papers_a_year: 1.5, top10_share: {before: 10%, after: 14%}, return_visits: 2%, ties: 0.5}}"
    )
    assert series(run, "alumni") == pytest.approx([0, 100, 200, 300, 400, 500])
    assert series(run, "return_visits") == pytest.approx([0, 2, 4, 6, 8, 10])
    assert series(run, "papers") == pytest.approx([150, *[300] * 5])
    assert series(run, "top10_papers") == pytest.approx([21, *[42] * 5])
    assert series(run, "top10_papers_before") == pytest.approx([15, *[30] * 5])
    assert series(run, "ties") == pytest.approx([50] * 6)


def test_starts_by_destination(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 100, destinations: {usa: 70%, asia: 30%},"
        " costs: {grant: {amount: 1, per: start}}}"
    )
    assert series(run, "starts_usa", "award") == pytest.approx([70] * 6)
    assert series(run, "starts_asia", "award") == pytest.approx([30] * 6)


def test_everybody_deferred_starts_a_year_later(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, deferral: 100%, costs: {grant: {amount: 1, per: start}}}",
        intake="cash",
        budget="10",
    )
    # what is selected costs nothing in its year, so that all money buys selections, and binds the next year's
    assert series(run, "starts")[:3] == pytest.approx([0, 10, 10])
    assert np.isfinite(run.of("selected", "line")).all()
