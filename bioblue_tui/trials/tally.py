"""Attempts without a legal action, counted by cause."""

from __future__ import annotations

from collections import Counter

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.trials.events import Answered, Asked, Event, Failed, Rejected, Retrying, Stepped

UNCOUNTED = {"illegal": "illegal", "unreadable": "not readable", "cut": "cut", "provider": "provider's fault"}
"""Why an attempt did not count, in words for people: the environment forbids the action; the answer is unclear; it was
cut at the limit of tokens; the provider's fault."""


def rejected_as(kind: str) -> str:
    """Say in a word or two why an attempt did not count."""
    return UNCOUNTED.get(kind, "rejected")


def of_person(actor: str, agent: str) -> bool:
    """Tell whether a person acted in the place of an agent that is not a person."""
    return actor == HUMAN != agent


class Tally:
    """How many of the agent's attempts did not count, and what a person did in its place.

    Args:
        agent: The trial's agent.
        since: The last step that a fork shares with its parent; attempts up to it are not the fork's.

    Attributes:
        person_steps: Steps in which a person acted in the agent's place.
        person_rejected: Rejected answers of that person; they are not the agent's.
        retries: How often the agent was asked again after a fault that passed; these are not attempts.
    """

    def __init__(self, agent: str = "", since: int = 0) -> None:
        self._counts: Counter[str] = Counter()
        self._agent, self._since = agent, since
        self._actor = agent
        self.person_steps = self.person_rejected = self.retries = 0

    def apply(self, event: Event) -> None:
        """Count an event, if it is one of these."""
        match event:
            case Asked() | Answered():
                self._actor = event.actor
            case Rejected(step=step) | Failed(step=step) if step <= self._since:
                pass
            case Rejected() | Failed() if of_person(self._actor, self._agent):
                self.person_rejected += isinstance(event, Rejected)
            case Rejected():
                self._counts[event.kind if event.kind in UNCOUNTED else ""] += 1
            case Retrying():
                self.retries += event.step > self._since
            case Failed():
                self._counts["provider"] += 1
            case Stepped():
                self.person_steps += event.step > self._since and of_person(event.actor, self._agent)

    def person(self) -> str:
        """Say what a person did in the agent's place, such as ``3 steps by human``; empty if nothing."""
        told = [f"{counted(self.person_steps, 'step')} by human"] if self.person_steps else []
        if self.person_rejected:
            told.append(f"{counted(self.person_rejected, 'rejected answer')} of theirs")
        return ", ".join(told)

    @property
    def rejected(self) -> int:
        """Answers that were illegal or not readable; records of older programs do not tell these two apart."""
        return self._counts["illegal"] + self._counts["unreadable"] + self._counts[""]

    @property
    def told_apart(self) -> bool:
        """Whether it is known for every rejected answer which of the two it was."""
        return not self._counts[""]

    @property
    def spoilt(self) -> int:
        """Attempts that were cut, or spoilt by the provider."""
        return self._counts["cut"] + self._counts["provider"]

    @property
    def by_kind(self) -> dict[str, int]:
        """How many of each kind, in the order of ``UNCOUNTED``."""
        return {kind: self._counts[kind] for kind in UNCOUNTED}

    def words(self) -> str:
        """Say it in a few words, such as ``2 illegal, 1 cut``; empty where every attempt counted."""
        told = [f"{count} {UNCOUNTED[kind]}" for kind, count in self.by_kind.items() if count]
        if self._counts[""]:
            told.insert(0, f"{self._counts['']} illegal or not readable")
        return ", ".join(told)
