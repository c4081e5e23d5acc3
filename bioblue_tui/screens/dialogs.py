"""Small questions laid over a screen: yes or no, and one line of text."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from bioblue_tui.formatting.text import one_line
from bioblue_tui.widgets.answer import GatedInput
from bioblue_tui.widgets.gate import Early, Gate


class ConfirmDialog(ModalScreen[bool]):
    """Asks before something that cannot be taken back.

    Args:
        question: What is about to happen.
        yes: Label of the button that does it.
        no: Label of the button that does not; it has the focus.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        ("escape", "dismiss(False)", "No"),
        ("y", "dismiss(True)", "Yes"),
        ("n", "dismiss(False)", "No"),
        ("left,right", "app.focus_next", "Other"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        """Lay out the question and two buttons."""
        with Vertical(classes="dialog"):
            yield Label(self._question, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(f"{self._no} (n)", id="no", variant="primary", compact=True)
                yield Button(f"{self._yes} (y)", id="yes", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


class LineDialog(ModalScreen[str | None]):
    """Asks for one line of text.

    Args:
        question: The question.
        placeholder: An example of the line.
        digits: True to accept digits only.
        answers: True where the line answers a question: keys pressed before it was painted do not count.
        take: Takes the line and returns an empty text, or why it can't be taken, which keeps the question open.
    """

    error = query_one("#error", Label)

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape", "dismiss(None)", "Cancel")]

    def __init__(
        self,
        question: str,
        placeholder: str,
        *,
        digits: bool = False,
        answers: bool = False,
        take: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        self._take = take
        self._question, self._placeholder, self._digits = question, placeholder, digits
        self._gate = Gate() if answers else None
        self.dropped = 0
        """How many keys of an answer were pressed too early."""

    def compose(self) -> ComposeResult:
        """Lay out the question and the line."""
        with Vertical(classes="dialog"):
            yield Label(self._question, markup=False)
            if self._gate is None:
                yield Input(placeholder=self._placeholder, type="integer" if self._digits else "text", compact=True)
            else:
                self._gate.ask()
                yield GatedInput(self._gate, self._placeholder)
            yield Label("", id="error", markup=False)
            yield Label("Enter: go   Esc: back", classes="hint")

    @property
    def ready(self) -> bool:
        """True once it takes an answer."""
        return self._gate is None or self._gate.is_open

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.input
        early = line.early if isinstance(line, GatedInput) else Early()
        self.dropped += early.dropped
        if early.torn:
            # Half of an answer may be another answer.
            line.value = ""
            self._ask_again(line)
        elif self._take and event.value.strip() and (problem := self._take(event.value)):
            self.error.update(f"✗ {one_line(problem, 300)}")
            self.error.display = True
            if isinstance(line, GatedInput):
                line.refuse()
            else:
                line.select_all()
            self._ask_again(line)
        else:
            self.dismiss(event.value)

    def _ask_again(self, line: Input) -> None:
        if self._gate is not None:
            self._gate.ask()
        line.refresh()
