"""Sentences beside an unmarked number that speak of that number itself.

What such a sentence may say has no end, so what is listed is the little that leaves the number the answer: what it is
good for, that it is the choice, and why. Anything else said of it refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bioblue_tui.trials.reading.cues import STATE, words
from envs import Action

_NOUN = r"(?:number|figure|value|amount|answer|choice|action|decision|dose|response|line)s?(?! of\b)"
_CALLED = rf"(?:the|this|that|these|those|such|my) {_NOUN}(?: (?:above|given))?"
_LEAD = (
    r"[\W_]*(?:(?:well|so|and|yes|but|hopefully|overall|note that|i (?:think|believe|hope|expect|guess|feel)(?: that)?"
    r"|(?:on|in|after|looking|thinking|considering|come)\b[^,.;\d]{0,30}?),? ){0,3}"
)
_THIS = rf"(?:{_CALLED}|the above|this|that|these|those|such)"
_SUBJECT = re.compile(rf"{_LEAD}(?:{_THIS}|it|they)\b(?! way\b)(.*)", re.IGNORECASE)
_LATER_SUBJECT = re.compile(rf"(?:{_LEAD}{_THIS}|\D*, (?:but|yet|so) (?:this|that))\b(?! way\b)(.*)", re.IGNORECASE)
"""In a later sentence, "it" is what the sentence before speaks of."""

_GOOD = (
    r"(?:(?:an?|the|my|our|quite|very|most|just|about|fairly) )*(?:why|how i|because|due|since|based(?! on nothing)"
    r"|chosen|calculated|computed|picked|selected|needed|required|intended|enough|sufficient|safe\w*|steady|fine|ok"
    r"|reasonable|right|balanced|optimal|best|appropriate|moderate|modest|cautious|small|smaller|simple|neither|exactly|meant"
    r"|within|in line|better|(?:less|more|lower|higher) than (?:before|last|\d)|(?:it|all)(?=\W*$)|minimum|least"
    r"|compromise|(?!wrong|bad|poor|only|previous|last|old|first|no)(?:\w+ )?(?:amount|choice|action|answer|decision"
    r"|quantity|integer|consumption|harvest)|(?!going|being|missing|lacking|nothing)\w+ing)\b"
)
_EFFECT = (
    r"(?:keep|bring|restore|close|maintain|leave|avoid|balance|return|let|help|ensure|allow|hold|matche?|fit|cover|make"
    r"|compensate|offset|meet|reache?|satisf(?:y|ie)|respect|prevent|minimi[sz]e|maximi[sz]e|optimi[sz]e|stabili[sz]e"
    r"|strike|stay|raise|lift|put|get|fill|support|account|suit|(?:may|might) change)s?\b"
    r"|(?:lead|contribute)s? to (?:better|good|high|stead)|gives? the best|(?:has |have )?worked\b|do(?=\W*$)"
    r"|do(?:es)? not (?:deplete|exceed|hurt|harm|overshoot|endanger|risk|destroy|reduce)\b"
)
_MAY = r"(?:(?:should|will|would|can|ought to|is going to) (?:(?:also|still|slightly|then) )*)?"
_LEAVES_IT = re.compile(
    rf"(?: (?:also|both|just|simply|still|therefore|thus|exactly))* (?:{_MAY}(?:{_EFFECT})"
    rf"|(?:is|are|was|were|seems?|looks?|(?:should|will|would) be) {_GOOD})(?! not?\b| nothing\b)",
    re.IGNORECASE,
)
_SPOILT = words(
    "too|examples?|samples?|placeholders?|formats?|worse|bad\\w*|poor\\w*|away|trouble|an errors?|wrong|worried|out",
    "over (?:the|my|its)|beyond|random|(?:an?|the|more) penalt\\w+",
)
"""What spoils a good word of the number."""

_SPARED = words("avoid\\w*|prevent\\w*|without|only make|nor")

_ACTED_ON = re.compile(
    r"\b(?!overdo\b)(?P<verb>[\w']+) (?:(?:of|on|about|with|to|by|at|in|from|but) )?"
    rf"(?:this|that|it|these|those|them|so|the above|{_CALLED})(?=\W*$|[.!?,;:]| (?:as|by|to|down|up|out|off|aside"
    r"|away|wrong|about|for|from|void|again|anymore|any|after|would|should|because|since)\b)",
    re.IGNORECASE,
)
_SETTLES = re.compile(
    r"(?:cho(?:o?se|sen|osing)|pick\w*|select\w*|keep\w*|repeat\w*|support\w*|justif\w+|explain\w*|with|by|make|move|met"
    r"|bear|needs?|do|for|and|after|let|hence|hope|be|is|are|because|so)",
    re.IGNORECASE,
)
_DENIES = words(r"not|\w+n't|cannot|never|no longer|nobody|refuse\w*|hardly|reject\w*|pretend")

_ACTS = (
    r"(?:consum|eat|harvest|tak|catch|gather|collect|pick|feed|us|add|allocat|pump|dispens|chang|do)"
    r"(?:e|ing|ption|ed)?\b"
)
_NONE = (
    r"no (?:(?:further|additional|extra|new|real) )?(?:consumption|food|eating|harvest\w*|intake|action|potato(?:es)?"
    r"|units?|feeding|gathering|catch|change|adjustment|resources?)\b|nothing (?:is |needs |to )?(?:needed"
    r"|required|necessary|to be|be|eat\w*|consum\w+|harvest\w*|do|this|now|at all)\b"
    r"|(?:eat|consume|harvest|take|do|need|choose|want)(?:ing|s)? nothing\b|\bnothing\W*$"
    r"|(?:no|not any|without) need\b(?! (?:for|to \w+(?: any(?:thing)?)?) more| to (?:change|alter|worry|panic"
    r"|rush|hurry))"
    r"|(?:not|n't|never|hardly|no longer) (?:\w+ )?(?:needed|necessary|required|called for|warranted|justified)\b"
    r"|\bun(?:necessary|needed)\b|(?<!not )\bneedless\b"
    r"|\bskip(?:ping)?\b|\babstain\w*|\brefrain\w*|\bhold(?:ing)? off\b"
    r"|(?:not|n't|never|cannot) (?:\w+ )?" + _ACTS + r"(?! (?:\w+ )?(?:more|beyond|too|exce\w+))"
    r"|\bi(?:'ll| will|'d better| should| shall)? (?:\w+ )?wait\b"
    r"(?! (?:(?:and|to) (?:see|watch)|for the next|until the next)\b)"
    r"|\bneeds? (?:none|zero)\b|\b(?:do|does|should|will|to|i) (?:eat|consume|harvest|take) (?:none|zero)\b"
    r"|\bzero (?:is|consumption|units?|food|potatoes)\b|\b(?:is|be) (?:zero|none)\b"
)
NOTHING = re.compile(_NONE, re.IGNORECASE)
"""What says that nothing is to be done."""

_NUMBER = re.compile(r"(?<![\d.,])\d{1,9}(?![\d%]|[.,]\d)")
_RECKONED = re.compile(r"\d ?[-+−×*/=→<>≤≥] ?\d")
_ABOUT = words(
    r"levels?|targets?|goals?|aims?|at|near|around|actual|stock|totals?|sum|field|gaps?|deficit|shortfall|band|range",
    r"limit|steps?|turns?|rounds?|last|previous\w*|before|than|instead of|rewards?|penalt\w+|growth|regrow\w*|noise",
    r"short|below|above|left|remain\w*|too|at most|at least|up to|average|mean|rate|confiden\w+|note|considered",
    r"weighed|discarded|rejected|excessive|next time|would (?:bring|cause|overshoot|exceed)",
)
"""What tells of a number that it is not offered as the answer."""

_UNDOES = re.compile(
    r"^[\W_]*(?:(?:please|just|only|i am|i'm) )*(?:add|deduct|subtract|minus|plus|half|twice|double|one (?:less|more)"
    r"|no need for so|joking|kidding|testing|end of|so (?:says|goes)|anything but|such (?:is|was|were))\b"
    r"|\bmy (?:arithmetic|maths?|sums?|calculations?|reckoning) "
    r"|^\W*(?:void|withdrawn|retracted|revoked|wrong|incorrect)\W*$|\bnot convinced\b|\bask (?:me )?again\b"
    r"|\b(?:prefer|rather) (?:less|more|fewer)\b|\b(?:less|more|fewer|smaller|larger|lower|higher)(?: \w+)?"
    r" (?:is|are|would be|seems?) (?:\w+ )?(?:better|wiser|safer|best|preferable)\b"
    r"|\bi (?:\w+ )?(?:messed|slipped|erred|mis\w+ed|misread)\b",
    re.IGNORECASE,
)
_POINTS_ON = words(
    r"what follows|below (?:is|are|comes)|here (?:is|are|comes?) (?:what|how|where)",
    rf"(?:next|following) {_NOUN}|{_NOUN} (?:below|that follows)",
)
_CHOSEN = words(r"my|i(?: will|'ll)? do|action|decision|choice|decided|choose|consum\w+|harvest\w*|eat|take")
_NO_ANSWER = words(
    r"(?:no|not|n't|without|cannot|unsure|undecided)(?: \w+){0,3} (?:answer|decided?|sure what|chosen|certain what)",
    r"still (?:thinking|deciding|unsure|undecided)",
)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_ORDINAL = re.compile(r"\W*\d{1,2}[.)]\s+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_WORD = re.compile(r"[^\W_]")


def spoken_of(before: Sequence[str], after: Sequence[str], action: Action, status: frozenset[int]) -> bool:
    """Tell whether a sentence speaks of the number and does not plainly leave it the answer.

    Args:
        before: The lines before it.
        after: The lines behind it.
        action: What it says.
        status: Numbers that describe the state.
    """
    known = {*action, sum(action), *status}
    above = next((line for line in reversed(before) if line.strip()), "")
    return any(map(_sets_aside, _sentences(above))) or any(
        _takes_away(sentence, known, first=at == 0) for line in after for at, sentence in enumerate(_sentences(line))
    )


def _sentences(line: str) -> list[str]:
    if _FENCE.match(line):
        return []
    return [sentence[:200] for sentence in _SENTENCES.split(_ORDINAL.sub("", line, count=1)) if _WORD.search(sentence)]


def _sets_aside(sentence: str) -> bool:
    pointing = _POINTS_ON.search(sentence) and (STATE.search(sentence) or not _CHOSEN.search(sentence))
    return bool(pointing or _NO_ANSWER.search(sentence))


def _takes_away(sentence: str, known: set[int], *, first: bool) -> bool:
    """Tell whether a sentence may change the number, or offers another that does not describe the state."""
    asks = sentence.rstrip().endswith("?")
    if not asks and (found := (first and _SUBJECT.match(sentence)) or _LATER_SUBJECT.match(sentence)):
        rest = found.group(1)
        return not _LEAVES_IT.match(rest) or bool(_SPOILT.search(rest) and not _SPARED.search(rest))
    acted = _ACTED_ON.search(sentence)
    settled = acted and _SETTLES.fullmatch(acted["verb"]) and not _DENIES.search(sentence[: acted.start("verb")])
    if not asks and (_UNDOES.search(sentence) or (acted and not settled)):
        return True
    others = {int(number) for number in _NUMBER.findall(sentence)} - known
    return bool(others) and not (_ABOUT.search(sentence) or _RECKONED.search(sentence))
