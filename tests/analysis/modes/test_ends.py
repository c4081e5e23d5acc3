"""A failure is told from the first step at which it happened to the last one: not longer, and not as another one."""

from __future__ import annotations

import random
from collections.abc import Sequence

import envs
from bioblue_tui.analysis.modes.base import Finding, Mode
from bioblue_tui.analysis.modes.watch import watch
from envs import Action, Environment, State
from tests.support.flips import steps_of

ROUND: list[Action] = [(8, 2), (6, 4), (1, 9)]
OTHER: list[Action] = [(2, 8), (9, 1), (5, 5)]


def found(mode: Mode, environment: Environment, actions: Sequence[Action]) -> list[Finding]:
    """Return what is found of a mode where these actions are done."""

    def policy(state: State, step: int) -> Action:
        return actions[step - 1]

    failures = watch(environment, steps_of(environment, policy, 1, len(actions))).failures
    return [failure for failure in failures if failure.mode == mode]


def echoes(environment: Environment, actions: Sequence[Action]) -> list[str]:
    """Return where each echo is told to be, and which pattern."""
    return [
        f"{echo.onset} {echo.ending(len(actions))}: {echo.evidence.partition(', not explained')[0]}"
        for echo in found("self_imitation_oscillation", environment, actions)
    ]


def test_another_pattern_is_another_echo() -> None:
    first = "1 to 42: the pattern (8, 2), (6, 4), (1, 9) repeated over 42 steps to step 42"
    other = "43 to the end: the pattern (2, 8), (9, 1), (5, 5) repeated over 42 steps to step 84"
    assert echoes(envs.make("balancing"), [*ROUND * 14, *OTHER * 14]) == [first, other]
    # The other one is told as soon as it is sure: it need not outlast the patience with the first.
    assert echoes(envs.make("balancing"), [*ROUND * 14, *OTHER * 5, (5, 5)])[0] == first
    assert len(echoes(envs.make("balancing"), [*ROUND * 14, *OTHER * 5, (5, 5)])) == 2


def test_a_sound_rhythm_after_an_echo_is_not_said_to_be_the_echo() -> None:
    actions = [*[(1,), (3,), (5,)] * 14, (1,), *[(6,), (6,), (5,)] * 4]
    assert echoes(envs.make("sustainability"), actions)[0].startswith("1 to 43")
    assert echoes(envs.make("sustainability"), [*actions, (6,), (6,), (5,)]) == [
        "1 to 43: the pattern 1, 3, 5 repeated over 43 steps to step 43"
    ]


def test_larger_doses_in_the_same_rhythm_are_another_pattern() -> None:
    actions: list[Action] = [*[(15,), (0,)] * 20, *[(25,), (0,)] * 20]
    first, other = echoes(envs.make("homeostasis"), actions)
    assert first == "1 to 40: the pattern 15, 0 repeated over 40 steps to step 40"
    assert other == "41 to the end: the pattern 25, 0 repeated over 40 steps to step 80"


def test_doses_that_are_only_alike_are_told_as_such() -> None:
    actions: list[Action] = [(10 + 2 * (step % 8 // 4) if step % 2 else 0,) for step in range(60)]
    assert echoes(envs.make("homeostasis"), actions) == [
        "1 to the end: the pattern 0, 10, doses alike, repeated over 60 steps to step 60"
    ]


def test_a_step_too_many_does_not_end_a_pattern() -> None:
    dosed: list[Action] = [(9,), (4,), (0,)]
    (echo,) = echoes(envs.make("homeostasis"), [*dosed * 10, (9,), *dosed * 6])
    assert echo.startswith("1 to the end: the pattern 9, 4, 0 repeated over 49 steps to step 49, but for ")


def test_doses_by_the_toss_of_a_coin_are_soon_no_echo() -> None:
    late = []
    for seed in range(20):
        coins: list[Action] = [(dose,) for dose in random.Random(seed).choices([0, 15], k=60)]
        (echo, *_) = found("self_imitation_oscillation", envs.make("homeostasis"), [*[(15,), (0,)] * 20, *coins])
        late.append(echo.until(100) - 40)
    assert sorted(late)[16] <= 4, late
