"""An answer as it arrives: passed on in pieces and kept whole, without secrets or characters no file can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bioblue_tui.agents.base import Piece
from bioblue_tui.models.redaction import CONTEXT, HIDDEN, finder


class Cleaner:
    """Cleans a text that arrives in pieces; the result is the same wherever the text was cut.

    What might be the beginning of a secret, or the first half of a surrogate pair, is held back until more has arrived.

    Args:
        secrets: The secrets to hide.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._finder = finder(tuple(secrets))
        self._half = ""
        self._text = ""
        self._told = 0

    def feed(self, text: str) -> str:
        """Take more text and return what can be passed on by now."""
        text, self._half = self._half + text, ""
        if text[-1:] and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        self._text += _joined_surrogates(text)
        return self._take()

    def finish(self) -> str:
        """Return what was held back; the beginning of a secret that was cut off is hidden like a whole one."""
        text, begin = self._text + _joined_surrogates(self._half), self._told
        self._text, self._told, self._half = "", 0, ""
        broken = self._finder.is_broken_off
        tail = next(
            (at for at in range(max(begin, len(text) - self._finder.longest), len(text)) if broken(text[at:])), -1
        )
        if tail < 0:
            return self._finder.hide(text, begin)
        at = begin
        while (match := self._finder.find(text, at)) and match.start() < tail:
            at = match.end()
            tail = match.start() if tail < at else tail
        return self._finder.hide(text[:tail], begin) + HIDDEN

    def _take(self) -> str:
        done: list[str] = []
        text, begin = self._text, self._told
        while True:
            end = self._open_from(begin)
            match = self._finder.find(text, begin)
            if match is None or match.start() >= end:
                done.append(text[begin:end])
                # Keep some text: whether a short secret is hidden depends on the text before it.
                self._text = text[max(0, end - CONTEXT) :]
                self._told = min(end, CONTEXT)
                return "".join(done)
            done += [text[begin : match.start()], HIDDEN]
            begin = match.end()

    def _open_from(self, begin: int) -> int:
        """Return where a text begins that may become a secret, or the end of the text."""
        end = len(self._text)
        first = max(begin, end - self._finder.longest)
        return next((at for at in range(first, end) if self._finder.is_open(self._text, at)), end)


def _unmoved() -> None:
    """Do nothing: no time-out is running."""


class Hearing:
    """Passes on an answer's pieces and keeps them.

    Args:
        hear: Receives the pieces.
        secrets: The secrets to hide in them.

    Attributes:
        failure: The error that ``hear`` raised, if any: it is not a fault of the provider.
        moved: Called whenever text has arrived.
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
        """True when anything has been passed on."""
        return bool(self._parts[False] or self._parts[True])

    def take(self, text: str, *, reasoning: bool = False) -> None:
        """Take more of the answer or of its reasoning."""
        if text:
            self.moved()
        self._tell(self._cleaners[reasoning].feed(text), reasoning)

    def finish(self) -> None:
        """Pass on what was held back: nothing more comes."""
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


def _joined_surrogates(text: str) -> str:
    """Join surrogate pairs and replace lone halves, which no file and no later request could hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
