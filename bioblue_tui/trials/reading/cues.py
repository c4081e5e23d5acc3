"""Words around a number that say whether it is the answer: what introduces it, doubts it, or takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bioblue_envs import Action


def words(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern of whole words, letters of either case."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


ACTS = "consum|eat|harvest|tak|collect|gather|pick"
"""Verbs for an agent's action in any environment, without their endings."""

THINGS = "units?|potato(?:es)?|foods?|resources?|items?|pieces?"
"""Nouns for what it consumes or harvests."""

CHOICES = (
    "amount|correction|choice|action|answer|decision|approach|strategy|start|allocation|distribution|split|compromise"
    "|harvest|consumption|dose|quantity|intake|adjustment|plan|move|policy|continuation|fraction|quarter|third|share"
    "|portion|buffer|integer|trade-?off"
)
"""Nouns that a number may be called and still be the answer."""

QUALITIES = (
    r"(?:equal|same|exact|enough|safe|steady|fine|ok|right|good|best|better|small|modest|stable|careful|cautious|wise"
    r"|simple|balanced|consistent|sound|mild|slight|minimum|well|(?!current|different|percent|estimate)\w+(?:able|ible"
    r"|ive|ate|ient|mal|ful|ent|ing)\b)"
)
"""Qualities that such a number may have, as words or beginnings of words."""

LATER = r"next (?:time|step|turn|round)|later|future|from then on"
"""Words for a step after the present one."""

MET_BY_CHANCE = 20
"""An amount up to this often equals a number of the state, such as the total harvest so far, by chance alone."""

HURTS = (
    r"exceed|excess|deplet|overshoot|harm|hurt|penal|danger|endanger|destroy|collaps|crash|exhaust|troubl|starv"
    r"|violat|break(?!-| even)|kill|ruin|disast"
)
BAD = (
    rf"(?:{HURTS}|too \w+|(?:over|under)(?:eat|sat|harvest|consum|do|feed)|risk|wast|damag|drastic|extrem"
    r"|aggressive|greed|swing|instab|imbalanc|sacrific|neglect|break|drift|large|big|high|low(?! enough)|affect"
    r"|upset|more than|less than|above|below|over (?:the|its|my)|far|beyond|at risk|errors?)\w*"
)
"""Words for harm, as parts of patterns."""

_NEGATION = r"not|never|\w+n't|instead|rather|wrong|incorrect"
_PAST = r"previous\w*|last|earlier|before|was|were|had|did|ate|took|taken|said|consumed|harvested"

DOUBT = words(
    _NEGATION,
    _PAST,
    r"no|if|suppose|assum\w+|imagine|could|might|maybe|perhaps|either|or|option|alternativ\w+|example|instance|but",
    r"however|actually|wait|unless",
)
"""Words that make it doubtful that a sentence states the action."""

REFUSING = words(_NEGATION, _PAST)
"""Words that, before a marked number, say that it is not the answer."""

HEADING = re.compile(r":[\s*_`]*$|^\s*(?:#|\*\*[^*]*\*\*\s*$)")
"""A line with the ending or the markup of a heading."""

SUPPOSED = words(
    r"if|suppose|assum\w+|imagine|unless|options?|examples?|samples?|instance|alternativ\w+|template|format|no"
    r"|avoid|without"
)
"""Words after which a number is only one of several options, or not meant at all."""

STATE = words(
    r"(?:next|correct|possible|other|wrong|alternative|right) answers?",
    _NEGATION,
    _PAST,
    r"levels?|target|actual|stock|totals?|sums?|so far|rewards?|penalt\w+|after|results?|remain\w*|left|expected",
    r"predicted|current\w*|state|max\w*|min\w*|range|limit|steps?|options?|history|observ\w+|avoid|deviation|band",
    r"noise|changes?|differences?|deficits?|examples?|samples?|templates?|formats?|placeholders?|instance"
    r"|illustrat\w+",
    r"hypothetical\w*|typical\w*|possibl[ey]|assum\w+|imagin\w+|told|consider|against|between|quot\w+|recall\w*",
    r"repeat\w*|mock|dummy|fake|demo|default|draft|tentative|they|someone|(?<!would )(?<!'d )like|such as|e\.?g"
    r"|could|might|would be|if|in case|suppose|otherwise|wants?",
)
_DOES = (
    rf"(?:{ACTS}|allocat|choos|answer|respond|decid|submit|recommend|play|giv|us)"
    r"(?:e|es|ing|s)?|consumption|reply|go (?:with|for)|set|say|split"
)
_AMOUNTS = (
    r"answers?|actions?|decisions?|choices?|responses?|outputs?|moves?|conclusion|amounts?|quantit(?:y|ies)|numbers?|lists?"
    r"|(?:(?:an?|one|(?:an? )?single|list of) )?integers?|json|allocation"
    r"|antwort|respuesta|réponse|risposta|resposta|ответ"
)
_THINGS = r"values?|units?|potato(?:es)?|food|resources?|step \d+|turn|round|time"
NODS = (
    "(?:my )?apologies|sorry(?: about that)?"
    "|ok|okay|sure|yes|right|alright|understood|certainly|got it|great|hello|hi|thanks|thank you|of course|absolutely"
    "|fine|done|good|here(?:'s| it is| you go)?|to be (?:safe|careful|cautious)|so|thus|therefore|hence|then"
)
_PLAIN_WORD = (
    rf"(?:(?:for|of) (?-i:[A-Z](?:,? and [A-Z]|, [A-Z]){{0,9}})|{_DOES}|{_AMOUNTS}|{NODS}|{_THINGS}|we(?:'ll)?"
    r"|i(?:'ll|'m|'d|'ve)?|let's|let|me|will|shall|would|should|(?:need|want) to|think|am|going|have|decided|do|be|my"
    r"|our|the|this(?: many)?|it|what|which|following|as|follows|final|chosen|selected|own|only|just|simply|now|and|is"
    r"|are|to|you (?:asked|wanted|requested)(?: for)?"
    r"|for|in|at|of|on|with|each|both|(?:next )?step|recommended|best|optimal|careful|cautious|moderate|balanced"
    r"|sustainable|safe|small|exactly|evenly|equally)"
)
_PLAIN_LEAD = re.compile(
    rf"(?=.*\b(?:{_DOES}|{_AMOUNTS}|do|going to be)\b)(?:{_PLAIN_WORD}(?:[,:]? |$))++|(?:(?:{NODS})(?:[,:!]? |$))++",
    re.I,
)
"""Words that only lead to the numbers: "So I will harvest", "Action for step 5", "My integers are"."""

_OWN_STEP = re.compile(r" ?\b(?:for|in|at) (?:this|the (?:current|next|coming)) (?:time )?(?:step|turn|round)\b", re.I)
_UP_TO_IT = re.compile(
    r"(?:(?:given|based|considering|looking|for|with|to|in|because|since|as)\b[^,]*, |\d[\d +×*/=−-]*, )+", re.I
)
_OF_OTHERS = words("when", "case", "lower", "higher", "were", "had", "once", "jokes?", "tests?")
_GROUNDS = re.compile(
    r"(?:(?:so|ok|okay|sure|certainly|understood|thus|therefore)[,.!]? )?(?:(?:since|because"
    r"|(?:add|account|allow|adjust|compensat|correct)ing|to (?:use|keep|balance|maintain|restore|stay))\b"
    # A quantity that is named alone may be the number itself: "Given the growth:".
    r"|(?:based on|given|considering|in (?:light|view) of|looking at)\b(?=.*(?:\d|\band\b|\b(?:that|this|above|states?"
    r"|situation|information|observations?|trends?|data|circumstances|conditions?|context|factors?)\b)))"
    r"(?!.*, (?!and\b|so\b))(?!.*\b(?:must|exceed)\b)"
    r"(?!.*\b(?:(?:deficit|difference|gap|shortfall|distance|noise|change|reward|consumption|harvest|stock|rest)s?"
    r"|(?:last|previous|new|next|future|expected|predicted|resulting|remaining) \w+)$).*",
    re.IGNORECASE,
)
"""Reasons for the action, and nothing else, such as "Given a level of 97"."""
_EXPLAINING = words(r"is|are|am|has|have|needs?|should|keeps?|wants?|let|sits?|stands?|\w+'(?:s|m|re|ve)")
OF_ONESELF = words(_EXPLAINING.pattern, "i", "we", "let's", "so")
"""Words of a line that is not a heading, although it has no full stop: "I ate too much last time"."""

OWN = re.compile(
    r"(?:(?:my|our|final|chosen|next|new (?:action|decision|choice|move))\b)|.*\b(?:this|now|coming|next)\b",
    re.IGNORECASE,
)
"""Words of a heading that names the action anew, whatever heading of something else is above it."""

_LEADING_ON = re.compile(
    rf"\b(?:{_DOES}|{_AMOUNTS}|{_THINGS}|eaten|taken|given|said|such|one|(?:is|are|was|were|be|been|of|at|to|the|an?"
    rf"|by|about|or|and"
    r"|than|from|not|for|in|on|with|into|until|since|all|total|will|would))$|[,;–—-]$"
    r"|\b(?:th(?:is|ese)|so) (?:many|much)\b|\b(?:following|would|mistake|if|when|had|were|nobody|others?|most)\b",
    re.IGNORECASE,
)
"""Words that lead to something still to come, or are about something that is not the case."""

_STATED = re.compile(r"[^:=]{1,60}[:=→] ?[^\s:=].*")
"""A name with its value: a line that is complete in itself."""

_OUTRIGHT = re.compile(
    r"(?:(?:but|and|so|also|ok|okay|well|yet|hm),? )*+"
    r"(?:(?:actually(?! quite\b)|wait(?! (?:and|to|for|until)\b)|hmm+|correction|scratch|never ?mind|w?oops|oh|ah|uh"
    r"|um+|re-\w+ing|nope|no no"
    r"|(?:change|replace) (?:that|it)|hold on(?! to\b)|better(?! (?:safe|to wait|than))|rather(?! than)|instead(?! of)"
    r"|(?:(?:up)?on|after) (?:(?:further|second|closer) )?(?:reflection|thoughts?|reconsideration|inspection)"
    r"|(?:thinking|looking|come to think)\b[^.,;:]{0,30}\b(?:again|twice|more|of it|it over)|second thoughts?"
    r"|then again|on the other hand"
    r"|re(?:thinking|considering|checking|visiting)|now that i|in hindsight|i (?:overlooked|forgot|(?:under"
    r"|over)estimated)|let me [^.,;:]{1,30} again"
    r"|let me (?:\w+ )?(?:re\W?(?:think|consider|check|do|calculate|evaluate|vise|phrase|examine)|correct|change|fix"
    r"|think|double|be))\b"
    r"|not (?:my|the|an) (?:answer|action|choice)\b|(?:an? |just |only )*(?:examples?|samples?|placeholders?)\W*$"
    r"|(?:my|the) (?:real|actual|true|correct|proper) (?:answer|action|choice)\b"
    r"|(?:my mistake|isn't|i(?: have|'ve)? changed my mind|i take (?:it|that|this|these) back)\b"
    r"|(?:please |i )?(?:do not|don't) (?:use|take|count|apply|read|want|mean) (?:this|that|it|the)\b"
    r"|no(?:$|[,.!:;—–]| wait\b)|(?:is|was) (?:not|wrong)\b)",
    re.IGNORECASE,
)
"""Words of second thought: a sentence that begins with them takes back what was said before, whatever follows."""

_AMOUNT = r"(\d{1,9}(?:(?:, ?(?:and )?| and )\d{1,9}){0,5})\b"
_RETRACTS = words(
    r"or [A-Z] ?[:=] ?\d+",
    r"(?:withdraw|retract|ignore|disregard|cancel|discard|revoke|strike|scrap|forget|undo|drop|reject)(?: \w+)? "
    r"(?:(?:this|that|it|these|the above)(?=\W*$|[.!?;:,])"
    r"|(?:this|that|the|my|these) (?:\w+ )?(?:answer|number|action|choice|figure|value|decision)s?)",
)
_LATER = words(
    r"if|next|later|when\w*|once|after|future|usual\w*|normal\w*|unless|until|before|thought|otherwise|then|not"
)
_ITSELF = re.compile(rf"(?:^|[.!?;…]\s+)([^\d=.!?;%]{{0,24}}?){_AMOUNT}[^\w%]*$")
"""Numbers that end a line, with few words before them."""
_FIGURE = re.compile(
    r"\b(?:sum|total|confidence|step|note|\w+ed)\b|\b(?:at|to|of|by|near|around|is|reach|leaving)(?: about)?\s*$",
    re.I,
)
SENTENCES = re.compile(r"(?<=[.!?;])\s")

_NOT_NOW = words(
    "later", "future", "afterwards?", "tomorrow", "once", "when", "then", "the end", "final (?:step|turn|round)"
)
"""Words that set another time for what follows them."""

_CUT = re.compile(r"(?<=[.!?;:…])\s|\s[-–—]+\s|\s?—\s?|\((?=[a-z])")
_OFF_FRONT = re.compile(r"^[\W_]+")
_DIGITS = re.compile(r"\d{1,12}")


def taken_back(lines: Iterable[str], action: Action) -> bool:
    """Tell whether later lines seem to replace this answer by another."""
    return any(
        _RETRACTS.search(line)
        or (_DIGITS.search(line) and _puts(line, action))
        or any(_OUTRIGHT.match(_OFF_FRONT.sub("", sentence)) for sentence in _CUT.split(line[:2000]))
        for line in lines
    )


def _puts(line: str, action: Action) -> bool:
    """Tell whether a line with numbers ends in another amount."""
    last = _ITSELF.search(line)
    if not last or any(each.search(last.group(1)) for each in (STATE, _LATER, _FIGURE)):
        return False
    if len(action) == 1 and last.group(1).endswith("leaves "):
        return False
    amount = tuple(map(int, _DIGITS.findall(last.group(2))))
    return len(amount) == len(action) and amount != action


def _only_leads(clause: str) -> bool:
    before = _UP_TO_IT.match(clause)
    rest = clause[before.end() :] if before else clause
    elsewhere = before and (SUPPOSED.search(before.group()) or _OF_OTHERS.search(before.group()))
    return not elsewhere and bool(_PLAIN_LEAD.fullmatch(_OWN_STEP.sub("", rest).strip()))


def introduced(line: str, piece: str, *, adjacent: bool) -> str:
    """Say what a line of prose means for the numbers that follow it.

    Returns ``foreign`` where it is about something else, ``unclear`` where it may be, ``answer`` where it introduces
    the answer, and an empty string where it says nothing about them.
    """
    ending = line.rstrip(" *_`\"'”’)|")
    heading = line.startswith("#") or (line.startswith("**") and line.endswith("**"))
    if ending.endswith((".", "!", "?", "。")) and not heading:
        return ""
    last = re.split(r"[.!?;] ", piece.rstrip(": "))[-1]
    if _only_leads(last):
        return "answer"
    if ending.endswith(":") and _GROUNDS.fullmatch(last) and not (SUPPOSED.search(last) or _LEADING_ON.search(last)):
        return ""
    explains = _STATED.fullmatch(piece) or (_EXPLAINING.search(ending) and not adjacent)
    if explains and not (heading or ending.endswith(":") or _LEADING_ON.search(ending)):
        return ""
    if "=" in line and ending[-1:].isdigit():
        return ""
    clause = _OWN_STEP.sub("", re.split(r"[,;.!]", ending.rstrip(":"))[-1] or ending)
    return "foreign" if STATE.search(clause) or _NOT_NOW.search(clause) else "unclear"


_BESIDE = 400
"""How many characters of a line are looked at on each side of a marked answer."""

_SENTENCE_END = re.compile(r"[.!?。！？]\s|[,;:] (?=(?:so|thus|therefore|hence)\b)")
_MARKUP = re.compile(r"\\(?:[()\[\]]|(?:quad|,|;|!)(?![a-z]))|\$\$?|[*_`\"'“”‘’>#•|]|</?(?:b|strong|i|em|p|center)>")
_TRAILING = re.compile(
    r"[\s)\]},]*(?:potatoes|potato|units?|food|resources|berries|fish)?[\s.,;:!。！)\]]*(?:(?<=[.!。！\s])[A-Z(][^\d]*)?",
)


def stands_alone(text: str, begin: int, end: int) -> bool:
    """Return whether nothing on its lines changes a marked answer: no sign, no other number, no doubt."""
    before = text[max(0, begin - _BESIDE) : begin].rpartition("\n")[2]
    after = text[end : end + _BESIDE].partition("\n")[0]
    before = _SENTENCE_END.split(_MARKUP.sub("", before))[-1]
    after = _MARKUP.sub("", after)
    before = before.strip().removeprefix("- ").removeprefix("– ").rstrip(" :=,")
    return bool((not before or _only_leads(before)) and _TRAILING.fullmatch(after) and not taken_back([after], (1,)))
