"""What the rest of a text does to the statement in it: it may refuse it, correct it, or show it to be a status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bioblue_envs import Action, Environment, State

from bioblue_tui.trials.reading.about import NOTHING, points_on, spoken_of
from bioblue_tui.trials.reading.asides import renamed
from bioblue_tui.trials.reading.asked import asked
from bioblue_tui.trials.reading.beside import put_off
from bioblue_tui.trials.reading.block import Block
from bioblue_tui.trials.reading.cues import CHOICES, NODS, SENTENCES, STATE, THINGS, taken_back, words
from bioblue_tui.trials.reading.dress import undressed
from bioblue_tui.trials.reading.grounds import doubtful_below
from bioblue_tui.trials.reading.orders import misplaced
from bioblue_tui.trials.reading.results import SAYS_WHAT, result_of
from bioblue_tui.trials.reading.statements import LONGEST, Grammar
from bioblue_tui.trials.reading.sums import Known, crossed, dosed, reckoned
from bioblue_tui.trials.reading.worded import another

_SUPPOSED = re.compile(
    r"[\W_]*(?:(?:if|had|the alternative)\b"
    r"|(?:(?:but|and|while|whereas|not) )?\w+ing (?:\w+ ){0,4}(?:would|could|might|will|may)\b(?! be better\b))",
    re.IGNORECASE,
)
"""A sentence about what would happen, not about what is to be done."""

_CONTINUES = re.compile(
    r"(?!\w+ (?:i|this|that|it|we|you|there)\b)"
    r"(?:is|are|was|were|would|will be|has|have|had|might|may|could|can|cannot|should|must|too|seems?|looks?|means?"
    r"|equals?(?= (?:to|the|my|what|\d))|represents?|refers?"
    r"|(?:is|are|was|were|wo|would|ca|could|should|has|have|had)n't)\b|%",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    # A line that begins with a small letter continues a sentence, unless it explains.
    r"(?!(?:because|since|as|so|to|which|where|i|i'm|i'll|we|for|reason\w*|explanation|the|a|an|this|that|these|it|if"
    r"|in order|given|when|by|based|\w+ing)\b)[a-z]"
)
_OTHER = re.compile(
    r"(?:(?P<head>[^\d:=→>]{0,60}?) ?(?::|=|→|->|=>|≈) ?)?(?P<numbers>\d{1,9}(?:(?: ?[,;/] ?| and | )\d{1,9}){0,19})"
    r"(?: [a-z]{2,20})?"
)
_THING = re.compile(THINGS, re.IGNORECASE)
_CHOICE = words(CHOICES, NODS, "better", "best", "final", "next", "new", "or")
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_COLON = re.compile(r":[\s*_]*$")
_FIGURE = re.compile(r"\d{1,12}(?:\.\d{1,12})?")


def shown_numbers(environment: Environment, state: State, shown: str) -> frozenset[int]:
    """Return the numbers of the state that the agent was just shown: levels, targets, stock, totals; no rewards."""
    always, facts = environment.facts().values, environment.facts(state)
    told = [value for name, value in facts.values.items() if name not in always]
    told += [value for each in facts.each for value in each.values()]
    told += state.levels
    found = {change(value) for value in told if isinstance(value, int | float) for change in (int, round)}
    # A line of several figures describes the state; a line of one may be a reward, such as the last amount eaten.
    for line in shown.split("\n"):
        figures = [float(figure) for figure in _FIGURE.findall(line[: 5 * LONGEST])]
        if len(figures) > 1:
            found.update(int(figure) for figure in figures if figure and figure.is_integer())
    return frozenset(found)


def objection(
    block: Block,
    before: Sequence[str],
    after: Sequence[str],
    labels: Sequence[str],
    forms: Grammar,
    known: Known,
    own: Sequence[str],
) -> str:
    """Say why the text around a statement makes it doubtful; empty where it does not."""
    action, marked, named = block.action or (), block.marked, block.named
    after = [after[0], *_undescribed(after[1:], action)]
    if taken_back(after, action) or spoken_of(after, action, reckoned(after, action, known)):
        return "the text beside the number may take it back, offer another or call it something else"
    if points_on(before):
        return "the text before the number may say that it is not an answer"
    if _is_subject(after):
        return "the text after the number may continue it as a sentence"
    if not named and renamed(after[0], after[1:], forms.names_action):
        return "the text beside the numbers neither names the action nor gives a reason"
    if any(action) and any(map(put_off, after)):
        return "the text after the number may set another time"
    if why := another(before, after, action, forms, known.numbers, marked=marked):
        return why
    if why := result_of(own, after if marked else [*before, *after], action, known):
        return why
    told = [dosed(line, known) for line in (*before, *after)]
    if misplaced(told, action, labels, labelled=block.labelled) or crossed([*before, *after], action, known):
        return "the text beside the numbers may give them to other objectives"
    if any(action) and _refused([*([] if marked else before), *after], action, labels):
        return "the text beside the number may say that nothing is to be done"
    if why := doubtful_below(after, action, named=named) or ("" if named else asked(before, action)):
        return why
    if marked:
        return ""
    heard = [line for line in before if not _restates(line, labels, forms, known.numbers)]
    other = next(_others([*heard, "", *after], action, labels), None)
    return f"besides {_words(action)} there is {_words(other)}, which may be another answer" if other else ""


def _undescribed(lines: Sequence[str], action: Action) -> Iterator[str]:
    """Yield lines without a heading such as "New totals:" and the lines below it that describe the state."""
    below: list[str] = []
    for line in [*lines, ""]:
        piece = undressed(line) if len(line) < LONGEST else ""
        match = _OTHER.fullmatch(piece)
        if below and match and set(map(int, _DIGITS.findall(match["numbers"]))).isdisjoint(action):
            below.append(line)
            continue
        if len(below) == 1:
            yield from below
        below = []
        if _COLON.search(line) and SAYS_WHAT.fullmatch(piece):
            below = [line]
        else:
            yield line


def _refused(lines: Iterable[str], action: Action, labels: Sequence[str]) -> bool:
    one = re.compile(rf"\b(?:{'|'.join(map(re.escape, labels))}|other|there|second|first|latter|former)\b")
    sentences = (each for line in lines if NOTHING.search(line) for each in SENTENCES.split(line))
    meant = (each for each in sentences if NOTHING.search(each) and not _SUPPOSED.match(each))
    return any(not (0 in action and one.search(each)) for each in meant)


def _is_subject(after: Sequence[str]) -> bool:
    """Tell whether the next line continues a sentence whose subject is the number."""
    line = next((line for line in after if line.strip(" \t\f*_`~-")), "")
    words = line.lstrip(" \t*_(-–—…>\"'.,")
    return bool(_CONTINUES.match(words) or _GOES_ON.match(line.lstrip(" \t*_")))


def _restates(line: str, labels: Sequence[str], forms: Grammar, status: frozenset[int]) -> bool:
    """Tell whether a line repeats a figure of the state, with a name that is not an action's: "Available: 13"."""
    match = _OTHER.fullmatch(undressed(line)) if len(line) < LONGEST and _DIGIT.search(line) else None
    head = (match["head"] or "").strip() if match else ""
    if not match or not head or head in labels or (forms.names_action(head) and not _THING.fullmatch(head)):
        return False
    return not _CHOICE.search(head) and status.issuperset(map(int, _DIGITS.findall(match["numbers"])))


def _others(lines: Iterable[str], action: Action, labels: Sequence[str]) -> Iterator[Action]:
    """Yield the numbers of other lines, where they differ from the action."""
    heading = ""
    for line in lines:
        if len(line) > LONGEST or not line.strip():
            continue
        match = _OTHER.fullmatch(piece) if _DIGIT.search(line) and (piece := undressed(line)) else None
        if not match:
            heading = line
            continue
        head = (match["head"] or "").strip()
        values = tuple(map(int, _DIGITS.findall(match["numbers"])))
        about = undressed(heading) if not head or head in labels else head
        if STATE.search(about) or SAYS_WHAT.fullmatch(about) or values == action:
            continue
        if head in labels and len(action) > 1:
            if len(values) == 1 and values[0] != action[labels.index(head)]:
                yield values
        elif len(values) == len(action) or (not head and len(values) < len(action) and not set(values) <= set(action)):
            yield values


def _words(action: Action) -> str:
    return ", ".join(map(str, action))
