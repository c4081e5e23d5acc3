"""Departure: when an agent's actions left both references', and did not come back."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.analysis.modes.repetition import Reader
from bioblue_tui.trials.events import Stepped

RETURN = 10
"""Steps in a row that are a reference's own which count as a return."""

TOLD = f"First lasting departure from the references' actions (no {RETURN} steps in a row like theirs since)"
"""What it is, for people; the step follows."""

AWAY = 3
"""Steps away from both that make a departure, at least."""


class Departure:
    """Tells the first step from which the actions differ from the nearer reference's, and go on to differ.

    Each action is held against what the references would do in the very state the agent was in. It begins with a
    distance beyond the reader's tolerance and goes on with any: who has stripped a field is not back for taking the
    one potato of each step that the reference would leave. A few steps that agree in between are no return. It is no
    failure.

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
        lasts = self._count > 0 and step.step - self._last <= RETURN
        if not any(reader.read(step).gap > (0 if lasts else reader.tolerance) for reader in self._readers):
            return
        if not lasts:
            self._first, self._count = step.step, 0
        self._last = step.step
        self._count += 1
