"""Reading an answer: from raw text to an action, or to the reason why there is none.

The last non-empty line counts. It must hold exactly as many integers as there are objectives; labels and punctuation
around them are fine. What is not a plain non-negative integer (a sign, a decimal, an exponent, a huge number) makes the
answer illegal: nothing is guessed and no digits are glued together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from envs import Action, Environment, IllegalAction, State

MAX_DIGITS = 9
"""A number of more digits than this is rejected."""

_DIGITS = re.compile(r"\d+")
_SIGNS = frozenset("-+±\u2212\u2010\u2011\u2012\u2013\ufe63\ufe62\uff0d\uff0b\u207b\u207a\u02d7\u2796\u2795")
_EXPONENT = re.compile(r"[eE][+\-\u2212]?\d|\^|\*\*\s*\d|\u00d7\s*10")
_GLUED = re.compile(r"(?:_|[^\W\d_]+)\d")


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
    """Read exactly ``count`` integers from the last non-empty line. Never raises, whatever the text."""
    line = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    if not line:
        return Reading(None, "the answer is empty")
    odd = next((c for c in line if unicodedata.category(c) in ("No", "Nl")), "")
    if odd:
        return Reading(None, f"{odd} is not a plain integer")
    found = list(_DIGITS.finditer(line))
    for match in found:
        fault = _fault(line, match)
        if fault:
            return Reading(None, fault)
    if len(found) != count:
        return Reading(None, _miscount(len(found), count))
    return Reading(tuple(int(match.group()) for match in found))


def _fault(line: str, match: re.Match[str]) -> str:
    """Say why a run of digits is not a plain non-negative integer, or return an empty string."""
    number, before, start, end = match.group(), line[: match.start()].rstrip(), match.start(), match.end()
    shown = number if len(number) <= 12 else f"{number[:9]}…"
    if before and before[-1] in _SIGNS:
        return f"{before[-1]}{shown} has a sign; non-negative integers only"
    if _follows_point(line, start) or (line[end : end + 1] in (".", "\u066b") and line[end + 1 : end + 2].isdecimal()):
        return f"{shown} is part of a decimal number; integers only"
    if _EXPONENT.match(line, end):
        return f"{shown} is part of a power or exponent; integers only"
    if _GLUED.match(line, end):
        return f"{shown} is glued to other digits; plain integers only"
    if len(number) > MAX_DIGITS:
        return f"{shown} has {len(number)} digits; at most {MAX_DIGITS} are accepted"
    return ""


def _follows_point(line: str, start: int) -> bool:
    # "…5" and "so ... 5" are punctuation; ".5" is a decimal.
    point = start > 0 and line[start - 1] in (".", "\u066b")
    return point and not (start > 1 and line[start - 2] == ".")


def _miscount(found: int, count: int) -> str:
    wanted = "1 integer" if count == 1 else f"{count} integers"
    got = "none" if found == 0 else str(found)
    return f"{wanted} expected in the last line, {got} found"
