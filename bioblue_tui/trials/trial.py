"""The trial loop: it asks the agent, reads the answer, applies the action, and emits events. It knows no screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from bioblue_envs import Change, Dimension, Environment

from bioblue_tui.agents.base import Agent, AgentError, Answer, Exchange, Turn
from bioblue_tui.agents.human import HUMAN
from bioblue_tui.trials.asking import Asking, InterruptedAnswer
from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.controls import Controls
from bioblue_tui.trials.course import Course
from bioblue_tui.trials.events import (
    COMPLETE,
    FAULT,
    MAX_STEPS,
    STOPPED,
    Ended,
    Event,
    HandedOver,
    Header,
    Intervened,
    InterventionKind,
    Paused,
    Rejected,
    Resumed,
    Stepped,
)
from bioblue_tui.trials.interventions import Speaker, disturbance, disturbed
from bioblue_tui.trials.parse import RULE, read_answer
from bioblue_tui.trials.past import attempts_of_open_step
from bioblue_tui.trials.patience import Patience
from bioblue_tui.trials.reading.outcome import Reading

RETRY_LIMIT = 10
"""Rejected answers to one observation before the trial pauses and says why."""


class Trial:
    """One agent, one environment, one seed.

    Args:
        environment: The environment.
        agent: Who answers.
        header: What the trial is; seed, steps and instruction are taken from it.
        emit: Receives every event before the trial continues. An error that it raises is raised by ``run``, or by the
            control that caused the event.
        clock: Where time comes from.
        speed: Steps per second at most, or None for no limit.
        paused: Whether to begin paused.
        retry_limit: Rejected answers to one observation, illegal or unreadable, before the trial pauses. 0 for no
            limit.
        changes: Exogenous changes to use instead of the seed's stream, one per step.
        past: What has happened so far, for a trial that is resumed or forked.
        person: The person who has taken over from the agent and answers at the beginning; None where the agent does.
        settle: Awaited after every step and after the end, for instance until the step is on the disk.

    Raises:
        ValueError: For a speed, a retry limit or a number of steps out of range, for an environment with noise but
            neither a seed nor changes, and for a past with lost steps.
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
        past: Sequence[Event] = (),
        person: Agent | None = None,
        settle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        if not 0 <= header.steps <= MAX_STEPS:
            raise ValueError(f"a trial has from 0 to {MAX_STEPS} steps, not {header.steps}")
        if retry_limit < 0:
            raise ValueError(f"the retry limit is 0 (none) or more, not {retry_limit}")
        self.environment = environment
        self.agent = agent
        self.header = header
        self._emit = emit
        self._clock = clock or SystemClock()
        self._controls = Controls(self._clock, speed, paused and person is None)
        self._limit = retry_limit
        self._settle = settle
        self._course = Course(environment, header, changes)
        self._course.restore(header, past)
        self._attempts = attempts_of_open_step(past, self._course.state.step + 1)
        self._speaker = Speaker(environment, header)
        self._interventions = [event for event in past if isinstance(event, Intervened)]
        for event in self._interventions:
            self._speaker.take(event)
        self._asking = Asking(self._tell, self._clock)
        self._asked, self._observation = False, ""
        self.allow: Callable[[Turn], str] | None = None
        """Called before every question: returns why it must not be asked, whereupon the trial pauses; else empty."""
        self._person = person
        self._held_before = paused
        """Whether the trial was paused when the person took over."""
        self._substitute: Answer | None = None
        self._task: asyncio.Task[object] | None = None
        self._over = asyncio.Event()
        self._pause_told = False
        self._changed_hands = False
        self._stopping = False
        self._ended = False
        self._deaf = False

    @property
    def paused(self) -> bool:
        """True while the trial is paused between steps, even while single steps are let through."""
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
        """Pause before the next step. An answer in flight is kept and shown, and applied after ``resume``."""
        if not self._ended:
            self._controls.close()
            if not self._pause_told:
                self._tell_paused(reason)

    def resume(self) -> None:
        """Continue; after too many illegal answers or a fault, ask again."""
        if not self._ended and self.paused:
            if self._pause_told:
                self._pause_told = False
                self._tell(Resumed(self._clock.now(), self._course.state.step + 1))
            self._controls.open()

    def step_once(self) -> None:
        """Play one step, then pause. Calls add up: after three calls, three steps are played."""
        if not self._ended:
            if not self._pause_told:
                self.pause()
            self._controls.allow_one()

    def answer_instead(self, text: str, dropped: int = 0, seconds: float | None = None) -> str:
        """Answer the present observation in the agent's place, and pause after the step.

        It is recorded as a person's answer. If the agent has answered already, that answer is not applied. When the
        person's answer is illegal the trial stays paused, and they may try again.

        Args:
            text: The answer.
            dropped: How many keys were pressed before the question, and did not count.
            seconds: How long the answer took since the question, where that was measured.

        Returns:
            Why it is rejected; empty where it is accepted.
        """
        if self._ended:
            return "the trial is over"
        self.pause()
        self._substitute = Answer(text, dropped=dropped, seconds=seconds)
        self._controls.allow_one()
        return read_answer(text, self.environment, self._course.state, self._observation).reason

    @property
    def acting(self) -> Agent:
        """Who answers now: the agent, or the person who has taken over."""
        return self._person or self.agent

    @property
    def shown_dimensions(self) -> tuple[Dimension, ...]:
        """The reward dimensions that the agent is shown now."""
        return tuple(self._speaker.shown.shown_dimensions)

    @property
    def in_flight(self) -> bool:
        """True while an answer is awaited."""
        return self._asking.in_flight

    def interrupt(self) -> bool:
        """Cut the answer in flight short and pause; ``resume`` asks again. Returns False when none is in flight."""
        if self._ended or not self._asking.interrupt():
            return False
        self.pause()
        return True

    def take_over(self, person: Agent) -> None:
        """Let a person answer from here. The agent's answer is cut short, or not applied if it is already there."""
        if not self._ended and self._person is None:
            self._held_before = self.paused
            self._hand_to(person)
            self.resume()

    def hand_back(self) -> None:
        """Let the agent answer again; it sees the person's steps as its own. If it was paused before, it is again."""
        if not self._ended and self._person is not None:
            if self._held_before:
                self.pause()
            self._hand_to(None)
            if not self._held_before:
                self.resume()

    def intervene(self, kind: InterventionKind, value: object) -> None:
        """Change what the agent is told, or what happens to it, from the next question on.

        Args:
            kind: What is changed.
            value: As in ``Intervened``; see ``interventions.read_intervention``.
        """
        if self._ended:
            return
        # A question that was asked stays as it is; but the noise is only drawn once the answer is there.
        step = self._course.state.step + 1 + (self._asked and kind != "disturb")
        event = Intervened(self._clock.now(), step, kind, value)
        self._tell(event)
        self._interventions.append(event)
        self._speaker.take(event)

    def _scheduled(self) -> None:
        step = self._course.state.step + 1
        known = [event.planned for event in self._interventions if event.step == step]
        for planned in self.header.schedule:
            # An intervention that a resumed trial has already made is not repeated.
            if planned[0] == step and planned not in known:
                self.intervene(planned[1], planned[2])

    def _hand_to(self, person: Agent | None) -> None:
        self._person = person
        self._changed_hands = True
        self._tell(HandedOver(self._clock.now(), self._course.state.step + 1, self.acting.name))
        self._asking.interrupt()

    async def stop(self) -> None:
        """End the trial now, with its last event. It may be called twice, or after the end."""
        if self._task is None:
            await self._stop_unplayed()
            return
        if not self._stopping and not self._ended:
            self._stopping = True
            self._task.cancel()
        await self._over.wait()

    async def run(self) -> None:
        """Play until all steps are done, the environment ends, or ``stop``. A trial is played only once.

        Errors of ``emit`` (such as a record that cannot be written) are raised here, and so are errors in an agent
        other than AgentError; the trial is then over.
        """
        if self._ended:
            return
        if self._task is not None:
            raise RuntimeError("the trial is being played already")
        self._task = asyncio.current_task()
        assert self._task is not None
        try:
            await self._play()
            self._finish(self._course.state.ended or COMPLETE)
        except asyncio.CancelledError:
            self._finish(STOPPED)
            # The cancellation that ``stop`` asked for ends here; one from outside is passed on.
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
                await self._put_away()
            finally:
                self._over.set()

    async def _play(self) -> None:
        if self.paused and not self._pause_told:
            self._tell_paused("")
        while self._course.state.step < self.header.steps:
            await self._one_step()
            if self._course.state.ended or self._course.state.step == self.header.steps:
                break
            if self._settle is not None:
                await self._settle()
            await self._controls.pace()

    async def _one_step(self) -> None:
        course = self._course
        attempt, rejection, patience = self._attempts, "", Patience(self._limit)
        self._attempts, self._asked, self._observation = 0, False, ""
        self._scheduled()
        while True:
            await self._controls.gate()
            if not self._asked:
                self._observation = self._speaker.observation(course.state, course.last)
                self._asked = True
            attempt += 1
            self._changed_hands = False
            turn = self._turn(attempt, self._observation, rejection)
            by_person = self._substitute is not None
            actor = HUMAN if by_person else self.acting.name
            answer = await self._ask(turn)
            if answer is None:
                continue
            if answer.fault:
                self._tell(Rejected(self._clock.now(), turn.step, attempt, answer.fault.reason, answer.fault.kind))
                if why := patience.spoilt(answer.fault, answer):
                    self._hold(why)
                continue
            reading = read_answer(answer.text, self.environment, course.state, self._observation)
            if reading.action is not None:
                await self._controls.gate()
                if self._substitute is None and not self._changed_hands:
                    break
                # While the trial was paused with this answer, a person answered in the agent's place, or took over.
                continue
            rejection = reading.reason
            self._tell(Rejected(self._clock.now(), turn.step, attempt, rejection, reading.kind))
            if by_person:
                self._controls.close()
            elif not self.acting.patient and (why := patience.rejected(reading)):
                self._hold(why)
        self._apply(reading, actor, course.exchange(self._observation, answer.text))
        self._controls.step_done()

    def _turn(self, attempt: int, observation: str, rejection: str) -> Turn:
        course, instruction = self._course, self.header.instruction
        world = (self.environment, course.state)
        return Turn(
            course.state.step + 1, attempt, instruction, course.history, observation, *world, course.last, rejection
        )

    async def _ask(self, turn: Turn) -> Answer | None:
        answer, self._substitute = self._substitute, None
        if answer is not None:
            return self._asking.note(turn, answer, HUMAN)
        refusal = self.allow(turn) if self.allow and self._person is None else ""
        if refusal:
            self._hold(refusal)
            await self._controls.gate()
            return None
        try:
            return await self._asking.ask(self.acting, turn)
        except AgentError as error:
            self._hold(f"no answer: {error}")
        except InterruptedAnswer:
            pass
        return None

    def _hold(self, reason: str) -> None:
        # Single steps that were allowed are revoked, too: a failed question must not be repeated unasked. An answer
        # that a person gave in the meantime is not a repetition.
        if self._substitute is None:
            self._controls.close()
            self._tell_paused(reason)

    def _apply(self, reading: Reading, actor: str, exchange: Exchange) -> None:
        course, action = self._course, reading.action
        assert action is not None
        extra = disturbance(self._interventions, course.state.step + 1)
        change = disturbed(course.next_change(), extra)
        done = course.move(action, change, exchange)
        levels, results = (done.before.levels, done.after.levels), (done.rewards, done.metrics, dict(course.totals))
        step, ended = done.after.step, done.after.ended
        how = (RULE, reading.clause, reading.part)
        self._tell(Stepped(self._clock.now(), step, actor, action, change, *levels, *results, ended, *how))

    async def _stop_unplayed(self) -> None:
        if not self._ended:
            try:
                self._finish(STOPPED)
            finally:
                await self._put_away()

    async def _put_away(self) -> None:
        try:
            if self._settle is not None and not self._deaf:
                await self._settle()
        finally:
            await self.agent.aclose()

    def _finish(self, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._tell(Ended(self._clock.now(), self._course.state.step, reason))

    def _tell_paused(self, reason: str) -> None:
        self._pause_told = True
        self._tell(Paused(self._clock.now(), self._course.state.step + 1, reason))

    def _tell(self, event: Event) -> None:
        try:
            self._emit(event)
        except BaseException:
            # A last event could not be emitted either.
            self._deaf = True
            raise
