"""Intervals of means and shares, and their description in words.

Totals of runaway trials are skewed and trials are few, so percentiles of resampled means cover far less than they
promise. Here the resampled means are studentised (bootstrap-t; Efron and Tibshirani 1993, chapter 12), and each end is
the farther one of bootstrap-t and Student's t. Trials are resampled, never steps: the steps of one trial depend on each
other. Resampling is seeded by the number of trials, so the same trials always give the same interval. How often such
intervals hold the true mean was simulated (tests/benchmarks/bench_coverage.py) and is reported with them: no method can
know about runaways so rare that none is among the trials.

numpy is imported where it is used: a trial can begin without it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioblue_envs import Number
from bioblue_envs.base import mean

from bioblue_tui.formatting.numbers import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
"""The nominal level: the share of intervals that should hold the true mean."""

RESAMPLES = 4_000
"""The number of resamples; fewer for thousands of trials, whose means hardly differ."""

TOO_FEW = "too few"
"""Why there is no interval where there are fewer trials than ``FEW``."""

FEW = 5
"""With fewer independent values there is no interval: it would be a guess about their spread."""

FLOOR = 0.2
"""The least standard error of a resample, as a share of the whole sample's: five equal draws would have 0."""

METHOD = (
    f"{LEVEL:.0%} nominal; bootstrap-t (a resample's standard error at least {FLOOR:g} × the sample's) and "
    "Student's t, the wider at each end"
)
"""How an interval of a mean is made."""

ATTAINED: Mapping[int, tuple[float, float, float, float]] = {
    5: (0.97, 0.93, 0.90, 0.63),
    10: (0.96, 0.95, 0.91, 0.81),
    20: (0.96, 0.95, 0.92, 0.92),
}
"""By the number of values, the share of intervals that hold the mean for each of ``LAWS``; a benchmark measures it."""

LAWS = ("normal", "exponential", "log-normal", "one in five runs away")
"""The distributions of the values, for ``ATTAINED``."""

_CELLS = 8_000_000
_FINE = 4_001


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of a mean.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        n: The number of independent values.
    """

    low: float
    high: float
    n: int


def interval(
    values: Sequence[Number], kin: Sequence[Hashable] | None = None, sign: int = 0, bound: Number = 0
) -> Interval | None:
    """Return the interval of a mean.

    Args:
        values: One value per trial.
        kin: For each value the group it belongs to; the values of a group count as one, their mean. None where all are
            independent. The interval is that of the mean of ``alone``.
        sign: 1 where no value, and so no mean, can be below ``bound``; −1 where none can be above it.
        bound: The least or greatest possible value.

    Returns:
        The interval; None where ``why_none`` gives a reason.
    """
    return intervals([values], kin, sign, bound)[0]


def intervals(
    rows: Sequence[Sequence[Number]], kin: Sequence[Hashable] | None = None, sign: int = 0, bound: Number = 0
) -> list[Interval | None]:
    """Return the interval of each row's mean; all rows are over the same trials, in the same order."""
    import numpy as np

    rows = [alone(row, kin) for row in rows]
    wanted = [place for place, row in enumerate(rows) if not why_none(row)]
    found: list[Interval | None] = [None] * len(rows)
    if not wanted:
        return found
    n = len(rows[0])
    values = np.array([[float(value) for value in rows[place]] for place in wanted])
    for place, (low, high) in zip(wanted, _ends(values), strict=True):
        if low < high and math.isfinite(low) and math.isfinite(high):
            # A damaged or foreign record may hold a value beyond the bound.
            side = sign if all((value - bound) * sign >= 0 for value in rows[place]) else 0
            low, high = max(low, bound) if side > 0 else low, min(high, bound) if side < 0 else high
            found[place] = Interval(float(low), float(high), n)
    return found


def alone(values: Sequence[Number], kin: Sequence[Hashable] | None = None) -> list[Number]:
    """Return independent values: one, the mean, for each group of values that belong together.

    Args:
        values: One value per trial.
        kin: For each value the group it belongs to. None where all are independent.
    """
    if kin is None:
        return list(values)
    groups: dict[Hashable, list[Number]] = {}
    for value, whose in zip(values, kin, strict=True):
        groups.setdefault(whose, []).append(value)
    return [mean(group) if len(group) > 1 else group[0] for group in groups.values()]


def why_none(values: Sequence[Number], kin: Sequence[Hashable] | None = None) -> str:
    """Say why values have no interval; empty where they have one."""
    values = alone(values, kin)
    if len(values) < FEW:
        return TOO_FEW
    try:
        numbers = [float(value) for value in values]
    except OverflowError:
        return "too large"
    if min(numbers) == max(numbers):
        return "all equal"
    return "" if math.isfinite(max(numbers) - min(numbers)) and math.isfinite(math.fsum(numbers)) else "too large"


def described(n: int) -> str:
    """Describe an interval: method, number of values, resamples, and how often it holds the mean in simulations."""
    if n < FEW:
        return f"no interval: {counted(n, 'independent trial')}, at least {FEW} are needed"
    told = ", ".join(f"{share:.0%} if {law}" for law, share in zip(LAWS, attained(n), strict=True))
    return (
        f"{METHOD}, never beyond the least or greatest value that there can be; n = {n} trials, {resamples(n):,} "
        f"resamples; holds the mean by simulation with {simulated(n)} trials: {told}"
    )


def attained(n: int) -> tuple[float, ...]:
    """Return the share of intervals of ``simulated(n)`` values that hold the mean, for each of ``LAWS``."""
    return ATTAINED[simulated(n)]


def simulated(n: int) -> int:
    """Return the number of values in the simulation whose shares are reported for ``n``: at most ``n``."""
    return max((known for known in ATTAINED if known <= n), default=FEW)


def resamples(n: int) -> int:
    """Return the number of resamples for ``n`` values."""
    return max(200, min(RESAMPLES, _CELLS // n))


def wilson(count: float, n: int) -> Interval | None:
    """Return Wilson's interval of a share (E. B. Wilson, JASA 22, 1927); None for a share of nothing.

    Args:
        count: How many of all; not whole where only some of several trials that count as one are meant.
        n: The number of independent trials.
    """
    if not n:
        return None
    z = 1.959963984540054
    share, scale = count / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return Interval(max(0.0, middle - half), min(1.0, middle + half), n)


def student(freedom: float, share: float = (1 + LEVEL) / 2) -> float:
    """Return a quantile of Student's t.

    Args:
        freedom: Degrees of freedom, at least 1; they need not be whole.
        share: The probability of the quantile, above a half and below 1.
    """
    import numpy as np

    angles, below = _student(round(freedom, 3))
    return math.sqrt(freedom) * math.tan(float(np.interp(share, below, angles)))


def student_tail(t: float, freedom: float) -> float:
    """Return the probability of a value of Student's t at least this far from 0."""
    import numpy as np

    angles, below = _student(round(freedom, 3))
    return 2 * (1 - float(np.interp(math.atan(abs(t) / math.sqrt(freedom)), angles, below)))


@functools.lru_cache(maxsize=64)
def _student(freedom: float) -> tuple[Floats, Floats]:
    """Return angles θ from 0 to a right angle, and P(T ≤ √ν·tan θ): its density there is that of cos^(ν−1)."""
    import numpy as np

    angles = np.linspace(0, math.pi / 2, _FINE)
    heights = np.cos(angles) ** (freedom - 1)
    areas = np.concatenate([[0.0], np.cumsum((heights[1:] + heights[:-1]) / 2)])
    return angles, 0.5 + areas / areas[-1] / 2


def _ends(values: Floats) -> Floats:
    """Return the ends of the interval of each row's mean."""
    import numpy as np

    n = values.shape[1]
    middle = values.mean(axis=1, keepdims=True)
    widest = np.abs(values - middle).max(axis=1, keepdims=True)
    # Scaled, so that no square overflows.
    offsets = (values - middle) / np.where(widest > 0, widest, 1)
    error = np.sqrt((offsets**2).sum(axis=1, keepdims=True) / (n - 1) / n)
    counts = draws(n)
    means = offsets @ counts.T / n
    spread = np.maximum((offsets**2 @ counts.T / n - means**2) / (n - 1), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.nan_to_num(means / np.maximum(np.sqrt(spread), FLOOR * error))
    low, high = tails(ratios, student(n - 1))
    return np.column_stack([middle[:, 0] - high * (error * widest)[:, 0], middle[:, 0] - low * (error * widest)[:, 0]])


def tails(ratios: Floats, by_student: float) -> tuple[Floats, Floats]:
    """Return how many standard errors an interval reaches, above and below: at each end the farther of two methods."""
    import numpy as np

    low, high = np.quantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=-1)
    return np.minimum(low, -by_student), np.maximum(high, by_student)


@functools.lru_cache(maxsize=16)
def draws(n: int, stream: int = 0) -> Floats:
    """Return how often each of ``n`` values is drawn in each resample: always the same for a stream."""
    import numpy as np

    rng = np.random.default_rng([n, stream])
    return np.asarray(rng.multinomial(n, [1 / n] * n, size=resamples(n)), dtype=np.float64)
