"""How far a trial has come: the environment, what the agent has seen and said, the totals, and the noise."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from bioblue_envs import Action, Change, Environment, Number, Transition

from bioblue_tui.agents.base import Exchange
from bioblue_tui.trials.events import Event, Header
from bioblue_tui.trials.reading.thoughts import BREAK, split_thoughts
from bioblue_tui.trials.state import TrialState

SEND_REASONING = "send_reasoning"
"""Provider parameter of a trial whose model is sent the reasoning in its own past answers."""


def never_known(environment: Environment, header: Header) -> str:
    """Say why a trial's further noise can't be known; empty where its seed is known or its environment has no noise."""
    if header.seed is None and environment.draw(random.Random(0)):
        return f"{environment.id} has noise, and no seed says what noise would follow"
    return ""


class Course:
    """The course of one trial so far. Only legal actions move it on.

    Args:
        environment: The environment.
        header: What the trial is; the seed is taken from it.
        changes: Exogenous changes to use instead of the seed's stream, one per step.

    Attributes:
        state: The environment's state.
        last: The last transition, or None before the first step.
        history: What was observed and answered at every step, oldest first.
        totals: Running totals by dimension.

    Raises:
        ValueError: For an environment with noise but neither a seed nor changes.
    """

    def __init__(self, environment: Environment, header: Header, changes: Iterator[Change] | None = None) -> None:
        if changes is None and (why := never_known(environment, header)):
            raise ValueError(why)
        self.environment = environment
        # Only the environment draws from this stream: nothing else, such as a retry of a request, may.
        self._rng = random.Random(header.seed)
        self._changes = changes
        self._whole = header.provider.get(SEND_REASONING) is True
        self.state = environment.initial()
        self.last: Transition | None = None
        self.history: list[Exchange] = []
        self.totals: dict[str, Number] = {dimension.key: 0 for dimension in environment.dimensions}

    def next_change(self) -> Change:
        """Take the next step's exogenous change from the stream.

        Raises:
            ValueError: When the given changes are used up.
        """
        if self._changes is None:
            return self.environment.draw(self._rng)
        change = next(self._changes, None)
        if change is None:
            raise ValueError(f"there is no exogenous change for step {self.state.step + 1}")
        return change

    def exchange(self, observation: str, answer: str) -> Exchange:
        """Return a past step as the agent is to see it: without the reasoning in its answer, unless the header asks."""
        split = split_thoughts(answer)
        if self._whole or not split.reasoning:
            return Exchange(observation, answer)
        return Exchange(observation, split.answer.replace(BREAK, "").strip())

    def move(self, action: Action, change: Change, exchange: Exchange) -> Transition:
        """Apply a legal action and remember how it came about."""
        done = self.environment.transition(self.state, action, change)
        for key, reward in done.rewards.items():
            self.totals[key] += reward
        self.state, self.last = done.after, done
        self.history.append(exchange)
        return done

    def restore(self, header: Header, events: Iterable[Event]) -> None:
        """Repeat recorded steps, so that the trial can continue after them.

        The stream of noise moves on by one draw per step, and the recorded changes are applied.

        Raises:
            ValueError: When an answer is lost, or a step does not follow from the one before it.
        """
        for view in TrialState(header).feed(events).steps:
            done = view.done
            if done is None:
                break
            text = view.answer.text if view.answer else None
            if text is None:
                raise ValueError(f"the answer of step {view.number} is lost")
            self.next_change()
            self.move(done.action, done.change, self.exchange(view.observation, text))
            if self.state.levels != done.after:
                raise ValueError(f"step {view.number} does not follow from the step before it")
