"""The dress of an answer, which is removed before it is read: forms of characters, markup, quotes, bullets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

POISON = "\ufffd"
"""Put in place of something that must not simply be removed: a piece that holds it is never read."""

_WIDE = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys((0x3000, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F), " ")
    | dict.fromkeys((0x2018, 0x2019, 0x02BC), "'")
    | dict.fromkeys((0xFF0D, 0xFE63, 0x02D7, 0x2796), "−")
)
"""Full-width forms, other widths of spaces, other apostrophes and signs, as the characters they stand for."""

_SIGN = re.compile(r"[-–—](?=[\xa0\u2000-\u200a\u202f\u205f\u3000]+\d)")
"""A dash followed by a space of another width is a sign, not a list's dash."""

_BREAKS = dict.fromkeys(map(ord, "\r\u2028\u2029"), "\n")
_TURNING = frozenset("\b\x7f\u061c\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the order in which others are seen, or erase one."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u20e3\ud800-\udfff]+"
)
_POISONOUS = frozenset({"Nd", "Nl", "No", "Mn", "Me", "Cf", "Cs", "Co", "Cn"})
_STRUCK = re.compile(r"~~|</?(?:del|strike)>", re.IGNORECASE)
_MARKUP = re.compile(r"[^\w ,.:;?!=-]|_")
_TAG = re.compile(
    r"</?(?:b|strong|i|em|u|p|span|code|pre|div|center|font|output|response|action|final|result)(?:\s[^<>\n]{0,80})?/?>",
    re.IGNORECASE,
)
_TEXT = re.compile(r"\\(?:text|math)(?:bf|it|tt|rm|sf)?\{([^{}]*)\}")
_LATEX = re.compile(
    r"\\(?:text(?:bf|it|tt|rm)?|mathrm|mathbf|mathit|mathsf|bm|bf|quad|qquad|left|right)\b|\\[,;:! ()\[\]{}]"
)
_EMPHASIS = re.compile(r"[*`]+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
_LISTED = re.compile(r"\s*[-–—][ \t]+")
"""A list's dash, at the front of a line. Anywhere else, a dash before a number is a sign."""
_BULLET = re.compile(
    r"(?:(?:[*•·‣▪◦✅✔☑👉🎯]|#{1,6}|[-–—](?=[ \t]+\W{0,4}[^\W\d_]))[ \t]+)+"
    r"|>[ \t]*(?=\W{0,2}[A-Za-z])|>[ \t]+(?=[\d*])|[•▪‣◦][ \t]*"
)
_NUMBERED = re.compile(r"\(?\d{1,2}[.)][ \t]+(?=[\W_]{0,4}(?:[A-HJ-Z]\b|objective|food|answer|final))", re.IGNORECASE)
_QUOTED = re.compile(r"""(?<![\w.])["'“”‘’«»„](\d{1,9}(?:\.0+)?)["'“”‘’«»„](?![\w.])""")
_QUOTED_NAME = re.compile(r"""["'“”]([A-Za-z][\w ]{0,30})["'“”](?= ?[:=])""")
_BRACKETED = re.compile(r"(?<![\w)\]}.+±−–—-])[(\[{] ?(\d{1,9}(?:\.0+)?) ?[)\]}](?![\w.])")
_FOOD = re.compile("(?<=[a-z.!] )[\U0001f32d-\U0001f37f\U0001f950-\U0001f96f]+$")
"""An emoji of food."""

_PAIRS = dict(zip("([{\"'“‘«„”「『", ")]}\"'”’»“”」』", strict=True))
_TABBED = re.compile(r"(?<=\d) *\t+ *(?=\d)")
_DIGITS = re.compile(r"\d+")


def plain(text: str) -> str:
    """Return a text in plain characters: one form of spaces, digits and newlines, nothing invisible.

    Digits that an invisible character separates are never joined.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    text = _SIGN.sub("−", text).translate(_BREAKS).translate(_WIDE)
    text = _UNSEEN.sub(_unseen, text)
    if text.isascii():
        return text
    return "".join(map(_known, text))


def _unseen(match: re.Match[str]) -> str:
    run = match.group()
    if "\f" in run:
        return "\f"
    if any(character in _TURNING for character in run):
        return POISON
    before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    return POISON if before.isdigit() and after.isdigit() else ""


def _known(character: str) -> str:
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    # Digits and numbers that are not plain, and characters that change or hide their neighbours.
    return POISON if kind in _POISONOUS else character


def undressed(line: str, *, listed: bool = True) -> str:
    """Return a line without its dress, with single spaces; its digits are never changed.

    Args:
        line: The line, or a piece of one.
        listed: Whether a dash at its front may be a list's.
    """
    front = _LISTED.match(line) if listed else None
    bare, digits = _undress(line[front.end() :] if front else line), _DIGITS.findall(line)
    kept = _DIGITS.findall(bare)
    # A list's number may have been removed from the front.
    return bare if kept == digits or kept == digits[1:] else POISON


def _undress(line: str) -> str:
    if _STRUCK.search(line):
        return POISON
    if _MARKUP.search(line):
        line = _LATEX.sub(" ", _TEXT.sub(r" \1 ", _TAG.sub(" ", line)))
        # A dollar sign alone may be a currency.
        if line.count("$") % 2 == 0:
            line = line.replace("$", " ")
        line = _off_front(line.strip())
        line = _EMPHASIS.sub(_emphasis(line), line)
        line = _BRACKETED.sub(r"\1", _QUOTED_NAME.sub(r"\1", _QUOTED.sub(r"\1", line)))
        line = _TABBED.sub(", ", line)
    line = " ".join(_FOOD.sub("", line).split())
    while True:
        before = line
        line = _off_front(line).rstrip(" ,;")
        if line.endswith((".", "!", "。")) and not line.endswith(".."):
            line = line[:-1].rstrip()
        if len(line) > 1 and _PAIRS.get(line[0]) == line[-1] and _closes_last(line):
            line = line[1:-1].strip()
        if line == before:
            return line


def _off_front(line: str) -> str:
    if match := _BULLET.match(line):
        line = line[match.end() :]
    # A list's number is removed only where words follow; before a number it might be the answer.
    if match := _NUMBERED.match(line):
        line = line[match.end() :]
    return line


def _closes_last(line: str) -> bool:
    """Tell whether the bracket at the front is closed by the one at the end, and not before."""
    return line[0] not in line[1:-1] and line[-1] not in line[1:-1]


def _emphasis(line: str) -> Callable[[re.Match[str]], str]:
    counts = {mark: line.count(mark) for mark in "*_`"}

    def replace(match: re.Match[str]) -> str:
        run = match.group()
        if any(counts[mark] % 2 for mark in set(run)):
            return run
        left, right = line[: match.start()], line[match.end() :]
        between = left.rstrip(" ")[-1:].isdigit() and right.lstrip(" ")[:1].isdigit()
        if between and left.endswith(" ") == right.startswith(" "):
            return POISON
        return ""

    return replace
