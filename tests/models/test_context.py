"""A past that outgrows the model's context, and pasts that are not sent in full, over real HTTP for both SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bioblue_tui.agents.base import AgentError, Exchange, Piece
from bioblue_tui.trials.events import Failed, Retrying
from tests.support.fake_provider import Api, FakeProvider, Fault, InStream, Raw, error, error_event
from tests.support.fake_shapes import Reply
from tests.support.model_trials import make_agent, make_play, make_turn, thermostat_path

OVERFLOWS: dict[str, Fault] = {
    "openai": error(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"),
    "code alone": error(400, "sorry", code="context_length_exceeded"),
    "anthropic": error(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    "anthropic limit": error(400, "input length and `max_tokens` exceed context limit: 199990 + 100 > 200000"),
    "llama.cpp": error(400, "the request exceeds the available context size", type="exceed_context_size_error"),
    "groq": error(413, "Please reduce the length of the messages or completion."),
    "mistral": error(422, "too large for model with 32768 maximum context length"),
    "in the stream": error_event("invalid_request_error", "exceeds the context window", after=0),
}


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(params=["openai", "anthropic"])
def api(request: pytest.FixtureRequest) -> Api:
    found: Api = request.param
    return found


def past(count: int) -> list[Exchange]:
    return [Exchange(f"seen {number}", str(number)) for number in range(count)]


def sent(provider: FakeProvider) -> list[list[str]]:
    """What was answered in each request: which past steps it held."""
    return [[text for role, text in request.conversation if role == "assistant"] for request in provider.journal]


@pytest.mark.parametrize(("history", "kept"), [("full", 6), ("window:4", 4), ("window:9", 6), ("none", 0)])
async def test_so_much_of_the_past_is_sent(history: str, kept: int, api: Api, provider: FakeProvider) -> None:
    agent = make_agent(api, provider, history=history)
    assert agent.provider["history"] == history
    await agent.answer(make_turn(past(6), "rules"))
    assert sent(provider) == [[str(number) for number in range(6)][6 - kept :]]
    assert provider.journal[0].system == "rules"
    assert provider.journal[0].asked == make_turn().observation
    await agent.aclose()


async def test_a_window_moves_with_the_trial(api: Api, provider: FakeProvider) -> None:
    play = make_play(make_agent(api, provider, history="window:3"), 8)
    await play.run()
    assert [len(held) for held in sent(provider)] == [0, 1, 2, 3, 3, 3, 3, 3]
    answers = [event.text for event in play.answered]
    assert sent(provider)[-1] == answers[4:7]
    assert play.path == await thermostat_path(8)


@pytest.mark.parametrize("name", OVERFLOWS)
async def test_the_oldest_turns_are_left_out(name: str, api: Api, provider: FakeProvider) -> None:
    provider.faults.append(OVERFLOWS[name])
    agent = make_agent(api, provider)
    turns = past(8)
    answer = await agent.answer(make_turn(turns))
    assert answer.text == "0"
    assert answer.notes == ("the conversation outgrew the model's context: the oldest 2 turns were left out",)
    assert sent(provider) == [[str(number) for number in range(first, 8)] for first in (0, 2)]
    turns.append(Exchange("seen 8", "8"))
    assert (await agent.answer(make_turn(turns))).notes == ()
    assert sent(provider)[-1] == [str(number) for number in range(2, 9)]
    await agent.aclose()


async def test_more_and_more_is_left_out_until_it_fits(api: Api, provider: FakeProvider) -> None:
    provider.faults.extend([OVERFLOWS["openai"]] * 4)
    agent = make_agent(api, provider)
    answer = await agent.answer(make_turn(past(100)))
    assert [len(held) for held in sent(provider)] == [100, 75, 37, 18, 9]
    assert answer.notes == ("the conversation outgrew the model's context: the oldest 91 turns were left out",)
    assert all(request.asked == make_turn().observation for request in provider.journal)
    await agent.aclose()


async def test_when_nothing_is_left_to_leave_out_a_person_is_told(api: Api, provider: FakeProvider) -> None:
    provider.faults.extend([OVERFLOWS["openai"]] * 9)
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="too long for the model; use a model with a larger context") as caught:
        await agent.answer(make_turn(past(3)))
    assert not caught.value.transient
    assert caught.value.__context__ is None
    assert [len(held) for held in sent(provider)] == [3, 2, 1, 0]
    await agent.aclose()


async def test_a_small_context_lasts_for_a_hundred_steps(api: Api, provider: FakeProvider) -> None:
    provider.context = 2000
    play = make_play(make_agent(api, provider), 100)
    await play.run()
    assert play.path == await thermostat_path(100)
    assert not [event for event in play.events if isinstance(event, (Failed, Retrying))]
    notes = [note for event in play.answered for note in event.notes]
    assert len(notes) == len(provider.journal) - 100
    assert 3 < len(notes) < 20
    assert all("the conversation outgrew the model's context" in note for note in notes)


async def test_a_window_too_large_for_the_context_is_shortened(api: Api, provider: FakeProvider) -> None:
    provider.context = 1000
    play = make_play(make_agent(api, provider, history="window:30"), 40)
    await play.run()
    assert play.path == await thermostat_path(40)
    assert not [event for event in play.events if isinstance(event, (Failed, Retrying))]


async def test_note_survives_a_fault_that_follows(api: Api, provider: FakeProvider) -> None:
    provider.faults.extend([OVERFLOWS["openai"], error(503)])
    agent = make_agent(api, provider)
    turn = make_turn(past(4))
    with pytest.raises(AgentError, match="503"):
        await agent.answer(turn)
    assert (await agent.answer(turn)).notes == (
        "the conversation outgrew the model's context: the oldest turn was left out",
    )
    await agent.aclose()


@pytest.mark.parametrize(
    ("api", "fault"),
    [
        ("anthropic", Reply("5, or rat", stop="model_context_window_exceeded")),
        ("anthropic", error_event("invalid_request_error", "exceeds the context window")),
        ("openai", error_event("invalid_request_error", "exceeds the context window")),
    ],
)
async def test_answer_that_meets_the_end_of_the_context_is_asked_for_again(
    api: Api, fault: Reply | Raw | InStream, provider: FakeProvider
) -> None:
    provider.answer = lambda _: fault if isinstance(fault, Reply) and len(provider.journal) == 1 else "5 units."
    if not isinstance(fault, Reply):
        provider.faults.append(fault)
    agent = make_agent(api, provider)
    pieces: list[Piece] = []
    turn = replace(make_turn(past(4)), hear=pieces.append)
    with pytest.raises(AgentError, match="the oldest turn was left out; asking again") as caught:
        await agent.answer(turn)
    assert (caught.value.transient, caught.value.wait) == (True, 0)
    assert pieces
    answer = await agent.answer(turn)
    assert answer.text == "5 units."
    assert answer.notes == ("the conversation outgrew the model's context: the oldest turn was left out",)
    assert [len(held) for held in sent(provider)] == [4, 3]
    await agent.aclose()
