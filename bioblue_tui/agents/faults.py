"""What goes wrong between a request and its answer, said so that a person knows what happened and what to do.

The SDKs raise their own errors, those of the HTTP library below them, and plain ones where an answer has another shape
than they expect. Both SDKs are understood by what their errors carry (a status, a body, a cause), so that this module
need not import them.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bioblue_tui.agents.base import AgentError
from bioblue_tui.agents.endpoint import Endpoint

MESSAGE_LENGTH = 300
"""Longest message, in characters: a few lines on a screen."""

_NAME_LENGTH = 80
"""Longest address or model name within a message."""

_SAID_LENGTH = 4000
"""How much of a server's words is looked at: far more than is shown, so that no secret is cut in what is shown."""

_RANGE = re.compile(
    r"\b(between|range|(less|greater|more) than|at (most|least)|too (large|small|high|low|long|big)|maximum|minimum"
    r"|exceed\w*|positive|negative)\b|[<>]=?\s*-?\d|[≤≥]"
)
_HTML = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)

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
        return _short(self.endpoint.shown, _NAME_LENGTH)


async def guarded(request: Awaitable[T], source: Source) -> T:
    """Await a request; whatever goes wrong in it comes out as an AgentError. Cancellation passes through."""
    try:
        return await request
    except Exception as error:  # noqa: BLE001 - an SDK fed with foreign bytes may raise anything; all of it is told
        fault = explain(error, source)
    # Raised out here so that it does not keep the SDK's error, which may quote the key, as its context.
    raise fault


def explain(error: Exception, source: Source) -> AgentError:
    """Say what an exception means for a person."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _message(source, _status(error, status, source), _said(getattr(error, "body", None)))
    body = getattr(error, "body", None)
    if body is not None:
        return _message(source, f"{source.url} reported a fault; try again", _said(body))
    what, detail = _broken(error, source)
    return _message(source, what, detail, "In detail")


def wrong_shape(source: Source, reply: object) -> AgentError:
    """Say that a server answered without a fault but not in the form of the API."""
    if isinstance(reply, str) and _HTML.match(reply):
        return _message(source, f"{source.url} answered with a web page; {_check_url(source)}", "")
    said = _said(getattr(reply, "error", None)) or (reply if isinstance(reply, str) else "")
    return _message(source, f"{source.url} did not answer in the form that was asked for; {_check_url(source)}", said)


def no_answer(source: Source, what: str, said: object = "") -> AgentError:
    """Say why a well-formed reply holds no answer."""
    return _message(source, what, said if isinstance(said, str) else "")


def refused_parameter(error: Exception, sent: Sequence[str]) -> str | None:
    """Return which of the sent parameters a server refuses to take at all, or None.

    A value outside a parameter's range is not a refusal: the person who set it must know.
    """
    if getattr(error, "status_code", None) not in (400, 422):
        return None
    body = getattr(error, "body", None)
    said = _said(body)
    if _RANGE.search(said.lower()):
        return None
    named = getattr(error, "param", None)
    if named in sent:
        return str(named)
    return next((name for name in sent if re.search(rf"\b{name}\b", said)), None)


def _status(error: Exception, status: int, source: Source) -> str:
    url, variable = source.url, source.endpoint.key_variable
    known = f"HTTP {status} from {url}: "
    if status in (401, 403):
        if not source.endpoint.has_key:
            return f"{known}the server wants a key; set {variable}"
        return f"{known}the key in {variable} is not accepted, or not for this model; check it"
    if status == 404:
        model = _short(source.model, _NAME_LENGTH)
        hint = f"an address looks like {source.endpoint.example}"
        return f"{known}the model {model} or the address is not known there; check both ({hint})"
    if status == 429:
        return f"{known}rate limited, or the quota is used up; {_waiting(error, source)}"
    if status == 413 or _about_context(error, status):
        return f"{known}the conversation is too long for the model; use a larger context or fewer steps"
    if status == 408:
        return f"{known}the server gave up waiting; try again"
    if status >= 500:
        return f"{known}the server is overloaded or broken; {_waiting(error, source)}"
    if status >= 400:
        return f"{known}the request was refused; check the model's name and parameters"
    return f"{url} reported a fault; try again"


def _about_context(error: Exception, status: int) -> bool:
    return status == 400 and "context" in _said(getattr(error, "body", None)).lower()


def _waiting(error: Exception, source: Source) -> str:
    headers = getattr(getattr(error, "response", None), "headers", None)
    after = headers.get("retry-after") if isinstance(headers, Mapping) else None
    if not after:
        return "wait a little, then try again"
    shown = f"{after} s" if after.replace(".", "", 1).isdigit() else f"until {after}"
    return f"wait {_short(source.endpoint.redact(shown), 40)}, then try again"


def _broken(error: Exception, source: Source) -> tuple[str, str]:
    """Say what an exception without an HTTP status means, and quote it where its own words help."""
    if isinstance(error, ImportError):
        return "a package that talks to the provider could not be loaded; install this program again", str(error)
    # Not at the top: this costs a tenth of a second, and by now an SDK has paid it.
    import httpx2

    causes = list(_causes(error))

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    url = source.url
    if among(socket.gaierror):
        return f"the host of {url} is not known; check the address and the network", ""
    if among(ssl.SSLError):
        return f"no secure connection to {url}; check the address (http or https?) and the certificate", str(causes[-1])
    if among(httpx2.ProxyError):
        return f"the proxy did not let the request through to {url}; check the proxy settings", str(causes[-1])
    if among(httpx2.ConnectError, httpx2.ConnectTimeout, ConnectionRefusedError):
        doubt = "is the server running?" if source.endpoint.local else "is the address right and the network up?"
        return f"nothing answers at {url}; {doubt}", ""
    if among(httpx2.TimeoutException, TimeoutError):
        return f"time-out: {url} did not answer within {source.timeout:g} s; try again or allow more time", ""
    if among(httpx2.HTTPError, ConnectionError):
        return f"the connection to {url} broke before the answer was complete; try again", ""
    if isinstance(error, (ValueError, RecursionError)):
        return f"what {url} answered is not valid JSON; {_check_url(source)}", ""
    kind = type(error).__name__
    return f"the exchange with {url} failed ({kind}); try again, or {_check_url(source)}", str(error)


def _check_url(source: Source) -> str:
    return f"check the base URL (such as {source.endpoint.example}) and that the server is sound"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _said(body: object, depth: int = 5) -> str:
    """Find the words for a person in an error body; servers differ in where they put them, but not deeply."""
    if isinstance(body, str):
        return "" if _HTML.match(body) else body[:_SAID_LENGTH]
    if isinstance(body, list) and depth:
        return "; ".join(filter(None, (_said(part, depth - 1) for part in body[:3])))
    if not isinstance(body, Mapping) or not depth:
        return ""
    place = body.get("loc")
    where = ".".join(map(str, place)) + ": " if isinstance(place, list) else ""
    for key in ("message", "msg", "error", "detail"):
        words = _said(body.get(key), depth - 1)
        if words:
            return where + words
    return ""


def _message(source: Source, what: str, said: str, by: str = "The server says") -> AgentError:
    text = f"{what}. {by}: {said}" if said.strip() else what
    return AgentError(_short(source.endpoint.redact(text), MESSAGE_LENGTH))


def _short(text: str, length: int) -> str:
    """Make foreign text one bounded line without control characters."""
    # The cut comes first: what is cut may be many megabytes. Spaces that fall away leave room for no more than that.
    line = " ".join(text[: 4 * length].split())
    line = "".join(character if character.isprintable() else "�" for character in line)
    return line if len(line) <= length else line[: length - 1] + "…"
