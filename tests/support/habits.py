"""Made-up trials whose agents have habits, sound and unsound ones, for what holds for every trial."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import bioblue_envs
from bioblue_envs import Environment, State
from hypothesis import strategies as st

from bioblue_tui.trials.events import Stepped
from tests.support.flips import steps_of

STEPS = 60


@st.composite
def trials(
    draw: Callable[[st.SearchStrategy[Any]], Any], kinds: Sequence[str] = tuple(bioblue_envs.ids())
) -> tuple[Environment, list[Stepped]]:
    """Draw a trial of an agent with habits: constant, repeating, growing, random and healthy stretches."""
    kind = draw(st.sampled_from(kinds))
    environment = bioblue_envs.make(kind, **({"objectives": draw(st.integers(2, 4))} if kind in _MANY else {}))
    rng = random.Random(draw(st.integers(0, 10_000)))
    habits = [habit_of(rng, environment) for _ in range(3)]
    ends = sorted(rng.randint(0, STEPS) for _ in range(2))

    def policy(state: State, step: int) -> list[float]:
        return habits[sum(step > end for end in ends)](state, step)

    return environment, steps_of(environment, policy, rng.randint(1, 99), STEPS)


_MANY = ("multi-homeostasis", "balancing")


def habit_of(rng: random.Random, environment: Environment) -> Callable[[State, int], list[float]]:
    count = len(environment.objectives)
    fixed = [rng.choice([0, 0, 2, 5, 10]) for _ in range(count)]
    rounds = [[rng.randint(0, 9) for _ in range(count)] for _ in range(rng.randint(2, 5))]
    return rng.choice(
        [
            lambda state, step: list(environment.reference_action(state)),
            lambda state, step: list(fixed),
            lambda state, step: list(rounds[step % len(rounds)]),
            lambda state, step: [step // 3 + amount for amount in fixed],
            lambda state, step: [rng.randint(0, 8) for _ in range(count)],
        ]
    )
