"""Answers in pieces, over real HTTP, for both SDKs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bioblue_tui.agents.base import AgentError, Piece, Turn
from tests.support.fake_provider import WAIT_SECONDS, Api, Broken, FakeProvider, InStream, error_event
from tests.support.fake_shapes import Reply
from tests.support.model_trials import KEY, make_agent, make_turn


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(params=["openai", "anthropic"])
def api(request: pytest.FixtureRequest) -> Api:
    found: Api = request.param
    return found


class Ear:
    """Hears, and lets a test wait for what is heard."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._heard = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def turn(self) -> Turn:
        return replace(make_turn(), hear=self.hear)

    def hear(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self._tasks.add(asyncio.ensure_future(self._tell()))

    async def wait_for(self, text: str) -> None:
        async with asyncio.timeout(WAIT_SECONDS), self._heard:
            await self._heard.wait_for(lambda: self.text == text)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if not piece.reasoning)

    async def _tell(self) -> None:
        async with self._heard:
            self._heard.notify_all()


async def test_pieces_are_told_as_they_come(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("one two 5", pieces=("one ", "two ", "5"))
    provider.pace = threading.Semaphore(0)
    ear = Ear()
    agent = make_agent(api, provider)
    asking = asyncio.create_task(agent.answer(ear.turn()))
    for text in ("one ", "one two ", "one two 5"):
        assert not asking.done()
        provider.pace.release()
        await ear.wait_for(text)
    assert (await asking).text == "one two 5"
    assert ear.pieces == [Piece("one "), Piece("two "), Piece("5")]
    await agent.aclose()


async def test_reasoning_comes_apart_and_whole(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("it is 5", "seven? no, five")
    ear = Ear()
    agent = make_agent(api, provider)
    answer = await agent.answer(ear.turn())
    assert (answer.text, answer.reasoning) == ("it is 5", "seven? no, five")
    assert answer.usage is not None
    assert answer.usage.input == provider.counts[0].sent
    assert answer.usage.output == Reply("it is 5", "seven? no, five").output
    reasoning = [piece.text for piece in ear.pieces if piece.reasoning]
    assert len(reasoning) > 2
    assert "".join(reasoning) == answer.reasoning
    assert ear.text == answer.text
    assert ear.pieces[0].reasoning
    await agent.aclose()


async def test_what_is_cut_by_a_border_is_passed_on(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("😀\x1b[31m5", pieces=("\ud83d", "\ude00\x1b[", "31m", "5"))
    ear = Ear()
    agent = make_agent(api, provider)
    assert (await agent.answer(ear.turn())).text == ear.text == "😀\x1b[31m5"
    await agent.aclose()


@pytest.mark.parametrize("cut", range(1, len(KEY)))
async def test_key_cut_in_two_is_not_heard(cut: int, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply(f"<{KEY}>5", pieces=(f"<{KEY[:cut]}", f"{KEY[cut:]}>", "5"))
    ear = Ear()
    agent = make_agent("openai", provider)
    assert (await agent.answer(ear.turn())).text == "<•••>5"
    assert [piece.text for piece in ear.pieces] == ["<", "•••>", "5"]
    await agent.aclose()


async def test_key_in_small_pieces_is_not_heard(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply(f"<{KEY}>5", f"the key is {KEY}")
    ear = Ear()
    agent = make_agent(api, provider)
    answer = await agent.answer(ear.turn())
    assert (answer.text, answer.reasoning) == ("<•••>5", "the key is •••")
    assert "".join(piece.text for piece in ear.pieces if piece.reasoning) == answer.reasoning
    assert ear.text == answer.text
    await agent.aclose()


async def test_server_without_stream_options(provider: FakeProvider) -> None:
    provider.refuses = ("stream_options",)
    ear = Ear()
    agent = make_agent("openai", provider)
    answer = await agent.answer(ear.turn())
    assert (answer.text, answer.usage) == ("0", None)
    assert answer.notes == ("the model refused stream_options; it was left out",)
    assert ear.pieces == [Piece("0")]
    await agent.aclose()


@pytest.mark.filterwarnings("error")
async def test_cancellation_in_a_stream_hangs_up(api: Api, provider: FakeProvider) -> None:
    provider.answer = lambda _: Reply("5 or 6", pieces=("5", " or 6"))
    provider.faults.append(InStream(then=Broken.STALL))
    ear = Ear()
    agent = make_agent(api, provider)
    asking = asyncio.create_task(agent.answer(ear.turn()))
    await ear.wait_for("5")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(provider.hung_up.wait, WAIT_SECONDS)
    assert (await agent.answer(make_turn())).text == "5 or 6"
    await agent.aclose()


async def test_fault_of_a_listener_is_no_fault_of_the_provider(api: Api, provider: FakeProvider) -> None:
    def fail(piece: Piece) -> None:
        raise OSError("disk full")

    agent = make_agent(api, provider)
    with pytest.raises(OSError, match="disk full"):
        await agent.answer(replace(make_turn(), hear=fail))
    await agent.aclose()


async def test_several_answers_are_not_mixed(provider: FakeProvider) -> None:
    chunk = b'data: {"choices": [{"index": 1, "delta": {"content": "9"}, "finish_reason": "stop"}]}\n\n'
    provider.faults.append(InStream(0, send=chunk))
    agent = make_agent("openai", provider)
    with pytest.raises(AgentError, match="broke off before its end"):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize("chunk", [b"[1]", b"null", b'"x"', b'{"choices": 5}', b'{"choices": [null, 3]}', b"{}"])
async def test_odd_chunks_are_no_answer(api: Api, chunk: bytes, provider: FakeProvider) -> None:
    provider.faults.append(InStream(0, send=b"event: message_delta\ndata: " + chunk + b"\n\n"))
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="broke off before its end"):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize(
    ("api", "chunk"),
    [
        ("openai", b'{"choices": [{"delta": {"content": 5}, "finish_reason": "stop"}]}'),
        ("anthropic", b'{"type": "content_block_delta", "delta": {"type": "text_delta", "text": 5}}'),
        ("anthropic", b'{"type": "content_block_start", "content_block": {"type": "thinking"}}'),
    ],
)
async def test_pieces_that_are_no_text_are_no_answer(api: Api, chunk: bytes, provider: FakeProvider) -> None:
    provider.faults.append(InStream(0, send=b"event: content_block_delta\ndata: " + chunk + b"\n\n"))
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="not answer in the form"):
        await agent.answer(make_turn())
    await agent.aclose()


async def test_error_of_a_choice_is_told(provider: FakeProvider) -> None:
    chunk = b'data: {"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "went away"}}]}\n\n'
    provider.faults.append(InStream(0, send=chunk))
    agent = make_agent("openai", provider)
    with pytest.raises(AgentError, match=r"broke off its answer: .*went away") as caught:
        await agent.answer(make_turn())
    assert caught.value.transient
    await agent.aclose()


async def test_error_before_the_answer(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(error_event(after=0))
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="overloaded"):
        await agent.answer(make_turn())
    await agent.aclose()


@pytest.mark.parametrize("streams", [True, False])
async def test_an_answer_without_end_is_ended(
    api: Api, streams: bool, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bioblue_tui.models.response.MOST_BYTES", 2**20)
    provider.streams = streams
    provider.answer = lambda _: "z" * 2**21
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="no end: more than 1 MB came"):
        await agent.answer(Ear().turn())
    await agent.aclose()
