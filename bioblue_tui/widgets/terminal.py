"""Changes to how Textual's driver reads from a terminal and writes to it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.message import Message

from bioblue_tui.system.ending import is_lost

_MOMENT = 0.1
"""Seconds between two checks whether the terminal is gone."""


class Packets(XTermParser):
    """Reads a packet from the terminal at once: all its keys were pressed before the first of them has an effect."""

    def feed(self, data: str) -> list[Message]:
        """Return all messages of a packet at once: the app could paint between two, and date the second later."""
        return list(super().feed(data))

    def tick(self) -> Iterable[Message]:
        """Check, between two packets, whether the terminal still exists; if not, end the program.

        A parent that ignores SIGHUP passes that on: then no signal comes, and reading returns at once, for ever.
        Otherwise this check may come before the system's own SIGHUP, with the same effect.
        """
        if is_lost(sys.__stdin__.fileno() if sys.__stdin__ else 0):
            ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGTERM if ignored else signal.SIGHUP)
            time.sleep(_MOMENT)
        return super().tick()


class Writer(WriterThread):
    """Writes to the terminal as long as it exists.

    Textual's own writer ends with the terminal, and code that then writes more than its queue holds waits for ever.
    """

    def run(self) -> None:
        """Write the texts as they come; once the terminal is gone, discard them."""
        try:
            super().run()
        except OSError:
            while self._queue.get() is not None:
                pass


def ours(driver: type[Driver]) -> type[Driver]:
    """Return a Textual driver that uses these classes in place of its own."""
    own = vars(sys.modules[driver.__module__])
    for name, other in (("XTermParser", Packets), ("WriterThread", Writer)):
        if name in own:
            own[name] = other
    return driver
