"""The parts of an answer that only repeat the question, in its words and with its values."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DRESS = re.compile(r"[*_`]")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE_OR_FIGURE = re.compile(r"\d|[.?!]\s*$")
_TOKEN = re.compile(r"[-−]?\d{1,15}(?:\.\d{1,15})?|[^\W\d_]+")
_SINGLE = re.compile(r"(?:^|(?<= ))\w(?: |$)")
_LONGEST = 2000


class Echoes:
    """The question, to recognise it in an answer."""

    def __init__(self, shown: str) -> None:
        lines = shown.split("\n")
        self._lines = {_bare(line): not _SENTENCE_OR_FIGURE.search(line) for line in lines}
        self._longest = 2 * max(map(len, self._lines)) + 20
        pairs = {pair for line in lines for each in _said([line]) for pair in each}
        # "Consumption: 3, 4" leaves out the objectives' names.
        self._pairs = pairs | {(_SINGLE.sub("", name).strip(), value) for name, value in pairs}

    def lines(self, lines: Sequence[str]) -> dict[int, bool]:
        """Return the lines that only repeat the question, each with whether it is a heading."""
        short = [(at, line) for at, line in enumerate(lines) if len(line) <= self._longest]
        found = ((at, bare) for at, line in short if (bare := _bare(line)) in self._lines and _LETTER.search(bare))
        return {at: self._lines[bare] for at, bare in found}

    def repeat(self, lines: Sequence[str], first: int, last: int) -> bool:
        """Tell whether some lines, or the lines with their heading, only give values with the words of the prompt."""
        own = lines[first : last + 1]
        above = next((line for line in reversed(lines[:first]) if line.strip()), "")
        # A line with a figure is complete in itself, and not a heading.
        told = (_said(own), [] if _DIGIT.search(above) else _said([above, *own]))
        return any(said and all(not self._pairs.isdisjoint(each) for each in said) for said in told)


def _said(lines: Sequence[str]) -> list[list[tuple[str, float]]]:
    """Return each number with the words before it; a short name also with the shared words before it ("X A", "B")."""
    rows = [line.strip().strip("|").split("|") for line in lines if _TOKEN.search(line)]
    tabled = "|" in "".join(lines)
    if tabled and len(rows) == 2 and len(rows[0]) == len(rows[1]) and not _LETTER.search("".join(rows[1])):
        rows = [[head, cell] for head, cell in zip(*rows, strict=True)]
    said: list[list[tuple[str, float]]] = []
    words: list[str] = []
    shared: list[str] = []
    last: list[str] = []
    for token in _TOKEN.findall(" \n ".join(" ".join(row) for row in rows)[:_LONGEST].casefold()):
        if _LETTER.match(token):
            words += [token] if token not in ("for", "of") else []
            continue
        value = float(token.replace("−", "-"))
        last = words or last
        names = [last, shared + words, *(words[at:] for at in range(1, len(words)) if tabled)]
        # The words may be in another order: "Consumption A" is "A consumption".
        said.append([(" ".join(sorted(name)), value) for name in names if name])
        shared, words = words[:-1] or shared, []
    # Words after the numbers say something of their own.
    return [] if words else said


def _bare(line: str) -> str:
    return " ".join(_DRESS.sub("", line.casefold()).strip(" \t-•>#|.:").split())
