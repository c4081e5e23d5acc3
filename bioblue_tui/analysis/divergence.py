"""Where two trials part: the first step whose actions, states, noise or disturbances differ."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bioblue_envs import Action, Environment, IllegalAction

from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import TrialState

PROBE = 60
"""How many steps two environments must do the same to count as equal."""

_GREATEST = 12
"""The greatest action that is tried: beyond what any band or budget of the benchmark needs."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a trial parts from another one, over the steps that both have.

    Attributes:
        action: The first step whose actions differ; None where none does.
        state: The first step after which the levels differ; None where they never do.
        noise: The first step whose noise differs, apart from disturbances; None where all noise is the same.
        disturbance: The first step whose disturbances differ; None where none do.
        common: How many steps both have.
    """

    action: int | None
    state: int | None
    noise: int | None
    disturbance: int | None
    common: int


def divergence(first: TrialState, other: TrialState) -> Divergence:
    """Return where ``other`` parts from ``first``; steps that a damaged record has lost are passed over."""
    common = min(first.done, other.done)

    def parted(differ: Callable[[Stepped, Stepped], bool]) -> int | None:
        pairs = _pairs(first, other, common)
        return next((mine.step for mine, theirs in pairs if differ(mine, theirs)), None)

    return Divergence(
        parted(lambda mine, theirs: mine.action != theirs.action),
        parted(lambda mine, theirs: mine.after != theirs.after),
        parted(lambda mine, theirs: first.noise(mine.step) != other.noise(theirs.step)),
        parted(lambda mine, theirs: first.disturbed(mine.step) != other.disturbed(theirs.step)),
        common,
    )


def _pairs(first: TrialState, other: TrialState, common: int) -> Iterator[tuple[Stepped, Stepped]]:
    for step in range(1, common + 1):
        mine, theirs = first.recorded(step), other.recorded(step)
        if mine is not None and theirs is not None:
            yield mine, theirs


def act_alike(one: Environment, other: Environment) -> bool:
    """Tell whether two environments can be drawn on the same gauges and counted in the same rewards.

    They may differ in what an agent is told. This is found out by trying: the same actions on the same noise must have
    the same results, whatever the parameters are.
    """
    if (one.id, one.objectives, one.gauges, one.dimensions) != (
        other.id,
        other.objectives,
        other.gauges,
        other.dimensions,
    ):
        return False
    if one.problem != other.problem or one.initial() != other.initial():
        return False
    rng = random.Random(0)
    state = one.initial()
    for _ in range(PROBE):
        if state.ended:
            break
        action, change = _legal(one, rng, state.step), one.draw(rng)
        try:
            mine = one.transition(state, action, change)
        except IllegalAction:
            continue
        try:
            theirs = other.transition(state, action, change)
        except IllegalAction:
            return False
        if mine.after.ended and one.dynamics != other.dynamics:
            # Older dynamics pay for the step that ends the trial. A note says so; the trials can still be compared.
            theirs = replace(theirs, rewards=mine.rewards)
        if mine != theirs:
            return False
        state = mine.after
    return True


def _legal(environment: Environment, rng: random.Random, step: int) -> Action:
    """Return an action that most environments allow; mostly a small one, so that a stock is not gone at once."""
    most = _GREATEST if step % 5 == 4 else 2
    return tuple(rng.randint(0, most) for _ in environment.objectives)
