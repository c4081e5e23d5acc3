"""What the fake provider's answers look like: whole bodies and the events of streams, for both APIs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_cache import Count

PIECE = 3
"""Characters of a piece of a streamed answer: short, so that words, pairs of surrogates and keys are cut."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says. ``stop`` is the API's own word for why it ended; empty for a normal end, None for no word.

    ``message`` replaces fields of OpenAI's message; ``usage`` fields of the usage; ``pieces`` are how a stream cuts the
    text, where it is not cut every few characters.
    """

    text: str | None = ""
    reasoning: str = ""
    stop: str | None = ""
    message: Mapping[str, object] = field(default_factory=dict)
    usage: Mapping[str, object] = field(default_factory=dict)
    pieces: tuple[str, ...] = ()

    @property
    def output(self) -> int:
        """Tokens of the answer."""
        return len((self.text or "") + self.reasoning) // 4 + 1

    def ended(self, normal: str) -> str | None:
        """Why it ended."""
        return normal if self.stop == "" else self.stop


Event = tuple[bool, bytes]
"""A part of a stream, and whether it is a piece of what the model says."""


def openai_body(model: str, reply: Reply, count: Count) -> dict[str, object]:
    reasoning = {"reasoning_content": reply.reasoning} if reply.reasoning else {}
    message = {"role": "assistant", "content": reply.text, **reasoning, **reply.message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.ended("stop")}],
        "usage": _openai_usage(reply, count),
    }


def openai_events(body: Mapping[str, Any], reply: Reply, count: Count) -> Iterator[Event]:
    frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}

    def chunk(delta: Mapping[str, object], finish: str | None = None) -> bytes:
        return sse({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None})

    yield False, chunk({"role": "assistant", "content": ""})
    for piece in _pieces(reply.reasoning):
        yield True, chunk({"reasoning_content": piece})
    for piece in reply.pieces or _pieces(reply.text or ""):
        yield True, chunk({"content": piece})
    if reply.message:
        yield True, chunk(reply.message)
    yield False, chunk({}, reply.ended("stop"))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield False, sse({**frame, "choices": [], "usage": _openai_usage(reply, count)})
    yield False, b"data: [DONE]\n\n"


def anthropic_body(model: str, reply: Reply, count: Count) -> dict[str, object]:
    thinking = [{"type": "thinking", "thinking": reply.reasoning, "signature": "s"}] if reply.reasoning else []
    text = [{"type": "text", "text": reply.text}] if reply.text else []
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [*thinking, *text],
        "stop_reason": reply.ended("end_turn"),
        "stop_sequence": None,
        "usage": _anthropic_usage(reply, count),
    }


def anthropic_events(body: Mapping[str, Any], reply: Reply, count: Count) -> Iterator[Event]:
    message = anthropic_body(body["model"], reply, count)
    usage = _anthropic_usage(reply, count)
    yield False, _named("message_start", message={**message, "content": [], "stop_reason": None, "usage": usage})
    blocks: list[tuple[str, str, tuple[str, ...]]] = []
    if reply.reasoning:
        blocks.append(("thinking", reply.reasoning, ()))
    if reply.text:
        blocks.append(("text", reply.text, reply.pieces))
    for index, (kind, text, pieces) in enumerate(blocks):
        yield False, _named("content_block_start", index=index, content_block={"type": kind, kind: ""})
        yield False, _named("ping")
        for piece in pieces or _pieces(text):
            yield True, _named("content_block_delta", index=index, delta={"type": f"{kind}_delta", kind: piece})
        if kind == "thinking":
            signature = {"type": "signature_delta", "signature": "s"}
            yield False, _named("content_block_delta", index=index, delta=signature)
        yield False, _named("content_block_stop", index=index)
    delta = {"stop_reason": reply.ended("end_turn"), "stop_sequence": None}
    yield False, _named("message_delta", delta=delta, usage={"output_tokens": reply.output, **reply.usage})
    yield False, _named("message_stop")


def sse(data: object, event: str = "") -> bytes:
    """Make one server-sent event."""
    return (f"event: {event}\n" if event else "").encode() + b"data: " + json.dumps(data).encode() + b"\n\n"


def _named(kind: str, **fields: object) -> bytes:
    return sse({"type": kind, **fields}, kind)


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(text[begin : begin + PIECE] for begin in range(0, len(text), PIECE))


def _openai_usage(reply: Reply, count: Count) -> dict[str, object]:
    return {
        "prompt_tokens": count.sent,
        "completion_tokens": reply.output,
        "total_tokens": count.sent + reply.output,
        "prompt_tokens_details": {"cached_tokens": count.read},
        **reply.usage,
    }


def _anthropic_usage(reply: Reply, count: Count) -> dict[str, object]:
    # The API counts the three kinds apart.
    return {
        "input_tokens": count.fresh,
        "cache_creation_input_tokens": count.written,
        "cache_read_input_tokens": count.read,
        "output_tokens": reply.output,
        **reply.usage,
    }
