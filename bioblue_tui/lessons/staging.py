"""How a trial is shown to an audience."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Staging:
    """How a trial is shown. The defaults are for somebody who looks at it alone.

    Attributes:
        lesson: Whether it belongs to a lesson: it ends with the way back there, not with the next seed.
        large: Whether it begins in large type.
        unnamed: Whether the agent's name is kept from the class.
        kept: The name that is kept, where it is not the trial's own agent's: in a fork given to another agent.
        named_after: The last step of the agent whose name is kept; None where that agent plays all steps.
        suspense: Whether failures are shown only when it is over, or has paused because of one.
        secret: Whether failures are not shown even then.
        pause_on: Failure modes that pause a replay.
        resumed: How a lesson's replayed trial is shown once it is resumed; None where it can't be resumed.
    """

    lesson: bool = False
    large: bool = False
    unnamed: bool = False
    kept: str = ""
    named_after: int | None = None
    suspense: bool = False
    secret: bool = False
    pause_on: frozenset[str] = frozenset()
    resumed: Staging | None = None

    def given_to_another(self, agent: str, after: int) -> Staging:
        """Return how to show a fork whose agent the class chose, and therefore may know.

        Args:
            agent: Who played before the fork.
            after: The last step that the fork shares with its parent.
        """
        last = after if self.named_after is None else min(after, self.named_after)
        return replace(self, kept=self.kept or agent, named_after=last)
