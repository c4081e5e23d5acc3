"""The current notes on a trial: edited notes in their last form, without deleted ones."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from bioblue_tui.trials.events import Event, Noted


class Notebook:
    """What people have noted about one trial.

    Attributes:
        version: Counts changes; a reader that keeps it knows later whether anything is new.
    """

    def __init__(self) -> None:
        self._notes: dict[str, Noted] = {}
        self.version = 0

    def __len__(self) -> int:
        return len(self._notes)

    def feed(self, events: Iterable[Event]) -> Notebook:
        """Take the notes among some events, in order, and return this notebook."""
        for event in events:
            if isinstance(event, Noted):
                self.apply(event)
        return self

    def apply(self, event: Noted) -> None:
        """Add a note, or replace the one with its id; a deletion removes that one."""
        self.version += 1
        if event.deleted:
            self._notes.pop(event.id, None)
        else:
            self._notes[event.id] = event

    @property
    def all(self) -> list[Noted]:
        """Every note, by step; at the same step in the order in which they were first written."""
        return sorted(self._notes.values(), key=lambda note: note.step)

    def of(self, step: int) -> list[Noted]:
        """Return the notes on a step."""
        return [note for note in self._notes.values() if note.step == step]

    def find(self, id: str) -> Noted | None:  # noqa: A002 - the field's name
        """Return the note with an id, or None."""
        return self._notes.get(id)


def new_id() -> str:
    """Return a unique id for a new note."""
    return secrets.token_hex(6)


def said(note: Noted) -> str:
    """Return a note as it is written for people: its tag in brackets, its text, and who wrote it."""
    parts = (f"[{note.tag}]" if note.tag else "", note.text, f"({note.who})" if note.who else "")
    return " ".join(part for part in parts if part)
