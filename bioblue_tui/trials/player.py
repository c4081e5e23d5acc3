"""Playing a finished trial again: a playhead over a state that already holds every step.

It has the controls of a running trial (pause, resume, one step, speed), and can be set to any step.
"""

from __future__ import annotations

from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.controls import Controls


class Player:
    """A playhead.

    Args:
        length: How many steps there are.
        clock: Where time comes from.
        speed: Steps per second, or None for as fast as it goes.
        paused: Whether to begin paused.
    """

    def __init__(
        self, length: int, *, clock: Clock | None = None, speed: float | None = None, paused: bool = False
    ) -> None:
        self._controls = Controls(clock or SystemClock(), speed, paused)
        self._length = length
        self._position = 0
        self._furthest = 0

    @property
    def position(self) -> int:
        """The step after which the trial is shown; 0 is the start."""
        return self._position

    @property
    def furthest(self) -> int:
        """The furthest step shown so far: nothing later is revealed."""
        return self._furthest

    @property
    def paused(self) -> bool:
        """True while the playhead stands still."""
        return self._controls.paused

    @property
    def ended(self) -> bool:
        """True at the last step."""
        return self._position >= self._length

    @property
    def speed(self) -> float | None:
        """Steps per second; None for as fast as it goes."""
        return self._controls.speed

    @speed.setter
    def speed(self, value: float | None) -> None:
        self._controls.speed = value

    def pause(self, reason: str = "") -> None:
        """Stand still. The reason is not needed here: a replay is only paused by a person."""
        self._controls.close()

    def resume(self) -> None:
        """Move on; from the last step, start over."""
        if self.ended:
            self._position = 0
        self._controls.open()

    def step_once(self) -> None:
        """Move one step on, then stand still."""
        self._controls.close()
        self.seek(self._position + 1)

    def seek(self, step: int) -> None:
        """Set the playhead to a step, or to the nearest one where that is out of range."""
        self._position = max(0, min(step, self._length))
        self._furthest = max(self._furthest, self._position)

    def lengthen(self, length: int) -> None:
        """Add steps. A playhead at the last step moves on to the new last one."""
        following, self._length = self.ended, length
        if following:
            self.seek(length)

    async def stop(self) -> None:
        """Do nothing: a replay runs nothing that would have to be ended."""

    async def run(self) -> None:
        """Move the playhead until cancelled; at the end it stands still, and can be set back."""
        while True:
            await self._controls.gate()
            if self.ended:
                self._controls.close()
                continue
            await self._controls.pace()
            if not self.paused:
                self.seek(self._position + 1)
