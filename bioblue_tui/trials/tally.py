"""Attempts that did not count, told apart by why."""

from __future__ import annotations

from collections import Counter

from bioblue_tui.trials.events import Event, Failed, Rejected

UNCOUNTED = {"illegal": "illegal", "unreadable": "not readable", "cut": "cut", "provider": "provider's fault"}
"""Why an attempt did not count, in words for people: the world forbids it; nobody can tell what it says; it was cut at
the limit of tokens; the provider's fault."""


def rejected_as(kind: str) -> str:
    """Say in a word or two what became of an attempt that did not count."""
    return UNCOUNTED.get(kind, "rejected")


class Tally:
    """How many attempts did not count."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def apply(self, event: Event) -> None:
        """Count an event, where it is such an attempt."""
        if isinstance(event, Rejected):
            self._counts[event.kind if event.kind in UNCOUNTED else ""] += 1
        elif isinstance(event, Failed):
            self._counts["provider"] += 1

    @property
    def rejected(self) -> int:
        """Answers that were illegal or not readable; records of older programs do not tell these two apart."""
        return self._counts["illegal"] + self._counts["unreadable"] + self._counts[""]

    @property
    def told_apart(self) -> bool:
        """Whether it is known of every rejected answer which of the two it was."""
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
