"""The head of the trial screen: what is played by whom, and its state; and the strip of tabs below."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from bioblue_tui.widgets.lines import Line, Lines

_LEAST_TITLE = 8
"""Columns of the title below which details of the status are left out."""


class StatusLine(Lines):
    """One line: the trial on the left, how it stands on the right."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; }
    """

    def __init__(self, title: str, detail: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._title, self._detail = title, detail
        self._status: Line = []

    def show_status(self, status: Line) -> None:
        """Show how the trial stands."""
        if status != self._status:
            self._status = status
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the line; what does not fit is cut: the title's detail first, then the title, then dim parts."""
        status = list(self._status)
        while (right := sum(len(text) for text, _ in status) + 1) > width - _LEAST_TITLE:
            faint = next((part for part in reversed(status) if part[1] == "dim"), None)
            if faint is None:
                break
            status.remove(faint)
        title = f"BioBlue  {self._title}" if width >= 100 else self._title
        if len(title) > width - right - 2:
            title = f"{title[: max(0, width - right - 3)]}…"
        room = width - right - len(title) - 3
        detail = f" · {self._detail}" if self._detail else ""
        if len(detail) > room:
            detail = detail[: max(0, room - 1)] + "…" if room > 6 else ""
        gap = width - right - len(title) - len(detail) - 1
        return [[(f" {title}", "strong+accent"), (detail, "text"), (" " * max(1, gap), "text"), *status]]


class TabStrip(Lines):
    """Names of the panels that share the space on a small terminal; the one shown is marked."""

    DEFAULT_CSS = """
    TabStrip { height: 1; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._names = names
        self._active = 0

    def show_active(self, index: int) -> None:
        """Mark the tab that is shown."""
        self._active = index
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the names."""
        line: list[tuple[str, str]] = []
        for index, name in enumerate(self._names):
            active = index == self._active
            line.append((f"▐{name}▌" if active else f" {name} ", "strong+here" if active else "dim"))
        return [[*line, ("   tab: next panel", "dim")]]

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        edge = 0
        for index, name in enumerate(self._names):
            edge += len(name) + 2
            if event.x < edge:
                self.post_message(self.Chosen(index))
                return
