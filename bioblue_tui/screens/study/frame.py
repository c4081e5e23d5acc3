"""The frame of everything a participant sees outside trials: whose study it is, a sheet, what to do, keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Footer, Markdown, Static

from bioblue_tui.text import one_line, visible

Result = TypeVar("Result")

LONGEST = 100_000
"""Characters of a text that are shown: all of a page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the top of every screen of a study.

    Attributes:
        title: The study's name, for participants.
        participant: Their code.
    """

    title: str
    participant: str

    def line(self, more: str = "") -> str:
        """Return it as a text."""
        return " · ".join(filter(None, (one_line(self.title, 60), more, self.participant)))


class StudyScreen(Screen[Result]):
    """A sheet of text with a title, and a hint below it.

    Args:
        heading: What stands at the top.
        title: The sheet's title; may be empty.
        more: What else stands at the top, such as which question of how many it is.
    """

    CSS_PATH = "study.tcss"
    hint = query_one("#hint", Static)

    def __init__(self, heading: Heading, title: str = "", more: str = "") -> None:
        super().__init__()
        self._heading, self._title, self._more = heading, title, more

    def compose(self) -> ComposeResult:
        """Lay out the frame."""
        yield Static(self._heading.line(self._more), id="head", markup=False)
        with Vertical(id="middle"):
            if self._title:
                yield Static(one_line(self._title), id="title", markup=False)
            yield from self.compose_sheet()
        yield Static("", id="hint", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def compose_sheet(self) -> ComposeResult:
        """Lay out what the screen is for."""
        raise NotImplementedError


def sheet(text: str) -> VerticalScroll:
    """Return Markdown in a scroller of its own."""
    return VerticalScroll(page(text), id="sheet")


def page(text: str) -> Markdown:
    """Return Markdown whose links do nothing, and in which no control character is left."""
    return Markdown(visible(text, LONGEST), open_links=False)
