"""A server that keeps the connection alive and never answers: given up at last, and asked again like any time-out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models import remote
from bioblue_tui.models.anthropic_messages import AnthropicAgent
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.models.stream import Hearing
from tests.support.fake_provider import WAIT_SECONDS, Api
from tests.support.model_trials import KEY, make_turn

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
START = {
    "type": "message_start",
    "message": {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "tiny",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
}
BEGIN: dict[Api, bytes] = {"openai": b"", "anthropic": f"event: message_start\ndata: {json.dumps(START)}\n\n".encode()}
PING: dict[Api, bytes] = {"openai": b": still here\n\n", "anthropic": b'event: ping\ndata: {"type": "ping"}\n\n'}


class Pinging:
    """A server that sends nothing but signs of life.

    Attributes:
        url: Its address.
        hung_up: Set when the client has gone.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self.url = ""
        self.hung_up = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + BEGIN[self._api])
        try:
            while True:
                writer.write(PING[self._api])
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            self.hung_up.set()
        finally:
            writer.close()


@asynccontextmanager
async def pinging(api: Api) -> AsyncIterator[Pinging]:
    found = Pinging(api)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found.url = f"http://127.0.0.1:{port}" + ("/v1" if api == "openai" else "")
    try:
        yield found
    finally:
        server.close()


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_signs_of_life_alone_are_a_time_out_in_the_end(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SILENT_SECONDS", 0.5)
    made = OpenAIChatAgent if api == "openai" else AnthropicAgent
    variable = "OPENAI_API_KEY" if api == "openai" else "ANTHROPIC_API_KEY"
    async with pinging(api) as server:
        agent = made("tiny", ModelSettings(base_url=server.url), timeout=0.4, environ={variable: KEY})
        with pytest.raises(AgentError, match=r"kept the connection but sent no word for 0\.5 s; try again") as caught:
            await asyncio.wait_for(agent.answer(make_turn()), WAIT_SECONDS)
        assert caught.value.transient
        assert KEY not in str(caught.value)
        await asyncio.wait_for(server.hung_up.wait(), WAIT_SECONDS)
        await agent.aclose()


def test_every_word_counts_and_nothing_else() -> None:
    moved: list[bool] = []
    hearing = Hearing(lambda piece: None, ())
    hearing.moved = lambda: moved.append(True)
    for text, reasoning in (("", False), ("a", False), ("", True), ("b", True)):
        hearing.take(text, reasoning=reasoning)
    hearing.finish()
    assert len(moved) == 2
