"""A trial as JSON lines on standard output: the header, then every event as it happens, as in its record."""

from __future__ import annotations

import json
from collections.abc import Callable

from bioblue_tui.records.schema import encode_event, encode_header
from bioblue_tui.trials.events import Event, Header


class JsonlDisplay:
    """Writes a trial's events as JSON lines.

    Args:
        write: Receives each line, without its newline.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def begin(self, header: Header) -> None:
        """Write the header."""
        self._write(json.dumps(encode_header(header)))

    def show(self, event: Event) -> None:
        """Write an event."""
        self._write(json.dumps(encode_event(event)))
