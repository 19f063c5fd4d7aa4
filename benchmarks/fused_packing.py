"""Programmes as the fused loop takes them: tuples of contiguous arrays, without the run axis where nothing varies."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import accumulate
from typing import Any

import numpy as np
from fused_arrays import Extended, Fed, Flag, Instalments, Integers, Links, Programme

from simulator import arrays
from simulator.arrays import Demand, Era, Floats, Link

Lives = tuple[tuple[Era, ...], ...]


class Kernels:
    """Kernels of each programme in one array, made again only where they are not those of the block before."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Lives, tuple[Integers, Floats]]] = {}

    def of(self, programme: arrays.Programme) -> tuple[Integers, Floats]:
        """By award type and year of start the first row of its kernel, (n, H + Y); rows of all, (N, Q, r)."""
        row, lives = programme.row, programme.eras
        if row not in self._kept or not _same(self._kept[row][0], lives):
            self._kept[row] = lives, _one_below_the_other(lives)
        return self._kept[row][1]


def programme_of(programme: arrays.Programme, kernels: Kernels) -> Programme:
    """A programme with its rules and features as types."""
    parts = (programme.selection, programme.prices)
    kernel, gives = kernels.of(programme)
    rules = {name: flag(getattr(programme, name)) for name in ("whole_awards", "capped", "defers", "cuts", "outlasts")}
    terms: dict[str, Any] = {field.name: thin(getattr(part, field.name)) for part in parts for field in fields(part)}
    return Programme(
        row=programme.row,
        award=programme.rows.start,
        awards=len(programme.eras),
        alone=flag(len(programme.eras) == 1),
        several=flag(len(programme.eras) > 1),
        steady=flag(programme.intake == "steady"),
        cash=flag(programme.intake == "cash"),
        promotions=_links(programme.promotions) if programme.promotions else None,
        fed=_fed(programme.fed) if programme.capped and programme.fed else None,
        extended=_extended(programme) if programme.extended else None,
        instalments=_instalments(programme) if programme.instalments else None,
        reach=np.array([len(eras[0].kernel) for eras in programme.eras]),
        kernel=kernel,
        gives=gives,
        history=thin(programme.history),
        backlog=thin(programme.backlog),
        **(terms | rules),
    )


def flag(holds: bool) -> Flag:
    """Known when compiling."""
    return True if holds else None


def thin(numbers: Floats) -> Floats:
    """Without the run axis where it is of length 1."""
    return np.ascontiguousarray(numbers[..., 0] if numbers.shape[-1] == 1 else numbers)


def _links(links: Sequence[Link]) -> Links:
    return Links(
        source=np.array([link.source for link in links]),
        target=np.array([link.target for link in links]),
        lag=np.array([link.lag for link in links]),
        share=_stacked([link.share for link in links]),
    )


def _fed(fed: Sequence[Demand]) -> Fed:
    return Fed(
        target=np.array([demand.target for demand in fed]),
        applicants=_stacked([demand.applicants for demand in fed], axis=1),
        highest_rate=_stacked([demand.highest_rate for demand in fed], axis=1),
        demand=np.array([place for place, demand in enumerate(fed) for _ in demand.feeds]),
        feeds=_links([link for demand in fed for link in demand.feeds]),
    )


def _extended(programme: arrays.Programme) -> Extended:
    slot = np.full(len(programme.eras), -1)
    for one in programme.extended:
        slot[one.target] = one.slot
    pairs = [(one.target, extension) for one in programme.extended for extension in one.extensions]
    kernels = [extension.kernel for _, extension in pairs]
    return Extended(
        slot=slot,
        target=np.array([target for target, _ in pairs]),
        year=np.array([extension.year for _, extension in pairs]),
        share=_stacked([extension.share for _, extension in pairs]),
        first=_ends(kernels),
        gives=_stacked([row for kernel in kernels for row in kernel]),
    )


def _instalments(programme: arrays.Programme) -> Instalments:
    parts = programme.instalments
    return Instalments(
        target=np.array([part.target for part in parts]),
        price=_stacked([part.price for part in parts], axis=1),
        first=_ends([part.shares for part in parts]),
        shares=_stacked([row for part in parts for row in part.shares]),
        later=_stacked([row for part in parts for row in part.later]),
    )


def _ends(parts: Sequence[Floats]) -> Integers:
    """The first row of each part, where they stand one below the other, and the end of the last."""
    return np.array(list(accumulate((len(part) for part in parts), initial=0)))


def _same(lives: Lives, others: Lives) -> bool:
    return len(lives) == len(others) and all(old is new for old, new in zip(lives, others, strict=True))


def _one_below_the_other(lives: Lives) -> tuple[Integers, Floats]:
    """Distinct kernels (K, Q, r) as rows (N, Q, r), and by award type and year of start the first of its rows."""
    distinct = {id(era.kernel): era.kernel for eras in lives for era in eras}
    ends = dict(zip(distinct, accumulate(len(kernel) for kernel in distinct.values()), strict=True))
    first = [
        [ends[id(era.kernel)] - len(era.kernel) for era in eras for _ in range(era.start, era.stop)] for eras in lives
    ]
    return np.array(first), _stacked([row for kernel in distinct.values() for row in kernel])


def _stacked(rows: Sequence[Floats], axis: int = 0) -> Floats:
    """Rows side by side, with the longest of their run axes."""
    runs = max(row.shape[-1] for row in rows)
    return thin(np.stack([np.broadcast_to(row, (*row.shape[:-1], runs)) for row in rows], axis=axis))
