"""Events: the only thing that leaves a trial. Records, states, displays and analysis all read this stream.

Every event carries ``at``, seconds since the epoch on the trial's clock. Steps count from 1; a trial that ended before
its first step ended after step 0. Notes may come at any time, also after the end; nothing of the trial depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bioblue_envs import Action, Change, Number

from bioblue_tui.agents.base import Usage

OLD_RULE = "last-line-1"
"""Name of the rule by which answers were read before rules had names: the integers of the last line that holds any."""

FOREIGN_RULE = "not-ours"
"""Stands for the rule of published logs, which no text tells."""

InterventionKind = Literal["remind", "reason", "summary", "rewards", "disturb"]
"""A reminder in the next observation; reasoning asked for, a summary added, rewards shown, from now on or no more; an
extra exogenous change."""

Planned = tuple[int, InterventionKind, object]
"""An intervention that is planned for a step: the step, its kind, its value."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a trial is, fixed before its first step and kept as the first line of its record.

    Attributes:
        environment: Id of the environment.
        parameters: All its parameters, as JSON values.
        seed: Seed of the environment's noise; None where it is not known (some published logs).
        steps: How many steps the trial is to have.
        agent: Name of the agent.
        model: Name of the model, or an empty string.
        provider: Parameters sent to the provider, without any key.
        instruction: The system instruction, whole; empty where it was not kept.
        wording: Name and version of the wording that instruction and observations have.
        condition: Free label of the experimental condition.
        program: Program and version that made the record.
        created: When the trial began, ISO 8601 with offset.
        id: Unique name of the trial.
        parent: Where a fork came from: ``id``, ``file`` and ``step``, and of a fork of a fork ``root``, the id of the
            trial that both have the first steps of; or None.
        presentation: What a person had before their eyes: ``full`` or ``prompt-only``; empty for other agents.
        schedule: Interventions planned for certain steps: step, kind and value of each.
        source: ``live`` for our own trials, ``published`` for logs of the reference scripts.
        study: For a trial of a study with people: ``name`` of the study, ``participant`` (a code), ``block``, ``trial``
            (its place in the study) and ``practice``; None elsewhere.
        wording_digest: Digest of the wording's texts; empty in records of older programs.
        reading: The rule that reads the answers of steps that name none themselves.
        words: The wording's templates for this environment, so that the trial can go on with them anywhere; empty in
            records of older programs, whose wording is known by its name.
        dynamics: Version of the environment's dynamics; 1 in records of older programs.
    """

    environment: str
    parameters: Mapping[str, object]
    seed: int | None
    steps: int
    agent: str
    model: str = ""
    provider: Mapping[str, object] = field(default_factory=dict)
    instruction: str = ""
    wording: str = ""
    condition: str = ""
    program: str = ""
    created: str = ""
    id: str = ""
    parent: Mapping[str, object] | None = None
    presentation: str = ""
    schedule: tuple[Planned, ...] = ()
    source: str = "live"
    study: Mapping[str, object] | None = None
    wording_digest: str = ""
    reading: str = OLD_RULE
    words: Mapping[str, object] = field(default_factory=dict)
    dynamics: int = 1

    @property
    def told(self) -> tuple[str, str]:
        """Name and digest of the wording, where anybody reads it; a scripted policy does not."""
        return (self.wording, self.wording_digest) if self.model or self.presentation else ("", "")

    @property
    def forked_after(self) -> int | None:
        """The last step that a fork shares with its parent; None where the trial is no fork."""
        step = self.parent.get("step") if self.parent else None
        return step if type(step) is int and 0 <= step <= self.steps else None


@dataclass(frozen=True, slots=True)
class Asked:
    """The agent is asked. The observation is exactly the text it gets."""

    at: float
    step: int
    attempt: int
    observation: str
    actor: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer arrived; whether it is legal is not yet said.

    Attributes:
        at: When.
        step: Which step.
        attempt: Which attempt.
        text: The answer.
        actor: Who gave it.
        seconds: From asking to answer; of a model behind an API from sending the request that was answered to the last
            byte of its answer; of a participant in a study less pauses and the like (before 1.2 with them).
        reasoning: Reasoning that came with it.
        usage: Tokens of the request that was answered.
        notes: What a person should know about how it came.
        dropped: Keys that a person pressed before the question was on the screen; they are no part of the answer.
        requests: How many requests were sent for it since it was asked for, or since the latest retry: more than one
            where a server refused a parameter.
    """

    at: float
    step: int
    attempt: int
    text: str
    actor: str
    seconds: float | None = None
    reasoning: str = ""
    usage: Usage | None = None
    notes: tuple[str, ...] = ()
    dropped: int = 0
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Rejected:
    """What came was not a legal action: not applied, not kept in the history.

    Attributes:
        at: When.
        step: Which step.
        attempt: Which attempt.
        reason: Why, for a person.
        kind: One of ``illegal``, ``unreadable``, ``cut`` (at the limit of tokens) and ``provider`` (the provider's
            fault); empty in records of older programs: one of the first two.
    """

    at: float
    step: int
    attempt: int
    reason: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing came. The message says what happened and what to do; it never holds a key. The kind is ``provider``.

    ``requests`` counts as in ``Answered``.
    """

    at: float
    step: int
    attempt: int
    message: str
    kind: str = ""
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Heard:
    """Some more of the answer arrived. Not kept in records: the whole answer follows."""

    at: float
    step: int
    attempt: int
    text: str
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class Retrying:
    """A fault that may pass: the agent is asked again after a wait.

    Attributes:
        at: When.
        step: Which step.
        attempt: Which attempt; it stays the same.
        number: Which retry, from 1.
        wait: Seconds until then.
        message: What went wrong.
        requests: How many requests it went wrong with, as in ``Answered``.
    """

    at: float
    step: int
    attempt: int
    number: int
    wait: float
    message: str
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The answer in flight was cut short. What had come of it is kept; it is asked anew when the trial goes on.

    ``reason`` is ``stopped`` where the trial was stopped meanwhile, and empty where a person cut the answer short.
    ``requests`` counts as in ``Answered``; none where the next try was waited for. The last of them was abandoned: what
    it came to is not known.
    """

    at: float
    step: int
    attempt: int
    text: str
    actor: str
    reason: str = ""
    requests: int = 1


@dataclass(frozen=True, slots=True)
class HandedOver:
    """From this step on another one acts: a person who takes over, or the agent again."""

    at: float
    step: int
    actor: str


@dataclass(frozen=True, slots=True)
class Intervened:
    """Somebody changes what the agent is told, or what happens to it, from this step on.

    Attributes:
        at: When.
        step: The first step that is changed.
        kind: What is changed.
        value: A text for ``remind``, integers for ``disturb``, on or off for the others.
    """

    at: float
    step: int
    kind: InterventionKind
    value: object

    @property
    def planned(self) -> Planned:
        """The same as a plan has it."""
        return self.step, self.kind, self.value


@dataclass(frozen=True, slots=True)
class Stepped:
    """A legal action was applied.

    Attributes:
        at: When.
        step: Which step, from 1.
        actor: Who acted.
        action: One integer per objective.
        change: The exogenous change, one integer per objective, or empty: the noise, and what was done in ``disturb``
            interventions of this step, together.
        before: Levels the action was chosen at.
        after: Levels that followed.
        rewards: This step's rewards by dimension.
        metrics: Metrics by name.
        totals: Running totals of the rounded rewards by dimension.
        ended: Why no further step is possible, or an empty string.
        rule: The rule that read the answer; empty where it is the header's.
        clause: What of that rule read it.
        part: From which part of the answer.
    """

    at: float
    step: int
    actor: str
    action: Action
    change: Change
    before: tuple[Number, ...]
    after: tuple[Number, ...]
    rewards: Mapping[str, Number]
    metrics: Mapping[str, Number]
    totals: Mapping[str, Number]
    ended: str = ""
    rule: str = ""
    clause: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
    """The trial holds before ``step``. The reason is empty when a person asked for it."""

    at: float
    step: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The trial goes on with ``step``."""

    at: float
    step: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The trial is over after ``step`` steps. ``reason`` is one of the constants below or the environment's own."""

    at: float
    step: int
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A person notes something about a step. It changes nothing in the trial, and may come long after its end.

    An edit is a later event with the same id, and so is a deletion: the last one counts.

    Attributes:
        at: When it was written.
        step: The step it is about; 0 for the trial as a whole.
        id: What tells it from the trial's other notes.
        text: What is noted; may be empty where there is a tag.
        tag: A failure mode or a word of one's own, perhaps with an objective behind a colon; may be empty.
        who: Who notes it; may be empty.
        deleted: True when the note is to be gone.
    """

    at: float
    step: int
    id: str
    text: str
    tag: str = ""
    who: str = ""
    deleted: bool = False


COMPLETE = "complete"
"""All steps were played."""

STOPPED = "stopped"
"""A person or a program stopped the trial before its last step."""

FAULT = "fault"
"""How the reason begins when an error in the program or in an agent ended the trial; the error's name follows."""

FAILED = "failed"
"""How a trial stands that could not go on by itself: it paused by itself and was stopped so, or a fault ended it."""

INTERRUPTED = "interrupted"
"""How a trial stands that has no end: the program was gone before there was one."""

RUNNING = "running"
"""How a trial stands that has no end yet: a program is writing it."""


def is_open_end(reason: str) -> bool:
    """Tell whether a trial that ended for this reason can go on: it was stopped, or a fault ended it."""
    return reason == STOPPED or reason.startswith(FAULT)


def standing_word(reason: str, *, failed: bool) -> str:
    """Return how a trial stands, in a word that is the same wherever trials are listed.

    Args:
        reason: Why it ended, as in its record; empty where it has no end.
        failed: Whether it could not go on by itself.
    """
    return FAILED if failed or reason.startswith(FAULT) else reason or INTERRUPTED


MAX_STEPS = 100_000
"""The most steps a trial may have: far beyond any experiment, and what a damaged file may at most make us hold."""

Event = (
    Asked
    | Heard
    | Retrying
    | Interrupted
    | Answered
    | Rejected
    | Failed
    | HandedOver
    | Intervened
    | Stepped
    | Paused
    | Resumed
    | Ended
    | Noted
)
"""Anything that leaves a trial after its header."""
