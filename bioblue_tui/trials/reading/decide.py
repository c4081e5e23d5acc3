"""Deciding what an answer says: from its lines to an action, or to the reason why it has none.

An answer is a statement: a piece of the text that says the action and nothing else. Numbers in prose are never taken.
Reasoning is removed first, then dress (fences, emphasis, quotes, bullets, labels); what is left of a line, or of some
lines, must be exactly the integers. A statement that is called the answer wins over others; two that differ count as
no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bioblue_envs import Action, Environment

from bioblue_tui.trials.reading.block import Block
from bioblue_tui.trials.reading.blocks import blocks_of
from bioblue_tui.trials.reading.cues import MET_BY_CHANCE
from bioblue_tui.trials.reading.dress import plain, undressed
from bioblue_tui.trials.reading.echoes import Echoes
from bioblue_tui.trials.reading.faults import as_written, said_once
from bioblue_tui.trials.reading.outcome import Reading
from bioblue_tui.trials.reading.rest import objection
from bioblue_tui.trials.reading.results import SAYS_WHAT
from bioblue_tui.trials.reading.statements import LACKING, LONGEST, Grammar, expected, grammar
from bioblue_tui.trials.reading.sums import Known
from bioblue_tui.trials.reading.thoughts import BREAK, OTHERS, own_turn, split_thoughts
from bioblue_tui.trials.reading.walk import FENCE

MOST_CHARACTERS, MOST_LINES = 100_000, 2_000
"""A longer answer, not counting reasoning, is not read: no statement needs that much, and reading must not delay a
trial."""


def read_integers(
    text: str, environment: Environment, shown: str = "", status: frozenset[int] = frozenset()
) -> Reading:
    """Read an answer into an action, without checking that it is legal. Never raises, whatever the text.

    Args:
        text: The answer, verbatim.
        environment: The environment.
        shown: The question; lines of the answer that only repeat it do not count.
        status: The numbers of the state that the question showed.
    """
    # A form feed in the answer itself must not be taken for our own mark.
    split = split_thoughts(text.replace(BREAK, "\v"))
    if not split.closed:
        return _unreadable("the reasoning was not ended, so there is no answer")
    sizes = ((len(split.answer), MOST_CHARACTERS, "characters"), (split.answer.count("\n") + 1, MOST_LINES, "lines"))
    if over := next((f"{size:,} {unit}" for size, most, unit in sizes if size > most), ""):
        return _unreadable(f"an answer of {over} is too long to be read")
    visible = said_once(own_turn(plain(split.answer)))
    if not visible.strip():
        silent = (
            "the answer is empty"
            if not plain(split.answer).strip()
            else "the answer holds only another speaker's words"
        )
        thought = "a comment" if text.lstrip().startswith("<!--") else "reasoning"
        return _unreadable(f"there is {thought} and no answer" if split.reasoning else silent)
    nouns = tuple(dict.fromkeys(d.label for d in environment.dimensions if not d.penalty))
    penalties = tuple(dict.fromkeys(d.label for d in environment.dimensions if d.penalty))
    lines = visible.split("\n")
    objectives = environment.objectives
    if len(objectives) == 1 and _LETTERED.search(shown):
        objectives = ("A",)
    forms = grammar(objectives, nouns, *_asked_for(shown))
    asked = Echoes(shown)
    echoes = asked.lines(lines)
    blocks, passed = blocks_of(lines, forms, echoes, penalties)
    repeating = [b for b in blocks if not b.marked and asked.repeat(lines, b.first, b.last)]
    targets = tuple(int(gauge.target) for gauge in environment.gauges if gauge.target is not None)
    known = Known(status, targets)
    reading = _decide(blocks, repeating, lines, echoes, objectives, forms, known, passed, split.answer)
    return replace(reading, part=f"{reading.part}, after reasoning") if reading.part and split.reasoning else reading


def _decide(
    blocks: Sequence[Block],
    repeating: Sequence[Block],
    lines: Sequence[str],
    echoes: Mapping[int, bool],
    objectives: Sequence[str],
    forms: Grammar,
    known: Known,
    passed: str,
    answer: str,
) -> Reading:
    count = len(objectives)
    # A repetition counts only where there is no other answer: the previous step's dose may be meant again.
    said = [b for b in blocks if b not in repeating] or blocks
    # A number with a unit may be an amount of the state.
    said = [b for b in said if b.clause != "unit"] or said
    telling = frozenset(number for number in known.numbers if number > MET_BY_CHANCE)
    restating = [b for b in said if b.action and b.labelled and not b.named and telling.issuperset(b.action)]
    now = [b for b in said if b.now]
    pool = [b for b in now if b.marked] or [b for b in said if b not in restating] or restating
    for block in pool:
        if block.action is None:
            given = _miscounted(pool, lines, count) if block.kind == "illegal" else None
            if given is not None:
                return _unreadable(f"{expected(count)}; {given} given")
            left_out = block.reason.startswith(LACKING) and not any(each.action for each in pool)
            parted = len(pool) > 1 and (left_out or block.reason.startswith(expected(count)))
            more = block.labelled and any(each.action for each in pool)
            reason = as_written(block.reason, block.quote, answer)
            reason = f"besides a complete answer there is another, in which {reason}" if more else reason
            return Reading(None, block.kind, f"{expected(count)}, in one statement" if parted else reason)
    actions = list(dict.fromkeys(block.action for block in pool if block.action))
    if len(actions) > 1:
        first, second = (", ".join(map(str, action)) for action in actions[:2])
        apart = " and " if count == 1 else " and also "
        return _unreadable(f"two answers: {first}{apart}{second}")
    if pool and not any(block.now for block in pool):
        return _unreadable("the text before the number may set another time or condition; write the number alone")
    if not actions:
        told = [undressed(line[:LONGEST]) for at, line in enumerate(lines) if line.strip() and at not in echoes]
        if not passed and (lack := next(filter(None, map(forms.lack, (*told[:1], *told[-1:]))), None)):
            return Reading(None, lack.kind, as_written(lack.reason, lack.quote, answer))
        return _unreadable(f"{passed or 'no answer found'}: {expected(count)}")
    block = next(block for block in reversed(pool) if block.now)
    own = {at for each in (*pool, *restating, *repeating) for at in range(each.first, each.last + 1)}
    beside = bool(block.beside) or any(
        _WORD.search(line) and not FENCE.fullmatch(line) for at, line in enumerate(lines) if at not in own
    )
    shown = (known.numbers if block.clause == "unit" else telling).issuperset(actions[0])
    if shown and not block.named and (block.labelled or beside or block.clause == "unit"):
        return _unreadable(_SHOWN)
    if block.labelled and (name := _foreign_label(lines[block.first : block.last + 2], actions[0], objectives)):
        return _unreadable(f"there is no objective {name}")
    # Lines that only repeat the question neither refuse nor correct.
    others = ["" if at in own or at in echoes or line == OTHERS else line for at, line in enumerate(lines)]
    before, after = others[: block.first], [block.beside, *others[block.last + 1 :]]
    if why := objection(block, before, after, objectives, forms, known, lines[block.first : block.last + 1]):
        return _unreadable(why)
    return Reading(actions[0], clause=block.clause, part=_part(pool, lines))


def _foreign_label(lines: Sequence[str], action: Action, objectives: Sequence[str]) -> str:
    """Return a label that is not an objective's but has a number, unless that is the action's sum; may be empty."""
    own = {objective.casefold() for objective in objectives}
    found = (match for line in lines if len(line) < LONGEST and (match := _NAMED.fullmatch(line)))
    named = (
        (match[1], float(match[2].replace("−", "-"))) for match in found if own.isdisjoint(match[1].casefold().split())
    )
    return next((name for name, value in named if value != sum(action) or SAYS_WHAT.fullmatch(name)), "")


def _miscounted(pool: Sequence[Block], lines: Sequence[str], count: int) -> int | None:
    """Return how many numbers were given if that is the wrong count; None where it is right or not certain."""
    said = [lines[at] for at in {at for block in pool for at in range(block.first, block.last + 1)}]
    given = sum(len(_NUMBER.findall(line)) for line in said)
    return given if given < count or (given > count and all(map(_NUMBERS_ALONE.fullmatch, said))) else None


def _unreadable(reason: str) -> Reading:
    return Reading(None, "unreadable", reason)


def _part(pool: Sequence[Block], lines: Sequence[str]) -> str:
    """Say from which part of the text statements that agree were read: all of it, some lines, or a piece of them.

    It is all of it only where there is no letter and no digit besides the statements and their dress.
    """
    filled = [at for at, line in enumerate(lines) if line.strip("\f \t")]
    own = {at for block in pool for at in range(block.first, block.last + 1) if lines[at] != OTHERS}
    if all(block.whole for block in pool) and all(at in own or FENCE.fullmatch(lines[at]) for at in filled):
        return "all of it"
    block, rows = pool[-1], _rows(lines)
    seen = [row for row, line in zip(rows, lines, strict=True) if line.strip(" \t")]
    first, last, total = (row - seen[0] + 1 for row in (rows[block.first], rows[block.last], seen[-1]))
    shared = any(rows[block.first] <= rows[at] <= rows[block.last] for at in filled if at not in own)
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    return f"{'' if block.whole and not shared else 'part of '}{where} of {total}"


def _rows(lines: Sequence[str]) -> list[int]:
    """Return the line of the answer that each line is from: breaks were put into lines, each with two newlines."""
    rows, row = [], -1
    for line in lines:
        rows.append(row := row + (line != BREAK))
        row -= line == BREAK
    return rows


_SHOWN = "the numbers are those just shown, and nothing calls them the answer"
_NAMED = re.compile(
    r"[\s|*_\-•]*([^\W\d_](?:[^\W\d_]| ){0,30}?)[*_]* ?[:=|][*_ ]*([-−+]?\d{1,9}(?:\.\d{1,9})?)[^\w\d]*"
)
_NUMBER = re.compile(r"\d+")
_NUMBERS_ALONE = re.compile(r"[\d\s,;()\[\]\-−–]+")
_WORD = re.compile(r"[^\W_]")
_LETTERED = re.compile(
    r"\b(?i:objective|metric|variable|resource|target|level) A\b|\b(?:of|for) A\b(?! [a-z])|\bA ?[:=]"
)
"""Phrases that show that a wording calls its only objective A."""

_QUESTION = re.compile(r"how (?:many|much)(?: ([a-z]{2,20}))? (?:do|will|would|should) you ([a-z]{2,20})", re.I)
_NO_ACTS = frozenset({"have", "see", "need", "want", "leave", "keep", "think"})


def _asked_for(shown: str) -> tuple[str, str]:
    """Return the question's verb for acting, and its noun for what is counted; either may be empty."""
    found = [(verb.casefold(), thing.casefold()) for thing, verb in _QUESTION.findall(shown)]
    return next((words for words in reversed(found) if words[0] not in _NO_ACTS), ("", ""))
