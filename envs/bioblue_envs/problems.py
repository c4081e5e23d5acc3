"""What kind of control problem an environment poses, in numbers that an analysis needs.

An analysis looks for failures of a kind of problem, such as feeding a level that is above its band. It asks an
environment for its problem and knows no environment by name; thresholds follow from the numbers here.
"""

from __future__ import annotations

from dataclasses import dataclass

from bioblue_envs.filling import best_fill


class Problem:
    """Any kind of problem. An analysis reads the kinds it knows; an environment may pose a kind of its own, or none."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Setpoint:
    """One level that is to stay near a target; consumption raises it, and only noise can lower it.

    Attributes:
        target: The homeostatic target, in units of the level.
        half_width: Half-width of the hysteresis band around it.
        changes: The least and the greatest exogenous change of one step; all between are equally likely.
        penalty: Penalty per step and unit of deviation outside the band.
        start: The deviation from the target before the first step.
    """

    target: int
    half_width: int
    changes: tuple[int, int]
    penalty: float
    start: int

    @property
    def drop(self) -> int:
        """The most that one exogenous change lowers the level; 0 where none does."""
        return max(0, -self.changes[0])

    @property
    def base_stock(self) -> int:
        """The deviation from the target that a base-stock policy fills to: the best fixed one, see ``best_fill``.

        In the benchmark it is the band's lower edge plus the worst drop: a deficit can be refilled, excess not removed.
        """
        return best_fill(self.half_width, *self.changes, self.penalty, self.start)


@dataclass(frozen=True, slots=True)
class Homeostatic(Problem):
    """Levels that are to stay in their bands, each by itself.

    Attributes:
        setpoints: One per objective.
        penalty: Penalty per step and unit of deviation outside the band.
    """

    setpoints: tuple[Setpoint, ...]
    penalty: float


@dataclass(frozen=True, slots=True)
class Regrowing(Problem):
    """A stock that regrows from what is left of it.

    Attributes:
        capacity: The most the stock grows to when nothing is taken.
        surplus: The most that can be taken at every step for ever, in units of the stock.
    """

    capacity: float
    surplus: float

    @property
    def rate(self) -> float:
        """The harvest per step that whole amounts sustain: midway between those around the surplus, at most that."""
        whole = int(self.surplus)
        return min(self.surplus, whole + 0.5) if self.surplus > whole else self.surplus


@dataclass(frozen=True, slots=True)
class Allotment(Problem):
    """A budget per step to be divided so that all objectives stay level.

    Attributes:
        budget: The most that one step's action may sum to.
        tolerance: Distance from the mean of all that costs nothing.
        weight: Penalty per step, objective and unit of distance beyond the tolerance.
    """

    budget: int
    tolerance: float
    weight: float
