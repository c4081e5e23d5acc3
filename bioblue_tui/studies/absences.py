"""Stretches of time that do not count, and their sums: every sum of them is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Absence:
    """A stretch that does not count.

    Attributes:
        why: What kept the participant away: ``pause``, ``leaving`` or ``focus``.
        began: When it began, in seconds.
        ended: When it ended, at the latest when the program was left; 0 where it has not ended, or the program was
            killed during it.
        seconds: How long it was, on a monotonic clock where the end was noted; 0 where that is not known.
        lost: True when the program is known to have been killed during it.
    """

    why: str
    began: float
    ended: float = 0.0
    seconds: float = 0.0
    lost: bool = False


def together(stretches: Iterable[Absence], since: float = 0.0) -> Mapping[str, float]:
    """Return how long the stretches that are over were from a moment on, by why.

    Where stretches overlap, the time belongs to the one that began first.
    """
    sums: dict[str, float] = {}
    for stretch in sorted((own for own in stretches if own.ended > since), key=lambda own: own.began):
        own = stretch.seconds if stretch.began >= since else min(stretch.seconds, stretch.ended - since)
        if own > 0:
            sums[stretch.why] = round(sums.get(stretch.why, 0.0) + own, 6)
        since = max(since, stretch.ended)
    return sums


def added(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Add up sums of what does not count, each by why; their times do not overlap."""
    sums: dict[str, float] = {}
    for part in parts:
        for why, seconds in part.items():
            sums[why] = round(sums.get(why, 0.0) + seconds, 6)
    return sums
