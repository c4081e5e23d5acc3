"""The parts of an answer's text that are reasoning, or not the model's turn at all.

Models that reason within their text mark it in many ways: tags such as ``<think>``, channels, special tokens. Text in
such marks is never an answer. Where a mark stays open there is no answer, since the reasoning's end is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bioblue_tui.trials.reading.dress import POISON

BREAK = "\f"
"""Put on a line of its own where one turn ends and the following text does not continue it."""

OTHERS = "\v"
"""Replaces each line of another speaker; it is read as a blank line."""

_NAMES = (
    r"(?:[a-z]{1,12}[:_])?(?:think(?:ing)?|thoughts?|thought_process|ant_?thinking|reason(?:ing)?|reflect(?:ion)?|analysis"
    r"|scratch_?pad|inner_(?:monologue|thoughts?)|chain_of_thoughts?|cot|plan(?:ning)?|deliberation|details)"
)
_MARK = re.compile(
    # The first group holds the slash of a closing mark.
    rf"<\s{{0,3}}(/?)\s{{0,3}}{_NAMES}(?:\s[^<>\n]{{0,80}})?/?>|[◁«](/?){_NAMES}[▷»]|\[(/?)(?:think(?:ing)?"
    r"|reasoning)\]|<[|｜](/?|begin_of_|start_|end_of_|end_)(?:think(?:ing)?|thoughts?|reasoning)[|｜]>|(<!--|-->)"
    r"|<(unused9[45])>|<[|｜]inner_(prefix|suffix)[|｜]>",
    re.IGNORECASE,
)
_CLOSING = frozenset({"/", "end_of_", "end_", "-->", "unused95", "suffix"})

_CHANNEL = re.compile(
    r"(?:<\|start\|>\s{0,3}assistant\s{0,3})?<\|channel\|?>\s{0,3}(\w{0,40})(?:[^<\n]{0,80}<\|message\|>)?"
    r"|<channel\|>|<\|(?:end|return|call)\|>",
    re.IGNORECASE,
)
_BARE_CHANNEL = re.compile(r"\s{0,20}(?:analysis|commentary)(?=[A-Z\s])")
_BARE_FINAL = re.compile(r"assistant\s{0,3}final")

_ROLE = re.compile(
    r"(?:<[|｜](?:im_start|start_header_id|start)[|｜]>|<start_of_turn>)\s{0,3}(\w{1,20})(?:<[|｜]end_header_id[|｜]>)?"
    r"|<[|｜](user|human|system|tool|assistant|model|bot)[|｜]>|\[(/?)INST\]|^[ \t>*#]{0,6}(user|human|system|assistant"
    r"|ai|model)[ \t*]{0,3}:(?![ \t]*\d)",
    re.IGNORECASE | re.MULTILINE,
)
_OWN = frozenset({"assistant", "model", "bot", "ai", "/"})
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_STRUCK = re.compile(r"<s>[^<>\n]{1,200}</s>", re.IGNORECASE)
"""Text that is struck out, or stands between two special tokens: which of the two can't be known."""

_TOKEN = re.compile(
    r"<[|｜][^<>|｜\n]{1,40}[|｜]>|</?s>|<(?:eos|bos|pad|unk|end_of_turn|start_of_turn|turn\|)>|<\|turn>|\[(?:EOS|BOS)\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A text split into answer and reasoning.

    Attributes:
        answer: The text without reasoning; the text itself where it has none.
        reasoning: The reasoning.
        closed: False when reasoning was begun and not ended: then there is no answer.
    """

    answer: str
    reasoning: str = ""
    closed: bool = True


def split_thoughts(text: str) -> Split:
    """Take the reasoning out of a text. Never raises; takes time in proportion to the text's length."""
    channels = _split_channels(text)
    marks = _split_marks(channels.answer)
    reasoning = "\n\n".join(part for part in (channels.reasoning, marks.reasoning) if part)
    return Split(marks.answer, reasoning, channels.closed and marks.closed)


def _split_marks(text: str) -> Split:
    spoken: list[str] = []
    thought: list[str] = []
    depth = end = 0
    for match in _MARK.finditer(text):
        mark = next((group for group in match.groups() if group is not None), "").casefold()
        piece, closing = text[end : match.start()], mark in _CLOSING
        end = match.end()
        if depth:
            thought.append(piece)
        elif closing:
            # The mark was opened before the text began: all text so far is reasoning.
            thought += [*spoken, piece]
            spoken = []
        else:
            spoken.append(piece)
        depth = max(0, depth - 1) if closing else depth + 1
    (thought if depth else spoken).append(text[end:])
    if not thought:
        return Split(text, closed=not depth)
    return Split("".join(spoken), "\n\n".join(filter(None, map(str.strip, thought))), not depth)


def _split_channels(text: str) -> Split:
    if begin := _BARE_CHANNEL.match(text):
        # The special tokens were removed on the way, and only their names are left.
        ends = [match.end() for match in _BARE_FINAL.finditer(text)]
        if ends:
            return Split(text[ends[-1] :], text[begin.end() : ends[-1]].strip())
        if not text[begin.end()].isspace():
            return Split("", text[begin.end() :].strip(), closed=False)
    spoken: list[str] = []
    thought: list[str] = []
    where, end = spoken, 0
    for match in _CHANNEL.finditer(text):
        where.append(text[end : match.start()])
        end = match.end()
        where = spoken if match.group(1) is None or match.group(1).casefold() == "final" else thought
        spoken.append(f"\n{BREAK}\n")
    if not end:
        return Split(text)
    where.append(text[end:])
    return Split("".join(spoken), "".join(thought).strip(), where is spoken)


def own_turn(text: str) -> str:
    """Return the model's own part of an answer without reasoning: without special tokens and others' turns.

    Each line stays where it was; the lines of others are replaced by marks.
    """
    pieces: list[str] = []
    end, own = 0, True
    for match in _ROLE.finditer(text):
        said = text[end : match.start()]
        pieces.append(said if own else _LINE.sub(OTHERS, said))
        role = next((group for group in match.groups() if group is not None), "").casefold()
        own, end = role in _OWN, match.end()
        pieces.append(f"\n{BREAK}\n")
    pieces.append(text[end:] if own else _LINE.sub(OTHERS, text[end:]))
    text = _STRUCK.sub(POISON, "".join(pieces))
    return _TOKEN.sub(f"\n{BREAK}\n", text)
