"""Reading what comes from the Messages API, whole or as a stream; servers may send anything."""

from __future__ import annotations

import json

from bioblue_tui.agents.base import Usage
from bioblue_tui.models.faults import Reported, Source, wrong_shape
from bioblue_tui.models.response import Form, Received, end_of, field, tokens
from bioblue_tui.models.stream import Hearing

_FIELDS = {"text": False, "thinking": True, "text_delta": False, "thinking_delta": True}
"""Kinds of blocks, and of their pieces, that hold text; the value says whether it is reasoning."""


def _read_reply(reply: object, source: Source, hearing: Hearing) -> Received:
    blocks = field(reply, "content")
    if not isinstance(blocks, list):
        raise wrong_shape(source, reply)
    for block in blocks:
        if not _take(block, hearing):
            raise wrong_shape(source, reply)
    hearing.finish()
    counts = _Counts()
    counts.take(field(reply, "usage"))
    return Received(hearing.text, hearing.reasoning, end_of(field(reply, "stop_reason")), counts.usage())


class _Gathering:
    """The events of a stream, put together."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._counts = _Counts()
        self._reason: object = None
        self._odd: object = None

    def take(self, name: str, data: str) -> bool:
        """Take an event. Returns True: more may always come, since no event marks the end of a stream."""
        if name == "error":
            raise Reported(_value(data))
        if name and name != "ping":
            self._take_event(json.loads(data))
        return True

    def _take_event(self, event: object) -> None:
        self._counts.take(field(field(event, "message"), "usage"))
        self._counts.take(field(event, "usage"))
        delta = field(event, "delta")
        self._reason = field(delta, "stop_reason") or self._reason
        if not (_take(field(event, "content_block"), self._hearing) and _take(delta, self._hearing)):
            self._odd = event

    def result(self, source: Source) -> Received:
        if self._odd is not None:
            raise wrong_shape(source, self._odd)
        self._hearing.finish()
        text, reasoning = self._hearing.text, self._hearing.reasoning
        return Received(text, reasoning, end_of(self._reason), self._counts.usage(), streamed=True)


def _take(block: object, hearing: Hearing) -> bool:
    """Take the text of a block, or of a piece of one. Returns False where a text should be and is missing."""
    kind = field(block, "type")
    reasoning = _FIELDS.get(kind) if isinstance(kind, str) else None
    if reasoning is None:
        return True
    text = field(block, "thinking" if reasoning else "text")
    if not isinstance(text, str):
        return False
    hearing.take(text, reasoning=reasoning)
    return True


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


class _Counts:
    """Token counts as they are reported: at the beginning of a stream, and again, more complete, at its end."""

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
        # The API does not include tokens read from or written to the cache in input_tokens.
        total = None if fresh is None else fresh + (read or 0) + (written or 0)
        return Usage(total, read, output, written)


FORM = Form(_read_reply, _Gathering)
"""How answers of this API are read."""
