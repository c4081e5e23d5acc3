"""Markdown that others have written, shown to people."""

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
"""Characters of a text that are shown: all of a page."""


class Blanks(NamedTuple):
    """What is filled in once the Markdown is read, so that it is text and never a mark of a list, a table or a link."""

    pattern: re.Pattern[str]
    """How a blank is written; it begins with a brace."""
    fill: Callable[[re.Match[str]], str]


def page(text: str, classes: str | None = None, blanks: Blanks | None = None) -> Markdown:
    """Return Markdown whose links do nothing, in which no control character is left and HTML is text like any other."""
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
