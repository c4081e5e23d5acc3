"""Pages: one to read, one to agree to, and exactly what a model is told."""

from __future__ import annotations

import math
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import visible
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.study.frame import Heading, StudyScreen, sheet
from bioblue_tui.studies.measuring import Stopwatch
from bioblue_tui.studies.study import Page
from bioblue_tui.widgets.page import LONGEST

_GO_ON = command("study.on", "enter", "go_on", "Continue", "To the next page", footer="Continue", priority=True)


def _left(page: Page, watch: Stopwatch) -> int:
    """Return for how many more seconds a page must be read."""
    return math.ceil(page.least - watch.read()[0])


class PageScreen(StudyScreen[str]):
    """A page to read. Its result is empty.

    Args:
        heading: The text at the top.
        page: The page.
        watch: Measures how long the page is in front of the person, for its least time.
        last: True on the last page, after which the program ends.
    """

    BINDINGS: ClassVar[list[BindingType]] = [_GO_ON]
    AUTO_FOCUS = "#sheet"

    def __init__(self, heading: Heading, page: Page, watch: Stopwatch, *, last: bool = False) -> None:
        super().__init__(heading, page.title)
        self._page, self._watch, self._last = page, watch, last

    def compose_sheet(self) -> ComposeResult:
        """Lay out the text."""
        yield sheet(self._page.text)

    def on_mount(self) -> None:
        """Say how to continue, or when."""
        self._tell()
        self.set_interval(0.25, self._tell)

    def _tell(self) -> None:
        left = _left(self._page, self._watch)
        text = "Enter ends the session." if self._last else "Enter continues."
        self.tell(f"You can continue in {counted(left, 'second')}." if left > 0 else text, waiting=left > 0)

    def action_go_on(self) -> None:
        """Show the rest of the page; then continue, unless it must be read for longer."""
        if not self.read_on() and _left(self._page, self._watch) <= 0:
            self.dismiss("")


class InstructionScreen(StudyScreen[str]):
    """What a model is told before a trial. Nothing is added, and only long lines are wrapped.

    Args:
        heading: The text at the top.
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
        """Say how to continue."""
        self.set_interval(0.25, self._tell)

    def _tell(self) -> None:
        self.tell("Enter begins.")

    def action_go_on(self) -> None:
        """Show the rest of the text; then begin the trial."""
        if not self.read_on():
            self.dismiss("")


class ConsentScreen(StudyScreen[str]):
    """A page to agree to: its result is ``yes`` or ``no``.

    Args:
        heading: The text at the top.
        page: The page.
        watch: Measures how long the page is in front of the person, for its least time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the page is over when the next key is handled.
        command("study.agree", "y", "agree", "Take part", "Take part", footer="I take part", priority=True),
        command("study.more", "enter", "more", "More", "Show the rest of the page"),
        command(
            "study.decline", "n", "decline", "Do not take part", "Do not take part", footer="I do not", priority=True
        ),
    ]
    AUTO_FOCUS = "#sheet"

    def __init__(self, heading: Heading, page: Page, watch: Stopwatch) -> None:
        super().__init__(heading, page.title)
        self._page, self._watch = page, watch

    def compose_sheet(self) -> ComposeResult:
        """Lay out the text and two buttons."""
        yield sheet(self._page.text)
        with Horizontal(classes="buttons"):
            yield Button("I do not (n)", id="no", compact=True)
            yield Button("I take part (y)", id="yes", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Say how to continue."""
        self.set_interval(0.25, self._tell)

    def _tell(self) -> None:
        left = _left(self._page, self._watch)
        text = "y: I take part. n: I do not take part, and the study ends."
        later = f"n: I do not take part. You can take part (y) in {counted(left, 'second')}."
        self.tell(later if left > 0 else text, waiting=left > 0)

    def action_more(self) -> None:
        """Show the rest of the page."""
        self.read_on()

    def action_agree(self) -> None:
        """Take part, once all of the page has been in view, unless it must be read for longer."""
        if not self.read_on() and _left(self._page, self._watch) <= 0:
            self.dismiss("yes")

    def action_decline(self) -> None:
        """Decline, without asking again: in a second question the meaning of the keys would be reversed."""
        self.dismiss("no")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self.action_agree()
        else:
            self.action_decline()
