"""The text of a line beside its numbers: what introduces them, and what explains them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bioblue_tui.trials.reading.about import NOTHING
from bioblue_tui.trials.reading.cues import DOUBT, MET_BY_CHANCE

_INTRO = re.compile(
    r"(?:(?:sure|ok|okay|certainly|understood|of course)[,.!] )?(?P<lead>(?:for|in|at|on|by|from|this|now|based on"
    r"|because|since|as|overall|consequently|given|after|following|considering|looking|weighing|summing up|all things"
    r"|taking|to|with|considerations?)\b[^.!?:;\d]{0,80}?),? (?=i(?:\b|')|let's|let me|my )",
    re.IGNORECASE,
)
_STATE = r"(?:(?:the|my|both|its|these|those) (?:(?:actual|current|present) )?\w+|(?-i:[A-H])(?: and (?-i:[A-H]))*)"
_SURELY_NOW = re.compile(
    r"(?:(?:for|in|at|on|during) )?(?:this|the (?:current|present)|(?:the )?(?:next|coming))"
    r" (?:time )?(?:step|turn|round|move|time|moment|point|stage|decision|choice|action)|at present|for now|now"
    r"|(?:to|for|in) (?:my|the) (?:answer|decision|choice|action)|(?:to|in) (?:conclusion|conclude|short|summary"
    r"|sum up)"
    r"|overall|consequently|as a result(?: of this| of that)?|as (?:before|always)|summing up|all things considered"
    r"|after (?:(?:some|due|much|\w+ful) )*(?:thought|reflection|consideration|analysis|deliberation|thinking)"
    r"|after (?:looking at|thinking about|considering|weighing|seeing) (?:(?:all|the|this|these|both|my|of) )*"
    r"(?:(?:current|actual|last) )?(?:observations?|levels?|state|situation|numbers?|rewards?|options?|facts|data"
    r"|factors|targets?)"
    r"|(?:given|based on|because(?: of)?|since|considering|looking at|weighing|in (?:light|view) of|due to|judging by"
    r"|taking into account) (?:(?:that|how) )?(?:the|my|this|that|these|those|both|all|its|our|such|what|(?-i:[A-H]))\b"
    r"(?! (?:chance|opportunity|option|choice)\b).*"
    r"|with (?:the|my) (?:current|present|actual|given) .*|with (?:this|that|these|those|all this) in mind"
    rf"|with (?:{_STATE}|both|all) (?:(?:being|now|still|currently|only|just|slightly|somewhat|a bit|well|far|so"
    r"|this|already|almost|nearly) )*(?:below|above|under|near|close|within|inside|low|high|short)\b.*"
    r"|taking (?:all|everything|this|that|it all|these|the)\b.* into (?:account|consideration)"
    r"|to (?!start|begin|open|follow|end|finish|wait|(?:my|the|a)\b)[a-z]+ .*",
    re.IGNORECASE,
)
"""Introductions that are certainly about the present action: the present step, or reasons. Others may set a time."""
UP_TO_IT = re.compile(
    r"(?:so,? )?(?:(?:for |in )?(?:(?:the )?next|this)|(?:for|in) (?:the )?current) (?:time )?step: "
    r"|(?:based on|given|considering) (?:the|my) (?:(?:current|latest|above) )?(?:observations?|state|situation): ",
    re.IGNORECASE,
)
"""Introductions that can be followed by the numbers alone."""
_ELSEWHEN = re.compile(
    DOUBT.pattern + r"|\b(?:future|general\w*|cases?|later|once|usual\w*|principle|theory|steps|normal\w*|when\w*"
    r"|then|until|till|soon|eventually|afterwards?|tomorrow|following|will be|(?:after|for) (?:next|(?:this|that) one)"
    r"|end|final\w*|each|every|always|long run|first$)\b|\w after\b",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"\W*(?:(?:but|and|though|only|or|just|perhaps|maybe|from) )*(?:after (?!(?:this|that|which)\b)|afterwards?\b"
    r"|later\b|then\b(?! (?:the|my|it|both|[A-Z])\b)|once\b|when"
    r"|until\b|till\b|as soon as|as long as|if\b|soon\b|eventually\b|tomorrow\b|next (?!step\b)|in (?:the|a|an?other"
    r"|some|due|two|three|four|five|ten|later) (?:end|future"
    r"|long|next|later|following|while|final|last|time|steps?|course)|(?:start|beginn|wait|follow)ing\b|(?:given"
    r"|with) (?:enough|more|some|time|a|full)\b"
    r"|at the (?:end|limit)|for (?:later|the (?:future|end|last|final))|(?:in|for|at) (?:later|future|full)"
    r"|not (?:now|yet)|given the (?:chance|opportunity)|by (?:then|the end)|another (?:time|step|day)|unless"
    r"|(?:at|in|from|for) (?:the )?(?:final|last|end|step after))",
    re.IGNORECASE,
)
"""Phrases that set another time, or a condition, for the numbers, and explain nothing."""
_ASIDE_LINE = re.compile(r"[\s>*_]*\(([^()]+)\)[\s.*_]*")
_ONESELF = re.compile(r"\b(?:i|we)\b", re.IGNORECASE)
_SENTENCE = 5
"""Fewer words are not a sentence."""
ASIDE = re.compile(r" ?\([^()\d]{2,80}\)")
_OF_A_LEVEL = re.compile(
    r"(?:(?:slightly|well|just|far|still|currently|already|a bit|a little|now|is|being) )*(?:(?P<small>(?:below|under"
    r"|within|inside|in|at|on|near)\b)|(?:above|over|high(?:er)?|low(?:er)?|good|ok(?:ay)?|fine|stable|normal"
    r"|healthy)\b)",
    re.IGNORECASE,
)
"""What a bracket says about a level, such as "above target". Beside a dose it may only where that is 0 or small."""
_WHY = (
    r"(?:because|since|as|which|so (?=the|my|it|both)|so that|so as|in order|given|to (?!be\b)(?=[a-z])"
    r"|(?!being|during)\w{2,}ing|(?:bring|leave|keep|restore|close|maintain)s)\b"
)
_TAILED = re.compile(
    rf"(?: ?[,;:(–—] ?| -+ )(?:thereby |thus |just )?{_WHY}.*| (?:because|since|so that|in order to|to(?= [a-z])) .*",
    re.IGNORECASE,
)
"""An explanation in the same sentence, such as "Answer: 3, leaving the rest"."""
_UNSURE = re.compile(
    DOUBT.pattern
    + r"|\btoo\b|(?<!target )(?<!level )(?<!of )(?<!at )(?<!back to )(?<!level to )(?<!reach )(?<!is )(?<!by )"
    r"(?<!returns to )(?<!leaves )(?<!leaving )\b\d",
    re.IGNORECASE,
)


_EFFECT = (
    "(?:us|leav|keep|bring|restor|clos|maintain|cover|compensat|balanc|offset|prevent|avoid|allow|ensur|preserv|fill"
    "|match)ing"
)
BESIDE = re.compile(
    r"(?P<head>[^.!?()]{1,80}?)(?:[.!] (?P<said>[A-Z].+)| \((?P<aside>[^()\d]{2,80}|"
    rf"(?:to|because|since|so that|{_EFFECT}) [^()]{{1,80}}|\d+ in (?:all|total)|\d+% of [^()\d]{{2,40}})\)"
    r"|(?: [–—-] |, (?=(?:to|because|since|so that|in order)\b))(?P<dash>(?:[a-z]|(?:The|This|It|I) ).+))"
)
"""A statement with a sentence, a bracket or a clause that explains it."""

NOTHING_ZERO = re.compile(r"(?P<why>(?:so )?(?:i|no|nothing)\b[^.:!?\d]{2,80})[.!:] (?P<zeros>0(?:, 0)*)", re.I)
_SAID_OF_IT = re.compile(
    rf"(?:{_EFFECT}|\d+ in|\d+% of|target minus|(?-i:[A-H]) (?:is|needs)|(?:just |exactly )?enough|(?:an? )?(?:small"
    r"|modest|moderate|slight|safe|steady|balanced|cautious|careful|conservative|minimal|little)(?! than))\b.*",
    re.IGNORECASE,
)
"""What a bracket may say about the number before it."""

_EXPLAINS = re.compile(r"(?:this|that|because|since|no|enough)\b")
_CLAUSE = re.compile(
    r"(?:to (?!be\b)[a-z]+|because|since|so that|in order|(?:this|that|these) (?:\w+ly )?(?!one|way)\w+"
    r"|(?P<other>(?:the|my|it|i|we)\b.* (?:is|are|keeps?|leaves?|should|will|want|need)))\b[^?]*",
    re.IGNORECASE,
)
"""Explanations of numbers that nothing names; after a full stop, any other text might be a list item's."""


def explains(match: re.Match[str], values: Sequence[int], *, named: bool, whole: bool) -> bool:
    """Tell whether the text beside numbers explains them, and does not change them.

    Args:
        match: The numbers and the text, as ``BESIDE`` matches them.
        values: The numbers.
        named: Whether the numbers are called the answer or the action.
        whole: Whether this is all the text there is.
    """
    beside = match["said"] or match["aside"] or match["dash"]
    # A whole sentence that begins like this is about something else.
    if _TIMED.match(beside) and (not match["said"] or len(beside.split()) < _SENTENCE):
        return False
    if not any(values) and NOTHING.search(beside):
        return bool(match["dash"]) or named or bool(match["aside"] and whole)
    if match["said"] and named:
        return True
    if named or DOUBT.search(beside):
        return not DOUBT.search(beside)
    clause = _CLAUSE.fullmatch(beside) if whole else None
    # "1. The level is low" begins a list.
    if clause and not (clause["other"] and match["head"] == "1"):
        return True
    if not match["said"] and whole and _SAID_OF_IT.fullmatch(beside):
        return True
    return bool(match["dash"] and _EXPLAINS.match(beside))


def of_levels(asides: str, values: Sequence[int]) -> bool:
    """Tell whether brackets beside numbers call them levels: a real dose would go to a level that is too low."""
    said = [_OF_A_LEVEL.match(aside) for aside in asides.split("; ")]
    pairs = zip(said, values, strict=True) if len(said) == len(values) else ((one, max(values)) for one in said)
    return any(match and value > (MET_BY_CHANCE if match["small"] else 0) for match, value in pairs)


def put_off(line: str) -> bool:
    """Tell whether a line is only a bracket that sets another time or a condition: "(after the regrowth)"."""
    aside = _ASIDE_LINE.fullmatch(line[:200])
    return bool(aside and _TIMED.match(aside[1]) and not _ONESELF.search(aside[1]))


def without_intro(piece: str) -> tuple[str, bool]:
    """Return a sentence without its introduction, such as "For this step, ", and whether that is about the present."""
    intro = _INTRO.match(piece)
    if not intro:
        return piece, True
    lead = intro["lead"]
    return piece[intro.end() :], bool(_SURELY_NOW.fullmatch(lead) and not _ELSEWHEN.search(lead))


def explained(piece: str, tail: re.Pattern[str] = _TAILED) -> tuple[str, str] | None:
    """Return a piece without the explanation beside its numbers, and the explanation; None if missing or doubtful."""
    tails = [match.group() for match in tail.finditer(piece)]
    if not tails or any(_UNSURE.search(each) or _TIMED.match(each) for each in tails):
        return None
    return tail.sub("", piece).strip(), "; ".join(each.strip(" ,;:()–—-") for each in tails)
