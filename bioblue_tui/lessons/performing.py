"""Showing a lesson's trial: what is played, and how much of it the class may see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bioblue_tui.lessons.format import Activity
from bioblue_tui.lessons.staging import Staging
from bioblue_tui.lessons.unnamed import UnnamedState
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.files import read_bytes, write_bytes
from bioblue_tui.records.notes import noted
from bioblue_tui.runs.pause_on import modes_of, pause_on
from bioblue_tui.runs.session import ReplaySession, Session, default_speed, open_session
from bioblue_tui.runs.trial_spec import TrialSpec

REPLAY_SPEED = 5.0
"""Steps per second at which a record is played unless the lesson says otherwise."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A trial of a lesson that is about to be shown.

    Attributes:
        activity: What is played.
        condition: Label for its record.
        staging: How it is shown.
        changed: The parameters that an alternative rule changes.
        answers: A record whose answers are given again under that rule; None where the agent can play again.
        again: The record of a trial that was played, to be shown once more; None to play the trial.
    """

    activity: Activity
    condition: str
    staging: Staging
    changed: Mapping[str, object] = field(default_factory=dict)
    answers: Path | None = None
    again: Path | None = None


def perform(performance: Performance, data: Path) -> Session | ReplaySession:
    """Make the session of a lesson's trial.

    Args:
        performance: What is to be shown.
        data: The data directory.

    Raises:
        AgentError: When the agent can't run now.
        RecordError: When a record can't be read, or the trial's own can't be written.
        ParameterError: For unacceptable parameters.
    """
    activity = performance.activity
    record = performance.again or (_copy(activity.record, data) if activity.record else None)
    session: Session | ReplaySession
    if record is not None:
        session = ReplaySession(open_record(record), speed=activity.speed or REPLAY_SPEED)
        past = noted(session.record)
    else:
        spec = _spec(performance)
        speed = activity.speed or default_speed(spec.agent)
        session = open_session(spec, data, speed=speed)
        past = list(session.past)
        if activity.pause_on:
            pause_on(session, modes_of(activity.pause_on))
    if performance.staging.unnamed:
        session.state = UnnamedState(session.header).feed(past)
    return session


def stage(session: Session, staging: Staging) -> None:
    """Show a trial that was resumed or forked as part of a lesson."""
    if staging.pause_on:
        pause_on(session, modes_of(staging.pause_on))
    if staging.unnamed:
        # The event that it was resumed is in the file, but not in the session's past.
        state = UnnamedState(session.header, staging.kept, staging.named_after)
        session.state = state.feed(open_record(session.path).events)


def _spec(performance: Performance) -> TrialSpec:
    activity = performance.activity
    return TrialSpec(
        environment=activity.environment,
        agent=f"replay:{performance.answers}" if performance.answers else activity.agent,
        parameters={**activity.parameters, **performance.changed},
        seed=activity.seed,
        steps=activity.steps,
        prompt_only=activity.prompt_only and not performance.answers,
        condition=performance.condition,
    )


def _copy(record: Path, data: Path) -> Path:
    """Return a copy of a lesson's record in the data directory: the class's notes belong there, not in the lesson."""
    content = read_bytes(record)
    path = data / "lessons" / f"{record.stem}-{hashlib.sha256(content).hexdigest()[:8]}{record.suffix}"
    if not path.exists():
        write_bytes(path, content)
    return path
