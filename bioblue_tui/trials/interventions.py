"""Interventions: what a researcher changes while a trial runs, to see what causes or stops a drift.

Each is an event of the record. Those that change words change what the agent observes from then on; a disturbance
adds to the environment's exogenous change of one step.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from typing import cast

import bioblue_envs
from bioblue_envs import Change, Environment, State, Transition

from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import MAX_STEPS, Header, Intervened, InterventionKind, Planned
from bioblue_tui.wordings.collection import words_of

KINDS: tuple[InterventionKind, ...] = ("remind", "reason", "summary", "rewards", "disturb")

HELP = "remind TEXT; reason, summary or rewards on|off; disturb 5 or 5,-3"
"""How interventions are written."""

_SWITCHES = {"on": True, "off": False}
_LONGEST = 2_000


class InterventionError(BioBlueError, ValueError):
    """What was written is not an intervention. The message says what is expected."""


def read_intervention(text: str, environment: Environment) -> tuple[InterventionKind, object]:
    """Read an intervention as people write it.

    Args:
        text: Such as ``remind Keep both near their targets``, ``rewards off`` or ``disturb 5,-3``.
        environment: The environment it is for.

    Raises:
        InterventionError: When it is not an intervention.
    """
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    kind = next((kind for kind in KINDS if kind == word.lower()), None)
    if kind is None:
        raise InterventionError(f"{word[:20]!r} is not an intervention; write {HELP}")
    if kind == "remind":
        if not rest or len(rest) > _LONGEST:
            raise InterventionError(f"remind needs a text of at most {_LONGEST} characters")
        return kind, rest
    if kind == "disturb":
        return kind, _read_change(rest, environment)
    if rest.lower() not in _SWITCHES:
        raise InterventionError(f"{kind} needs on or off, such as {kind} off")
    return kind, _SWITCHES[rest.lower()]


def read_planned(text: str, environment: Environment, steps: int = MAX_STEPS, after: int = 0) -> Planned:
    """Read an intervention that is planned for a step, such as ``30:rewards off``.

    Args:
        text: What was written.
        environment: The environment it is for.
        steps: Steps of the trial; an intervention planned for a later step would never happen.
        after: Steps that are already played; an intervention planned for one of them would never happen either.

    Raises:
        InterventionError: When it is not a planned intervention.
    """
    step, colon, what = text.partition(":")
    step = step.strip()
    if not colon or not (step.isascii() and step.isdigit() and len(step) < 7 and 1 <= int(step) <= MAX_STEPS):
        raise InterventionError("write a step and what to do, such as 30:rewards off")
    if not after < int(step) <= steps:
        raise InterventionError(f"there is no step {int(step)}; steps {after + 1} to {steps} are to be played")
    return (int(step), *read_intervention(what, environment))


def _read_change(text: str, environment: Environment) -> list[int]:
    count = change_length(environment)
    if not count:
        raise InterventionError(f"{environment.id} has no exogenous change that could be disturbed")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != count or not all(re.fullmatch(r"[+-]?[0-9]{1,9}", part) for part in parts):
        raise InterventionError(
            f"disturb needs {count} whole number{'s' * (count > 1)}, such as disturb {_example(count)}"
        )
    return [int(part) for part in parts]


def _example(count: int) -> str:
    return ",".join(["-20"] + ["0"] * (count - 1))


def change_length(environment: Environment) -> int:
    """Return how many numbers an exogenous change has."""
    return len(environment.draw(random.Random(0)))


def disturbance(events: Iterable[Intervened], step: int) -> Change:
    """Return the sum of all disturbances of a step; empty where there are none, or their sum is zero."""
    changes = [cast(list[int], event.value) for event in events if event.kind == "disturb" and event.step == step]
    total = tuple(map(sum, zip(*changes, strict=True)))
    return total if any(total) else ()


def disturbed(change: Change, extra: Change) -> Change:
    """Return an exogenous change with a disturbance added."""
    return tuple(a + b for a, b in zip(change, extra, strict=True)) if extra else change


def undisturbed(change: Change, extra: Change) -> Change:
    """Return an exogenous change without the disturbance in it: the noise."""
    return tuple(a - b for a, b in zip(change, extra, strict=True)) if extra and change else change


class Speaker:
    """What the agent is told at each step, interventions included.

    Args:
        environment: The environment.
        header: What the trial is.

    Raises:
        WordingError: When the header's words are not valid, or are neither in the header nor known by name.
    """

    def __init__(self, environment: Environment, header: Header) -> None:
        self._environment = environment
        self._header = header
        self._words = words_of(header.environment, header.wording, header.words)
        self.shown = environment
        """The environment, set to show what the agent is shown now."""
        self._reason = self._summary = False
        self._reminders: list[Intervened] = []
        """Interventions of the present step: when asked again, the agent is told the same."""
        self._ahead: list[Intervened] = []
        """Interventions of later steps, which change nothing yet."""

    def take(self, event: Intervened) -> None:
        """Note an intervention."""
        self._ahead.append(event)

    def _switch(self, event: Intervened) -> None:
        match event.kind:
            case "reason":
                self._reason = bool(event.value)
            case "summary":
                self._summary = bool(event.value)
            case "rewards":
                parameters = {**self._header.parameters, "hidden_rewards": not event.value}
                self.shown = bioblue_envs.make_version(self._environment.id, self._environment.dynamics, **parameters)
            case _:
                pass

    def observation(self, state: State, last: Transition | None) -> str:
        """Return what the agent observes now. Steps must not go back."""
        due = [event for event in self._ahead if event.step <= state.step + 1]
        self._ahead = [event for event in self._ahead if event.step > state.step + 1]
        for event in due:
            self._switch(event)
        self._reminders = [event for event in (*self._reminders, *due) if event.step == state.step + 1]
        parts = [self._words.observation(self.shown, state, last)]
        if self._summary:
            parts.append(self._words.summary(self._environment, state))
        parts += [str(event.value) for event in self._reminders if event.kind == "remind"]
        if self._reason:
            parts.append(self._words.reason)
        return "\n\n".join(parts)
