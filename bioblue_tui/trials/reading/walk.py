"""The walk through the lines of an answer, one statement after the other, each with what introduces it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bioblue_tui.trials.reading.block import Block
from bioblue_tui.trials.reading.cues import DOUBT, HEADING, OF_ONESELF, OWN, REFUSING, SUPPOSED, introduced
from bioblue_tui.trials.reading.dress import POISON, undressed
from bioblue_tui.trials.reading.faults import Fault
from bioblue_tui.trials.reading.statements import LONGEST, Grammar, Numbers, Opening
from bioblue_tui.trials.reading.structures import OPENS, JsonReader, read_table
from bioblue_tui.trials.reading.sums import ends_in_sum
from bioblue_tui.trials.reading.thoughts import BREAK

FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*(?:[A-Za-z][\w+.-]*)?\s*")
_RULE = re.compile(r"[\W_]+")
_RULE_OR_BLANK = re.compile(r"[\W_]*")
_STACKED = 12
"""Headings within this many lines are looked at together."""
_SHORT = 24
_LISTED = 40
"""How many lines above a number are searched for the item before it."""
_DIGIT = re.compile(r"\d")
_PROSE = re.compile(r"(?=(?:[^ ]+ ){6})[^\d|{\[<\\]*[.!?]")
"""A sentence of several words without any number: nothing in it is a statement, or calls one the answer."""

_SIGN_LINE = re.compile(r"\s*[-+−±~≈≤≥–—]{1,2}\s*")
_ORDINAL = re.compile(r"\s*\d{1,2}[.)]\s*")
_ITEM = re.compile(
    r"[\s*_>#-]*(?:step )?\(?(?P<number>\d{1,2})(?P<mark>[.):]*)[*_]*(?P<text>\s+\S.*)?\s*", re.IGNORECASE
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_OWN_SENTENCE = re.compile(
    r"\W*(?:(?:so|thus|therefore|hence|then|ok|okay),? )?"
    r"(?:(?:for|in) this step|this time|now|based on|i\b|i'|my\b|let's|we\b|(?:the |final )*answer)",
    re.IGNORECASE,
)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _form(read: Numbers | Fault) -> tuple[bool, bool]:
    return isinstance(read, Numbers) and bool(read.labels), read.marked


class Walk:
    """The walk through the lines of a text.

    Attributes:
        prose: True when anything other than statements was found.
        passed: Why the first numbers that were alone were passed over; empty where none were.
    """

    def __init__(
        self, lines: Sequence[str], grammar: Grammar, echoes: Mapping[int, bool], rewards: Mapping[int, bool]
    ) -> None:
        self._lines = lines
        self._grammar = grammar
        self._echoes = echoes
        self._rewards = rewards
        self._context: str | None = ""
        self._heard = -1
        self._foreign: Numbers | Fault | None = None
        self._run: list[tuple[Numbers, int]] = []
        self._blocks: list[Block] = []
        self._json = JsonReader(grammar)
        self._single = sum(map(bool, map(str.strip, lines))) == 1
        self.prose = False
        self.passed = ""

    def run(self) -> list[Block]:
        """Return the statements, sound or faulty."""
        index = 0
        while index < len(self._lines):
            index = self._line(index)
        self._flush()
        return self._blocks

    def _line(self, index: int) -> int:
        """Take the line at an index, and return the index of the next one to take."""
        line = self._lines[index]
        if line == BREAK or self._repeats(index):
            self._flush()
            self.prose = self.prose or line != BREAK
            self._context = "foreign" if self._echoes.get(index) else ""
            return index + 1
        if not line.strip():
            return index + 1
        if self._breaks_off(index):
            self.passed = self.passed or "a list breaks off after the number of its next item"
            return self._speak(index)
        if len(line) > 5 * LONGEST or _PROSE.fullmatch(line):
            return self._speak(index)
        if FENCE.fullmatch(line):
            self._flush()
            return index + 1
        if found := self._json_at(index):
            value, after = found
            self._flush()
            self._take(value, index, after - 1)
            self._flush()
            return after
        if "|" in line and (table := read_table(self._lines, index, self._grammar)):
            parts, after = table
            self._flush()
            for part in parts:
                self._take(part, index, after - 1)
            self._flush()
            return after
        if _SIGN_LINE.fullmatch(line):
            self._flush()
            self._take(Fault(f"{line.strip()} stands on a line of its own; write the number alone"), index, index)
            self._flush()
            return index + 1
        if _RULE.fullmatch(line) and POISON not in line:
            self._flush()
            return index + 1
        return self._plain_line(index, line)

    def _json_at(self, index: int) -> tuple[Numbers | Fault | None, int] | None:
        """Read JSON at the beginning of a line, or after words in it that call it the answer."""
        line = self._lines[index]
        begin = OPENS.search(line)
        if not begin or line[: begin.start()].endswith(("-", "–", "—", "−")):
            return None
        lead = line[: begin.start()].strip(" \t`>*-")
        opening = self._grammar.read(undressed(lead)) if 0 < len(lead) < LONGEST else None
        if lead and not isinstance(opening, Opening):
            return None
        found = self._json.read(self._lines, index)
        if found and found[0] and isinstance(opening, Opening):
            value = replace(found[0], marked=opening.marked)
            return replace(value, named=True) if isinstance(value, Numbers) else value, found[1]
        return found

    def _repeats(self, index: int) -> bool:
        """Tell whether a line repeats the prompt, and neither introduces the answer nor may be part of it."""
        if index not in self._echoes:
            return False
        read = self._grammar.read(undressed(self._lines[index][:LONGEST]))
        return not (isinstance(read, Opening) if self._echoes[index] else isinstance(read, Numbers) and read.named)

    def _plain_line(self, index: int, line: str) -> int:
        piece = undressed(line) if len(line) <= 2 * LONGEST else ""
        if self._grammar.label_alone(piece):
            after = self._next(index)
            joined = f"{piece.rstrip(' :')}: {undressed(self._lines[after])}" if after < len(self._lines) else ""
            if isinstance(read := self._grammar.read(joined), Numbers):
                self._take(read, index, after)
                return after + 1
        read = self._grammar.read(piece, whole=self._single)
        if isinstance(read, Opening):
            self._flush()
            foreign = not read.marked and self._below_foreign(index)
            self._context = "foreign" if foreign else "marked" if read.marked else "named"
            return index + 1
        if isinstance(read, Numbers) and self._wrapped(index):
            self.passed = self.passed or "the sentence with the numbers goes on in the next line"
            read = None
        if read is None:
            return self._speak(index)
        self._take(read, index, index)
        return index + 1

    def _below_foreign(self, index: int) -> bool:
        """Tell whether a heading, or one of those directly above it, is about something other than the action."""
        for at in range(index, max(-1, index - _STACKED), -1):
            line = self._lines[at]
            if line == BREAK:
                return False
            if _RULE_OR_BLANK.fullmatch(line):
                continue
            piece = undressed(line[:LONGEST])
            read = self._grammar.read(piece)
            if OWN.match(piece) or not (read is None or (isinstance(read, Opening) and not read.marked)):
                return False
            if read is None:
                if self._echoes.get(at):
                    return True
                told = introduced(line.strip(), piece, adjacent=bool(self._lines[at + 1].strip()))
                if told != "unclear" or OF_ONESELF.search(line):
                    return told == "foreign" and not OF_ONESELF.search(line)
        return False

    def _breaks_off(self, index: int) -> bool:
        """Tell whether a line is only the number of the next item of the list above it."""
        item = _ITEM.fullmatch(self._lines[index]) if len(self._lines[index]) < _SHORT else None
        if item is None or item["text"]:
            return False
        number, last = int(item["number"]), self._next(index) >= len(self._lines)
        for at in range(index - 1, max(-1, index - 1 - _LISTED), -1):
            if isinstance(self._grammar.read(undressed(self._lines[at][:LONGEST])), Opening):
                # The list is over: this line announces the answer.
                return False
            above = _ITEM.fullmatch(self._lines[at][:LONGEST])
            if not above or not above["mark"] or not above["text"]:
                continue
            if int(above["number"]) == number and _indent(self._lines[at]) <= _indent(self._lines[index]):
                return False
            if int(above["number"]) == number - 1:
                # A number without a list mark is an item's if no gap separates it, or if such gaps separate all items.
                return bool(item["mark"]) or (last and self._adjoins(at, index, number))
        return False

    def _adjoins(self, at: int, index: int, number: int) -> bool:
        """Tell whether the gap between the item at ``at`` and the number at ``index`` is like that between items."""
        if number == 2 or any(map(str.strip, self._lines[at + 1 : index])) or at + 1 == index:
            return True
        before = next((line for line in range(at - 1, -1, -1) if self._lines[line].strip()), at)
        return before < at - 1 and bool(re.match(rf"\W*(?:step )?{number - 2}\b", self._lines[before], re.IGNORECASE))

    def _next(self, index: int) -> int:
        index += 1
        while index < len(self._lines) and not self._lines[index].strip():
            index += 1
        return index

    def _wrapped(self, index: int) -> bool:
        """Tell whether the next line continues this line's sentence."""
        after = self._lines[index + 1].strip() if index + 1 < len(self._lines) else ""
        if not after or not (after[0].islower() or after[0] in "%="):
            return False
        return not isinstance(self._grammar.read(undressed(after[:LONGEST])), Numbers)

    def _take(self, read: Numbers | Fault | None, first: int, last: int) -> None:
        if read is None or self._is_foreign(read, first, last):
            if read and not self.passed:
                self.passed = "the text before the numbers does not call them the answer"
            self._flush()
            self.prose = True
            return
        marked = read.marked or self._context == "marked"
        if isinstance(read, Fault):
            self._flush()
            self._blocks.append(Block(None, first, last, "", marked, read.reason, read.quote, kind=read.kind))
            return
        read = replace(read, marked=marked, named=read.named or marked or self._context == "named")
        if self._run and not self._continues(read):
            self._flush()
        self._run.append((read, first))
        if first != last:
            self._run.append((replace(read, values=(), labels=()), last))
        if self._complete():
            self._flush()

    def _is_foreign(self, read: Numbers | Fault, first: int, last: int) -> bool:
        """Tell whether the text before or beside a statement says that it is about something else."""
        self._hear()
        if read.marked and self._begins_anew(last):
            return False
        if self._context == "foreign":
            # A heading covers statements of one form: a statement of another form after a gap is no longer below it.
            before, self._foreign = self._foreign, read
            if before and not self._lines[first - 1].strip(" -*_=") and _form(before) != _form(read):
                self._context = ""
        if self._context == "foreign" or isinstance(read, Fault):
            return self._context == "foreign"
        if read.noun and self._rewards and (read.clause == "unit" or self._grammar.of_reward(self._lines[first])):
            return True
        if read.labels and not read.marked and any(self._rewards.get(at) for at in (first - 1, last + 1)):
            return True
        # Numbers without a name of the action might be anything.
        nameless = read.clause in ("alone", "unit") or (read.clause == "labelled" and bool(read.labels))
        return nameless and self._context == "unclear"

    def _continues(self, read: Numbers) -> bool:
        begun = self._run[0][0]
        if read.labels or begun.labels:
            return bool(read.labels) and bool(begun.labels)
        return read.clause == "alone" and len(read.values) == 1 == len(begun.values)

    def _complete(self) -> bool:
        count, begun = self._grammar.count, self._run[0][0]
        # Numbers on separate lines are counted when no more of them follow.
        return (sum(len(read.values) for read, _ in self._run) if begun.labels else len(begun.values)) >= count

    def _flush(self) -> None:
        if not self._run:
            return
        run, self._run = self._run, []
        values = [value for read, _ in run for value in read.values]
        labels = [label for read, _ in run for label in read.labels]
        first, last = run[0][1], run[-1][1]
        marked, named = run[0][0].marked, run[0][0].named
        clause = "marked" if marked else run[0][0].clause
        action, reason = self._grammar.arranged(values, labels)
        if not labels and first != last and all(_ORDINAL.fullmatch(self._lines[at]) for _, at in run):
            action, reason = None, "the numbers of a list are not an answer"
        beside = ". ".join(read.beside[:1].upper() + read.beside[1:] for read, _ in run if read.beside)
        self._blocks.append(
            Block(
                action,
                first,
                last,
                clause,
                marked,
                reason,
                named=named,
                labelled=bool(labels),
                beside=beside,
                whole=all(read.whole for read, _ in run),
                now=all(read.now for read, _ in run),
            )
        )

    def _speak(self, index: int) -> int:
        """Take a line of prose: only a whole sentence in it may be a statement."""
        self._flush()
        self.prose = True
        line = self._lines[index]
        self._sentences(index, line)
        self._context, self._heard, self._foreign = None, index, None
        return index + 1

    def _hear(self) -> None:
        """Find out what the last line of prose means for the numbers that follow it."""
        if self._context is not None:
            return
        line = self._lines[self._heard]
        piece = undressed(line) if len(line) <= 2 * LONGEST else ""
        following = self._lines[self._heard + 1].strip()
        over = POISON in piece or ends_in_sum(line)
        self._context = "" if over else introduced(line.strip(), piece, adjacent=bool(following))

    def _begins_anew(self, last: int) -> bool:
        """Tell whether an answer on the last line starts a new sentence although no full stop precedes it."""
        if self._heard < 0 or self._next(self._heard) != last or self._next(last) < len(self._lines):
            return False
        line = self._lines[self._heard]
        return not (HEADING.search(line) or REFUSING.search(line) or SUPPOSED.search(line))

    def _sentences(self, index: int, line: str) -> None:
        if len(line) > 5 * LONGEST or not _DIGIT.search(line):
            return
        sentences = _SENTENCES.split(line)
        for at, sentence in enumerate(sentences) if len(sentences) > 1 else ():
            if not _OWN_SENTENCE.match(sentence):
                continue
            read = self._grammar.read(undressed(sentence))
            if not isinstance(read, Numbers) or read.clause == "alone":
                continue
            self._hear()
            others = " ".join(sentences[:at] + sentences[at + 1 :])
            if (read.marked or not DOUBT.search(others)) and not (self._context == "foreign" and line[:1].isspace()):
                self._context = ""
                self._take(replace(read, beside=" ".join(sentences[at + 1 :]), whole=False), index, index)
                self._flush()
