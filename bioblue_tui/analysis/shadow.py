"""A shadow: a reference policy that meets the same noise as the agent, step by step.

The difference agent − reference can be compared across seeds; it is not a causal split.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from bioblue_envs import Action, Change, Environment, Number, State, Transition

from bioblue_tui.trials.events import Header, Stepped

Policy = Callable[[State], Action]
"""From a state to an action."""


class Shadow:
    """A policy played on the same exogenous changes as a trial.

    Args:
        environment: The trial's environment.
        policy: The policy; None for the environment's reference policy.
        start: The state in which it begins; None for the environment's own start.

    Attributes:
        played: Its transitions, one for every step of the trial; fewer where the environment has ended for it.
        totals: Sum of each of its reward dimensions.
    """

    def __init__(self, environment: Environment, policy: Policy | None = None, start: State | None = None) -> None:
        self._environment = environment
        self._policy = policy or environment.reference_action
        self._state = start or environment.initial()
        self.played: list[Transition] = []
        self.totals: dict[str, Number] = {dimension.key: 0 for dimension in environment.dimensions}

    @property
    def state(self) -> State:
        """Its present state."""
        return self._state

    def feed(self, step: Stepped) -> Transition | None:
        """Play one step with the change that the trial met; see ``play``."""
        return self.play(step.change)

    def play(self, change: Change) -> Transition | None:
        """Play one step with an exogenous change; returns None where the environment has ended for it.

        Raises:
            ValueError: For a change that the environment can't have.
        """
        if self._state.ended:
            return None
        done = self._environment.transition(self._state, self._policy(self._state), change)
        self.played.append(done)
        self._state = done.after
        for key, reward in done.rewards.items():
            self.totals[key] += reward
        return done


def noise_of(header: Header, environment: Environment, done: Sequence[Stepped]) -> list[Change] | None:
    """Return the exogenous change of every step of a trial; None where one is not known.

    Where its environment ended it, references continue to the planned end: the noise of these steps is drawn from the
    seed, and so is that of steps that a damaged record has lost.
    """
    if not done:
        return []
    last = done[-1]
    steps = max(last.step, header.steps) if last.ended else last.step
    if len(done) == steps:
        return [step.change for step in done]
    rng = random.Random(header.seed or 0)
    noise = [environment.draw(rng) for _ in range(steps)]
    if header.seed is None and any(noise):
        return None
    for step in done:
        noise[step.step - 1] = step.change
    return noise


def total(rewards: Mapping[str, Number]) -> Number:
    """Return the sum of all dimensions: regret and verdicts are computed with it; it is never shown to an agent."""
    return sum(rewards.values())
