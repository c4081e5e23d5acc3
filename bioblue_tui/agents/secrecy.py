"""What must never be shown or recorded: keys and passwords, in every form in which they may come back."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

SECRET_LENGTH = 8
"""Shorter values are no secrets (``EMPTY``, ``x`` for a local server); taking them out would shred ordinary text."""

HIDDEN = "•••"
"""Stands where a secret was."""

_NAMES = re.compile(
    r"((^|[-_.])(api|access|secret|private|auth|subscription)[-_]?key|^key|(^|[-_.])(secret|password|passwd|authori[sz]ation"
    r"|credentials?|cookie)|(^|(access|auth|api|bearer|refresh|session|secret)[-_])token)$",
    re.IGNORECASE,
)
"""What fields are called that hold a secret."""

_VALUES = re.compile(r"(bearer|basic) \S|sk-", re.IGNORECASE)
"""How values begin that are secrets whatever their field is called."""


def all_forms(values: Iterable[str]) -> tuple[str, ...]:
    """Return secrets in all forms in which they may come back, the longest first: one may contain another.

    An address holds a value percent-encoded, what is sent may hold it decoded.
    """
    forms = {
        form
        for value in values
        for form in (value, unquote(value), quote(value, safe=""), quote(unquote(value), safe=""))
        if len(value) >= SECRET_LENGTH
    }
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def basic(user: str, password: str) -> str:
    """Return what the header of a request makes of user and password in an address."""
    return b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def secrets_in(value: object, name: str = "") -> Iterator[str]:
    """Go through the secrets in a JSON value: texts in fields that are called so, and texts that look so."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secrets_in(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from secrets_in(inner, name)
    elif isinstance(value, str) and (_NAMES.search(name) or _VALUES.match(value)):
        yield value
        # Whoever says it back may leave out how it is used.
        kind, _, bare = value.partition(" ")
        if kind.lower() in ("bearer", "basic"):
            yield bare.strip()


def without(value: object, secrets: Iterable[str] | None = None) -> object:
    """Return a JSON value without secrets.

    Args:
        value: Any JSON value.
        secrets: What is taken out; None for what by its name or its look is one.
    """
    found = tuple(all_forms(secrets_in(value)) if secrets is None else secrets)
    if isinstance(value, str):
        return redacted(value, found)
    if isinstance(value, Mapping):
        return {redacted(str(key), found): without(inner, found) for key, inner in value.items()}
    return [without(inner, found) for inner in value] if isinstance(value, list | tuple) else value


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text with every secret taken out; the longest are given first."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without any secret, or any part of one that is long enough to be a secret by itself."""
    size = SECRET_LENGTH
    parts = {secret[at : at + size] for secret in secrets for at in range(len(secret) - size + 1)}
    found: list[str] = []
    begin = at = 0
    while at <= len(text) - size:
        if text[at : at + size] not in parts:
            at += 1
            continue
        end = at + size
        while text[end - size + 1 : end + 1] in parts and end < len(text):
            end += 1
        found += [text[begin:at], HIDDEN]
        begin = at = end
    return "".join((*found, text[begin:]))


def is_hidden(value: object) -> bool:
    """Tell whether a secret was taken out of a JSON value."""
    if isinstance(value, Mapping):
        return any(HIDDEN in str(key) or is_hidden(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return any(map(is_hidden, value))
    return isinstance(value, str) and HIDDEN in value
