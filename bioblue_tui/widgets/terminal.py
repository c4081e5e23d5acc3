"""How Textual's driver reads from a terminal and writes to it, where ours has to do so otherwise."""

from __future__ import annotations

import sys

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.message import Message


class Packets(XTermParser):
    """Reads a packet from the terminal whole: all its keys were pressed before the first of them does anything."""

    def feed(self, data: str) -> list[Message]:
        """Return all that a packet holds; one by one, the app could paint between two, and so date the second later."""
        return list(super().feed(data))


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
