"""Parameters of environments: what they are called, what they may be, and clear errors for nonsense."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bioblue_envs.base import Number, ParameterError, brief

Kind = Literal["integer", "integers", "real", "switch"]

_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One settable parameter.

    Attributes:
        name: As in ``make(id, name=value)`` and ``--set name=value``.
        kind: ``integer``, ``real``, ``switch`` (true or false), or ``integers`` (one for all objectives, or a list
            with one for each).
        default: The benchmark's value; None where it follows from other parameters.
        help: What it means, with its unit, in one line.
        minimum: Least value accepted.
        maximum: Greatest value accepted. Bounds keep every later computation finite.
    """

    name: str
    kind: Kind
    default: object
    help: str
    minimum: float = -math.inf
    maximum: float = math.inf

    def parse(self, text: str) -> object:
        """Read a value as typed after ``--set name=``.

        Raises:
            ParameterError: When the text is not a value of this kind, or out of range.
        """
        text = text.strip()
        try:
            if self.kind == "switch":
                word = text.lower()
                if word not in _TRUE | _FALSE:
                    raise ValueError
                return word in _TRUE
            if self.kind == "integers":
                parts = [int(part) for part in text.split(",")]
                return self.check(parts if len(parts) > 1 else parts[0])
            return self.check(_number(text) if self.kind == "real" else int(text))
        except ParameterError:
            raise
        except ValueError:
            raise self._error(text) from None

    def check(self, value: object) -> object:
        """Return the value, converted to its kind, if it is acceptable.

        Raises:
            ParameterError: When it is not.
        """
        if self.kind == "switch":
            if isinstance(value, bool):
                return value
        elif self.kind == "integers" and isinstance(value, Sequence) and not isinstance(value, str):
            if value and all(self._in_range(item, int) for item in value):
                return tuple(value)
        elif self.kind == "real":
            if self._in_range(value, (int, float)):
                return value
        elif self._in_range(value, int):
            return value
        raise self._error(value)

    def _in_range(self, value: object, kinds: type | tuple[type, ...]) -> bool:
        if isinstance(value, bool) or not isinstance(value, kinds) or not isinstance(value, int | float):
            return False
        # An int is not converted, so one too large for a float is out of range, not an OverflowError. NaN is, too.
        return self.minimum <= value <= self.maximum

    def _error(self, value: object) -> ParameterError:
        wanted = {
            "integer": "a whole number",
            "integers": "a whole number",
            "real": "a number",
            "switch": "true or false",
        }[self.kind]
        if self.kind != "switch" and (math.isfinite(self.minimum) or math.isfinite(self.maximum)):
            wanted += f" from {self.minimum:.10g} to {self.maximum:.10g}"
        if self.kind == "integers":
            wanted += " (or several, separated by commas, one for each objective)"
        shown = value[:40] if isinstance(value, str) else brief(value)
        return ParameterError(f"{self.name}={shown}: {wanted} expected")


def _number(text: str) -> Number:
    # What is typed as a whole number stays an integer, so that rewards computed from it are exact.
    try:
        return int(text)
    except ValueError:
        return float(text)


def resolve(declared: Sequence[Parameter], given: Mapping[str, object], owner: str) -> dict[str, object]:
    """Return every declared parameter's value: the given one, checked, or its default.

    Raises:
        ParameterError: For an unknown name (with the nearest known one) or an unacceptable value.
    """
    known = {parameter.name: parameter for parameter in declared}
    for name in given:
        find(known, name, owner)
    return {
        name: parameter.default if given.get(name) is None else parameter.check(given[name])
        for name, parameter in known.items()
    }


def find(known: Mapping[str, Parameter], name: str, owner: str) -> Parameter:
    """Return the parameter of that name.

    Raises:
        ParameterError: When no parameter has it; the message offers the nearest name, or all.
    """
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name[:40], known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
    raise ParameterError(f"{owner} has no parameter {name[:40]!r}; {hint}")


def per_objective(name: str, value: object, default: Sequence[int]) -> tuple[int, ...]:
    """Return one integer per objective: the default list, one value for all, or the list as given.

    Raises:
        ParameterError: When a list has not one value per objective.
    """
    if value is None:
        return tuple(default)
    if isinstance(value, int):
        return (value,) * len(default)
    assert isinstance(value, tuple)
    if len(value) != len(default):
        wanted = "one value" if len(default) == 1 else f"one value, or {len(default)} (one per objective),"
        raise ParameterError(f"{name}: {wanted} expected; {len(value)} given")
    return value
