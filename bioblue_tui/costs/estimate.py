"""What a batch of trials may cost, before it starts: every request sends the whole past, so the cost grows fast."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bioblue_envs import Environment

from bioblue_tui.agents.base import Usage
from bioblue_tui.costs.lengths import FRAME, likely
from bioblue_tui.costs.price import FREE, Cost, Price
from bioblue_tui.costs.words import tokens
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.wordings.collection import default
from bioblue_tui.wordings.words import Words

ANSWER_TOKENS = 20
"""Tokens of a usual answer: some models give bare numbers, some a sentence before them."""

CACHE_LEAST = 1024
"""Tokens below which providers do not cache."""

_SAMPLE = 50
"""Steps that are played to see how long observations are."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rough estimate.

    Attributes:
        trials: How many trials.
        requests: How many requests, if no answer is rejected.
        input: Tokens sent.
        output: Tokens produced.
        uncached: The cost where nothing is cached.
        cached: The cost where the provider caches all it can; None where no cache can help.
        price: What the costs were computed with.
    """

    trials: int
    requests: int
    input: int
    output: int
    uncached: Cost
    cached: Cost | None
    price: Price

    def words(self) -> str:
        """Say it in one line; without a cost where nothing is paid."""
        batch = f"{counted(self.trials, 'trial')}, {counted(self.requests, 'request')}"
        size = f"{batch}: about {tokens(self.input)} tokens in, {tokens(self.output)} out"
        if not self.price.known:
            return f"{size}; {self.price.words()}" if self.price.words() else size
        cost = f"about {self.uncached}"
        if self.cached is not None and str(self.cached) != str(self.uncached):
            cost += f" ({self.cached} where the provider caches)"
        return f"{size}; {cost}; {self.price.words()}"


def estimate(
    environment: Environment,
    *,
    steps: int,
    trials: int,
    price: Price,
    keep: int | None = None,
    max_output: int | None = 100,
    reasoning: int = 0,
    done: int = 0,
    instruction: str = "",
    words: Words | None = None,
) -> Estimate:
    """Estimate what trials of a model use and cost.

    Args:
        environment: What is played; nothing happens to it.
        steps: Steps of each trial.
        trials: How many trials.
        price: What the model costs.
        keep: How many past steps are sent with each request; None for all.
        max_output: The most tokens of an answer; None for no limit.
        reasoning: Tokens of reasoning before an answer, which are paid but not sent again.
        done: Steps that are already played; they are the past of the steps to estimate.
        instruction: The system instruction; empty for the wording's own.
        words: What the model is told; None for the default wording.
    """
    words = words or default().of(environment.id)
    answer = ANSWER_TOKENS if max_output is None else min(ANSWER_TOKENS, max_output)
    output = answer + reasoning
    sent_in_all, uncached, cached = 0, FREE, FREE
    before = 0
    for sent in _sizes(environment, words, range(done, steps), keep, answer, instruction):
        # A conversation that outgrows the model's context loses its oldest part.
        sent = min(sent, price.context or sent)
        sent_in_all += sent
        reused = before if keep is None and before >= CACHE_LEAST else 0
        written = sent - reused if sent >= CACHE_LEAST else 0
        uncached += Cost.of(Usage(sent, 0, output), price)
        cached += Cost.of(Usage(sent, reused, output, written), price)
        before = min(sent, price.context - 1 if price.context else sent)
    helps = keep is None and before >= CACHE_LEAST and price.known
    return Estimate(
        trials,
        max(0, steps - done) * trials,
        sent_in_all * trials,
        output * max(0, steps - done) * trials,
        _times(uncached, trials),
        _times(cached, trials) if helps else None,
        price,
    )


def _sizes(
    environment: Environment, words: Words, steps: range, keep: int | None, answer: int, instruction: str
) -> Iterator[int]:
    """Yield how many tokens each request sends."""
    head = likely(instruction or words.instruction(environment))
    observation = _observation(environment, words)
    for past in steps:
        kept = past if keep is None else min(past, keep)
        yield round(head + kept * (observation + answer + FRAME) + observation)


def _observation(environment: Environment, words: Words) -> float:
    """Return about how many tokens an observation has, by playing the reference policy for a while."""
    state, last, noise, lengths = environment.initial(), None, random.Random(0), []
    for _ in range(_SAMPLE):
        lengths.append(likely(words.observation(environment, state, last)))
        if state.ended:
            break
        last = environment.transition(state, environment.reference_action(state), environment.draw(noise))
        state = last.after
    # The first observation is shorter: it has no rewards yet.
    later = lengths[1:] or lengths
    return sum(later) / len(later)


def _times(cost: Cost, count: int) -> Cost:
    return Cost(None if cost.dollars is None else cost.dollars * count, cost.unknown)
