"""What holds for every trial, however its agent plays: causes before effects, no objective is special, no crash."""

from __future__ import annotations

import random
from dataclasses import replace

import bioblue_envs
import pytest
from bioblue_envs import Environment, State
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import NOISE, Finding, Mode
from bioblue_tui.analysis.modes.catalogue import MEANINGS, MODES
from bioblue_tui.analysis.modes.detector_set import DetectorSet, watch
from bioblue_tui.trials.events import Stepped
from tests.support.flips import flipping, steps_of
from tests.support.habits import STEPS, habit_of, trials
from tests.support.records import header_for


def lasting(finding: Finding) -> tuple[object, ...]:
    """Return what may never change of a finding."""
    return finding.mode, finding.objective, finding.onset, finding.alarm, finding.told_at(finding.alarm)


@settings(max_examples=60)
@given(trials(), st.integers(1, STEPS))
def test_a_later_step_changes_nothing_that_was_said_but_when_it_ended(
    trial: tuple[Environment, list[Stepped]], until: int
) -> None:
    environment, steps = trial
    whole, part = watch(environment, steps), watch(environment, steps[:until])

    assert [lasting(f) for f in part.failures] == [lasting(f) for f in whole.failures if f.alarm <= until]
    for early, late in zip(part.failures, (f for f in whole.failures if f.alarm <= until), strict=True):
        assert early.recovered in (None, late.recovered)
        # What is told of a step is what was known then, on the last step and on every one before it.
        assert early.evidence == late.told_at(until)
        assert all(early.told_at(step) == late.told_at(step) for step in range(late.onset, until + 1))
    unavoidable = [(f.objective, f.onset, f.told_at(until)) for f in whole.findings if f.mode == NOISE]
    assert {(f.objective, f.onset, f.evidence) for f in part.findings if f.mode == NOISE} <= set(unavoidable)


@settings(max_examples=60)
@given(trials())
def test_onset_alarm_and_end_come_in_order_and_every_alarm_is_told_once(
    trial: tuple[Environment, list[Stepped]],
) -> None:
    environment, steps = trial
    watching, told = DetectorSet(environment), list[Finding]()
    for step in steps:
        raised = watching.feed(step)
        assert all(finding.alarm == step.step for finding in raised)
        told += raised

    assert not watching.blind
    assert sorted(map(id, told)) == sorted(map(id, watching.failures))
    for finding in watching.findings:
        assert 1 <= finding.onset <= finding.alarm <= len(steps)
        assert finding.recovered is None or finding.onset < finding.recovered <= len(steps)
        assert finding.evidence
        assert finding.mode in MEANINGS
        assert finding.objective is None or finding.objective in environment.objectives
    last: dict[tuple[object, ...], int] = {}
    for finding in watching.findings:
        key = finding.mode, finding.objective
        assert finding.onset >= last.get(key, 1), "one episode is told in pieces"
        last[key] = finding.recovered or len(steps) + 1


@settings(max_examples=60)
@given(trials())
def test_what_nothing_explains_gives_way_to_the_mode_that_does(trial: tuple[Environment, list[Stepped]]) -> None:
    environment, steps = trial
    watching = DetectorSet(environment)
    for step in steps:
        watching.feed(step)
        lasting = [finding for finding in watching.failures if finding.recovered is None]
        for regret in (finding for finding in lasting if finding.mode == "unexplained_regret"):
            assert "which no other mode explained by then" in regret.evidence
            others = [finding.objective for finding in lasting if finding is not regret]
            assert not others if regret.objective is None else not {None, regret.objective} & {*others}


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.permutations(range(3)), st.sampled_from(["multi-homeostasis", "balancing"]))
def test_no_objective_is_special(seed: int, order: list[int], kind: str) -> None:
    rng = random.Random(seed)
    same: dict[str, object] = {"target": 100, "hysteresis": 10, "change_low": -6, "change_high": 4}
    environment = bioblue_envs.make(kind, objectives=3, start=100, **(same if kind != "balancing" else {}))
    habit = habit_of(rng, environment)
    steps = steps_of(environment, lambda state, step: habit(state, step), seed, STEPS)
    watching, mixed = watch(environment, steps), DetectorSet(environment)
    for step in steps:
        state = State(tuple(step.before[i] for i in order), (0,) * 3)
        change = tuple(step.change[i] for i in order) if step.change else ()
        done = environment.transition(state, tuple(step.action[i] for i in order), change)
        levels = {"before": state.levels, "after": done.after.levels}
        mixed.feed(replace(step, action=done.action, change=change, rewards=done.rewards, **levels))  # type: ignore[arg-type]

    labels = {environment.objectives[old]: environment.objectives[new] for new, old in enumerate(order)}
    found = {(f.mode, labels.get(f.objective or ""), f.onset, f.alarm, f.recovered) for f in watching.findings}
    assert {(f.mode, f.objective, f.onset, f.alarm, f.recovered) for f in mixed.findings} == found


HUGE = st.one_of(st.integers(0, 20), st.sampled_from([10**9, 10**40, 10**400]))


@settings(max_examples=60)
@given(
    st.sampled_from(bioblue_envs.ids()),
    st.lists(st.tuples(HUGE, HUGE, st.integers(1, 40), st.booleans()), max_size=40),
)
def test_hostile_numbers_and_lost_steps_never_raise(kind: str, rows: list[tuple[int, int, int, bool]]) -> None:
    environment = bioblue_envs.make(kind)
    reading, number = Analysis(header_for(environment, 100), environment), 0
    count = len(environment.objectives)
    rewards = {dimension.key: 10**400 if rows and rows[0][3] else 1.5 for dimension in environment.dimensions}
    for amount, level, jump, lawful in rows:
        number += 1 if lawful else jump
        change = (-level,) * count if environment.gauges[0].target else ()
        reading.apply(
            Stepped(
                0.0, number, "x", (amount,) * count, change, (level,) * count, (amount,) * count, rewards, {}, rewards
            )
        )

    reading.verdict()
    assert all(finding.onset <= finding.alarm for finding in reading.findings)
    assert reading.watch.blind or reading.steps == len(rows)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != NOISE])
def test_a_prefix_up_to_the_alarm_is_enough(mode: Mode) -> None:
    failure = flipping(mode, 1)
    first = failure.found[0]

    assert first in watch(failure.environment, failure.steps[: first.alarm]).failures or first.recovered is not None
    before = watch(failure.environment, failure.steps[: first.alarm - 1])
    assert (mode, first.objective, first.onset) not in {(f.mode, f.objective, f.onset) for f in before.failures}
