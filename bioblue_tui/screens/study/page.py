"""Pages: something to read, something to agree to, and what a model is told, to the letter."""

from __future__ import annotations

import math
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from bioblue_tui.numbers import counted
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.study.frame import LONGEST, Heading, StudyScreen, sheet
from bioblue_tui.studies.study import Page
from bioblue_tui.text import visible

_GO_ON = command("study.on", "enter", "go_on", "Go on", "Go on to the next page", footer="Go on", priority=True)


class PageScreen(StudyScreen[str]):
    """A page to read. Its result is empty.

    Args:
        heading: What stands at the top.
        page: The page.
        last: True on the last page, after which the program ends.
    """

    BINDINGS: ClassVar[list[BindingType]] = [_GO_ON]
    AUTO_FOCUS = "#sheet"

    def __init__(self, heading: Heading, page: Page, *, last: bool = False) -> None:
        super().__init__(heading, page.title)
        self._page, self._last = page, last
        self._free = monotonic() + page.least

    def compose_sheet(self) -> ComposeResult:
        """Lay out the text."""
        yield sheet(self._page.text)

    def on_mount(self) -> None:
        """Say how to go on, or when."""
        self._free = monotonic() + self._page.least
        self._tell()
        self.set_interval(0.25, self._tell)

    def _tell(self) -> None:
        left = math.ceil(self._free - monotonic())
        self.hint.set_class(left > 0, "-waiting")
        text = "Enter ends the session." if self._last else "Enter goes on. ↑ ↓ move the text."
        self.hint.update(f"You can go on in {counted(left, 'second')}." if left > 0 else text)

    def action_go_on(self) -> None:
        """Go on, unless the page is to be read for longer."""
        if monotonic() >= self._free:
            self.dismiss("")


class InstructionScreen(StudyScreen[str]):
    """What a model is told before a trial. Nothing is added to it and nothing laid out anew but long lines.

    Args:
        heading: What stands at the top.
        more: Which trial it is.
        instruction: The text.
    """

    BINDINGS: ClassVar[list[BindingType]] = [_GO_ON]
    AUTO_FOCUS = "#sheet"

    def __init__(self, heading: Heading, more: str, instruction: str) -> None:
        super().__init__(heading, "", more)
        self.instruction = instruction

    def compose_sheet(self) -> ComposeResult:
        """Lay out the text."""
        text = Static(visible(self.instruction, LONGEST), id="raw-text", markup=False)
        yield VerticalScroll(text, id="sheet")

    def on_mount(self) -> None:
        """Say how to go on."""
        self.hint.update("Enter begins.")

    def action_go_on(self) -> None:
        """Begin the trial."""
        self.dismiss("")


class ConsentScreen(StudyScreen[str]):
    """A page to agree to: its result is ``yes`` or ``no``.

    Args:
        heading: What stands at the top.
        page: The page.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        command("study.agree", "y", "agree", "Take part", "Take part", footer="I take part"),
        command("study.decline", "n", "decline", "Do not take part", "Do not take part", footer="I do not"),
    ]
    AUTO_FOCUS = "#sheet"

    def __init__(self, heading: Heading, page: Page) -> None:
        super().__init__(heading, page.title)
        self._page = page

    def compose_sheet(self) -> ComposeResult:
        """Lay out the text and two buttons."""
        yield sheet(self._page.text)
        with Horizontal(classes="buttons"):
            yield Button("I do not (n)", id="no", compact=True)
            yield Button("I take part (y)", id="yes", variant="primary", compact=True)

    def action_agree(self) -> None:
        """Take part."""
        self.dismiss("yes")

    def action_decline(self) -> None:
        """End the session, after a question."""

        def decide(sure: bool | None) -> None:
            if sure:
                self.dismiss("no")

        self.app.push_screen(ConfirmDialog("Do you not want to take part?", "I do not", "Back"), decide)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self.action_agree()
        else:
            self.action_decline()
