"""Asides that name what the numbers are: a bracket, or a separate line after them, that is a bare noun phrase.

Numbers stay the answer when the aside names the action, an amount of it or a quality. With any other name they are
something else, whatever the name is. An aside that gives a reason names nothing: a clause, a purpose, or where a level
lies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bioblue_tui.trials.reading.cues import CHOICES, NODS, QUALITIES, THINGS

_LETTER = re.compile(r"[^\W\d_]")
_BRACKETED = re.compile(r"[\s>*_]*(?:\((.+)\)|[*_](?![*_])([^*_]+)[*_])[.\s*_]*")
_PLAIN = re.compile(r"\s*(?![-*•#>|]\s|[*_#|`])([^:|]+?)\s*")
_ARTICLES = re.compile(
    r"^(?:(?:and|or|so|in|the|my|our|their|its|an?|just|only|exactly|simply|very|quite"
    r"|about|roughly|too|well|still|also|slightly|already) )+",
    re.IGNORECASE,
)
_REASON = re.compile(
    # A purpose, a ground, or a denial.
    r"(?:(?:reason\w*|rationale|explanation|justification|analysis|calculation)\b|to (?!(?:the )?(?:go|targets?"
    r"|goals?)\b)|because|since|as\b|so\b|given|for\b|with|due|thanks?\b|in order to"
    r"|by \w+ing|\w{2,}ing (?!of\b)\w|no\b|not\b|if\b|when\b|based|instead|per\b|like|see\b|plenty|lots"
    # Where a level lies.
    r"|within|near|at\b|close|around|above|below|back|on\b|under\b|over\b|out\b|up\b|down\b|toward)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|be|am|has|have|had|do|does|did|will|would|can|could|may|might|must|should|needs|let|wants?"
    r"|keeps?|leaves?|brings?|makes?|lets?|helps?|restores?|stays?|closes?|gets?|reach(?:es)?|i|we|it|you|they|there"
    r"|minus|plus|\w+n't|\w+'(?:s|m|re|ll|ve))\b|,",
    re.IGNORECASE,
)
_OF_IT = re.compile(r"(?:this|that|these|those) \w", re.IGNORECASE)
"""Words that begin a sentence about the number; ``about`` has the rule for those."""
_MEASURES = re.compile(r"(?:by )?how \w+|by what\b", re.IGNORECASE)
_THAT_MUCH = re.compile(
    r"\b(?:that|this|so|as|these|those|such) (?:much|far|many|amounts?|numbers?|figures?|points"
    r"|units)\b",
    re.IGNORECASE,
)
_APART = re.compile(
    r"\b(?:below|above|short|under|over|behind|ahead|off|away|from|lack\w*|miss\w*|low|high|percent)\b", re.I
)
_COMPLEMENT = re.compile(
    r" (?:of|to|from|below|above|under|over|between|short|behind|off|away|by|for|in|at|per|with|within|near|needed"
    r"|missing|lacking|left|that|which|as|on|until|required|each|allowed|since|after|before|than)\b.*",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r" (?:of|between|below|above|short|behind|off|away|under|missing|lacking|(?:to|from) (?:(?:the|my|its|their|each)"
    r" )?(?:targets?|goals?|levels?|bands?|ranges?|next|go))\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:(?:actual|current) )?(?:(?P<level>levels?|metrics?|stocks?|fields?)|both|all|each|neither"
    r"|(?-i:[A-H](?:(?:,| and|, and) [A-H])*))",
    re.IGNORECASE,
)
_GROUP = re.compile(r"(?:both|all|each|neither) \w", re.IGNORECASE)
_AMOUNT = re.compile(
    rf"(?:{CHOICES}|{THINGS}|compensation|restoration|attempt|margin|step|bit|most|minimum|maximum)s?", re.IGNORECASE
)
_COUNTED = re.compile(rf"(?:{THINGS}|amount|number|quantit|share|point|order)(?:s|y|ies)?", re.IGNORECASE)
_OF_ELSE = re.compile(
    rf" of (?!(?:(?:the|my|each|both|more|whole) )*(?:{THINGS}|consumption|harvest|both|each|gap|limit|stock|field"
    r"|budget|total|maximum|(?-i:[A-H]))\b)",
    re.IGNORECASE,
)
"""Phrases after which "amount", or "order", belongs to something else."""
_QUALITY = re.compile(
    rf"(?!\w+ing\b){QUALITIES}|\w+ly|(?!need|speed)\w{{2,}}ed|low(?:er)?|high(?:er)?|even|cautious|half|hm+"
    rf"|cheers|next|ready"
    rf"|{NODS}",
    re.IGNORECASE,
)
_MOST_WORDS = 4
"""A phrase of more words before its complement is a sentence."""


def renamed(beside: str, after: Sequence[str], names_action: Callable[[str], bool]) -> bool:
    """Tell whether an aside says that the numbers are something other than the action.

    Args:
        beside: The other text in the lines of the numbers.
        after: The lines after them.
        names_action: Tells whether words are a name of the action.
    """
    filled = [line for line in after if _LETTER.search(line)]
    told = [beside, *(next(filter(None, m.groups())) for line in filled if (m := _BRACKETED.fullmatch(line[:400])))]
    pieces = [piece for each in told for piece in re.split(r"(?<=[.;!?]) ", each)]
    if any(_names(piece, names_action, bracketed=True) for piece in pieces):
        return True
    if any(_THAT_MUCH.search(line) and _APART.search(line) for line in filled[:3]):
        return True
    first = _PLAIN.fullmatch(filled[0][:400]) if filled else None
    if not first:
        return False
    ended = first[1][-1] in ".!?;"
    return _names(first[1], names_action, bracketed=False, whole=len(filled) == 1, ended=ended)


def _names(
    piece: str, names_action: Callable[[str], bool], *, bracketed: bool, whole: bool = True, ended: bool = False
) -> bool:
    phrase = piece.strip(" .!;*_()\"'")
    if not _LETTER.search(phrase) or re.search(r"[\d:?=]", phrase):
        return False
    if _MEASURES.match(phrase):
        return True
    if bracketed and re.match(r"what\b", phrase, re.IGNORECASE):
        return True
    bare = _ARTICLES.sub("", f"{phrase} ").strip()
    head = _COMPLEMENT.sub("", bare)
    complement, words = bare[len(head) :], head.split()
    if not words or _OF_IT.match(phrase) or any(map(_REASON.match, (bare, phrase))):
        return False
    if _COUNTED.fullmatch(words[-1]) and (_APART.search(complement) or _OF_ELSE.match(complement)):
        return True
    if _CLAUSE.search(phrase):
        return False
    if len(words) > _MOST_WORDS:
        return False
    if subject := _SUBJECT.fullmatch(head):
        return bool(subject["level"]) and not complement
    if not bracketed and _GROUP.match(bare) and complement:
        return False
    measured = bool(_MEASURED.match(complement))
    if names_action(head) or _AMOUNT.fullmatch(words[-1]):
        return False
    if _QUALITY.fullmatch(words[-1]):
        return False
    return measured or (whole and (bracketed or len(words) == 1 or (not ended and len(words) < _MOST_WORDS)))
