from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.anthropic_messages import AnthropicAgent
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings, parse_history
from tests.support.fake_provider import FakeProvider, error
from tests.support.model_trials import make_turn

URL = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("text", "keep"), [("full", None), ("none", 0), ("window:1", 1), ("window:20", 20), ("window:007", 7)]
)
def test_histories(text: str, keep: int | None) -> None:
    assert parse_history(text) == keep


@pytest.mark.parametrize(
    "text", ["", "all", "window", "window:", "window:0", "window:-1", "window:1.5", "window:²", "window:1234567", "20"]
)
def test_other_histories_are_refused(text: str) -> None:
    with pytest.raises(AgentError, match="full, none or window:K expected, such as window:20"):
        parse_history(text)
    with pytest.raises(AgentError, match="window:K expected"):
        make_agent("openai:m", "homeostasis", 1, ModelSettings(base_url=URL, history=text), {})


@pytest.mark.parametrize(
    ("agent", "settings"),
    [
        ("openai", {}),
        ("openai", {"temperature": None, "top_p": None, "max_tokens": None, "effort": "low"}),
        ("openai", {"temperature": 0.0, "history": "window:5", "extra": {"grammar": "root ::= [0-9]+"}}),
        ("anthropic", {}),
        ("anthropic", {"temperature": None, "top_p": 0.5, "effort": "max", "history": "none"}),
        ("anthropic", {"thinking": 2000, "max_tokens": 300}),
    ],
)
def test_settings_come_back_from_what_is_recorded(agent: str, settings: dict[str, Any]) -> None:
    told = ModelSettings(base_url=URL, **settings)
    made = make_agent(f"{agent}:m", "homeostasis", 1, told, {})
    assert ModelSettings.of(made.provider) == told
    again = make_agent(f"{agent}:m", "homeostasis", 1, ModelSettings.of(made.provider), {})
    assert again.provider == made.provider


def test_odd_records_give_no_odd_settings() -> None:
    odd = dict.fromkeys(("base_url", "temperature", "top_p", "max_tokens", "thinking", "history", "extra"), True)
    nothing = ModelSettings(None, None, None, None)
    assert ModelSettings.of(odd) == nothing == ModelSettings.of({})


def test_what_is_set() -> None:
    assert not ModelSettings().is_set("temperature")
    assert not ModelSettings().is_set("no such field")
    assert ModelSettings(temperature=None).is_set("temperature")
    assert ModelSettings(explicit=frozenset({"top_p"})).is_set("top_p")


def test_openai_knows_no_budget_for_thinking() -> None:
    with pytest.raises(AgentError, match="no budget for thinking"):
        make_agent("openai:m", "homeostasis", 1, ModelSettings(base_url=URL, thinking=2000), {})


def test_no_key_goes_to_an_address_that_only_a_record_names() -> None:
    recorded = ModelSettings.of({"base_url": "https://elsewhere.example/v1"})
    environ = {"OPENAI_API_KEY": "secret"}
    with pytest.raises(AgentError, match="your key is not sent there unless you say so"):
        OpenAIChatAgent("m", recorded, environ=environ)
    with pytest.raises(AgentError, match="Set ANTHROPIC_BASE_URL="):
        AnthropicAgent("m", replace(recorded, max_tokens=9), environ={"ANTHROPIC_API_KEY": "secret"})


@pytest.mark.parametrize(
    ("address", "environ"),
    [
        ("https://api.openai.com/v1", {"OPENAI_API_KEY": "secret"}),
        ("https://elsewhere.example/v1", {}),
        ("https://elsewhere.example/v1", {"OPENAI_API_KEY": "s", "OPENAI_BASE_URL": "https://elsewhere.example/v1/"}),
    ],
    ids=["the provider's own", "no key to send", "confirmed in the environment"],
)
def test_a_recorded_address_is_used_where_that_gives_nothing_away(address: str, environ: dict[str, str]) -> None:
    agent = OpenAIChatAgent("m", ModelSettings.of({"base_url": address}), environ=environ)
    assert agent.provider["base_url"] == address


async def test_a_server_on_this_computer_that_only_a_record_names_is_asked_without_the_key() -> None:
    environ = {"OPENAI_API_KEY": "sk-secret-of-mine"}
    with FakeProvider() as provider:
        address = provider.url("openai")
        for known in ({}, {"OPENAI_BASE_URL": address}):
            agent = OpenAIChatAgent("m", ModelSettings.of({"base_url": address}), environ={**environ, **known})
            await agent.answer(make_turn())
            await agent.aclose()
        unconfirmed, confirmed = (request.headers["authorization"] for request in provider.journal)
        assert (unconfirmed, confirmed) == ("Bearer no-key", "Bearer sk-secret-of-mine")
        provider.faults.append(error(401, "key please"))
        agent = OpenAIChatAgent("m", ModelSettings.of({"base_url": address}), environ=environ)
        with pytest.raises(
            AgentError, match=f"your key is not sent there unless you say so. Set OPENAI_BASE_URL={address}"
        ):
            await agent.answer(make_turn())
        await agent.aclose()
