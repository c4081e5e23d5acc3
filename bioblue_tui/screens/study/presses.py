"""Whether a key is held down or pressed anew."""

from __future__ import annotations

import math

from textual import events

from bioblue_tui.studies.measuring import HELD, REPEATED
from bioblue_tui.widgets.gate import SUBMITTING


class Presses:
    """Tells a key that submits and is held down, or bounces, from one that is pressed anew.

    A terminal does not say which it is: one that comes too soon after the last one that counted, with nothing typed in
    between, is taken for the same press, whatever has come on the screen or has gone from it meanwhile.
    """

    def __init__(self) -> None:
        self._counted = self._last = -math.inf

    def is_same(self, event: events.Event) -> bool:
        """Return whether a key is still the last press; whatever else is done in between makes the next one new."""
        if not (isinstance(event, events.Key) and event.key in SUBMITTING):
            self._counted = self._last = -math.inf
            return False
        same = event.time - self._counted < HELD or event.time - self._last < REPEATED
        self._last = event.time
        return same

    def count(self, event: events.Key | events.Paste) -> None:
        """Take what counts for a press, if it submits."""
        if isinstance(event, events.Key) and event.key in SUBMITTING:
            self._counted = event.time
