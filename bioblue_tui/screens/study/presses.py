"""Whether a key is held down or pressed anew."""

from __future__ import annotations

import math

from textual import events

from bioblue_tui.studies.measuring import HELD, REPEATED


class Presses:
    """Tells a key that is held down from one that is pressed anew.

    A terminal does not say which it is, so where something is to be read first what comes too soon after the last one
    that counted is taken for the same press.
    """

    def __init__(self) -> None:
        self._counted = self._last = -math.inf

    def is_same(self, event: events.Key) -> bool:
        """Return whether a key is still the last press."""
        same = event.time - self._counted < HELD or event.time - self._last < REPEATED
        self._last = event.time
        return same

    def count(self, event: events.Key) -> None:
        """Take a key for a press that counts."""
        self._counted = self._last = event.time
