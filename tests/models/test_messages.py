from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bioblue_tui.agents.base import Exchange
from bioblue_tui.models.messages import Conversation
from tests.support.model_trials import make_turn


def test_whole_history_alternates_after_the_instruction() -> None:
    past = [Exchange(f"seen {n}", f"{n}") for n in range(3)]
    turn = make_turn(past, "rules")
    messages = Conversation(with_instruction=True).messages(turn)
    assert [m["role"] for m in messages] == ["system", *["user", "assistant"] * 3, "user"]
    contents = ["rules", "seen 0", "0", "seen 1", "1", "seen 2", "2", turn.observation]
    assert [m["content"] for m in messages] == contents


def test_instruction_is_left_to_the_api() -> None:
    assert [m["role"] for m in Conversation(with_instruction=False).messages(make_turn())] == ["user"]


@pytest.mark.parametrize("with_instruction", [True, False])
def test_growing_history_adds_only_what_is_new(with_instruction: bool) -> None:
    conversation = Conversation(with_instruction=with_instruction)
    past: list[Exchange] = []
    turn = make_turn(past)
    first = conversation.messages(turn)
    for step in range(1, 5):
        kept = list(first[:-1])
        past.append(Exchange(f"seen {step}", "1"))
        again = conversation.messages(replace(turn, step=step + 1))
        assert again is first
        assert all(old is new for old, new in zip(kept, again, strict=False))
        assert again == Conversation(with_instruction=with_instruction).messages(turn)


def test_asking_again_changes_nothing() -> None:
    conversation = Conversation(with_instruction=True)
    turn = make_turn([Exchange("seen", "1")])
    before = list(conversation.messages(turn))
    assert conversation.messages(replace(turn, attempt=2, rejection="no integer")) == before


def test_reads_each_exchange_once() -> None:
    class Counted(list[Exchange]):
        read = 0

        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            found = super().__getitem__(index)
            Counted.read += len(found) if isinstance(index, slice) else 1
            return found

    past = Counted()
    turn = make_turn(past)
    conversation = Conversation(with_instruction=True)
    for step in range(500):
        conversation.messages(replace(turn, step=step + 1, history=past))
        past.append(Exchange("seen", "1"))
    # Each exchange is read when it is new and once more to see that the next turn continues it.
    assert Counted.read <= 2 * 500


def test_another_trial_begins_anew() -> None:
    conversation = Conversation(with_instruction=True)
    conversation.messages(make_turn([Exchange("old", "1"), Exchange("old", "2")], "old rules"))
    for past, rules in (
        ([Exchange("new", "1"), Exchange("new", "2")], "old rules"),
        ([Exchange("short", "1")], "old rules"),
        ([Exchange("short", "1")], "new rules"),
    ):
        turn = make_turn(past, rules)
        assert conversation.messages(turn) == Conversation(with_instruction=True).messages(turn)


def test_no_instruction_makes_no_empty_message() -> None:
    assert [m["role"] for m in Conversation(with_instruction=True).messages(make_turn(instruction=""))] == ["user"]


def test_a_window_costs_no_more_than_it_holds() -> None:
    conversation = Conversation(with_instruction=True, keep=3)
    past: list[Exchange] = []
    for step in range(50):
        messages = conversation.messages(replace(make_turn(past, "rules"), step=step + 1))
        assert len(messages) == 2 + 2 * min(step, 3)
        assert [m["content"] for m in messages[1:-1:2]] == [f"seen {n}" for n in range(max(0, step - 3), step)]
        past.append(Exchange(f"seen {step}", "1"))


def test_what_was_left_out_stays_out_until_another_trial() -> None:
    conversation = Conversation(with_instruction=False)
    past = [Exchange(f"seen {n}", "1") for n in range(10)]
    messages = conversation.messages(make_turn(past))
    assert conversation.leave_out_oldest()
    assert conversation.leave_out_oldest()
    assert [m["content"] for m in messages[:-1:2]] == [f"seen {n}" for n in range(7, 10)]
    assert conversation.news == "the conversation outgrew the model's context: the oldest 7 turns were left out"
    past.append(Exchange("seen 10", "1"))
    assert len(conversation.messages(make_turn(past))) == 9
    other = [Exchange("other", "1")] * 12
    assert len(conversation.messages(make_turn(other))) == 25
    assert conversation.news == ""


def test_nothing_is_left_to_leave_out() -> None:
    conversation = Conversation(with_instruction=True, keep=0)
    conversation.messages(make_turn([Exchange("seen", "1")]))
    assert not conversation.leave_out_oldest()
    assert conversation.news == ""


@pytest.mark.parametrize("keep", [None, 2])
def test_encoded_messages_are_the_messages(keep: int | None) -> None:
    conversation = Conversation(with_instruction=True, keep=keep)
    past: list[Exchange] = []
    for step in range(1, 6):
        messages = conversation.messages(replace(make_turn(past, "rül\nes"), step=step))
        assert json.loads(conversation.encoded()) == messages
        conversation.messages(replace(make_turn(past, "rül\nes"), step=step, attempt=2))
        assert json.loads(conversation.encoded()) == messages
        past.append(Exchange(f'"seen" {step}\u2028', "1"))
    conversation.leave_out_oldest()
    assert json.loads(conversation.encoded()) == conversation.messages(make_turn(past[:-1], "rül\nes"))


def test_half_a_surrogate_pair_is_sent_as_a_question_mark() -> None:
    conversation = Conversation(with_instruction=False)
    conversation.messages(make_turn([Exchange("seen \ud83d", "1")]))
    assert json.loads(conversation.encoded())[0]["content"] == "seen ?"
