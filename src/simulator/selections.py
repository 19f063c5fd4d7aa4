"""Selections that are given, whatever the money: what becomes of them is then the core's to say.

Given prices it is linear in them, so that runs in which one is made alone tell of it apart from all others.
"""

from dataclasses import replace

from simulator.arrays import Floats, Inputs, Programme


def impose(inputs: Inputs, selections: Floats, before: Floats) -> Inputs:
    """The inputs with these selections and no others.

    Parameters
    ----------
    selections : (Y, J, R) counts, of as many runs as there are then
    before : (R,) what the history and the backlog are multiplied by: 1, or 0 where nothing was before the first year

    """
    programmes = tuple(_imposed(each, selections[:, each.rows], before) for each in inputs.programmes)
    return replace(inputs, runs=len(before), priority=None, programmes=programmes)


def _imposed(programme: Programme, selections: Floats, before: Floats) -> Programme:
    return replace(
        programme,
        selection=replace(programme.selection, plan=selections),
        history=programme.history * before,
        backlog=programme.backlog * before,
        intake="plan",
        whole_awards=False,
        capped=False,
        limited=False,
    )
