"""A bare number is the action only below what asks for it, and above what explains it: else it is something else."""

import bioblue_envs
import pytest
from bioblue_envs import State
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.trials.parse import read_answer
from bioblue_tui.trials.reading.decide import read_integers
from bioblue_tui.trials.reading.thoughts import split_thoughts

HOMEOSTASIS = bioblue_envs.make("homeostasis")
FIELD = bioblue_envs.make("sustainability")
BALANCING = bioblue_envs.make("balancing")


def body(text: str) -> tuple[int, ...] | None:
    return read_answer(text, HOMEOSTASIS, State((97,), (3,), 1)).action


def field(text: str) -> tuple[int, ...] | None:
    return read_answer(text, FIELD, State((14,), (3,), 1)).action


def balance(text: str) -> tuple[int, ...] | None:
    return read_answer(text, BALANCING, State((6, 3), (6, 3), 1)).action


SIDE_QUESTIONS = [
    "How many are there?",
    "How many remain?",
    "How many remain after harvesting?",
    "How many can I harvest at most?",
    "How many steps remain?",
    "What is the deficit? 100 - 97 = 3.\n\nHow many steps remain?",
    "What will the level be after the noise?",
    "What was the last reward?",
    "How much did I consume last time?",
    "How far is it? Let me see.",
    "Let me estimate the level after the random factor.",
    "Let me compute the deficit.",
    "First, the total so far.",
    "Difference from target.",
    "Computing the gap to the target.",
    "I stay away from this number.",
    "I would rather wait.",
    "The gap first.",
    "I start with the deficit.",
    "Now to the deficit.",
    "On to the steps left.",
    "I subtract the level from the target.",
    "The difference follows.",
    "The step number.",
    "Let me list the changes.",
]
TAKEN_BACK = [
    "I made a mistake above.",
    "I'm wrong.",
    "See below for the real answer.",
    "Error: that is the deficit.",
    "I decide to wait instead.",
    "However, it should be more.",
    "Please disregard.",
    "Make it more.",
    "A higher number is needed.",
    "I'll take more.",
    "This needs to change.",
    "I'd go higher.",
    "Let it grow instead.",
    "Final answer below.",
]
LIMITED = [
    "At most.",
    "Every other step.",
    "If the level falls below 95.",
    "Next week.",
    "Roughly.",
    "Per step.",
    "I eat later.",
    "Two steps from now.",
    "For ten steps.",
    "Something smaller.",
    "However, double.",
    "The remaining steps.",
    "The noise so far.",
    "Not enough.",
    "Depending on the noise.",
]
REASONS = [
    "Because the level is low.",
    "This keeps the level near the target.",
    "That should bring me back to about 100.",
    "The level is below the target.",
    "I chose this number since it is in the middle of 0 and 10.",
    "I consume 3 because the level is 97.",
    "Reason: the level is 3 below the target.",
    "**Rationale**\n- the level is 97\n- the target is 100\n- the gap is 3",
    "Explanation:\n\n1. The level is 97.\n2. The target is 100.",
    "I'll wait for the next observation.",
    "Let me know the next observation.",
    "Thank you!",
    "Until now the level was stable.",
    "I feel this is about right.",
    "However, I will reduce consumption if the level goes above 105.",
    "If the noise is negative, the level stays close to the target.",
]
ASKING = [
    "How many potatoes do I consume?",
    "So how much should I eat now?",
    "The level is 97. How many do I take?",
    "What is my answer?",
    "What is my next action?",
    "The level is 97.",
    "I want to be careful.",
    "Did I eat too much? I think not.",
]


@pytest.mark.parametrize("number", ["3", "**4**", "95"])
@pytest.mark.parametrize("above", SIDE_QUESTIONS)
def test_a_number_below_another_question_or_quantity_is_not_the_action(above: str, number: str) -> None:
    assert body(f"{above}\n\n{number}") is None
    assert field(f"{above}\n\n{number}") is None


@pytest.mark.parametrize("first", ["", "The level is 97. ", "The target is 100.\n\n"])
@pytest.mark.parametrize("above", ASKING)
def test_a_number_below_what_asks_for_it_is_the_action(first: str, above: str) -> None:
    assert body(f"{first}{above}\n\n3") == (3,)


@pytest.mark.parametrize("number", ["3", "**3**", "3 potatoes"])
@pytest.mark.parametrize("below", TAKEN_BACK + LIMITED)
def test_what_corrects_commands_or_limits_leaves_no_action(number: str, below: str) -> None:
    assert body(f"{number}\n\n{below}") is None
    assert body(f"{number}\n\nThe level is low.\n\n{below}") is None


@pytest.mark.parametrize("said", ["Consume: 3", "Answer: 3", "I consume 3."])
@pytest.mark.parametrize("below", TAKEN_BACK)
def test_what_is_called_the_answer_may_be_taken_back_as_well(said: str, below: str) -> None:
    assert body(f"{said}\n\n{below}") is None


@given(st.lists(st.sampled_from(REASONS), min_size=1, max_size=3, unique=True))
def test_ordinary_reasons_and_farewells_leave_the_number_the_action(below: list[str]) -> None:
    assert body("3\n\n" + "\n\n".join(below)) == (3,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What do I harvest? 4.\n\nHow many remain?\n\n10", "two answers: 4 and 10"),
        ("I think 4 is a good choice.\n\nHow many remain?\n\n10", "two answers: 4 and 10"),
        ("4 seems right. That leaves a lot.\n10", "two answers: 4 and 10"),
        ("How many are there?\n\n14", "the question before the number does not ask for the action"),
        ("How many remain?\n\n12", "the question before the number does not ask for the action"),
        ("First, the total so far.\n\n9", "announces a quantity other"),
        ("3\n\nMake it more.", "may take it back, limit it or set another time"),
        ('{"consume": 3, "consume": 5}', "the JSON names the action more than once"),
    ],
)
def test_the_reason_says_what_is_there(text: str, said: str) -> None:
    reading = read_answer(text, FIELD, State((14,), (3,), 1))
    assert reading.action is None
    assert said in reading.reason


def test_numbers_of_two_objectives_apart_are_not_said_to_be_missing() -> None:
    reading = read_integers("A: **3**\n\nBecause it is lower.\n\nB: **4**", BALANCING)
    assert (reading.action, reading.reason) == (None, "2 whole numbers expected, such as 3, 4, in one statement")


@pytest.mark.parametrize(
    "text",
    [
        "How far are A and B?\n\n6, 3",
        "What did I harvest last time?\n\nA: 6, B: 3",
        "What are the marginal returns?\n\nA: 6\nB: 3",
        "6, 3\n\nI decide to give all to A instead.",
    ],
)
def test_several_numbers_are_read_as_carefully(text: str) -> None:
    assert balance(text) is None
    assert balance("How much do I harvest for A and B?\n\n7, 2") == (7, 2)


def test_a_rest_below_what_is_harvested_is_no_second_answer() -> None:
    assert field("Harvest: 4\n\nThis leaves 10.") == (4,)


def test_a_number_that_its_word_repeats_is_read_and_another_word_is_not() -> None:
    assert [body(text) for text in ("3 (three)", "3 (Three) potatoes", "3 (four)")] == [(3,), (3,), None]


def test_thoughts_apart_are_not_glued_together() -> None:
    assert split_thoughts("<think>a</think>3<think>b 5</think>").reasoning == "a\n\nb 5"
