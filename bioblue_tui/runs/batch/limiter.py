"""How many requests a provider allows all trials together: one limiter for each address at which models are asked.

The wait for a limiter does not count as answering time: ``TrialClock``, with which a trial measures its answers, stands
still meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from bioblue_tui.agents.base import Agent, AgentError, Answer, Turn
from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.clock import Clock, SystemClock

MINUTE = 60.0

FIRST_GAP = 0.05
"""Seconds between two requests after a provider first asked for patience. If all waiting trials asked again at once,
most would be refused again, and a trial gives up after a few refusals."""

LONGEST_GAP = 30.0
"""The most seconds between two requests, however often a provider refuses."""

EASING = 0.95
"""The factor by which every answer shortens the gap: fourteen answers undo one refusal."""

WORTH_TELLING = 10.0
"""The shortest common wait, in seconds, that people are told about."""

_MOMENT = 1e-6
"""Waits shorter than this are over: only rounding is left of them."""


class Limiter:
    """Lets the requests to one address begin one by one, no faster than is allowed.

    Args:
        clock: Where time comes from.
        rpm: Requests a minute at most; None for no limit but the provider's own.
    """

    def __init__(self, clock: Clock, rpm: float | None = None) -> None:
        self._clock = clock
        self._least = MINUTE / rpm if rpm else 0.0
        self._gap = self._least
        self._free = self._held = 0.0
        """When the next request may begin, and until when the provider wants no request at all."""
        self._queue = asyncio.Lock()

    @property
    def wait(self) -> float:
        """Seconds until the next request may begin."""
        return self.until(self._free)

    async def admit(self, kept: float = 0.0) -> float:
        """Wait until a request may begin, first come, first served. Returns the seconds waited.

        Args:
            kept: The moment reserved for it by ``keep``; 0 where none was.
        """
        begun = self._clock.monotonic()
        if kept:
            while (rest := self.until(max(kept, self._held))) > 0:
                await self._clock.sleep(rest)
            return self._clock.monotonic() - begun
        async with self._queue:
            while (rest := self.wait) > 0:
                await self._clock.sleep(rest)
            now = self._clock.monotonic()
            self._free = now + self._gap
        return now - begun

    def keep(self) -> float:
        """Reserve the next free moment for a request that was refused, so that its wait is known."""
        turn = max(self._free, self._clock.monotonic())
        self._free = turn + self._gap
        return turn

    def until(self, moment: float) -> float:
        """Return the seconds until a moment."""
        rest = moment - self._clock.monotonic()
        return rest if rest > _MOMENT else 0.0

    @property
    def held(self) -> float:
        """Seconds for which the provider still wants no request."""
        return self.until(self._held)

    def hold(self, seconds: float) -> bool:
        """Let no request through for some seconds, and then fewer a minute: the provider has asked for it.

        Requests that were under way together are refused together; that slows us down only once.

        Returns:
            True when nobody had asked for it before.
        """
        now = self._clock.monotonic()
        first = self._held <= now
        if first:
            self._gap = min(LONGEST_GAP, max(FIRST_GAP, 2 * self._gap))
        self._held = max(self._held, now + seconds)
        self._free = max(self._free, self._held)
        return first

    def ease(self) -> None:
        """An answer came: go a little faster again, up to what is allowed."""
        gap = self._gap * EASING
        self._gap = gap if gap > max(self._least, FIRST_GAP / 2) else self._least


class TrialClock:
    """A trial's clock, whose durations leave out the time the trial waited for a limiter.

    Args:
        clock: Where time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left_out = 0.0

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return seconds since some fixed moment, without the seconds that were left out."""
        return self._clock.monotonic() - self._left_out

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._clock.sleep(seconds)

    def leave_out(self, seconds: float) -> None:
        """Leave these past seconds out of every duration that they fall into."""
        self._left_out += seconds


@runtime_checkable
class Prepared(Protocol):
    """An agent that has to be prepared before it sends its first request."""

    async def ready(self) -> None:
        """Prepare it."""


class Limited:
    """An agent that asks a limiter before every request, and tells it how the request went.

    Args:
        agent: Who answers.
        limiter: Shared by all agents at the same address.
        clock: The trial's clock.
        told: Receives how long all have to wait, whenever the provider asks them to.
    """

    def __init__(self, agent: Agent, limiter: Limiter, clock: TrialClock, told: Callable[[float], None]) -> None:
        self.name, self.model, self.provider, self.patient = agent.name, agent.model, agent.provider, agent.patient
        self.limiter = limiter
        self._agent, self._clock, self._told = agent, clock, told
        self._kept = 0.0
        """The moment reserved for asking again."""

    async def answer(self, turn: Turn) -> Answer:
        """Answer a turn when this agent's turn at the limiter comes.

        Raises:
            AgentError: When no answer came.
        """
        kept, self._kept = self._kept, 0.0
        if isinstance(self._agent, Prepared):
            # Prepare first: an admitted request must be sent at once, or all that are admitted meanwhile would go out
            # together.
            await self._agent.ready()
        self._clock.leave_out(await self.limiter.admit(kept))
        try:
            answer = await self._agent.answer(turn)
        except AgentError as error:
            if error.transient and error.wait:
                if self.limiter.hold(error.wait):
                    self._told(error.wait)
                # Others were refused or are waiting, too: tell people how long this one waits for its own turn.
                self._kept = self.limiter.keep()
                error.wait = self.limiter.until(self._kept)
            raise
        self.limiter.ease()
        return answer

    async def aclose(self) -> None:
        """Release what the agent holds."""
        await self._agent.aclose()


class Limiters:
    """The limiters of all addresses; trials that run together share them.

    Args:
        rpm: Requests a minute at most, for each address; None for no limit but the provider's own.
        clock: Where time comes from.

    Attributes:
        told: Receives a line whenever a provider makes all its trials wait for long.
    """

    def __init__(self, rpm: float | None = None, clock: Clock | None = None) -> None:
        self.told: Callable[[str], None] | None = None
        self._clock = clock or SystemClock()
        self._rpm = rpm
        self._limiters: dict[str, Limiter] = {}

    def limit(self, agent: Agent) -> tuple[Agent, Clock]:
        """Return an agent for a new trial, and that trial's clock. An agent without a model is left as it is."""
        if not agent.model:
            return agent, self._clock
        address = address_of(agent)
        limiter = self._limiters.setdefault(address, Limiter(self._clock, self._rpm))
        clock = TrialClock(self._clock)
        return Limited(agent, limiter, clock, lambda wait: self._tell(address, wait)), clock

    @property
    def waits(self) -> dict[str, float]:
        """The seconds that each address makes all its trials wait now; addresses without a wait are left out."""
        waits = {address: limiter.held for address, limiter in self._limiters.items()}
        return {address: wait for address, wait in waits.items() if wait > 0}

    def _tell(self, address: str, wait: float) -> None:
        if self.told is not None and wait >= WORTH_TELLING:
            self.told(f"{one_line(address, 80)} asks for patience: all its trials wait {wait:.0f} s")


def address_of(agent: Agent) -> str:
    """Return where an agent's model is: its provider, and the server's address where there is one."""
    url = agent.provider.get("base_url")
    return url if isinstance(url, str) else agent.name.partition(":")[0]
