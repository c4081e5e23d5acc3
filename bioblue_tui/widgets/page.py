"""Markdown that others have written, shown to people."""

from __future__ import annotations

from markdown_it import MarkdownIt
from textual.widgets import Markdown

from bioblue_tui.text import visible

LONGEST = 100_000
"""Characters of a text that are shown: all of a page."""


def page(text: str, classes: str | None = None) -> Markdown:
    """Return Markdown whose links do nothing, in which no control character is left and HTML is text like any other."""
    return Markdown(visible(text, LONGEST), open_links=False, classes=classes, parser_factory=_parser)


def _parser() -> MarkdownIt:
    return MarkdownIt("gfm-like", {"html": False})
