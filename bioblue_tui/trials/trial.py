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
    FAULT,
    MAX_STEPS,
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
        emit: Receives every event before the trial goes on. What it raises comes out of ``run``, or of the control
            that caused the event.
        clock: Where time comes from.
        speed: Steps per second at most, or None for no limit.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses. 0 for no limit.
        changes: Exogenous changes to use instead of the seed's stream, one per step.

    Raises:
        ValueError: For a speed, a retry limit or a number of steps out of range, and for a world with noise that is
            given neither a seed nor changes.
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
        if not 0 <= header.steps <= MAX_STEPS:
            raise ValueError(f"a trial has from 0 to {MAX_STEPS} steps, not {header.steps}")
        if retry_limit < 0:
            raise ValueError(f"the retry limit is 0 (none) or more, not {retry_limit}")
        if header.seed is None and changes is None and environment.draw(random.Random(0)):
            raise ValueError(f"{environment.id} has noise: it needs a seed, or the changes themselves")
        self.environment = environment
        self.agent = agent
        self.header = header
        self._emit = emit
        self._clock = clock or SystemClock()
        self._controls = Controls(self._clock, speed, paused)
        self._limit = retry_limit
        # The stream belongs to the environment alone: nothing else, such as a retry of a request, may draw from it.
        self._rng = random.Random(header.seed)
        self._changes = changes
        self._state = environment.initial()
        self._last: Transition | None = None
        self._history: list[Exchange] = []
        self._totals: dict[str, Number] = {dimension.key: 0 for dimension in environment.dimensions}
        self._substitute: str | None = None
        self._task: asyncio.Task[object] | None = None
        self._over = asyncio.Event()
        self._pause_told = False
        self._stopping = False
        self._ended = False
        self._deaf = False

    @property
    def paused(self) -> bool:
        """True while the trial holds between steps, also while single steps are let through."""
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
        if not self._ended:
            self._controls.close()
            if not self._pause_told:
                self._tell_paused(reason)

    def resume(self) -> None:
        """Go on; after too many illegal answers or a fault, ask again."""
        if not self._ended and self.paused:
            if self._pause_told:
                self._pause_told = False
                self._tell(Resumed(self._clock.now(), self._state.step + 1))
            self._controls.open()

    def step_once(self) -> None:
        """Play one step, then hold; called three times before the first is played, three steps."""
        if not self._ended:
            if not self._pause_told:
                self.pause()
            self._controls.allow_one()

    def answer_instead(self, text: str) -> None:
        """Answer the present observation in the agent's place, and hold after the step.

        It is recorded as a person's answer. An answer of the agent that is held is not applied then. When the person's
        answer is illegal the trial stays paused, and they may try again.
        """
        if not self._ended:
            self.pause()
            self._substitute = text
            self._controls.allow_one()

    async def stop(self) -> None:
        """End the trial now, complete with its last event. Stopping twice, or what is over, is fine."""
        if self._task is None:
            await self._stop_unplayed()
            return
        if not self._stopping and not self._ended:
            self._stopping = True
            self._task.cancel()
        await self._over.wait()

    async def run(self) -> None:
        """Play until all steps are done, the environment ends, or ``stop``. A trial is played once.

        Whatever ``emit`` raises (such as a record that cannot be written) comes out of here, and so does a fault in
        an agent that is no AgentError; the trial is then over.
        """
        if self._ended:
            return
        if self._task is not None:
            raise RuntimeError("the trial is being played already")
        self._task = asyncio.current_task()
        assert self._task is not None
        try:
            await self._play()
            self._finish(self._state.ended or COMPLETE)
        except asyncio.CancelledError:
            self._finish(STOPPED)
            # The cancellation that ``stop`` asked for ends here; one from outside goes on.
            if not self._stopping or self._task.uncancel():
                raise
        except Exception as error:
            # Only the error's name: the record may be shared, and the text of an unforeseen error may hold anything.
            if not self._deaf:
                self._finish(f"{FAULT}: {type(error).__name__}")
            raise
        finally:
            self._ended = True
            try:
                await self.agent.aclose()
            finally:
                self._over.set()

    async def _play(self) -> None:
        if self.paused and not self._pause_told:
            self._tell_paused("")
        while self._state.step < self.header.steps:
            await self._one_step()
            if self._state.ended or self._state.step == self.header.steps:
                break
            await self._controls.pace()

    async def _one_step(self) -> None:
        observation = self.environment.observation(self._state, self._last)
        attempt, illegal, rejection = 0, 0, ""
        while True:
            await self._controls.gate()
            attempt += 1
            by_person = self._substitute is not None
            turn = self._turn(attempt, observation, rejection)
            answer, actor = await self._ask(turn)
            if answer is None:
                continue
            reading = read_answer(answer.text, self.environment, self._state)
            if reading.action is not None:
                await self._controls.gate()
                if self._substitute is None:
                    break
                # While this answer was held, a person answered in the agent's place.
                continue
            rejection = reading.reason
            self._tell(Rejected(self._clock.now(), turn.step, attempt, rejection))
            illegal += not by_person
            if by_person:
                self._controls.close()
            elif self._limit and not self.agent.patient and illegal >= self._limit:
                illegal = 0
                self._hold(f"{self._limit} illegal answers in a row; the last one: {rejection}")
        self._apply(reading.action, actor)
        self._history.append(Exchange(observation, answer.text))
        self._controls.step_done()

    def _turn(self, attempt: int, observation: str, rejection: str) -> Turn:
        step, instruction, world = self._state.step + 1, self.header.instruction, (self.environment, self._state)
        return Turn(step, attempt, instruction, self._history, observation, *world, self._last, rejection)

    async def _ask(self, turn: Turn) -> tuple[Answer | None, str]:
        text, self._substitute = self._substitute, None
        actor = self.agent.name if text is None else HUMAN
        self._tell(Asked(self._clock.now(), turn.step, turn.attempt, turn.observation, actor))
        begun = self._clock.monotonic()
        try:
            answer = await self.agent.answer(turn) if text is None else Answer(text)
        except AgentError as error:
            self._tell(Failed(self._clock.now(), turn.step, turn.attempt, str(error)))
            self._hold(f"no answer: {error}")
            return None, actor
        seconds = round(self._clock.monotonic() - begun, 6)
        extras = (answer.reasoning, answer.usage, answer.notes)
        self._tell(Answered(self._clock.now(), turn.step, turn.attempt, answer.text, actor, seconds, *extras))
        return answer, actor

    def _hold(self, reason: str) -> None:
        # Also while single steps were allowed: what went wrong must not be tried again unasked. What a person has
        # answered in the meantime is no such try.
        if self._substitute is None:
            self._controls.close()
            self._tell_paused(reason)

    def _apply(self, action: Action, actor: str) -> None:
        change = self._change()
        done = self.environment.transition(self._state, action, change)
        for key, reward in done.rewards.items():
            self._totals[key] += reward
        self._state, self._last = done.after, done
        levels, results = (done.before.levels, done.after.levels), (done.rewards, done.metrics, dict(self._totals))
        step, ended = done.after.step, done.after.ended
        self._tell(Stepped(self._clock.now(), step, actor, action, change, *levels, *results, ended))

    def _change(self) -> Change:
        if self._changes is None:
            return self.environment.draw(self._rng)
        change = next(self._changes, None)
        if change is None:
            raise ValueError(f"there is no exogenous change for step {self._state.step + 1}")
        return change

    async def _stop_unplayed(self) -> None:
        if not self._ended:
            try:
                self._finish(STOPPED)
            finally:
                await self.agent.aclose()

    def _finish(self, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._tell(Ended(self._clock.now(), self._state.step, reason))

    def _tell_paused(self, reason: str) -> None:
        self._pause_told = True
        self._tell(Paused(self._clock.now(), self._state.step + 1, reason))

    def _tell(self, event: Event) -> None:
        try:
            self._emit(event)
        except BaseException:
            # Nobody would learn of a last event either.
            self._deaf = True
            raise
