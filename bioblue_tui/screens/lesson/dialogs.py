"""Choices laid over a lesson: a page to go to, an alternative rule to try."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList


class NumberedDialog(ModalScreen[int | None]):
    """Asks for one of several options, by its digit or with the arrows. Its result is the option's number, from 0.

    Args:
        title: The question.
        options: The options.
        highlighted: The option that is highlighted at first.
    """

    CSS_PATH = "../dialogs.tcss"
    BINDINGS = [("escape", "dismiss(None)", "Back")]

    def __init__(self, title: str, options: Sequence[str], highlighted: int = 0) -> None:
        super().__init__()
        self._title, self._options, self._highlighted = title, options, highlighted

    def compose(self) -> ComposeResult:
        """Lay out the title above the options."""
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            numbered = [f"{number}  {option}" for number, option in enumerate(self._options, 1)]
            things = OptionList(*numbered, compact=True, markup=False)
            things.highlighted = self._highlighted
            yield things
            yield Label("Enter or the digit: go   Esc: back", classes="hint")

    def on_key(self, event: events.Key) -> None:
        """Choose the option with this digit."""
        if event.character and event.character in "123456789" and int(event.character) <= len(self._options):
            event.stop()
            self.dismiss(int(event.character) - 1)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_index)
