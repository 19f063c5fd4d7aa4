"""One feature at a time, every figure worked by hand (model.md sections 2, 3 and 5).

Money is million yen. Each test names the feature; removing it from the core turns the test red.
"""

import numpy as np
import pytest

import simulator as sim
from tests.conftest import Simulate

TWO_YEARS = """\
award:
  duration: 24 months
  plan: 100
  costs:
    out: {amount: 0.3, per: start}
    home: {amount: 0.2, per: end}
    stay: {amount: 0.5, per: month}
"""


def series(run: sim.Run, measure: str, award: str = "") -> list[float]:
    return [float(value) for value in run.of(measure, "line", award)[:, 0]]


def test_cohorts_are_in_place_until_their_duration_ends(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS, budget="2000")
    assert series(run, "starts") == [100] * 6
    assert series(run, "active") == [100] * 6  # those of last year left on 31 March
    assert series(run, "supported") == [100, 200, 200, 200, 200, 200]
    assert series(run, "exits") == [0, 100, 100, 100, 100, 100]
    assert series(run, "completions") == [0, 100, 100, 100, 100, 100]
    assert series(run, "person_months") == [1200, 2400, 2400, 2400, 2400, 2400]
    assert series(run, "average_in_place") == [100, 200, 200, 200, 200, 200]


def test_costs_fall_due_at_start_end_and_by_month(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS, budget="2000")
    assert series(run, "spend_new") == pytest.approx([100 * (0.3 + 6.0)] * 6)
    assert series(run, "commitments") == pytest.approx([0] + [100 * (6.0 + 0.2)] * 5)
    assert series(run, "cost_per_start", "award") == pytest.approx([0.3 + 12.0 + 0.2] * 6)
    assert series(run, "cost_per_person_month", "award") == pytest.approx([630 / 1200] + [1250 / 2400] * 5)


def test_cost_by_year_is_paid_pro_rata_by_month(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 18 months, plan: 10, costs: {grant: {amount: 6, per: year}}}", scenario="years: 2022-2023"
    )
    assert series(run, "spend_new") == pytest.approx([60, 60])
    assert series(run, "commitments") == pytest.approx([0, 30])


def test_outyear_commitments_are_what_awards_will_still_cost(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS, budget="2000")
    assert series(run, "outyear_commitments") == pytest.approx([100 * (6.0 + 0.2)] * 6)


def test_start_months_shift_a_stay_into_the_next_year(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, start_months: {october: 75%, 4月: 25%}, plan: {2022: 40, 2023: 0},"
        " costs: {stay: {amount: 1, per: month}}}"
    )
    assert series(run, "person_months")[:3] == pytest.approx([30 * 6 + 10 * 12, 30 * 6, 0])
    assert series(run, "active")[:3] == pytest.approx([30, 0, 0])
    assert series(run, "exits")[:3] == pytest.approx([10, 30, 0])


def test_take_up_and_deferral(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, take_up: 80%, deferral: 25%, plan: {2022: 100, 2023: 0},"
        " costs: {stay: {amount: 1, per: start}}}"
    )
    assert series(run, "selected")[:2] == [100, 0]
    assert series(run, "declined")[:2] == pytest.approx([20, 0])
    assert series(run, "deferred")[:2] == pytest.approx([20, 0])
    assert series(run, "starts")[:3] == pytest.approx([60, 20, 0])
    assert series(run, "spend_new")[:2] == pytest.approx([60, 0])
    assert series(run, "commitments")[:3] == pytest.approx([0, 20, 0])  # the deferred start as a commitment
    assert series(run, "outyear_commitments")[:2] == pytest.approx([20, 0])


def test_early_termination_thins_a_cohort_by_the_month(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 24 months, early_termination: 19%, plan: {2022: 100, 2023: 0},"
        " costs: {stay: {amount: 1, per: month}, home: {amount: 1, per: end}}}",
        budget="2000",
    )
    months = [0.81 ** (a / 12) for a in range(24)]  # still there at the start of award month a
    assert series(run, "active")[:2] == pytest.approx([81, 0])
    assert series(run, "exits")[:2] == pytest.approx([19, 81])
    assert series(run, "person_months")[:2] == pytest.approx([100 * sum(months[:12]), 100 * sum(months[12:])])
    assert series(run, "completions")[:2] == pytest.approx([0, 100 * months[23]])


def test_cohorts_end_early_and_start_on_the_terms_of_their_year(simulate: Simulate) -> None:
    """Of FY2022 all stay and start in April; of FY2023 19 % a year leave; of FY2024 all stay and start in October."""
    run = simulate(
        "award: {duration: 12 months, early_termination: {2022: 0%, 2023: 19%, 2024: 0%}, plan: 100,"
        " start_months: {2022: {april: 100%}, 2024: {october: 100%}}, costs: {stay: {amount: 1, per: month}}}",
        budget="5000",
    )
    months = [0.81 ** (a / 12) for a in range(12)]
    assert series(run, "person_months")[:4] == pytest.approx([1200, 100 * sum(months), 600, 1200])
    assert series(run, "active")[:4] == pytest.approx([0, 0, 100, 100])


def test_duration_range_is_spread_evenly(simulate: Simulate) -> None:
    run = simulate("award: {duration: 12-24 months, plan: {2022: 40, 2023: 0}, costs: {stay: {amount: 1, per: month}}}")
    assert series(run, "person_months")[:3] == pytest.approx([40 * 12, 40 * 6, 0])
    assert series(run, "active")[:2] == pytest.approx([40, 0])


def test_two_weeks_are_14_days_of_a_twelfth_of_a_year(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 1-3 weeks, plan: 4000, costs: {visit: {amount: 0.44, per: start}}}", budget="1760"
    )
    assert series(run, "person_months") == pytest.approx([4000 * 14 / 30.4375] * 6)
    assert series(run, "active") == [0] * 6
    assert series(run, "supported") == [4000] * 6


def test_duration_mixture(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: {36 months: 10%, 48 months: 20%, 5 years: 70%}, plan: {2022: 10, 2023: 0},"
        " costs: {grant: {amount: 35, per: year}}}"
    )
    assert series(run, "active")[:5] == pytest.approx([10, 10, 9, 7, 0])
    assert series(run, "cost_per_start", "award")[0] == pytest.approx(35 * 4.6)


def test_history_and_steady_history(simulate: Simulate) -> None:
    shape = "award: {{duration: 36 months, history: {}, plan: 0, costs: {{grant: {{amount: 1, per: year}}}}}}"
    run = simulate(shape.format("{2019: 7, 2020: 5, 2021: 3}"))
    assert series(run, "supported")[:4] == [8, 3, 0, 0]  # the seven of FY2019 left on 31 March 2022
    assert series(run, "commitments")[:4] == pytest.approx([8, 3, 0, 0])
    run = simulate(shape.format("{steady: 4}"))
    assert series(run, "supported")[:4] == [8, 4, 0, 0]


def test_earlier_cohorts_keep_the_terms_of_the_portfolio(simulate: Simulate) -> None:
    award = "award: {duration: 24 months, history: {2021: 10}, plan: 10, costs: {grant: {amount: 1, per: year}}}"
    change = "programmes: {line: {awards: {award: {duration: 36 months}}}}"
    run = simulate(award, scenario=change)
    assert series(run, "supported")[:4] == [20, 20, 30, 30]  # the ten of FY2021 leave after two years, not three


def test_duration_by_year_of_start(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: {2022: 12 months, 2024: 24 months}, plan: 10, costs: {grant: {amount: 1, per: year}}}"
    )
    assert series(run, "supported")[:5] == [10, 10, 10, 20, 20]


def test_index_indexation_and_revision(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 1, costs: {"
        " rent: {amount: 10, per: start, index: prices, indexation: 50%},"
        " fee: {amount: 10, per: start, index: dollar},"
        " pay: {amount: 10, per: start, revision: {2024: +20%, 2026: +30%}}}}",
        top="economy: {prices: {growth: {2023: 21%, 2024: 0%}}, dollar: {path: {2022: 1, 2023: 1.5, 2025: 0.5}}}",
    )
    assert series(run, "unit_price_rent", "award") == pytest.approx([10, 11, 11, 11, 11, 11])
    assert series(run, "unit_price_fee", "award") == pytest.approx([10, 15, 15, 5, 5, 5])
    assert series(run, "unit_price_pay", "award") == pytest.approx([10, 10, 12, 12, 13, 13])
    assert series(run, "spend_new") == pytest.approx([30, 36, 38, 28, 29, 29])


def test_price_base_year_after_the_first(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 1, costs: {rent: {amount: 121, per: start, index: prices}}}",
        top="economy: {prices: {growth: 10%}}",
        scenario="price_base_year: 2024",
    )
    assert series(run, "unit_price_rent", "award")[:4] == pytest.approx([100, 110, 121, 133.1])


def test_destinations_weigh_amounts_indices_and_indexation(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 1, destinations: {usa: 25%, asia: 75%}, costs: {"
        " stay: {per: start, amount: {usa: 8, asia: 4}, index: {usa: dollar, asia: yen},"
        " indexation: {usa: 100%, asia: 0%}}}}",
        top="economy: {dollar: {path: {2022: 1, 2023: 1.5}}, yen: {growth: 50%}}",
    )
    assert series(run, "unit_price_stay", "award") == pytest.approx([2 + 3] + [3 + 3] * 5)


def test_steady_intake_is_what_the_budget_could_sustain(simulate: Simulate) -> None:
    run = simulate(
        TWO_YEARS, intake="steady", budget="1300", programme="fixed_costs: {amount: 40}\nreserve: 10", whole=False
    )
    assert series(run, "selected") == pytest.approx([1250 / 12.5] * 6)
    assert series(run, "unspent")[0] == pytest.approx(1300 - 40 - 630)


def test_steady_intake_counts_take_up(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS.replace("plan: 100", "take_up: 50%"), intake="steady", budget="1250")
    assert series(run, "selected") == pytest.approx([200] * 6)


def test_cash_intake_echoes_with_the_length_of_an_award(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 24 months, history: {2021: 50}, costs: {grant: {amount: 1, per: year}}}",
        intake="cash",
        budget="{2022: 100, 2024: 110}",
    )
    assert series(run, "selected") == pytest.approx([50, 50, 60, 50, 60, 50])  # ten more money, ten more at once


def test_budget_shares_split_a_programme(simulate: Simulate) -> None:
    run = simulate(
        "one: {duration: 12 months, budget_share: 75%, costs: {grant: {amount: 5, per: start}}}\n"
        "two: {duration: 12 months, budget_share: 25%, costs: {grant: {amount: 2, per: start}}}",
        intake="steady",
        budget="100",
    )
    assert series(run, "selected", "one") == pytest.approx([15] * 6)
    assert series(run, "selected", "two") == pytest.approx([12.5] * 6)


def test_types_without_shares_share_equally(simulate: Simulate) -> None:
    shape = "{}: {{duration: 12 months, costs: {{grant: {{amount: 5, per: start}}}}}}\n"
    run = simulate(shape.format("one") + shape.format("two"), intake="steady", budget="100")
    assert series(run, "selected", "two") == pytest.approx([10] * 6)


def test_half_an_award_a_year_is_one_every_second_year(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, costs: {grant: {amount: 10, per: start}}}",
        intake="steady",
        budget="5",
        whole=True,
    )
    assert series(run, "selected") == [0, 1, 0, 1, 0, 1]
    assert series(run, "carried_in") == pytest.approx([0, 5, 0, 5, 0, 5])


def test_maximum_caps_the_selection(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS.replace("plan: 100", "plan: 100\n  maximum: {2023: 60, 2025: 80.5}"), whole=True)
    assert series(run, "selected") == [100, 60, 60, 80, 80, 80]


def test_selections_that_cannot_be_paid_are_scaled_by_one_factor(simulate: Simulate) -> None:
    run = simulate(
        "one: {duration: 12 months, plan: 30, costs: {grant: {amount: 1, per: start}}}\n"
        "two: {duration: 12 months, plan: 10, costs: {grant: {amount: 3, per: start}}}",
        budget="20",
    )
    assert series(run, "selected", "one") == pytest.approx([10] * 6)
    assert series(run, "selected", "two") == pytest.approx([10 / 3] * 6)
    assert series(run, "required_budget") == pytest.approx([60] * 6)  # the plan, whole and uncapped


def test_whole_awards_never_cost_more_than_is_available(simulate: Simulate) -> None:
    run = simulate(
        "one: {duration: 12 months, plan: 3, costs: {grant: {amount: 4, per: start}}}", budget="10", whole=True
    )
    # x = 2.5 each year; the half carried would make three, but three cost 12 and only 10 + 2 (4) carried are there
    assert series(run, "selected") == [2, 3, 2, 3, 2, 3]
    assert series(run, "unspent") == [2, 0, 2, 0, 2, 0]


def test_commitments_are_honoured_before_anybody_is_selected(simulate: Simulate) -> None:
    run = simulate(
        TWO_YEARS.replace("plan: 100", "plan: 100\n  history: {2021: 10}"),
        budget="0",
        programme="fixed_costs: {amount: 3}",
    )
    assert series(run, "selected") == [0] * 6
    assert series(run, "commitments") == pytest.approx([62, 0, 0, 0, 0, 0])
    assert series(run, "shortfall") == pytest.approx([65, 3, 3, 3, 3, 3])
    assert series(run, "unspent") == [0] * 6


def test_carry_over_is_limited_to_a_share_of_the_appropriation(simulate: Simulate) -> None:
    award = "award: {duration: 12 months, plan: 0, costs: {grant: {amount: 1, per: start}}}"
    run = simulate(award, budget="100", programme="carry_limit: 5%")
    assert series(run, "carried_out") == pytest.approx([5] * 6)
    assert series(run, "returned") == pytest.approx([95] + [100] * 5)
    run = simulate(award, budget="100")
    assert series(run, "carried_out") == pytest.approx([100, 200, 300, 400, 500, 600])  # a fund never lapses


def test_unspent_money_lapses_at_the_end_of_a_plan_period(simulate: Simulate) -> None:
    award = "award: {duration: 12 months, plan: 0, costs: {grant: {amount: 1, per: start}}}"
    run = simulate(award, budget="100", top="plan_periods: {FUND: {ends: [2023, 2026]}}")
    assert series(run, "carried_in") == pytest.approx([0, 100, 0, 100, 200, 0])
    assert series(run, "returned") == pytest.approx([0, 200, 0, 0, 300, 0])


def test_fixed_costs_follow_their_index(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 0, costs: {grant: {amount: 1, per: start}}}",
        programme="fixed_costs: {amount: {2022: 100, 2024: 200}, index: prices, indexation: 50%}",
        top="economy: {prices: {growth: {2023: 44%, 2024: 0%}}}",
    )
    assert series(run, "fixed_costs") == pytest.approx([100, 120, 240, 240, 240, 240])


def test_appropriation_levels_and_growth_multiply(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: 12 months, plan: 0, costs: {grant: {amount: 1, per: start}}}",
        budget="{2022: 100, 2025: 200}",
        scenario="""
            budget: {level: +10%, growth: {2023: 10%, 2025: 0%}}
            programmes: {line: {budget: {level: -50%, growth: 100%}}}
        """,
    )
    assert series(run, "budget") == pytest.approx(
        [55, 55 * 1.1 * 2, 55 * 1.21 * 4, 110 * 1.21 * 8, 110 * 1.21 * 16, 110 * 1.21 * 32]
    )


def test_continuing_awards_paid_in_part(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS.replace("plan: 100", "plan: 100\n  continuing: {2024: 90%, 2025: 100%}"), budget="5000")
    # second year 0.2 + 6 each; what is promised and required does not know of the cut
    assert series(run, "commitments") == pytest.approx([0, 620, 558, 620, 620, 620])
    assert series(run, "outyear_commitments") == pytest.approx([620] * 6)
    assert series(run, "required_budget") == pytest.approx([630, *[1250] * 5])


def test_a_programme_without_award_types_spends_what_it_is_given(simulate: Simulate) -> None:
    run = sim.run("scenarios/plus10pct.yaml").runs[0]
    for measure in ("budget", "spend", "fixed_costs", "required_budget"):
        np.testing.assert_allclose(run.of(measure, "other"), 3517 * 1.1)
    assert not run.of("unspent", "other").any()


def test_required_budget_follows_the_plan_whatever_the_money(simulate: Simulate) -> None:
    award = TWO_YEARS.replace("plan: 100", "plan: 100\n  history: {2021: 10}\n  take_up: 50%\n  deferral: 20%")
    run = simulate(award, budget="5", programme="fixed_costs: {amount: 3}")
    # starts on the plan: 40, then 40 + 10 deferred; first year 6.3 each, second 6.2 each
    assert series(run, "required_budget") == pytest.approx(
        [3 + 10 * 6.2 + 40 * 6.3, 3 + 40 * 6.2 + 50 * 6.3, *[3 + 50 * 12.5] * 4]
    )


def test_required_budget_is_empty_without_a_plan_for_every_type(simulate: Simulate) -> None:
    run = simulate(TWO_YEARS.replace("plan: 100", "take_up: 100%"), intake="steady")
    assert np.isnan(run.of("required_budget", "line")).all()


def test_littles_law(simulate: Simulate) -> None:
    run = simulate(
        "award: {duration: {7 months: 50%, 20-30 months: 50%}, early_termination: 10%, start_months: {may: 60%,"
        " march: 40%}, costs: {grant: {amount: 2, per: month}}}",
        intake="steady",
        budget="240",
    )
    last = run.of("average_in_place", "line")[-1, 0]
    cost = run.of("cost_per_start", "line", "award")[-1, 0]
    assert last == pytest.approx(run.of("starts", "line")[-1, 0] * cost / 2 / 12)
