"""The base of our panels: a widget drawn line by line, each line a list of texts with the name of a style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Part:
    """A style by its meaning. Colours are names of theme variables; an empty name leaves the colour as it is."""

    colour: str = ""
    behind: str = ""
    bold: bool | None = None
    dim: bool | None = None

    def style(self, variables: Mapping[str, str]) -> Style:
        """Return the style in a theme."""

        def colour(name: str) -> RichColor | None:
            # A theme may add how much of the colour to use, which no terminal can mix.
            return Color.parse(variables[name].split()[0]).rich_color if name else None

        return Style(color=colour(self.colour), bgcolor=colour(self.behind), bold=self.bold, dim=self.dim)


PARTS = {
    "text": Part(),
    "strong": Part(bold=True),
    "dim": Part(dim=True),
    "good": Part("text-success"),
    "warn": Part("text-warning"),
    "bad": Part("text-error", bold=True),
    "accent": Part("text-accent"),
    "band": Part(behind="success-muted"),
    "alert": Part(behind="error-muted"),
    "here": Part(behind="primary-muted"),
    "key": Part("accent", bold=True),
    "trial1": Part("text-primary", bold=True),
    "trial2": Part("text-accent", bold=True),
    "trial3": Part("text-success", bold=True),
    "trial4": Part("text-error", bold=True),
    "trial5": Part("foreground", bold=True),
    "trial6": Part("text-secondary", bold=True),
}
"""Styles by meaning, by theme variables only. Colour never carries the meaning alone.

They are not component classes: Textual would compute all of them for each widget at every change of a class.
"""

Line = Sequence[tuple[str, str]]
"""Texts, each with the names of its styles joined by ``+``, such as ``good+band``."""


class Styled(Widget):
    """A widget that draws with our named styles."""

    _made: dict[str, Style] | None = None
    """Styles made so far. Looking up inherited colours, as far as the root, takes longer than all drawing."""

    def strip(self, line: Line, width: int, extra: str = "") -> Strip:
        """Turn a line into a strip of exactly this width, with an extra style laid over all of it."""
        segments, length = [], 0
        for parts, run in groupby(line, key=itemgetter(1)):
            text = "".join(text for text, _ in run)
            segments.append(Segment(text, self.part_style(f"{parts}+{extra}" if extra else parts)))
            length += cell_len(text)
        if length < width:
            segments.append(Segment(" " * (width - length), self.part_style(extra)))
        return Strip(segments, max(length, width)).adjust_cell_length(width)

    def part_style(self, parts: str = "") -> Style:
        """Return the style of one or several parts, joined by ``+``, laid over the widget's own."""
        if self._made is None:
            self._made = {"": self.rich_style}
        if parts not in self._made:
            style = self._made[""]
            for part in parts.split("+"):
                style += PARTS[part].style(self.app.theme_variables)
            self._made[parts] = style
        return self._made[parts]

    def notify_style_update(self) -> None:
        """Make the styles again when theme or classes change."""
        super().notify_style_update()
        self._made = None
        self.refresh()


class Lines(Styled):
    """A widget whose content is a few styled lines, drawn when they have changed.

    Only changed lines are painted: most lines stay the same from step to step.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._strips: list[Strip] | None = None
        """The lines as they are painted; None to draw them again."""
        self._drawn = Size(0, 0)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines to show in ``width`` columns and ``height`` rows."""
        raise NotImplementedError

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines it has, for widgets whose height depends on them."""
        return len(self.draw(width, 0))

    def redraw(self) -> None:
        """Draw the present content."""
        strips = self._strips
        if strips is None or self._drawn != self.outer_size:
            self._strips = None
            self.refresh()
            return
        width, height = self.content_size
        before, self._lines = self._lines, list(self.draw(width, height))
        if len(before) != len(self._lines):
            self._strips = None
            self.refresh()
            return
        changed = [y for y, line in enumerate(self._lines) if line != before[y]]
        for y in changed:
            strips[y] = self.strip(self._lines[y], width)
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """Return one line (Textual's Line API)."""
        # The size with borders is stored; the size without is computed at each access.
        if self._strips is None or self._drawn != self.outer_size:
            width, height = self.content_size
            self._lines = list(self.draw(width, height))
            self._strips = [self.strip(line, width) for line in self._lines]
            self._drawn = self.outer_size
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.content_size.width, self.part_style())

    def notify_style_update(self) -> None:
        """Draw again when theme or classes change."""
        super().notify_style_update()
        self._strips = None
