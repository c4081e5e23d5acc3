"""The requests of a trial after its first one, which the SDK no longer makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bioblue_tui.agents.base import AgentError, Exchange
from bioblue_tui.models import remote
from bioblue_tui.models.transport import Transport
from tests.support.fake_provider import Api, FakeProvider, Raw, error
from tests.support.model_trials import KEY, make_agent, make_turn


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(params=["openai", "anthropic"])
def api(request: pytest.FixtureRequest) -> Api:
    found: Api = request.param
    return found


async def test_later_requests_differ_in_nothing_but_their_body(api: Api, provider: FakeProvider) -> None:
    agent = make_agent(api, provider)
    turn = make_turn()
    for step in range(1, 4):
        await agent.answer(turn)
        turn = replace(turn, step=step + 1, history=[*turn.history, Exchange(turn.observation, "0")])
    await agent.aclose()
    first, *others = provider.journal
    assert KEY in str(first.headers)
    for number, other in enumerate(others, 1):
        assert len(other.body["messages"]) == len(first.body["messages"]) + 2 * number
        assert {**other.body, "messages": []} == {**first.body, "messages": []}
        same = {name: value for name, value in other.headers.items() if name != "content-length"}
        assert same == {name: value for name, value in first.headers.items() if name != "content-length"}
        assert other.path == first.path


async def test_an_address_that_moves_later_is_followed(api: Api, provider: FakeProvider) -> None:
    agent = make_agent(api, provider)
    await agent.answer(make_turn())
    moved = Raw(307, b"", {"location": provider.journal[0].path})
    provider.faults.extend([moved, None, moved])
    assert (await agent.answer(make_turn())).text
    assert (await agent.answer(make_turn())).text
    assert [request.path for request in provider.journal] == [provider.journal[0].path] * 5
    provider.faults.append(Raw(302, b"", {"location": "/moved"}))
    with pytest.raises(AgentError):
        await agent.answer(make_turn())
    assert (await agent.answer(make_turn())).text
    await agent.aclose()


async def test_one_connection_serves_a_trial(api: Api, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    connections: list[object] = []

    def note(request: object, address: object) -> bool:
        connections.append(address)
        return True

    monkeypatch.setattr(provider._server, "verify_request", note)
    agent = make_agent(api, provider)
    for _ in range(3):
        await agent.answer(make_turn())
    await agent.aclose()
    assert len(connections) == 1


async def test_where_there_is_a_proxy_the_sdk_makes_every_request(
    api: Api, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "getproxies", lambda: {"https": "http://proxy.test"})
    monkeypatch.setattr(Transport, "handle_async_request", None)
    monkeypatch.setattr(Transport, "again", None)
    agent = make_agent(api, provider)
    agent._endpoint = replace(agent._endpoint, local=False)
    for _ in range(2):
        assert (await agent.answer(make_turn())).text
    provider.faults.append(error(401))
    with pytest.raises(AgentError, match="HTTP 401"):
        await agent.answer(make_turn())
    await agent.aclose()
