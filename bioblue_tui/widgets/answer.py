"""The line a person answers in, with what is legal, and what the last answer did or why it was rejected."""

from __future__ import annotations

import re

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static


class AnswerInput(Input):
    """An input whose arrows change the number under the cursor."""

    BINDINGS = [
        Binding("up", "change(1)", "±1", key_display="↑↓", id="answer.up", tooltip="Raise the number under the cursor"),
        Binding("down", "change(-1)", "−1", show=False, id="answer.down", tooltip="Lower the number under the cursor"),
    ]

    def action_change(self, by: int) -> None:
        """Raise or lower the number under the cursor; from an empty line, begin with the last action."""
        text = self.value or self.suggested
        position = self.cursor_position if self.value else len(text)
        numbers = list(re.finditer(r"\d+", text))
        if not numbers:
            return
        number = min(numbers, key=lambda m: 0 if m.start() <= position <= m.end() else abs(m.start() - position) + 1)
        changed = str(max(0, int(number.group()[:12]) + by))
        self.value = text[: number.start()] + changed + text[number.end() :]
        self.cursor_position = number.start() + len(changed)

    free_keys: tuple[str, ...] = ("L",)
    """Letters that belong to the screen while the line is empty."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is typed here."""
        if key in self.free_keys and not self.value:
            return False
        return super().check_consume_key(key, character)

    pastes = 0
    """How often something was pasted here."""

    def _on_paste(self, event: events.Paste) -> None:
        """Count it; Textual calls the base class's handler by itself."""
        self.pastes += bool(event.text)

    def action_paste(self) -> None:
        """Paste what was copied within the program."""
        self.pastes += bool(self.app.clipboard)
        super().action_paste()

    suggested = ""
    """What ``+1`` and ``−1`` start from on an empty line: the last action, or zeros."""


class AnswerBar(Vertical):
    """The answer line. It posts ``Submitted``; it does not know the trial."""

    DEFAULT_CSS = """
    AnswerBar { height: auto; padding: 0 1; border-top: solid $primary; }
    AnswerBar #feedback { height: auto; max-height: 2; }
    AnswerBar Input { width: 1fr; }
    AnswerBar.-rejected #feedback { color: $text-error; text-style: bold; }
    """

    answer = query_one(AnswerInput)
    feedback = query_one("#feedback", Static)

    class Submitted(Message):
        """An answer was handed in."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def compose(self) -> ComposeResult:
        """Lay out feedback above the line."""
        yield Static("", id="feedback", markup=False)
        yield AnswerInput(compact=True, id="answer")

    def ask(self, bounds: str, last: str) -> None:
        """Say what is legal now and what the last action was."""
        self.answer.placeholder = f"{bounds} — Enter hands it in"
        self.answer.suggested = last

    def tell(self, text: str, *, rejected: bool = False) -> None:
        """Say what the last answer did, or why it was rejected."""
        self.feedback.update(text)
        self.set_class(rejected, "-rejected")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Submitted(event.value))

    def clear(self) -> None:
        """Empty the line, after an answer was accepted."""
        self.answer.value = ""
