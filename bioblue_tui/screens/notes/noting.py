"""Notes on a trial screen: a key to write one, a list to find them again, and where they are shown."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from textual.binding import BindingType
from textual.screen import Screen

from bioblue_tui.config import WHO, Config
from bioblue_tui.formatting.text import one_line
from bioblue_tui.runs.session import ReplaySession, Session
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.notes.dialogs import NoteDialog, NotesDialog
from bioblue_tui.trials.events import Noted
from bioblue_tui.trials.notes import new_id, said
from bioblue_tui.widgets.timeline import Timeline
from bioblue_tui.widgets.transcript import Transcript

NOTE_KEYS: list[BindingType] = [
    command("trial.note", "m,ctrl+n", "note", "Note this step", "Note something about the step looked at"),
    command("trial.notes", "M,ctrl+l", "notes", "All notes", "List the notes: go to one, edit it, delete it"),
]
"""Keys for notes. The ones with ctrl are for a person who is typing an answer, where letters are text."""

ANSWERING_NOTE_KEYS: list[BindingType] = [
    command(
        "play.note", "ctrl+n,m", "note", "Note this step", "Note something about the step looked at", footer="Note"
    ),
    command("play.notes", "ctrl+l,M", "notes", "All notes", "List the notes: go to one, edit it, delete it"),
]
"""The same where a person always answers; the letters work once there is nothing more to answer."""


class Noting:
    """The notes on a trial, on its screen.

    Args:
        session: The trial.
    """

    def __init__(self, session: Session | ReplaySession) -> None:
        self._session = session
        self._notes = session.state.notes
        self._version = self._known = 0

    def show(self, known: int, timeline: Timeline, transcript: Transcript) -> None:
        """Show the notes on the panels.

        Args:
            known: The last step that may be shown.
            timeline: Where they are marked.
            transcript: Where they are written.
        """
        version = self._notes.version
        if version == self._version and (known == self._known or not len(self._notes)):
            return
        notes = self._notes.all
        timeline.show_notes([note.step for note in notes if note.step <= known])
        if version != self._version:
            lines: defaultdict[int, list[str]] = defaultdict(list)
            for note in notes:
                lines[note.step].append(said(note))
            transcript.show_notes(lines)
        self._version, self._known = version, known

    def notice(self, step: int) -> str:
        """Return the notes on a step, on one line; empty where there are none."""
        notes = self._notes.of(step)
        return f"✎ {' · '.join(one_line(said(note), 200) for note in notes[:3])}" if notes else ""

    def ask(self, screen: Screen[Any], step: int) -> None:
        """Ask what to note about a step."""
        if isinstance(self._session, ReplaySession):
            # A live trial would run on while the person writes about this step.
            self._session.trial.pause()
        config = getattr(screen.app, "config", None)
        who = config.who if isinstance(config, Config) else WHO
        screen.app.push_screen(NoteDialog(Noted(time.time(), step, new_id(), "", "", who), self._session.note))

    def list(self, screen: Screen[Any], known: int) -> None:
        """List the notes on steps that may be shown, and look at the chosen one's step."""

        def notes() -> list[Noted]:
            return [note for note in self._notes.all if note.step <= known]

        def look(step: int | None) -> None:
            if step is not None:
                screen.action_seek(step)  # type: ignore[attr-defined]

        more = len(self._notes) - len(notes())
        if len(self._notes):
            screen.app.push_screen(NotesDialog(notes, more, self._session.note), look)
        else:
            screen.say("There are no notes yet.")  # type: ignore[attr-defined]
