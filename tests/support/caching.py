"""What a trial's input costs with a prompt cache, and without."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import bioblue_envs

from tests.support.fake_cache import Count, billed
from tests.support.fake_provider import FakeProvider
from tests.support.model_trials import make_agent, make_play


@dataclass(frozen=True, slots=True)
class Bill:
    """Input of a trial, in tokens that are merely sent."""

    environment: str
    plain: float
    cached: float

    @property
    def ratio(self) -> float:
        """What is left to pay."""
        return self.cached / self.plain


async def bill(environment: str, steps: int) -> Bill:
    """Play a trial on the Messages API twice: with what the agent asks of the cache, and with that refused."""
    with_cache, without = [await _counts(environment, steps, refuses) for refuses in ((), ("cache_control",))]
    assert [count.sent for count in with_cache] == [count.sent for count in without]
    return Bill(environment, billed(without), billed(with_cache))


async def _counts(environment: str, steps: int, refuses: tuple[str, ...]) -> list[Count]:
    # What is answered hardly matters to what it costs to ask; this is legal in every world, all the way.
    answer = ", ".join("1" for _ in bioblue_envs.make(environment).objectives)
    with FakeProvider(lambda _: answer) as provider:
        provider.refuses = refuses
        play = make_play(make_agent("anthropic", provider), steps, environment)
        await asyncio.wait_for(play.run(), 60)
        assert len(provider.counts) == steps
        return provider.counts
