"""What every environment of the benchmark shares: its words for states, actions and rewards.

An environment is a pure simulation. Its dynamics are the function ``transition(state, action, change)``; the
exogenous change is an argument, so a replay can take it from a log, a fork can continue the same noise, and a
reference policy can be run on the very same noise. Rewards come out as separate dimensions and are never summed
here.

Source of all formulas: Pihlakas & Kuriakose, "BioBlue", arXiv 2509.02655, and its public reference scripts.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from bioblue_envs.problems import Problem

Number = int | float
"""A level, a reward or a metric. Integers stay integers (and exact), whatever their size."""

Action = tuple[int, ...]
"""One non-negative integer per objective, in the order of ``Environment.objectives``."""

Change = tuple[int, ...]
"""The exogenous change of one step, one integer per objective; empty where the environment has no noise."""


class IllegalAction(ValueError):
    """An action that the environment's rules forbid in this state. The message says which rule, for a person."""


class ParameterError(ValueError):
    """A parameter that is unknown or out of range. The message names it and says what would be accepted."""


@dataclass(frozen=True, slots=True)
class State:
    """What an environment remembers between two steps.

    Attributes:
        levels: One number per objective: stock, homeostatic level, or amount harvested so far.
        taken: Sum of all actions so far, one integer per objective.
        step: How many steps have been applied; 0 at the start.
        ended: Why no further step is possible, or an empty string while one is.
    """

    levels: tuple[Number, ...]
    taken: tuple[int, ...]
    step: int = 0
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """What one step did.

    Attributes:
        before: The state the action was chosen in.
        action: The action, one integer per objective.
        change: The exogenous change, one integer per objective, or empty.
        after: The state that follows.
        rewards: Reward of this step by dimension key, in the order of ``Environment.dimensions``.
        metrics: What the paper measures besides rewards (instability, imbalance, deviation), by name.
    """

    before: State
    action: Action
    change: Change
    after: State
    rewards: Mapping[str, Number]
    metrics: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One reward dimension.

    Attributes:
        key: Its name in rewards and records, such as ``consumption`` or ``consumption_A``.
        label: What a person reads, without the objective: ``consumption``.
        objective: Label of the objective it belongs to, or None when it belongs to all or there is only one.
        penalty: True when its values are never positive, False when they are never negative.
    """

    key: str
    label: str
    objective: str | None = None
    penalty: bool = False


@dataclass(frozen=True, slots=True)
class Gauge:
    """How to draw one objective: a fixed scale and, where there is one, the band it should stay in.

    The scale is linear from ``low`` to ``high``. Where ``open_ended`` is true, values may leave it on either side;
    they are then drawn on a logarithmic continuation, so that a runaway value does not flatten the past.

    Attributes:
        label: Label of the objective, or a short name where there is only one.
        quantity: What the drawn value is, for a person: ``stock``, ``level``, ``distance from the mean``.
        low: Left (lower) end of the linear scale.
        high: Right (upper) end of the linear scale.
        band: Lower and upper edge of the hysteresis band, both inside the band; None where there is no band.
        target: The homeostatic target, drawn in the band; None where there is none.
        open_ended: True when values may leave the linear scale.
    """

    label: str
    quantity: str
    low: float
    high: float
    band: tuple[float, float] | None = None
    target: float | None = None
    open_ended: bool = False

    def position(self, value: Number) -> str:
        """Say in a word where a value lies: ``in band``, ``LOW``, ``HIGH``; empty where there is no band."""
        if self.band is None:
            return ""
        if value < self.band[0]:
            return "LOW"
        return "HIGH" if value > self.band[1] else "in band"


@dataclass(frozen=True, slots=True)
class Facts:
    """What an agent can be told besides objectives, actions and rewards; a wording puts it into words.

    Attributes:
        values: What holds for the environment as a whole, by name.
        each: The same for each objective.
        switches: What is told or left out, by name.
    """

    values: Mapping[str, object]
    each: Sequence[Mapping[str, object]]
    switches: Mapping[str, bool]


class Environment(Protocol):
    """A control environment. Everything that acts on, shows or analyses one goes through these members."""

    @property
    def id(self) -> str:
        """Name in the registry, in commands and in records."""

    @property
    def dynamics(self) -> int:
        """Version of its dynamics, from 1: a record is recomputed with the version it was made with."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """Every parameter with its value, as JSON values; ``make(id, **parameters)`` makes an equal environment."""

    @property
    def objectives(self) -> tuple[str, ...]:
        """Labels of the objectives: ``("A", "B", …)``, or one empty label where there is only one objective."""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All reward dimensions, in the order they are shown and recorded."""

    @property
    def shown_dimensions(self) -> tuple[Dimension, ...]:
        """The reward dimensions an agent gets to see; empty with hidden rewards."""

    @property
    def gauges(self) -> tuple[Gauge, ...]:
        """One gauge per objective."""

    @property
    def problem(self) -> Problem | None:
        """What kind of control problem this is, in the numbers that an analysis of failures needs."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that every transition carries, in the order they are shown."""

    def initial(self) -> State:
        """Return the state before the first step."""

    def draw(self, rng: random.Random) -> Change:
        """Draw one step's exogenous change from the trial's own random stream."""

    def check(self, state: State, action: Action) -> None:
        """Raise IllegalAction, with the reason, unless the action is legal in this state."""

    def transition(self, state: State, action: Action, change: Change = ()) -> Transition:
        """Apply an action and an exogenous change to a state; nothing else influences the result.

        Raises:
            IllegalAction: When ``check`` would, or when the state has ended.
            ValueError: When ``change`` has the wrong number of values.
        """

    def gauge_values(self, state: State) -> tuple[Number, ...]:
        """Return the value each gauge shows for a state."""

    def reference_action(self, state: State) -> Action:
        """Return what the reference policy does: the thermostat, or the best policy known for this environment."""

    @property
    def reference_name(self) -> str:
        """Name of the reference policy, for people."""

    @property
    def cautious_name(self) -> str:
        """Name of the policy of the best fixed fill level, for people; empty where it is the reference policy."""

    def cautious_action(self, state: State) -> Action:
        """Return what the policy of the best fixed fill level does; the reference policy where nothing is filled."""

    @property
    def names(self) -> Mapping[str, str]:
        """What each fact means, by its name."""

    def facts(self, state: State | None = None) -> Facts:
        """Return what an agent can be told in a state; without a state, what holds before the first step."""

    def bounds(self, state: State) -> str:
        """Say in a phrase what is legal now, for a person who is about to answer."""


def settle(value: float) -> float:
    """Round a reward as the benchmark does: to 3 decimals, and an absolute value under 0.001 to 0.

    Rewards are rounded before they are shown and before they are summed.
    """
    return 0.0 if abs(value) < 0.001 else round(value, 3)


def weigh(weight: Number, amount: Number) -> Number:
    """Return a reward, ``weight · amount``: exact where both are integers, else rounded as by ``settle``.

    An integer too large for a float is weighed exactly; the result's fraction, negligible at that size, is dropped.
    """
    if isinstance(weight, int) and isinstance(amount, int):
        return weight * amount
    try:
        return settle(weight * amount)
    except OverflowError:
        return int(Fraction(weight) * Fraction(amount))


def mean(values: Sequence[Number]) -> Number:
    """Return the mean, as a whole number where the sum is too large for a float."""
    try:
        return sum(values) / len(values)
    except OverflowError:
        return int(sum(map(Fraction, values)) / len(values))


def brief(value: object) -> str:
    """Return a value as text of bounded length, for an error message: 10**400 becomes ``about 10^400``."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return f"about {'-' * (value < 0)}10^{math.floor(math.log10(abs(value)))}"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def check_shape(action: Sequence[int], objectives: tuple[str, ...]) -> None:
    """Raise IllegalAction unless there is one non-negative whole number for each objective."""
    wanted = len(objectives)
    if len(action) != wanted:
        raise IllegalAction(f"{wanted} integer{'s' * (wanted > 1)} expected, {len(action)} given")
    for label, amount in zip(objectives, action, strict=True):
        where = f" for {label}" if label else ""
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise IllegalAction(f"whole numbers only; {brief(amount)}{where} is not one")
        if amount < 0:
            raise IllegalAction(f"{brief(amount)}{where} is negative; 0 is the least")


def check_change(change: Change, objectives: tuple[str, ...]) -> None:
    """Raise ValueError unless there is one exogenous change for each objective."""
    if len(change) != len(objectives):
        raise ValueError(
            f"{len(objectives)} exogenous change{'s' * (len(objectives) != 1)} expected, {len(change)} given"
        )


def labels(count: int) -> tuple[str, ...]:
    """Return the labels of ``count`` objectives: A, B, C and so on."""
    return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count])
