"""Measuring how long somebody takes, on a clock that never goes back, without the time they were away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bioblue_tui.studies.absences import Absence, together

REPEATED = 0.25
"""Seconds within which a held key repeats: usually 11 times a second or more, sometimes with a delay."""

HELD = 0.7
"""Seconds after which a held key repeats for the first time, at the latest."""


class Stopwatch:
    """Time since ``start``, and how much of it does not count, by why.

    Args:
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._stretches: list[Absence] = []
        """The stretches of absence since then, over or open, in the order in which they began."""

    def start(self) -> None:
        """Start from zero; stretches that are still open stay open."""
        self._begun = self._clock()
        self._stretches = [own for own in self._stretches if not own.ended]

    def hold(self, why: str) -> bool:
        """Note that a person is away from now on; returns False where they are away for this reason already."""
        if why in self.held:
            return False
        self._stretches.append(Absence(why, self._clock()))
        return True

    @property
    def held(self) -> list[str]:
        """The reasons for which a person is away now."""
        return [own.why for own in self._stretches if not own.ended]

    def release(self, why: str) -> float | None:
        """Note that this absence is over; returns how long it was, or None where there was none."""
        for place, own in enumerate(self._stretches):
            if own.why == why and not own.ended:
                self._stretches[place] = over = _ended(own, self._clock())
                return round(over.seconds, 6)
        return None

    def read(self) -> tuple[float, Mapping[str, float]]:
        """Return the seconds that count so far, and those that do not, by why. This changes nothing."""
        now = self._clock()
        away = together((own if own.ended else _ended(own, now) for own in self._stretches), self._begun)
        return round(max(0.0, now - self._begun - sum(away.values())), 6), away


def _ended(stretch: Absence, now: float) -> Absence:
    return replace(stretch, ended=now, seconds=now - stretch.began)
