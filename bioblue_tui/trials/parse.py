"""Reading an answer: from raw text to an action, or to the reason why there is none.

The last non-empty line counts. It must hold exactly as many integers as there are objectives; labels and punctuation
around them are fine. What is not a plain non-negative integer (a sign, a decimal, an exponent, a huge number) makes the
answer illegal: nothing is guessed and no digits are glued together.

Text is read as a person sees it. Only a newline ends a line. A line is empty when nothing in it can be seen. Characters
that cannot be seen neither join two numbers nor keep them apart: with nothing visible between them the answer is
rejected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from envs import Action, Environment, IllegalAction, State

MAX_DIGITS = 9
"""A number of more digits than this is rejected."""

_EXAMINED = 20
"""How many numbers of a line are examined one by one: more than any environment has objectives."""

_NUMBER = re.compile(r"\d+")
_SIGNS = "+±∓\u2212\u2010\u2011\u2012\u2013\u2043\u02d7\u207a\u207b\u208a\u208b\u2795\u2796\ufe62\ufe63\uff0b\uff0d-"
_SIGN_WORD = re.compile(r"(?<![\w-])(?:minus|negative)\Z", re.IGNORECASE)
_OPENERS = " \t\u00a0\"'`*_~([{$€£¥“‘«"
"""What may stand between a sign and its number: ``-**5**`` and ``-(5)`` are negative."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Mc", "Me", "Zl", "Zp"})
"""Unicode categories of characters that cannot be seen, or not apart from their neighbour."""

_POINTS = ".\u066b\u2024\ufe52\uff0e"
_POWER = re.compile(r"[eE][+\-\u2212]?|\s*[\^↑×xX·⋅]\s*|\*{1,2}|\s+\*{1,2}\s+")
"""What makes two numbers one: 1e3, 2^3, 2**3, 5×10. Stars at one of them only, as in ``**3** 4``, are emphasis."""

_GLUE = re.compile(r"[^\W\d]+|['’′]")
_THOUSANDS = frozenset(", \u00a0\u2009\u202f\u066c")


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of an answer: an action, or None and the reason, for a person."""

    action: Action | None
    reason: str = ""


def read_answer(text: str, environment: Environment, state: State) -> Reading:
    """Read an answer into an action that is legal in this state. Never raises, whatever the text."""
    reading = read_integers(text, len(environment.objectives))
    if reading.action is not None:
        try:
            environment.check(state, reading.action)
        except IllegalAction as error:
            return Reading(None, str(error))
    return reading


def read_integers(text: str, count: int) -> Reading:
    """Read exactly ``count`` integers from the last non-empty line. Never raises, whatever the text.

    Takes time in proportion to the length of the text.
    """
    line = next((line for line in reversed(text.split("\n")) if not _is_empty(line)), "")
    if not line:
        return Reading(None, "the answer is empty")
    odd = "" if line.isascii() else next((c for c in line if unicodedata.category(c) in ("No", "Nl")), "")
    if odd:
        return Reading(None, f"{odd} is not a plain integer")
    matches = _NUMBER.finditer(line)
    found = list(islice(matches, max(count, _EXAMINED)))
    end, previous = 0, ""
    for match in found:
        gap = _seen(line[end : match.start()])
        fault = _fault(match.group(), gap, previous)
        if fault:
            return Reading(None, fault)
        end, previous = match.end(), match.group()
    total = len(found) + sum(1 for _ in matches)
    if total != count:
        return Reading(None, _miscount(total, count))
    return Reading(tuple(int(match.group()) for match in found))


def _is_empty(line: str) -> bool:
    return not _seen(line).strip()


def _seen(text: str) -> str:
    """Return what a person sees of a text: without control, format and combining characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c == "\t" or unicodedata.category(c) not in _UNSEEN)


def _fault(number: str, gap: str, previous: str) -> str:
    """Say why a run of digits is not a plain non-negative integer, or return an empty string.

    Args:
        number: The digits.
        gap: What is seen between the number before it (or the start of the line) and this one.
        previous: The number before it; empty at the first.
    """
    if previous and (fault := _joined(number, gap)):
        return f"{_short(previous)}{_short(gap)}{_short(number)} {fault}"
    if gap and gap[-1] in _POINTS and gap[-2:] != "..":
        return f"{gap[-1]}{_short(number)} is a decimal number; integers only"
    rest = gap.rstrip(_OPENERS)
    if rest and rest[-1] in _SIGNS:
        return f"{rest[-1]}{_short(number)} has a sign; non-negative integers only"
    if word := _SIGN_WORD.search(rest[-20:]):
        return f"{word.group()} {_short(number)} has a sign; non-negative integers only"
    if len(number) > MAX_DIGITS:
        return f"{_short(number)} has {len(number)} digits; at most {MAX_DIGITS} are accepted"
    return ""


def _joined(number: str, gap: str) -> str:
    """Say in what way a run of digits belongs to the one before it, or return an empty string."""
    if not gap:
        return "has something invisible between its digits; plain integers only"
    if gap in _POINTS:
        return "is a decimal number; integers only"
    if _POWER.fullmatch(gap):
        return "is a power, a product or an exponent; integers only"
    if _GLUE.fullmatch(gap):
        return "has other characters between its digits; plain integers only"
    # "1,000" and "1 000" may be one number or two; "1,200" too, but no second number would be written 000 or 050.
    if gap in _THOUSANDS and len(number) == 3 and number[0] == "0":
        return "may hold a thousands separator; write integers without"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 12 else f"{text[:9]}…"


def _miscount(found: int, count: int) -> str:
    wanted = "1 integer" if count == 1 else f"{count} integers"
    got = "none" if found == 0 else str(found)
    return f"{wanted} expected in the last line, {got} found"
