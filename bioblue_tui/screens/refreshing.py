"""Screens that show files as they are now: they look at them again and again while they are in front."""

from __future__ import annotations

from time import monotonic

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

LOOK = 1.0
"""Seconds between two looks at the files."""

REST = 20
"""How many times as long as a look took there is none: however many files there are, looking costs a twentieth."""


class Refreshing(Screen[None]):
    """Looks at files in a thread: when it is shown, when it comes to the front again, and while it is there."""

    class _Looked(Message):
        """A look is over."""

        def __init__(self, seconds: float) -> None:
            super().__init__()
            self.seconds = seconds

    _looking = False
    """Whether a look goes on: there is one at a time."""
    _again = False
    """Whether another one is to follow at once."""
    _resting: Timer | None = None
    """Runs until the next look."""

    def look(self) -> None:
        """Read what has changed, and post messages that say so; in a thread."""
        raise NotImplementedError

    def refresh_files(self) -> None:
        """Look now; once more, if a look goes on that may have missed what is new."""
        self._rest()
        self._again = self._looking
        if not self._looking:
            self._looking = True
            self._look()

    @work(thread=True, group="look")
    def _look(self) -> None:
        begun = monotonic()
        self.look()
        self.post_message(self._Looked(monotonic() - begun))

    @on(_Looked)
    def _look_later(self, message: _Looked) -> None:
        self._looking = False
        if self._again:
            self.refresh_files()
        elif self.app.screen is self:
            self._rest()
            self._resting = self.set_timer(max(LOOK, REST * message.seconds), self.refresh_files)

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        self.refresh_files()

    def on_screen_suspend(self) -> None:
        """Look no more while nobody can see it."""
        self._rest()
