"""Whether a key is held down or was pressed again."""

from __future__ import annotations

import math

from textual import events

from bioblue_tui.studies.measuring import HELD, REPEATED
from bioblue_tui.widgets.gate import SUBMITTING


class Presses:
    """Gives a submitting key that is held down or bounces the time of its first press.

    A terminal does not tell these cases apart: a key that comes too soon after the last press, with nothing else done
    in between, counts as the same press. So it does not answer anything that has come into view since that press.
    """

    def __init__(self) -> None:
        self._pressed = self._last = -math.inf

    def date(self, event: events.Event) -> None:
        """Set the time of a key; any other event makes the next key a press of its own."""
        if not (isinstance(event, events.Key) and event.key in SUBMITTING):
            self._pressed = self._last = -math.inf
            return
        at = event.time
        if at - self._pressed < HELD or at - self._last < REPEATED:
            event.time = self._pressed
        else:
            self._pressed = at
        self._last = at
