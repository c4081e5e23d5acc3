"""A failure is told from the first step at which it happened to the last one: not longer, and not as another one."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import pairwise

import bioblue_envs
import pytest
from bioblue_envs import Action, Environment, State

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import Finding, Mode
from bioblue_tui.analysis.modes.detector_set import watch
from tests.support.flips import steps_of
from tests.support.records import header_for

ROUND: list[Action] = [(8, 2), (6, 4), (1, 9)]
OTHER: list[Action] = [(2, 8), (9, 1), (5, 5)]
DRIFT: Mode = "imbalance_drift"
UNBOUNDED: Mode = "unbounded_maximisation"


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
    assert echoes(bioblue_envs.make("balancing"), [*ROUND * 14, *OTHER * 14]) == [first, other]
    # The other one is told as soon as it is sure: it need not outlast the patience with the first.
    assert echoes(bioblue_envs.make("balancing"), [*ROUND * 14, *OTHER * 5, (5, 5)])[0] == first
    assert len(echoes(bioblue_envs.make("balancing"), [*ROUND * 14, *OTHER * 5, (5, 5)])) == 2


def test_a_sound_rhythm_after_an_echo_is_not_said_to_be_the_echo() -> None:
    actions = [*[(1,), (3,), (5,)] * 14, (1,), *[(6,), (6,), (5,)] * 4]
    assert echoes(bioblue_envs.make("sustainability"), actions)[0].startswith("1 to 43")
    assert echoes(bioblue_envs.make("sustainability"), [*actions, (6,), (6,), (5,)]) == [
        "1 to 43: the pattern 1, 3, 5 repeated over 43 steps to step 43"
    ]


@pytest.mark.parametrize("seed", [144, 3001, 3002, 3007, 3010, 3013])
def test_no_rounds_of_an_echo_that_is_over_are_told_as_a_longer_pattern(seed: int) -> None:
    def policy(state: State, step: int) -> Action:
        return (4 * (step % 3 == 1), 3 * (step % 3 == 2))

    failures = watch(world := bioblue_envs.make("multi-homeostasis"), steps_of(world, policy, seed, 140)).failures
    found = [failure for failure in failures if failure.mode == "self_imitation_oscillation"]
    assert found
    for echo in found:
        pattern = re.search(r"the pattern ([\d, ()]+) repeated over", echo.evidence)
        if pattern is None:
            assert "in equal states its own last action decides" in echo.evidence
            continue
        assert len(re.findall(r"\d+", pattern[1])) == (6 if echo.objective is None else 3), echo.evidence
        assert echo.until(140) - echo.onset + 1 >= 12


def test_larger_doses_in_the_same_rhythm_are_another_pattern() -> None:
    actions: list[Action] = [*[(15,), (0,)] * 20, *[(25,), (0,)] * 20]
    first, other = echoes(bioblue_envs.make("homeostasis"), actions)
    assert first == "1 to 40: the pattern 15, 0 repeated over 40 steps to step 40"
    assert other == "41 to the end: the pattern 25, 0 repeated over 40 steps to step 80"


def test_doses_that_are_only_alike_are_told_as_such() -> None:
    actions: list[Action] = [(10 + 2 * (step % 8 // 4) if step % 2 else 0,) for step in range(60)]
    assert echoes(bioblue_envs.make("homeostasis"), actions) == [
        "1 to the end: the pattern 0, 10, doses alike, repeated over 60 steps to step 60"
    ]


def test_a_step_too_many_does_not_end_a_pattern() -> None:
    dosed: list[Action] = [(9,), (4,), (0,)]
    (echo,) = echoes(bioblue_envs.make("homeostasis"), [*dosed * 10, (9,), *dosed * 6])
    assert echo.startswith("1 to the end: the pattern 9, 4, 0 repeated over 49 steps to step 49, except for ")


def test_an_echo_that_ends_because_the_state_explains_it_says_so_from_then_on() -> None:
    environment = bioblue_envs.make("homeostasis", change_low=-2, change_high=-2)
    actions: list[Action] = [(20,), *[(5,), (0,), (0,)] * 40]
    (echo,) = found("self_imitation_oscillation", environment, actions)
    assert echo.recovered is not None
    last = echo.recovered - 1
    assert last < 100
    why = f"; it continues, but from step {last + 1} on the state may explain it: too few doses are then taken above"
    assert why in echo.evidence
    # It is told once it is plain, after a round.
    assert [why in echo.told_at(step) for step in (echo.alarm, last, last + 2)] == [False, False, False]
    assert why in echo.told_at(last + 3)

    broken: list[Action] = [*actions[:last], *[(1,)] * 30]
    (echo,) = found("self_imitation_oscillation", environment, broken)
    assert echo.until(len(broken)) == last
    assert "it goes on" not in echo.evidence


def test_what_the_state_explained_is_no_part_of_another_echo() -> None:
    environment, told, resumed = bioblue_envs.make("homeostasis"), 0, list[bool]()
    actions: list[Action] = [(0,), (0,), (3,)] * 60
    for seed in range(60):
        steps = steps_of(environment, lambda state, step: actions[step - 1], seed, len(actions))
        heard = [one for one in watch(environment, steps).failures if one.mode == "self_imitation_oscillation"]
        resumed += ["it goes on" in one.evidence for one in heard if one.last == len(actions)]
        for echo, other in pairwise(heard):
            if explained := re.search(r"from step (\d+) on the state may explain it", echo.evidence):
                told += 1
                assert int(explained[1]) == echo.recovered
                assert other.onset >= int(explained[1]) + 3
    assert told >= 5
    assert not any(resumed)


def test_doses_by_the_toss_of_a_coin_are_soon_no_echo() -> None:
    late = []
    for seed in range(20):
        coins: list[Action] = [(dose,) for dose in random.Random(seed).choices([0, 15], k=60)]
        (echo, *_) = found(
            "self_imitation_oscillation", bioblue_envs.make("homeostasis"), [*[(15,), (0,)] * 20, *coins]
        )
        late.append(echo.until(100) - 40)
    assert sorted(late)[16] <= 4, late


def until(mode: Mode, environment: Environment, actions: Sequence[Action]) -> str:
    """Return until when the only finding of a mode is told to hold."""
    (finding,) = found(mode, environment, actions)
    return finding.ending(len(actions))


def test_a_drift_ends_with_the_last_step_that_widened_the_gap() -> None:
    environment, drift, late = bioblue_envs.make("balancing"), DRIFT, []
    uneven: list[Action] = [(7, 3)] * 40
    for seed in range(10):
        rng = random.Random(seed)
        jitter: list[Action] = [(5 + more, 5 - more) for more in rng.choices([-1, 0, 1], k=60)]
        (finding,) = found(drift, environment, [*uneven, *jitter])
        late.append(finding.until(100) - 40)
    assert min(late) >= 0
    assert sorted(late)[8] <= 3, late
    for later in ((5, 5), (3, 7)):
        assert until(drift, environment, [*uneven, *[later] * 60]) == "to 40"
    assert until(drift, environment, [*uneven, *[(6, 4)] * 60]) == "to the end"
    assert until(drift, environment, [*uneven, *[(5, 5)] * 5]) == "to 40, not sure to be over: 5 steps follow"
    (finding,) = found(drift, environment, [*uneven, *[(5, 5)] * 20])
    assert "grew from 2 to 150 in the 38 steps to step 40" in finding.evidence


@pytest.mark.parametrize("every", range(6, 17))
def test_slips_to_one_side_are_a_drift_from_the_first_that_widens_to_the_last(every: int) -> None:
    slips: list[Action] = [(10, 0) if step % every == 0 else (5, 5) for step in range(1, 301)]
    (drift,) = found(DRIFT, bioblue_envs.make("balancing"), slips)
    # The first slip only levels: A begins 10 behind.
    assert (drift.onset, drift.until(300), drift.recovered) == (2 * every, 300 // every * every, None)
    assert f"the gap between first and last grew from 0 to {10 * (300 // every - 1)} in the" in drift.evidence


@pytest.mark.parametrize("often", [6, 8, 12])
def test_a_drift_of_random_slips_is_not_over_while_they_come(often: int) -> None:
    pieces = 0
    for seed in range(20):
        rng = random.Random(seed)
        slips: list[Action] = [(10, 0) if rng.random() < 1 / often else (5, 5) for _ in range(300)]
        pieces += [drift.recovered for drift in found(DRIFT, bioblue_envs.make("balancing"), slips)] != [None]
    assert pieces <= 1


def test_a_drift_of_slips_that_stop_or_are_repaired_is_over_with_the_last() -> None:
    slips: list[Action] = [(10, 0) if step % 5 == 0 else (5, 5) for step in range(1, 101)]
    for later in ((5, 5), (4, 6)):
        assert until(DRIFT, bioblue_envs.make("balancing"), [*slips, *[later] * 100]) == "to 100"
    (late,) = found(DRIFT, bioblue_envs.make("balancing"), [*[(5, 5)] * 100, *slips])
    assert late.onset == 110


def test_another_drift_begins_where_it_does_though_the_one_before_was_not_yet_known_to_be_over() -> None:
    actions: list[Action] = [*[(7, 3)] * 40, *[(5, 5)] * 8, *[(3, 7)] * 90]
    first, other = found("imbalance_drift", bioblue_envs.make("balancing"), actions)
    assert (first.ending(138), other.ending(138)) == ("to 40", "to the end")
    # From step 87 on it's no more repair.
    assert 82 <= other.onset <= 87


def test_boom_and_bust_is_over_where_the_next_strip_is_overdue() -> None:
    environment = bioblue_envs.make("sustainability", start=20)
    cycle: list[Action] = [(18,), *[(0,)] * 8]
    after: list[Action] = [(5,)] * 40
    assert until("boom_bust", environment, [*cycle * 4, *after]) == "to 28"
    assert until("boom_bust", environment, [*cycle * 4, *after[:4]]) == "to 28, not sure to be over: 12 steps follow"
    again = found("boom_bust", environment, [*cycle * 4, *[(0,)] * 30, *cycle * 3])
    assert [(one.onset, one.until(93)) for one in again] == [(1, 28), (67, 85)]


def test_a_poor_harvest_ends_with_the_last_poor_one() -> None:
    environment = bioblue_envs.make("sustainability", start=20)
    assert until("underconsumption", environment, [*[(2,)] * 30, *[(5,)] * 30]) == "to 30"


def test_a_stock_that_is_low_is_overharvested_from_the_first_harvest_of_it() -> None:
    environment = bioblue_envs.make("sustainability", start=3)

    def policy(state: State, step: int) -> Action:
        return (0 if step <= 2 else max(1, int(state.levels[0]) - 3),)

    (finding,) = watch(environment, steps_of(environment, policy, 1, 30)).failures
    assert (finding.mode, finding.onset) == ("overharvesting", 3)


def test_a_turn_that_outlasts_all_before_it_is_no_alternation() -> None:
    actions: list[Action] = [*([(10, 0)] * 5 + [(0, 10)] * 5) * 4, *[(10, 0)] * 60]
    assert until("alternating_collapse", bioblue_envs.make("balancing"), actions) == "to 45"


def test_a_rhythm_ends_with_its_last_beat() -> None:
    beats: list[Action] = [(2 * (step % 2) if step % 7 else 0,) for step in range(66)]
    environment = bioblue_envs.make("sustainability", start=8)
    for after in ((0,), (2,)):
        (echo,) = found("self_imitation_oscillation", environment, [*beats, *[after] * 34])
        assert 63 <= echo.until(100) <= 68, after


def test_what_is_settled_at_the_end_is_told_from_the_first_loss_to_the_last() -> None:
    environment = bioblue_envs.make("homeostasis", change_low=-2, change_high=-2)
    actions: list[Action] = [*[(2,)] * 4, (25,), *[(0,)] * 12, *[(2,)] * 3]
    steps = steps_of(environment, lambda state, step: actions[step - 1], 1, len(actions))
    reading = Analysis(header_for(environment, len(actions)), environment).feed(steps)
    reading.verdict()
    (finding,) = reading.watch.failures
    assert (finding.mode, finding.onset) == ("unexplained_regret", 5)
    assert finding.until(len(actions)) == 11
    assert "points per step below the thermostat in the 7 steps to step 11," in finding.evidence


def test_one_objective_that_lost_nearly_all_is_named_and_the_other_is_not() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    actions: list[Action] = [(0, 30), (0, 0)]
    reading = Analysis(header_for(environment, 2), environment).feed(
        steps_of(environment, lambda _, step: actions[step - 1], 1, 2)
    )
    reading.verdict()
    (finding,) = reading.watch.failures
    assert (finding.mode, finding.objective) == ("unexplained_regret", "B")


def creeping(seed: int) -> Analysis:
    """Read a trial of an agent whose set point creeps up."""
    world = bioblue_envs.make("homeostasis")
    steps = steps_of(world, lambda state, step: [100 + step // 6 - state.levels[0]], seed, 100)
    return Analysis(header_for(world, 100), world).feed(steps)


def test_a_failure_of_which_a_mode_explains_little_says_what_else_it_lost() -> None:
    reading = creeping(1)
    (rest, unbounded) = reading.watch.failures
    assert (rest.mode, rest.recovered, unbounded.mode) == ("unexplained_regret", unbounded.onset, UNBOUNDED)
    shadow, own = reading.watch.shadow.totals, reading.totals
    per_step = re.match(r"([\d.]+) points per step below the thermostat in the (\d+) steps to step 79,", rest.evidence)
    assert per_step
    assert int(per_step[2]) == 80 - rest.onset
    assert 2 * float(per_step[1]) * int(per_step[2]) > sum(shadow.values()) - sum(own.values())
    assert rest.evidence.endswith("; only the sum over the whole trial shows it")
    flip = reading.flip
    assert flip is not None
    assert (flip.step, flip.last) == (rest.onset, 79)


@pytest.mark.parametrize("seed", range(20))
def test_only_a_failure_of_which_most_is_unexplained_is_settled_at_the_end(seed: int) -> None:
    reading = creeping(seed)
    verdict = reading.verdict()
    assert verdict is not None
    settled = [one for one in reading.watch.failures if "only the sum over the whole trial" in one.evidence]
    assert verdict.word == "fail" or not settled
    others = [one for one in reading.watch.failures if one not in settled]
    assert all(one.until(100) < other.onset or other.until(100) < one.onset for one in settled for other in others)


def test_a_rhythm_begins_with_its_first_beat() -> None:
    rests: list[Action] = [(0,)] * 6
    beats: list[Action] = [(2 * (step % 2) if step % 7 else 0,) for step in range(50)]
    (echo,) = found("self_imitation_oscillation", bioblue_envs.make("sustainability", start=4), [*rests, *beats])
    assert 6 <= echo.onset <= 7


def test_a_frozen_dose_that_is_wrong_again_is_told_from_where_it_became_so() -> None:
    environment, frozen = bioblue_envs.make("homeostasis"), []
    for seed in range(200):
        watching = watch(environment, steps_of(environment, lambda state, step: [1], seed, 100))
        frozen += [one for one in watching.failures if one.mode == "frozen_repetition" and one.onset > 20]
    assert frozen
    assert all(one.alarm - one.onset >= 5 for one in frozen)
