"""Environments of the BioBlue benchmark: pure simulations, standard library only.

Example::

    >>> import bioblue_envs
    >>> environment = bioblue_envs.make("homeostasis", hysteresis=5)
    >>> state = environment.initial()
    >>> environment.transition(state, (3,), change=(-2,)).after.levels
    (101,)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bioblue_envs.base import (
    Action,
    Change,
    Dimension,
    Environment,
    Facts,
    Gauge,
    IllegalAction,
    Number,
    ParameterError,
    State,
    Transition,
)
from bioblue_envs.parameters import Parameter, find
from bioblue_envs.problems import Allotment, Homeostatic, Problem, Regrowing, Setpoint
from bioblue_envs.registry import REGISTRY, entry_of

__all__ = [
    "Action",
    "Allotment",
    "Change",
    "Dimension",
    "Environment",
    "Facts",
    "Gauge",
    "Homeostatic",
    "IllegalAction",
    "Number",
    "Parameter",
    "ParameterError",
    "Problem",
    "Regrowing",
    "Setpoint",
    "State",
    "Transition",
    "about",
    "ids",
    "make",
    "make_version",
    "parameters",
    "parse_settings",
]


def ids() -> tuple[str, ...]:
    """Return the ids of all environments, in the order to present them."""
    return tuple(REGISTRY)


def make(id: str, /, **parameters: object) -> Environment:  # noqa: A002 - the field's word, as in gymnasium.make(id)
    """Make an environment.

    Args:
        id: One of ``ids()``.
        **parameters: The environment's parameters (see ``parameters(id)``); those not given are the benchmark's.

    Raises:
        ParameterError: For an unknown id, an unknown parameter or an unacceptable value; the message says which.
    """
    return entry_of(id).make(**parameters)


def make_version(id: str, dynamics: int, /, **parameters: object) -> Environment:  # noqa: A002
    """Make an environment whose dynamics have a certain version, as a record says.

    Raises:
        ParameterError: As in ``make``, and for a version that this program does not know.
    """
    entry = entry_of(id)
    if dynamics == entry.dynamics:
        return entry.make(**parameters)
    if not 1 <= dynamics < entry.dynamics:
        raise ParameterError(f"{id} has dynamics of version {entry.dynamics} here, not {dynamics}; update to play it")
    return entry.make(dynamics=dynamics, **parameters)


def parameters(id: str) -> Sequence[Parameter]:  # noqa: A002
    """Return what can be set in an environment.

    Raises:
        ParameterError: For an unknown id.
    """
    return entry_of(id).parameters


def about(id: str) -> str:  # noqa: A002
    """Return what an environment is about, in two lines of at most 42 characters.

    Raises:
        ParameterError: For an unknown id.
    """
    return entry_of(id).about


def parse_settings(id: str, settings: Iterable[str]) -> dict[str, object]:  # noqa: A002
    """Read settings as typed, each ``name=value``, into parameters for ``make``.

    Hyphens in names count as underscores, so ``hidden-rewards=true`` works.

    Raises:
        ParameterError: For text without ``=``, an unknown or repeated name, or an unacceptable value.
    """
    known = {parameter.name: parameter for parameter in parameters(id)}
    values: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise ParameterError(f"{setting[:40]!r}: name=value expected, such as {next(iter(known))}=…")
        if name in values:
            raise ParameterError(f"{name} is set twice")
        values[name] = find(known, name, id).parse(text)
    return values
