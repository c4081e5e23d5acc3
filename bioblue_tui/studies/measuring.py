"""Measuring how long somebody takes: on a clock that never goes back, less the time they were away."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """Time since ``start``, and how much of it does not count, by why.

    While several things keep a person away, the time is that of the first.

    Args:
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._since = 0.0
        self._held: list[str] = []
        self._away: dict[str, float] = {}

    def start(self) -> None:
        """Begin anew; what keeps a person away now goes on doing so."""
        self._begun = self._since = self._clock()
        self._away = {}

    def hold(self, why: str) -> None:
        """Note that a person is away from now on."""
        if not self._held:
            self._since = self._clock()
        if why not in self._held:
            self._held.append(why)

    def release(self, why: str) -> float:
        """Note that this keeps them away no longer; returns for how long it counted."""
        if why not in self._held:
            return 0.0
        counted = 0.0
        if self._held[0] == why:
            counted = self._count()
        self._held.remove(why)
        return counted

    def read(self) -> tuple[float, dict[str, float]]:
        """Return the seconds that count so far, and those that do not, by why."""
        if self._held:
            self._count()
        total = self._clock() - self._begun
        away = {why: round(seconds, 6) for why, seconds in self._away.items() if seconds > 0}
        return round(max(0.0, total - sum(self._away.values())), 6), away

    def _count(self) -> float:
        now = self._clock()
        seconds, self._since = now - self._since, now
        why = self._held[0]
        self._away[why] = self._away.get(why, 0.0) + seconds
        return seconds
