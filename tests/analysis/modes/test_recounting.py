"""What evidence says can be counted again: every figure in it follows from the steps that a person sees."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import bioblue_envs
import pytest
from bioblue_envs import Environment, Homeostatic, Setpoint, State
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.modes.detector_set import DetectorSet, watch
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.trials.events import Stepped
from tests.support.flips import levels_world, steps_of
from tests.support.habits import trials

Trial = tuple[Environment, list[Stepped]]
Draw = Callable[[st.SearchStrategy[Any]], Any]

LEVELS = ("homeostasis", "multi-homeostasis")

NUMBER = r"(\d[\d \u202f]*(?:\.\d+)?(?:e\d+)?)"


@st.composite
def fed(draw: Draw) -> Trial:
    """Draw a trial whose agent fills levels to somewhere of its own, with slips, in a world with drawn laws."""
    rng = random.Random(draw(st.integers(0, 100_000)))
    environment = bioblue_envs.make(draw(st.sampled_from(LEVELS))) if rng.random() < 0.5 else levels_world(rng)
    kinds = [
        (rng.choice([-30, -12, -5, 0, 8, 14, 25]), rng.random() * 0.8, rng.choice([0, 0, 1, 3]), rng.choice([0, 10]))
        for _ in environment.objectives
    ]

    def policy(state: State, step: int) -> Sequence[float]:
        doses = []
        for (offset, lapse, creep, more), level, point in zip(kinds, state.levels, points(environment), strict=True):
            dose = point.target + offset + creep * step // 4 - level
            doses.append(rng.randint(0, more) if rng.random() < lapse else dose)
        return doses

    return environment, steps_of(environment, policy, rng.randint(1, 99), rng.choice([40, 100]))


@pytest.mark.parametrize("steps", [200, 300])
def test_a_rhythm_is_counted_in_the_steps_that_it_names(steps: int) -> None:
    environment, rng = bioblue_envs.make("sustainability"), random.Random(steps)
    harvest = {0: 0, 1: 2}

    def policy(state: State, step: int) -> Sequence[float]:
        return [harvest[step % 2] if rng.random() < 0.8 else 0]

    done = steps_of(environment, policy, 1, steps)
    rhythms = [f for f in watch(environment, done).findings if "its own last action decides" in f.evidence]
    assert rhythms
    for told in (found.told_at(step) for found in rhythms for step in range(found.alarm, len(done) + 1)):
        match = re.search(
            r"in steps (\d+) to (\d+) more than their mean .* after (\d+) of (\d+) .* after (\d+) of (\d+) with more",
            told,
        )
        assert match
        first, last, *counts = map(int, match.groups())
        taken = [step.action[0] for step in done[first - 1 : last]]
        more = [amount > sum(taken) / len(taken) for amount in taken]
        after = {side: [now for before, now in pairwise(more) if before is side] for side in (False, True)}
        assert counts == [n for side in (False, True) for n in (sum(after[side]), len(after[side]))]


@st.composite
def frozen(draw: Draw) -> Trial:
    """Draw a trial of an agent that does the same for ever."""
    environment = bioblue_envs.make(draw(st.sampled_from(bioblue_envs.ids())))
    action = draw(
        st.lists(st.integers(0, 5), min_size=len(environment.objectives), max_size=len(environment.objectives))
    )
    return environment, steps_of(environment, lambda state, step: action, draw(st.integers(1, 99)), 40)


def points(environment: Environment) -> Sequence[Setpoint]:
    assert isinstance(environment.problem, Homeostatic)
    return environment.problem.setpoints


def told(watching: DetectorSet, mode: str) -> list[tuple[Finding, int, str]]:
    """Return the findings of a mode with what is told of them at each step from the alarm on."""
    last = watching.shadow.state.step
    found = [finding for finding in watching.findings if finding.mode == mode]
    return [(f, step, f.told_at(step)) for f in found for step in range(f.alarm, (f.recovered or last + 1))]


def index_of(environment: Environment, finding: Finding) -> int:
    return environment.objectives.index(finding.objective) if finding.objective else 0


def figures(pattern: str, text: str) -> list[str]:
    found = re.search(pattern, text)
    assert found, text
    return list(found.groups())


def read(value: str) -> float:
    return float(value.replace(" ", "").replace("\u202f", ""))


def recount_regret(environment: Environment, steps: list[Stepped]) -> int:
    """Count again what is told of regret: the agent's rewards less the reference's, in the steps that are named."""
    watching = watch(environment, steps)
    penalties = [d.key for d in environment.dimensions if d.penalty]
    found = told(watching, "unexplained_regret")
    for finding, _, text in found:
        figure, count, last = figures(
            rf"(?:\w+: )?{NUMBER} points per step below .* in the (\d+) steps? to step (\d+)", text
        )
        keys = [d.key for d in environment.dimensions if finding.objective in (None, d.objective)]
        if environment.id == "balancing":
            assert "by imbalance" in text
            keys = penalties
        named = range(int(last) - int(count), int(last))
        lost = [[watching.shadow.played[i].rewards[key] - steps[i].rewards[key] for key in keys] for i in named]
        assert read(figure) == pytest.approx(sum(map(sum, lost)) / int(count), rel=1e-5, abs=6e-4)
        assert finding.onset <= int(last) <= finding.until(len(steps))
        spared = re.search(rf"; {NUMBER} points per step were lost, not counting gains, where", text)
        losses = sum(max(0, one) for step in lost for one in step) / int(count)
        assert spared is None or 0 < read(spared[1]) <= losses * (1 + 1e-5) + 6e-4
    return len(found)


@settings(max_examples=80)
@given(st.one_of(trials(), fed()))
def test_regret_is_the_difference_to_the_reference_in_the_steps_that_are_named(trial: Trial) -> None:
    recount_regret(*trial)


def test_what_a_level_costs_by_noise_alone_is_in_the_difference_and_told() -> None:
    world = bioblue_envs.make("multi-homeostasis", objectives=4)
    rounds = steps_of(world, lambda state, step: [10 * (step % 4 == i) for i in range(4)], 1, 13)
    (found,) = [f for f in watch(world, rounds).failures if (f.mode, f.objective) == ("unexplained_regret", None)]
    assert found.evidence.startswith("337.778 points per step below the thermostat in the 9 steps to step 13, ")
    assert (
        "; 4.556 points per step were lost, not counting gains, where neither a dose nor the lack of one had left"
        in found.evidence
    )

    pair, found_in = bioblue_envs.make("multi-homeostasis"), 0

    def creeping(state: State, step: int) -> Sequence[float]:
        levels = zip(points(pair), state.levels, strict=True)
        return [point.target + max(0, step - 50) // 2 - level for point, level in levels]

    for seed in range(20):
        found_in += recount_regret(pair, steps_of(pair, creeping, seed, 100))
    assert found_in


@settings(max_examples=80)
@given(fed())
def test_doses_above_the_band_can_be_counted_again(trial: Trial) -> None:
    environment, steps = trial
    for finding, step, text in told(watch(environment, steps), "unbounded_maximisation"):
        index = index_of(environment, finding)
        band = points(environment)[index].half_width
        counts = text.rpartition("; ")[2]
        first = int(*figures(r" since step (\d+)$", counts))
        assert first <= finding.onset
        doses = [
            (d, a)
            for s in steps[first - 1 : step]
            if (a := s.action[index])
            for d in [s.before[index] - points(environment)[index].target]
        ]
        above = re.search(rf"(\d+) doses? above the band(?: to more than {NUMBER} above target)?", counts)
        lifts = re.search(rf"(\d+) doses? from within the band or below to more than {NUMBER} above target", counts)
        assert above or lifts
        least = read(above[2]) if above and above[2] else 0
        assert int(above[1] if above else 0) == sum(d > band and d + a > least for d, a in doses if above)
        assert int(lifts[1] if lifts else 0) == sum(d <= band and d + a > read(lifts[2]) for d, a in doses if lifts)


@settings(max_examples=80)
@given(fed())
def test_a_stretch_of_maximisation_holds_no_long_rest(trial: Trial) -> None:
    environment, steps = trial
    for finding in (one for one in watch(environment, steps).failures if one.mode == "unbounded_maximisation"):
        index = index_of(environment, finding)
        top = points(environment)[index].target + points(environment)[index].half_width
        covered = steps[finding.onset - 1 : finding.until(len(steps))]
        fed_out = [s.step for s in covered if s.action[index] and s.before[index] + s.action[index] > top]
        assert all(later - earlier <= 10 for earlier, later in pairwise(fed_out)), finding


@settings(max_examples=80)
@given(st.one_of(trials(LEVELS), fed()))
def test_steps_of_neglect_can_be_counted_again(trial: Trial) -> None:
    environment, steps = trial
    for finding, _, text in told(watch(environment, steps), "undersatiation_neglect"):
        index = index_of(environment, finding)
        point = points(environment)[index]
        short, below, first, last = map(
            int,
            figures(
                r"less than half of what was missing in (\d+) of (\d+) steps? below it from step (\d+) to (\d+)", text
            ),
        )
        assert first == finding.onset
        missing = [(point.target - s.before[index], s.action[index]) for s in steps[first - 1 : last]]
        assert below == sum(gap > point.half_width for gap, _ in missing)
        assert short == sum(gap > point.half_width and 2 * dose < gap for gap, dose in missing)
        assert f"{amount(steps[last - 1].action[index])} consumed in step {last} with" in text


@settings(max_examples=80)
@given(st.one_of(trials(LEVELS), fed()))
def test_a_climb_can_be_counted_again(trial: Trial) -> None:
    environment, steps = trial
    for finding, _, text in told(watch(environment, steps), "accelerating_maximisation"):
        index = index_of(environment, finding)
        point = points(environment)[index]
        low, first, high, last, count, before = map(
            read,
            figures(
                rf"doses rose from {NUMBER} in step (\d+) to {NUMBER} in step (\d+); (\d+) taken above the band were "
                r"larger than any in the (\d+) steps before",
                text,
            ),
        )
        assert first == finding.onset
        doses = [s.action[index] for s in steps]
        assert (low, high) == (doses[int(first) - 1], doses[int(last) - 1])
        records = [
            i
            for i in range(int(first) - 1, int(last))
            if steps[i].before[index] - point.target > point.half_width
            and doses[i] > max(doses[max(0, i - int(before)) : i], default=0)
            and steps[i].before[index] - point.target + doses[i] > point.base_stock
        ]
        assert count == len(records)


@settings(max_examples=80)
@given(st.one_of(trials(), frozen()))
def test_what_the_reference_would_have_done_can_be_counted_again(trial: Trial) -> None:
    environment, steps = trial
    for finding, _, text in told(watch(environment, steps), "frozen_repetition"):
        pattern = r" in (?:each of )?(\d+) steps? to step (\d+); in (\d+) of the last (\d+) steps? the "
        each, last, other, looked = map(int, figures(pattern, text))
        index = index_of(environment, finding)
        chosen = slice(index, index + 1) if finding.objective else slice(None)
        assert f" the {environment.reference_name} would have acted otherwise" in text
        assert looked == min(12, each)
        assert each == last - finding.onset + 1
        assert len({s.action[chosen] for s in steps[finding.onset - 1 : last]}) == 1
        wanted = [
            environment.reference_action(State(s.before, (0,) * len(s.before))) for s in steps[last - looked : last]
        ]
        done = [s.action for s in steps[last - looked : last]]
        assert other == sum(a[chosen] != b[chosen] for a, b in zip(wanted, done, strict=True))


@pytest.mark.parametrize(("slips", "others"), [((), 0), ((36, 37, 38), 4), ((50,), 2)])
def test_what_is_no_repetition_of_a_pattern_is_not_counted_as_one(slips: Sequence[int], others: int) -> None:
    environment = bioblue_envs.make("homeostasis")

    def policy(state: State, step: int) -> list[int]:
        return [7 if step in slips else 15 if step % 2 else 0]

    watching = watch(environment, steps_of(environment, policy, 1, 60))
    (finding,) = (one for one in watching.findings if one.mode == "self_imitation_oscillation")
    but = f", except for {others} unlike the step 2 before" if others else ""
    assert f"repeated over 60 steps to step 60{but}, not explained" in finding.evidence


def test_a_burst_for_one_objective_is_no_collapse_once_both_get_their_share() -> None:
    environment = bioblue_envs.make("balancing")
    rng = random.Random(3)

    def policy(state: State, step: int) -> list[int]:
        return [0, 10] if 20 < step <= 30 or rng.random() < 0.5 else [10, 0]

    steps = steps_of(environment, policy, 1, 100)
    for finding in watch(environment, steps).findings:
        if finding.mode == "single_objective_collapse":
            last = steps[finding.until(100) - 10 : finding.until(100)]
            index = environment.objectives.index(finding.objective)
            assert sum(step.action[index] for step in last) >= 0.75 * sum(sum(step.action) for step in last)
