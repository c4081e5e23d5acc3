"""From JSON objects to events.

Reading a record must cost little compared with parsing its JSON. So the types of all fields of a line are compared at
once with those its event may have; only a line that fails, or has other fields or another order than ours, is checked
field by field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from itertools import product
from types import NoneType
from typing import Any, cast

from bioblue_envs import Number

from bioblue_tui.agents.base import Usage
from bioblue_tui.records.fields import (
    MOST,
    DecodeError,
    finite,
    integers,
    numbers,
    only_integers,
    only_numbers,
    quoted,
    texts,
    whole,
)
from bioblue_tui.trials.events import (
    MAX_STEPS,
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    HandedOver,
    Header,
    Interrupted,
    Intervened,
    InterventionKind,
    Noted,
    Paused,
    Rejected,
    Resumed,
    Retrying,
    Stepped,
)

Json = dict[str, Any]
"""A decoded JSON object."""


def decode_event(data: object, unknown: list[str] | None = None) -> Event | None:
    """Return an event, or None for an event of a newer minor version.

    Args:
        data: What the JSON of one line holds.
        unknown: Collects events and fields that only a newer minor version knows; None makes them errors.

    Raises:
        DecodeError: When it is not an event, or any field is wrong.
    """
    if type(data) is not dict:
        raise DecodeError(f"an event expected, not {quoted(data)}")
    name = data.get("event")
    if type(name) is not str:
        raise DecodeError("the field event is missing or not a text")
    form = _FORMS.get(name)
    if form is None:
        if unknown is None:
            raise DecodeError(f"unknown event {quoted(name)}")
        unknown.append(f"event {quoted(name)}")
        return None
    if tuple(data) != form.keys:
        data = arranged(data, form.keys, form.defaults, unknown)
    values = tuple(data.values())
    if tuple(map(type, values)) not in form.types:
        raise _wrong_type(data)
    if not form.first_step <= values[2] <= MAX_STEPS:
        whole(values[2], "step", form.first_step)
    if form.has_attempt and values[3] < 1:
        whole(values[3], "attempt", 1)
    if form.has_requests and values[-1] < 0:
        whole(values[-1], "requests", 0)
    if not -MOST <= values[1] <= MOST:
        finite(values[1], "at")
    return form.build(*values[1:])


def arranged(data: Json, keys: tuple[str, ...], defaults: Mapping[str, Any], unknown: list[str] | None) -> Json:
    """Return the fields in their order, with defaults for those that are optional.

    Raises:
        DecodeError: For a missing field, or an unknown one when ``unknown`` is None.
    """
    strange = [name for name in data if name not in keys]
    if strange and unknown is None:
        raise DecodeError(f"unknown field {quoted(strange[0])}")
    if unknown is not None:
        unknown += [f"field {quoted(name)}" for name in strange]
    missing = next((name for name in keys if name not in data and name not in defaults), None)
    if missing is not None:
        raise DecodeError(f"the field {missing} is missing")
    return {name: data[name] if name in data else defaults[name] for name in keys}


def defaults_of(kind: type) -> dict[str, Any]:
    """Return the optional fields of a dataclass with their values as JSON."""
    found: dict[str, Any] = {}
    for f in fields(kind):
        if f.default is not MISSING:
            found[f.name] = list(f.default) if isinstance(f.default, tuple) else f.default
        elif f.default_factory is not MISSING:
            found[f.name] = f.default_factory()
    return found


def _answered(
    at: float,
    step: int,
    attempt: int,
    text: str,
    actor: str,
    seconds: float | None,
    reasoning: str,
    usage: Json | None,
    notes: list[object],
    dropped: int,
    requests: int,
) -> Event:
    if seconds is not None and not -MOST <= seconds <= MOST:
        finite(seconds, "seconds")
    told = texts(notes, "notes") if notes else ()
    tokens = None if usage is None else _usage(usage)
    whole(dropped, "dropped")
    return Answered(at, step, attempt, text, actor, seconds, reasoning, tokens, told, dropped, requests)


def _retrying(at: float, step: int, attempt: int, number: int, wait: float, message: str, requests: int) -> Event:
    whole(number, "number", 1)
    if not 0 <= wait <= MOST:
        raise DecodeError(f"wait: seconds expected, not {quoted(wait)}")
    return Retrying(at, step, attempt, number, wait, message, requests)


def intervened(at: float, step: int, kind: object, value: object) -> Intervened:
    """Return an intervention.

    Raises:
        DecodeError: When there is no such kind, or its value is of another type.
    """
    wanted = {"remind": str, "reason": bool, "summary": bool, "rewards": bool, "disturb": list}.get(str(kind))
    if wanted is None:
        raise DecodeError(f"kind: unknown intervention {quoted(kind)}")
    if type(value) is not wanted:
        raise DecodeError(f"value: not what {kind} needs: {quoted(value)}")
    if isinstance(value, list):
        integers(value, "value")
    return Intervened(at, step, cast(InterventionKind, kind), value)


def _usage(data: Json) -> Usage:
    if data.keys() - {"input", "cached", "output", "written", "cost"}:
        raise DecodeError("usage: only input, cached, output, written and cost are known")
    data = arranged(data, ("input", "cached", "output", "written", "cost"), defaults_of(Usage), None)
    *counts, (_, cost) = data.items()
    if cost is not None and (type(cost) not in _REAL or not 0 <= cost <= MOST):
        raise DecodeError(f"usage: cost must be a number of dollars or null, not {quoted(cost)}")
    for name, tokens in counts:
        if tokens is not None and (type(tokens) is not int or not 0 <= tokens <= MOST):
            raise DecodeError(f"usage: {name} must be a number of tokens or null, not {quoted(tokens)}")
    return Usage(**data)


def _stepped(
    at: float,
    step: int,
    actor: str,
    action: list[int],
    change: list[int],
    before: list[Number],
    after: list[Number],
    rewards: Json,
    metrics: Json,
    totals: Json,
    *told: str,
) -> Event:
    # One check for all values, and single checks only where it fails: these lists are most of a record.
    sound = only_integers((*action, *change)) and only_numbers(
        (*before, *after, *rewards.values(), *metrics.values(), *totals.values())
    )
    if not sound:
        integers(action, "action")
        integers(change, "change")
        numbers(before, "before")
        numbers(after, "after")
        for name, given in (("rewards", rewards), ("metrics", metrics), ("totals", totals)):
            numbers(list(given.values()), name)
    levels = (tuple(before), tuple(after))
    return Stepped(at, step, actor, tuple(action), tuple(change), *levels, rewards, metrics, totals, *told)


_REAL = (float, int)
_TYPES: dict[str, tuple[type, ...]] = {
    "at": _REAL,
    "step": (int,),
    "attempt": (int,),
    "dropped": (int,),
    "requests": (int,),
    "number": (int,),
    "wait": _REAL,
    "value": (str, bool, list),
    "seconds": (NoneType, *_REAL),
    "usage": (NoneType, dict),
    "notes": (list,),
    "deleted": (bool,),
    **dict.fromkeys(("action", "change", "before", "after"), (list,)),
    **dict.fromkeys(("rewards", "metrics", "totals"), (dict,)),
}
"""The types a field may have as JSON; all others are texts."""


def _types(name: str) -> tuple[type, ...]:
    return _TYPES.get(name, (str,))


def _wrong_type(data: Json) -> DecodeError:
    names = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "an object"}
    names |= {NoneType: "null", bool: "true or false"}
    field, value = next((field, value) for field, value in data.items() if type(value) not in _types(field))
    wanted = " or ".join(names[kind] for kind in _types(field) if not (kind is int and float in _types(field)))
    return DecodeError(f"{field}: {wanted} expected, not {quoted(value)}")


@dataclass(frozen=True, slots=True)
class _Form:
    """How an event is written in a record.

    Attributes:
        keys: Its fields in the order they are written.
        defaults: The optional fields with their default values as JSON.
        types: Every combination of types that its fields may have.
        build: Makes it from its fields.
        has_attempt: Whether the number of an attempt follows the step.
        has_requests: Whether a number of requests comes last.
        first_step: The least step it can have.
    """

    keys: tuple[str, ...]
    defaults: Mapping[str, Any]
    types: frozenset[tuple[type, ...]]
    build: Callable[..., Event]
    has_attempt: bool
    has_requests: bool
    first_step: int


def _form(kind: Callable[..., Event], names: tuple[str, ...], defaults: Mapping[str, Any], first_step: int) -> _Form:
    keys = ("event", *names)
    types = frozenset(product(*map(_types, keys)))
    return _Form(keys, defaults, types, kind, "attempt" in names, names[-1] == "requests", first_step)


_KINDS = (
    Asked,
    Retrying,
    Interrupted,
    Answered,
    Rejected,
    Failed,
    HandedOver,
    Intervened,
    Stepped,
    Paused,
    Resumed,
    Ended,
    Noted,
)
_BUILD: dict[type, Callable[..., Event]] = {
    Answered: _answered,
    Intervened: intervened,
    Retrying: _retrying,
    Stepped: _stepped,
}

NAMES: dict[type, str] = {kind: "handed_over" if kind is HandedOver else kind.__name__.lower() for kind in _KINDS}
"""The name of each kind of event in a record."""

FIELDS: dict[type, tuple[str, ...]] = {kind: tuple(f.name for f in fields(kind)) for kind in (Header, *_KINDS)}
"""Fields of the header and of every event, in the order they are written."""

_FORMS = {
    NAMES[kind]: _form(_BUILD.get(kind, kind), FIELDS[kind], defaults_of(kind), 0 if kind in (Ended, Noted) else 1)
    for kind in _KINDS
}
