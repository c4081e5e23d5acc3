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
"""The rule that read answers before rules had names: take the integers of the last line that holds any."""

FOREIGN_RULE = "not-ours"
"""Used for the rule of published logs, which is not known."""

InterventionKind = Literal["remind", "reason", "summary", "rewards", "disturb"]
"""A reminder in the next observation; from now on, asking for reasoning, adding a summary or showing rewards (on or
off); an extra exogenous change."""

Planned = tuple[int, InterventionKind, object]
"""An intervention that is planned for a step: the step, its kind, its value."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a trial is, fixed before its first step and kept as the first line of its record.

    Attributes:
        environment: Id of the environment.
        parameters: All its parameters, as JSON values.
        seed: Seed of the environment's noise; None where it is not known (some published logs).
        steps: The planned number of steps.
        agent: Name of the agent.
        model: Name of the model, or an empty string.
        provider: Parameters sent to the provider, without any key.
        instruction: The system instruction, whole; empty where it was not kept.
        wording: Name and version of the wording of instruction and observations.
        condition: Free label of the experimental condition.
        program: Program and version that made the record.
        created: When the trial began, ISO 8601 with offset.
        id: Unique name of the trial.
        parent: Where a fork came from: ``id``, ``file`` and ``step``, and in a fork of a fork also ``root``, the id of
            the trial whose first steps both have; None where the trial is not a fork.
        presentation: What a person saw on the screen: ``full`` or ``prompt-only``; empty for other agents.
        schedule: Interventions planned for certain steps: step, kind and value of each.
        source: ``live`` for our own trials, ``published`` for logs of the reference scripts.
        study: For a trial of a study with people: ``name`` of the study, ``participant`` (a code), ``block``, ``trial``
            (its place in the study) and ``practice``; None elsewhere.
        wording_digest: Digest of the wording's texts; empty in records of older programs.
        reading: The rule that reads the answers of steps that name none themselves.
        words: The wording's templates for this environment, so that the trial can continue with them anywhere; empty
            in records of older programs, whose wording is found by its name.
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
        """Name and digest of the wording, or empty texts where no one reads it, as for a scripted policy."""
        return (self.wording, self.wording_digest) if self.model or self.presentation else ("", "")

    @property
    def forked_after(self) -> int | None:
        """The last step that a fork shares with its parent; None where the trial is not a fork."""
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
        seconds: From asking to answer; for a model behind an API, from sending the answered request to the last byte of
            its answer; for a participant in a study, without pauses and the like (before 1.2 with them).
        reasoning: Reasoning that came with it.
        usage: Tokens of the answered request.
        notes: What a person should know about how it came.
        dropped: Keys that a person pressed before the question was on the screen; they are not part of the answer.
        requests: How many requests were sent for it since the question, or since the latest retry: more than one where
            a server refused a parameter.
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
    """The answer was not a legal action: it is neither applied nor kept in the history.

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
    """No answer came. The message says what happened and what to do; it never holds a key. The kind is ``provider``.

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
    """The next part of the answer arrived. Not kept in records: the whole answer follows."""

    at: float
    step: int
    attempt: int
    text: str
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class Retrying:
    """A fault that may pass occurred: the agent is asked again after a wait.

    Attributes:
        at: When.
        step: Which step.
        attempt: Which attempt; it stays the same.
        number: Which retry, from 1.
        wait: Seconds until the retry.
        message: What went wrong.
        requests: How many requests were sent, as in ``Answered``.
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
    """The answer in flight was cut short. What had arrived is kept; the agent is asked again when the trial continues.

    ``reason`` is ``stopped`` where the trial was stopped meanwhile, and empty where a person cut the answer short.
    ``requests`` counts as in ``Answered``; it is 0 during the wait before a retry. The last request was abandoned: its
    tokens and cost are not known.
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
    """From this step on someone else acts: a person who takes over, or the agent again."""

    at: float
    step: int
    actor: str


@dataclass(frozen=True, slots=True)
class Intervened:
    """A person or a plan changes what the agent is told, or what happens to it, from this step on.

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
        """The same in the form that plans have."""
        return self.step, self.kind, self.value


@dataclass(frozen=True, slots=True)
class Stepped:
    """A legal action was applied.

    Attributes:
        at: When.
        step: Which step, from 1.
        actor: Who acted.
        action: One integer per objective.
        change: The exogenous change, one integer per objective, or empty: the noise plus the ``disturb`` interventions
            of this step.
        before: Levels at which the action was chosen.
        after: Levels after the step.
        rewards: This step's rewards by dimension.
        metrics: Metrics by name.
        totals: Running totals of the rounded rewards by dimension.
        ended: Why no further step is possible, or an empty string.
        rule: The rule that read the answer; empty where it is the header's.
        clause: The clause of that rule that read it.
        part: The part of the answer that it was read from.
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
    """The trial pauses before ``step``. The reason is empty when a person asked for it."""

    at: float
    step: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The trial continues with ``step``."""

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
        id: Unique among the trial's notes.
        text: What is noted; may be empty where there is a tag.
        tag: A failure mode or any other word, perhaps with an objective after a colon; may be empty.
        who: Who notes it; may be empty.
        deleted: True when the note was deleted.
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
"""The beginning of the reason when an error in the program or in an agent ended the trial; the error's name follows."""

FAILED = "failed"
"""State of a trial that could not continue by itself: it paused by itself and was then stopped, or a fault ended it."""

INTERRUPTED = "interrupted"
"""State of a trial without an end: the program ended before it could record one."""

RUNNING = "running"
"""State of a trial without an end that a program is still writing."""


def is_open_end(reason: str) -> bool:
    """Tell whether a trial that ended for this reason can be resumed: it was stopped, or a fault ended it."""
    return reason == STOPPED or reason.startswith(FAULT)


def standing_word(reason: str, *, failed: bool) -> str:
    """Return the state of a trial, in a word that is the same wherever trials are listed.

    Args:
        reason: Why it ended, as in its record; empty where it has no end.
        failed: Whether it could not continue by itself.
    """
    return FAILED if failed or reason.startswith(FAULT) else reason or INTERRUPTED


MAX_STEPS = 100_000
"""The most steps a trial may have: far beyond any experiment; it also limits the memory a damaged file can take."""

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
