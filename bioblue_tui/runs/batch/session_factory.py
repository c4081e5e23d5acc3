"""Beginning and resuming trials that share limiters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioblue_tui.agents.base import Agent
from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.analysis.modes.base import Mode
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.runs.batch.engine import JobError
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.pause_on import pause_on
from bioblue_tui.runs.resume_fork import WAITS, fork_session, held_by_person, resume_session
from bioblue_tui.runs.session import Session, agent_for, agent_of, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.trial import RETRY_LIMIT


@dataclass(frozen=True, slots=True)
class Opener:
    """Makes the sessions of many trials.

    Attributes:
        limiters: How many requests providers allow all of them together.
        data: The data directory; None for the platform's.
        speed: Steps per second at most, or None.
        retry_limit: Illegal answers to one observation before a trial pauses.
        concurrent: Whether several run at once: then no trial waits until another's step is on the disk.
        pauses: Failure modes that pause a trial when they begin.
        hand_back: Whether the agent continues a record in which a person had taken over; otherwise nobody does.
    """

    limiters: Limiters
    data: Path | None = None
    speed: float | None = None
    retry_limit: int = RETRY_LIMIT
    concurrent: bool = False
    pauses: frozenset[Mode] = frozenset()
    hand_back: bool = False

    def begin(self, spec: TrialSpec) -> Session:
        """Begin a trial.

        Raises:
            ParameterError: For an unknown environment or unacceptable parameters.
            AgentError: When the agent does not exist or can't run now.
            RecordError: When the record can't be written.
        """
        agent, clock = self.limiters.limit(agent_for(spec, self.data))
        session = open_session(spec, self.data, agent=agent, clock=clock, **self._options())
        if self.pauses:
            pause_on(session, self.pauses)
        return session

    def go_on(self, spec: TrialSpec, path: Path) -> Session:
        """Resume the record of a planned trial.

        Raises:
            AgentError: When the agent can't run now.
            JobError: When the record can't be resumed.
        """
        return self._resume(path, spec)

    def resume(self, path: Path) -> Session:
        """Resume a record, whoever plays in it.

        Raises:
            AgentError: When the agent can't run now, or the record does not say enough to make it.
            JobError: When the record can't be resumed.
        """
        return self._resume(path)

    def fork(self, record: Record, at: int, agent: Agent, **changes: Any) -> Session:
        """Begin a trial with a record's past.

        Args:
            record: The trial to fork.
            at: The last step that the fork shares with it.
            agent: Who plays from there.
            **changes: Condition, instruction and schedule, as in ``fork_session``.

        Raises:
            JobError: When a person is to play: among many trials nobody would be asked.
            RecordError: When the step was not played, the noise after it is not known, or nothing can be written.
        """
        if isinstance(agent, HumanAgent):
            raise JobError(f"{WAITS}: bioblue fork without --times, on the screen")
        agent, clock = self.limiters.limit(agent)
        return fork_session(record, at, self.data, agent=agent, clock=clock, **changes, **self._options())

    def _resume(self, path: Path, spec: TrialSpec | None = None) -> Session:
        try:
            record = open_record(path)
            if why := held_by_person(record, hand_back=self.hand_back):
                raise JobError(why)
            agent, clock = self.limiters.limit(
                agent_for(spec, self.data) if spec else agent_of(record.header, self.data)
            )
            return resume_session(path, agent=agent, clock=clock, hand_back=self.hand_back, **self._options())
        except RecordError as error:
            raise JobError(str(error)) from error

    def _options(self) -> dict[str, Any]:
        return {"speed": self.speed, "retry_limit": self.retry_limit, "concurrent": self.concurrent}
