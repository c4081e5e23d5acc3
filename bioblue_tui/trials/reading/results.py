"""Text beside a number that says that it is not an action but its result: a level, a remainder, a reward.

One rule for all phrasings: the words between decide whether a number belongs to words of acting or of the state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import ACTS, BAD, MET_BY_CHANCE, SENTENCES, THINGS, words
from bioblue_tui.trials.reading.faults import in_digits
from bioblue_tui.trials.reading.sums import Known, dosed, levelled, weighed

_THING = rf"(?:{THINGS}|(?:more|of them)(?=\W))"
_OFF = (
    rf"(?: {_THING})? ?(?:more|less|fewer|times|steps?|turns?|rounds?|points?"
    r"|below|above|behind|ahead|short|away|off|%)\b"
)
"""Words that make a number a distance or a count."""

_NUMBER = (
    rf"\d{{1,9}}(?![\d%]|[.,]\d|\.\.| ?[/±-]|{_OFF})"
    rf"(?: {_THING})?(?: (?:of|for|to|into) (?:objective )?(?-i:[A-H]\b))?"
)
_NUMBERS = rf"{_NUMBER}(?:(?:,| and|, and) {_NUMBER})*"
_ACT = (
    rf"(?:(?:{ACTS}|feed|giv|add|allocat)(?:e[sdn]?|s|ed|en|ing|ption|ions?)?|ate|took|fed|intakes?|doses?|gets"
    r"|receiv(?:es|ing)|needs?|actions?)"
)
_BETWEEN = (
    r"(?::| of| is| are| be|(?:(?<=consumption)|(?<=harvest)|(?<=intake)|(?<=dose))(?: up| back| down)? to| at| about"
    rf"| around| exactly| only| just| another| these| those| the| an?| all| total| steady| amount| rate| with| for"
    rf"| {_THING}| objective| (?-i:[A-H]\b)| would| should| will| now| either| both)*"
)
_TIED = re.compile(
    rf"\b(?:(?<!after )(?<!after the )(?<!after my ){_ACT}{_BETWEEN}:?|after [a-z]{{2,12}}ing) ?(?P<after>{_NUMBERS})"
    r"|^\W*(?!leav|keep|stay|be|hav|remain|spar|reach|sav)\w+ing(?: (?:out|up|in|exactly|about|just))?"
    rf" (?P<gerund>{_NUMBERS})"
    rf"|(?P<before>\b{_NUMBERS})(?: of (?:the|them|my|these)(?: \d+)?(?: {_THING})?)?(?: (?:is|are|be|being|get|gets"
    r"|to be|ha(?:ve|s) been|were|was|that|I|i))* (?:consumed|eaten|harvested|taken|collected|gathered|picked|fed|given"
    r"|enough|sufficient|needed|required|suffices?|covers?|closes?)\b"
    rf"|\bafter (?P<by>{_NUMBERS})(?! ?(?:left|remain\w*|in the)\b)"
    rf"|(?P<does>\b\d{{1,9}} {_THING}) (?:(?:would|will|should|can|to) )?(?:bring|rais|lift|lead|result|giv|mak|get|mov"
    r"|push|tak|keep|restor|reach)\w*",
    re.IGNORECASE,
)
"""Numbers that are said to be consumed, harvested and so on, in any form of the word."""

_AMOUNT = re.compile(r"(?<![\d.])(?<!with )(\d{1,9}) (?:potato(?:es)?|resources?)\b", re.I)
_KEPT = words(
    r"leav\w*|left|remain\w*|stay\w*|keep\w*|field|stock|(?:re)?grow\w*|there (?:is|are)|available|budget|totals?|lost"
)
_MENTIONED = re.compile(rf"(?<![\d.,=+−–-])(?<!= )\d{{1,9}}(?![\d%]|[.,]\d|{_OFF})")
_CHOSEN = words(
    r"cho(?:o?se|sen|osing)|select\w*|pick\w*|go(?:ing)? with|answer\w*|opt\w*|continu\w*|stick\w*|repeat\w*|keep\w*",
    r"increas\w*|decreas\w*|rais\w*|reduc\w*|lower\w*|amount|number|choice|decision|dose|good|right|best|reasonable",
    r"doubl\w*|my next|like|want|it is|rewards? of",
)
"""Words about a number that was chosen."""

_FIGURE = re.compile(r"\d+")
_UNMEANT = words(
    rf"{BAD}|not|\w+n't|cannot|never|avoid\w*|instead|rather|than|only|over|until|between|or",
    r"might|compar\w+|if the|(?:un\w+|accept)able|possible|also|fell|rose|drop\w*|changed|observ\w+|next step(?=\W*$)",
    r"last|previous\w*|earlier|before|so far|was|were|had|ate|took|fed|each|every|average\w*|usual\w*|per|later",
    r"(?<!are )(?<!is )(?<!be )(?<!being )(?:consumed|harvested)(?!:| (?:is|are|would|will))|next time|then|past",
    r"history|recent\w*|max\w*|min\w*|limit\w*|up to|at (?:least|most)|already",
)
"""Words that say that another amount is of the past, or is rejected."""

_STATE = (
    r"(?:levels?|stocks?|totals?|field|deviations?|predictions?|expectations?|estimates?|forecasts?|outcomes?|results?"
    r"|populations?|balances?|rest|remainder|metrics?|(?:number|amount) of potatoes (?:after|in|left|that)|penalty|body"
    r"|interoception|hysteresis|band|range)"
)
_REWARD = r"(?:rewards?|penalties|returns?|scores?|regrowth)"
_AWAITED = r"(?:expected|predicted|projected|estimated|remaining|left(?:over)?|resulting|unharvested)"
_ROUGHLY = r"(?:(?:only|just|about|around|roughly|now|then|exactly|approximately|still|nearly|near|the other) )*"
_RISES = (
    r"(?:(?<!i )(?<!i'll )(?<!i will )go(?:es)?|(?:grow|ris|regrow|climb|land|fall)(?:e|es|s|ing)?|ends? up"
    r"|(?:bring|get)(?:s|ing)? (?:me|us|it|them))"
)
_LEAVES = r"(?:(?:leav|keep|remain|stay|sav|spar|reach)(?:e|es|s|ing)?|left with)"
_IS = (
    rf"(?<!\w [-−–] )\b(?:{_STATE} of"
    rf"|{_STATE}\b[^.,;:=\d]{{0,60}}?(?: from \d+)? (?:is|are|be|becomes?|reach(?:es)?|at|to|hits?"
    rf"|holds?|has|have|equals?|reads?|shows?)|{_REWARD}[^.,;:=\d]{{0,40}} (?:is|are|be)|(?<!\w ){_REWARD} of"
    rf"|(?:{_STATE}|{_REWARD}|{_AWAITED})\b[^.,;:=\d]{{0,40}}[:=]|{_RISES}(?: back)?(?: [^\W\d]+){{0,2}}(?: from \d+)?"
    r" (?:to|at)|(?:is|am|'m|be|stands?|ends?) at|what (?:i|we) (?:leave|keep|let|spare)\b[^\d,]{0,20} (?:is|are)"
    rf"|{_LEAVES}(?: (?:me|us|behind|a (?:rest|stock) of|the field (?:with|at)))?) "
)
_LEFT = (
    rf"(?: {_THING})?(?: (?:is|are|will|would|should|be|still))* (?:left|remain\w*|stays?|survive|spared|untouched"
    r"|kept|saved|for the future|in the (?:field|ground|soil)|(?:to|for) (?:regrow|growth|regrowth))\b"
)

_QUALITIES = (
    "(?:the|my|our|an?|this|these|that|those|is|are|new|next|current|actual|final|total|marginal|last|target|consumption"
    rf"|{_AWAITED})"
)
SAYS_WHAT = re.compile(
    rf"[=\s]*(?:{_QUALITIES}[ ,]*)*(?:(?:{_STATE}|{_REWARD}|deficits?|differences?|gaps?|shortfalls?|noise|growth"
    rf"|targets?)(?: (?:after|of|in|at|i|we|for|from|when|if|that|to)\b[^\d:]*)?"
    rf"|{_AWAITED}(?: (?:{THINGS}))?(?: (?:in|after|at|for)\b[^\d:]*)?|(?<=actual)|(?<=new)"
    r"|what (?:is left|remains|(?:i|we) (?:let|leave|keep|expect))[^\d]*)\W*",
    re.IGNORECASE,
)
"""Asides that say what a number is: "3 (the deficit)", "103 (new level)"."""


def result_of(own: Sequence[str], beside: Sequence[str], action: Action, known: Known) -> str:
    """Say how the text beside a number makes it the result of another action; empty where it may be an action.

    Args:
        own: The lines of the number.
        beside: The text beside them.
        action: The number, or the numbers.
        known: The numbers that were just shown.
    """
    sentences = [in_digits(each[:300]) for line in beside for each in SENTENCES.split(line[:2000])]
    reckoned = [dosed(sentence, known, gaps=True) for sentence in sentences]
    if any(not set(action).isdisjoint(_acted(sentence)) for sentence in [*map(in_digits, own), *reckoned]):
        return ""
    told = ((a, b) for a, b in zip(sentences, reckoned, strict=True) if _FIGURE.search(a))
    return next(filter(None, (_result_in(*each, action, known) for each in told)), "")


def _result_in(sentence: str, reckoned: str, action: Action, known: Known) -> str:
    telling = set(action) - known.numbers - {0}
    if telling and _state_of(telling).search(sentence):
        return "the text beside the number may call it a level, a remainder or a reward"
    if why := levelled(sentence, action, known):
        return why
    if _proposes(reckoned, known.numbers.union(action), len(action)):
        return "the text beside the number may mention another amount"
    # With several objectives, the text repeats each number with its objective.
    large = {number for number in telling if number > MET_BY_CHANCE and len(action) == 1}
    large = large.difference(*(each.doses for each in weighed(sentence, known)))
    if large.intersection(map(int, _MENTIONED.findall(reckoned))) and not _CHOSEN.search(reckoned):
        return "the text beside the number mentions it, but not as the chosen amount"
    return ""


def _proposes(sentence: str, known: frozenset[int], count: int) -> bool:
    """Tell whether a sentence states another action, one number for each objective, and does not reject it."""
    acted = list(_acted(sentence))
    if not acted and not _KEPT.search(sentence):
        acted = [int(number) for number in _AMOUNT.findall(sentence)]
    return len(acted) >= count and any(acted) and known.isdisjoint(acted) and not _UNMEANT.search(sentence)


def _acted(sentence: str) -> Iterator[int]:
    for match in _TIED.finditer(sentence):
        numbers = next(filter(None, match.groups()))
        yield from map(int, _FIGURE.findall(numbers))


def _state_of(numbers: set[int]) -> re.Pattern[str]:
    """Return a pattern of phrases that call one of these numbers a quantity of the state."""
    one = rf"(?:{'|'.join(map(str, sorted(numbers)))})(?![\d%]|[.,]\d)"
    more = rf"(?:\d{{1,9}}(?:,| and|, and) )?{_ROUGHLY}{one}(?!{_OFF})"
    return re.compile(
        rf"{_IS}{_ROUGHLY}{more}|(?<![\d.,+-]){one}{_LEFT}|^\W*(?:{one} ?)?= ?\d\d+ ?\+",
        re.IGNORECASE,
    )
