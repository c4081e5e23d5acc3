"""Composing a trial: environment, agent, journal and state, wired together for a screen or a command."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import bioblue_envs

from bioblue_tui import __version__
from bioblue_tui.agents.base import Agent, AgentError
from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.agents.replayed import ReplayAgent
from bioblue_tui.agents.scripted import STREAM
from bioblue_tui.models.catalogue import ModelSettings, make_agent
from bioblue_tui.models.providers import is_model
from bioblue_tui.records.journal import Journal
from bioblue_tui.records.notes import noted
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.runs.trial_spec import STEPS, TrialSpec
from bioblue_tui.system.paths import data_dir, trials_dir
from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.events import Ended, Event, Header, Heard, Noted, Paused, Stepped
from bioblue_tui.trials.parse import RULE
from bioblue_tui.trials.player import Player
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.trial import RETRY_LIMIT, Trial
from bioblue_tui.wordings.collection import default

if TYPE_CHECKING:
    from bioblue_tui.costs.budget import Budget

WATCH_SPEED = 5.0
"""Default steps per second for watching scripted agents: quick, yet every step is seen."""


def _nothing() -> None:
    """Do nothing: there is no budget."""


class Session:
    """A live trial: its header, its events so far, its controls, and the file it is written to.

    Args:
        header: What the trial is.
        agent: Who answers.
        journal: Where every event is written before anyone else learns of it.
        clock: Where time comes from.
        speed: Steps per second at most, or None.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses.
        past: Events from before, which are already in the journal.
        person: Who has taken over from the agent; None where nobody has.
        concurrent: Whether other trials run in the same loop, and continue while a step of this one is written.

    Raises:
        ValueError: When no trial can continue from this past.
    """

    def __init__(
        self,
        header: Header,
        agent: Agent,
        journal: Journal,
        *,
        clock: Clock | None = None,
        speed: float | None = None,
        paused: bool = False,
        retry_limit: int = RETRY_LIMIT,
        past: Sequence[Event] = (),
        person: HumanAgent | None = None,
        concurrent: bool = False,
    ) -> None:
        self.header = header
        self.agent = agent
        self.state = TrialState(header).feed(past)
        self.listeners: list[Callable[[Event], None]] = []
        self._journal = journal
        self._crowded = concurrent
        self._past = past
        self._settle_cost: Callable[[], None] = _nothing
        self.trial = Trial(
            self.state.environment,
            agent,
            header,
            self.tell,
            clock=clock,
            speed=speed,
            paused=paused,
            retry_limit=retry_limit,
            past=past,
            person=person,
            settle=journal.flush if concurrent else None,
        )

    @property
    def past(self) -> Sequence[Event]:
        """What had happened before this session."""
        return self._past

    @property
    def path(self) -> Path:
        """The record's file."""
        return self._journal.path

    @property
    def human(self) -> HumanAgent | None:
        """The person who plays, or None when an agent does."""
        return self.agent if isinstance(self.agent, HumanAgent) else None

    @property
    def asks_person(self) -> bool:
        """True while a person is to answer, whether they play or have taken over."""
        trial = self.trial
        held = trial.paused and not trial.in_flight
        return isinstance(trial.acting, HumanAgent) and not trial.ended and not held

    async def run(self) -> None:
        """Play the trial to its end and close its record.

        Raises:
            RecordError: When the record can no longer be written; all earlier events are on disk.
        """
        with contextlib.closing(self._journal):
            try:
                await self.trial.run()
            finally:
                self._settle_cost()

    async def stop(self) -> None:
        """End the trial now; the record is complete afterwards."""
        await self.trial.stop()
        self._journal.close()

    def limit_cost(self, budget: Budget) -> None:
        """Pause the trial before a request that might cost more than a budget, shared with other trials, allows."""
        from bioblue_tui.costs.spending import Spending

        spending = Spending(self.header).feed(self._past)
        guard = budget.guard(spending)
        self.listeners.append(spending.apply)
        self.trial.allow = guard.refusal
        self._settle_cost = guard.settle

    def tell(self, event: Event) -> None:
        """Write an event and publish it.

        Raises:
            RecordError: When it can't be written.
        """
        if not isinstance(event, Heard):
            self._journal.append(event, to_disk=not (self._crowded and isinstance(event, Stepped | Ended)))
        self._learn(event)

    def _learn(self, event: Event) -> None:
        self.state.apply(event)
        for listener in self.listeners:
            listener(event)

    async def note(self, note: Noted) -> None:
        """Write a person's note, now or after the trial's end; it is on the disk when this returns.

        Raises:
            RecordError: When it can't be written; everything is then as it was.
        """
        if self._journal.closed:
            await asyncio.to_thread(_append_note, self.path, note)
            self._learn(note)
        else:
            self.tell(note)


class ReplaySession:
    """A recorded trial to be looked at again.

    Args:
        record: The record.
        clock: Where time comes from.
        speed: Steps per second, or None.
        paused: Whether to begin paused.
    """

    def __init__(
        self, record: Record, *, clock: Clock | None = None, speed: float | None = 5, paused: bool = False
    ) -> None:
        self.record = record
        self.header = record.header
        self.state = TrialState(record.header).feed(noted(record))
        self.trial = Player(self.state.done, clock=clock, speed=speed, paused=paused)

    @property
    def path(self) -> Path | None:
        """The record's file."""
        return self.record.path

    @property
    def human(self) -> None:
        """Nobody plays."""
        return

    def take_in(self, record: Record) -> bool:
        """Take in the record, read again; return False, and change nothing, where it is no longer the same trial."""
        if not record.extends(self.record):
            # A note of ours may have been written after this reading: the next reading finds both.
            return self.record.extends(record)
        new, self.record = record.events[len(self.record.events) :], record
        self.state.feed(new)
        self.trial.lengthen(self.state.done)
        return True

    async def run(self) -> None:
        """Move the playhead until cancelled."""
        await self.trial.run()

    async def stop(self) -> None:
        """Nothing has to be ended."""

    async def note(self, note: Noted) -> None:
        """Write a person's note into the record, or beside it where it is a tab-separated log.

        Raises:
            RecordError: When it can't be written; everything is then as it was.
        """
        if self.path is None:
            raise RecordError("there is no file to write it to")
        await asyncio.to_thread(_append_note, self.path, note)
        self.record.events.append(note)
        self.state.apply(note)


def _append_note(path: Path, note: Noted) -> None:
    # Imported here, since beginning a trial does not need the readers of every kind of file.
    from bioblue_tui.records.collection import append_note

    append_note(path, note)


def default_speed(agent: str) -> float | None:
    """Return the default speed for watching an agent, which is written as for ``make_agent``."""
    return None if agent == "human" or is_model(agent) else WATCH_SPEED


def open_session(
    spec: TrialSpec,
    data: Path | None = None,
    *,
    agent: Agent | None = None,
    clock: Clock | None = None,
    speed: float | None = None,
    paused: bool = False,
    retry_limit: int = RETRY_LIMIT,
    concurrent: bool = False,
) -> Session:
    """Make a live trial from its spec, with its record begun on disk.

    Args:
        spec: What to play.
        data: The data directory; None for the platform's.
        agent: Who plays instead of the agent that the spec names.
        clock: Where time comes from.
        speed: Steps per second at most, or None.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses.
        concurrent: Whether other trials run in the same loop.

    Raises:
        bioblue_envs.ParameterError: For an unknown environment or unacceptable parameters.
        WordingError: When the wording has no words for the environment.
        AgentError: When the agent does not exist or can't run now.
        RecordError: When the record can't be written.
    """
    environment = bioblue_envs.make(spec.environment, **spec.parameters)
    told = (spec.wording or default()).header(environment, spec.instruction)
    agent = agent or agent_for(spec, data)
    moment = clock or SystemClock()
    header = Header(
        environment=environment.id,
        parameters=environment.parameters,
        seed=spec.seed,
        steps=spec.steps,
        agent=agent.name,
        model=agent.model,
        provider=dict(agent.provider),
        **told,
        condition=spec.condition,
        schedule=spec.schedule,
        program=f"bioblue-tui {__version__}",
        created=datetime.fromtimestamp(moment.now()).astimezone().isoformat(timespec="seconds"),
        id=os.urandom(8).hex(),
        presentation=("prompt-only" if spec.prompt_only else "full") if isinstance(agent, HumanAgent) else "",
        study=spec.study,
        dynamics=environment.dynamics,
        reading=RULE,
    )
    journal = Journal.create(trials_dir(data_dir(data)), header, to_disk=not concurrent)
    return Session(
        header, agent, journal, clock=clock, speed=speed, paused=paused, retry_limit=retry_limit, concurrent=concurrent
    )


async def run_unattended(session: Session) -> str:
    """Play a trial to its end with nobody there to decide anything.

    A trial that pauses by itself (too many illegal answers, no answer) is stopped.

    Returns:
        Why it paused by itself; empty when it was played to its end.
    """
    stuck: list[str] = []
    running = asyncio.ensure_future(session.run())

    def stop_when_stuck(event: Event) -> None:
        if isinstance(event, Paused) and event.reason:
            stuck.append(event.reason)
            running.cancel()

    session.listeners.append(stop_when_stuck)
    try:
        await asyncio.wait([running])
    finally:
        await session.stop()
    if not running.cancelled():
        running.result()
    return stuck[0] if stuck else ""


def run_agent(
    environment: str,
    agent: Agent,
    *,
    seed: int = 1,
    steps: int = STEPS,
    data: Path | None = None,
    **parameters: object,
) -> Session:
    """Run a whole trial of an agent of your own, recorded like any other.

    Args:
        environment: Id of the environment.
        agent: Anything that follows the ``Agent`` protocol.
        seed: Seed of the environment's noise.
        steps: How many steps.
        data: The data directory; None for the platform's.
        **parameters: The environment's parameters that differ from the benchmark's.

    Returns:
        The session, ended: its ``state`` holds every step, its ``path`` names the record.

    Raises:
        bioblue_envs.ParameterError: For an unknown environment or unacceptable parameters.
        RecordError: When the record can't be written.
        AgentError: When the trial paused by itself: too many illegal answers, or no answer.
    """
    session = open_session(TrialSpec(environment, agent.name, parameters, seed, steps), data, agent=agent)
    stuck = asyncio.run(run_unattended(session))
    if stuck:
        raise AgentError(f"step {session.state.done + 1}: {stuck}")
    return session


def agent_of(header: Header, data: Path | None = None, stream: str = "") -> Agent:
    """Make the agent that a header names, as it was.

    Args:
        header: What the trial is.
        data: The data directory, where local models are; None for the platform's.
        stream: Another random stream for a scripted agent; empty for the one it had.

    Raises:
        AgentError: When it can't run now, or a header does not say enough to make it again.
    """
    if header.agent.partition(":")[0] == "replay":
        raise AgentError(f"{header.agent}: where its answers came from is not in the record; name another agent")
    stream = stream or str(header.provider.get(STREAM, ""))
    settings = ModelSettings.of(header.provider)
    return make_agent(header.agent, header.environment, header.seed or 0, settings, data=data, stream=stream)


def agent_for(spec: TrialSpec, data: Path | None = None) -> Agent:
    """Make the agent that a spec names.

    Args:
        spec: What is to be played.
        data: The data directory, where local models are; None for the platform's.

    Raises:
        AgentError: When the agent does not exist or can't run now.
        RecordError: When the record to replay can't be read.
    """
    kind, _, rest = spec.agent.partition(":")
    if kind != "replay":
        return make_agent(spec.agent, spec.environment, spec.seed, spec.settings, data=data)
    if not rest:
        raise AgentError("which record? Write replay:FILE")
    from bioblue_tui.records.collection import open_record

    record = open_record(Path(rest))
    if record.header.environment != spec.environment:
        raise AgentError(f"{rest} is a record of {record.header.environment}, not of {spec.environment}")
    steps = TrialState(record.header).feed(record.events).steps
    answers = [(view.answer.text or "") if view.answer else "" for view in steps if view.attempts or view.done]
    return ReplayAgent(answers, Path(rest).name)
