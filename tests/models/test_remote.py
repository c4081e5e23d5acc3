"""What holds for both SDKs alike."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.trials.events import Answered, Asked, Ended, Heard, Rejected, Stepped
from tests.support.fake_provider import (
    WAIT_SECONDS,
    Api,
    Broken,
    FakeProvider,
    Request,
    error,
    thermostat,
)
from tests.support.fake_shapes import Reply
from tests.support.model_trials import KEY, VARIABLES, make_agent, make_play, make_turn, thermostat_path

ROOT = Path(__file__).parents[2]
BOTH: tuple[Api, ...] = ("openai", "anthropic")


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(params=BOTH)
def api(request: pytest.FixtureRequest) -> Api:
    found: Api = request.param
    return found


async def test_a_hundred_steps_like_the_thermostat(api: Api, provider: FakeProvider) -> None:
    play = make_play(make_agent(api, provider), 100)
    await play.run()
    assert play.path == await thermostat_path(100)
    assert [type(event) for event in play.events if not isinstance(event, Heard)][:3] == [Asked, Answered, Stepped]
    assert isinstance(play.events[-1], Ended)
    assert len(provider.journal) == 100
    history: list[tuple[str, str]] = []
    for request in provider.journal:
        assert request.system == play.trial.header.instruction
        assert request.conversation == [*history, ("user", request.asked)]
        assert request.body["temperature"] == 1
        assert request.body["top_p"] == 1
        history += [("user", request.asked), ("assistant", thermostat(request))]
    assert [e.observation for e in play.events if isinstance(e, Asked)] == [r.asked for r in provider.journal]


async def test_tokens_are_counted_with_what_the_cache_took_and_gave(api: Api, provider: FakeProvider) -> None:
    provider.cache.smallest = 1
    play = make_play(make_agent(api, provider), 5)
    await play.run()
    usages = [event.usage for event in play.answered]
    assert len(usages) == 5
    for count, usage in zip(provider.counts, usages, strict=True):
        assert usage is not None
        assert (usage.input, usage.cached) == (count.sent, count.read)
        assert usage.written == (count.written if api == "anthropic" else None)
        assert usage.output
    assert all(a.cached < b.cached for a, b in pairwise(usages) if a and b and a.cached is not None and b.cached)


async def test_rejected_answers_never_enter_the_history(api: Api, provider: FakeProvider) -> None:
    def stubborn(request: Request) -> str:
        return "as much as I can" if len(provider.journal) % 3 else thermostat(request)

    provider.answer = stubborn
    play = make_play(make_agent(api, provider), 4)
    await play.run()
    assert play.path == await thermostat_path(4)
    assert sum(isinstance(event, Rejected) for event in play.events) == 8
    for tries in range(0, 12, 3):
        bodies = [json.dumps(request.body) for request in provider.journal[tries : tries + 3]]
        assert bodies[0] == bodies[1] == bodies[2]
        assert "as much as I can" not in bodies[0]


async def test_no_proxy_stands_between_us_and_this_computer(
    api: Api, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    agent = make_agent(api, provider)
    assert (await agent.answer(make_turn())).text == "0"
    await agent.aclose()


async def test_nothing_answers(api: Api) -> None:
    with FakeProvider() as gone:
        agent = make_agent(api, gone)
    with pytest.raises(AgentError, match=f"nothing answers at {gone.url(api)}; is the server running"):
        await agent.answer(make_turn())
    await agent.aclose()


async def test_message_is_short_whatever_the_server_says(api: Api, provider: FakeProvider) -> None:
    agent = make_agent(api, provider)
    for words in ("x " * 100_000, f"{'y' * 20}{KEY}" * 50, "\r\n\x00\u202e" * 500):
        provider.faults.append(error(500, words))
        with pytest.raises(AgentError, match="HTTP 500") as caught:
            await agent.answer(make_turn())
        message = str(caught.value)
        assert len(message) <= 300
        assert message.isprintable()
        assert "sk-planted" not in message
    await agent.aclose()


async def test_key_is_sent_and_nowhere_else(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda request: Reply(f"{request.headers['authorization']}.\n5", f"the key is {KEY}")
    provider.faults.append(error(401, f"wrong key: {KEY}", retry_after=f"later {KEY}"))
    agent = make_agent(api, provider)
    play = make_play(agent, 2, "homeostasis")
    await play.run()
    assert all(KEY in request.headers["authorization"] for request in provider.journal)
    seen = [str(play.events), repr(agent), json.dumps(dict(agent.provider)), str(asdict(play.trial.header))]
    assert not any(KEY in text for text in seen)
    assert [event.action for event in play.events if isinstance(event, Stepped)] == [(5,), (5,)]


async def test_error_keeps_no_chain_that_quotes_the_key(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(error(401, f"wrong key: {KEY}"))
    agent = make_agent(api, provider)
    with pytest.raises(AgentError) as caught:
        await agent.answer(make_turn())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    await agent.aclose()


async def test_server_without_a_key(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(error(401))
    agent = make_agent(api, provider, key="")
    with pytest.raises(AgentError, match=f"wants a key; set {VARIABLES[api]}"):
        await agent.answer(make_turn())
    assert (await agent.answer(make_turn())).text == "0"
    assert provider.journal[0].headers["authorization"] == "Bearer no-key"
    await agent.aclose()


async def test_secrets_of_the_address_are_used_and_hidden(api: Api, provider: FakeProvider) -> None:
    address = provider.url(api).replace("//", "//someone:pass%20word-1@") + "?token=tok-12345678"
    provider.faults.append(error(500, "pass word-1 pass%20word-1 tok-12345678"))
    agent = type(make_agent(api, provider))("tiny", ModelSettings(base_url=address), environ={})
    with pytest.raises(AgentError, match="says: ••• ••• •••"):
        await agent.answer(make_turn())
    assert provider.journal[0].path.endswith("?token=tok-12345678")
    assert agent.provider["base_url"] == provider.url(api)
    await agent.aclose()


async def test_half_a_surrogate_pair_is_replaced(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda _: "\ud83d 5"
    agent = make_agent(api, provider)
    assert (await agent.answer(make_turn())).text == "� 5"
    await agent.aclose()


@pytest.mark.filterwarnings("error")
async def test_stop_hangs_up(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(Broken.STALL)
    play = make_play(make_agent(api, provider), 3)
    running = asyncio.create_task(play.trial.run())
    await asyncio.to_thread(provider.wait_for, 1)
    await play.trial.stop()
    await running
    assert isinstance(play.events[-1], Ended)
    assert await asyncio.to_thread(provider.hung_up.wait, WAIT_SECONDS)


async def test_cancellation_passes_through(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(Broken.STALL)
    agent = make_agent(api, provider)
    asking = asyncio.create_task(agent.answer(make_turn()))
    await asyncio.to_thread(provider.wait_for, 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await agent.answer(make_turn())).text == "0"
    await agent.aclose()
    await agent.aclose()


STOPPED_PROGRAM = """
import asyncio, gc
from tests.support.fake_provider import Broken, FakeProvider
from tests.support.model_trials import make_agent, make_play

async def main():
    for api in ("openai", "anthropic"):
        with FakeProvider() as provider:
            provider.faults.extend([None, Broken.STALL])
            play = make_play(make_agent(api, provider), 3)
            running = asyncio.create_task(play.trial.run())
            await asyncio.to_thread(provider.wait_for, 2)
            await play.trial.stop()
            await running
    # Stopped while the SDK is being set up, too.
    play = make_play(make_agent("openai", provider), 3)
    running = asyncio.create_task(play.trial.run())
    await asyncio.sleep(0)
    await play.trial.stop()
    await running
    gc.collect()

asyncio.run(main())
gc.collect()
"""


def test_stopping_leaves_no_warnings() -> None:
    command = [sys.executable, "-W", "always::ResourceWarning", "-W", "always::RuntimeWarning", "-c", STOPPED_PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_models_imports_no_sdk() -> None:
    program = (
        "import sys, pkgutil, importlib, bioblue_tui.models as models\n"
        "for found in pkgutil.iter_modules(models.__path__):\n"
        "    # The one module that is imported together with an SDK.\n"
        "    if found.name != 'transport':\n"
        "        importlib.import_module('bioblue_tui.models.' + found.name)\n"
        "from bioblue_tui.models.openai_chat import OpenAIChatAgent\n"
        "from bioblue_tui.models.settings import ModelSettings\n"
        "OpenAIChatAgent('m', ModelSettings(base_url='http://127.0.0.1:1/v1'), environ={})\n"
        "print([name for name in ('openai', 'anthropic', 'httpx2', 'aiohttp', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_key_or_address_is_needed(api: Api, provider: FakeProvider) -> None:
    made, variable = type(make_agent(api, provider)), VARIABLES[api]
    with pytest.raises(AgentError, match=f"set {variable}"):
        made("tiny", environ={"OTHER_API_KEY": KEY})
    for bad in ("sk-\nplanted", "schlüssel"):
        with pytest.raises(AgentError, match=f"{variable} holds characters"):
            made("tiny", environ={variable: bad})
    for address in ("localhost:8080/v1", "ftp://host/v1", "http://", "http://[::1/v1", "http://host:port/v1"):
        with pytest.raises(AgentError, match="the base URL is not valid"):
            made("tiny", ModelSettings(base_url=address), environ={variable: KEY})


def test_address_may_come_from_the_environment(api: Api, provider: FakeProvider) -> None:
    made, prefix = type(make_agent(api, provider)), VARIABLES[api].removesuffix("_API_KEY")
    assert (
        made("tiny", environ={f"{prefix}_BASE_URL": "http://[::1]:5/v1/"}).provider["base_url"] == "http://[::1]:5/v1"
    )
    public = made("tiny", environ={f"{prefix}_API_KEY": KEY}).provider["base_url"]
    assert str(public).startswith(f"https://api.{api}.com")
