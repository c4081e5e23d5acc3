"""Text that has the form of a statement but is not one, and why, for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.reading.dress import plain
from bioblue_tui.trials.reading.outcome import MAX_DIGITS, Kind

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
NUMBER_WORDS = {word: number for number, word in enumerate(_WORDS.split())}
"""The words of the numbers from 0 on."""

_WORDED = re.compile(rf"(?<![-\w])(?!one\b)(?:none|{'|'.join(NUMBER_WORDS)})(?![-\w])", re.IGNORECASE)


def in_digits(text: str) -> str:
    """Write number words, and "none", in digits; "one" is left, since it has other meanings."""
    return _WORDED.sub(lambda match: str(NUMBER_WORDS.get(match[0].casefold(), 0)), text)


_TWICE = re.compile(rf"(?<![\w.,-])(\d{{1,2}}) \(({'|'.join(NUMBER_WORDS)})\)", re.IGNORECASE)


def said_once(text: str) -> str:
    """Remove a number word that repeats the number before it: "3 (three)"."""
    return _TWICE.sub(
        lambda match: match[1] if NUMBER_WORDS.get(match[2].casefold()) == int(match[1]) else match[0], text
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """Text that has the form of a statement but is not one: the reason, for a person, and what the reason quotes."""

    reason: str
    kind: Kind = "unreadable"
    marked: bool = False
    quote: str = ""


_TOO_LONG = re.compile(rf"\d{{{MAX_DIGITS + 1},}}")
_DIGIT = re.compile(r"\d")
_MATTER = r"[\d\s.,;/|&+\-−±–—‒‐‑=~≈<>≤≥%^×·*eE()'?²³]"
_FAULTY = re.compile(
    rf"{_MATTER}+(?:\b(?:to|or|and|minus|negative|about|around|approximately|at|least|most|up|more|less|than"
    rf"|between|maybe|perhaps|not|no)\b{_MATTER}*)*"
)
_REASONS: Sequence[tuple[str, str, Kind]] = (
    (r"\d\s*(?:[-−–—‒‐‑]|\.\.+)\s*\d|\d\s+(?:to|or)\s+\d|\bbetween\b", "{} is not one number", "unreadable"),
    (r"(?:^|[\s(,;:=])[-−–—‒‐‑]\s?\(?0+(?:\.0+)?(?![\d.])", "{} has a sign; write the number alone", "unreadable"),
    (r"(?:^|[\s(,;:=])[-−–—‒‐‑]\s?\(?\d|\b(?:minus|negative)\s", "{} is negative; 0 is the least", "illegal"),
    (r"(?:^|[\s(,;:])[+±]\s?\d", "{} has a sign; write the number alone", "unreadable"),
    (
        r"\d[eE]\s?[+\-−]?\d|\d\s?(?:\^|\*\*|[×·*])\s?\d|[²³]",
        "{} is a power or a product; write the number",
        "unreadable",
    ),
    (
        r"(?<![\d.])[1-9]\d{0,2}\.\d{3}(?!\d)",
        "{} may be thousands or not a whole number; write digits alone",
        "unreadable",
    ),
    (r"\.\d", "{} is not a whole number", "unreadable"),
    (r"%", "{} is a percentage; write a number", "unreadable"),
    (r"\d'\d", "{} may hold a thousands separator; write numbers without", "unreadable"),
    (r"[~≈<>≤≥?]|[a-z]{2}", "{} is not one exact number", "unreadable"),
)
_PIECES = re.compile(r"[,;/|&] ?| and ")
AS_A_WORD = "the number is written as a word; write digits"
_NUMBER_WORD = re.compile(rf"(?:{'|'.join(NUMBER_WORDS)}|none|nothing)\b", re.IGNORECASE)


def fault_of(piece: str, *, marked: bool = False) -> Fault | None:
    """Say what is faulty in a piece that has the form of a statement; None where it does not have that form.

    Args:
        piece: The piece, undressed and without a label in front.
        marked: Whether it is called the answer: then it must be a statement.
    """
    body = piece.strip()
    if "=" not in body and _DIGIT.search(body) and (marked or _FAULTY.fullmatch(body)):
        if found := _TOO_LONG.search(body):
            return Fault(too_long(found.group()), marked=marked, quote=found.group())
        for pattern, reason, kind in _REASONS if _FAULTY.fullmatch(body) else ():
            if re.search(pattern, body):
                pieces = _PIECES.split(" ".join(body.split()))
                faulty = next((piece for piece in pieces if re.search(pattern, piece)), body).strip()
                return Fault(reason.format(short(faulty)), kind, marked, faulty)
    if not marked or not piece:
        return None
    if _NUMBER_WORD.match(piece):
        return Fault(AS_A_WORD, marked=True)
    return Fault("the part called the answer is not just numbers", marked=True)


def too_long(number: str) -> str:
    """Say that a number has too many digits; how many is not known where it is the beginning of a long line."""
    return f"{short(number)} has more than {MAX_DIGITS} digits, the most that are read"


def short(text: str) -> str:
    """Return a text, shortened to fit into a reason."""
    return text if len(text) <= 24 else f"{text[:20]}…"


_DRESS = re.compile(r"[\s*_`$]+")
_SIGNS = dict.fromkeys(map(ord, "−–—‐‑‒"), "-")


def as_written(reason: str, quote: str, answer: str) -> str:
    """Return a reason that quotes the answer as it was written, not in plain characters; safe to show."""
    wanted = _DRESS.sub("", quote).translate(_SIGNS)
    if not wanted or quote in answer:
        return reason
    kept = [(at, form) for at, each in enumerate(answer) for form in _DRESS.sub("", plain(each)).translate(_SIGNS)]
    begin = "".join(form for _, form in kept).find(wanted)
    if begin < 0:
        return reason
    written = answer[kept[begin][0] : kept[begin + len(wanted) - 1][0] + 1]
    return reason.replace(short(quote), short(one_line(written)), 1)
