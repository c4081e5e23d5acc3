"""Whether a key is held down or pressed anew."""

from __future__ import annotations

import math

from textual import events

from bioblue_tui.studies.measuring import HELD, REPEATED
from bioblue_tui.widgets.gate import SUBMITTING


class Presses:
    """Gives a key that submits, and that is held down or bounces, the time at which it was pressed.

    A terminal does not say which it is: one that comes too soon after the last press, with nothing else done in
    between, is taken for the same press. So it answers nothing that has come into view, or again into view, since then.
    """

    def __init__(self) -> None:
        self._pressed = self._last = -math.inf

    def date(self, event: events.Event) -> None:
        """Set the time of a key; whatever else is done makes the next one a press of its own."""
        if not (isinstance(event, events.Key) and event.key in SUBMITTING):
            self._pressed = self._last = -math.inf
            return
        at = event.time
        if at - self._pressed < HELD or at - self._last < REPEATED:
            event.time = self._pressed
        else:
            self._pressed = at
        self._last = at
