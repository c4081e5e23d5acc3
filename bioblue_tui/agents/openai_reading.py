"""Reading what comes from the Chat Completions API: whole or as a stream, and only as sound as the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioblue_tui.agents.base import Usage
from bioblue_tui.agents.faults import Source, reported, wrong_shape
from bioblue_tui.agents.hearing import Hearing
from bioblue_tui.agents.received import End, Received, read_unstreamed, tokens

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

_ENDS = {"length": End.LIMIT, "content_filter": End.FILTER}


def read_whole(reply: object, source: Source, hearing: Hearing) -> Received:
    """Read a reply, which has the declared type only if the server kept to the API.

    Raises:
        AgentError: When it is none.
    """
    choices = getattr(reply, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    text = getattr(message, "content", None)
    if not hasattr(message, "content") or not (text is None or isinstance(text, str)):
        raise wrong_shape(source, choice if getattr(choice, "error", None) else reply)
    refusal = getattr(message, "refusal", None)
    hearing.take(_reasoning(message), reasoning=True)
    hearing.take(text or "")
    hearing.finish()
    return Received(
        hearing.text,
        hearing.reasoning,
        _end(getattr(choice, "finish_reason", None)),
        _usage(getattr(reply, "usage", None)),
        refusal if isinstance(refusal, str) else "",
    )


async def read_stream(stream: AsyncStream[ChatCompletionChunk], source: Source, hearing: Hearing) -> Received:
    """Read a stream to its end, telling its pieces.

    Raises:
        AgentError: When it is none.
    """
    async with stream:
        whole = await read_unstreamed(stream)
        if whole is not None:
            return read_whole(_as_reply(whole.content), source, hearing)
        gathering = _Gathering(hearing)
        async for chunk in stream:
            gathering.take(chunk)
    return gathering.result(source)


class _Gathering:
    """The chunks of a stream, put together."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._finish: object = None
        self._usage: object = None
        self._refusal = ""
        self._error: object = None
        self._odd: object = None

    def take(self, chunk: object) -> None:
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = usage
        choices = getattr(chunk, "choices", None)
        for choice in choices if isinstance(choices, list) else ():
            # A server that was made to give several answers mixes them.
            if not getattr(choice, "index", 0):
                self._take_choice(choice)

    def _take_choice(self, choice: Any) -> None:
        delta = getattr(choice, "delta", None)
        text, refusal = getattr(delta, "content", None), getattr(delta, "refusal", None)
        self._hearing.take(_reasoning(delta), reasoning=True)
        if isinstance(text, str):
            self._hearing.take(text)
        elif text is not None:
            self._odd = choice
        if isinstance(refusal, str):
            self._refusal += refusal
        self._finish = getattr(choice, "finish_reason", None) or self._finish
        self._error = getattr(choice, "error", None) or self._error

    def result(self, source: Source) -> Received:
        if self._error is not None:
            raise reported(source, self._error)
        if self._odd is not None:
            raise wrong_shape(source, self._odd)
        self._hearing.finish()
        text, reasoning = self._hearing.text, self._hearing.reasoning
        return Received(text, reasoning, _end(self._finish), _usage(self._usage), self._refusal, streamed=True)


def _as_reply(content: object) -> object:
    from openai.types.chat import ChatCompletion

    return ChatCompletion.construct(None, **content) if isinstance(content, dict) else content


def _end(reason: object) -> End:
    if not isinstance(reason, str) or not reason or reason == "error":
        return End.UNKNOWN
    return _ENDS.get(reason, End.WHOLE)


def _reasoning(message: object) -> str:
    # Not in OpenAI's API; servers of open models use one of these names.
    for name in ("reasoning_content", "reasoning"):
        text = getattr(message, name, None)
        if isinstance(text, str) and text:
            return text
    return ""


def _usage(usage: object) -> Usage | None:
    if usage is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(tokens(usage, "prompt_tokens"), tokens(details, "cached_tokens"), tokens(usage, "completion_tokens"))
