"""The frame of everything a participant sees outside trials: a heading, a sheet of text, a hint, keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical, VerticalScroll
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from bioblue_tui.formatting.text import one_line
from bioblue_tui.widgets.footer import KeysFooter
from bioblue_tui.widgets.gate import Gate, Painted
from bioblue_tui.widgets.page import page

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Heading:
    """The text at the top of every screen of a study.

    Attributes:
        title: The study's name, for participants.
        participant: Their code.
    """

    title: str
    participant: str

    def line(self, more: str = "") -> str:
        """Return it as a text."""
        return " · ".join(filter(None, (more, self.participant, one_line(self.title, 60))))


class StudyScreen(Screen[Result]):
    """A sheet of text with a title, and a hint below.

    Args:
        heading: The text at the top.
        title: The sheet's title; may be empty.
        more: More text for the top, such as which question of how many it is.
    """

    CSS_PATH = "study.tcss"
    FREE: ClassVar[Sequence[str]] = ("escape", "f2", "ctrl+c", "ctrl+q")
    """Keys that are no answers."""
    hint = query_one("#hint", Static)

    def __init__(self, heading: Heading, title: str = "", more: str = "") -> None:
        super().__init__()
        self._heading, self._title, self._more = heading, title, more
        self.gate = Gate()
        self.gate.ask()

    def compose(self) -> ComposeResult:
        """Lay out the frame."""
        yield Painted(self.gate, self._heading.line(self._more), id="head", markup=False)
        with Vertical(id="middle"):
            if self._title:
                yield Static(one_line(self._title), id="title", markup=False)
            yield from self.compose_sheet()
        yield Static("", id="hint", markup=False)
        yield KeysFooter()

    def compose_sheet(self) -> ComposeResult:
        """Lay out the screen's own content."""
        raise NotImplementedError

    def admits(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key counts: keys pressed before the sheet was on the screen do not."""
        return getattr(event, "key", "") in self.FREE or self.gate.admits(event)

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close the sheet; keys pressed from here on are for the next screen."""
        self.gate.shut()
        return super().dismiss(result)

    def ask_again(self) -> None:
        """Ignore keys that are pressed before the changes are on the screen."""
        self.gate.ask()
        self.query_one("#head", Static).refresh()

    @property
    def read(self) -> bool:
        """True once the end of the sheet has been in view: before that nobody can have read it."""
        sheet = self.query_one("#sheet", VerticalScroll)
        return sheet.scroll_offset.y >= sheet.max_scroll_y

    def read_on(self) -> bool:
        """Show the next part of the sheet. Returns False, changing nothing, at its end."""
        if self.read:
            return False
        self.query_one("#sheet", VerticalScroll).scroll_page_down(animate=False)
        self.ask_again()
        return True

    def tell(self, text: str, *, waiting: bool = False) -> None:
        """Show what can be done, once all of the sheet has been in view."""
        more = self.is_mounted and not self.read
        self.hint.set_class(waiting and not more, "-waiting")
        self.hint.update("Enter shows more. ↑ ↓ move the text." if more else text)


def sheet(text: str) -> VerticalScroll:
    """Return Markdown in its own scroller."""
    return VerticalScroll(page(text), id="sheet")
