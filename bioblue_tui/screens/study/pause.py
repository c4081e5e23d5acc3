"""A pause: nothing of the study is visible, and the time does not count."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Label

from bioblue_tui.screens.actions import command


class PauseScreen(Screen[None]):
    """Waits until the participant continues."""

    CSS_PATH = "study.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        command("study.resume", "enter", "dismiss", "Continue", "End the pause", footer="Continue"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out two lines."""
        yield Label("Paused", id="paused")
        yield Label("Time does not count. Enter continues.")
