"""One question to one agent: the answer's pieces, retries after faults that may pass, and a person's interruption."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bioblue_tui.agents.base import Agent, AgentError, Answer, Piece, Turn
from bioblue_tui.trials.clock import Clock
from bioblue_tui.trials.events import STOPPED, Answered, Asked, Event, Failed, Heard, Interrupted, Retrying
from bioblue_tui.trials.reading.thoughts import split_thoughts

RETRIES = 6
"""How often a fault that may pass is tried again before a person is asked: with growing waits, about two minutes."""

FIRST_WAIT = 2.0
"""Seconds before the first retry, where the provider names none; every further wait is twice as long."""

LONGEST_WAIT = 60.0
"""The longest wait that the doubling leads to. A provider that asks for a longer one gets it."""


class Asking:
    """Asks agents and emits events about what happens.

    Args:
        tell: Receives every event.
        clock: Where time comes from.
        retries: How often a fault that may pass is tried again.
    """

    def __init__(self, tell: Callable[[Event], None], clock: Clock, retries: int = RETRIES) -> None:
        self._tell = tell
        self._clock = clock
        self._retries = retries
        self._running: asyncio.Task[Answer] | None = None
        self._heard: list[str] = []
        self._cut = False
        self._sent = 0

    @property
    def in_flight(self) -> bool:
        """True while an answer, or the next try, is awaited."""
        return self._running is not None

    def interrupt(self) -> bool:
        """Cut the answer in flight short. Returns False and changes nothing when no answer is in flight."""
        if self._running is None or self._running.done():
            return False
        self._cut = True
        self._running.cancel()
        return True

    def note(self, turn: Turn, answer: Answer, actor: str) -> Answer:
        """Emit the events of an answer that was given without asking."""
        self._tell(Asked(self._clock.now(), turn.step, turn.attempt, turn.observation, actor))
        extras = ("", None, (), answer.dropped, 0)
        self._tell(Answered(self._clock.now(), turn.step, turn.attempt, answer.text, actor, answer.seconds, *extras))
        return answer

    async def ask(self, agent: Agent, turn: Turn) -> Answer:
        """Ask an agent, and again after faults that may pass.

        Raises:
            AgentError: When the agent could not answer; the event of that was emitted.
            InterruptedAnswer: When a person cut the answer short; the event of that was emitted, too.
        """
        step, attempt = turn.step, turn.attempt
        self._tell(Asked(self._clock.now(), step, attempt, turn.observation, agent.name))
        begun = self._clock.monotonic()
        self._heard, self._cut, self._sent = [], False, 0
        asked = replace(turn, hear=self._hearing(turn), sending=self._count)
        self._running = asyncio.ensure_future(self._try(agent, asked))
        try:
            answer = await self._running
        except AgentError as error:
            self._tell(Failed(self._clock.now(), step, attempt, str(error), "provider", self._sent))
            raise
        except asyncio.CancelledError:
            self._running.cancel()
            stopped = bool((task := asyncio.current_task()) and task.cancelling())
            if self._cut or self._sent:
                # A stopped trial's request has been sent, and may be paid, although its answer is no longer awaited.
                heard, reason = "".join(self._heard), "" if self._cut else STOPPED
                self._tell(Interrupted(self._clock.now(), step, attempt, heard, agent.name, reason, self._sent))
            if stopped or not self._cut:
                raise
            raise InterruptedAnswer from None
        finally:
            self._running = None
        waited = round(self._clock.monotonic() - begun, 6)
        seconds = waited if answer.seconds is None else answer.seconds
        # A model that does not count its requests has sent at least one.
        requests = self._sent or int(bool(agent.model))
        # Reasoning within the text is also kept as reasoning.
        inside = split_thoughts(answer.text).reasoning
        reasoning = "\n\n".join(part for part in (answer.reasoning, inside) if part)
        extras = (reasoning, answer.usage, answer.notes, answer.dropped, requests)
        self._tell(Answered(self._clock.now(), step, attempt, answer.text, agent.name, seconds, *extras))
        return answer

    async def _try(self, agent: Agent, turn: Turn) -> Answer:
        number = 0
        while True:
            try:
                return await agent.answer(turn)
            except AgentError as error:
                number += 1
                if not error.transient or number > self._retries:
                    raise
                wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (number - 1)) if error.wait is None else error.wait
                self._tell(Retrying(self._clock.now(), turn.step, turn.attempt, number, wait, str(error), self._sent))
            self._heard.clear()
            self._sent = 0
            await self._clock.sleep(wait)

    def _count(self) -> None:
        self._sent += 1

    def _hearing(self, turn: Turn) -> Callable[[Piece], None]:
        def hear(piece: Piece) -> None:
            if not piece.reasoning:
                self._heard.append(piece.text)
            self._tell(Heard(self._clock.now(), turn.step, turn.attempt, piece.text, piece.reasoning))

        return hear


class InterruptedAnswer(Exception):
    """A person cut the answer in flight short."""
