"""What a server sent for one request, in one form for both APIs and for streams, and whether it holds an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from bioblue_tui.agents.base import Answer, Usage
from bioblue_tui.agents.faults import Source, broken_off

if TYPE_CHECKING:
    import httpx2


class End(Enum):
    """Why an answer ended."""

    UNKNOWN = auto()
    WHOLE = auto()
    LIMIT = auto()
    CONTEXT = auto()
    FILTER = auto()
    REFUSAL = auto()


@dataclass(frozen=True, slots=True)
class Received:
    """One answer as it arrived.

    Attributes:
        text: The answer.
        reasoning: The reasoning beside it.
        end: Why it ended.
        usage: Tokens, where the server counts them.
        refusal: Why the model will not answer, in its words.
        streamed: True when it came in pieces, so that one without a reason for its end was cut.
    """

    text: str
    reasoning: str
    end: End
    usage: Usage | None = None
    refusal: str = ""
    streamed: bool = False


class Streaming(Protocol):
    """A stream of either SDK."""

    response: httpx2.Response


@dataclass(frozen=True, slots=True)
class Whole:
    """What a server sent that was asked for a stream and does not know how."""

    content: object


async def read_unstreamed(stream: Streaming) -> Whole | None:
    """Return what was sent in place of a stream, or None where it is a stream."""
    kind = stream.response.headers.get("content-type", "")
    if not kind or "event-stream" in kind:
        return None
    body = await stream.response.aread()
    return Whole(json.loads(body) if "json" in kind else body.decode("utf-8", "replace"))


def judge(received: Received, source: Source) -> Answer:
    """Return the answer that was received.

    Raises:
        AgentError: When it holds none, or not all of it.
    """
    text, end = received.text, received.end
    if end is End.UNKNOWN and (received.streamed or not text):
        raise broken_off(source)
    if end is End.FILTER:
        raise source.fault("the provider's content filter held the answer back; ask again, or use another model")
    if end is End.REFUSAL or (received.refusal and not text):
        what = "the model refused to answer; ask again, or use another model"
        raise source.fault(what, received.refusal or text)
    if end is End.CONTEXT:
        raise source.fault("the conversation is too long for the model; use a model with a larger context")
    notes: tuple[str, ...] = ()
    if end is End.LIMIT:
        if not text.strip():
            # Asking again would cost the same for nothing.
            what = "the model used up the limit of tokens before it answered, as reasoning does; raise --max-tokens"
            raise source.fault(what)
        notes = ("the answer was cut at the limit of tokens",)
    return Answer(text, received.reasoning, received.usage, notes)


def tokens(usage: object, name: str) -> int | None:
    """Return a count of tokens from what a server sent, or None where it is no count."""
    count = usage.get(name) if isinstance(usage, Mapping) else getattr(usage, name, None)
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None
