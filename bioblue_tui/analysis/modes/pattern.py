"""Whether a pattern of actions is kept: exactly or nearly, in its phase, or in another phase after an extra step."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

KEPT = 8
"""Least number of actions in a row that show a pattern again after a slip: two that fit a rhythm of two may be chance.
A longer pattern takes one round."""

Action = tuple[int, ...]


def alike(one: Action, other: Action) -> bool:
    """Return whether two doses are both 0, or both above 0 and nearly equal."""
    return abs(one[0] - other[0]) <= 2 and (one[0] > 0) == (other[0] > 0)


class Pattern:
    """A pattern that is being repeated.

    Args:
        actions: One round of it, from the action that comes next.
        chain: Whether doses count that are only nearly equal to those of the previous round.
    """

    def __init__(self, actions: Sequence[Action], *, chain: bool) -> None:
        self._round = [*actions]
        self._chain = chain
        self._next = 0
        """Index of the action of the round that comes next."""
        self._in_row = self._wanted = max(KEPT, len(actions))
        self._last: deque[Action] = deque(maxlen=self._wanted)

    def __len__(self) -> int:
        return len(self._round)

    @property
    def kept(self) -> bool:
        """Whether the last actions follow the pattern: enough of them in a row to show it."""
        return self._in_row >= self._wanted

    def take(self, action: Action) -> None:
        """Take the next action."""
        self._last.append(action)
        same = self._same(self._next, action)
        self._in_row = self._in_row + 1 if same else 0
        if same:
            self._round[self._next] = action
        self._next = (self._next + 1) % len(self)
        if not self.kept and len(self._last) == self._wanted:
            self._find_again()

    def _same(self, index: int, action: Action) -> bool:
        earlier = self._round[index % len(self)]
        return earlier == action or (self._chain and alike(earlier, action))

    def _find_again(self) -> None:
        """Find the phase that the last actions are in: a slip may be an extra step, or one that was left out."""
        for first in range(len(self)):
            if all(self._same(first + index, action) for index, action in enumerate(self._last)):
                self._in_row, self._next = self._wanted, (first + self._wanted) % len(self)
                return
