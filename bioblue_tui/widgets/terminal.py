"""How Textual's driver reads from a terminal and writes to it, where ours has to do so otherwise."""

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
"""Seconds between two looks at a terminal that is gone."""


class Packets(XTermParser):
    """Reads a packet from the terminal whole: all its keys were pressed before the first of them does anything."""

    def feed(self, data: str) -> list[Message]:
        """Return all that a packet holds; one by one, the app could paint between two, and so date the second later."""
        return list(super().feed(data))

    def tick(self) -> Iterable[Message]:
        """Look, between two packets, whether there is a terminal still: where there is none, the program ends.

        A parent that ignores SIGHUP hands that down: then nothing else says so, and reading returns at once, for ever.
        Elsewhere this may be seen before the system's own SIGHUP comes: it says the same then.
        """
        if is_lost(sys.__stdin__.fileno() if sys.__stdin__ else 0):
            ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGTERM if ignored else signal.SIGHUP)
            time.sleep(_MOMENT)
        return super().tick()


class Writer(WriterThread):
    """Writes to the terminal as long as there is one.

    Textual's own ends with the terminal, and whoever then writes more than its queue holds waits for ever.
    """

    def run(self) -> None:
        """Write what comes; once the terminal is gone, let go of it."""
        try:
            super().run()
        except OSError:
            while self._queue.get() is not None:
                pass


def ours(driver: type[Driver]) -> type[Driver]:
    """Have a driver of Textual's use these in place of its own, and return it."""
    own = vars(sys.modules[driver.__module__])
    for name, other in (("XTermParser", Packets), ("WriterThread", Writer)):
        if name in own:
            own[name] = other
    return driver
