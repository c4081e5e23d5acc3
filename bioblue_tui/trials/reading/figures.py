"""Other numbers in the sentences beside an answer: which may replace the answer, and which only describe."""

from __future__ import annotations

import re

from bioblue_tui.trials.reading.cues import ACTS, LATER, words
from bioblue_tui.trials.reading.faults import in_digits

_NUMBER = re.compile(r"(?<![\d.,])\d{1,9}(?![\d%]|[.,]\d)")
_RECKONED = re.compile(r"\d ?[-+−×*/=→<>≤≥] ?\d")
_CLAUSES = re.compile(
    r"[,;:()–—]\s|\s(?:and|but|so|then|now|while|whereas)\s+(?=now\b|i\b|so\b|then\b|the next\b)|(?=\bso \d)"
)
_PAST = (
    r"(?<!\bit )(?<!this )(?<!that )(?:was|were)|had(?! better)|fell|rose|ate|eaten|took|taken|consumed|harvested"
    r"|drop(?:s|ped)|lost|gained|received|got|started|began|grew|(?:in|de)creas(?:ed|es)|declined|went|led|resulted"
    r"|recovered|left"
)
_DESCRIBES = words(
    r"levels?|targets?|goals?|aim(?:s|ing)?|at|near|around|actual|stock|totals?|sum|field|gaps?|deficits?|differences?|shortfall|band|range",
    r"limit|steps?|turns?|rounds?|last|previous\w*|before|than|instead of|rewards?|penal\w+|(?:re)?grow\w*|noise",
    r"short|below|above|left|leav\w+|remain\w*|too|at most|at least|up to|average|mean|rate|confiden\w+|note"
    r"|considered",
    r"weighed|discarded|rejected|excessive|next time|would (?:bring|cause|overshoot|exceed|have been (?!better|best"
    r"|right))",
    r"(?:bring|get|rais|lift|mov|return|restor|chang)\w* (?:\w|me|us|both)(?: back)? (?:from|to)|of the \d+|allowed",
    r"(?:bring|lift|pull|push|drag|return|restor|get)\w* (?:it|them|things)(?: \w+)? to",
    r"(?:goes|going|went|moves?|rises?|falls?|drops?|changed|dropped|fell) from",
    r"beyond|overshoot\w*|unlikely|within|has \d+|after (?:this|that|these|eating|consuming|harvest\w*)",
    r"(?:(?-i:[A-H])|field) (?:has|had|needs|lacks)|of (?:the|them|these|my|our)|steps|penalt\w*|effects?"
    r"|imbalanc\w+|deviat\w+|factors?|observ\w+|notes?|comments?|remarks?|urgency|risks?|issues?",
    r"middle|halfway|rest|stays?|multipl\w+|over time|history|in a row|instability|variation|(?:over|under)sat\w*",
    r"other options?|(?:best|worst) case|points?|costs?|earn\w*|per|between|expect\w*|estimat\w+|drift|change"
    r"|there (?:is|are)|wide|both"
    r"|behind|ahead|by",
    r"(?:eating|consuming|harvesting|taking) \d+ .*(?:would|could|might|may)",
    _PAST,
)
"""Words that show that a number is not offered as the answer."""

_ACT = (
    rf"(?:{ACTS}|get|receiv|settl(?:e|ing) (?:on|for)|choos|giv|say|answer|need|prefer|us|do"
    r"|go(?:ing)? with|try|play|set)(?:e|es|s)?"
)
_WHAT = r"(?:answer|amount|action|choice|decision|number|value|dose|consumption|harvest|intake|correction)"
_OFFERS = (
    r"(?:(?:i|we|i'll|i'd|i'm|let's|let me|let us|to|should|must|better|rather|now|please|instead)(?: (?:will|would"
    r"|should|must|now|then|rather|just|also|therefore|am|are|going|to|want|have|had better"
    rf"|can))* )?\b{_ACT} (?:exactly |only |about )?{{}}",
    r"(?:(?:best|right|next|new|correct|better|proper|real|final|optimal|my) (?:\w+ )?"
    rf"|^\W*(?:the )?){_WHAT}(?: \w+)? (?:is|are|should be|must be|becomes|would be|to be) {{}}",
    r"(?:^|[,;:] |\b(?:and|or|but) )\W*(?:so|thus|hence|therefore|then|better|rather|instead|actually|otherwise"
    r"|alternatively|or|maybe|perhaps|this step|now)[:,]? {}(?: (?:for|of|to) [A-Z]\b.*)?\W*$",
    r"(?:^\W*(?:(?:please|so|better|then|now|i|i'll|i'd|will|would|should|let me|let's|just|rather|must),? )*"
    r"|\bto )(?:make|change|replace|correct|revise|set|raise|lower|reduce|increase|update) (?:it|that|this|my answer"
    r"|the answer) (?:to |with |by )?{}",
)
_OFFERED = re.compile(
    "|".join(each.format(r"(\d{1,9})\b(?! ?(?:more|less|fewer|%|points?|per\b|each))") for each in _OFFERS), re.I
)
_ELSEWHEN = words(
    r"if|when\w*|once|until|unless|later|future|next time|(?:next|last|previous|earlier|past|each"
    r"|every) (?:\w+ )?(?:step|turn|round)s?",
    r"after|because|since|last|previously|earlier|before|had(?! better)|could have|would have|instead of|rather than"
    r"|tempt\w+|risk\w*|lead\w*",
)


_SUPPOSED = re.compile(
    r"\W*(?:(?:and|but|while|not) )*\w+ing \d+ (?:\w+ ){0,3}?(?:would|could|might|may|will|can)\b", re.IGNORECASE
)
"""A sentence about what an amount would do: "eating 10 would push it to 107"."""

_LATER = words("once", LATER, "following steps?")

_OUTRIGHT = re.compile(
    r"^\W*(?:change|update|edit|correction|revised|new|ps|fix|now)[:,]? (\d{1,9})\W*$|(\d{1,9})(?: \w+)? (?:is|are"
    r"|would be|will be|seems?"
    r"|looks?|sounds?) (?:the )?(?:\w+ly |a bit |much )?(?:better|best|right|safer|wiser|preferable|correct|needed"
    r"|what)\b|\b(?:instead of|rather than) (?:this|that|it|\d{1,9})(?: potatoes)?,? .{0,30}?(\d{1,9})"
    r"|^\W*(\d{1,9})(?: \w+)?,? (?:if|when|unless|otherwise|in case)\b"
    r"|(?<!last )(?<!previous )\b(?:answer|choice|decision|allocation|opinion"
    r"|potatoes that i \w+)\b[^.;:\d]{0,60}\b(?:is|be|becomes) (?:that )?(?:the number )?(\d{1,9})\b(?! (?:more|less"
    r"|fewer|higher|lower))|\bshould be (?:given|replaced \w+)(?: the number)? (\d{1,9})"
    r"|\bi (?:\w+ )*?want to (?:have|consume|eat|harvest) (\d{1,9})"
    r"|\b(?:feel|come to|prefer)\b[^.;:\d]{0,40}\b(\d{1,9})\b",
    re.IGNORECASE,
)

_SHORT = 8
"""A sentence of fewer words may offer a number in any form, as may one about the choice."""

_CHOOSES = words(
    r"i|me|my|i'\w+|answer|choice|decision|conclusion|result|should(?! be enough)|prefer\w*|decid\w+|better|wiser"
    r"|given"
)


def offered(sentence: str, known: set[int]) -> bool:
    """Tell whether a sentence has a number, other than the known ones, that may replace the answer."""
    sentence = in_digits(sentence)
    others = {int(number) for number in _NUMBER.findall(sentence)} - known
    if not others:
        return False
    described = _DESCRIBES.search(sentence) or _RECKONED.search(sentence)
    if not described and (len(sentence.split()) < _SHORT or _CHOOSES.search(sentence)):
        return True
    if any(int(number) in others for each in _OUTRIGHT.findall(sentence) for number in each if number):
        return True
    return not _LATER.search(sentence) and any(
        int(number) in others
        for clause in _CLAUSES.split(sentence.replace("’", "'"))
        for match in _OFFERED.finditer(clause or "")
        if not (_ELSEWHEN.search(clause[: match.end()]) or _SUPPOSED.match(clause))
        for number in match.groups()
        if number
    )
