"""An answer as it comes: told piece by piece and kept whole, without secrets or characters no file can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from bioblue_tui.agents.base import Piece
from bioblue_tui.agents.secrecy import HIDDEN, SECRET_LENGTH


class Cleaner:
    """Cleans a text that comes in pieces; what comes out is the same wherever it was cut.

    What might be the beginning of a secret, or the first half of a surrogate pair, is held back until more has come.

    Args:
        secrets: What must not come out.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets, self._pattern, self._beginnings = _prepared(tuple(secrets))
        self._half = ""
        self._held = ""

    def feed(self, text: str) -> str:
        """Take some more text and return what can be told by now."""
        text, self._half = self._half + text, ""
        if text[-1:] and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        self._held += _joined_surrogates(text)
        return self._take()

    def finish(self) -> str:
        """Return what was held back; the beginning of a secret that broke off is as good as one."""
        rest, self._half = self._held + _joined_surrogates(self._half), ""
        self._held = ""
        if self._pattern is None:
            return rest
        tail = next((at for at in range(len(rest) - SECRET_LENGTH + 1) if self._begins(rest[at:])), len(rest))
        for match in self._pattern.finditer(rest):
            if match.start() < tail < match.end():
                tail = match.start()
        return self._pattern.sub(HIDDEN, rest[:tail]) + (HIDDEN if rest[tail:] else "")

    def _take(self) -> str:
        done: list[str] = []
        begin = 0
        while True:
            end = self._open_from(begin)
            match = self._pattern.search(self._held, begin) if self._pattern else None
            if match is None or match.start() >= end:
                done.append(self._held[begin:end])
                self._held = self._held[end:]
                return "".join(done)
            done += [self._held[begin : match.start()], HIDDEN]
            begin = match.end()

    def _open_from(self, begin: int) -> int:
        """Return where something begins that may become a secret, or the end."""
        end = len(self._held)
        longest = len(self._secrets[0]) if self._secrets else 1
        for index in range(max(begin, end - longest + 1), end):
            if self._held[index] in self._beginnings and self._begins(self._held[index:]):
                return index
        return end

    def _begins(self, text: str) -> bool:
        """Tell whether a secret begins with a text, and goes on behind it."""
        return any(len(secret) > len(text) and secret.startswith(text) for secret in self._secrets)


def _unmoved() -> None:
    """Do nothing: nobody waits."""


class Hearing:
    """Tells an answer's pieces and keeps them.

    Args:
        hear: Receives the pieces.
        secrets: What must not be in them.

    Attributes:
        failure: What ``hear`` raised, if it did: no fault of the provider.
        moved: Called whenever something has come.
    """

    def __init__(self, hear: Callable[[Piece], None], secrets: Sequence[str]) -> None:
        self._hear = hear
        self._cleaners = {False: Cleaner(secrets), True: Cleaner(secrets)}
        self._parts: dict[bool, list[str]] = {False: [], True: []}
        self.failure: Exception | None = None
        self.moved: Callable[[], None] = _unmoved

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._parts[False])

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return "".join(self._parts[True])

    @property
    def heard(self) -> bool:
        """True when anything has been told."""
        return bool(self._parts[False] or self._parts[True])

    def take(self, text: str, *, reasoning: bool = False) -> None:
        """Take some more of the answer or of its reasoning."""
        if text:
            self.moved()
        self._tell(self._cleaners[reasoning].feed(text), reasoning)

    def finish(self) -> None:
        """Tell what was held back: nothing more comes."""
        for reasoning, cleaner in self._cleaners.items():
            self._tell(cleaner.finish(), reasoning)

    def _tell(self, text: str, reasoning: bool) -> None:
        if not text:
            return
        self._parts[reasoning].append(text)
        try:
            self._hear(Piece(text, reasoning))
        except Exception as error:
            self.failure = error
            raise


@lru_cache
def _prepared(secrets: tuple[str, ...]) -> tuple[list[str], re.Pattern[str] | None, frozenset[str]]:
    """Return secrets from the longest to the shortest, a pattern of them, and what they begin with."""
    ordered = sorted(secrets, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
    return ordered, pattern, frozenset(secret[0] for secret in ordered)


def _joined_surrogates(text: str) -> str:
    """Join surrogate pairs and replace lone halves, which no file and no later request could hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
