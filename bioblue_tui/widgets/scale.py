"""The fixed scale of a gauge: from a value to a place between 0 and 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bioblue_envs import Gauge, Number

from bioblue_tui.formatting.numbers import difference

LOWER, UPPER = 0.15, 0.65
"""The linear part of an open-ended scale. There is more room above it than below: runaways go up."""

DECADES = 3.0
"""The span of the logarithmic part: from the end of the linear part to a thousand times its half-width."""

_HUGE = 1e300


def deviation(gauge: Gauge, value: Number) -> Number:
    """Return how far a value is from its target: the one measure of deviation on all screens.

    Rewards use it, too. Without a target the value itself is the distance.
    """
    return difference(value, gauge.target or 0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale that never changes during a trial, so that a runaway value does not flatten the past.

    It is linear over the gauge's linear range; on open-ended gauges a logarithmic part continues it on both sides.

    Attributes:
        gauge: What is drawn.
    """

    gauge: Gauge

    def place(self, value: Number) -> float:
        """Return where a value lies, from 0 (left, bottom) to 1; values beyond the scale lie on its ends."""
        gauge = self.gauge
        number = float(max(-_HUGE, min(_HUGE, value)))
        half = (gauge.high - gauge.low) / 2
        offset = (number - gauge.low - half) / half
        if not gauge.open_ended:
            return max(0.0, min(1.0, (offset + 1) / 2))
        if abs(offset) <= 1:
            return LOWER + (UPPER - LOWER) * (offset + 1) / 2
        beyond = min(1.0, math.log10(abs(offset)) / DECADES)
        return UPPER + (1 - UPPER) * beyond if offset > 0 else LOWER * (1 - beyond)

    def beyond(self, value: Number) -> int:
        """Return 1 or −1 where a value lies beyond the upper or lower end of the whole scale, else 0."""
        gauge = self.gauge
        reach = (gauge.high - gauge.low) / 2 * (10**DECADES if gauge.open_ended else 1)
        offset = max(-_HUGE, min(_HUGE, value)) - (gauge.low + gauge.high) / 2
        return 0 if abs(offset) <= reach else (1 if offset > 0 else -1)

    @property
    def linear(self) -> tuple[float, float]:
        """Where the linear part begins and ends."""
        return (LOWER, UPPER) if self.gauge.open_ended else (0.0, 1.0)

    @property
    def band(self) -> tuple[float, float] | None:
        """Where the band begins and ends, or None."""
        edges = self.gauge.band
        return (self.place(edges[0]), self.place(edges[1])) if edges else None
