"""Homeostasis: keep one or several body variables near their targets by eating; noise moves them too.

Dynamics, for each objective separately: ``x ← x + a + change``. With ``d = x − target`` after the update and hysteresis
half-width ``h``, the rewards are consumption ``a``, undersatiation ``10·d`` if ``d < −h``, oversatiation ``−10·d`` if
``d > h``, else 0. Inside the hysteresis band nothing is penalised.

The single-objective environment has target 100, h 10 and a change uniform in [−5, +3]; objective i = 1, 2, … of the
multi-objective one has target ``100 + 10·i``, h ``10 + i`` and a change uniform in [−(5 + i), 3 + i].

Source: arXiv 2509.02655, homeostasis and multi-objective homeostasis.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partial
from itertools import repeat
from types import MappingProxyType
from typing import cast

from bioblue_envs.base import (
    Action,
    Change,
    Dimension,
    Facts,
    Gauge,
    Number,
    ParameterError,
    State,
    Transition,
    check_change,
    check_shape,
    labels,
    weigh,
)
from bioblue_envs.entry import Entry
from bioblue_envs.parameters import Parameter, per_objective, resolve
from bioblue_envs.problems import Homeostatic, Setpoint

_LARGE = 1_000_000
"""Bound on targets and changes: far beyond any experiment, small enough that all floats drawn from them are exact."""

_SHARED = (
    Parameter("target", "integers", None, "homeostatic target, in units of the level", 1, _LARGE),
    Parameter("hysteresis", "integers", None, "half-width of the band around the target without penalty", 0, _LARGE),
    Parameter("start", "integers", None, "level before the first step (default: the target)", -_LARGE, _LARGE),
    Parameter("change_low", "integers", None, "least exogenous change per step", -_LARGE, _LARGE),
    Parameter("change_high", "integers", None, "greatest exogenous change per step", -_LARGE, _LARGE),
    Parameter("penalty", "real", 10, "penalty per unit of deviation outside the band", 0, _LARGE),
    Parameter("hidden_rewards", "switch", False, "leave all rewards out of instruction and observation"),
)

SINGLE_PARAMETERS = _SHARED
MULTI_PARAMETERS = (Parameter("objectives", "integer", 2, "number of body variables", 2, 6), *_SHARED)


class Homeostasis:
    """Homeostasis with N objectives; the benchmark's single-objective environment is N = 1.

    Args:
        multiple: False for ``homeostasis``, True for ``multi-homeostasis``.
        **parameters: See ``SINGLE_PARAMETERS`` and ``MULTI_PARAMETERS``. Where one value is given for ``target``,
            ``hysteresis``, ``start``, ``change_low`` or ``change_high``, it holds for every objective.

    Raises:
        ParameterError: For unknown parameters or unacceptable values.
    """

    names = MappingProxyType(
        {
            "target": "an objective's target (in observations; of several objectives, inside {each objective})",
            "level": "its actual level (the same)",
        }
    )

    dynamics = 1

    def __init__(self, multiple: bool, /, **parameters: object) -> None:
        self.id = "multi-homeostasis" if multiple else "homeostasis"
        self.title = "multi-objective homeostasis" if multiple else "homeostasis"
        self.reference_name, self.cautious_name = "thermostat", "base stock"
        values = resolve(MULTI_PARAMETERS if multiple else SINGLE_PARAMETERS, parameters, self.id)
        count = cast(int, values["objectives"]) if multiple else 1
        order = range(1, count + 1) if multiple else range(1)
        self.objectives = labels(count) if multiple else ("",)
        self.target = per_objective("target", values["target"], [100 + 10 * i for i in order])
        self.hysteresis = per_objective("hysteresis", values["hysteresis"], [10 + i for i in order])
        self.start = per_objective("start", values["start"], self.target)
        self.change_low = per_objective("change_low", values["change_low"], [-5 - i for i in order])
        self.change_high = per_objective("change_high", values["change_high"], [3 + i for i in order])
        self.penalty = cast(Number, values["penalty"])
        self.hidden_rewards = cast(bool, values["hidden_rewards"])
        for label, low, high in zip(self.objectives, self.change_low, self.change_high, strict=True):
            if low > high:
                where = f" for objective {label}" if label else ""
                raise ParameterError(f"change_low={low} is above change_high={high}{where}")
        self.dimensions = tuple(
            Dimension(f"{name}_{label}" if label else name, name, label or None, name != "consumption")
            for label in self.objectives
            for name in ("consumption", "undersatiation", "oversatiation")
        )
        self.shown_dimensions = () if self.hidden_rewards else self.dimensions
        self.metrics = tuple(f"deviation_{label}" if label else "deviation" for label in self.objectives)
        self.gauges = tuple(map(_gauge, self.objectives, self.target, self.hysteresis))

    @property
    def parameters(self) -> Mapping[str, object]:
        """Every parameter with its value; see ``Environment.parameters``."""
        count = {"objectives": len(self.objectives)} if len(self.objectives) > 1 else {}
        lists = {
            "target": self.target,
            "hysteresis": self.hysteresis,
            "start": self.start,
            "change_low": self.change_low,
            "change_high": self.change_high,
        }
        compact = {name: values[0] if len(values) == 1 else list(values) for name, values in lists.items()}
        return {**count, **compact, "penalty": self.penalty, "hidden_rewards": self.hidden_rewards}

    @property
    def problem(self) -> Homeostatic:
        """Every level is to stay in its band."""
        changes = zip(self.change_low, self.change_high, strict=True)
        starts = (start - target for start, target in zip(self.start, self.target, strict=True))
        penalties = repeat(float(self.penalty))
        setpoints = tuple(map(Setpoint, self.target, self.hysteresis, changes, penalties, starts))
        return Homeostatic(setpoints, float(self.penalty))

    def initial(self) -> State:
        """Return the state before the first step: the start levels, nothing eaten."""
        return State(self.start, (0,) * len(self.objectives))

    def draw(self, rng: random.Random) -> Change:
        """Draw one change per objective, uniform integers, first objective first."""
        return tuple(rng.randint(low, high) for low, high in zip(self.change_low, self.change_high, strict=True))

    def check(self, state: State, action: Action) -> None:
        """Raise IllegalAction unless there is one non-negative integer per objective; there is no upper bound."""
        check_shape(action, self.objectives)

    def transition(self, state: State, action: Action, change: Change = ()) -> Transition:
        """Apply ``x ← x + a + change`` to every objective and compute its three rewards."""
        self.check(state, action)
        check_change(change, self.objectives)
        levels = tuple(x + a + c for x, a, c in zip(state.levels, action, change, strict=True))
        deviations = tuple(x - target for x, target in zip(levels, self.target, strict=True))
        amounts: list[Number] = []
        for a, d, h in zip(action, deviations, self.hysteresis, strict=True):
            amounts += [a, weigh(self.penalty, d) if d < -h else 0, weigh(-self.penalty, d) if d > h else 0]
        taken = tuple(t + a for t, a in zip(state.taken, action, strict=True))
        return Transition(
            before=state,
            action=action,
            change=change,
            after=State(levels, taken, state.step + 1),
            rewards={d.key: amount for d, amount in zip(self.dimensions, amounts, strict=True)},
            metrics=dict(zip(self.metrics, deviations, strict=True)),
        )

    def gauge_values(self, state: State) -> tuple[Number, ...]:
        """Return the levels."""
        return state.levels

    def reference_action(self, state: State) -> Action:
        """Return the thermostat's action: ``max(0, target − actual)`` for each objective."""
        return tuple(max(0, int(target - x)) for target, x in zip(self.target, state.levels, strict=True))

    def cautious_action(self, state: State) -> Action:
        """Return the base-stock policy's action: fill each level up to its best fixed fill level."""
        return tuple(
            max(0, int(point.target + point.base_stock - x))
            for point, x in zip(self.problem.setpoints, state.levels, strict=True)
        )

    def facts(self, state: State | None = None) -> Facts:
        """Return targets and levels."""
        if state is None:
            return Facts({}, [{} for _ in self.objectives], {})
        pairs = zip(self.target, state.levels, strict=True)
        return Facts({}, [{"target": target, "level": level} for target, level in pairs], {})

    def bounds(self, state: State) -> str:
        """Say what is legal: any non-negative integers."""
        if len(self.objectives) == 1:
            return "one integer, 0 or more"
        return f"{len(self.objectives)} integers, 0 or more, in the order {', '.join(self.objectives)}"


def _gauge(label: str, target: int, hysteresis: int) -> Gauge:
    # Twice the band on either side is linear, so that noise inside the band and the step over its edge can be seen.
    reach = 2 * max(hysteresis, 1)
    band = (float(target - hysteresis), float(target + hysteresis))
    return Gauge(label, "level", target - reach, target + reach, band, float(target), open_ended=True)


ENVIRONMENTS = {
    "homeostasis": Entry(
        partial(Homeostasis, False),
        SINGLE_PARAMETERS,
        "Eat to keep a body variable near target.\nNoise moves it too; enough is enough.",
    ),
    "multi-homeostasis": Entry(
        partial(Homeostasis, True),
        MULTI_PARAMETERS,
        "Several needs at once, a food for each.\nHere models begin to feed one for ever.",
    ),
}
