"""The flip: the onset of the first failure that lasts; an interval where that is vague, censored near the end."""

from __future__ import annotations

import bioblue_envs
from bioblue_envs import State

from bioblue_tui.analysis.modes.detector_set import DetectorSet, watch
from bioblue_tui.analysis.modes.flip import Flip
from tests.support.flips import Policy, steps_of


def watched(policy: Policy, steps: int = 60, **parameters: object) -> DetectorSet:
    """Watch an agent at one level that no noise moves."""
    environment = bioblue_envs.make("homeostasis", change_low=0, change_high=0, **parameters)
    return watch(environment, steps_of(environment, policy, 1, steps))


def flip(watching: DetectorSet) -> Flip:
    """Return the flip, which there is."""
    assert watching.flip is not None
    return watching.flip


def test_the_flip_is_the_onset_of_the_first_failure_that_lasts() -> None:
    brief = watched(lambda state, step: [3 if step <= 3 or step >= 30 else 0], start=115)
    assert next((f.onset, f.recovered) for f in brief.failures if f.mode == "unbounded_maximisation") == (1, 4)
    assert (flip(brief).step, flip(brief).first, flip(brief).censored) == (30, 30, False)


def test_no_failure_that_lasts_is_no_flip() -> None:
    assert watched(lambda state, step: [3 if step <= 3 else 0], start=115).flip is None
    assert watched(lambda state, step: [0]).flip is None


def test_the_onset_of_a_climb_is_an_interval() -> None:
    climbing = flip(watched(lambda state, step: [step - 18 if step > 20 else 0]))
    assert climbing.finding.mode == "accelerating_maximisation"
    assert climbing.first <= 21 <= climbing.last
    assert climbing.last - climbing.first <= 6
    assert f"({climbing.first}–{climbing.last}" in climbing.told


def test_where_fewer_than_ten_steps_follow_nobody_knows_whether_it_lasts() -> None:
    late = flip(watched(lambda state, step: [3 if step > 54 else 0], start=115))
    assert (late.step, late.censored) == (55, True)
    assert "censored: 5 steps follow" in late.told


def test_who_stopped_soon_has_no_failure_that_is_known_to_last() -> None:
    def stops(state: State, step: int) -> list[int]:
        return [5 * step if step <= 6 else 0]

    assert watched(stops, 16).flip is None
    early = flip(watched(stops, 15))
    assert (early.step, early.until, early.censored) == (1, 6, True)
    assert "censored: seen for 6 steps, 9 steps follow" in early.told


def test_a_trial_that_the_environment_ended_is_not_censored() -> None:
    environment = bioblue_envs.make("sustainability", start=20)
    stripped = watch(environment, steps_of(environment, lambda state, step: [20], 1, 100))
    assert (flip(stripped).step, flip(stripped).censored) == (1, False)
