"""What counts as a secret, and the forms in which it is recognised."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.endpoint import find_endpoint
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.providers.openai import PROVIDER as OPENAI
from bioblue_tui.models.redaction import all_forms, is_hidden, masked, redacted, secrets_in, without
from bioblue_tui.models.settings import ModelSettings

URL = "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "api_key",
        "apiKey",
        "x-api-key",
        "Authorization",
        "access_token",
        "token",
        "client_secret",
        "password",
        "X-Api-Key",
        "OPENAI_API_KEY",
        "accessToken",
        "clientSecret",
        "Cookie",
        "passphrase",
        "azure_ad_token",
        "master_key",
        "proxy-key",
        "myToken",
        "bearer",
        "jwt",
        "connection_string",
        "pw",
        "sig",
    ],
)
@pytest.mark.parametrize("secret", ["12345678", "hunter2", "x", 3, 0.5])
def test_what_fields_hold_that_are_called_so_is_secret_however_short(name: str, secret: object) -> None:
    held = {"a": [{name: secret}], name: {"value": [secret], "none": None}}
    assert {str(secret)} <= set(secrets_in(held))
    assert without(held) == {"a": [{name: "•••"}], name: {"value": ["•••"], "none": None}}


@pytest.mark.parametrize(
    "name",
    ["prompt_cache_key", "stop_token", "max_tokens", "keywords", "user", "model", "author", "tokens", "eos_token"],
)
def test_other_fields_hold_none(name: str) -> None:
    assert list(secrets_in({name: "12345678"})) == []
    assert without({name: "12345678"}) == {name: "12345678"}


@pytest.mark.parametrize(
    ("address", "shown", "secret"),
    [
        ("https://user:Pw31secret@host/v1?size=3", "https://•••@host/v1?size=3", "Pw31secret"),
        ("postgres://u:p@host/db", "postgres://•••@host/db", "p"),
        ("https://host/sse?a=b&token=Tok31secret#c", "https://host/sse?a=b&token=•••#c", "Tok31secret"),
        ("see http://T0ken31x@host/", "see http://•••@host/", "T0ken31x"),
    ],
)
def test_an_address_is_shown_without_its_secrets_wherever_it_stands(address: str, shown: str, secret: str) -> None:
    assert without({"tools": [{"server_url": address}]}) == {"tools": [{"server_url": shown}]}
    assert secret in list(secrets_in({"url": address}))
    assert list(secrets_in({"url": "https://host/a@b?page=3"})) == []


def test_what_looks_like_a_key_is_one_whatever_its_field_is_called() -> None:
    assert without({"x": ["sk-12345678", "Bearer 12345678", 5]}) == {"x": ["•••", "•••", 5]}


@given(st.text(min_size=8))
def test_a_secret_is_recognised_as_an_address_holds_it(secret: str) -> None:
    secret = secret.encode("utf-8", "ignore").decode()
    if len(secret) >= 8:
        forms = all_forms([secret])
        assert secret not in redacted(f"<{secret}>", forms) or secret in "•••"
        assert redacted(quote(secret, safe=""), forms) == "•••"


@given(st.text("abc-", min_size=8, max_size=30), st.text("abcxy-", max_size=40), st.data())
def test_no_long_part_of_a_secret_is_told(secret: str, around: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(secret) - 8))
    part = secret[begin : data.draw(st.integers(begin + 8, len(secret)))]
    told = masked(f"{around}{part}{around}", [secret])
    assert not any(secret[at : at + 8] in told for at in range(len(secret) - 7))
    assert masked("•" + part[:7] + "•", [secret]) == "•" + part[:7] + "•"


@pytest.mark.parametrize(
    ("secret", "told", "shown"),
    [
        ("hunter2", "hunter2, (hunter2) hunter22 xhunter2", "•••, (•••) hunter22 xhunter2"),
        ("ab!c", "ab!c ab!cd", "••• ab!cd"),
        (
            "x",
            'x 3x {"api_key": "x"} apiKey=x Authorization: x',
            'x 3x {"api_key": "•••"} apiKey=••• Authorization: •••',
        ),
        ("3", '3 or 0.3, {"B": 3}, {"password": 3}, \\"token\\": \\"3\\" 33', None),
        ("1000", "the level is 1000; password=1000", "the level is 1000; password=•••"),
        ("ollama", "ollama says: api_key ollama", "ollama says: api_key •••"),
    ],
)
def test_short_secrets_are_hidden_as_words_and_the_shortest_behind_their_names(
    secret: str, told: str, shown: str | None
) -> None:
    expected = shown or '3 or 0.3, {"B": 3}, {"password": •••}, \\"token\\": \\"•••\\" 33'
    assert redacted(told, [secret]) == masked(told, [secret]) == expected


def test_what_a_server_quotes_of_a_key_it_refuses_is_masked() -> None:
    words = "Incorrect key: sk-mine-1234abcd. Prefix sk-mine-1234ab, end 1234abcd; see docs"
    assert masked(words, ["sk-mine-1234abcd"]) == "Incorrect key: •••. Prefix •••, end •••; see docs"


def test_the_extra_body_is_sent_whole_and_recorded_without_its_secrets() -> None:
    extra = {"api_key": "12345678", "metadata": {"run": "12345678 again"}}
    agent = OpenAIChatAgent("m", ModelSettings(base_url=URL, extra=extra), environ={})
    assert agent.provider["extra"] == {"api_key": "•••", "metadata": {"run": "••• again"}}
    assert is_hidden(json.loads(json.dumps(agent.provider["extra"])))
    with pytest.raises(
        AgentError, match=r"held a secret .•••., which no record keeps; fork the trial and give it again"
    ):
        OpenAIChatAgent("m", ModelSettings.of(agent.provider), environ={})


def test_the_secrets_of_an_address_come_from_the_environment_where_a_record_has_none() -> None:
    whole = "http://me:pass%2Fword@127.0.0.1:8080/v1/?api-key=12345678"
    found = find_endpoint(OPENAI, URL, {"OPENAI_BASE_URL": whole})
    assert (found.url, found.query, found.shown) == (whole.partition("/?")[0], {"api-key": "12345678"}, URL)
    other = find_endpoint(OPENAI, "http://127.0.0.1:9090/v1", {"OPENAI_BASE_URL": whole})
    assert (other.query, other.secrets) == ({}, ())
    assert find_endpoint(OPENAI, URL, {"OPENAI_BASE_URL": "http://[bad"}).url == URL


def test_all_keys_of_the_environment_are_secret() -> None:
    found = find_endpoint(OPENAI, URL, {"OPENAI_API_KEY": "sk-mine-1234", "ANTHROPIC_API_KEY": "sk-ant-other"})
    assert found.redact("sk-mine-1234, sk-ant-other") == "•••, •••"
