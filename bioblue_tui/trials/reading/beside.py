"""What a line says beside its numbers: what leads up to them, and what explains them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bioblue_tui.trials.reading.about import NOTHING
from bioblue_tui.trials.reading.cues import DOUBT

_INTRO = re.compile(
    r"(?:(?:sure|ok|okay|certainly|understood|of course)[,.!] )?(?:for|in|at|this|now"
    r"|based on|because of|as a result|overall|consequently|given|after|considering|looking"
    r"|weighing|summing up|all things|taking|to|with)\b[^.!?:;\d]{0,80}?,? (?=i(?:\b|')|let's|let me|my )",
    re.IGNORECASE,
)
UP_TO_IT = re.compile(
    r"(?:for |in )?(?:the )?next (?:time )?step: "
    r"|(?:based on|given|considering) (?:the|my) (?:(?:current|latest|above) )?(?:observations?|state|situation): ",
    re.IGNORECASE,
)
"""What leads up to numbers and to nothing else, where they are all that is said."""
_ELSEWHEN = re.compile(
    DOUBT.pattern + r"|\b(?:future|general\w*|cases?|later|once|usual\w*|principle|theory|steps|normal\w*|when)\b",
    re.IGNORECASE,
)
ASIDE = re.compile(r" ?\([^()\d]{2,80}\)")
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
"""What a bracket says of the number before it."""

_EXPLAINS = re.compile(r"(?:this|that|because|since|no|enough)\b")
_CLAUSE = re.compile(
    r"(?:to (?!be\b)[a-z]+|because|since|so that|in order|(?:this|that|these) (?:\w+ly )?(?!one|way)\w+"
    r"|(?P<other>(?:the|my|it|i|we)\b.* (?:is|are|keeps?|leaves?|should|will|want|need)))\b[^?]*",
    re.IGNORECASE,
)
"""What explains numbers that do not say what they are; behind a full stop others might be the text of a list."""


def explains(match: re.Match[str], values: Sequence[int], *, named: bool, whole: bool) -> bool:
    """Tell whether what stands beside numbers, or all that does, explains them, and does not change them."""
    beside = match["said"] or match["aside"] or match["dash"]
    if not any(values) and NOTHING.search(beside):
        return bool(match["dash"]) or named
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


def without_intro(piece: str) -> str:
    """Return a sentence that says the action without what leads up to it, such as "For this step, "."""
    intro = _INTRO.match(piece)
    return piece[intro.end() :] if intro and not _ELSEWHEN.search(intro.group()) else piece


def explained(piece: str, tail: re.Pattern[str] = _TAILED) -> tuple[str, str] | None:
    """Return a piece without the explanation beside its numbers, and that; None without one, or with a doubtful one."""
    tails = [match.group() for match in tail.finditer(piece)]
    if not tails or any(_UNSURE.search(each) for each in tails):
        return None
    return tail.sub("", piece).strip(), "; ".join(each.strip(" ,;:()–—-") for each in tails)
