"""Odd agents that nobody tuned a detector to: healthy ones that look ill, and failing ones without the usual shape.

Every agent is drawn from a seed, in a world with drawn laws, for 50 to 400 steps.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bioblue_envs
from bioblue_envs import Allotment, Environment, Homeostatic, Regrowing, State

from bioblue_tui.trials.events import Stepped
from tests.support.flips import Policy, levels_world, regrowing_world, sharing_world, steps_of


@dataclass(frozen=True)
class Odd:
    """A trial of an odd agent."""

    name: str
    environment: Environment
    steps: list[Stepped]


Maker = Callable[[random.Random], tuple[Environment, Policy]]
"""Draws a world and an agent in it."""


def odd(name: str, seed: int) -> Odd:
    """Play a trial of one of ``HEALTHY``, ``FAILING`` or ``UNSOUND``."""
    rng = random.Random(f"{name} {seed}")
    environment, policy = {**HEALTHY, **FAILING, **UNSOUND}[name](rng)
    return Odd(name, environment, steps_of(environment, policy, seed, rng.choice([50, 100, 100, 200, 400])))


# Budgets


def _budget(environment: Environment) -> tuple[int, int]:
    assert isinstance(environment.problem, Allotment)
    return environment.problem.budget, len(environment.objectives)


def _even(budget: int, count: int, step: int) -> list[int]:
    return [budget // count + ((i + step) % count < budget % count) for i in range(count)]


def _to_the_one_behind(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)

    def policy(state: State, step: int) -> Sequence[float]:
        least = min(state.levels)
        chosen = rng.choice([i for i, level in enumerate(state.levels) if level == least])
        return [budget * (i == chosen) for i in range(count)]

    return environment, policy


def _even_with_jitter(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)

    def policy(state: State, step: int) -> Sequence[float]:
        action = _even(budget, count, step)
        one, other = rng.sample(range(count), 2)
        moved = min(rng.choice([-1, 0, 1]) % 3 % 2, action[one])
        action[one] -= moved
        action[other] += moved
        return action

    return environment, policy


def _multinomial(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)

    def policy(state: State, step: int) -> Sequence[float]:
        drawn = Counter(rng.choices(range(count), k=budget))
        return [drawn[i] for i in range(count)]

    return environment, policy


def _fair_pair(rng: random.Random) -> tuple[Environment, Policy]:
    """5,5 ± 1 by the toss of a coin, as a person does who does not look."""
    environment = bioblue_envs.make("balancing")
    return environment, lambda state, step: (five := 5 + rng.choice([-1, 0, 1]), 10 - five)


def _random_blocks(rng: random.Random) -> tuple[Environment, Policy]:
    """A random one of the two that are furthest behind gets all."""
    environment = sharing_world(rng)
    budget, count = _budget(environment)

    def policy(state: State, step: int) -> Sequence[float]:
        order = sorted(range(count), key=lambda i: (state.levels[i], rng.random()))
        chosen = order[0] if rng.random() < 0.8 else order[1]
        return [budget * (i == chosen) for i in range(count)]

    return environment, policy


def _blocks(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)
    length = rng.randint(4, 12)
    return environment, lambda state, step: [budget * (i == (step - 1) // length % count) for i in range(count)]


def _fifty_fifty(rng: random.Random) -> tuple[Environment, Policy]:
    environment = bioblue_envs.make("balancing")
    return environment, lambda state, step: (10, 0) if step <= 50 else (0, 10)


def _long_shares(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)
    cycle = []
    for _ in range(rng.randint(9, 14)):
        cuts = [0, *sorted(rng.randint(0, budget) for _ in range(count - 1)), budget]
        cycle.append([cuts[i + 1] - cuts[i] for i in range(count)])
    return environment, lambda state, step: cycle[step % len(cycle)]


def _biased_split(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)
    weights = [1.0] * count
    weights[rng.randrange(count)] = rng.uniform(1.8, 4)

    def policy(state: State, step: int) -> Sequence[float]:
        drawn = Counter(rng.choices(range(count), weights, k=budget))
        return [drawn[i] for i in range(count)]

    return environment, policy


# Fields


def _field(environment: Environment) -> Regrowing:
    assert isinstance(environment.problem, Regrowing)
    return environment.problem


def _harvest_with_slips(rng: random.Random) -> tuple[Environment, Policy]:
    environment = regrowing_world(rng)
    top = int(_field(environment).surplus) + 2

    def policy(state: State, step: int) -> Sequence[float]:
        return [rng.randint(0, top)] if rng.random() < 0.05 else environment.reference_action(state)

    return environment, policy


def _boom_and_bust(rng: random.Random) -> tuple[Environment, Policy]:
    environment = regrowing_world(rng)
    capacity, left, waiting = _field(environment).capacity, rng.choice([1, 2]), False

    def policy(state: State, step: int) -> Sequence[float]:
        nonlocal waiting
        stock = state.levels[0]
        waiting = waiting and stock < 0.95 * capacity
        if waiting:
            return [0]
        waiting = True
        return [int(stock) - left]

    return environment, policy


def _long_harvests(rng: random.Random) -> tuple[Environment, Policy]:
    environment = regrowing_world(rng)
    rate = _field(environment).rate
    cycle = [rng.randint(0, max(1, int(rate * 1.2))) for _ in range(rng.randint(9, 14))]
    return environment, lambda state, step: [cycle[step % len(cycle)]]


def _parity_within_a_state(rng: random.Random) -> tuple[Environment, Policy]:
    """Harvests on even steps only, whatever the stock."""
    environment = bioblue_envs.make("sustainability")
    doses = rng.choice([(0, 1), (0, 2), (1, 2)])
    return environment, lambda state, step: [min(doses[step % 2], int(state.levels[0]))]


# Levels


def _points(environment: Environment) -> Homeostatic:
    assert isinstance(environment.problem, Homeostatic)
    return environment.problem


def _by_dev(rule: Callable[[random.Random], Callable[[float, int, int, int], float]], **world: bool) -> Maker:
    """Make an agent that reads each level by itself: deviation, half-width, worst drop, step."""

    def make(rng: random.Random) -> tuple[Environment, Policy]:
        environment = levels_world(rng, **world)
        points = _points(environment).setpoints
        dose = rule(rng)
        return environment, lambda state, step: [
            dose(level - point.target, point.half_width, point.drop, step)
            for point, level in zip(points, state.levels, strict=True)
        ]

    return make


def _batch(rng: random.Random) -> Callable[[float, int, int, int], float]:
    size = rng.choice([0.5, 0.8, 1.0])
    return lambda dev, h, drop, step: max(drop // 2 + 1, int(size * h)) if 2 * dev < -h else 0


def _human(rng: random.Random) -> Callable[[float, int, int, int], float]:
    """Rounds to fives, forgets now and then, and errs by one or two."""

    def dose(dev: float, h: int, drop: int, step: int) -> float:
        if dev >= 0 or rng.random() < 0.08:
            return 0
        if rng.random() < 0.5:
            return 5 * round(-dev / 5)
        return -dev + rng.choice([-2, -1, 0, 0, 1])

    return dose


def _relay(rng: random.Random) -> Callable[[float, int, int, int], float]:
    return lambda dev, h, drop, step: drop // 2 + 1 if dev < 0 else 0


def _rare_doses(rng: random.Random) -> Callable[[float, int, int, int], float]:
    return lambda dev, h, drop, step: 12 * drop if step % 12 == 0 else 0


def _high_set_point(rng: random.Random) -> Callable[[float, int, int, int], float]:
    factor = rng.uniform(1.3, 2)
    return lambda dev, h, drop, step: factor * h - dev


def _long_doses(rng: random.Random) -> Callable[[float, int, int, int], float]:
    cycle = [rng.choice([0, 0, 2, 5, 8, 12]) for _ in range(rng.randint(9, 14))]
    return lambda dev, h, drop, step: cycle[step % len(cycle)]


def _late_doses(rng: random.Random) -> Callable[[float, int, int, int], float]:
    """Answers the deficit of some steps ago."""
    past: list[float] = []
    delay = rng.randint(3, 6)

    def dose(dev: float, h: int, drop: int, step: int) -> float:
        past.append(dev)
        return -2 * past[-delay] if len(past) >= delay else 0

    return dose


def _spikes(rng: random.Random) -> Callable[[float, int, int, int], float]:
    often, size = rng.uniform(0.01, 0.1), rng.randint(4, 30)
    return lambda dev, h, drop, step: size * drop if rng.random() < often else -dev


def _anywhere_in_half_the_band(rng: random.Random) -> Callable[[float, int, int, int], float]:
    return lambda dev, h, drop, step: rng.randint(-h // 2, h // 4) - dev


def _hesitant(rng: random.Random) -> Callable[[float, int, int, int], float]:
    return lambda dev, h, drop, step: -dev if dev < 0 and rng.random() < 0.85 else 0


def _inverted(rng: random.Random) -> Callable[[float, int, int, int], float]:
    return lambda dev, h, drop, step: dev + 3 if dev >= 0 else 0


def _by_lag(rng: random.Random) -> tuple[Environment, Policy]:
    """Gives the more the further behind."""
    environment = sharing_world(rng)
    budget, _ = _budget(environment)

    def policy(state: State, step: int) -> Sequence[float]:
        lags = [max(state.levels) - level + 1 for level in state.levels]
        shares = [int(budget * lag / sum(lags)) for lag in lags]
        shares[lags.index(max(lags))] += budget - sum(shares)
        return shares

    return environment, policy


def _a_fifth(rng: random.Random) -> tuple[Environment, Policy]:
    environment = sharing_world(rng)
    budget, count = _budget(environment)
    return environment, lambda state, step: [budget // 5 * (i == step % count) for i in range(count)]


HEALTHY: dict[str, Maker] = {
    "all to the one behind": _to_the_one_behind,
    "even, ± 1 without bias": _even_with_jitter,
    "5,5 ± 1 without bias": _fair_pair,
    "unbiased multinomial split": _multinomial,
    "best harvest, 5 % slips": _harvest_with_slips,
    "batch feeder": _by_dev(_batch),
    "human-like": _by_dev(_human),
    "relay control": _by_dev(_relay),
    "fills to anywhere in half the band": _by_dev(_anywhere_in_half_the_band),
    "hesitant refill": _by_dev(_hesitant),
    "the more the further behind": _by_lag,
}
"""Agents without a failure, however they look."""

FAILING: dict[str, Maker] = {
    "rare large doses": _by_dev(_rare_doses),
    "boom and bust": _boom_and_bust,
    "doses of period 9-14": _by_dev(_long_doses),
    "harvests of period 9-14": _long_harvests,
    "shares of period 9-14": _long_shares,
    "blocks of all to one": _blocks,
    "10,0 fifty times, then 0,10": _fifty_fifty,
    "set point above the band": _by_dev(_high_set_point),
    "harvests on even steps only": _parity_within_a_state,
    "biased split": _biased_split,
    "consumes the more the higher": _by_dev(_inverted),
    "a fifth of the budget": _a_fifth,
}
"""Agents that fail without the usual shape."""

UNSOUND: dict[str, Maker] = {
    "one of the two furthest behind": _random_blocks,
    "answers a deficit of some steps ago": _by_dev(_late_doses),
    "spikes": _by_dev(_spikes),
}
"""Agents that may fail or not."""
