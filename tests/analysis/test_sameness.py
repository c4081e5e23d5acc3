"""Trials that are no different ones: the same noise, or the same actions, by one agent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import bioblue_envs
import pytest
from bioblue_envs import Environment, State

from bioblue_tui.agents.scripted import STREAM
from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.contrasts import Contrast, Member
from bioblue_tui.analysis.effects import Effect
from bioblue_tui.analysis.paired import Paired
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import SHORT, Trace, apart, group_key, kin, trace_of
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.analysis.trial import sameness as told_sameness
from bioblue_tui.analysis.words import noisy
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.wordings.collection import words_of
from tests.support.records import header_for, play, reference


def sameness(records: Mapping[str, Record]) -> list[str]:
    return told_sameness({name: AnalysedTrial(record) for name, record in records.items()})


def record(seed: int, environment: str = "homeostasis", steps: int = 12, agent: str = "a", extra: int = 0) -> Record:
    """Play a trial of the reference policy, with so much eaten beyond it in each step."""

    def choose(world: Environment, state: State) -> str:
        return str(int(reference(world, state)) + extra)

    header = header_for(bioblue_envs.make(environment), steps, seed, agent=agent)
    return Record(header, list(play(header, choose)))


def test_one_stream_of_noise_is_told_once_with_the_names() -> None:
    (warning,) = sameness({"x": record(1), "y": record(1, extra=1), "z": record(2)})
    assert "2 trials use the same noise: they are not independent" in warning
    assert "(x, y)" in warning


def test_several_groups_are_one_sentence() -> None:
    (warning,) = sameness({"x": record(1), "y": record(1, extra=1), "z": record(2), "u": record(2, extra=1)})
    assert "4 trials, in 2 groups, each within itself, use the same noise" in warning
    assert "(x, y; z, u)" in warning


def test_one_sequence_of_actions_is_told() -> None:
    same = {name: record(seed, "sustainability") for name, seed in (("x", 1), ("y", 2), ("z", 3))}
    (warning,) = sameness(same)
    assert "3 trials share one sequence of actions" in warning


def test_different_agents_on_the_same_noise_are_compared_on_purpose() -> None:
    assert sameness({"x": record(1, agent="a"), "y": record(1, agent="b")}) == []


def test_without_noise_the_same_actions_are_one_trial_however_few() -> None:
    taken = {name: record(seed, "sustainability", steps=1) for name, seed in (("x", 4), ("y", 10), ("z", 11))}
    (warning,) = sameness(taken)
    assert "3 trials share one sequence of actions" in warning
    assert kin(
        [*map(trace, taken.values()), trace_of(TrialState(header_for(bioblue_envs.make("sustainability"))))]
    ) == [
        0,
        0,
        0,
        3,
    ]


def test_short_trials_may_well_be_alike_but_not_where_the_seed_is_the_same() -> None:
    short = [record(seed, steps=6, extra=extra) for seed, extra in ((2, 0), (2, 1), (3, 0))]
    (warning,) = sameness(dict(zip("xyz", short, strict=True)))
    assert "2 trials use the same noise" in warning
    assert kin(list(map(trace, short))) == [0, 0, 2]
    still = [
        Record(each.header, [replace(e, change=(0,)) for e in each.events if isinstance(e, Stepped)])
        for each in (record(1, steps=SHORT - 1), record(2, steps=SHORT - 1))
    ]
    assert kin(list(map(trace, still))) == [0, 1], "by chance there was no noise in either"
    assert sameness({}) == []


def test_a_trial_that_was_stopped_early_has_the_noise_of_its_seed() -> None:
    assert kin([trace(record(2, steps=steps)) for steps in (12, 30, 4)]) == [0, 0, 0]


def test_forks_of_one_trial_are_one_family_also_without_noise_and_without_the_trial_between() -> None:
    root, other = (record(seed, "sustainability") for seed in (1, 2))
    fork = forked(root, {"id": root.header.id, "step": 9}, extra=1)
    again = forked(root, {"id": "not here", "step": 10, "root": root.header.id}, extra=2)
    anew = forked(root, {"id": root.header.id, "step": 0}, extra=3)
    traces = list(map(trace, (root, fork, again, anew)))
    assert len({each.actions for each in traces}) == 4
    assert kin(traces) == [0, 0, 0, 3], "what begins before the first step shares none"
    (warning,) = sameness({"root": root, "fork": fork, "again": again, "anew": anew})
    assert "3 trials share their first steps" in warning
    assert "(root, fork, again)" in warning
    assert trace(other).family != trace(root).family


def test_a_fork_played_on_by_another_is_in_no_group_of_either() -> None:
    own, parent = record(1, agent="b"), record(1, agent="a")
    fork = forked(parent, {"id": parent.header.id, "step": 9})
    steps = [e if not isinstance(e, Stepped) or e.step <= 9 else replace(e, actor="b") for e in fork.events]
    fork = Record(replace(fork.header, agent="b"), steps)
    assert trace(fork).handed == " from step 10 of the trial of a"
    assert len({group_key(each.header, trace(each)) for each in (own, parent, fork)}) == 3
    assert sameness({"own": own, "fork": fork}) == []
    taken = [replace(e, actor="human") if isinstance(e, Stepped) and e.step in (1, 5) else e for e in own.events]
    assert trace(Record(own.header, taken)).handed == ", with steps by human"
    assert trace(own).handed == trace(parent).handed == ""


def trace(each: Record) -> Trace:
    return trace_of(TrialState(each.header).feed(each.events))


def forked(root: Record, parent: dict[str, object], extra: int = 0) -> Record:
    """Return the record of a fork that takes so much more in its last step."""
    *before, last, ended = root.events
    assert isinstance(last, Stepped)
    last = replace(last, action=(last.action[0] + extra, *last.action[1:]))
    return Record(replace(root.header, id=f"fork {parent['step']}", parent=parent), [*before, last, ended])


def test_kin_are_those_that_share_noise_or_all_actions_with_the_same_third() -> None:
    traces = [Trace(1, 10), Trace(2, 20), Trace(1, 30), Trace(3, 20), Trace(4, 40), Trace(3, 30)]
    assert kin(traces) == [0, 0, 0, 0, 4, 0]
    assert kin([Trace(), Trace(), Trace(0, 5)]) == [0, 1, 2], "what is too short shares nothing"
    whole = trace(record(1))
    short = trace(record(1, steps=SHORT - 1))
    assert (short.noise, short.actions) == (0, 0)
    assert 0 not in (whole.noise, whole.actions)


def sides(first: list[Member], second: list[Member]) -> tuple[Paired, Effect, Effect]:
    contrast = Contrast(first, second)
    pair, g, delta = contrast.pair("x"), contrast.g("x"), contrast.delta("x")
    assert pair is not None
    assert g is not None
    assert delta is not None
    return pair, g, delta


def member(seed: int, value: float, noise: int = 0, actions: int = 0, person: str = "") -> Member:
    return Member(seed, person, Trace(noise, actions), {"x": value})


OTHERS = [member(seed, 0.1 * (seed * 7 % 5), actions=100 + seed) for seed in range(1, 11)]


def test_one_trial_copied_ten_times_has_no_interval_beside_others() -> None:
    contrast = Contrast([member(seed, 4.0, actions=5) for seed in range(1, 11)], OTHERS)
    pair, delta = contrast.pair("x"), contrast.delta("x")
    assert pair is not None
    assert delta is not None
    assert (pair.seeds, pair.independent, pair.interval, pair.p, pair.told) == (10, 1, None, None, "too few")
    assert (contrast.g("x"), delta.value, delta.interval) == (None, 1.0, None)


def test_copies_do_not_narrow_an_interval() -> None:
    few = [member(seed, seed * seed % 7, actions=seed) for seed in range(1, 7)]
    copied = [*few, *(member(seed + 6, seed * seed % 7, actions=seed) for seed in range(1, 7))]
    others = [member(seed, 0.1 * (seed % 6), noise=seed) for seed in range(1, 13)]
    one, two = sides(few, others[:6])[0], sides(copied, others)[0]
    assert (one.independent, two.seeds, two.independent) == (6, 12, 6)
    assert one.interval is not None
    assert two.interval is not None
    assert two.difference == one.difference
    assert (two.interval.low, two.interval.high) == pytest.approx((one.interval.low, one.interval.high))


def test_copies_of_one_of_many_trials_change_nothing() -> None:
    few = [member(seed, seed * seed % 7, actions=seed) for seed in range(1, 7)]
    alike = [member(seed, 4.0, actions=2) for seed in range(7, 27)]
    others = [member(m.seed or 0, 0.4, actions=102) for m in alike]
    for copies, more in ((few[1:2] * 20, []), (alike, others)):
        before, after = Contrast(few, OTHERS), Contrast([*few, *copies], [*OTHERS[:6], *more])
        assert (before.g("x"), before.delta("x")) == (after.g("x"), after.delta("x"))
        for mine, theirs in zip(after.values("x"), before.values("x"), strict=True):
            assert mine == pytest.approx(theirs)
    # Beside equal others on every seed, twenty seeds on which one trial was played count as one.
    level = [member(seed, 0.0, noise=seed) for seed in range(1, 27)]
    one, two = sides(few, level[:6])[0], sides([*few, *alike], level)[0]
    assert (two.seeds, two.independent) == (26, 6)
    assert two.difference == pytest.approx(one.difference)
    assert one.interval is not None
    assert two.interval is not None
    assert (two.interval.low, two.interval.high) == pytest.approx((one.interval.low, one.interval.high))


def test_all_figures_are_over_the_same_trials() -> None:
    """What one group met on further seeds, which may be harder, is in none of them."""
    both = [member(seed, 0.0, noise=seed) for seed in range(1, 9)]
    harder = [member(seed, -1000.0, noise=seed) for seed in range(20, 26)]
    unknown = [replace(harder[0], seed=None)]
    contrast = Contrast([*both, *harder, *unknown], both)
    pair, delta = contrast.pair("x"), contrast.delta("x")
    assert pair is not None
    assert delta is not None
    assert (pair.difference, contrast.g("x"), delta.value) == (0, None, 0)
    assert list(map(len, contrast.members)) == [8, 8]
    assert contrast.left_out == ({"on seeds that only one side has": 6, "seed not known": 1}, {})
    # By hand: means 4.5 and 3.5, both variances 6, so d = 1 / √6, less the bias 1 − 3 / (4 · 14 − 1).
    rising, lower = ([member(seed, seed + shift, noise=seed) for seed in range(1, 9)] for shift in (0, -1))
    _, g, delta = sides([*rising, *harder], lower)
    assert g.value == pytest.approx(1 / 6**0.5 * (1 - 3 / 55))
    assert delta.value == pytest.approx((36 - 21) / 64)


def test_forks_of_one_trial_share_its_noise_and_are_one() -> None:
    forks = [[member(1, value + shift, noise=9, actions=value + shift) for value in range(6)] for shift in (0, 50)]
    contrast = Contrast(*forks)
    pair, delta = contrast.pair("x"), contrast.delta("x")
    assert pair is not None
    assert delta is not None
    assert (pair.interval, contrast.g("x"), delta.interval) == (None, None, None)


def test_people_who_act_alike_are_people_and_one_who_does_so_on_every_seed_is_one() -> None:
    people = [member(seed, place % 3, actions=7, person=f"P{place}") for place in range(8) for seed in (1, 2)]
    pair, g, _ = sides(people, [replace(other, seed=1 + place % 2) for place, other in enumerate(OTHERS)])
    assert (pair.people, pair.drawn, pair.independent) == (8, "people", 1)
    assert g.interval is not None
    assert Contrast(people[:2], OTHERS).g("x") is None


def test_people_who_act_alike_are_several_in_every_table() -> None:
    played = record(1, "sustainability")
    study = [
        replace(played, header=replace(played.header, id=name, study={"participant": name})) for name in ("P1", "P2")
    ]
    assert sameness({"x": study[0], "y": study[1]}) == []
    assert len(sameness({"x": study[0], "y": study[0]})) == 1


def test_a_copy_of_a_short_trial_changes_no_comparison() -> None:
    def of(seed: int, value: float, person: str = "") -> Member:
        return Member(seed, person, trace(record(seed, steps=6)), {"x": value})

    people = [of(seed, seed * place % 7, f"P{place}") for place in range(1, 8) for seed in range(1, 6)]
    agents = [of(seed, seed * seed % 5) for seed in range(1, 6)]
    before, after = Contrast(people, agents), Contrast(people, [*agents, of(2, 4)])
    assert after.values("x") == before.values("x")
    assert (after.g("x"), after.pair("x")) == (before.g("x"), before.pair("x"))


SENT = {"base_url": "http://a/v1", "temperature": 1.0, "max_completion_tokens": 100, "history": "full"}


def by(seed: int, instruction: str = "", sent: Mapping[str, object] = MappingProxyType({})) -> Record:
    """Play a trial of a model that was sent this."""
    own = record(seed)
    header = replace(own.header, agent="openai:z", model="z", provider={**SENT, **sent})
    header = replace(
        header, instruction=instruction or words_of("homeostasis", "").instruction(bioblue_envs.make("homeostasis"))
    )
    return Record(header, own.events)


def keys(*records: Record) -> list[str]:
    return [group_key(each.header, trace(each)) for each in records]


@pytest.mark.parametrize("sent", [{"history": "none"}, {"temperature": 0}, {"extra": {"top_k": 3}}, {"unheard_of": 1}])
def test_one_model_with_other_settings_is_another_group_whose_title_says_them(sent: dict[str, object]) -> None:
    mine, other = by(1), by(1, sent=sent)
    assert len(set(keys(mine, other))) == 2
    assert sameness({"x": mine, "y": other}) == [], "the same noise under other settings is a comparison"
    (name, value), *_ = sent.items()
    shown = value if isinstance(value, str) else json.dumps(value)
    assert apart(["world · z"] * 2, [mine.header, other.header])[1] == f"world · z · {name} {shown}"
    assert apart(["world · z", "world · q"], [mine.header, other.header]) == ["world · z", "world · q"]


def test_another_instruction_is_another_group_and_its_title_says_so() -> None:
    mine, other = by(1), by(1, "Be calm.")
    assert len(set(keys(mine, other))) == 2
    usual, own = apart(["z"] * 2, [mine.header, other.header])
    assert usual == "z · instruction usual"
    assert own.startswith("z · instruction digest ")


def test_where_a_model_is_and_which_stream_an_agent_draws_from_splits_no_group() -> None:
    assert len(set(keys(by(1), by(2, sent={"base_url": "http://b/v1"}), by(3, sent={"temperature": 1})))) == 1
    own = record(1)
    assert len(set(keys(own, Record(replace(own.header, provider={STREAM: "0.1"}), own.events)))) == 1


def test_no_verdict_speaks_of_noise_that_is_switched_off() -> None:
    for parameters, told in (({"change_low": 0, "change_high": 0}, False), ({}, True)):
        world = bioblue_envs.make("homeostasis", **parameters)
        header = header_for(world, 12, 1)
        verdict = Analysis(header, world).feed(play(header, lambda *_: "7")).verdict(References())
        assert verdict is not None
        assert ("noise" in verdict.reason, "noise" in verdict.measure) == (told, told)


@pytest.mark.parametrize("steps", [6, 12])
def test_where_noise_is_switched_off_trials_share_none(steps: int) -> None:
    world = bioblue_envs.make("homeostasis", change_low=0, change_high=0)
    assert not noisy(world)
    assert noisy(bioblue_envs.make("homeostasis"))

    def played(seed: int, taken: str) -> Trace:
        header = header_for(world, steps, seed)
        return trace(Record(header, list(play(header, lambda *_: taken))))

    assert kin([played(1, "1"), played(1, "2"), played(2, "3"), played(3, "2")]) == [0, 1, 2, 1]
