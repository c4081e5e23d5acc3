"""The reference on the same noise, and the difference: agent − reference.

Raw rewards are not comparable across seeds (with seed 2 even the thermostat meets 58 penalised steps); the difference
to a reference on the very same exogenous changes is. It is not a causal split: the difference still depends on the
noise. The better reference is shown: where levels are filled up, the one with the best fixed fill level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bioblue_envs import Environment, Number

from bioblue_tui.analysis.shadow import Shadow, noise_of
from bioblue_tui.formatting.numbers import difference, tidy
from bioblue_tui.trials.state import TrialState


@dataclass(frozen=True, slots=True)
class Comparison:
    """An agent compared with the better reference.

    Attributes:
        reference: Name of the reference.
        steps: How many steps the agent played.
        reference_steps: How many steps the reference played: as many, or all planned ones where the agent's actions
            ended the trial early.
        rows: By dimension key: the agent's total and the reference's, without the errors of binary fractions.
    """

    reference: str
    steps: int
    reference_steps: int
    rows: Mapping[str, tuple[Number, Number]]

    @property
    def differences(self) -> dict[str, Number]:
        """By dimension key, the agent's total minus the reference's."""
        return {key: difference(mine, other) for key, (mine, other) in self.rows.items()}


def better_reference(environment: Environment) -> str:
    """Return the name of the reference that is shown first."""
    return environment.cautious_name or environment.reference_name


def compare(state: TrialState) -> Comparison | None:
    """Compare a trial so far with the better reference on the same noise.

    None before the first step, and where the noise is not known or not possible: a damaged record may have lost steps,
    and a foreign one may hold any number.
    """
    done = [view.done for view in state.steps if view.done]
    if not done:
        return None
    environment, last = state.environment, done[-1]
    try:
        noise = noise_of(state.header, environment, done)
        if noise is None:
            return None
        shadow = Shadow(environment, environment.cautious_action)
        for change in noise:
            shadow.play(change)
        rows = {d.key: (tidy(last.totals[d.key]), tidy(shadow.totals[d.key])) for d in environment.dimensions}
    except (ValueError, ArithmeticError):
        return None
    return Comparison(better_reference(environment), last.step, len(shadow.played), rows)
