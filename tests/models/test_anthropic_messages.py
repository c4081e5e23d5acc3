from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioblue_tui.agents.base import AgentError, Fault, Usage
from bioblue_tui.models.anthropic_messages import AnthropicAgent
from bioblue_tui.models.settings import ModelSettings
from tests.support.fake_provider import FakeProvider, json_body
from tests.support.fake_shapes import Reply
from tests.support.model_trials import make_turn


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


def make(provider: FakeProvider) -> AnthropicAgent:
    return AnthropicAgent("tiny", ModelSettings(base_url=provider.url("anthropic")), environ={})


async def test_request(provider: FakeProvider) -> None:
    agent = make(provider)
    await agent.answer(make_turn(instruction="rules"))
    body = provider.journal[0].body
    assert [message["role"] for message in body.pop("messages")] == ["user"]
    parameters = {"temperature": 1, "top_p": 1, "max_tokens": 100, "cache_control": {"type": "ephemeral"}}
    assert body == {"model": "tiny", "system": "rules", "stream": True, **parameters}
    assert agent.provider == {"base_url": provider.url("anthropic"), **parameters, "history": "full"}
    assert (agent.name, agent.model) == ("anthropic:tiny", "tiny")
    await agent.aclose()


async def test_version_in_the_address_is_not_doubled(provider: FakeProvider) -> None:
    agent = AnthropicAgent("tiny", ModelSettings(base_url=provider.url("anthropic") + "/v1/"), environ={})
    await agent.answer(make_turn(instruction=""))
    assert provider.journal[0].path == "/v1/messages"
    assert "system" not in provider.journal[0].body
    await agent.aclose()


def test_limit_is_needed(provider: FakeProvider) -> None:
    with pytest.raises(AgentError, match="set --max-tokens"):
        AnthropicAgent("tiny", ModelSettings(base_url=provider.url("anthropic"), max_tokens=None), environ={})


async def test_other_credentials_are_not_looked_for(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "configs").mkdir()
    profile = {"authentication": {"type": "user_oauth"}, "base_url": "http://127.0.0.1:1"}
    (tmp_path / "configs" / "default.json").write_text(json.dumps(profile))
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another-secret")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    agent = make(provider)
    await agent.answer(make_turn())
    assert provider.journal[0].headers["authorization"] == "Bearer no-key"
    assert "another-secret" not in str(provider.journal[0].headers)
    await agent.aclose()


async def test_cache_control_can_be_refused(provider: FakeProvider) -> None:
    provider.refuses = ("cache_control",)
    agent = make(provider)
    assert (await agent.answer(make_turn())).notes == ("the model refused cache_control; it was left out",)
    await agent.aclose()


async def test_thinking_is_kept_apart(provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("5", "seven? no")
    agent = make(provider)
    answer = await agent.answer(make_turn())
    assert (answer.text, answer.reasoning) == ("5", "seven? no")
    await agent.aclose()


async def test_texts_are_joined(provider: FakeProvider) -> None:
    content = [
        {"type": "text", "text": "so: "},
        {"type": "from_the_future", "x": 1},
        None,
        {"type": "text", "text": "5"},
    ]
    provider.faults.append(json_body({"type": "message", "content": content}))
    agent = make(provider)
    assert (await agent.answer(make_turn())).text == "so: 5"
    await agent.aclose()


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(""), "the answer is empty"),
        (Reply("", "hmm"), "only reasoning came"),
        (Reply("not today", stop="refusal"), "refused to answer.*not today"),
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
    full = {"output_tokens": 100}
    cases = (
        (Reply("3", stop="max_tokens", usage=full), False),
        (Reply("", "hmm", stop="max_tokens", usage=full), True),
    )
    for reply, hopeless in cases:
        provider.answer = lambda _, reply=reply: reply  # type: ignore[misc]
        answer = await agent.answer(make_turn())
        assert answer.fault == Fault("cut", "cut at 100 tokens before an answer; raise --max-tokens", hopeless)
        assert answer.usage
    await agent.aclose()


@pytest.mark.parametrize(
    ("stop", "wanted"),
    [("model_context_window_exceeded", "too long for the model")],
)
async def test_no_answer(stop: str, wanted: str, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("not today", stop=stop)
    agent = make(provider)
    with pytest.raises(AgentError, match=wanted):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize(
    "content", [None, "5", {"type": "text", "text": "5"}, [{"type": "text", "text": 5}], [{"type": "text"}]]
)
async def test_wrong_shapes(content: object, provider: FakeProvider) -> None:
    provider.faults.append(json_body({"type": "message", "content": content}))
    agent = make(provider)
    with pytest.raises(AgentError, match="not answer in the form"):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize(
    ("usage", "wanted"),
    [
        (None, None),
        ({}, Usage()),
        ({"input_tokens": 3, "output_tokens": 1}, Usage(3, None, 1)),
        (
            {
                "input_tokens": 3,
                "cache_creation_input_tokens": 10,
                "cache_read_input_tokens": 100,
                "output_tokens": 2,
            },
            Usage(113, 100, 2, 10),
        ),
    ],
)
async def test_usage(usage: object, wanted: Usage | None, provider: FakeProvider) -> None:
    body = {"type": "message", "content": [{"type": "text", "text": "5"}], "usage": usage}
    provider.faults.append(json_body(body))
    agent = make(provider)
    assert (await agent.answer(make_turn())).usage == wanted
    await agent.aclose()


async def test_budget_for_thinking_is_added_to_the_limit(provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("5", "seven? no")
    settings = ModelSettings(base_url=provider.url("anthropic"), thinking=2000, effort="low", temperature=None)
    agent = AnthropicAgent("tiny", settings, environ={})
    answer = await agent.answer(make_turn())
    assert answer.notes == ("max_tokens is 2100: 2000 for thinking and 100 for the answer",)
    body = provider.journal[0].body
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert body["output_config"] == {"effort": "low"}
    assert body["max_tokens"] == 2100
    assert "temperature" not in body
    assert (await agent.answer(make_turn())).notes == ()
    await agent.aclose()


def test_system_is_reserved(provider: FakeProvider) -> None:
    with pytest.raises(AgentError, match="must not hold system"):
        AnthropicAgent("tiny", ModelSettings(base_url=provider.url("anthropic"), extra={"system": "x"}), environ={})
