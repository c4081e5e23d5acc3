"""Parameters that a model refuses, and those a person set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bioblue_tui.agents.base import AgentError, Piece
from tests.support.fake_provider import Api, FakeProvider, error
from tests.support.model_trials import KEY, make_agent, make_turn


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(params=["openai", "anthropic"])
def api(request: pytest.FixtureRequest) -> Api:
    found: Api = request.param
    return found


@pytest.mark.parametrize("refused", [("temperature",), ("top_p",), ("temperature", "top_p")])
async def test_refused_parameters_are_left_out(api: Api, refused: tuple[str, ...], provider: FakeProvider) -> None:
    provider.refuses = refused
    agent = make_agent(api, provider)
    first = await agent.answer(make_turn())
    assert first.text == "0"
    assert first.notes == tuple(f"the model refused {name}; it was left out" for name in refused)
    asked = len(provider.journal)
    assert asked == 1 + len(refused)
    assert (await agent.answer(make_turn())).notes == ()
    assert len(provider.journal) == asked + 1
    assert not set(refused) & set(provider.journal[-1].body)
    await agent.aclose()


async def test_refusal_of_both_together_costs_only_one(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(error(400, "`temperature` and `top_p` cannot both be specified for this model."))
    agent = make_agent(api, provider)
    assert (await agent.answer(make_turn())).notes == ("the model refused top_p; it was left out",)
    assert provider.journal[-1].body["temperature"] == 1
    await agent.aclose()


async def test_note_waits_for_the_answer(api: Api, provider: FakeProvider) -> None:
    provider.refuses = ("temperature",)
    provider.faults.append(error(503))
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="503"):
        await agent.answer(make_turn())
    assert (await agent.answer(make_turn())).notes == ("the model refused temperature; it was left out",)
    await agent.aclose()


async def test_error_that_only_mentions_parameters_takes_none(api: Api, provider: FakeProvider) -> None:
    provider.faults.extend([error(400, "bad request {'temperature': 1, 'top_p': 1}")] * 3)
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="bad request"):
        await agent.answer(make_turn())
    assert (await agent.answer(make_turn())).notes == ()
    assert {"temperature", "top_p"} <= set(provider.journal[-1].body)
    await agent.aclose()


@pytest.mark.parametrize(
    ("settings", "name", "flag"),
    [
        ({"temperature": 0.5}, "temperature", "--temperature none"),
        ({"explicit": frozenset({"temperature"})}, "temperature", "--temperature none"),
        ({"top_p": 0.5}, "top_p", "--top-p none"),
        ({"effort": "high"}, "reasoning_effort", "--effort ''"),
        ({"effort": "high"}, "output_config", "--effort ''"),
        ({"thinking": 2000}, "thinking", "--thinking none"),
        ({"max_tokens": 7}, "max_tokens", "--max-tokens none"),
        ({"extra": {"min_p": 0.1}}, "min_p", "leave it out of the extra body"),
    ],
)
async def test_what_a_person_set_is_not_dropped_silently(
    settings: dict[str, Any], name: str, flag: str, provider: FakeProvider
) -> None:
    api: Api = "anthropic" if name in ("output_config", "thinking") else "openai"
    provider.refuses = (name, "max_completion_tokens") if name == "max_tokens" else (name,)
    agent = make_agent(api, provider, **settings)
    with pytest.raises(AgentError, match=f"the model refused {name}; ") as caught:
        await agent.answer(make_turn())
    assert flag in str(caught.value)
    assert not caught.value.transient
    assert caught.value.__context__ is None
    await agent.aclose()


async def test_what_nobody_asked_for_goes_before_what_somebody_set(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(error(400, "`temperature` and `top_p` cannot both be specified for this model."))
    agent = make_agent(api, provider, top_p=0.9)
    assert (await agent.answer(make_turn())).notes == ("the model refused temperature; it was left out",)
    assert provider.journal[-1].body["top_p"] == 0.9
    await agent.aclose()


async def test_server_that_refuses_streams_answers_whole(api: Api, provider: FakeProvider) -> None:
    provider.refuses = ("stream",)
    agent = make_agent(api, provider)
    assert (await agent.answer(make_turn())).notes == ("the model refused stream; it was left out",)
    assert (await agent.answer(make_turn())).text == "0"
    assert "stream" not in provider.journal[-1].body
    await agent.aclose()


async def test_server_that_knows_no_streams_answers_whole(api: Api, provider: FakeProvider) -> None:
    provider.streams = False
    agent = make_agent(api, provider)
    pieces: list[Piece] = []
    answer = await agent.answer(replace(make_turn(), hear=pieces.append))
    assert (answer.text, answer.notes, pieces) == ("0", (), [Piece("0")])
    assert len(provider.journal) == 1
    await agent.aclose()


@pytest.mark.parametrize("name", ["messages", "model", "stream"])
def test_extra_body_must_not_replace_the_trial(name: str, api: Api, provider: FakeProvider) -> None:
    with pytest.raises(AgentError, match=f"extra body must not hold {name}"):
        make_agent(api, provider, extra={name: 1})


async def test_extra_body_is_sent_and_recorded_without_secrets(api: Api, provider: FakeProvider) -> None:
    extra = {"temperature": 0.25, "grammar": f"root ::= {KEY}", "deep": [{KEY: 1}]}
    agent = make_agent(api, provider, extra=extra)
    await agent.answer(make_turn())
    body = provider.journal[0].body
    assert {name: body[name] for name in extra} == extra
    assert agent.provider["extra"] == {"temperature": 0.25, "grammar": "root ::= •••", "deep": [{"•••": 1}]}
    assert "temperature" not in agent.provider
    await agent.aclose()


@pytest.mark.parametrize(
    "words", ["temperature: must be between 0 and 1", "temperature <= 2", "top_p should be less than or equal to 1"]
)
async def test_value_out_of_range_is_told(api: Api, words: str, provider: FakeProvider) -> None:
    provider.faults.append(error(400, words))
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match=words):
        await agent.answer(make_turn())
    await agent.aclose()
