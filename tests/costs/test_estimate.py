"""An estimate is rough, but of the right size, and it grows with the square of the steps."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import bioblue_envs
import pytest

from bioblue_tui.costs.estimate import estimate
from bioblue_tui.costs.price import Basis, Price, Rates
from bioblue_tui.costs.table import find_price
from tests.support import told

RATES = Rates(input=Decimal(1), output=Decimal(10), cached=Decimal("0.1"), written=Decimal("1.25"))
PRICE = Price(Basis.PRICED, "m", ((0, RATES),))


@pytest.mark.parametrize("environment", bioblue_envs.ids())
def test_it_is_near_what_tokens_of_four_letters_would_be(environment: str) -> None:
    world = bioblue_envs.make(environment)
    found = estimate(world, steps=100, trials=3, price=PRICE)
    state, last, noise = world.initial(), None, random.Random(1)
    length, sent = len(told.instruction(world)), 0
    for _ in range(100):
        length += len(told.observation(world, state, last)) + 2
        sent += length
        last = world.transition(state, world.reference_action(state), world.draw(noise))
        state = last.after
    assert 0.6 < found.input / (3 * sent / 4) < 2.2
    assert found.requests == 300


def test_words() -> None:
    world = bioblue_envs.make("multi-homeostasis")
    words = estimate(world, steps=100, trials=10, price=find_price("gpt-4o-mini", "https://api.openai.com/v1")).words()
    assert words.startswith("10 trials, 1000 requests: about 6.")
    assert " M tokens in, 20 k out; about $" in words
    assert "where the provider caches); prices of 20" in words
    local = estimate(world, steps=1, trials=1, price=find_price("m", "http://127.0.0.1:1/v1")).words()
    assert local.endswith(" out; no price known for m at this address")
    assert "$" not in local
    assert "no price known for m" in estimate(world, steps=1, trials=1, price=Price(Basis.UNKNOWN, "m")).words()
    assert estimate(world, steps=1, trials=1, price=Price(Basis.NOBODY)).words().endswith(" out")


def test_the_whole_past_costs_with_the_square_and_a_window_does_not() -> None:
    world = bioblue_envs.make("homeostasis")
    short, long = (estimate(world, steps=steps, trials=1, price=PRICE) for steps in (500, 1000))
    assert 3.8 < long.input / short.input < 4.2
    short, long = (estimate(world, steps=steps, trials=1, price=PRICE, keep=5) for steps in (500, 1000))
    assert long.input / short.input == pytest.approx(2, abs=0.05)
    assert long.cached is None


def test_caching_saves_most_of_it_and_reasoning_is_paid_but_not_sent_again() -> None:
    world = bioblue_envs.make("homeostasis")
    found = estimate(world, steps=100, trials=1, price=PRICE)
    assert found.cached is not None
    assert found.cached.dollars is not None
    assert found.uncached.dollars is not None
    assert found.cached.dollars < found.uncached.dollars / 2
    thinking = estimate(world, steps=100, trials=1, price=PRICE, reasoning=1000)
    assert thinking.input == found.input
    assert thinking.output == found.output + 100_000


def test_no_more_is_sent_than_the_model_takes_in() -> None:
    world = bioblue_envs.make("homeostasis")
    found = estimate(world, steps=1000, trials=1, price=replace(PRICE, context=4000))
    assert found.input <= 4000 * 1000
