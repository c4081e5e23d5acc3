"""How a trial is shown to an audience."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Staging:
    """How a trial is shown. By default as to somebody who looks for themselves.

    Attributes:
        lesson: Whether it belongs to a lesson: it leads back there, not to the next seed.
        large: Whether it begins in large type.
        unnamed: Whether the agent's name is kept from the class.
        kept: Which name that is, where it is not the trial's own agent's: of a fork that the class gave to another.
        named_after: The last step of the agent whose name is kept; None where that plays all of them.
        suspense: Whether failures are shown only once it is over, or was paused because of one.
        secret: Whether not even then.
        pause_on: Failure modes that pause a replay.
        resumed: How a lesson's trial that is replayed is shown once it is resumed; None where it can't be.
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
        """Return how a fork is shown in which the class chose who plays: that one it may know.

        Args:
            agent: Who played before.
            after: The last step that the fork shares with it.
        """
        last = after if self.named_after is None else min(after, self.named_after)
        return replace(self, kept=self.kept or agent, named_after=last)
