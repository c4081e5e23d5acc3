"""The statements of an answer: those marked as the answer, and those in its other lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bioblue_tui.trials.reading.block import Block
from bioblue_tui.trials.reading.cues import REFUSING, stands_alone
from bioblue_tui.trials.reading.dress import POISON, undressed
from bioblue_tui.trials.reading.faults import fault_of
from bioblue_tui.trials.reading.statements import LONGEST, Grammar
from bioblue_tui.trials.reading.walk import Walk

_BOXED = r"\\f?box(?:ed)?\s?\{((?:[^{}]|\{[^{}]{0,80}\}){0,200})\}"
_ANSWER_TAG = re.compile(r"<(/?)(?:final[_ -]?)?answer(?:\s[^<>\n]{0,80})?>", re.IGNORECASE)
_BOX = re.compile(_BOXED)
_SIGNED = re.compile(r"[ \t]*[-–—][ \t]*\d")
_SAYS = re.compile(rf"[^\W_]|{POISON}")


def blocks_of(
    lines: Sequence[str], grammar: Grammar, echoes: Mapping[int, bool], penalties: Sequence[str]
) -> tuple[list[Block], str]:
    """Return the statements of a text, sound or faulty, and why others were passed over.

    Lines that only repeat the question are given, and the names of penalties: where such a name comes with a number, or
    with "none", the line repeats rewards.
    """
    blocks, rest = _marked(lines, grammar)
    walk = Walk(rest, grammar, echoes, _repeats_rewards(lines, penalties))
    return blocks + walk.run(), walk.passed


def _repeats_rewards(lines: Sequence[str], penalties: Sequence[str]) -> dict[int, bool]:
    """Return the lines that repeat penalties, each with whether a penalty's name begins it."""
    if not penalties:
        return {}
    names = "|".join(map(re.escape, penalties))
    told = re.compile(rf"\b(?:{names})\b(?:[^\n\d]{{0,40}}\d|[^\w\n]{{0,6}}:[^\w\n]{{0,6}}(?:none|no|zero)\b)", re.I)
    heads = re.compile(rf"[^\w\n]{{0,6}}(?:{names})[^\w\n]{{0,3}}:", re.I)
    return {at: bool(heads.match(line)) for at, line in enumerate(lines) if told.search(line)}


def _marked(lines: Sequence[str], grammar: Grammar) -> tuple[list[Block], list[str]]:
    r"""Take out the text in ``\boxed{}`` or in answer tags; return it as blocks, and the lines without it."""
    text = "\n".join(lines)
    if "box" not in text and "answer" not in text.casefold():
        return [], list(lines)
    blocks: list[Block] = []
    ends = [match.start() for match in re.finditer("\n", text)]
    spans = [*((m.start(), m.end(), m.group(1)) for m in _BOX.finditer(text)), *_tagged(text)]
    for begin, end, inner in spans:
        if REFUSING.search(text[max(0, begin - 60) : begin].rpartition("\n")[2]):
            continue
        block = _whole(inner, grammar, bisect_left(ends, begin), bisect_left(ends, end))
        if block.action is not None and not stands_alone(text, begin, end):
            block = replace(block, action=None, reason="the text beside the answer may change it")
        blocks.append(replace(block, whole=block.whole and not _says_more(text, begin, end)))
    return blocks, _without(text, [(begin, end) for begin, end, _ in spans])


def _says_more(text: str, begin: int, end: int) -> bool:
    """Tell whether the lines of a span hold any text before or after it."""
    ended = text.find("\n", end)
    around = (text.rfind("\n", 0, begin) + 1, begin), (end, len(text) if ended < 0 else ended)
    return any(
        _SAYS.search(text, at, stop) and (stop - at > LONGEST or _SAYS.search(undressed(text[at:stop])))
        for at, stop in around
    )


def _tagged(text: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    opened: re.Match[str] | None = None
    for match in _ANSWER_TAG.finditer(text):
        if not match.group(1):
            opened = opened or match
        elif opened:
            found.append((opened.start(), match.end(), text[opened.end() : match.start()]))
            opened = None
    if opened:
        found.append((opened.start(), len(text), text[opened.end() :]))
    return found


def _without(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    pieces: list[str] = []
    end = 0
    for begin, stop in sorted(spans):
        if begin < end:
            continue
        pieces += [text[end:begin], POISON, "\n" * text.count("\n", begin, stop)]
        end = stop
    return "".join([*pieces, text[end:]]).split("\n")


def _whole(inner: str, grammar: Grammar, first: int, last: int) -> Block:
    """Read a text that is marked as the answer: all of it must be one statement."""
    boxes = [match.group(1) for match in _BOX.finditer(inner)]
    if len(boxes) == 1 and not _BOX.sub("", inner).strip(" $\n.\\[]()"):
        inner = boxes[0]
    if _SIGNED.match(inner) and (sign := fault_of(inner.strip(), marked=True)):
        return Block(None, first, last, marked=True, reason=sign.reason, quote=sign.quote, kind=sign.kind)
    walk = Walk(inner.split("\n"), grammar, {}, {})
    blocks = walk.run()
    actions = {block.action for block in blocks}
    fault = next((block for block in blocks if block.action is None), None)
    if fault:
        return replace(fault, first=first, last=last, marked=True)
    if walk.prose or len(actions) != 1:
        return Block(None, first, last, marked=True, reason="the part called the answer is not just numbers")
    whole = all(block.whole for block in blocks)
    return replace(blocks[0], first=first, last=last, clause="marked", marked=True, named=True, whole=whole)
