"""Hiding what must never be shown or recorded: keys and passwords, in every form in which they may come back."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, unquote

SECRET_LENGTH = 8
"""Secrets of at least this length, and parts of them, are hidden wherever they are."""

WORD_LENGTH = 4
"""Secrets from this length to ``SECRET_LENGTH`` are hidden as whole words. Shorter ones, numbers and ``_PLAIN`` words
are hidden only right after the name of a secret field: elsewhere they may be actions and ordinary text."""

CONTEXT = 64
"""How many characters before a value are searched for the name of its field."""

HIDDEN = "•••"
"""Shown in place of a secret."""

_NAMES = re.compile(
    r"(^|[-_.])(((api|access|secret|private|auth|subscription)[-_]?keys?)|(access|auth|api|bearer|secret)[-_]tokens"
    r"|(?<!cache.)(?<!sort.)(?<!public.)key"
    r"|(?<!bos.)(?<!eos.)(?<!pad.)(?<!stop.)(?<!start.)(?<!end.)(?<!mask.)(?<!unk.)(?<!sep.)token|bearer|jwt|auth"
    r"|secrets?|pass|passw(or)?ds?|pwd|pw|pat|passphrase|authori[sz]ation|credentials?|cookies?|sig|signature"
    r"|connection[-_]?strings?|access[-_]?key[-_]?id)$",
    re.IGNORECASE,
)
"""Names of fields that hold a secret, with camelCase as underscores: all keys and tokens except harmless ones."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_VALUES = re.compile(r"(bearer|basic) \S|sk-", re.IGNORECASE)
"""The beginning of values that are secrets whatever their field is called."""

_USER = re.compile(r"(?<=://)[^\s/@?#]+(?=@)")
_QUERY = re.compile(r"(?<=[?&])([\w.-]+)=([^&#\s]+)")
"""The user information in an address, and its query parameters."""

_SCHEMES = ("bearer", "basic", "token", "key", "apikey", "digest")

_NUMBER = re.compile(r"[-+\d.,:]*")

_PLAIN = frozenset({"dummy", "empty", "false", "local", "no-key", "none", "null", "ollama", "test", "true"})
"""What people set as a key where a server accepts any."""

_NAMED = re.compile(r"(\w[\w.-]*?)\W{1,8}\Z")
"""The last name in a text, with the characters between it and its value, as in JSON, a form or a header."""


def is_secret_name(name: str) -> bool:
    """Tell whether a field of this name holds a secret."""
    return bool(_NAMES.search(_HUMP.sub("_", name)))


def all_forms(values: Iterable[str]) -> tuple[str, ...]:
    """Return secrets in all forms in which they may come back, the longest first: one may contain another.

    An address holds a value percent-encoded, while a request may hold it decoded.
    """
    forms = {
        form
        for value in values
        for form in (value, unquote(value), quote(value, safe=""), quote(unquote(value), safe=""))
        if form.strip()
    }
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def basic(user: str, password: str) -> str:
    """Return user and password of an address in the form that a request's header has."""
    return b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def secrets_in(value: object, name: str = "") -> Iterator[str]:
    """Yield the secrets in a JSON value: all values of fields with secret names, and texts that look like secrets."""
    named = is_secret_name(name)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secrets_in(inner, name if named and not is_secret_name(str(key)) else str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from secrets_in(inner, name)
    elif isinstance(value, str) and not named and not _VALUES.match(value):
        yield from (user.partition(":")[2] or user for user in _USER.findall(value))
        yield from (given for asked, given in _QUERY.findall(value) if "://" in value and is_secret_name(asked))
    elif isinstance(value, str):
        yield value
        # A server that quotes it may leave out the scheme, such as "Bearer".
        kind, _, bare = value.partition(" ")
        if kind.lower() in _SCHEMES:
            yield bare.strip()
        if "cookie" in name.lower():
            yield from (part.partition("=")[2].strip() for part in value.split(";"))
    elif named and _is_number(value):
        yield str(value)


def without(value: object, secrets: Iterable[str] | None = None, name: str = "") -> object:
    """Return a JSON value without secrets: fields with secret names are hidden, and secrets in other fields.

    Args:
        value: Any JSON value.
        secrets: What to hide in other fields; None for the secrets that ``secrets_in`` finds in the value.
        name: The name of the field that holds it.
    """
    found = tuple(all_forms(secrets_in(value, name)) if secrets is None else secrets)
    named = is_secret_name(name)
    if isinstance(value, Mapping):
        return {
            redacted(str(key), found): without(inner, found, name if named else str(key))
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [without(inner, found, name) for inner in value]
    if not (isinstance(value, str) or _is_number(value)) or value == "":
        return value
    if named:
        return HIDDEN
    shown = redacted(_bare(value) if isinstance(value, str) else str(value), found)
    return value if shown == str(value) else shown


def _bare(text: str) -> str:
    """Return a text without the user information and the secret parameters of its addresses, however short."""
    if "://" not in text:
        return text
    text = _USER.sub(HIDDEN, text)
    return _QUERY.sub(lambda found: f"{found[1]}={HIDDEN}" if is_secret_name(found[1]) else found[0], text)


class Finder:
    """Finds secrets in texts.

    Args:
        secrets: The secrets to look for, in all their forms.

    Attributes:
        longest: The length of the longest.
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        parts = (re.escape(secret) + ("" if len(secret) >= SECRET_LENGTH else r"(?!\w)") for secret in self._secrets)
        self._pattern = re.compile("|".join(parts)) if self._secrets else None
        self._beginnings = frozenset(secret[0] for secret in self._secrets)
        self.longest = max(map(len, self._secrets), default=0)

    def find(self, text: str, begin: int = 0) -> re.Match[str] | None:
        """Return the first secret in a text, from ``begin`` on."""
        while self._pattern and (match := self._pattern.search(text, begin)):
            if _counts(match.group(), text, match.start()):
                return match
            begin = match.start() + 1
        return None

    def hide(self, text: str, begin: int = 0) -> str:
        """Return a text from ``begin`` on, with every secret hidden."""
        parts: list[str] = []
        while match := self.find(text, begin):
            parts += [text[begin : match.start()], HIDDEN]
            begin = match.end()
        return "".join((*parts, text[begin:]))

    def is_open(self, text: str, at: int) -> bool:
        """Tell whether the text from ``at`` on may turn out to be a secret when more of it has arrived."""
        rest = text[at:]
        return rest[0] in self._beginnings and any(
            secret.startswith(rest)
            and (len(secret) > len(rest) or len(secret) < SECRET_LENGTH)
            and _counts(secret, text, at)
            for secret in self._secrets
        )

    def is_broken_off(self, text: str) -> bool:
        """Tell whether a text is the beginning of a secret, and long enough to give it away."""
        return len(text) >= SECRET_LENGTH and any(
            len(secret) > len(text) and secret.startswith(text) for secret in self._secrets
        )


@lru_cache
def finder(secrets: tuple[str, ...]) -> Finder:
    """Return the finder of these secrets."""
    return Finder(secrets)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text with every secret hidden."""
    return finder(tuple(secrets)).hide(text)


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without any secret, or any part of one that is long enough to be a secret by itself."""
    secrets, size = tuple(secrets), SECRET_LENGTH
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
    return redacted("".join((*found, text[begin:])), secrets)


def is_hidden(value: object) -> bool:
    """Tell whether a secret was hidden in a JSON value."""
    if isinstance(value, Mapping):
        return any(HIDDEN in str(key) or is_hidden(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return any(map(is_hidden, value))
    return isinstance(value, str) and HIDDEN in value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counts(secret: str, text: str, at: int) -> bool:
    """Tell whether a secret must be hidden at a place in a text: the shorter it is, the more evidence it takes."""
    if len(secret) >= SECRET_LENGTH:
        return True
    if at and _is_word(text[at - 1]) and _is_word(secret[0]):
        return False
    if len(secret) >= WORD_LENGTH and not _NUMBER.fullmatch(secret) and secret.casefold() not in _PLAIN:
        return True
    named = _NAMED.search(text[max(0, at - CONTEXT) : at])
    return named is not None and is_secret_name(named[1])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
