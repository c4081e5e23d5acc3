"""Reference values: the best total a trial can have, by exact dynamic programming.

A total is the sum of all reward dimensions over all steps. What "best" means depends on the problem:

* a stock that regrows: the best of all plans; nothing in this problem is random;
* levels in bands: the expected total of the best policy that does not foresee the noise, summed over the objectives,
  which do not affect each other;
* a budget to divide: the total of the levelling policy. The harvesting rewards are concave, so no division brings more
  than the most level one; where that is never penalised it is the best, else the best known. A test compares it with
  all divisions where they can be listed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bioblue_envs import Allotment, Environment, Homeostatic, Number, Regrowing, Setpoint, State

WORK = 400_000
"""How many states a search may hold in all before it gives up: about half a minute."""

REACH = 20_000
"""The widest range of levels that is searched."""

Front = dict[int, list[tuple[Number, Number]]]
"""By the total taken so far: pairs of stock and penalties so far, none of which beats another in both."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best total.

    Attributes:
        total: Sum of all reward dimensions over all steps.
        exact: False where the search was too large: the total is then one that a known policy reaches.
        known: False where no such policy is known either, or no best exists: the total then means nothing.
    """

    total: Number
    exact: bool
    known: bool = True


def best_words(environment: Environment, best: Best, *, disturbed: bool = False) -> str:
    """Return what a best total is, for people.

    Args:
        environment: The environment.
        best: The best total.
        disturbed: Whether the trial was disturbed: the expectation does not include that.
    """
    match environment.problem:
        case Homeostatic():
            return "best expected over all noise" + ", without the disturbance" * disturbed
        case Allotment():
            # Rewards are rounded at every step, which may add up to a little more.
            return "best but for rounding" if best.exact else "best known"
        case _:
            return "best" if best.exact else "best known"


def best_total(environment: Environment, steps: int) -> Best:
    """Compute the best total of a trial with this many steps; may take seconds.

    Args:
        environment: The environment, with its parameters and its start.
        steps: How many steps the trial has, at least 1.
    """
    problem = environment.problem
    match problem:
        case Regrowing():
            return _best_harvest(environment, problem, steps)
        case Homeostatic():
            return _best_of_levels(environment, problem, steps)
        case Allotment():
            return Best(*_played(environment, steps))
    return Best(0, exact=False, known=False)


def _played(environment: Environment, steps: int, *, strip: bool = False) -> tuple[Number, bool]:
    """Return the total of the reference policy, and whether it was never penalised.

    With ``strip`` it harvests all but less than one unit in the last step.
    """
    state, total, unpunished = environment.initial(), 0.0, True
    for step in range(1, steps + 1):
        action = environment.reference_action(state)
        if strip and step == steps:
            # To leave nothing at all would exhaust the field, which is not paid.
            action = (math.ceil(state.levels[0]) - 1,)
        done = environment.transition(state, action)
        total += sum(done.rewards.values())
        unpunished = unpunished and min(done.rewards.values()) >= 0
        state = done.after
        if state.ended:
            break
    return round(total, 3), unpunished


def _best_harvest(environment: Environment, problem: Regrowing, steps: int) -> Best:
    """Search all plans.

    Future rewards depend on the step, on the total taken so far (the instability reward compares with its mean) and on
    the stock, of which more is never worse. So of all plans that took the same total, only those are kept that no other
    beats in both stock and penalties; and a plan is dropped once it can't reach a total known to be reachable.
    """
    known, _ = _played(environment, steps, strip=True)
    # The greatest surplus was found on a grid; the margin covers what may lie between two of its points.
    surplus = problem.surplus + problem.capacity / 400
    front: Front = {0: [(environment.initial().levels[0], 0)]}
    held = 0
    for step in range(1, steps + 1):
        left = steps - step
        reached: Front = {}
        for taken, stock, penalty in _entries(front):
            for amount in range(int(stock) + 1):
                done = environment.transition(State((stock,), (taken,), step - 1), (amount,))
                total = taken + amount
                penalties = penalty + sum(done.rewards.values()) - amount
                if done.after.ended or not left:
                    known = max(known, total + penalties)
                elif total + penalties + done.after.levels[0] + surplus * (left - 1) >= known:
                    reached.setdefault(total, []).append((done.after.levels[0], penalties))
        front = {total: _undominated(entries) for total, entries in reached.items()}
        held += sum(map(len, front.values()))
        if held > WORK:
            return Best(round(known, 3), False)
    return Best(round(known, 3), True)


def _entries(front: Front) -> Iterable[tuple[int, Number, Number]]:
    return ((taken, stock, penalty) for taken, entries in front.items() for stock, penalty in entries)


def _undominated(entries: list[tuple[Number, Number]]) -> list[tuple[Number, Number]]:
    kept: list[tuple[Number, Number]] = []
    for stock, penalty in sorted(entries, reverse=True):
        if not kept or penalty > kept[-1][1]:
            kept.append((stock, penalty))
    return kept


def _best_of_levels(environment: Environment, problem: Homeostatic, steps: int) -> Best:
    if problem.penalty < 1:
        # Eating more always brings more than it costs.
        return Best(0, False, False)
    total = 0.0
    for point, level in zip(problem.setpoints, environment.initial().levels, strict=True):
        low, high = point.changes
        value = _best_of_level(point, int(level) - point.target, range(low, high + 1), problem.penalty, steps)
        if value is None:
            return Best(0, False, False)
        total += value
    return Best(total, True)


def _best_of_level(point: Setpoint, start: int, changes: range, penalty: float, steps: int) -> float | None:
    """Return the best expected total of one objective, by backward induction over its deviation from target.

    With ``y`` the deviation after eating, ``V(x) = max over y ≥ x of y − x + E[r(y + c) + V(y + c)]``: what is eaten
    counts as consumption, and only lifting is possible. None where the range of levels is too wide.
    """
    rise, drop = max(0, changes.stop - 1), max(0, -changes.start)
    # Filled further, a level stays above its band even after the greatest loss: that never brings more than it costs.
    full = point.half_width + drop
    top = max(start, full) + rise * steps
    reach = max(abs(start), point.half_width, 1) + max(drop, rise, 1) * 2
    # The wider the noise and the more steps are left, the lower is the level to fill to: it must be in the range.
    while top + reach <= REACH:
        value, within = _from_levels(point, start, changes, penalty, steps, (-reach, full, top))
        if within:
            return value
        reach *= 2
    return None


def _from_levels(
    point: Setpoint, start: int, changes: range, penalty: float, steps: int, levels: tuple[int, int, int]
) -> tuple[float, bool]:
    """Return the value, and whether the best level to fill to was never at the lower end of the range.

    Args:
        point: The objective's setpoint.
        start: Deviation from the target at the start.
        changes: The exogenous changes, all equally likely.
        penalty: Points for each unit of deviation outside the band.
        steps: Steps that are left.
        levels: The least deviation, the greatest to fill up to, the greatest that can be reached.
    """
    import numpy as np

    low, full, high = levels
    deviations = np.arange(low, high + 1)
    rewards = np.where(np.abs(deviations) > point.half_width, -float(penalty) * np.abs(deviations), 0.0)
    size, count, fillable = len(deviations), len(changes), full - low + 1
    # Outside the range the edge values are used: from below it the level is filled up, and above it no level can get.
    edges = (max(0, -changes.start), max(0, changes.stop - 1))
    first = np.arange(size) + edges[0] + changes.start
    values, within = np.zeros(size), True
    for _ in range(steps):
        sums = np.cumsum(np.concatenate([[0.0], np.pad(values + rewards, edges, mode="edge")]))
        expected = (sums[first + count] - sums[first]) / count + deviations
        within = within and bool(expected[:fillable].argmax() > edges[0])
        expected[:fillable] = np.maximum.accumulate(expected[:fillable][::-1])[::-1]
        values = expected - deviations
    return float(values[start - low]), within
