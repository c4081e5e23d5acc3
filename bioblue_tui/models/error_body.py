"""What a server says in an error: its words for a person, its codes for a program, and what both mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_LENGTH = 4000
"""How much of a server's words is read: far more than is shown, so that no secret is shown cut and unrecognised."""

_RANGE = re.compile(
    r"\b(between|range|(less|greater|more) than|at (most|least)|too (large|small|high|low|long|big)|maximum|minimum"
    r"|exceed\w*|positive|negative)\b|[<>]=?\s*-?\d|[≤≥]"
)
_OVERFLOW = re.compile(
    r"context[ _-]?(length|window|size|limit)|maximum context|prompt (is|has become) too (long|large)|exceed_context"
    r"|input is too long|maximum prompt length|exceeds the maximum number of tokens"
    r"|reduce the length of the (messages|prompt|input)",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content[ _](management|filter|policy)|moderation|responsibleaipolicy", re.IGNORECASE)
_PLACE = r"(country|region|territory|location)"
_NOT = r"\bnot (supported|available|allowed)"
_REGION = re.compile(rf"{_PLACE}\b[^.]{{0,40}}{_NOT}|{_NOT} in (your|this) {_PLACE}", re.IGNORECASE)
_LOADING = re.compile(r"\bloading (the )?model\b|\bmodel is (still |currently )?loading\b", re.IGNORECASE)
_HTML = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)

_STATUS = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "exceed_context_size_error": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The HTTP status of each kind of error, for those that are reported within an answer and so have none."""

_SPENT = {"insufficient_quota", "billing_hard_limit_reached", "billing_error", "billing_not_active"}


def is_page(text: object) -> bool:
    """Tell whether something is a web page."""
    return isinstance(text, str) and bool(_HTML.match(text))


def said(body: object, depth: int = 5) -> str:
    """Find the words for a person in an error body; servers put them in different places, but never deep inside."""
    if isinstance(body, str):
        return "" if is_page(body) else body[:_LENGTH]
    if isinstance(body, list) and depth:
        return "; ".join(filter(None, (said(part, depth - 1) for part in body[:3])))
    if not isinstance(body, Mapping) or not depth:
        return ""
    place = body.get("loc")
    where = ".".join(map(str, place)) + ": " if isinstance(place, list) else ""
    for key in ("message", "msg", "error", "detail"):
        words = said(body.get(key), depth - 1)
        if words:
            return where + words
    return ""


def status_of(body: object) -> int | None:
    """Return the HTTP status that an error within an answer would have had as a response, or None if unknown."""
    for mark in _marks(body):
        status = mark if isinstance(mark, int) else _STATUS.get(mark)
        if status is not None and 400 <= status < 600:
            return status
    return None


def is_spent(body: object) -> bool:
    """Tell whether an account's quota or credit is used up, so that waiting does not help."""
    return any(mark in _SPENT for mark in _marks(body))


def is_filtered(body: object) -> bool:
    """Tell whether a provider's filter refused the request because of its content."""
    return any(_FILTERED.search(words) for words in _words(body))


def is_regional(body: object) -> bool:
    """Tell whether a provider does not serve the country or region of the request."""
    return any(_REGION.search(words) or words.startswith("unsupported_country") for words in _words(body))


def is_loading(body: object) -> bool:
    """Tell whether a server is not ready because it is loading the model."""
    return any(_LOADING.search(words) for words in _words(body))


def is_overflow(error: Exception) -> bool:
    """Tell whether a provider says that the conversation is too long for the model."""
    body = getattr(error, "body", None)
    status = getattr(error, "status_code", None)
    if body is None or status not in (None, 200, 400, 413, 422, 500):
        return False
    return any(_OVERFLOW.search(words) for words in _words(body))


def refused_parameter(error: Exception, sent: Sequence[str]) -> str | None:
    """Return which of the sent parameters a server does not accept at all, or None.

    A value outside a parameter's range does not count: the person who set it must see the error.
    """
    if getattr(error, "status_code", None) not in (400, 422):
        return None
    words = said(getattr(error, "body", None))
    if _RANGE.search(words.lower()):
        return None
    named = getattr(error, "param", None)
    if named in sent:
        return str(named)
    return next((name for name in sent if re.search(rf"\b{name}\b", words)), None)


def short(text: str, length: int) -> str:
    """Turn foreign text into one line of limited length without control characters."""
    # Cut first, since a text may be many megabytes; four times the length leaves room for the spaces to be dropped.
    line = " ".join(text[: 4 * length].split())
    line = "".join(character if character.isprintable() else "�" for character in line)
    return line if len(line) <= length else line[: length - 1] + "…"


def _words(body: object) -> Iterator[str]:
    """Yield what an error body says: its words for a person, then its codes."""
    yield said(body)
    yield from (mark for mark in _marks(body) if isinstance(mark, str))


def _marks(body: object) -> Iterator[str | int]:
    """Yield the codes and types that an error body gives, innermost first."""
    if isinstance(body, Mapping):
        inner = body.get("error")
        if isinstance(inner, Mapping):
            yield from _marks({key: inner.get(key) for key in ("code", "type")})
        for key in ("code", "type"):
            mark = body.get(key)
            if isinstance(mark, (str, int)):
                yield mark
