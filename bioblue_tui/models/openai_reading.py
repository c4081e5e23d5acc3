"""Reading what comes from the Chat Completions API, whole or as a stream; servers may send anything."""

from __future__ import annotations

import json

from bioblue_tui.agents.base import Usage
from bioblue_tui.models.faults import Reported, Source, reported, wrong_shape
from bioblue_tui.models.response import End, Form, Received, dollars, end_of, field, tokens
from bioblue_tui.models.stream import Hearing

_LAST = "[DONE]"
"""Marks the end of the chunks."""


def _read_reply(reply: object, source: Source, hearing: Hearing) -> Received:
    choices = field(reply, "choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = field(choice, "message")
    parts, refusal = _parts(field(message, "content")), field(message, "refusal")
    if not isinstance(message, dict) or parts is None:
        raise wrong_shape(source, choice if field(choice, "error") else reply)
    hearing.take(_reasoning(message), reasoning=True)
    for text, reasoning in parts:
        hearing.take(text, reasoning=reasoning)
    hearing.finish()
    usage, beside = _usage(field(reply, "usage"))
    return Received(
        hearing.text,
        hearing.reasoning,
        end_of(field(choice, "finish_reason")),
        usage,
        refusal if isinstance(refusal, str) else "",
        beside=beside,
    )


class _Gathering:
    """The chunks of a stream, put together."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._finish: object = None
        self._usage: object = None
        self._refusal = ""
        self._error: object = None
        self._odd: object = None
        self._native: object = None
        self._done = False

    def take(self, name: str, data: str) -> bool:
        """Take a chunk; returns False from the end mark on, after which some servers still report tokens."""
        if data.startswith(_LAST):
            self._done = True
            return False
        chunk = json.loads(data)
        if not self._done and (error := field(chunk, "error")):
            raise Reported(error)
        usage = field(chunk, "usage")
        if usage is not None:
            self._usage = usage
        if self._done:
            return False
        choices = field(chunk, "choices")
        for choice in choices if isinstance(choices, list) else ():
            # A server that is set to give several answers mixes their chunks; only the first answer counts.
            if not field(choice, "index"):
                self._take_choice(choice)
        return True

    def _take_choice(self, choice: object) -> None:
        delta = field(choice, "delta")
        parts, refusal = _parts(field(delta, "content")), field(delta, "refusal")
        self._hearing.take(_reasoning(delta), reasoning=True)
        if parts is None:
            self._odd = choice
        for text, reasoning in parts or ():
            self._hearing.take(text, reasoning=reasoning)
        if isinstance(refusal, str):
            self._refusal += refusal
        self._finish = field(choice, "finish_reason") or self._finish
        self._native = field(choice, "native_finish_reason") or self._native
        self._error = field(choice, "error") or self._error

    def result(self, source: Source) -> Received:
        if self._error is not None:
            raise reported(source, self._error)
        if self._odd is not None:
            raise wrong_shape(source, self._odd)
        self._hearing.finish()
        text, reasoning = self._hearing.text, self._hearing.reasoning
        end = end_of(self._finish)
        if end is End.UNKNOWN and self._done and text:
            # The server ended the stream with its mark, so the text is complete.
            end, note = End.WHOLE, "the server gave no reason for the answer's end"
        else:
            note = ""
        if end_of(self._native) is End.ERROR:
            end = End.ERROR
        usage, beside = _usage(self._usage)
        return Received(text, reasoning, end, usage, self._refusal, streamed=True, note=note, beside=beside)


def _parts(content: object) -> list[tuple[str, bool]] | None:
    """Return the texts of a message's content, each with whether it is reasoning; None where it has another shape.

    Some servers send a list of parts, which OpenAI's API does not have for answers.
    """
    if content is None or isinstance(content, str):
        return [(content or "", False)]
    if not isinstance(content, list):
        return None
    found: list[tuple[str, bool]] = []
    for part in content:
        thinking = field(part, "type") == "thinking"
        inner = field(part, "thinking" if thinking else "text")
        texts = [field(one, "text") for one in inner] if isinstance(inner, list) else [inner]
        if not all(isinstance(text, str) for text in texts):
            return None
        found += [(text, thinking) for text in texts]
    return found


def _reasoning(message: object) -> str:
    # Not in OpenAI's API; servers of open models use one of these names.
    for name in ("reasoning_content", "reasoning", "thinking"):
        text = field(message, name)
        if isinstance(text, str) and text:
            return text
    return ""


def _usage(usage: object) -> tuple[Usage | None, int]:
    """Return the tokens of a request, and how many of them are reasoning that was counted apart from the answer."""
    if usage is None:
        return None, 0
    sent, output = tokens(usage, "prompt_tokens"), tokens(usage, "completion_tokens")
    cached = tokens(field(usage, "prompt_tokens_details"), "cached_tokens")
    if cached is None:
        # DeepSeek's name for it.
        cached = tokens(usage, "prompt_cache_hit_tokens")
    # Most servers count reasoning within the completion, some apart from it: the total shows which.
    beside = tokens(field(usage, "completion_tokens_details"), "reasoning_tokens") or 0
    if sent is None or output is None or tokens(usage, "total_tokens") != sent + output + beside:
        beside = 0
    return Usage(sent, cached, None if output is None else output + beside, cost=dollars(usage)), beside


FORM = Form(_read_reply, _Gathering)
"""How answers of this API are read."""
