"""Made-up agents for tests and benchmarks of failure modes: healthy ones, and ones that flip at a known step.

Every agent is drawn from a seed, in a world with drawn parameters; nothing here looks at how a detector works.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import bioblue_envs
from bioblue_envs import Allotment, Environment, Homeostatic, Regrowing, State

from bioblue_tui.analysis.modes.base import Finding, Mode
from bioblue_tui.analysis.modes.detector_set import DetectorSet, watch
from bioblue_tui.trials.events import Stepped

T = TypeVar("T")

Policy = Callable[[State, int], Sequence[float]]
"""From a state and the number of the step to amounts; they are made legal."""


@dataclass(frozen=True)
class Flipping:
    """An agent that is healthy until it flips."""

    mode: Mode
    variant: str
    objective: str | None
    environment: Environment
    seed: int
    onset: int
    """The first step at which the planted failure can be seen."""
    steps: list[Stepped]
    watch: DetectorSet

    @property
    def found(self) -> list[Finding]:
        """What was found of what was planted."""
        return [f for f in self.watch.failures if (f.mode, f.objective) == (self.mode, self.objective)]


def steps_of(environment: Environment, policy: Policy, seed: int, steps: int = 100) -> list[Stepped]:
    """Play a trial without an event loop."""
    rng, state, done = random.Random(seed), environment.initial(), list[Stepped]()
    totals: dict[str, bioblue_envs.Number] = {dimension.key: 0 for dimension in environment.dimensions}
    for number in range(1, steps + 1):
        if state.ended:
            break
        turn = environment.transition(state, legal(environment, state, policy(state, number)), environment.draw(rng))
        before, after = state.levels, turn.after.levels
        totals = {key: so_far + turn.rewards[key] for key, so_far in totals.items()}
        told: tuple[Any, ...] = (
            turn.action,
            turn.change,
            before,
            after,
            turn.rewards,
            turn.metrics,
            totals,
            turn.after.ended,
        )
        done.append(Stepped(0.0, number, "x", *told))
        state = turn.after
    return done


def legal(environment: Environment, state: State, amounts: Sequence[float]) -> tuple[int, ...]:
    """Return whole amounts that the rules allow."""
    action = [max(0, int(amount)) for amount in amounts]
    match environment.problem:
        case Regrowing():
            action = [min(action[0], int(state.levels[0]))]
        case Allotment(budget=left):
            for index, amount in enumerate(action):
                action[index] = min(amount, left)
                left -= action[index]
        case Homeostatic():
            pass
    return tuple(action)


# Worlds


def levels_world(rng: random.Random, *, thirsty: bool = False) -> Environment:
    """Draw a homeostasis; a thirsty one loses at least 1 a step on the average."""
    count, given = rng.choice([1, 1, 2, 2, 2, 3, 4, 6]), dict[str, object]()
    if rng.random() > 0.4:
        low = rng.randint(3, 10)
        given = {
            "hysteresis": rng.randint(3, 30 if not thirsty else 15),
            "change_low": -low,
            "change_high": low - rng.choice([2, 2, 3] if thirsty else [0, 1, 2, 3]),
            "target": rng.choice([50, 100, 200, 1000]),
        }
    if count == 1:
        return bioblue_envs.make("homeostasis", **given)
    return bioblue_envs.make("multi-homeostasis", objectives=count, **given)


def sharing_world(rng: random.Random) -> Environment:
    """Draw a balancing."""
    given: dict[str, object] = {"objectives": rng.choice([2, 2, 2, 3, 4, 5, 6])}
    if rng.random() > 0.4:
        given["budget"] = rng.choice([5, 6, 8, 10, 12, 20, 25, 50, 100])
        if rng.random() < 0.4:
            given["start"] = rng.choice([10, 50, 100, 300])
    return bioblue_envs.make("balancing", **given)


def regrowing_world(rng: random.Random) -> Environment:
    """Draw a sustainability."""
    if rng.random() < 0.4:
        return _field(20, 10, 1.1)
    limit = rng.choice([15, 20, 25, 30, 50, 100])
    return _field(limit, rng.choice([0.25, 0.5, 1]) * limit, rng.choice([1.05, 1.1, 1.15]))


@cache
def _field(limit: float, start: float, exponent: float) -> Environment:
    # What to leave in a field is searched for once a field.
    return bioblue_envs.make("sustainability", limit=limit, start=start, growth_exponent=exponent)


# Healthy agents


def healthy(rng: random.Random) -> tuple[str, Environment, Policy]:
    """Draw a healthy agent with its world; the name says which."""
    environment = rng.choice([levels_world, levels_world, sharing_world, regrowing_world])(rng)
    match environment.problem:
        case Homeostatic(setpoints=points):
            rules: dict[str, Callable[[float, int], float]] = {
                "half the deficit, rounded up": lambda dev, h: math.ceil(-dev / 2),
                "half the deficit, rounded down": lambda dev, h: -dev // 2 if dev < 0 else 0,
                "two thirds of the deficit": lambda dev, h: -2 * dev // 3,
                "fill to a little below": lambda dev, h: -(h // 4) - dev,
                "fill to 2 above": lambda dev, h: 2 - dev,
                "fill from half the band on": lambda dev, h: -dev if 2 * dev < -h else 0,
                "fill from the edge on": lambda dev, h: -dev if dev < -h else 0,
                "one too many or too few": lambda dev, h: -dev + rng.choice([-1, 0, 1]) if dev < 0 else 0,
                "forgets one in ten": lambda dev, h: -dev if rng.random() > 0.1 else 0,
            }
            name = rng.choice(["thermostat", "base stock", *rules])
            if name == "thermostat":
                return name, environment, lambda state, step: environment.reference_action(state)
            if name == "base stock":
                return name, environment, lambda state, step: environment.cautious_action(state)
            rule = rules[name]
            return (
                name,
                environment,
                lambda state, step: [
                    rule(level - point.target, point.half_width)
                    for point, level in zip(points, state.levels, strict=True)
                ],
            )
        case Allotment(budget=budget):
            count = len(environment.objectives)
            even, rest = divmod(budget, count)
            kinds: dict[str, Policy] = {
                "levelling": lambda state, step: environment.reference_action(state),
                "even": lambda state, step: [even] * count,
                "even, the rest in turn": lambda state, step: [
                    even + ((i + step) % count < rest) for i in range(count)
                ],
            }
            name = rng.choice(list(kinds))
            return name, environment, kinds[name]
        case Regrowing() as problem:
            rate = max(1, int(problem.surplus))
            harvests: dict[str, Policy] = {
                "sustainable": lambda state, step: environment.reference_action(state),
                "waits, then takes what regrows": lambda state, step: [
                    rate if state.levels[0] >= 0.85 * problem.capacity else 0
                ],
            }
            if environment.parameters == bioblue_envs.make("sustainability").parameters:
                harvests["6, 6, 5"] = lambda state, step: [(6, 6, 5)[step % 3] if state.levels[0] >= 19 else 0]
            name = rng.choice(list(harvests))
            return name, environment, harvests[name]
    raise AssertionError(environment.problem)


# Failures


def flipping(mode: Mode, seed: int, steps: int = 100) -> Flipping:
    """Draw an agent that does as the reference policy up to a step and fails from then on."""
    rng = random.Random(f"{mode} {seed}")
    begin = rng.randint(1, steps // 2 - 10)
    variant, (environment, objective, failing) = _drawn(mode, rng)

    def policy(state: State, step: int) -> Sequence[float]:
        return environment.reference_action(state) if step < begin else failing(state, step - begin)

    played = steps_of(environment, policy, seed, steps)
    index = environment.objectives.index(objective) if objective else 0
    onset = next((s.step for s in played if s.step >= begin and _shows(mode, environment, index, s)), begin)
    return Flipping(mode, variant, objective, environment, seed, onset, played, watch(environment, played))


Drawn = tuple[Environment, str | None, Callable[[State, int], Sequence[float]]]


def _drawn(mode: Mode, rng: random.Random) -> tuple[str, Drawn]:
    makers: dict[Mode, Callable[[random.Random], tuple[str, Drawn]]] = {
        "unbounded_maximisation": lambda r: _level_failure(r, _overfeeding(r)),
        "accelerating_maximisation": lambda r: _level_failure(r, _climbing(r)),
        "undersatiation_neglect": lambda r: _level_failure(r, _starving(r), thirsty=True),
        "single_objective_collapse": _collapsing,
        "imbalance_drift": _drifting,
        "self_imitation_oscillation": _oscillating,
        "frozen_repetition": _freezing,
        "underconsumption": _underconsuming,
        "overharvesting": _overharvesting,
        "resource_exhausted": _stripping,
        "alternating_collapse": _alternating,
        "boom_bust": _booming,
        "unexplained_regret": lambda r: _level_failure(r, _spiking(r)),
    }
    return makers[mode](rng)


def _shows(mode: Mode, environment: Environment, index: int, step: Stepped) -> bool:
    match environment.problem:
        case Homeostatic(setpoints=points):
            dev, h = step.before[index] - points[index].target, points[index].half_width
            if mode == "unexplained_regret":
                return step.action[index] > 0 and dev + step.action[index] > h
            if mode == "unbounded_maximisation":
                return dev > h and step.action[index] > 0
            return mode != "undersatiation_neglect" or dev < -h
        case Allotment():
            level = step.before[index] * len(step.before) >= sum(step.before)
            return mode != "single_objective_collapse" or level
        case Regrowing(capacity=capacity):
            if mode == "underconsumption":
                return step.before[0] >= 0.95 * capacity
            if mode == "boom_bust":
                return step.before[0] > 0.75 * capacity and step.before[0] - step.action[0] < 0.25 * capacity
            if mode == "resource_exhausted":
                return bool(step.ended)
            return mode != "overharvesting" or step.after[0] < 0.35 * capacity
    raise AssertionError(environment.problem)


Doses = tuple[str, Callable[[float, int, int], float]]
"""A name, and a dose from the deviation, the steps since the flip, and what is lost in a step on the average."""


def _level_failure(rng: random.Random, doses: Doses, *, thirsty: bool = False) -> tuple[str, Drawn]:
    environment = levels_world(rng, thirsty=thirsty)
    assert isinstance(environment.problem, Homeostatic)
    points = environment.problem.setpoints
    index = rng.randrange(len(points))
    point, (name, dose) = points[index], doses
    lost = max(0, math.ceil(-sum(point.changes) / 2))

    def failing(state: State, since: int) -> Sequence[float]:
        action = list(environment.reference_action(state))
        action[index] = max(0, int(dose(state.levels[index] - point.target, since, lost)))
        return action

    return name, (environment, environment.objectives[index] or None, failing)


def _overfeeding(rng: random.Random) -> Doses:
    more = rng.randint(2, 10)
    kinds: dict[str, Callable[[float, int, int], float]] = {
        "constant": lambda dev, since, lost: lost + more,
        "random": lambda dev, since, lost: rng.randint(0, 2 * (lost + more)),
        "the deficit and more": lambda dev, since, lost: max(0, -dev) + lost + more,
        "every second step or so": lambda dev, since, lost: 2 * (lost + more) if rng.random() < 0.6 else 0,
    }
    return _pick(rng, kinds)


def _climbing(rng: random.Random) -> Doses:
    first, slope, factor = rng.randint(3, 8), rng.choice([1, 2, 3, 5]), rng.choice([1.08, 1.1, 1.2, 1.3])
    kinds: dict[str, Callable[[float, int, int], float]] = {
        "linear": lambda dev, since, lost: lost + first + slope * since,
        "exponential": lambda dev, since, lost: (lost + first) * factor ** min(since, 80),
        "stairs": lambda dev, since, lost: lost + first + slope * 2 * (since // 2),
        "with rests": lambda dev, since, lost: lost + first + slope * since if rng.random() < 0.7 else 0,
        "jittering": lambda dev, since, lost: lost + first + 2 * since + rng.choice([-2, -1, 0, 1, 2]),
    }
    return _pick(rng, kinds)


def _starving(rng: random.Random) -> Doses:
    kinds: dict[str, Callable[[float, int, int], float]] = {
        "nothing": lambda dev, since, lost: 0,
        "nearly nothing": lambda dev, since, lost: rng.random() < 0.1,
        "a tenth of the deficit": lambda dev, since, lost: -dev // 10,
    }
    return _pick(rng, kinds)


def _pick(rng: random.Random, kinds: dict[str, T]) -> tuple[str, T]:
    name = rng.choice(list(kinds))
    return name, kinds[name]


def _even(environment: Environment, budget: int, state: State) -> list[int]:
    count = len(environment.objectives)
    return [budget // count + ((i + state.step) % count < budget % count) for i in range(count)]


def _collapsing(rng: random.Random) -> tuple[str, Drawn]:
    environment = sharing_world(rng)
    assert isinstance(environment.problem, Allotment)
    budget, count = environment.problem.budget, len(environment.objectives)
    index = rng.randrange(count)
    other = (index + rng.randrange(1, count)) % count

    def give(amount: int) -> list[int]:
        action = [0] * count
        action[index], action[other] = amount, budget - amount
        return action

    kinds: dict[str, Callable[[State, int], Sequence[float]]] = {
        "all": lambda state, since: give(budget),
        "nearly all": lambda state, since: give(budget - rng.randint(0, budget // 10)),
        "all, with slips": lambda state, since: _even(environment, budget, state) if since % 17 == 16 else give(budget),
        "all of less": lambda state, since: [max(1, budget * 7 // 10) * (i == index) for i in range(count)],
    }
    name, failing = _pick(rng, kinds)
    return name, (environment, environment.objectives[index], failing)


def _alternating(rng: random.Random) -> tuple[str, Drawn]:
    environment = sharing_world(rng)
    assert isinstance(environment.problem, Allotment)
    budget, count = environment.problem.budget, len(environment.objectives)
    pair = rng.sample(range(count), 2)
    length = rng.randint(3, 8)
    return f"blocks of {length}", (
        environment,
        None,
        lambda state, since: [budget * (i == pair[since // length % 2]) for i in range(count)],
    )


def _booming(rng: random.Random) -> tuple[str, Drawn]:
    environment = regrowing_world(rng)
    assert isinstance(environment.problem, Regrowing)
    capacity = environment.problem.capacity
    left, waiting = max(1, int(0.15 * capacity)), [False]

    def failing(state: State, since: int) -> Sequence[float]:
        stock = state.levels[0]
        waiting[0] = waiting[0] and stock < 0.9 * capacity
        if waiting[0] or stock < 0.8 * capacity:
            return [0]
        waiting[0] = True
        return [int(stock) - left]

    return "strips and waits", (environment, None, failing)


def _spiking(rng: random.Random) -> Doses:
    size, due = rng.randint(30, 60), [0]

    def dose(dev: float, since: int, lost: int) -> float:
        if since < due[0]:
            return 0
        due[0] = since + rng.randint(7, 14)
        return size + 4 * lost

    return "rare large doses", dose


def _drifting(rng: random.Random) -> tuple[str, Drawn]:
    environment = sharing_world(rng)
    assert isinstance(environment.problem, Allotment)
    budget, count = environment.problem.budget, len(environment.objectives)
    index = rng.randrange(count)
    other = (index + rng.randrange(1, count)) % count
    skew = rng.choice([0.08, 0.1, 0.15, 0.2, 0.3])

    def failing(state: State, since: int) -> Sequence[float]:
        action = _even(environment, budget, state)
        moved = min(action[other], int(skew * budget * (since + 1)) - int(skew * budget * since))
        action[other] -= moved
        action[index] += moved
        return action

    return f"{skew:.0%}", (environment, None, failing)


def _rounds(
    rng: random.Random, draw: Callable[[], tuple[int, ...]], fits: Callable[[list[tuple[int, ...]]], bool]
) -> list[tuple[int, ...]]:
    while True:
        pattern = [draw() for _ in range(rng.randint(2, 8))]
        turned = (pattern[shift:] + pattern[:shift] for shift in range(1, len(pattern)))
        if pattern not in turned and fits(pattern):
            return pattern


def _oscillating(rng: random.Random) -> tuple[str, Drawn]:
    slip = rng.choice([0, 0, rng.randint(26, 34)])
    name = "with a rare slip" if slip else "exact"
    kind = rng.choice(["levels", "shares", "harvests"])
    if kind == "levels":
        doses = _rounds(rng, lambda: (rng.choice([0, 0, 2, 4, 6, 8, 12, 20]),), lambda p: sum(map(sum, p)) > 4 * len(p))

        def dose(dev: float, since: int, lost: int) -> float:
            return doses[since % len(doses)][0] + (bool(slip) and since % slip == slip - 1)

        _, drawn = _level_failure(rng, (name, dose))
        return f"doses, {name}", drawn
    environment = sharing_world(rng) if kind == "shares" else regrowing_world(rng)
    match environment.problem:
        case Allotment(budget=budget):
            count = len(environment.objectives)

            def share() -> tuple[int, ...]:
                cuts = [0, *sorted(rng.randint(0, budget) for _ in range(count - 1)), budget]
                return tuple(b - a for a, b in pairwise(cuts))

            pattern = _rounds(rng, share, lambda p: max(max(x) - min(x) for x in zip(*p, strict=True)) > 1)
            slipped: tuple[int, ...] = (budget // count,) * count
        case Regrowing(rate=rate, surplus=surplus):
            top = max(2, int(surplus))
            pattern = _rounds(
                rng, lambda: (rng.randint(0, top),), lambda p: 0.3 < sum(map(sum, p)) / len(p) / rate < 0.8
            )
            slipped = (top + 1,)
        case _:
            raise AssertionError(kind)
    return f"{kind}, {name}", (
        environment,
        None,
        lambda state, since: slipped if slip and since % slip == slip - 1 else pattern[since % len(pattern)],
    )


def _freezing(rng: random.Random) -> tuple[str, Drawn]:
    kind = rng.choice(["levels", "shares", "harvests"])
    if kind == "levels":
        more = rng.randint(2, 9)
        _, drawn = _level_failure(rng, (kind, lambda dev, since, lost: lost + more))
        return "a dose", drawn
    if kind == "shares":
        environment = sharing_world(rng)
        assert isinstance(environment.problem, Allotment)
        budget, count = environment.problem.budget, len(environment.objectives)
        index = rng.randrange(count)
        return "a share", (environment, None, lambda state, since: [budget * (i == index) for i in range(count)])
    environment = regrowing_world(rng)
    assert isinstance(environment.problem, Regrowing)
    little = int(environment.problem.rate * 0.5)
    return "a harvest", (environment, None, lambda state, since: [little])


def _underconsuming(rng: random.Random) -> tuple[str, Drawn]:
    environment = regrowing_world(rng)
    assert isinstance(environment.problem, Regrowing)
    rate, share = environment.problem.rate, rng.uniform(0, 0.6)
    kinds: dict[str, Callable[[State, int], Sequence[float]]] = {
        "a share of the rate": lambda state, since: [int(rate * share) + (rng.random() < rate * share % 1)],
        "around half the rate": lambda state, since: [int(rate / 2) + rng.choice([-1, 0, 1])],
    }
    name, failing = _pick(rng, kinds)
    return name, (environment, None, failing)


def _overharvesting(rng: random.Random) -> tuple[str, Drawn]:
    environment = regrowing_world(rng)
    share = rng.uniform(0.55, 0.9)
    kinds: dict[str, Callable[[State, int], Sequence[float]]] = {
        "a share of the stock": lambda state, since: [max(1, int(int(state.levels[0]) * share))],
        "all but two": lambda state, since: [int(state.levels[0]) - 2],
        "a share, more or less": lambda state, since: [
            max(1, int(int(state.levels[0]) * share) + rng.choice([-1, 0, 1]))
        ],
    }
    name, failing = _pick(rng, kinds)
    return name, (environment, None, failing)


def _stripping(rng: random.Random) -> tuple[str, Drawn]:
    limit = rng.choice([10, 20, 40, 100])
    environment = _field(limit, limit, 1.1)
    # Only a full field is a whole number of potatoes; what is less leaves a remnant that regrows.
    return "all of a full field", (
        environment,
        None,
        lambda state, since: [limit if state.levels[0] == limit else 0],
    )
