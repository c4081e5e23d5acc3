"""Foreign text made inert for a screen: model output, file contents, error messages.

Nothing of it may take effect in a terminal: control characters, escape sequences, bidirectional and invisible
characters are replaced by visible stand-ins. Records keep the text whole; only what is shown goes through here.
"""

from __future__ import annotations

import unicodedata

TAB = "    "
"""What a tab is shown as: a fixed width, since the text's columns are not the screen's."""

SHOWN_LIMIT = 20_000
"""How many characters of one foreign text are shown; the rest is counted. Records are whole."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a terminal may act on, reorder by, or not show at all."""

_MARKS = 2
"""Combining marks shown on one character; more would grow over the neighbouring lines."""


def visible(text: str, limit: int = SHOWN_LIMIT) -> str:
    """Return text that is safe to show: newlines kept, everything a terminal could act on made visible.

    Args:
        text: Any text.
        limit: Characters of the text to show; what is left out is counted at the end.
    """
    shown = text[:limit]
    if not (shown.isascii() and shown.isprintable()):
        shown = _replace(shown.replace("\r\n", "\n"))
    if len(text) > limit:
        shown += f"… [{len(text) - limit} more characters]"
    return shown


def to_the_letter(text: str) -> str:
    """Return a whole text, safe to show, with a visible sign for each tab and carriage return."""
    return visible(text.replace("\t", _stand_in("\t")).replace("\r", _stand_in("\r")), len(text))


def one_line(text: str, limit: int = 200) -> str:
    """Return safe text on one line, newlines shown as ⏎."""
    return visible(text, limit).replace("\n", " ⏎ ")


def error_line(error: Exception | str, limit: int = 300) -> str:
    """Return what an error says on one line. Of a long one the middle is left out: its end says what to do."""
    text = one_line(str(error), SHOWN_LIMIT)
    if len(text) <= limit:
        return text
    ahead = limit // 3
    return f"{text[:ahead]} … {text[ahead + 3 - limit :]}"


def _replace(text: str) -> str:
    parts, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\n":
            parts.append(character)
        elif character == "\t":
            parts.append(TAB)
        elif category in _HIDDEN:
            parts.append(_stand_in(character))
        elif marks <= _MARKS:
            parts.append(character)
    return "".join(parts)


def _stand_in(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
