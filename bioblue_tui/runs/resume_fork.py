"""Continuing a recorded trial: resuming one that was interrupted, and forking one at any of its steps."""

from __future__ import annotations

import secrets
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bioblue_tui import __version__
from bioblue_tui.agents.base import Agent, AgentError
from bioblue_tui.agents.human import HUMAN, HumanAgent
from bioblue_tui.agents.scripted import STREAM
from bioblue_tui.formatting.text import visible
from bioblue_tui.models.catalogue import ModelSettings, make_agent
from bioblue_tui.models.providers import is_model
from bioblue_tui.records.collection import left_out, open_record, recent
from bioblue_tui.records.journal import Journal
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import Record, RecordError, make_environment
from bioblue_tui.runs.session import Session, agent_of
from bioblue_tui.system.paths import data_dir, trials_dir
from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.events import (
    Ended,
    Event,
    HandedOver,
    Header,
    Noted,
    Paused,
    Planned,
    Resumed,
    Stepped,
    is_open_end,
)
from bioblue_tui.trials.parse import RULE
from bioblue_tui.trials.past import taken_over
from bioblue_tui.trials.trial import RETRY_LIMIT
from bioblue_tui.wordings.collection import UNKNOWN, default
from bioblue_tui.wordings.wording import Wording

WAITS = "waits for a person"
"""The standing, among trials that run by themselves, of one that only a person can continue."""


def can_resume(record: Record, *, in_study: bool = False) -> str:
    """Return why a trial cannot be resumed, or an empty string when it can.

    Args:
        record: The trial.
        in_study: True where a study resumes it: elsewhere nothing would be measured.
    """
    if record.header.study is not None and not in_study:
        return "it belongs to a study; bioblue study run resumes it"
    if record.header.source != "live":
        return "it is a published log; fork it instead"
    ended = next((event for event in reversed(record.events) if isinstance(event, Ended | Stepped)), None)
    if isinstance(ended, Ended) and not is_open_end(ended.reason):
        return f"the trial has ended ({ended.reason})"
    if isinstance(ended, Stepped) and ended.ended:
        return f"the trial has ended ({ended.ended})"
    done = record.done
    return "all its steps were played" if done >= record.header.steps else ""


def held_by_person(record: Record, *, hand_back: bool = False) -> str:
    """Return why only a person can continue; an empty string where an agent can, and where the trial has ended.

    Args:
        record: The trial.
        hand_back: Whether the agent is to continue where a person had taken over.
    """
    since, agent = taken_over(record.events), record.header.agent[:60]
    if can_resume(record):
        return ""
    if agent == HUMAN:
        return f"{WAITS}: bioblue resume {visible(shlex.quote(str(record.path or 'FILE')))}"
    if not since or hand_back:
        return ""
    choices = f"bioblue resume asks them on the screen, bioblue resume --hand-back lets {agent} continue"
    return f"a person has taken over from step {since} on; {choices}"


def resumable(directory: Path, complain: Callable[[str], None] = lambda line: None) -> tuple[list[Path], int]:
    """Return the records in a directory that are open, the oldest first, and how many trials are running there.

    Records that can't be resumed are among them, since trying tells why: damaged ones, which may be open, and those
    whose environment is not installed.

    Args:
        directory: Where the records are.
        complain: Receives a line about files that cannot be read as records.

    Raises:
        RecordError: When the directory cannot be read.
    """
    found, running = [], 0
    entries = recent(directory, sys.maxsize)
    for line in left_out([entry for entry in entries if not entry.damaged]):
        complain(line)
    for entry in entries:
        in_study = entry.header is not None and entry.header.study is not None
        if entry.over or not (entry.damaged or entry.header is not None) or in_study:
            continue
        if is_locked(entry.path):
            running += 1
            continue
        # Read only now: its writer may have ended the trial since the list was made.
        try:
            goes_on = not can_resume(open_record(entry.path))
        except RecordError:
            goes_on = True
        if goes_on:
            found.append(entry.path)
    return found[::-1], running


def resume_session(
    path: Path,
    data: Path | None = None,
    *,
    agent: Agent | None = None,
    clock: Clock | None = None,
    speed: float | None = None,
    paused: bool = False,
    retry_limit: int = RETRY_LIMIT,
    concurrent: bool = False,
    in_study: bool = False,
    hand_back: bool = False,
) -> Session:
    """Resume a trial in its own record, after its last complete step.

    The noise continues as it would have. An answer that had not arrived is asked for again. Where a person had taken
    over from the agent, it is that person's turn again.

    Args:
        path: The record.
        data: The data directory, where local models are; None for the platform's.
        agent: Who plays, instead of the agent that the header names.
        clock: Where time comes from.
        speed: Steps per second at most, or None.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses.
        concurrent: Whether other trials run in the same loop.
        in_study: True where a study resumes it.
        hand_back: Whether the agent continues where a person had taken over.

    Raises:
        RecordError: When the record cannot be read or written, is being written, or has ended.
        AgentError: When its agent can't run now.
    """
    journal, record = Journal.reopen(path)
    try:
        why = can_resume(record, in_study=in_study)
        if why:
            raise RecordError(f"cannot be resumed: {why}", path)
        agent = agent or agent_of(record.header, data)
        options = {
            "clock": clock,
            "speed": speed,
            "paused": paused,
            "retry_limit": retry_limit,
            "concurrent": concurrent,
        }
        held = bool(taken_over(record.events))
        person = HumanAgent() if held and not hand_back else None
        session = Session(record.header, agent, journal, past=record.events, person=person, **options)  # type: ignore[arg-type]
        now, step = (clock or SystemClock()).now(), session.state.done + 1
        session.tell(Resumed(now, step))
        if held and hand_back:
            session.tell(HandedOver(now, step, agent.name))
    except ValueError as error:
        journal.close()
        raise RecordError(f"cannot be resumed: {error}", path) from error
    except BaseException:
        journal.close()
        raise
    return session


@dataclass(frozen=True, slots=True)
class Changes:
    """In what a fork differs from its parent.

    Attributes:
        agent: Who plays, as in ``make_agent``; empty for the parent's agent. Another model begins with the default
            settings, the same model with those it had.
        settings: The model's settings that change, by their names in ``ModelSettings``.
        instruction: The system instruction; empty for the parent's.
        schedule: Interventions planned for the fork, in addition to the parent's.
        stream: Random stream of a scripted agent; empty for the one that its parent had.
        wording: What the agent is told, and in which words; None for the parent's wording.
    """

    agent: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    instruction: str = ""
    schedule: tuple[Planned, ...] = ()
    stream: str = ""
    wording: Wording | None = None


def stream_of_fork(header: Header, at: int, number: int) -> str:
    """Name the random stream of one of several forks at a step: unlike the parent's and unlike every other fork's."""
    before = header.provider.get(STREAM)
    return "/".join([*([str(before)] if before else []), f"{at}.{number}"])


def agent_of_fork(header: Header, changes: Changes, data: Path | None = None) -> Agent:
    """Make the agent of a fork.

    Args:
        header: The parent's header.
        changes: What is to be different.
        data: The data directory, where local models are; None for the platform's.

    Raises:
        AgentError: When it can't run now, or takes no settings because it is not a model.
    """
    name, told, who = changes.agent, changes.settings, changes.agent or header.agent
    if told and not is_model(who):
        raise AgentError(f"{next(iter(told)).replace('_', '-')} is a setting for models, and {who[:60]} is not a model")
    if not name and not told:
        return agent_of(header, data, changes.stream)
    settings = ModelSettings() if name else ModelSettings.of(header.provider)
    confirmed = settings.confirmed or "base_url" in told
    settings = replace(settings, **told, explicit=frozenset(told), confirmed=confirmed)  # type: ignore[arg-type]
    return make_agent(who, header.environment, header.seed or 0, settings, data=data, stream=changes.stream)


def fork_session(
    record: Record,
    at: int,
    data: Path | None = None,
    *,
    agent: Agent | None = None,
    condition: str = "",
    instruction: str = "",
    schedule: tuple[Planned, ...] = (),
    wording: Wording | None = None,
    clock: Clock | None = None,
    speed: float | None = None,
    paused: bool = False,
    retry_limit: int = RETRY_LIMIT,
    concurrent: bool = False,
) -> Session:
    """Begin a trial with the past of another one, and the same noise.

    Args:
        record: The trial to fork.
        at: The last step that the fork shares with it; 0 forks from the start.
        data: The data directory; None for the platform's.
        agent: Who plays from there; None for the same agent.
        condition: Label of the experimental condition; empty for the parent's.
        instruction: The system instruction from there on; empty for the parent's.
        schedule: Interventions planned for the fork, in addition to the parent's.
        wording: What the agent is told from there on, and in which words; None for the parent's wording.
        clock: Where time comes from.
        speed: Steps per second at most, or None.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses.
        concurrent: Whether other trials run in the same loop.

    Raises:
        RecordError: When the step was not played, the noise after it or its wording is not known, or nothing can be
            written.
        WordingError: When the wording has no words for the environment.
        AgentError: When the agent can't run now.
    """
    done = record.done
    if not 0 <= at <= done:
        raise RecordError(f"step {at} cannot be forked: {done} steps were played", record.path)
    parent = record.header
    moment = clock or SystemClock()
    agent = agent or agent_of(parent, data)
    header = replace(
        parent,
        agent=agent.name,
        model=agent.model,
        provider=dict(agent.provider),
        condition=condition or parent.condition,
        schedule=(*parent.schedule, *schedule),
        program=f"bioblue-tui {__version__}",
        created=datetime.fromtimestamp(moment.now()).astimezone().isoformat(timespec="seconds"),
        id=secrets.token_hex(8),
        parent={"id": parent.id, "file": record.path.name if record.path else "", "step": at, **_root(parent)},
        presentation="full" if isinstance(agent, HumanAgent) else "",
        source="live",
        study=None,
        reading=RULE,
        **_told(parent, instruction, wording),
    )
    past = [_by_rule(event, parent.reading) for event in past_of(record.events, at)]
    if taken_over(past) and not isinstance(agent, HumanAgent):
        past.append(HandedOver(moment.now(), at + 1, agent.name))
    journal = Journal.create(trials_dir(data_dir(data)), header)
    options = {"clock": clock, "speed": speed, "paused": paused, "retry_limit": retry_limit, "concurrent": concurrent}
    try:
        for event in past:
            journal.append(event, to_disk=False)
        return Session(header, agent, journal, past=past, **options)  # type: ignore[arg-type]
    except ValueError as error:
        journal.discard()
        raise RecordError(f"cannot be forked: {error}", record.path) from error
    except BaseException:
        journal.discard()
        raise


def _root(parent: Header) -> dict[str, object]:
    """Name the trial that a chain of forks began with, where the parent is a fork itself."""
    if not parent.parent or not parent.forked_after:
        return {}
    return {"root": parent.parent.get("root") or parent.parent.get("id")}


def _told(parent: Header, instruction: str, wording: Wording | None) -> dict[str, Any]:
    """Return a fork's header fields for its wording: the parent's, or the default where the parent has none."""
    if wording is None and parent.wording not in UNKNOWN:
        return {"instruction": instruction or parent.instruction}
    kept = parent.instruction if wording is None else ""
    return (wording or default()).header(make_environment(parent), instruction or kept)


def _by_rule(event: Event, rule: str) -> Event:
    """Return a parent's event with the rule that read it, since the fork's header may name another rule."""
    return replace(event, rule=rule) if isinstance(event, Stepped) and not event.rule else event


def past_of(events: Sequence[Event], at: int) -> list[Event]:
    """Return what led to a step: every event up to it except pauses, ends and notes, which belong to the parent.

    Notes judge the trial they were made in. If copied, each would count again with every fork.
    """
    return [event for event in events if event.step <= at and not isinstance(event, Paused | Resumed | Ended | Noted)]
