"""Beginning and resuming trials that share limiters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bioblue_tui.batch.engine import JobError
from bioblue_tui.batch.limiter import Limiters
from bioblue_tui.continuing import resume_session
from bioblue_tui.records.schema import RecordError
from bioblue_tui.session import Plan, Session, agent_for, open_session
from bioblue_tui.trials.trial import RETRY_LIMIT


@dataclass(frozen=True, slots=True)
class Opener:
    """Makes the sessions of many trials.

    Attributes:
        limiters: What providers allow all of them together.
        data: The data directory; None for the platform's.
        speed: Steps per second at most, or None.
        retry_limit: Illegal answers to one observation before a trial pauses.
        crowded: Whether several run at once: then none waits until a step of another is on the disk.
    """

    limiters: Limiters
    data: Path | None = None
    speed: float | None = None
    retry_limit: int = RETRY_LIMIT
    crowded: bool = False

    def begin(self, plan: Plan) -> Session:
        """Begin a trial.

        Raises:
            envs.ParameterError: For an unknown environment or unacceptable parameters.
            AgentError: When there is no such agent or it can't run now.
            RecordError: When the record can't be written.
        """
        agent, clock = self.limiters.limit(agent_for(plan, self.data))
        options = {"speed": self.speed, "retry_limit": self.retry_limit, "crowded": self.crowded}
        return open_session(plan, self.data, agent=agent, clock=clock, **options)  # type: ignore[arg-type]

    def go_on(self, plan: Plan, path: Path) -> Session:
        """Go on with the record of a planned trial.

        Raises:
            AgentError: When the agent can't run now.
            JobError: When the record can't go on.
        """
        agent, clock = self.limiters.limit(agent_for(plan, self.data))
        options = {"speed": self.speed, "retry_limit": self.retry_limit, "crowded": self.crowded}
        try:
            return resume_session(path, agent=agent, clock=clock, **options)  # type: ignore[arg-type]
        except RecordError as error:
            raise JobError(str(error)) from error
