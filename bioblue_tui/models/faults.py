"""What goes wrong between a request and its answer, in words that tell a person what happened and what to do.

The SDKs raise their own errors, those of the HTTP library below them, and Python's where an answer has a shape that
they do not expect. Both SDKs' errors are understood by what they carry (a status, a body, a cause), so that this module
need not import the SDKs.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.endpoint import Endpoint
from bioblue_tui.models.error_body import (
    is_filtered,
    is_loading,
    is_overflow,
    is_page,
    is_regional,
    is_spent,
    said,
    short,
    status_of,
)
from bioblue_tui.models.retry_after import LONGEST, retry_after, until
from bioblue_tui.system.descriptors import ADVICE, SHORT

MESSAGE_LENGTH = 300
"""Longest message, in characters: a few lines on a screen."""

_NAME_LENGTH = 80
"""Longest address or model name within a message."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """Who was asked: what messages need to name."""

    endpoint: Endpoint
    model: str
    timeout: float

    @property
    def url(self) -> str:
        """The address, short enough for a message."""
        return short(self.endpoint.shown, _NAME_LENGTH)

    def fault(
        self,
        what: str,
        words: object = "",
        *,
        by: str = "The server says",
        transient: bool = False,
        wait: float | None = None,
    ) -> AgentError:
        """Make an error that says what happened, then quotes ``words``: one line of limited length without secrets."""
        text = f"{what}. {by}: {words}" if isinstance(words, str) and words.strip() else what
        line = short(self.endpoint.mask(text), MESSAGE_LENGTH)
        return AgentError(line, transient=transient, wait=wait)


async def guarded(request: Awaitable[T], explained: Callable[[Exception], AgentError]) -> T:
    """Await a request; any error in it becomes an AgentError. Cancellation passes through."""
    try:
        return await request
    except AgentError:
        raise
    except Exception as error:  # noqa: BLE001 - an SDK fed with foreign bytes may raise anything; all of it is told
        fault = explained(error)
    # Raised outside the except block so that its context is not the SDK's error, which may quote the key.
    raise fault


def explain(error: Exception, source: Source) -> AgentError:
    """Say what an exception means for a person."""
    status, body = getattr(error, "status_code", None), getattr(error, "body", None)
    if isinstance(status, int) and status >= 300:
        return _status(error, status, source, f"HTTP {status} from {source.url}: ")
    if isinstance(status, int) or body is not None:
        return reported(source, body, error)
    return _broken(error, source)


def reported(source: Source, body: object, error: Exception | None = None) -> AgentError:
    """Explain an error that came instead of an answer, or in the middle of one."""
    error = error or Reported(body)
    status = status_of(body)
    if status is not None or is_overflow(error):
        return _status(error, status or 400, source, f"{source.url} broke off its answer: ")
    return source.fault(f"{source.url} reported a fault; try again", said(body), transient=True)


def wrong_shape(source: Source, reply: object) -> AgentError:
    """Say that a server answered without a fault but not in the form of the API."""
    inside = reply.get("error") if isinstance(reply, Mapping) else None
    if inside:
        return reported(source, inside)
    if is_page(reply):
        return source.fault(f"{source.url} answered with a web page; {_check_url(source)}")
    words = reply if isinstance(reply, str) else ""
    return source.fault(f"{source.url} did not answer in the form that was asked for; {_check_url(source)}", words)


def broken_off(source: Source) -> AgentError:
    """Say that an answer ended before its end."""
    return source.fault(f"the answer of {source.url} broke off before its end; try again", transient=True)


class Reported(Exception):
    """An error that a server reported with a status of success."""

    def __init__(self, body: object) -> None:
        super().__init__()
        self.body = body


def _status(error: Exception, status: int, source: Source, begin: str) -> AgentError:
    body = getattr(error, "body", None)
    if is_overflow(error):
        what = "the conversation is too long for the model; use a model with a larger context or send less of the past"
        return source.fault(f"{begin}{what}", said(body))
    if is_spent(body) or status == 402:
        what = (
            f"the account's quota or credit is used up; top it up, or set another key in {source.endpoint.key_variable}"
        )
        return source.fault(f"{begin}{what}", said(body))
    if status < 429 and is_filtered(body):
        what = "the provider's content filter refused what is asked; use another model or other words (--wording)"
        return source.fault(f"{begin}{what}", said(body))
    if status in (401, 403, 451) and is_regional(body):
        what = "the provider does not serve the country or region that this request comes from; use another provider"
        return source.fault(f"{begin}{what}", said(body))
    what = _PASSING.get(status, "")
    if not what and status >= 500:
        what = "the server is loading the model" if is_loading(body) else "the server is overloaded or broken"
    headers = getattr(getattr(error, "response", None), "headers", {})
    if not what or status in (501, 505) or headers.get("x-should-retry") == "false":
        return source.fault(f"{begin}{what or _permanent(status, source)}", said(body))
    wait = retry_after(headers)
    if wait is not None and wait > LONGEST:
        what += f"; it asks for no requests until {until(wait)}, try again then"
        return source.fault(f"{begin}{what}", said(body))
    how_long = (
        f"wait {wait:g} s, then try again" if wait else "try again" if wait == 0 else "wait a little, then try again"
    )
    return source.fault(f"{begin}{what}; {how_long}", said(body), transient=True, wait=wait)


_PASSING = {
    408: "the server gave up waiting",
    409: "the server was busy with a conflicting request",
    425: "the server was not ready",
    429: "rate limited",
}


def _permanent(status: int, source: Source) -> str:
    endpoint = source.endpoint
    if status in (401, 403):
        if not endpoint.has_key:
            return f"the server wants a key; {endpoint.lacking}"
        return f"the key in {endpoint.key_variable} is not accepted, or not for this model; check it"
    if status == 404:
        model = short(source.model, _NAME_LENGTH)
        hint = f"an address looks like {endpoint.example}"
        return f"the model {model} or the address is not known there; check both ({hint})"
    if status == 413:
        return "the request is too long for the server; send less of the past"
    if status < 400:
        return f"that is not an answer; {_check_url(source)}"
    return "the request was refused; check the model's name and parameters"


def _broken(error: Exception, source: Source) -> AgentError:
    """Explain an exception without an HTTP status; its own words are quoted where they help."""
    if isinstance(error, ImportError):
        what = "a package that talks to the provider could not be loaded; install this program again"
        return source.fault(what, str(error), by="In detail")
    # Not at the top of the file: importing it takes a tenth of a second, but by now an SDK has done so.
    import httpx2

    causes = list(_causes(error))

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if any(isinstance(cause, OSError) and cause.errno in SHORT for cause in causes):
        return source.fault(ADVICE)
    url = source.url
    if among(httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError, httpx2.DecodingError):
        return source.fault(f"the connection to {url} broke before the answer was complete; try again", transient=True)
    if among(httpx2.ProxyError):
        what = f"the proxy did not let the request through to {url}; check the proxy settings"
        return source.fault(what, str(causes[-1]), by="In detail")
    if among(httpx2.ConnectError, httpx2.ConnectTimeout):
        return _unreachable(source, causes)
    if among(httpx2.TimeoutException):
        what = f"time-out: {url} did not answer within {source.timeout:g} s; try again or allow more time"
        return source.fault(what, transient=True)
    if isinstance(error, (ValueError, RecursionError)):
        what = f"what {url} answered is not valid JSON; try again, or {_check_url(source)}"
        return source.fault(what, transient=True)
    what = f"the exchange with {url} failed ({type(error).__name__}); try again, or {_check_url(source)}"
    return source.fault(what, str(error), by="In detail")


def _unreachable(source: Source, causes: list[BaseException]) -> AgentError:
    """Say why there is no connection. A network may come back by itself; a server that is not running does not."""
    url = source.url
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            what = f"the host of {url} is not known; check the address and the network"
            return source.fault(what, transient=cause.errno == socket.EAI_AGAIN)
        if isinstance(cause, ssl.SSLError):
            what = f"no secure connection to {url}; check the address (http or https?) and the certificate"
            return source.fault(what, str(causes[-1]), by="In detail")
    local = source.endpoint.local
    doubt = "is the server running?" if local else "is the address right and the network up?"
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
    return source.fault(f"nothing answers at {url}; {doubt}", transient=not local and not refused)


def _check_url(source: Source) -> str:
    return f"check the base URL (such as {source.endpoint.example}) and that the server works"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            # A group holds one failed attempt for each of a host's addresses.
            for attempt in cause.exceptions:
                yield from _causes(attempt)
        cause = cause.__cause__ or cause.__context__
