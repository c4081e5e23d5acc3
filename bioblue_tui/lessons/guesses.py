"""What a class guesses: reading the typed guesses, and their median."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from string import ascii_lowercase

from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.format import Prediction
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import MAX_STEPS

Guess = float | None
"""A step, a number, or the index of a choice; None for a failure that never comes."""

MOST = 1000
"""Most guesses of one prediction: no class is larger."""

_NEVER = ("never", "no", "none", "-")
_GREATEST = 1e12
_TIMES = re.compile(r"(.+?)[*×](\d{1,4})")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_COMMA = re.compile(r"[^\s;]*,\d[^\s;]*")
"""A word with a comma that may be a decimal comma or a thousands separator."""


class GuessError(BioBlueError, ValueError):
    """Text that is not a guess. The message says which part, and what a guess looks like."""


def read_guesses(prediction: Prediction, text: str, steps: int = MAX_STEPS) -> list[Guess]:
    """Read guesses, separated by blanks; ``31*4`` stands for four guesses of 31.

    A comma or semicolon before a blank separates, too; between choices, a comma alone does.

    Args:
        prediction: What was asked.
        text: What was typed. Choices are named by their letter or number.
        steps: How many steps the trial in question has.

    Raises:
        GuessError: At the first part that is not a guess; then none of the text counts.
    """
    unclear = _COMMA.search(text) if prediction.kind != "choice" else None
    if unclear:
        raise GuessError(f"{one_line(unclear[0], 20)}: blanks separate guesses, and a decimal has a point, as 4.5")
    guesses: list[Guess] = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        match = _TIMES.fullmatch(word)
        one, times = (match[1], int(match[2])) if match else (word, 1)
        guesses += [_read(prediction, one.lower(), steps)] * times
        if len(guesses) > MOST:
            raise GuessError(f"more than {MOST} guesses")
    return guesses


def middle(guesses: Sequence[Guess]) -> tuple[Guess, ...]:
    """Return the middle guess, or both middle ones of an even number; ``never`` counts as later than every step."""
    ordered = sorted(guesses, key=lambda guess: math.inf if guess is None else guess)
    return tuple(ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1])


def hint(prediction: Prediction) -> str:
    """Say what can be typed."""
    if prediction.kind == "choice":
        last = ascii_lowercase[len(prediction.choices) - 1]
        return f"guesses, such as a b b {last} or b*12"
    if prediction.kind == "step":
        return "guesses, such as 20 31 31 never or 40*3"
    return "guesses, such as 20 31 31 or 40*3"


def _read(prediction: Prediction, word: str, steps: int) -> Guess:
    named = one_line(word, 20)
    if prediction.kind == "choice":
        return _choice(prediction.choices, word, named)
    word = word.replace("−", "-")
    if prediction.kind == "step":
        if word in _NEVER:
            return None
        if not re.fullmatch(r"\d{1,9}", word, re.ASCII) or not 0 < int(word) <= steps:
            raise GuessError(f"{named}: a step is a number from 1 to {steps}, or never")
        return int(word)
    if not _NUMBER.fullmatch(word) or len(word) > 20 or not abs(float(word)) <= _GREATEST:
        raise GuessError(f"{named}: not a number")
    value = float(word)
    return int(value) if math.floor(value) == value else value


def _choice(choices: Sequence[str], word: str, named: str) -> Guess:
    letters = ascii_lowercase[: len(choices)]
    if len(word) == 1 and word in letters:
        return letters.index(word)
    if re.fullmatch(r"\d{1,3}", word, re.ASCII) and 1 <= int(word) <= len(choices):
        return int(word) - 1
    raise GuessError(f"{named}: type a letter from a to {letters[-1]}")
