"""Departure: when an agent's actions left both references', and did not come back."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.analysis.modes.repetition import Reader
from bioblue_tui.trials.events import Stepped

RETURN = 10
"""Steps close to a reference that count as a return."""

AWAY = 3
"""Steps away from both that make a departure, at least."""


class Departure:
    """Tells the first step from which the actions differ from the nearer reference's, and go on to differ.

    Each action is held against what the references would do in the very state the agent was in; the distance has to
    exceed the reader's tolerance. Single steps that agree in between are no return. It is no failure.

    Args:
        readers: How actions are read.
    """

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers
        self._first = self._last = self._now = 0
        self._count = 0

    @property
    def step(self) -> int | None:
        """Its first step; None while the agent has not departed, or has come back."""
        away = self._count >= AWAY and self._now - self._last < RETURN
        return self._first if away else None

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        self._now = step.step
        if not any(reader.read(step).gap > reader.tolerance for reader in self._readers):
            return
        if not self._count or step.step - self._last > RETURN:
            self._first, self._count = step.step, 0
        self._last = step.step
        self._count += 1
