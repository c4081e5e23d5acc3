"""Where the lines of a headless display go, and what happens to a trial when they can't be written any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bioblue_tui.runs.session import Session
from bioblue_tui.trials.events import Event


class Output:
    """Lines to somewhere that may stop taking them, such as a pipe that closes.

    A line that can't be written interrupts nothing in the middle of an event: the error is kept, later lines are
    dropped, and ``check`` raises the error once the trial's record is complete.

    Args:
        write: Receives each line, without its newline.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self.broken: OSError | None = None
        """The error after which nothing can be written."""

    def line(self, text: str) -> None:
        """Write a line."""
        if self.broken is None:
            try:
                self._write(text)
            except OSError as error:
                self.broken = error

    def check(self) -> None:
        """Raise the error that kept a line from being written, if there was one."""
        if self.broken is not None:
            raise self.broken

    def stops(self, session: Session) -> None:
        """Stop a trial when its lines can't be written any more; call this inside the running event loop."""
        stopping: list[asyncio.Task[None]] = []

        def stop_when_broken(_: Event) -> None:
            if self.broken is not None and not stopping:
                stopping.append(asyncio.ensure_future(session.stop()))

        session.listeners.append(stop_when_broken)
