"""Statements in the form of JSON or a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bioblue_tui.trials.reading.dress import undressed
from bioblue_tui.trials.reading.faults import Fault, short, too_long
from bioblue_tui.trials.reading.statements import Grammar, Numbers

OPENS = re.compile(r"[{\[]")
_MOST_TRIES = 20
"""How many places of a text are tried as JSON."""

_MOST_CHARACTERS = 4000
"""Longest JSON that is read."""

_WHOLE = re.compile(r"(\d{1,9})(?:\.0{1,2})?")
_BEHIND = re.compile(r"[\s`.;]*")
_WORDS = re.compile(
    r"reason\w*|explanation|explain|thoughts?|thinking|comments?|rationale|analysis|notes?|justification|why",
    re.IGNORECASE,
)
_AWAITED = re.compile(r"(?:expected|predicted|projected|estimated|resulting|remaining|new)(?:[_ ]\w+)?", re.IGNORECASE)
_MOST_ROWS = 12
_COLUMN = re.compile(r"(?:(?:objective|food|variable|resource|need|metric|name|label)s?)?", re.IGNORECASE)
"""Headings of a column of objectives."""


class _Faulty:
    """A number that is not a plain one, or a value that can't be an amount."""

    def __init__(self, reason: str, quote: str = "", *, negative: bool = False) -> None:
        self.fault = Fault(reason, "illegal" if negative else "unreadable", quote=quote)


class _Object(list[tuple[str, object]]):
    """A JSON object as its pairs, so that a repeated key is noticed."""


def _number(text: str) -> object:
    match = _WHOLE.fullmatch(text)
    if match:
        return int(match.group(1))
    if text.startswith("-") and not text.strip("-0."):
        return _Faulty(f"{short(text)} has a sign; write the number alone", text)
    if text.startswith("-"):
        return _Faulty(f"{short(text)} is negative; 0 is the least", text, negative=True)
    if text.isdigit():
        return _Faulty(too_long(text), text)
    return _Faulty(f"{short(text)} is not a whole number", text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object,
    parse_int=_number,
    parse_float=_number,
    parse_constant=lambda name: _Faulty(f"{name} is not a number"),
)


class JsonReader:
    """Reads JSON within a text."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._tries = _MOST_TRIES

    def read(self, lines: Sequence[str], index: int) -> tuple[Numbers | Fault | None, int] | None:
        """Read JSON that begins in a line; returns its statement and the index of the line after it, or None."""
        if not self._tries:
            return None
        self._tries -= 1
        text = "\n".join(lines[index : index + 60])[:_MOST_CHARACTERS]
        begin = OPENS.search(text)
        if not begin:
            return None
        try:
            value, end = _DECODER.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            return None
        behind = text[end:].partition("\n")[0]
        if not _BEHIND.fullmatch(behind):
            return None
        return self._statement(value), index + text.count("\n", 0, end) + 1

    def _statement(self, value: object) -> Numbers | Fault | None:
        if isinstance(value, _Object):
            return self._object(value)
        if not isinstance(value, list):
            return None
        values = [_plain(part) for part in value]
        if fault := next((part.fault for part in values if isinstance(part, _Faulty)), None):
            return fault
        whole = [part for part in values if isinstance(part, int)]
        if len(whole) != len(values) or not whole:
            return None
        return Numbers(tuple(whole), (), "json")

    def _object(self, pairs: _Object) -> Numbers | Fault | None:
        """Read the action that an object states; it may also hold a reason, or what is expected."""
        said = [(key, value) for key, value in pairs if not (_WORDS.fullmatch(key.strip()) and isinstance(value, str))]
        if sum(self._grammar.key(key) == "" for key, _ in said) == 1:
            said = [(key, value) for key, value in said if not _AWAITED.fullmatch(key.strip())]
        read = self._said(said)
        return replace(read, whole=read.whole and len(said) == len(pairs)) if isinstance(read, Numbers) else read

    def _said(self, said: Sequence[tuple[str, object]]) -> Numbers | Fault | None:
        keys = [self._grammar.key(key) for key, _ in said]
        values = [_plain(value) for _, value in said]
        if len(said) == 1 and keys[0] == "":
            inner = self._statement(values[0]) if isinstance(values[0], list) else values[0]
            if isinstance(text := said[0][1], str):
                inner = _clause(self._grammar.read(text), "json") or inner
            if isinstance(inner, _Faulty):
                return inner.fault
            if isinstance(inner, int):
                return Numbers((inner,), (), "json", named=True)
            if isinstance(inner, Numbers):
                return replace(inner, named=True)
            return inner if isinstance(inner, Fault) else None
        if len({key.casefold() for key, _ in said}) < len(said) and "" in keys:
            return Fault("the JSON names the action more than once")
        if not any(keys):
            return None
        if None in keys or "" in keys:
            return Fault("the JSON has other keys than the objectives")
        if fault := next((value.fault for value in values if isinstance(value, _Faulty)), None):
            return fault
        whole = [value for value in values if isinstance(value, int)]
        if len(whole) != len(values):
            return Fault("the JSON has values that are not numbers")
        if set(keys) != set(self._grammar.labels.values()) or len(keys) != len(set(keys)):
            return Fault("the JSON does not name every objective once")
        return Numbers(tuple(whole), tuple(str(key) for key in keys), "json")


def _plain(value: object) -> object:
    if isinstance(value, str):
        match = _WHOLE.fullmatch(value.strip())
        return int(match.group(1)) if match else _Faulty("the JSON has a text in place of a number")
    return _Faulty("true and false are not numbers") if isinstance(value, bool) else value


def read_table(
    lines: Sequence[str], index: int, grammar: Grammar
) -> tuple[Sequence[Numbers | Fault | None], int] | None:
    """Read a table that begins in a line; returns its statements and the index of the line after it, or None."""
    rows: list[list[str]] = []
    at = index
    while at < len(lines) and "|" in lines[at] and at - index < _MOST_ROWS and len(lines[at]) < 1000:
        cells = [undressed(cell, listed=False) for cell in lines[at].strip().strip("|").split("|")]
        if any(set(cell) - set("-: ") for cell in cells):
            rows.append(cells)
        at += 1
    bars = sum(lines[i].lstrip().startswith("|") for i in range(index, at))
    if len(rows) < 2 and not bars:
        return None
    return _rows(rows, grammar), at


def _rows(rows: list[list[str]], grammar: Grammar) -> Sequence[Numbers | Fault | None]:
    if not rows or len({len(row) for row in rows}) != 1:
        return [None]
    width = len(rows[0])
    if len(rows) == 1 and all(_WHOLE.fullmatch(cell) for cell in rows[0]):
        return [_clause(grammar.read("; ".join(rows[0])))]
    if len(rows) == 2 and all(_WHOLE.fullmatch(cell) for cell in rows[1]):
        return _pairs(zip(*rows, strict=True), grammar, whole=True)
    if width != 2:
        return [None]
    whole = True
    if not _WHOLE.fullmatch(rows[0][1]):
        if not grammar.names_action(rows[0][1]):
            return [None]
        whole = _COLUMN.fullmatch(rows[0][0]) is not None
        rows = rows[1:]
    return _pairs(rows, grammar, whole=whole)


def _pairs(pairs: Iterable[Sequence[str]], grammar: Grammar, *, whole: bool) -> Sequence[Numbers | Fault | None]:
    """Read names with their cells; a row that is not about the action, such as a total, makes the others not whole."""
    read = [grammar.read(f"{name}: {cell}") for name, cell in pairs]
    return [_clause(each, whole=whole and None not in read) for each in read]


def _clause(read: object, clause: str = "table", *, whole: bool = True) -> Numbers | Fault | None:
    if isinstance(read, Numbers):
        return replace(read, clause=clause, whole=whole and read.whole)
    return read if isinstance(read, Fault) else None
