"""What a server sent for one request, in one form for both APIs and for streams, and whether it holds an answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

from bioblue_tui.agents.base import AgentError, Answer, Fault, Usage
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.models.event_stream import EventDecoder
from bioblue_tui.models.faults import Source, broken_off
from bioblue_tui.models.stream import Hearing

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
    TOOL = auto()
    ERROR = auto()


_ENDS = {
    **dict.fromkeys(
        ("length", "max_tokens", "max_output_tokens", "max_length", "token_limit", "model_length"), End.LIMIT
    ),
    **dict.fromkeys(("content_filter", "safety", "recitation", "blocklist", "prohibited_content", "spii"), End.FILTER),
    **dict.fromkeys(("guardrail_intervened", "content_filtered"), End.FILTER),
    **dict.fromkeys(("tool_calls", "tool_call", "function_call", "tool_use"), End.TOOL),
    **dict.fromkeys(("malformed_function_call", "unexpected_tool_call"), End.TOOL),
    **dict.fromkeys(("error", "abort", "aborted", "network_error"), End.ERROR),
    "refusal": End.REFUSAL,
    "model_context_window_exceeded": End.CONTEXT,
}
"""What servers' reasons for the end of an answer mean, in lower case; any other reason means that it is complete."""


def end_of(reason: object) -> End:
    """Return what a server's reason for the end of an answer means, whatever its spelling."""
    if not isinstance(reason, str) or not reason:
        return End.UNKNOWN
    return _ENDS.get(reason.strip().casefold().replace("-", "_").removeprefix("finish_reason_"), End.WHOLE)


@dataclass(frozen=True, slots=True)
class Received:
    """One answer as it arrived.

    Attributes:
        text: The answer.
        reasoning: The reasoning that came apart from it.
        end: Why it ended.
        usage: Tokens, where the server counts them.
        refusal: Why the model will not answer, in its words.
        streamed: True when it came in pieces: without a reason for its end it was then cut.
        note: What a person should know about how it came; mostly empty.
        beside: Tokens of reasoning that the server counts apart from the answer's, and not within its limit.
        seconds: From sending the request to the last byte of this; None where it was not measured.
    """

    text: str
    reasoning: str
    end: End
    usage: Usage | None = None
    refusal: str = ""
    streamed: bool = False
    note: str = ""
    beside: int = 0
    seconds: float | None = None


BREATH_SECONDS = 0.002
"""How long a stream is read without a break: a server that sends without a pause must not block key presses."""

DRAIN_SECONDS = 0.1
"""How long to wait for the end of a stream once the whole answer is there: only a stream that was read to its end
leaves its connection to the next request."""


SENT, LAST = "bioblue.sent", "bioblue.last"
"""Extensions of a response: when its request was sent, and when its last byte came."""

_NEAR = 0.9
"""An answer cut at its limit has at least this part of the limit's tokens: not all servers count alike."""

MOST_TOKENS = 10**9
"""A larger reported number of a request's tokens is not believed."""

MOST_DOLLARS = 1e6
"""A larger reported cost of a request is not believed."""

MOST_BYTES = 64 * 2**20
"""The most bytes of one answer that are read: a server that sends without end must not fill the memory."""


async def _bounded(response: httpx2.Response) -> AsyncIterator[bytes]:
    """Yield a response's bytes.

    Raises:
        AgentError: When they are more than any answer has.
    """
    room = MOST_BYTES
    async for data in response.aiter_bytes():
        response.extensions[LAST] = time.monotonic()
        room -= len(data)
        if room < 0:
            raise AgentError(
                f"the answer has no end: more than {MOST_BYTES >> 20} MB came; use another server or model"
            )
        yield data


def seconds_of(response: httpx2.Response, begun: float) -> float:
    """Return how long an answered request took.

    Args:
        response: The response, read to its end.
        begun: When it was about to be sent, for a transport that does not say when it was sent.
    """
    sent: float = response.extensions.get(SENT, begun)
    last: float = response.extensions.get(LAST, time.monotonic())
    return max(0.0, round(last - sent, 6))


async def read_whole(response: httpx2.Response) -> object:
    """Read an answer that is not a stream: a JSON value, or the text of anything else."""
    kind, body = _kind(response), b"".join([data async for data in _bounded(response)])
    return json.loads(body) if "json" in kind else body.decode("utf-8", "replace")


def is_stream(response: httpx2.Response) -> bool:
    """Tell whether an answer is a stream: not every server sends one when asked to."""
    kind = _kind(response)
    return not kind or "event-stream" in kind


async def read_events(response: httpx2.Response, take: Callable[[str, str], bool]) -> None:
    """Read a stream.

    Args:
        response: The response that is a stream.
        take: Receives name and data of every event, and returns False from the answer's last event on. Later events
            are still passed on, but an error in them does not affect the answer.
    """
    decoder, wanted = EventDecoder(), True
    try:
        async with asyncio.timeout(None) as limit:
            async for data in _bounded(response):
                begun = time.monotonic()
                for name, text in decoder.feed(data):
                    if time.monotonic() - begun > BREATH_SECONDS:
                        await asyncio.sleep(0)
                        begun = time.monotonic()
                    before, wanted = wanted, take(name, text) and wanted
                    if before and not wanted:
                        limit.reschedule(asyncio.get_running_loop().time() + DRAIN_SECONDS)
    except Exception:
        # An error after the answer's end does not affect the answer.
        if wanted:
            raise


def _kind(response: httpx2.Response) -> str:
    kind = response.headers.get("content-type", "")
    return kind if isinstance(kind, str) else ""


def field(value: object, name: str) -> Any:
    """Return a field of what a server sent, or None where it is missing."""
    return value.get(name) if isinstance(value, dict) else None


def judge(received: Received, source: Source, limit: object = None) -> Answer:
    """Return what was received as an answer, with the fault, if any, that keeps it from being read.

    Args:
        received: What was received.
        source: Who was asked.
        limit: The most tokens that were asked for, where there is a limit.

    Raises:
        AgentError: When nothing came, or only part of an answer.
    """
    text, end = received.text, received.end
    if end is End.UNKNOWN and (received.streamed or not text):
        raise broken_off(source)
    if end is End.CONTEXT:
        raise source.fault("the conversation is too long for the model; use a model with a larger context")
    notes = (received.note,) if received.note else ()
    fault = _fault(received, source, limit)
    return Answer(text, received.reasoning, received.usage, notes, fault=fault, seconds=received.seconds)


def _fault(received: Received, source: Source, limit: object) -> Fault | None:
    said, end = bool(received.text.strip()), received.end
    if end is End.LIMIT:
        used = received.usage.output if received.usage else None
        if used and not (isinstance(limit, int) and used >= _NEAR * limit):
            why = "the server's own limit, or its context is full: give it more context, or send less (--history)"
            return Fault("cut", f"cut at {counted(used, 'token')} before an answer by {why}", hopeless=not said)
        where = f"{limit} tokens" if isinstance(limit, int) else "the limit of tokens"
        return Fault("cut", f"cut at {where} before an answer; raise --max-tokens", hopeless=not said)
    what, words = "", ""
    if end is End.FILTER:
        what = "the provider's content filter held the answer back; ask again, or use another model"
    elif end is End.REFUSAL or (received.refusal and not said):
        what, words = "the model refused to answer; ask again, or use another model", received.refusal or received.text
    elif end is End.ERROR:
        what = "the provider ended the answer with an error; ask again"
    elif end is End.TOOL and not said:
        what = "the model called a tool, which it was not given; ask again, or use another model"
    elif not said:
        what = "only reasoning came, and no answer" if received.reasoning else "the answer is empty"
        what += "; ask again, or use another model"
    return Fault("provider", str(source.fault(what, words))) if what else None


def tokens(usage: object, name: str) -> int | None:
    """Return a count of tokens from what a server sent, or None where it can't be the count of a request."""
    count = field(usage, name)
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    possible = isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_TOKENS
    return count if possible else None


def dollars(usage: object) -> float | None:
    """Return the cost of a request that a server reports, as gateways do, or None where it reports none."""
    cost = field(usage, "cost")
    sound = isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost <= MOST_DOLLARS
    return float(cost) if sound else None


class Gathering(Protocol):
    """The pieces of a stream, put together."""

    def take(self, name: str, data: str) -> bool:
        """Take an event; returns False when no more are to come."""

    def result(self, source: Source) -> Received:
        """Return all that came, as one answer.

        Raises:
            AgentError: When it is not an answer.
        """


@dataclass(frozen=True, slots=True)
class Form:
    """The form that an API's answers have.

    Attributes:
        whole: Reads an answer that came in one piece.
        pieces: Begins to put a stream together.
    """

    whole: Callable[[object, Source, Hearing], Received]
    pieces: Callable[[Hearing], Gathering]

    async def read(self, response: httpx2.Response, streamed: bool, source: Source, hearing: Hearing) -> Received:
        """Read an answer, and pass on its pieces.

        Args:
            response: The response.
            streamed: Whether a stream was asked for.
            source: Who was asked.
            hearing: Receives the pieces.

        Raises:
            AgentError: When it is not an answer.
            Reported: When the server reports an error instead.
        """
        if not (streamed and is_stream(response)):
            return self.whole(await read_whole(response), source, hearing)
        gathering = self.pieces(hearing)
        await read_events(response, gathering.take)
        return gathering.result(source)
