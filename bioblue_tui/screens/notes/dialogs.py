"""Writing a note, and the list of all that were written."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, OptionList, TextArea
from textual.widgets.option_list import Option

from bioblue_tui.analysis.modes.base import words
from bioblue_tui.analysis.modes.catalogue import MEANINGS, MODES
from bioblue_tui.analysis.tags import as_tag
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.trials.events import Noted
from bioblue_tui.trials.notes import said

Keep = Callable[[Noted], Awaitable[None]]
"""Writes a note; raises RecordError when it can't."""

LONGEST_TAG = 80
"""Most characters of a tag: a word or two, not a text."""


def place_of(step: int) -> str:
    """Name what a note is about."""
    return f"step {step}" if step else "the trial"


class NoteText(TextArea):
    """The text of a note, of several lines; Enter completes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "done", "Done", show=False, priority=True)]

    class Done(Message):
        """Enter was pressed."""

    def on_mount(self) -> None:
        """Put the cursor at the end of the text."""
        self.move_cursor(self.document.end)

    def action_done(self) -> None:
        """Report that the text is complete."""
        self.post_message(self.Done())


class NoteDialog(ModalScreen[None]):
    """Asks what to note about a step, and stays until the note is written.

    Args:
        note: The note so far; a new note is empty.
        keep: Writes it.
    """

    CSS_PATH = ["../dialogs.tcss", "note_dialogs.tcss"]
    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Back"),
        ("ctrl+s", "keep", "Note"),
        ("down", "modes", "Failure modes"),
    ]

    text = query_one("#text", NoteText)
    tag = query_one("#tag", Input)
    who = query_one("#who", Input)
    modes = query_one("#modes", OptionList)
    error = query_one("#error", Label)

    class Signed(Message):
        """A person signs notes with another name from now on."""

        def __init__(self, who: str) -> None:
            super().__init__()
            self.who = who

    def __init__(self, note: Noted, keep: Keep) -> None:
        super().__init__()
        self._note, self._keep = note, keep
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay out the text, the tag with the failure modes below, and the name."""
        note = self._note
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Label(f"Note on {place_of(note.step)}", markup=False, classes="title")
            with Horizontal(id="told"):
                yield Label("text")
                yield NoteText(
                    note.text, id="text", compact=True, highlight_cursor_line=False, placeholder="what is seen here"
                )
            with Horizontal():
                yield Label("tag")
                hint = "a failure mode (↓), or a word of your own"
                yield Input(note.tag, id="tag", placeholder=hint, compact=True, max_length=LONGEST_TAG)
            yield OptionList(*_options(""), id="modes", compact=True)
            with Horizontal():
                yield Label("who")
                yield Input(note.who, id="who", compact=True, max_length=LONGEST_TAG)
            yield Label("", id="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Label("Tab: next   Esc: back", classes="hint")
                yield Button("Note (Enter)", id="note", variant="primary", compact=True)

    @on(Input.Changed, "#tag")
    def _typed(self, event: Input.Changed) -> None:
        self.modes.clear_options()
        self.modes.add_options(_options(event.value))
        self.modes.highlighted = 0

    def action_modes(self) -> None:
        """Go from the tag to the failure modes."""
        if self.focused is self.tag:
            self.modes.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.tag.value = event.option_id or ""
        self.tag.focus()

    @on(Input.Submitted)
    @on(Button.Pressed)
    @on(NoteText.Done)
    def _submitted(self, event: Input.Submitted | Button.Pressed | NoteText.Done) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Write the note and leave; say so if it can't be written."""
        text, tag, who = self.text.text.strip(), as_tag(self.tag.value), self.who.value.strip()
        if not text and not tag:
            self._complain("Nothing is noted yet: write a text, or choose a tag.")
        elif not self._busy:
            self._busy = True
            self._write(replace(self._note, at=time.time(), text=text, tag=tag, who=who))

    @work
    async def _write(self, note: Noted) -> None:
        try:
            await self._keep(note)
        except RecordError as error:
            self._complain(f"Not noted: {error_line(error)}")
        else:
            if note.who != self._note.who:
                self.post_message(self.Signed(note.who))
            self.dismiss(None)
        finally:
            self._busy = False

    def _complain(self, problem: str) -> None:
        self.error.update(f"✗ {problem}")
        self.error.display = True
        self.error.scroll_visible(animate=False)


def _options(typed: str) -> list[Option]:
    """Return the failure modes that match what is typed; all of them where none matches."""
    start = " ".join(re.split(r"[\s_-]+", typed.partition(":")[0].strip().lower()))
    found = [mode for mode in MODES if f" {start}" in f" {mode.replace('_', ' ')}"] or MODES
    return [Option(Text.assemble(words(mode), (f"  {MEANINGS[mode]}", "dim")), mode) for mode in found]


class NotesDialog(ModalScreen[int | None]):
    """All notes on a trial, to go to, edit and delete. Its result is the step to look at.

    Args:
        notes: Returns the present notes.
        more: How many notes there are on steps that may not be shown yet.
        keep: Writes a note.
    """

    CSS_PATH = ["../dialogs.tcss", "note_dialogs.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "Back"),
        ("e", "edit", "Edit"),
        ("d,delete", "delete", "Delete"),
    ]

    listed = query_one(OptionList)

    def __init__(self, notes: Callable[[], Sequence[Noted]], more: int, keep: Keep) -> None:
        super().__init__()
        self._notes, self._more, self._keep = notes, more, keep

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Label("Notes", markup=False, classes="title")
            yield OptionList(id="notes", compact=True)
            if self._more:
                yield Label(f"{self._more} more further on; they are shown when you come there.", classes="hint")
            yield Label("Enter: go there   e: edit   d: delete   Esc: back", classes="hint")

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill()

    def _fill(self) -> None:
        at = self.listed.highlighted or 0
        notes = self._notes()
        self.listed.clear_options()
        self.listed.add_options([Option(_line(note), note.id) for note in notes])
        self.listed.highlighted = min(at, len(notes) - 1) if notes else None

    @property
    def _chosen(self) -> Noted | None:
        at, notes = self.listed.highlighted, self._notes()
        return notes[at] if at is not None and at < len(notes) else None

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        note = self._chosen
        self.dismiss(note.step if note else None)

    def action_edit(self) -> None:
        """Edit the chosen note."""
        note = self._chosen
        if note is not None:
            self.app.push_screen(NoteDialog(note, self._keep), lambda _: self._fill())

    def action_delete(self) -> None:
        """Delete the chosen note, after a question."""
        note = self._chosen
        if note is None:
            return

        def delete(sure: bool | None) -> None:
            if sure:
                self._delete(note)

        question = f"Delete the note on {place_of(note.step)}? {one_line(said(note), 100)}"
        self.app.push_screen(ConfirmDialog(question, "Delete", "Keep"), delete)

    @work
    async def _delete(self, note: Noted) -> None:
        try:
            await self._keep(replace(note, at=time.time(), deleted=True))
        except RecordError as error:
            self.notify(error_line(error), title="Not deleted", severity="error", markup=False)
        if self.is_mounted:
            self._fill()


def _line(note: Noted) -> Text:
    where = f"{note.step:>6}" if note.step else " trial"
    return Text.assemble((f"{where}  ", "bold"), one_line(said(note), 400))
