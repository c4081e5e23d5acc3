"""The base of our panels: a widget drawn line by line, each line a list of texts with the name of a style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

PARTS = ("text", "strong", "dim", "good", "warn", "bad", "accent", "band", "here", "key")
"""Styles by meaning; each is the component class ``line--NAME``. Colour never carries the meaning alone."""

Line = Sequence[tuple[str, str]]
"""Texts, each with the names of its styles joined by ``+``, such as ``good+band``."""


COMPONENTS = {f"line--{name}" for name in PARTS}
"""The component classes of a widget that draws with our styles."""


def styles_of(widget: str) -> str:
    """Return the rules of our styles for a widget's class, by theme variables only."""
    return f"""
    {widget} > .line--strong {{ text-style: bold; }}
    {widget} > .line--dim {{ text-style: dim; }}
    {widget} > .line--good {{ color: $text-success; }}
    {widget} > .line--warn {{ color: $text-warning; }}
    {widget} > .line--bad {{ color: $text-error; text-style: bold; }}
    {widget} > .line--accent {{ color: $text-accent; }}
    {widget} > .line--band {{ background: $success-muted; }}
    {widget} > .line--here {{ background: $primary-muted; }}
    {widget} > .line--key {{ color: $accent; text-style: bold; }}
    """


class Styled(Widget):
    """A widget that draws with our named styles; it declares COMPONENT_CLASSES and the rules of ``styles_of``."""

    def strip(self, line: Line, width: int, *extra: str) -> Strip:
        """Turn a line into a strip of exactly this width, with extra styles laid over all of it."""
        segments = [Segment(text, self.part_style(*parts.split("+"), *extra)) for text, parts in line]
        return Strip(segments).adjust_cell_length(width, self.part_style(*extra))

    def part_style(self, *parts: str) -> Style:
        """Return the style of one or several parts, laid over the widget's own."""
        style = self.rich_style
        for part in parts:
            style += self.get_component_rich_style(f"line--{part}", partial=True)
        return style


class Lines(Styled):
    """A widget whose content is a few styled lines, made anew when what it shows has changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    DEFAULT_CSS = styles_of("Lines")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._lines: list[Strip] | None = None
        self._drawn: tuple[int, int] = (0, 0)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines to show in this many columns and rows."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw anew at the next paint."""
        self._lines = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line (Textual's Line API)."""
        size = (self.content_size.width, self.content_size.height)
        if self._lines is None or self._drawn != size:
            self._lines = [self.strip(line, size[0]) for line in self.draw(*size)]
            self._drawn = size
        return self._lines[y] if y < len(self._lines) else Strip.blank(size[0], self.rich_style)

    def notify_style_update(self) -> None:
        """Draw anew when theme or classes change."""
        super().notify_style_update()
        self._lines = None
