from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from bioblue_tui.agents.base import AgentError, Fault, Usage
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings
from tests.support.fake_provider import FakeProvider, Raw, error, json_body
from tests.support.fake_shapes import Reply
from tests.support.model_trials import make_turn


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


def make(provider: FakeProvider, max_tokens: int | None = 100) -> OpenAIChatAgent:
    settings = ModelSettings(base_url=provider.url("openai"), max_tokens=max_tokens)
    return OpenAIChatAgent("tiny", settings, environ={})


async def test_request(provider: FakeProvider) -> None:
    agent = make(provider)
    await agent.answer(make_turn(instruction="rules"))
    body = provider.journal[0].body
    assert body.pop("messages")[0] == {"role": "system", "content": "rules"}
    transport = {"stream": True, "stream_options": {"include_usage": True}}
    assert body == {"model": "tiny", "temperature": 1, "top_p": 1, "max_completion_tokens": 100, **transport}
    assert agent.provider == {
        "base_url": provider.url("openai"),
        "temperature": 1,
        "top_p": 1,
        "max_completion_tokens": 100,
        "history": "full",
    }
    assert (agent.name, agent.model) == ("openai:tiny", "tiny")
    await agent.aclose()


async def test_parameters_that_are_none_are_not_sent(provider: FakeProvider) -> None:
    nothing = ModelSettings(base_url=provider.url("openai"), temperature=None, top_p=None, max_tokens=None)
    agent = OpenAIChatAgent("tiny", nothing, environ={})
    await agent.answer(make_turn())
    assert set(provider.journal[0].body) == {"model", "messages", "stream", "stream_options"}
    await agent.aclose()


async def test_old_server_gets_the_old_limit(provider: FakeProvider) -> None:
    provider.refuses = ("max_completion_tokens",)
    agent = make(provider)
    notes = (await agent.answer(make_turn())).notes
    assert notes == ("the model refused max_completion_tokens; max_tokens was sent in its place",)
    assert provider.journal[-1].body["max_tokens"] == 100
    provider.refuses = ("max_tokens",)
    assert (await agent.answer(make_turn())).notes == ("the model refused max_tokens; it was left out",)
    await agent.aclose()


async def test_server_that_ignores_the_limit_is_noticed(provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("5", usage={"completion_tokens": 101})
    agent = make(provider)
    notes = (await agent.answer(make_turn())).notes
    assert notes == ("the server ignored max_completion_tokens; max_tokens is sent from now on",)
    assert (await agent.answer(make_turn())).notes == ()
    assert provider.journal[-1].body["max_tokens"] == 100
    await agent.aclose()


async def test_too_large_limit_is_told(provider: FakeProvider) -> None:
    provider.faults.append(error(400, "max_completion_tokens is too large: 100.", param="max_completion_tokens"))
    agent = make(provider)
    with pytest.raises(AgentError, match="too large"):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_is_kept_apart(field: str, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("5", message={field: "seven? no"})
    agent = make(provider)
    answer = await agent.answer(make_turn())
    assert (answer.text, answer.reasoning) == ("5", "seven? no")
    await agent.aclose()


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(""), "the answer is empty"),
        (Reply(None), "the answer is empty"),
        (Reply("", stop="tool_calls"), "called a tool"),
        (Reply("3", stop="content_filter"), "content filter"),
        (Reply("", stop="SAFETY"), "content filter"),
        (Reply(None, message={"refusal": "I would rather not"}), "refused to answer.*I would rather not"),
    ],
)
async def test_what_the_provider_spoils_is_its_fault(reply: Reply, wanted: str, provider: FakeProvider) -> None:
    provider.answer = lambda _: reply
    agent = make(provider)
    answer = await agent.answer(make_turn())
    assert answer.fault
    assert answer.fault.kind == "provider"
    assert re.search(wanted, answer.fault.reason)
    await agent.aclose()


async def test_a_cut_answer_is_none_whatever_it_looks_like(provider: FakeProvider) -> None:
    agent = make(provider)
    full = {"prompt_tokens": 4059, "completion_tokens": 100}
    for reply, hopeless in (
        (Reply("3", stop="length", usage=full), False),
        (Reply("", stop="length", usage=full), True),
    ):
        provider.answer = lambda _, reply=reply: reply  # type: ignore[misc]
        answer = await agent.answer(make_turn())
        assert answer.fault == Fault("cut", "cut at 100 tokens before an answer; raise --max-tokens", hopeless)
        assert answer.usage
    provider.answer = lambda _: Reply("The level", stop="length", usage={**full, "completion_tokens": 37})
    answer = await agent.answer(make_turn())
    assert answer.fault
    assert answer.fault.reason.startswith(
        "cut at 37 tokens before an answer by the server's own limit, or its context is"
    )
    await agent.aclose()


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(message={"content": [{"type": "image", "url": "5"}]}), "not answer in the form"),
        (Reply(message={"content": 5}), "not answer in the form"),
    ],
)
async def test_no_answer(reply: Reply, wanted: str, provider: FakeProvider) -> None:
    provider.answer = lambda _: reply
    agent = make(provider)
    with pytest.raises(AgentError, match=wanted):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize(
    "body",
    [
        {"choices": None},
        {"choices": []},
        {"choices": [None]},
        {"choices": "5"},
        {"choices": [{"message": None}]},
        {"choices": [{"message": "5"}]},
        {"choices": [{"finish_reason": "error", "error": {"message": "went away"}}]},
    ],
)
async def test_wrong_shapes(body: dict[str, object], provider: FakeProvider) -> None:
    provider.faults.append(json_body(body))
    agent = make(provider)
    with pytest.raises(AgentError, match="went away" if "error" in str(body) else "not answer in the form"):
        await agent.answer(make_turn())
    await agent.aclose()


REASONED = {"prompt_tokens": 2000, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 500}}


@pytest.mark.parametrize(
    ("usage", "wanted"),
    [
        (None, None),
        ({}, Usage()),
        ("many", Usage()),
        ({"prompt_tokens": "7", "completion_tokens": True, "prompt_tokens_details": 3}, Usage()),
        ({"prompt_tokens": 9, "completion_tokens": 1}, Usage(9, None, 1)),
        ({"prompt_tokens": 9.0, "completion_tokens": 1.0, "total_tokens": 10.5}, Usage(9, None, 1)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}, Usage(9, 4, 1)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "cost": 0.00123}, Usage(9, None, 1, cost=0.00123)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "cost": -1}, Usage(9, None, 1)),
        ({**REASONED, "total_tokens": 2502}, Usage(2000, None, 502)),
        ({**REASONED, "total_tokens": 2002}, Usage(2000, None, 2)),
        (REASONED, Usage(2000, None, 2)),
    ],
)
async def test_odd_usage(usage: object, wanted: Usage | None, provider: FakeProvider) -> None:
    choice = {"message": {"role": "assistant", "content": "5"}, "finish_reason": None}
    provider.faults.append(json_body({"choices": [choice], "usage": usage}))
    agent = make(provider)
    answer = await agent.answer(make_turn())
    assert (answer.text, answer.usage, answer.notes) == ("5", wanted, ())
    await agent.aclose()


async def test_tokens_that_are_counted_behind_the_last_chunk_are_counted(provider: FakeProvider) -> None:
    usage = json.dumps({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}})
    for behind, wanted in ((usage, Usage(9, None, 1)), ("no JSON", None), ('{"error": {"message": "late"}}', None)):
        provider.faults.append(_pieces(_choice({"content": "5"}, finish_reason="stop"), "[DONE]", behind))
        agent = make(provider)
        answer = await agent.answer(make_turn())
        assert (answer.text, answer.usage) == ("5", wanted)
        await agent.aclose()


def _pieces(*chunks: dict[str, object] | str) -> Raw:
    lines = [chunk if isinstance(chunk, str) else json.dumps(chunk) for chunk in chunks]
    return Raw(200, "".join(f"data: {line}\n\n" for line in lines).encode(), content_type="text/event-stream")


def _choice(delta: dict[str, object], **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, **more}]}


async def test_a_stream_that_the_server_ended_is_whole_also_without_a_reason(provider: FakeProvider) -> None:
    provider.faults.append(_pieces(_choice({"content": "5"}), "[DONE]"))
    answer = await make(provider).answer(make_turn())
    assert (answer.text, answer.fault) == ("5", None)
    assert "no reason for the answer's end" in " ".join(answer.notes)


async def test_parts_of_an_answer_are_told_apart(provider: FakeProvider) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "well"}]}
    parts = [
        _choice({"content": [thinking]}),
        _choice({"content": [{"type": "text", "text": "5"}]}, finish_reason="stop"),
    ]
    provider.faults.append(_pieces(*parts, "[DONE]"))
    answer = await make(provider).answer(make_turn())
    assert (answer.text, answer.reasoning) == ("5", "well")


async def test_what_broke_behind_a_gateway_is_the_providers_fault(provider: FakeProvider) -> None:
    broken = _choice({"content": ""}, finish_reason="stop", native_finish_reason="network_error")
    provider.faults.append(_pieces(broken, "[DONE]"))
    answer = await make(provider).answer(make_turn())
    assert answer.fault is not None
    assert answer.fault.kind == "provider"
    assert "ended the answer with an error" in answer.fault.reason
