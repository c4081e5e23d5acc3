"""Showing Markdown that other people have written."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from textual.widgets import Markdown

from bioblue_tui.formatting.text import visible

LONGEST = 100_000
"""Most characters of a text that are shown: a whole page."""


class Blanks(NamedTuple):
    """Blanks to fill in after the Markdown is parsed, so that their text never makes a list, a table or a link."""

    pattern: re.Pattern[str]
    """The pattern of a blank; it begins with a brace."""
    fill: Callable[[re.Match[str]], str]


def page(text: str, classes: str | None = None, blanks: Blanks | None = None) -> Markdown:
    """Return Markdown with links that do nothing, without control characters, and with HTML shown as text."""
    parser = partial(_parser, blanks)
    return Markdown(visible(text, LONGEST), open_links=False, classes=classes, parser_factory=parser)


def _parser(blanks: Blanks | None) -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": False})
    if blanks:
        parser.inline.ruler.before("text", "blank", partial(_blank, blanks))
        parser.core.ruler.push("blanks in code", partial(_blanks_in_code, blanks))
    return parser


def _blank(blanks: Blanks, state: StateInline, silent: bool) -> bool:
    match = blanks.pattern.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("text", "", 0).content = blanks.fill(match)
    state.pos = match.end()
    return True


def _blanks_in_code(blanks: Blanks, state: StateCore) -> None:
    for token in (child for block in state.tokens for child in block.children or () if child.type == "code_inline"):
        token.content = blanks.pattern.sub(blanks.fill, token.content)
