"""What the prompt cache is asked for, and what that saves."""

from __future__ import annotations

import bioblue_envs
import pytest

from tests.support.caching import bill
from tests.support.fake_cache import Block, Count, PromptCache
from tests.support.fake_provider import FakeProvider
from tests.support.model_trials import make_agent, make_turn


@pytest.mark.parametrize("environment", bioblue_envs.ids())
async def test_a_hundred_steps_cost_a_fifth(environment: str) -> None:
    assert (await bill(environment, 100)).ratio <= 0.2


@pytest.mark.parametrize("history", ["window:3", "none"])
async def test_a_past_that_does_not_only_grow_is_not_put_into_the_cache(history: str) -> None:
    with FakeProvider() as provider:
        agent = make_agent("anthropic", provider, history=history)
        await agent.answer(make_turn())
        await agent.aclose()
        assert "cache_control" not in provider.journal[0].body


def test_fake_cache_of_marked_beginnings() -> None:
    cache = PromptCache(smallest=10)
    rules, marked = Block("r" * 35), Block("x" * 19, marked=True)
    assert cache.count_marked([Block("short", marked=True)]) == Count(2)
    assert cache.count_marked([rules, marked]) == Count(0, 0, 14)
    assert cache.count_marked([rules, marked]) == Count(0, 14, 0)
    assert cache.count_marked([rules, Block("x" * 19), Block("yyy", marked=True)]) == Count(0, 14, 1)
    assert cache.count_marked([Block("other"), rules, marked]) == Count(0, 0, 16)
    assert cache.count_marked([rules, Block("x" * 19)]) == Count(14)
    far = [Block("z")] * 20
    assert cache.count_marked([rules, Block("x" * 19), *far, marked]) == Count(0, 0, 39)


def test_fake_cache_of_all_beginnings() -> None:
    cache = PromptCache(smallest=1024)
    rules = Block("r" * 4_000)
    assert cache.count_automatic([rules]) == Count(1001)
    assert cache.count_automatic([rules, Block("s" * 100)]) == Count(1027)
    assert cache.count_automatic([rules, Block("s" * 100), Block("t")]) == Count(4, 1024)
