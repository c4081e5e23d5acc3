"""The format of a record: one JSON object for the header, one for every event.

Encoding is exact: integers of up to 300 digits, floats, and text with any code points, lone surrogates included,
come back as they were. Decoding trusts nothing: a file may come from elsewhere, so every type is checked, and what
does not fit becomes a ``DecodeError`` that says which field is wrong.

Versions are ``major.minor``. A newer minor version may add events and fields: readers skip them with a warning. A
newer major version cannot be read.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bioblue_envs
from bioblue_envs import Environment, Number

from bioblue_tui.agents.base import Usage
from bioblue_tui.records.decoding import FIELDS, NAMES, arranged, decode_event, defaults_of, intervened
from bioblue_tui.records.fields import DecodeError, mapping, quoted, shown, text, whole
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import Ended, Event, Header, Intervened, Paused, Planned, Resumed, Stepped

__all__ = [
    "MARK",
    "NOTES_MARK",
    "SCHEMA_VERSION",
    "Contradiction",
    "DecodeError",
    "NotInstalled",
    "Order",
    "Record",
    "RecordError",
    "Shape",
    "decode_event",
    "decode_header",
    "dumps",
    "encode_event",
    "encode_header",
    "is_newer",
    "loads",
    "loads_lines",
    "make_environment",
]

SCHEMA_VERSION = "1.2"
"""Version of the format that this program writes. 1.1 added notes, and the header's ``study``. 1.2 added the header's
``wording_digest``, ``words``, ``dynamics`` and ``reading``, how each answer was read, an answer's ``dropped``, the
``cost`` in its ``usage``, ``requests`` with whatever a provider was asked for, the ``root`` of a fork's
``parent``, and an ``interrupted``'s ``reason``."""

MARK = "bioblue"
"""Value of the header's first field, ``record``: it tells our files from other JSON Lines."""

NOTES_MARK = "bioblue-notes"
"""Value of the same field in a file that holds only notes on another file."""


SOURCES = ("live", "published")
"""Where a trial may come from; which checks apply depends on this."""


class RecordError(BioBlueError):
    """A record that cannot be read or written. The message says what, where, and what to do.

    Args:
        what: What is wrong.
        path: The file, if there is one.
        line: The line in it, from 1.
        advice: What a person can do about it.
    """

    def __init__(self, what: str, path: Path | None = None, line: int | None = None, advice: str = "") -> None:
        place = [shown(str(path), 300)] if path else []
        place += [f"line {line}"] if line else []
        ending = f" {advice}" if advice else ""
        super().__init__(f"{', '.join(place)}: {what}.{ending}" if place else f"{what}.{ending}")
        self.what, self.path, self.line, self.advice = what, path, line, advice

    @property
    def brief(self) -> str:
        """The message with only the file's name, for a place too small for a long path."""
        if self.path is None:
            return str(self)
        return str(RecordError(self.what, Path(shown(self.path.name, 100)), self.line, self.advice))

    @property
    def within(self) -> str:
        """What is wrong and in which line, for a place that already names the file."""
        return f"line {self.line}: {self.what}" if self.line else self.what

    @property
    def missing(self) -> str:
        """The name of the environment, if the only fault is that it is not installed here; else empty."""
        return self.__cause__.header.environment if isinstance(self.__cause__, NotInstalled) else ""


class NotInstalled(DecodeError):
    """The environment of a record is not installed: the file is sound, but it can't be played here.

    Args:
        header: What the trial is.
    """

    ADVICE = (
        "Install the package that provides it to replay or analyse the record. Every question, answer, action, level "
        "and reward is in the file itself, one event per line."
    )

    def __init__(self, header: Header) -> None:
        super().__init__(f"the environment {quoted(header.environment, 60)} is not installed here")
        self.header = header


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A value that a published log repeats in every row, but that differs in this row.

    Attributes:
        step: The row's step.
        column: The column.
        recorded: What the row says.
        expected: What the trial's setup or most other rows say.
    """

    step: int
    column: str
    recorded: Number
    expected: Number


@dataclass(slots=True)
class Record:
    """A trial as it was read.

    Attributes:
        header: What the trial is.
        events: What happened, in order.
        path: The file it was read from.
        torn: True when the last line was cut off, as after a crash, and was left out.
        warnings: What a person should know about the reading.
        comments: Reviewers' comments by step: a person's and a program's, either may be empty.
        contradictions: Where a published log contradicts itself.
    """

    header: Header
    events: list[Event]
    path: Path | None = None
    torn: bool = False
    warnings: tuple[str, ...] = ()
    comments: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def done(self) -> int:
        """The number of its last step; 0 where none was played."""
        return max((event.step for event in self.events if isinstance(event, Stepped)), default=0)

    def extends(self, earlier: Record) -> bool:
        """Return whether this is the same trial's record, read later: all of the earlier one, and perhaps more."""
        return self.header == earlier.header and self.events[: len(earlier.events)] == earlier.events


@dataclass(frozen=True, slots=True)
class Shape:
    """What every event of a trial must look like: how many steps and objectives, how much noise, which rewards."""

    steps: int
    objectives: int
    changes: int
    dimensions: frozenset[str]

    @classmethod
    def of(cls, environment: Environment, steps: int) -> Shape:
        """Return the shape of the events of a trial with this many steps in an environment."""
        dimensions = frozenset(dimension.key for dimension in environment.dimensions)
        return cls(steps, len(environment.objectives), len(environment.draw(random.Random(0))), dimensions)

    def check(self, event: Event) -> None:
        """Raise DecodeError unless an event has this shape; code that shows a record relies on it."""
        # A trial can be paused after its last step; no other event can come there.
        if event.step > self.steps and not (event.step == self.steps + 1 and isinstance(event, Paused | Resumed)):
            raise DecodeError(f"step {event.step} is beyond the trial's {self.steps} steps")
        if isinstance(event, Stepped):
            self._check_step(event)
        elif isinstance(event, Intervened) and isinstance(event.value, list) and len(event.value) != self.changes:
            raise DecodeError(f"a disturbance needs {self.changes} value(s)")

    def _check_step(self, stepped: Stepped) -> None:
        n = self.objectives
        if not len(stepped.action) == len(stepped.before) == len(stepped.after) == n:
            raise DecodeError(f"action, before and after need {n} value(s) each")
        if len(stepped.change) != self.changes:
            raise DecodeError(f"change needs {self.changes} value(s)")
        if stepped.rewards.keys() != self.dimensions or stepped.totals.keys() != self.dimensions:
            raise DecodeError(f"rewards and totals need exactly {', '.join(sorted(self.dimensions))}")


class OutOfOrderError(DecodeError):
    """A sound line in the wrong place: lines are missing before it, or it is repeated."""

    ADVICE = "Put back what is missing before this line, or remove what is repeated."


class Order:
    """Checks the events of one trial in their order: each has the trial's shape, and no step is left out or repeated.

    Args:
        header: What the trial is.
    """

    def __init__(self, header: Header) -> None:
        self._shape = Shape.of(make_environment(header), header.steps)
        self._last = 0

    def take(self, event: Event) -> None:
        """Raise DecodeError unless an event can come next; code that shows or averages a record relies on it."""
        self._shape.check(event)
        if isinstance(event, Stepped):
            if event.step != self._last + 1:
                raise OutOfOrderError(f"step {event.step} {self._after()}")
            self._last = event.step
        elif isinstance(event, Ended) and event.step != self._last:
            raise OutOfOrderError(f"the end after step {event.step} {self._after()}")

    def _after(self) -> str:
        return f"follows step {self._last}" if self._last else "comes first"


# Made once, for speed: a trial writes several lines per step.
_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def dumps(data: object) -> str:
    """Return JSON on one line, in ASCII.

    Raises:
        DecodeError: For what JSON cannot hold exactly: NaN, infinities, integers too long to print, other objects.
    """
    try:
        return _ENCODER.encode(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise DecodeError(f"cannot be written as JSON ({error})") from None


def _no_constant(name: str) -> object:
    raise DecodeError(f"{name} is not a number that a record may hold")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def loads(line: str | bytes) -> Any:
    """Return the value of one line of JSON; bytes are UTF-8.

    Raises:
        DecodeError: For any text that is not one JSON value.
    """
    try:
        text = line if isinstance(line, str) else line.decode()
        value, end = _DECODER.raw_decode(text)
    except UnicodeDecodeError:
        raise DecodeError("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise DecodeError(f"not valid JSON ({error.msg.removesuffix(' at')} at column {error.colno})") from None
    except RecursionError:
        raise DecodeError("nested too deeply") from None
    except DecodeError:
        raise
    except ValueError:
        raise DecodeError("an integer with too many digits") from None
    if end != len(text) and text[end:].strip(" \t\r"):
        raise DecodeError(f"not valid JSON (more text at column {end + 1})")
    return value


def loads_lines(lines: Sequence[str]) -> list[Any]:
    """Return the values of several lines of JSON, each an object; parsing them together is faster.

    Raises:
        DecodeError: When any line is not an object; ``loads`` tells which and why.
    """
    # Each must begin as an object, or two halves of one object could pass as two. A key can't begin with a brace.
    if all(line[:1] == "{" for line in lines):
        values: list[Any] = loads(f"[{','.join(lines)}]")
        if len(values) == len(lines):
            return values
    raise DecodeError("not one object in each line")


def encode_header(header: Header) -> dict[str, object]:
    """Return a header as a JSON object."""
    body = {name: _plain(getattr(header, name)) for name in FIELDS[Header]}
    return {"record": MARK, "schema": SCHEMA_VERSION, **body}


def encode_event(event: Event) -> dict[str, object]:
    """Return an event as a JSON object."""
    kind = type(event)
    return {"event": NAMES[kind], **{name: _plain(getattr(event, name)) for name in FIELDS[kind]}}


def _plain(value: object) -> object:
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple):
        return [list(part) if isinstance(part, tuple) else part for part in value]
    if isinstance(value, Usage):
        counts = {"input": value.input, "cached": value.cached, "output": value.output, "written": value.written}
        return counts if value.cost is None else {**counts, "cost": value.cost}
    return dict(value) if isinstance(value, Mapping) else value


def decode_header(data: object) -> tuple[Header, bool]:
    """Return a header, and whether it comes from a newer minor version.

    Raises:
        DecodeError: When it is not a header of ours, is too new, or any field is wrong.
    """
    if isinstance(data, dict) and data.get("record") == NOTES_MARK:
        raise DecodeError(f"not a record but notes on another file; name that file: {shown(data.get('of'), 100)}")
    if not isinstance(data, dict) or data.get("record") != MARK:
        raise DecodeError(f'not a record of this program: the first line has no "record":"{MARK}"')
    newer = is_newer(data.get("schema"))
    keys = ("record", "schema", *FIELDS[Header])
    d = arranged(data, keys, defaults_of(Header), [] if newer else None)
    seed, parent, study = d["seed"], d["parent"], d["study"]
    if seed is not None and type(seed) is not int:
        raise DecodeError(f"seed: a whole number or null expected, not {quoted(seed)}")
    source = text(d["source"], "source")
    if source not in SOURCES:
        raise DecodeError(f"source: {' or '.join(SOURCES)} expected, not {quoted(source)}")
    words = (
        "agent",
        "model",
        "instruction",
        "wording",
        "wording_digest",
        "reading",
        "condition",
        "program",
        "created",
        "id",
        "presentation",
    )
    header = Header(
        environment=text(d["environment"], "environment"),
        parameters=mapping(d["parameters"], "parameters"),
        seed=seed,
        steps=whole(d["steps"], "steps"),
        provider=mapping(d["provider"], "provider"),
        parent=None if parent is None else mapping(parent, "parent"),
        schedule=_schedule(d["schedule"]),
        source=source,
        study=None if study is None else mapping(study, "study"),
        words=mapping(d["words"], "words"),
        dynamics=whole(d["dynamics"], "dynamics", 1),
        **{word: text(d[word], word) for word in words},
    )
    make_environment(header)
    return header, newer


def _schedule(value: object) -> tuple[Planned, ...]:
    if not isinstance(value, list):
        raise DecodeError(f"schedule: a list expected, not {quoted(value)}")
    planned: list[Planned] = []
    for entry in value:
        if not isinstance(entry, list) or len(entry) != 3:
            raise DecodeError(f"schedule: step, kind and value expected, not {quoted(entry)}")
        planned.append(intervened(0.0, whole(entry[0], "schedule", 1), entry[1], entry[2]).planned)
    return tuple(planned)


def make_environment(header: Header) -> Environment:
    """Return the environment that a header describes.

    Raises:
        NotInstalled: When there is no such environment here.
        DecodeError: When its parameters are not acceptable.
    """
    if header.environment not in bioblue_envs.ids():
        raise NotInstalled(header)
    try:
        known = {parameter.name for parameter in bioblue_envs.parameters(header.environment)}
        # Names are checked first: a file may hold any string, also one that is an argument of ``make`` itself.
        strange = next((name for name in header.parameters if name not in known), None)
        if strange is not None:
            raise DecodeError(f"{header.environment} has no parameter {quoted(strange)}")
        return bioblue_envs.make_version(header.environment, header.dynamics, **header.parameters)
    except DecodeError:
        raise
    except (ValueError, TypeError, ArithmeticError) as error:
        raise DecodeError(f"the environment cannot be made: {shown(str(error), 200)}") from None


def is_newer(version: object) -> bool:
    """Return whether a version of the format is a newer minor one.

    Raises:
        DecodeError: When it is not a version, or a newer major one.
    """
    try:
        major, minor = (int(part) for part in text(version, "schema").split("."))
    except ValueError:
        raise DecodeError(f'schema: a version such as "{SCHEMA_VERSION}" expected, not {quoted(version)}') from None
    own_major, own_minor = (int(part) for part in SCHEMA_VERSION.split("."))
    if major > own_major:
        raise DecodeError(f"written by a newer version of the program (schema {major}.{minor}; update to read it)")
    return (major, minor) > (own_major, own_minor)
