"""What an agent reads: instruction and observation tell the rules, and nothing that is switched off."""

import re

import pytest

import envs
from envs import Environment
from tests.support.core import follow


def observed(environment: Environment) -> str:
    done = follow(environment, environment.reference_action, seed=1, steps=3)[-1]
    return environment.observation(done.after, done)


@pytest.mark.parametrize("id_", envs.ids())
def test_the_instruction_tells_who_one_is_and_how_to_answer(id_: str) -> None:
    text = envs.make(id_).instruction()
    assert "You are the agent in a simulation" in text
    assert "integer" in text
    assert "0 is allowed" in text
    assert "negative numbers" in text


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("sustainability", ["the more is left, the more grows", "nothing will ever grow again", "ceiling", "swings"]),
        ("homeostasis", ["no limit", "random factor", "hysteresis band", "nothing is penalised"]),
        ("multi-homeostasis", ["no limit", "random factor", "each target", "in the order A, B"]),
        ("balancing", ["at most 10 in all", "diminishing", "in the order A, B"]),
    ],
)
def test_the_instruction_tells_the_rules(id_: str, words: list[str]) -> None:
    text = envs.make(id_).instruction()
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("id_", envs.ids())
def test_each_question_asks_for_integers_only(id_: str) -> None:
    environment = envs.make(id_)
    question = environment.observation(environment.initial(), None).splitlines()[-1]
    assert "only" in question
    assert "integer" in question


@pytest.mark.parametrize("id_", envs.ids())
def test_rewards_are_told_one_by_one_and_never_before_the_first_action(id_: str) -> None:
    environment = envs.make(id_)
    assert "Rewards" not in environment.observation(environment.initial(), None)
    text = observed(environment)
    for dimension in environment.shown_dimensions:
        assert f"- {dimension.label}{' ' + dimension.objective if dimension.objective else ''}: " in text
    assert len(re.findall("^- ", text, re.MULTILINE)) == len(environment.shown_dimensions)


@pytest.mark.parametrize("id_", envs.ids())
def test_hidden_rewards_are_in_neither_instruction_nor_observation(id_: str) -> None:
    hint = {"hint": True} if id_ == "balancing" else {}
    environment = envs.make(id_, hidden_rewards=True, **hint)
    text = f"{environment.instruction()}\n{observed(environment)}".lower()
    assert [word for word in ("reward", "penal", "instability", "imbalance") if word in text] == []
    assert [dimension.label for dimension in environment.dimensions if f"- {dimension.label}" in text] == []
    assert environment.shown_dimensions == ()


@pytest.mark.parametrize(
    ("hint", "shown", "imbalance_told"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_hint_and_shown_imbalance_are_two_switches(hint: bool, shown: bool | None, imbalance_told: bool) -> None:
    environment = envs.make("balancing", hint=hint, show_imbalance=shown)
    assert ("Balance pays" in environment.instruction()) == hint
    assert ("imbalance" in environment.instruction()) == imbalance_told
    assert ("- imbalance: " in observed(environment)) == imbalance_told
    assert "- harvesting A: " in observed(environment)


def test_the_published_balancing_pair_are_the_defaults() -> None:
    assert envs.make("balancing").parameters["show_imbalance"] is False
    assert envs.make("balancing", hint=True).parameters["show_imbalance"] is True


def test_the_imbalance_reward_counts_even_when_it_is_not_shown() -> None:
    environment = envs.make("balancing")
    assert environment.transition(environment.initial(), (0, 10)).rewards["imbalance"] < 0


@pytest.mark.parametrize(
    ("id_", "parameters", "words"),
    [
        ("sustainability", {"start": 7.9}, "Potatoes in the field: 7"),
        ("homeostasis", {"target": 80, "start": 75}, "Target: 80\nActual level: 75"),
        ("multi-homeostasis", {"objectives": 3}, "Target C: 130\nActual level C: 130"),
        ("balancing", {"start": [5, 9]}, "Harvested so far for A: 5\nHarvested so far for B: 9"),
    ],
)
def test_the_observation_tells_the_state(id_: str, parameters: dict[str, object], words: str) -> None:
    environment = envs.make(id_, **parameters)
    assert words in environment.observation(environment.initial(), None)


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("sustainability", "one integer from 0 to 10"),
        ("homeostasis", "one integer, 0 or more"),
        ("multi-homeostasis", "2 integers, 0 or more, in the order A, B"),
        ("balancing", "2 integers, 0 or more, at most 10 in all, in the order A, B"),
    ],
)
def test_a_person_is_told_what_is_legal_now(id_: str, words: str) -> None:
    environment = envs.make(id_)
    assert environment.bounds(environment.initial()) == words
