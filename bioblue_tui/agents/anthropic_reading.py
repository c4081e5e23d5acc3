"""Reading what comes from the Messages API: whole or as a stream, and only as sound as the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioblue_tui.agents.base import Usage
from bioblue_tui.agents.faults import Source, wrong_shape
from bioblue_tui.agents.hearing import Hearing
from bioblue_tui.agents.received import End, Received, read_unstreamed, tokens

if TYPE_CHECKING:
    from anthropic import AsyncStream
    from anthropic.types import RawMessageStreamEvent

_ENDS = {"max_tokens": End.LIMIT, "refusal": End.REFUSAL, "model_context_window_exceeded": End.CONTEXT}

_FIELDS = {"text": False, "thinking": True, "text_delta": False, "thinking_delta": True}
"""Kinds of blocks and of their pieces that hold text, and whether it is reasoning."""


def read_whole(reply: object, source: Source, hearing: Hearing) -> Received:
    """Read a reply, which has the declared type only if the server kept to the API.

    Raises:
        AgentError: When it is none.
    """
    blocks = getattr(reply, "content", None)
    if not isinstance(blocks, list):
        raise wrong_shape(source, reply)
    for block in blocks:
        if not _take(block, hearing):
            raise wrong_shape(source, reply)
    hearing.finish()
    counts = _Counts()
    counts.take(getattr(reply, "usage", None))
    end = _end(getattr(reply, "stop_reason", None))
    return Received(hearing.text, hearing.reasoning, end, counts.usage())


async def read_stream(stream: AsyncStream[RawMessageStreamEvent], source: Source, hearing: Hearing) -> Received:
    """Read a stream to its end, telling its pieces.

    Raises:
        AgentError: When it is none.
    """
    counts, reason, odd = _Counts(), None, None
    async with stream:
        whole = await read_unstreamed(stream)
        if whole is not None:
            return read_whole(_as_reply(whole.content), source, hearing)
        async for event in stream:
            counts.take(getattr(getattr(event, "message", None), "usage", None))
            counts.take(getattr(event, "usage", None))
            delta = getattr(event, "delta", None)
            reason = getattr(delta, "stop_reason", None) or reason
            if not (_take(getattr(event, "content_block", None), hearing) and _take(delta, hearing)):
                odd = event
    if odd is not None:
        raise wrong_shape(source, odd)
    hearing.finish()
    return Received(hearing.text, hearing.reasoning, _end(reason), counts.usage(), streamed=True)


def _take(block: object, hearing: Hearing) -> bool:
    """Take the text of a block, or of a piece of one. Returns False where there should be one and is none."""
    kind = getattr(block, "type", None)
    reasoning = _FIELDS.get(kind) if isinstance(kind, str) else None
    if reasoning is None:
        return True
    text = getattr(block, "thinking" if reasoning else "text", None)
    if not isinstance(text, str):
        return False
    hearing.take(text, reasoning=reasoning)
    return True


def _as_reply(content: object) -> object:
    from anthropic.types import Message

    return Message.construct(None, **content) if isinstance(content, dict) else content


def _end(reason: object) -> End:
    return _ENDS.get(reason, End.WHOLE) if isinstance(reason, str) and reason else End.UNKNOWN


class _Counts:
    """Tokens as they are told: at the beginning of a stream, and again, with more known, at its end."""

    def __init__(self) -> None:
        self._told = False
        self._counts: dict[str, int] = {}

    def take(self, usage: object) -> None:
        if usage is None:
            return
        self._told = True
        for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"):
            count = tokens(usage, name)
            if count is not None:
                self._counts[name] = count

    def usage(self) -> Usage | None:
        if not self._told:
            return None
        fresh, output = self._counts.get("input_tokens"), self._counts.get("output_tokens")
        read = self._counts.get("cache_read_input_tokens")
        written = self._counts.get("cache_creation_input_tokens")
        # The API counts what the cache took or gave apart from the rest.
        total = None if fresh is None else fresh + (read or 0) + (written or 0)
        return Usage(total, read, output, written)
