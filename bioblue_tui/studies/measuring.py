"""Measuring how long somebody takes: on a clock that never goes back, less the time they were away."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """Time since ``start``, and how much of it does not count, by why.

    While several things keep a person away, the time is that of what has kept them away longest.

    Args:
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._held: dict[str, float] = {}
        """Since when each thing keeps them away."""
        self._since = 0.0
        """From when on what is first in ``_held`` is not in ``_away`` yet."""
        self._away: dict[str, float] = {}

    def start(self) -> None:
        """Begin anew; what keeps a person away now goes on doing so."""
        self._begun = self._since = self._clock()
        self._away = {}

    def hold(self, why: str) -> bool:
        """Note that a person is away from now on; returns False where this kept them away already."""
        if why in self._held:
            return False
        now = self._clock()
        if not self._held:
            self._since = now
        self._held[why] = now
        return True

    @property
    def held(self) -> list[str]:
        """What keeps a person away now."""
        return list(self._held)

    def release(self, why: str) -> float | None:
        """Note that this keeps them away no longer; returns for how long it did, or None where it did not."""
        if why not in self._held:
            return None
        now = self._clock()
        self._away = self._excluded(now)
        self._since = now
        return round(now - self._held.pop(why), 6)

    def read(self) -> tuple[float, dict[str, float]]:
        """Return the seconds that count so far, and those that do not, by why. Reading changes nothing."""
        now = self._clock()
        away = self._excluded(now)
        seconds = max(0.0, now - self._begun - sum(away.values()))
        return round(seconds, 6), {why: round(own, 6) for why, own in away.items() if own > 0}

    def _excluded(self, now: float) -> dict[str, float]:
        away = dict(self._away)
        if self._held:
            why = next(iter(self._held))
            away[why] = away.get(why, 0.0) + now - self._since
        return away
