"""The state of a trial: a plain object fed with events. Screens and displays show it; no event loop is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import bioblue_envs
from bioblue_envs import Change, Environment, Number

from bioblue_tui.agents.base import Usage
from bioblue_tui.agents.human import HUMAN
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.events import (
    COMPLETE,
    MAX_STEPS,
    STOPPED,
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    HandedOver,
    Header,
    Heard,
    Interrupted,
    Intervened,
    Noted,
    Paused,
    Rejected,
    Resumed,
    Retrying,
    Stepped,
    standing_word,
)
from bioblue_tui.trials.interventions import disturbance, undisturbed
from bioblue_tui.trials.notes import Notebook
from bioblue_tui.trials.tally import Tally
from bioblue_tui.trials.telling import cut_past, handed, intervened

Status = Literal["ready", "asking", "holding", "paused", "ended"]
"""``ready`` before the first event; ``asking`` while an answer is awaited; ``holding`` between answer and next
question; ``paused``; ``ended``."""

MarkKind = Literal[
    "rejected",
    "retrying",
    "failed",
    "interrupted",
    "shortened",
    "forked",
    "handed over",
    "intervened",
    "paused",
    "ended",
    "difference",
]
"""``shortened``: the oldest turns were left out, since the model's context was full. ``forked``: the last step that a
fork shares with its parent."""


@dataclass(slots=True)
class Attempt:
    """One try at answering an observation.

    Attributes:
        number: From 1 within its step.
        actor: Who was asked.
        text: The answer, verbatim; None while it is awaited, or when none came.
        rejection: Why it was rejected; empty where it was not.
        kind: The kind of rejection, as in ``Rejected``.
        failure: Why no answer came; empty where one did.
        waiting: Why and how long the trial waits for the next try; empty where it does not wait.
        interrupted: True when a person, or the trial's end, cut the answer short.
        seconds: From asking to answer; None where not known.
        usage: Tokens, where there are any.
        notes: What a person should know about how the answer came about.
    """

    number: int
    actor: str
    text: str | None = None
    rejection: str = ""
    kind: str = ""
    failure: str = ""
    waiting: str = ""
    interrupted: bool = False
    seconds: float | None = None
    usage: Usage | None = None
    notes: tuple[str, ...] = ()
    _heard: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)

    @property
    def heard(self) -> str:
        """The part of the awaited answer that has arrived."""
        return _joined(self._heard)

    @heard.setter
    def heard(self, text: str) -> None:
        self._heard = [text]

    @property
    def reasoning(self) -> str:
        """Reasoning text returned apart from the answer, as far as it has arrived."""
        return _joined(self._reasoning)

    @reasoning.setter
    def reasoning(self, text: str) -> None:
        self._reasoning = [text]

    def hear(self, event: Heard) -> None:
        """Add the next part of the answer. The cost does not grow with the answer's length."""
        (self._reasoning if event.reasoning else self._heard).append(event.text)


def _joined(pieces: list[str]) -> str:
    if len(pieces) > 1:
        pieces[:] = ["".join(pieces)]
    return pieces[0] if pieces else ""


def retry_words(event: Retrying) -> str:
    """Say which retry is next, when, and why."""
    when = f"in {event.wait:.0f} s" if event.wait >= 0.5 else "at once"
    return f"retry {event.number}, {when}: {event.message}"


def read_words(done: Stepped) -> str:
    """Say by which rule, and from which part of its text, an answer was read; empty where the record does not tell."""
    if not done.clause:
        return ""
    return f"read by {one_line(done.rule, 40)}: {one_line(done.clause, 40)}, from {one_line(done.part, 60)}"


@dataclass(slots=True)
class StepView:
    """One step: what was asked, every attempt at answering, and what was done (None until then).

    ``happened`` holds other events, each with the number of attempts before it.
    """

    number: int
    observation: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    done: Stepped | None = None
    happened: list[tuple[MarkKind, str, int]] = field(default_factory=list)

    @property
    def answer(self) -> Attempt | None:
        """The attempt that became the action, or None."""
        return self.attempts[-1] if self.done and self.attempts else None

    def judged(self, attempt: Attempt) -> bool:
        """Return whether an answer was checked for a legal action: the program may have ended before the check."""
        return bool(attempt.rejection) or attempt is self.answer


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a person wants to find again on the timeline."""

    step: int
    kind: MarkKind
    text: str


class TrialState:
    """What has happened in a trial so far.

    Args:
        header: What the trial is.

    Raises:
        bioblue_envs.ParameterError: When the header names no known environment or unacceptable parameters.
    """

    def __init__(self, header: Header) -> None:
        self.header = header
        self.environment: Environment = bioblue_envs.make_version(
            header.environment, header.dynamics, **header.parameters
        )
        self.steps: list[StepView] = []
        """Every step asked so far, in order; the last one may not be done."""
        self.marks: list[Mark] = []
        self.notes = Notebook()
        """The current notes of people."""
        self.interventions: list[Intervened] = []
        """What was changed for the agent, planned or live, in order."""
        self.status: Status = "ready"
        self.reason = ""
        """Why the trial is paused or ended; empty when a person paused it."""
        self.failure = ""
        """Why it could not continue by itself, if it ended for that reason; empty otherwise."""
        self.tally = Tally(header.agent, header.forked_after or 0)
        """Attempts without a legal action."""
        self.version = 0
        """Counts events; a reader that keeps it knows later whether anything is new."""
        if header.parent and header.forked_after is not None:
            self._mark(header.forked_after, "forked", f"a fork of {header.parent.get('file')} from here on")
        self.done = 0
        """The last step that was applied; 0 before the first."""

    @property
    def standing(self) -> str:
        """How it ended, in a word of ``standing_word``."""
        ended = self.reason if self.status == "ended" else ""
        return standing_word(self._natural_end or ended, failed=bool(self.failure))

    @property
    def stuck(self) -> bool:
        """Whether it paused by itself over a question it can't get past; a finding may pause a trial, too."""
        asked = len(self.steps) > self.done and bool(self.steps[-1].attempts)
        return self.status == "paused" and bool(self.reason) and asked

    @property
    def whole(self) -> bool:
        """Whether it was played to its end: all steps, or until its environment ended."""
        return bool(self._natural_end)

    @property
    def unaveraged(self) -> str:
        """Why it is left out where trials are averaged: how it ended early, or that it has no steps of its own.

        The totals of a trial that ended early are sums over fewer steps than others; a fork without steps of its own
        is the same as its parent. Empty where it counts.
        """
        if not self.whole:
            return self.standing
        return "" if self.done > (self.header.forked_after or 0) else "without own steps"

    @property
    def _natural_end(self) -> str:
        last = self.recorded(self.done)
        return (last.ended if last else "") or (COMPLETE if self.done >= self.header.steps else "")

    @property
    def rejections(self) -> int:
        """How many answers were rejected so far, as illegal or not readable."""
        return self.tally.rejected + self.tally.person_rejected

    @property
    def levels(self) -> tuple[Number, ...]:
        """The levels now."""
        return self.levels_after(self.done)

    def levels_after(self, step: int) -> tuple[Number, ...]:
        """Return the levels after a step; after step 0 those at the start.

        A damaged record may have lost steps: then the levels before the next step count, or the last known levels.

        Raises:
            IndexError: When the trial has not come that far.
        """
        if not 0 <= step <= self.done:
            raise IndexError(f"step {step} has not been done")
        for known in range(step, -1, -1):
            if own := self.recorded(known):
                return own.after
            if following := self.recorded(known + 1):
                return following.before
        return self.environment.initial().levels

    def stepped(self, step: int) -> Stepped:
        """Return what was done in a step, from 1.

        Raises:
            IndexError: When it has not been done, or was lost from a damaged record.
        """
        done = self.recorded(step)
        if done is None:
            raise IndexError(f"step {step} has not been done")
        return done

    def recorded(self, step: int) -> Stepped | None:
        """Return what was done in a step, or None when it has not been done or was lost from a damaged record."""
        return self.steps[step - 1].done if 1 <= step <= len(self.steps) else None

    def disturbed(self, step: int) -> Change:
        """Return what a researcher added to a step's noise, one integer per objective; empty if nothing was added."""
        return disturbance(self.interventions, step)

    @property
    def any_disturbed(self) -> bool:
        """Whether anything was added to the noise of a step that was done."""
        return any(self.disturbed(event.step) for event in self.interventions if event.step <= self.done)

    def noise(self, step: int) -> Change:
        """Return the noise of a step that was done, without what was added to it; empty without noise."""
        return undisturbed(self.stepped(step).change, self.disturbed(step))

    def actions_in(self, step: int) -> Sequence[Number | None]:
        """Return a step's action, one number per objective; all None at step 0 and where the step was lost."""
        done = self.recorded(step)
        return done.action if done else (None,) * len(self.environment.objectives)

    def gauge_values(self, step: int) -> tuple[Number, ...]:
        """Return what each gauge shows after a step; see ``levels_after``."""
        return self.environment.gauge_values(bioblue_envs.State(self.levels_after(step), ()))

    def feed(self, events: Iterable[Event]) -> TrialState:
        """Apply events in order and return this state; see ``apply``."""
        for event in events:
            self.apply(event)
        return self

    def apply(self, event: Event) -> None:
        """Fold one event into the state.

        Raises:
            ValueError: For an event that can't belong to this trial: its step is out of range, or its number of
                objectives differs. Only a damaged or foreign record holds one; the state is then unchanged.
        """
        self._check(event)
        self.version += 1
        self.tally.apply(event)
        match event:
            case Asked():
                self._ask(event)
            case Heard() | Retrying() | Interrupted() | Answered() | Rejected() | Failed():
                self._fold(self._attempt(event.step, event.attempt), event)
            case Intervened() | HandedOver():
                self._acted_on(event)
            case Stepped():
                self._view(event.step).done = event
                self.done = max(self.done, event.step)
            case Paused():
                self.status, self.reason = "paused", event.reason
                if event.reason:
                    self._mark(event.step, "paused", event.reason)
            case Resumed():
                self.status, self.reason = "asking" if self._awaiting else "holding", ""
                self.failure = ""
            case Ended():
                if event.reason == STOPPED and self.stuck:
                    self.failure = self.reason
                self.status, self.reason = "ended", event.reason
                self._mark(event.step, "ended", event.reason)
            case Noted():
                self.notes.apply(event)

    def _acted_on(self, event: Intervened | HandedOver) -> None:
        if isinstance(event, HandedOver):
            self._happened(event.step, "handed over", handed(event))
            return
        self.interventions.append(event)
        self._happened(event.step, "intervened", intervened(event))

    def _ask(self, event: Asked) -> None:
        view = self._view(event.step)
        view.observation = event.observation
        if self._awaiting and self.steps[-1] is view:
            # The program ended before this attempt was answered, so it never will be.
            view.attempts[-1].interrupted = True
        view.attempts.append(Attempt(event.attempt, event.actor))
        if self.status != "paused":
            self.status = "asking"

    def _fold(self, attempt: Attempt, event: Heard | Retrying | Interrupted | Answered | Rejected | Failed) -> None:
        attempt.waiting = ""
        match event:
            case Heard():
                attempt.hear(event)
            case Retrying():
                attempt.waiting = retry_words(event)
                attempt.heard = attempt.reasoning = ""
                self._mark(event.step, "retrying", event.message)
            case Interrupted():
                attempt.interrupted, attempt.heard = True, event.text
                if event.actor != HUMAN:
                    # A person who hands back has not been interrupted, only asked.
                    stopped = "the trial was stopped before the answer had come"
                    self._mark(event.step, "interrupted", stopped if event.reason else "the answer was interrupted")
            case Answered():
                self._answered(attempt, event)
            case Rejected():
                attempt.rejection, attempt.kind = event.reason, event.kind
                self._mark(event.step, "failed" if event.kind in ("cut", "provider") else "rejected", event.reason)
            case Failed():
                attempt.failure = event.message
                self._mark(event.step, "failed", event.message)

    @property
    def awaited(self) -> int:
        """The step whose answer is awaited, or was awaited when the record ended; 0 where no answer is."""
        return self.steps[-1].number if self._awaiting else 0

    @property
    def _awaiting(self) -> bool:
        attempt = self.steps[-1].attempts[-1] if self.steps and self.steps[-1].attempts else None
        over = attempt is None or attempt.text is not None or attempt.failure or attempt.interrupted
        return not over and not self.steps[-1].done

    def _check(self, event: Event) -> None:
        # Also protects us from a hostile step number: every step before it would take memory.
        least = 0 if isinstance(event, Ended | Noted) else 1
        most = min(self.header.steps, MAX_STEPS) + isinstance(event, Paused | Resumed)
        if not least <= event.step <= most:
            name = type(event).__name__.lower()
            raise ValueError(f"{name} at step {event.step}: a trial of {self.header.steps} steps has no such step")
        if isinstance(event, Stepped):
            count = len(self.environment.objectives)
            if not len(event.action) == len(event.before) == len(event.after) == count:
                raise ValueError(f"step {event.step}: action and levels need {count} value(s) each")

    def _answered(self, attempt: Attempt, event: Answered) -> None:
        attempt.text, attempt.heard = event.text, ""
        attempt.actor = event.actor
        attempt.seconds = event.seconds
        attempt.reasoning = event.reasoning
        attempt.usage = event.usage
        attempt.notes = event.notes
        if event.dropped:
            early = f"{counted(event.dropped, 'key')} pressed before the question was shown: dropped"
            attempt.notes = (*event.notes, early)
        if note := cut_past(event):
            self._mark(event.step, "shortened", note)
        if self.status == "asking":
            self.status = "holding"

    def _view(self, step: int) -> StepView:
        # Records may begin late or have gaps where lines were damaged; every step still gets its place.
        while len(self.steps) < step:
            self.steps.append(StepView(len(self.steps) + 1))
        return self.steps[step - 1]

    def _attempt(self, step: int, number: int) -> Attempt:
        view = self._view(step)
        if not view.attempts or view.attempts[-1].number != number:
            # The question was lost with a damaged line.
            view.attempts.append(Attempt(number, self.header.agent))
        return view.attempts[-1]

    def _happened(self, step: int, kind: MarkKind, text: str) -> None:
        self._mark(step, kind, text)
        if step <= self.header.steps:
            view = self._view(step)
            view.happened.append((kind, text, len(view.attempts)))

    def _mark(self, step: int, kind: MarkKind, text: str) -> None:
        self.marks.append(Mark(step, kind, text))
