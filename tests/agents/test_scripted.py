"""Scripted policies: always legal, the same by seed, and each failing in its own way after its good steps."""

import random
from itertools import pairwise
from typing import Any

import bioblue_envs
import pytest
from bioblue_envs import Environment, Transition
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.agents.scripted import GOOD_STEPS, POLICIES, ScriptedAgent
from bioblue_tui.lessons.figure_trials import Source, played
from bioblue_tui.models.catalogue import choices, make_agent
from bioblue_tui.trials.events import Failed, Rejected, Stepped
from tests.support.core import Stage, follow, play, totals

PAIRS = [
    (name, id_)
    for name, policy in POLICIES.items()
    for id_ in bioblue_envs.ids()
    if id_ in (policy.environments or bioblue_envs.ids())
]
GOOD = {"thermostat", "sustainable", "balanced"}
FAILING = [name for name, policy in POLICIES.items() if policy.good_steps]


def run(
    name: str, environment: Environment, seed: int = 1, steps: int = 100, good: int | None = None
) -> list[Transition]:
    agent = ScriptedAgent(name, seed, good)
    return follow(environment, lambda state: agent.act(environment, state), seed, steps)


def actions(done: list[Transition]) -> list[int]:
    return [transition.action[0] for transition in done]


@pytest.mark.parametrize(("name", "id_"), PAIRS)
@pytest.mark.parametrize("count", range(2, 7))
async def test_every_policy_plays_a_whole_trial_legally(name: str, id_: str, count: int) -> None:
    many = (
        {"objectives": count}
        if any(parameter.name == "objectives" for parameter in bioblue_envs.parameters(id_))
        else {}
    )
    if not many and count > 2:
        return
    environment = bioblue_envs.make(id_, **many)
    events = await play(environment, ScriptedAgent(name, 4), seed=4, steps=130)
    assert [event for event in events if isinstance(event, Rejected | Failed)] == []
    steps = [event for event in events if isinstance(event, Stepped)]
    assert len(steps) == 130 or steps[-1].ended


PARAMETERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "homeostasis": st.fixed_dictionaries(
        {"change_low": st.integers(-(10**6), 0), "start": st.integers(-(10**6), 10**6)}
    ),
    "multi-homeostasis": st.fixed_dictionaries(
        {"objectives": st.integers(2, 6), "change_low": st.integers(-(10**6), 0)}
    ),
    "sustainability": st.fixed_dictionaries(
        {"limit": st.floats(10, 999_999_999), "growth_exponent": st.floats(0, 10), "growth_offset": st.floats(0, 10**6)}
    ),
    "balancing": st.fixed_dictionaries(
        {"objectives": st.integers(2, 6), "budget": st.integers(1, 10**6), "start": st.integers(1, 10**6)}
    ),
}


@pytest.mark.parametrize(("name", "id_"), PAIRS)
@given(data=st.data(), seed=st.integers(0, 99), good=st.integers(0, 3))
@settings(max_examples=8)
def test_every_policy_is_legal_whatever_the_parameters(
    name: str, id_: str, data: st.DataObject, seed: int, good: int
) -> None:
    environment = bioblue_envs.make(id_, **data.draw(PARAMETERS[id_]))
    done = run(name, environment, seed, 15, good)
    assert all(amount <= 999_999_999 for transition in done for amount in transition.action)


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_even_after_very_many_steps_an_accelerators_dose_has_nine_digits(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    state = environment.initial()
    late = type(state)(state.levels, state.taken, 99_999)
    action = ScriptedAgent("accelerator", 1).act(environment, late)
    environment.check(late, action)
    assert max(action) <= 999_999_999


@pytest.mark.parametrize(("name", "id_"), PAIRS)
def test_the_same_seed_gives_the_same_actions_whatever_was_drawn_in_between(name: str, id_: str) -> None:
    environment = bioblue_envs.make(id_)
    first = run(name, environment, 7)
    random.seed(1)
    assert run(name, environment, 7) == first


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_random_differs_by_seed_and_draws_nothing_from_the_noise(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    by_seed = {
        tuple(done.action for done in follow(environment, lambda s, a=agent: a.act(environment, s), 1, 10))  # type: ignore[misc]
        for agent in (ScriptedAgent("random", seed) for seed in range(5))
    }
    assert len(by_seed) == 5
    noise = [done.change for done in run("random", environment, 1, 30)]
    rng = random.Random(1)
    assert noise == [environment.draw(rng) for _ in noise]


def test_a_resumed_policy_goes_on_as_if_it_had_never_stopped() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    done = run("random", environment, 3, 20)
    fresh = ScriptedAgent("random", 3)
    assert fresh.act(environment, done[10].before) == done[10].action


@pytest.mark.parametrize(("id_", "floors"), [("homeostasis", (95,)), ("multi-homeostasis", (105, 115))])
def test_base_stock_refills_to_five_below_the_target(id_: str, floors: tuple[int, ...]) -> None:
    for step in run("base-stock", bioblue_envs.make(id_)):
        missing = (floor - level for floor, level in zip(floors, step.before.levels, strict=True))
        assert step.action == tuple(max(0, amount) for amount in missing)


@pytest.mark.parametrize(("name", "id_"), [pair for pair in PAIRS if pair[0] in {*FAILING, *GOOD}])
def test_good_steps_are_those_of_the_reference_policy(name: str, id_: str) -> None:
    environment = bioblue_envs.make(id_)
    steps = 100 if name in GOOD else GOOD_STEPS
    reference = follow(environment, environment.reference_action, 1)
    done = run(name, environment, 1)
    assert done[:steps] == reference[:steps]
    # The dropped objective needs nothing at once where noise has raised it.
    assert (done[steps : steps + 10] == reference[steps : steps + 10]) == (name in GOOD)


@pytest.mark.parametrize(("name", "id_"), [pair for pair in PAIRS if pair[0] in FAILING])
@pytest.mark.parametrize("good", [0, 7])
def test_the_number_of_good_steps_can_be_chosen(name: str, id_: str, good: int) -> None:
    environment = bioblue_envs.make(id_)
    agent = ScriptedAgent(name, 1, good)
    assert agent.name == f"{name}:{good}"
    reference = follow(environment, environment.reference_action, 1, 20)
    done = run(name, environment, 1, 20, good)
    assert done[:good] == reference[:good]
    assert done[: good + 3] != reference[: good + 3]


@pytest.mark.parametrize("id_", ["homeostasis", "multi-homeostasis"])
def test_an_accelerators_doses_grow_with_each_step(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    done = run("accelerator", environment)[GOOD_STEPS:]
    doses = [transition.action[-1] for transition in done]
    assert all(a < b for a, b in pairwise(doses))
    assert doses[0] == 5
    # A published trial accelerates from 15 to 310 within 70 steps.
    assert 250 < doses[69] < 350
    assert done[-1].after.levels[-1] > 5000
    others = [transition.action[:-1] for transition in done]
    assert others == [environment.reference_action(transition.before)[:-1] for transition in done]


def test_an_accelerator_harvests_more_and_more_until_the_field_is_all_but_bare() -> None:
    done = run("accelerator", bioblue_envs.make("sustainability"))[GOOD_STEPS:]
    doses = actions(done)
    peak = doses.index(max(doses))
    assert peak >= 4
    assert all(a < b for a, b in pairwise(doses[: peak + 1]))
    assert doses[peak] > 6
    assert all(transition.after.levels[0] < 4 for transition in done[peak + 3 :])


@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize("budget", [10, 1000])
def test_an_accelerators_share_of_the_budget_grows_from_fair_to_all(count: int, budget: int) -> None:
    done = run("accelerator", bioblue_envs.make("balancing", objectives=count, budget=budget))[GOOD_STEPS:]
    shares = [transition.action[-1] for transition in done]
    assert shares == sorted(shares)
    assert 0 < shares[0] - budget // count <= budget // 20 + 1
    assert shares[5] < shares[12] < shares[-1] == budget
    assert all(sum(transition.action) == budget for transition in done)


def test_collapse_drops_one_body_variable_and_keeps_the_other() -> None:
    environment = bioblue_envs.make("multi-homeostasis", objectives=3)
    done = run("collapse", environment)[GOOD_STEPS:]
    assert {transition.action[2] for transition in done} == {0}
    assert [t.action[:2] for t in done] == [environment.reference_action(t.before)[:2] for t in done]
    assert totals(done)["undersatiation_C"] < -1000


@pytest.mark.parametrize("count", [2, 4])
def test_collapse_in_balancing_shares_the_budget_among_the_others(count: int) -> None:
    done = run("collapse", bioblue_envs.make("balancing", objectives=count))[GOOD_STEPS:]
    assert {transition.action[-1] for transition in done} == {0}
    assert {sum(transition.action) for transition in done} == {10}
    *others, dropped = done[-1].after.levels
    assert max(others) - min(others) <= 1
    assert min(others) - dropped > 200


@pytest.mark.parametrize(
    ("id_", "parameters", "amount"),
    [("homeostasis", {}, 10), ("multi-homeostasis", {}, 10), ("balancing", {}, 10), ("balancing", {"budget": 50}, 50)],
)
def test_a_maximiser_takes_all_it_may_of_one_thing(id_: str, parameters: dict[str, object], amount: int) -> None:
    done = run("maximiser", bioblue_envs.make(id_, **parameters))[GOOD_STEPS:]
    assert set(actions(done)) == {amount}
    assert done[-1].after.levels[0] - done[0].before.levels[0] > 5 * len(done)


def test_a_maximiser_keeps_feeding_the_other_variable() -> None:
    done = run("maximiser", bioblue_envs.make("multi-homeostasis"), seed=3)
    assert totals(done)["undersatiation_B"] == 0


def test_a_maximiser_strips_the_field_as_soon_as_it_fails() -> None:
    done = run("maximiser", bioblue_envs.make("sustainability"))
    assert actions(done)[GOOD_STEPS] >= 12
    assert all(transition.after.levels[0] < 4 for transition in done[GOOD_STEPS:])
    at_once = run("maximiser", bioblue_envs.make("sustainability"), good=0)
    assert (actions(at_once), at_once[-1].after.ended) == ([10], "resource exhausted")


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_an_oscillator_repeats_itself_whatever_it_sees(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    done = [transition.action for transition in run("oscillator", environment)]
    period = 6 if len(environment.objectives) == 1 else 2
    assert len(set(done)) > 1
    assert done[period:] == done[:-period]


def test_a_greedy_harvester_keeps_the_stock_low() -> None:
    done = run("greedy-harvester", bioblue_envs.make("sustainability"))
    assert not done[-1].after.ended
    assert all(transition.after.levels[0] < 7 for transition in done[5:])
    assert sum(actions(done)) < 250


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_says_what_it_does_in_one_line(name: str) -> None:
    about = POLICIES[name].about
    assert 10 < len(about) < 60
    assert "\n" not in about


async def test_a_policy_in_the_wrong_world_says_so_instead_of_answering() -> None:
    stage = await Stage(bioblue_envs.make("homeostasis"), ScriptedAgent("greedy-harvester", 1)).start()
    assert [event.message for event in stage.all(Failed)] == [
        "greedy-harvester is made for sustainability, not for homeostasis"
    ]
    await stage.trial.stop()


def test_a_policy_that_does_not_exist_and_good_steps_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="no policy 'thermos'; there are thermostat, "):
        ScriptedAgent("thermos", 1)
    with pytest.raises(ValueError, match="good steps are 0 or more, not -1"):
        ScriptedAgent("collapse", 1, -1)


def test_what_leaves_a_level_to_itself_is_called_neglect_and_old_records_of_it_go_on() -> None:
    for name in ("neglect", "collapse"):
        make_agent(f"{name}:3", "multi-homeostasis", 1)
    offered = {choice.name for choice in choices("multi-homeostasis", {})}
    assert "neglect" in offered
    assert "collapse" not in offered
    now, then = (played(Source("multi-homeostasis", agent=agent, steps=60)) for agent in ("neglect:10", "collapse:10"))
    assert "undersatiation_neglect" in {finding.mode for finding in now.findings}
    assert [step.action for step in now.steps] == [step.action for step in then.steps]
