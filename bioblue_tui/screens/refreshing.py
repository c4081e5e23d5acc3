"""Screens that show files as they are now: they look at the files again and again while in front."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from textual import on, work
from textual.message import Message
from textual.screen import Screen, ScreenResultType
from textual.timer import Timer

LOOK, LATEST = 1.0, 10.0
"""Usual seconds between two looks at the files, and the most."""

REST, REST_AFTER_NEWS = 20, 3
"""The rest after a look, as a multiple of its duration: where nothing had changed, and where something had.

However many files there are, looking then costs a twentieth of a processor, and reading new steps a quarter.
"""

TURN = 0.0005
"""Seconds a computing thread may keep the interpreter while another one wants it."""

_USUAL = sys.getswitchinterval()


class Refreshing(Screen[ScreenResultType]):
    """Looks at files in a thread: when it is shown, when it comes to the front again, and while it is there."""

    class _Looked(Message):
        """A look is over."""

        def __init__(self, rest: float) -> None:
            super().__init__()
            self.rest = rest
            """Seconds until the next look."""

    _looking = False
    """Whether a look is under way: there is only one at a time."""
    _again = False
    """Whether another look must follow at once."""
    _resting: Timer | None = None
    """Runs until the next look."""

    def look(self) -> bool:
        """Read what has changed, and post messages about it; runs in a thread.

        Returns:
            Whether anything was read.
        """
        raise NotImplementedError

    def refresh_files(self) -> None:
        """Look now; if a look is under way, which may miss news, look again after it."""
        self._rest()
        self._again = self._looking
        if not self._looking:
            self._looking = True
            self._look()

    @work(thread=True, group="look")
    def _look(self) -> None:
        begun = monotonic()
        with _courteous():
            news = self.look()
        rest = (REST_AFTER_NEWS if news else REST) * (monotonic() - begun)
        self.post_message(self._Looked(min(max(LOOK, rest), LATEST)))

    @on(_Looked)
    def _look_later(self, message: _Looked) -> None:
        self._looking = False
        if self._again:
            self.refresh_files()
        elif self.is_active:
            self._rest()
            self._resting = self.set_timer(message.rest, self.refresh_files)

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        self.refresh_files()

    def on_screen_suspend(self) -> None:
        """Stop looking while the screen is not visible."""
        self._rest()


@contextmanager
def _courteous() -> Iterator[None]:
    """Let the drawing thread run soon while this one computes: with Python's own interval keys would feel slow."""
    sys.setswitchinterval(min(_USUAL, TURN))
    try:
        yield
    finally:
        sys.setswitchinterval(_USUAL)
