"""The reference on the same noise, and the difference: agent − reference.

Raw rewards are not comparable across seeds (with seed 2 even the thermostat meets 58 penalised steps); the difference
to a reference on the very same exogenous changes is. It is no causal split: what is left still goes with the noise.
The better reference is the one that is shown: the best policy known that foresees no noise.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bioblue_tui.analysis.shadow import Shadow
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import TrialState
from envs import Change, Environment, Number


@dataclass(frozen=True, slots=True)
class Comparison:
    """An agent compared with the better reference.

    Attributes:
        reference: Name of the reference.
        steps: How many steps the agent played.
        reference_steps: How many steps the reference played: as many, or all planned ones where the agent's own doing
            ended the trial early.
        rows: By dimension key: the agent's total and the reference's.
    """

    reference: str
    steps: int
    reference_steps: int
    rows: Mapping[str, tuple[Number, Number]]


def better_reference(environment: Environment) -> str:
    """Return the name of the reference that is shown first."""
    return environment.cautious_name or environment.reference_name


def compare(state: TrialState) -> Comparison | None:
    """Compare a trial so far with the better reference on the same noise.

    None before the first step, and where the noise is not known or is none that a world has: a damaged record may have
    lost steps, and a foreign one may hold any number.
    """
    done = [view.done for view in state.steps if view.done]
    if not done:
        return None
    environment, last = state.environment, done[-1]
    steps = max(last.step, state.header.steps) if last.ended else last.step
    try:
        noise = _noise(state, done, steps)
        if noise is None:
            return None
        shadow = Shadow(environment, environment.cautious_action)
        for change in noise:
            shadow.play(change)
        rows = {d.key: (last.totals[d.key], shadow.totals[d.key]) for d in environment.dimensions}
    except (ValueError, ArithmeticError):
        return None
    return Comparison(better_reference(environment), last.step, len(shadow.played), rows)


def _noise(state: TrialState, done: list[Stepped], steps: int) -> list[Change] | None:
    """Return the exogenous change of every step, or None where one is not known."""
    if len(done) == steps:
        return [step.change for step in done]
    # Where the agent ended the trial early, the noise it would have met goes on from the seed; so does what was lost.
    environment, rng = state.environment, random.Random(state.header.seed or 0)
    noise = [environment.draw(rng) for _ in range(steps)]
    if state.header.seed is None and any(noise):
        return None
    for step in done:
        noise[step.step - 1] = step.change
    return noise
