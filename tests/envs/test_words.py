"""What a person is told is legal, and which rewards an agent gets to see."""

import bioblue_envs
import pytest


def test_the_published_balancing_pair_are_the_defaults() -> None:
    assert bioblue_envs.make("balancing").parameters["show_imbalance"] is False
    assert bioblue_envs.make("balancing", hint=True).parameters["show_imbalance"] is True


def test_the_imbalance_reward_counts_even_when_it_is_not_shown() -> None:
    environment = bioblue_envs.make("balancing")
    assert environment.transition(environment.initial(), (0, 10)).rewards["imbalance"] < 0


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
    environment = bioblue_envs.make(id_)
    assert environment.bounds(environment.initial()) == words
