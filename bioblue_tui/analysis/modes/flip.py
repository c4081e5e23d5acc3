"""The flip clock: when an agent left what the reference policy would do, and did not come back."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.analysis.modes.repetition import Reader
from bioblue_tui.trials.events import Stepped

RETURN = 10
"""Steps close to the reference policy that count as a return."""

AWAY = 3
"""Steps away from it that make a flip, at least."""


class FlipClock:
    """Tells the first step from which the action leaves the reference policy's and stays away.

    It is the number the paper reports by eye. Each action is held against what the reference policy would do in the
    very state the agent was in; the distance has to exceed the reader's tolerance. Single steps that agree in between
    are no return.

    Args:
        readers: How actions are read.
    """

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers
        self._first = self._last = self._now = 0
        self._count = 0

    @property
    def step(self) -> int | None:
        """The step of the flip; None while the agent has not flipped, or has come back."""
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
