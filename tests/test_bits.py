"""A run has the same bits alone and beside any other, and every flow is written, on random portfolios."""

from copy import deepcopy
from dataclasses import fields, replace

import numpy as np
import pytest

from simulator import cohorts
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.model import run
from tests.random_draws import Tree
from tests.random_portfolios import Documents, examples
from tests.random_scaling import without
from tests.test_accountant import simulated

OTHER_LIVES: Tree = {
    "duration": {"7-31 months": 0.25, "40 months": 0.5, "80 months": 0.25},
    "start_months": {"march": 0.5, "may": 0.5},
    "early_termination": 0.1,
    "deferral": 0.2,
}


OTHER_REVIEW: Tree = {"after": "7 months", "share": 0.75, "until": "80 months"}


@pytest.mark.parametrize("lacking", [(), ("early_termination", "deferral")], ids=["as drawn", "nothing ends early"])
def test_a_scenario_has_the_same_bits_alone_and_beside_one_with_other_lives(lacking: tuple[str, ...]) -> None:
    @examples(25)
    def check(documents: Documents) -> None:
        portfolio, scenario = (without(tree, *lacking) for tree in (documents.portfolio, documents.scenario))
        assert bits_that_change(Documents(portfolio, scenario)) == []

    check()


def bits_that_change(documents: Documents) -> list[str]:
    """Measures with other bits alone than in a batch with the same scenario on other life terms."""
    one = documents.load()
    scenario = deepcopy(documents.scenario)
    for name, programme in one.document.programmes.items():
        for award, terms in programme.awards.items():
            awards = scenario.setdefault("programmes", {}).setdefault(name, {}).setdefault("awards", {})
            life = (
                OTHER_LIVES if terms.renewal is None else without(OTHER_LIVES, "duration") | {"renewal": OTHER_REVIEW}
            )
            awards[award] = awards.get(award, {}) | life
    other = replace(documents, scenario=scenario).load()
    return [
        name
        for alone, beside in zip((simulated(one), simulated(other)), run([one, other]).runs, strict=True)
        for name, values in alone.measures.items()
        if not np.array_equal(values, beside.measures[name], equal_nan=True)
    ]


@examples(60)
def test_every_flow_is_written_whatever_was_in_its_place(documents: Documents) -> None:
    inputs = inputs_of(Batch((documents.load(),)), 0, 1)
    clean, used = Flows.empty(inputs), Flows.empty(inputs)
    for name in (field.name for field in fields(Flows) if field.name not in ("money", "lots")):
        getattr(clean, name).fill(0.0)
        getattr(used, name).fill(np.nan)
    flows = [cohorts.simulate(inputs, into) for into in (clean, used)]
    for name in (field.name for field in fields(Flows) if field.name not in ("money", "lots")):
        np.testing.assert_array_equal(getattr(flows[0], name), getattr(flows[1], name), err_msg=name)
