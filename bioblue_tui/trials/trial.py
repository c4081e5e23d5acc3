"""The trial loop: it asks the agent, reads the answer, moves the world, and emits events. It knows no screen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator

from bioblue_tui.agents.base import Agent, AgentError, Answer, Exchange, Turn
from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.controls import Controls
from bioblue_tui.trials.events import (
    COMPLETE,
    STOPPED,
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    Header,
    Paused,
    Rejected,
    Resumed,
    Stepped,
)
from bioblue_tui.trials.parse import read_answer
from envs import Action, Change, Environment, Number, Transition

RETRY_LIMIT = 10
"""Illegal answers to one observation before the trial pauses and says why."""

HUMAN = "human"
"""Actor of an answer that a person gave in the agent's place."""


class Trial:
    """One agent, one environment, one seed.

    Args:
        environment: The world.
        agent: Who answers.
        header: What the trial is; seed, steps and instruction are taken from it.
        emit: Receives every event before the trial goes on. What it raises ends ``run``.
        clock: Where time comes from.
        speed: Steps per second at most, or None for no limit.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses. 0 for no limit.
        changes: Exogenous changes to use instead of the seed's stream, one per step.
    """

    def __init__(
        self,
        environment: Environment,
        agent: Agent,
        header: Header,
        emit: Callable[[Event], None],
        *,
        clock: Clock | None = None,
        speed: float | None = None,
        paused: bool = False,
        retry_limit: int = RETRY_LIMIT,
        changes: Iterator[Change] | None = None,
    ) -> None:
        self.environment = environment
        self.agent = agent
        self.header = header
        self._emit = emit
        self._clock = clock or SystemClock()
        self._controls = Controls(self._clock, speed, paused)
        self._limit = 0 if agent.patient else retry_limit
        # The stream belongs to the environment alone: nothing else, such as a retry of a request, may draw from it.
        self._rng = random.Random(header.seed)
        self._changes = changes
        self._state = environment.initial()
        self._last: Transition | None = None
        self._history: list[Exchange] = []
        self._totals: dict[str, Number] = {dimension.key: 0 for dimension in environment.dimensions}
        self._substitute: str | None = None
        self._task: asyncio.Task[object] | None = None
        self._stopping = False
        self._ended = False

    @property
    def paused(self) -> bool:
        """True while the trial holds between steps."""
        return self._controls.paused

    @property
    def ended(self) -> bool:
        """True once the trial is over."""
        return self._ended

    @property
    def speed(self) -> float | None:
        """Steps per second at most; None for no limit."""
        return self._controls.speed

    @speed.setter
    def speed(self, value: float | None) -> None:
        self._controls.speed = value

    def pause(self, reason: str = "") -> None:
        """Hold before the next step. An answer in flight is kept and shown, and applied after ``resume``."""
        if not self._ended and not self.paused:
            self._controls.close()
            self._emit(Paused(self._clock.now(), self._state.step + 1, reason))

    def resume(self) -> None:
        """Go on; after too many illegal answers or a fault, ask again."""
        if not self._ended and self.paused:
            self._emit(Resumed(self._clock.now(), self._state.step + 1))
            self._controls.open()

    def step_once(self) -> None:
        """Play exactly one step, then hold."""
        if not self._ended:
            self.pause()
            self._controls.allow_one()

    def answer_instead(self, text: str) -> None:
        """Answer the present observation in the agent's place, while paused; recorded as a person's answer."""
        if not self._ended:
            self._substitute = text
            self._controls.allow_one()

    async def stop(self) -> None:
        """End the trial now, complete with its last event."""
        self._stopping = True
        if self._task is None:
            self._finish(STOPPED)
        elif not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def run(self) -> None:
        """Play until all steps are done, the environment ends, or ``stop``.

        Whatever ``emit`` raises (such as a record that cannot be written) comes out of here; the trial is then over.
        """
        self._task = asyncio.current_task()
        try:
            while self._state.step < self.header.steps and not self._state.ended and not self._stopping:
                await self._one_step()
            self._finish(STOPPED if self._stopping else self._state.ended or COMPLETE)
        except asyncio.CancelledError:
            self._finish(STOPPED)
            if not self._stopping:
                raise
        finally:
            self._ended = True
            await self.agent.aclose()

    async def _one_step(self) -> None:
        step = self._state.step + 1
        observation = self.environment.observation(self._state, self._last)
        attempt, rejected, rejection = 0, 0, ""
        while True:
            await self._controls.gate()
            attempt += 1
            turn = Turn(
                step,
                attempt,
                self.header.instruction,
                self._history,
                observation,
                self.environment,
                self._state,
                self._last,
                rejection,
            )
            answer, actor = await self._ask(turn)
            if answer is None:
                continue
            reading = read_answer(answer.text, self.environment, self._state)
            if reading.action is not None:
                break
            rejection = reading.reason
            self._emit(Rejected(self._clock.now(), step, attempt, rejection))
            rejected += actor == self.agent.name
            if self._limit and rejected >= self._limit:
                rejected = 0
                self._hold(f"{self._limit} illegal answers in a row; the last one: {rejection}")
        await self._controls.gate()
        self._apply(reading.action, actor)
        self._history.append(Exchange(observation, answer.text))
        self._controls.step_done()
        await self._controls.pace()

    async def _ask(self, turn: Turn) -> tuple[Answer | None, str]:
        text, self._substitute = self._substitute, None
        actor = self.agent.name if text is None else HUMAN
        self._emit(Asked(self._clock.now(), turn.step, turn.attempt, turn.observation, actor))
        begun = self._clock.monotonic()
        try:
            answer = await self.agent.answer(turn) if text is None else Answer(text)
        except AgentError as error:
            self._emit(Failed(self._clock.now(), turn.step, turn.attempt, str(error)))
            self._hold(f"no answer: {error}")
            return None, actor
        seconds = round(self._clock.monotonic() - begun, 6)
        self._emit(
            Answered(
                self._clock.now(),
                turn.step,
                turn.attempt,
                answer.text,
                actor,
                seconds,
                answer.reasoning,
                answer.usage,
                answer.notes,
            )
        )
        return answer, actor

    def _hold(self, reason: str) -> None:
        # Also while a single step was allowed: what went wrong must not be tried again unasked.
        self._controls.close()
        self._emit(Paused(self._clock.now(), self._state.step + 1, reason))

    def _apply(self, action: Action, actor: str) -> None:
        change = next(self._changes) if self._changes is not None else self.environment.draw(self._rng)
        transition = self.environment.transition(self._state, action, change)
        for key, reward in transition.rewards.items():
            self._totals[key] += reward
        self._state, self._last = transition.after, transition
        self._emit(
            Stepped(
                self._clock.now(),
                transition.after.step,
                actor,
                action,
                change,
                transition.before.levels,
                transition.after.levels,
                transition.rewards,
                transition.metrics,
                dict(self._totals),
                transition.after.ended,
            )
        )

    def _finish(self, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._emit(Ended(self._clock.now(), self._state.step, reason))
