"""Somebody else who plays and writes a trial while it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bioblue_tui.records.journal import Journal
from bioblue_tui.trials.events import Event, Stepped
from tests.support.comparing import eats, recorded


class Writer:
    """Somebody who writes a record, as another process does.

    Args:
        folder: Where.
        agent: Whose.
    """

    def __init__(self, folder: Path, agent: str) -> None:
        record = recorded(eats(77, 5), seed=8, agent=agent)
        self._events: Iterator[Event] = iter(record.events)
        self.journal = Journal.create(folder, record.header)
        self.path = self.journal.path

    def play(self, steps: int) -> None:
        """Play on to a step."""
        for event in self._events:
            self.journal.append(event, to_disk=False)
            if isinstance(event, Stepped) and event.step == steps:
                return

    def end(self) -> None:
        """Play all that is left, and end."""
        self.play(0)
        self.journal.close()

    def die(self) -> None:
        """End in the middle, as who is killed."""
        self.journal.close()
