"""What follows from earlier awards beside their own life: promotions, feeds, extensions, amounts paid over years.

Sections 2 to 4 of model.md. Elementwise over the runs, sums in index order.
"""

import numpy as np

from simulator.arrays import Demand, Extended, Floats, Link, Programme
from simulator.flows import Flows
from simulator.lifecycle import MONTHS


def promote(programme: Programme, year: int, flows: Flows, out: Floats) -> None:
    """``Σ share · completions_{t−lag}``, awards that start without selection: the rows `promoted` of (n, R)."""
    begun: set[int] = set()
    for link in programme.promotions:
        if link.target in begun:
            out[link.target] += _reaching(link, year, flows)
        else:
            np.multiply(link.share, _completed(link, year, flows), out=out[link.target])
            begun.add(link.target)


def applicants(demand: Demand, year: int, flows: Flows) -> Floats:
    """Applicants of a year with those that earlier completions bring, (R,) or (1,)."""
    total: Floats = demand.applicants[year]
    for link in demand.feeds:
        total = total + _reaching(link, year, flows)
    return total


def extended_months(year: int, programme: Programme, one: Extended, flows: Flows) -> Floats:
    """Begin the extensions of a year, a share of what earlier cohorts complete; person-months of all so far, (R,)."""
    total = flows.extensions[year, one.slot]
    total[...] = 0.0
    for extension in one.extensions:
        offset, begun = year - extension.year, flows.extended[extension.year, one.slot]
        if offset == 0:
            completing = flows.completions[flows.lead + year, programme.rows.start + one.target]
            np.multiply(extension.share, completing, out=begun)
        if 0 <= offset < len(extension.kernel):
            total += extension.kernel[offset] * begun
    months: Floats = total[MONTHS]
    return months


def paid(shares: Floats, starts: Floats, now: int, *, since: int) -> Floats:
    """``Σ_{k ≥ since} shares_k · starts_{t−k}``, (R,): shares (K, r), starts (H + Y, R), t their row `now`."""
    total = np.zeros(starts.shape[-1])
    for offset in range(since, min(len(shares), now + 1)):
        total += shares[offset] * starts[now - offset]
    return total


def _reaching(link: Link, year: int, flows: Flows) -> Floats:
    """``share · completions_{t−lag}``, (R,)."""
    reaching: Floats = link.share * _completed(link, year, flows)
    return reaching


def _completed(link: Link, year: int, flows: Flows) -> Floats:
    completed: Floats = flows.completions[flows.lead + year - link.lag, link.source]
    return completed
