"""The controls of a running trial: pause, resume, one step, speed. They know nothing of agents or environments."""

from __future__ import annotations

import asyncio

from bioblue_tui.trials.clock import Clock

SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, None)
"""Speeds a person can choose, in steps per second; None is as fast as it goes."""


class Controls:
    """A gate and a pacemaker.

    Args:
        clock: Where time comes from.
        speed: Steps per second at most, or None for no limit.
        paused: Whether to begin closed.

    Raises:
        ValueError: For a speed that is not above 0.
    """

    def __init__(self, clock: Clock, speed: float | None = None, paused: bool = False) -> None:
        self._clock = clock
        self._paused = paused
        self._allowed = 0
        self._changed = asyncio.Event()
        self._beat = clock.monotonic()
        self.speed = speed

    @property
    def paused(self) -> bool:
        """True while the gate is closed, even while single steps are let through."""
        return self._paused

    @property
    def speed(self) -> float | None:
        """Steps per second at most; None for no limit."""
        return self._speed

    @speed.setter
    def speed(self, value: float | None) -> None:
        if value is not None and not value > 0:
            raise ValueError(f"speed must be above 0, not {value}")
        self._speed = value
        self._changed.set()

    def close(self) -> None:
        """Close the gate and take back all permissions for single steps."""
        self._paused, self._allowed = True, 0
        self._changed.set()

    def open(self) -> None:
        """Open the gate."""
        self._paused, self._allowed = False, 0
        self._changed.set()

    def allow_one(self) -> None:
        """Let one more step through, then close again. Permissions add up: after three calls, three steps pass."""
        self._paused = True
        self._allowed += 1
        self._changed.set()

    def step_done(self) -> None:
        """Note that a step was applied: one permission is used up."""
        self._allowed = max(0, self._allowed - 1)

    async def gate(self) -> None:
        """Wait while closed."""
        while self._paused and not self._allowed:
            self._changed.clear()
            await self._changed.wait()

    async def pace(self) -> None:
        """Wait until the next step is due at the present speed; changes of speed or a pause take effect at once."""
        while self._speed is not None and not self._paused:
            rest = self._beat + 1 / self._speed - self._clock.monotonic()
            if rest <= 0:
                break
            await self._sleep(rest)
        self._beat = self._clock.monotonic()
        await asyncio.sleep(0)

    async def _sleep(self, seconds: float) -> None:
        self._changed.clear()
        waits = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._changed.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
