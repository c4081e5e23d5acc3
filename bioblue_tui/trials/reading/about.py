"""Sentences beside an unmarked number that are about that number itself.

What such a sentence says the number is, or is like, must be a word for amounts, choices or their worth. Anything else
that it says leaves the number the answer, unless it holds a sign of doubt or another number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import ACTS, BAD, CHOICES, HURTS, QUALITIES, SENTENCES, STATE, words
from bioblue_tui.trials.reading.figures import offered

_NOUN = r"(?:number|figure|value|amount|answer|choice|action|decision|dose|response|line)s?(?! of\b)"
_CALLED = rf"(?:the|this|that|these|those|such|my) {_NOUN}(?: (?:above|given))?"
_LEAD = (
    r"[\W_]*(?:(?:well|so|and|yes|but|hopefully|overall|note that|i (?:think|believe|hope|expect|guess"
    r"|feel)(?: that)?|(?:on|in|after|looking|thinking|considering|come)\b[^,.;\d]{0,30}?),? ){0,3}"
)
_THIS = rf"(?:{_CALLED}|the above|this|that|these|those|such)"
_ELSE = r"(?! (?:way|step|time|turn|round|said|being said)\b)"
_SUBJECT = re.compile(rf"{_LEAD}(?:{_THIS}|it|they)\b{_ELSE}(.*)", re.IGNORECASE)
_NUMBER_SUBJECT = re.compile(
    r"[\W_]*(?:(?:so|but|and|the|number|value|figure)[,:]? )*\"?(\d{1,9})\"?( (?:is|was)\b.*)", re.IGNORECASE
)
"""The number itself: "3 is the deficit"."""

_FROM_STATE = re.compile(
    r" (?:is|are) (?:just |only |simply )?(?:the|my|our|their|its) (?:(?!exact|precise)\w+ )?(?:difference|deficit"
    r"|gap|shortfall|distance)s?\b",
    re.IGNORECASE,
)
"""Phrases that call the number a figure of the state; "exactly the shortfall" says that it was chosen as such."""

_LATER_SUBJECT = re.compile(rf"(?:{_LEAD}{_THIS}|\D*, (?:but|yet|so) (?:this|that))\b{_ELSE}(.*)", re.IGNORECASE)
"""The subject of a later sentence. There "it" does not count: it means what the sentence before is about."""

_ADVERBS = r"(?:(?:also|still|now|only|merely|just|simply|all|to be|actually|really|then|quite|very|pretty|\w+ly) )*+"
_HELPS = (
    "help|fluctuate|deviate|bring|keep|restore|close|maintain|leave|avoid|balance|return|let|ensure|allow|hold|improve"
    "|stay|change|vary|stabili|lead to (?:better|good|high|stead)"
)
_OPEN = re.compile(
    r" (?:\w+ )??(?:(?:should|would|will|must) (?:\w+ )??)?(?:(?:is|are|be|seem|look|feel|sound|appear|equal"
    rf"|reflect|denote|represent|describe|count)s?|(?:stand|refer|come)s? (?:for|to|from|at))\b {_ADVERBS}(?:(?:the"
    r"|my|our|its|this|these|both|an?|bit|little) )*+"
    # What explains:
    r"(?!(?:all)?\W*$|\d|why|how (?!many|much|far)|because|due|since|so\b|to\b|with|in line|within|under|below|above"
    r"|at\b|close|near|around|about|roughly|based|what (?:the|it|each|(?:we|i) \w+(?<!ed)|is (?:needed|required"
    r"|missing))\b|it\b|not\b|like|neither|target minus|the exact"
    # What the number is like:
    rf"|one (?:more|less) than\b|(?!better (?:left|not)){QUALITIES}|low risk"
    r"|less \w+(?<!than)\b|more \w+(?<!than)\b|(?:more|less|\w+er) than (?!enough|allowed|\w+ed\b|necessary|i\b|is"
    r"|the (?:limit|stock|field|max))|meant|chosen|calculated|computed|picked|selected|needed|required|intended"
    r"|determined|derived|decided|expected|designed|aimed"
    # What it is:
    r"|(?:(?!for|of|from|in|that|by|next|last|previous|first|old|other|another|total|someone|how|what|many|are|is"
    rf"|step|level)[\w-]+ ){{0,3}}(?:{CHOICES}|difference|gap|deficit|shortfall|distance|step(?= to| in)|response"
    r"|balance|rate|way|number(?! of)|need)s?\b)",
    re.IGNORECASE,
)
"""Phrases that say what the number is, or is like, without a word for amounts, choices or their worth."""

_HARMLESS = re.compile(
    r"\b(?:(?:avoid|prevent|reduc|minimi[sz]|limit|lower|protect|guard)\w*|without|instead of|rather than|against"
    rf"|risk of|margin (?:of|for)|neither)(?: \w+){{0,4}}? {BAD}(?: {BAD})*(?: (?:n?or|and) {BAD}(?: {BAD})*)?"
    r"|\b(?:no|not|nor|never|cannot|low|little|less)(?: (?:be|an?|the|any|so|as|even|to|lead to|cause"
    rf"|\w+ly))* {BAD}|\bnot (?:only|just) (?!an?\b|the\b|my\b)"
    r"|\bnot (?:rely|depend|account|consider|include|counting|including|considering)\b"
    r"|\bno (?:more|less|fewer) than\b|\b(?:was|were) (?:\w+ly )?(?:chosen|calculated|computed|picked|selected"
    r"|needed|required|(?:intended|meant)(?! for)|determined|derived|decided|based(?! on nothing))\b|\b(?:less|more"
    rf"|lower|higher|better) than (?:before|last|\d)|\b(?:may|might|could) {_ADVERBS}(?:{_HELPS})"
    rf"|\bsame [^.,;]{{0,40}}?\b(?:took|ate|consumed|did|was|were|had)\b",
    re.IGNORECASE,
)
"""Phrases that sound like doubt but are not: "does not exceed", "avoids overshooting", "was chosen because"."""

_REASON = re.compile(r"\b(?:because|since|as|given that)\b(?! (?:it|this|that)\b)", re.IGNORECASE)
"""Words that begin a reason; in a reason, the state may be called too low."""

_RELATIVE = re.compile(
    r", (?:which|where|who|although|though|even though|whereas|assuming)\b.*|,? (?:given that|since|because"
    r"|as) it (?:was|is) (?:only |at |still )?\d+"
)
"""Clauses that go on about something else that the sentence names."""

_UNMEANT = words(
    r"wrong\w*|mis(?!s)\w+|err\w*|typos?|jok\w+|kidding|drafts?|placeholders?|examples?|formats?|samples?|templates?",
    r"hypothe\w+|illustrat\w+|demo\w*|dummy|fake\w*|mock\w*|pretend\w*|fiction\w*|imagin\w+|tests?|testing|bogus",
    r"ignor\w+|disregard\w*|void\w*|cancel\w*|undo\w*|undone|retract\w*|revo[ck]\w+|revis\w+|reconsider\w*|rethink\w*",
    r"replaced|replacement|scrap\w*|struck|discard\w*|withdr\w+|reject\w*|corrected|amend\w*|outdated|obsolete",
    r"random(?! (?:noise|factor|change|fluct|drift|dev|var)\w*)|(?:in|il|im)(?:valid|correct|accura\w+|legal|possible)",
)
"""Signs that the number is not meant, or is taken back."""

_TO_CHANGE = (
    r"(?:ought|needs?|has|have) to (?:come|be|go|get) (?:down|up|more|less|(?!better)\w+er|reduced|raised|increased"
    r"|changed|lowered|corrected)"
)
_DOUBTED = words(
    # It is denied, or of the past.
    r"no|not|never|none|nothing|hardly|barely|cannot|fail\w*|yet",
    r"(?<!that )(?<!which )(?:was|were)|had|did|(?:should|would|could|ought to) have|needs? (?:an? )?\w+ion",
    r"ate|took|came|fell|rose|(?:re)?grew|dropped|copied|told|showed|yesterday\w*|ago",
    # It is in doubt.
    r"may|might|could|perhaps|maybe|possibly|doubt\w*|guess\w*|hunch|unsure|until",
    r"(?:an?|my) (?:(?!good\b|best\b)\w+ )*(?:estimate|thought|idea|try|attempt|suggestion|proposal)",
    # It is called bad.
    rf"(?:{HURTS})\w*|bad\w*|poor\w*|worse|worst|worr\w+|fatal|reckless|silly|stupid|absurd|nonsens\w+|useless",
    r"away|beyond|wip\w+ out|over(?=\W*$| (?:the|my|its) (?!next|long|course|coming|remain))",
    # Another amount is asked for, or it is the number of something else.
    r"too \w+|instead|rather(?! than)|twice|double\w*|half|halve\w*|(?:is|are) (?:only|merely) (?:the|an?|my)",
    rf"{_TO_CHANGE}|out of the question|(?:is|are|seems?|looks?) (?:\w+ly )?(?:un(?:reason|sustain|suit|accept"
    r"|feas)\w+|unwise|unsafe)",
    r"belongs?|(?:says|stands|from)\b.* above",
)
"""Signs that a sentence takes the number back, doubts it, or says what else it is."""

_ACTED_ON = re.compile(
    r"\b(?!(?:overd\w+|\w+ly|but|and|or|as|like|if|that|when|most|some|both|much|of)\b)(?P<verb>[\w']+) (?:(?:of|on"
    rf"|about|with|to|by|at|in|from|but) )?(?P<what>this|that|it|these|those|them|so|the above|{_CALLED})(?=\W*$"
    r"|[.!?,;:]| (?:as|by|to|down|up|out|off|aside|away|wrong|about|for|from|void|again|anymore|any|after|would"
    r"|should|because|since|back|more|less)\b)",
    re.IGNORECASE,
)
_SETTLES = re.compile(
    r"(?:cho(?:o?se|sen|osing)|pick\w*|select\w*|keep\w*|repeat\w*|support\w*|justif\w+|explain\w*|balanc\w+"
    r"|maintain\w*|stabili\w+|restor\w+|compensat\w+|offset\w*|bring\w*|want|around|absorb\w*|cover\w*|handle\w*"
    r"|with|by|make|move|met|bear|needs?|do|doing|continu\w*|stick\w*|for|and|after|let|hence|hope|be|is|are|because|so)",
    re.IGNORECASE,
)
_STATEFUL = words(
    r"levels?|metrics?|stock|state|noise|factors?|population|field|balance|target|totals?|difference|gap|imbalance"
    r"|deficit|potatoes|objectives?|(?-i:[A-H])"
)
"""Nouns that "it" may stand for, when they come before it."""

_THIRD_PERSON = re.compile(r"(?!as$|is$|was$|this$|unless$)\w{2,}[^s\W]s", re.IGNORECASE)
_MORE_WOULD = re.compile(r"\b(?:more|less) than (?:this|that|it) (?:would|could|might|may)\b", re.IGNORECASE)
_SUPPOSED = re.compile(r"\W*\w+ing (?:all )?(\d{1,9})\b[^.,;]* (?:would|could|might)\b", re.IGNORECASE)
"""Sentences about what another amount would do: "taking 9 would leave none, so I don't do that"."""
_ADJUSTS = words(r"reduce|lower|decrease|increase|raise")
_OF_THE_PAST = words(r"last|previous\w*|since|because|fell|dropped|ate|consumed|harvested|took")
"""Words about the past that lead to the present amount: "I ate 5 last time, so I reduce the amount"."""

_DENIES = words(r"not|\w+n't|cannot|never|no longer|nobody|refuse\w*|hardly|reject\w*|pretend")

_DOES = rf"(?:{ACTS}|catch|feed|us|add|allocat|pump|dispens|chang|do)(?:e|ing|ption|ed)?\b"
NOTHING = re.compile(
    r"(?:do|does)(?:n't| not) (?:need|require) (?:any(?:thing)?\b(?! (?:more|other|large|big))|to (?:eat|consume"
    r"|harvest|take)\b"
    r"(?! more)|more\b(?! than))|\b(?:leave (?-i:[A-H]) (?:out|alone)|no reason to (?:eat|consume|harvest|feed)"
    r"|too \w+ to (?:eat|consume|harvest)|should(?:n't| not) get any(?:thing)?|(?:should|rather|better) fast"
    r"|(?:drop|skip|ignore) (?-i:[A-H]))\b|(?-i:\b[A-H]) (?:can"
    r"|should) (?:wait|fast|rest)\b"
    r"|no (?:(?:further|additional|extra|new|real) )?(?:consumption|food|eating|harvest\w*|intake|action"
    r"|potato(?:es)?|units?|feeding|gathering|catch|change|adjustment|resources?)\b|nothing (?:is |needs |to "
    r"|should |must )?(?:needed|required|necessary|to be|be|eat\w*|consum\w+|harvest\w*|do|this|now|at all)\b|(?:eat"
    r"|consume|harvest|take|do|need|choose|want)(?:ing|s)? nothing\b|\bnothing\W*$|(?:no|not any"
    r"|without) need\b(?! for an? (?:large|big|drastic|strong|major|sudden|quick)\w*\b)(?! (?:for"
    r"|to \w+(?: any(?:thing)?)?) more| to (?:change|alter|worry|panic|rush|hurry))|(?:not|n't|never|hardly"
    r"|no longer) (?:\w+ )?(?:needed|necessary|required|called for|warranted|justified)\b|\bun(?:necessary|needed)\b"
    r"|(?<!not )\bneedless\b|\bskip(?:ping)?\b|\bdecided against (?!it|this|that)\b|\b(?:i|i'll|i will) fast\b"
    r"|\bfasting (?:is|makes|seems|would be \w+er)\b|\babstain\w*|\brefrain\w*|\bhold(?:ing)? off\b|(?:not|n't|never"
    r"|cannot) (?:\w+ )?" + _DOES + r"(?! (?:\w+ )?(?:more|beyond|too|exce\w+|much|better|about|without))|\bi(?:'ll"
    r"| will|'d better|'d rather| should| shall)? (?:\w+ )?wait\b(?! (?:(?:and|to) (?:see|watch)|for the next"
    r"|until the next)\b)|\bneeds? (?:none|zero)\b|\b(?:do|does|should|will|to|i) (?:eat|consume|harvest"
    r"|take) (?:none|zero)\b|\bzero (?:is|consumption|units?|food|potatoes)\b|\b(?:it|this|that|answer|amount|intake"
    r"|action|choice|number|dose|best|right|should|must|will|would)(?: \w+)? (?:is|be) (?:zero|none)\b",
    re.IGNORECASE,
)
"""Phrases that say that nothing is to be done."""

_UNDOES = re.compile(
    r"\bi meant\b|\bi (?:ate|took|consumed|harvested) (?:them|it|these|this|that)\b|^[\W_]*(?:(?:please|just|only|i am"
    r"|i'm) )*(?:add|deduct|subtract|minus|plus|half|twice|double|one (?:less|more)(?! \w+ would)|no need for so"
    r"|joking|kidding|testing|end of|so (?:says|goes)|anything but|such (?:is|was|were)|not (?:that|this)"
    r"|neither of)\b|\bmy (?:arithmetic|maths?|sums?|calculations?|reckoning) |\bnot convinced\b"
    r"|\b(?:thinking (?:aloud|out loud)|twice as (?:much|many)|hold (?:that|this) thought|something else"
    r"|mixed (?:\w+ )?up|(?:mak|tak)e (?:that"
    r"|it) \w+ (?:more|less))\b|\b(?:is|are|am|was|were|got|should be)\b[^.,;]{0,20} (?:wrong|swapped|switched"
    r"|reversed|mistaken|incorrect)\b|\b(?:prefer|rather) (?:\w+ )?(?:less|more|fewer)\b|\b(?:less|more|fewer"
    r"|smaller|larger|lower|higher)(?: \w+)? (?:is|are|would be|seems?) (?:\w+ )?(?:better|wiser|safer|best"
    r"|preferable)\b|\bi (?:\w+ ){0,3}?(?:messed|slipped|erred|mis\w+ed|misread)\b|\bstart (?:over|again|afresh)\b"
    r"|\bthe wrong (?:order|sequence|way|number|one|figure|value|place)s?\b|\bon reflection\W*$"
    rf"|\b(?:correct|right|true|proper|real) {_NOUN} (?:is|are|(?:would|should|must) be) (?:different|an?other|not"
    rf"|\w+er|more|less)\b|\b(?:it|they) {_TO_CHANGE}\b",
    re.IGNORECASE,
)
_POINTS_ON = words(
    r"what (?:follows|comes next)|the following (?:is|are|was)|(?:is|was|were) (?:this|the following)(?=\W*$)",
    r"below (?:is|are|comes)|here (?:is|are|comes?) (?:what|how|where)",
    rf"(?:next|following) {_NOUN}|{_NOUN} (?:below|that follows)",
)
_CHOSEN = words(r"my|i(?: will|'ll)? do|action|decision|choice|decided|choose|consum\w+|harvest\w*|eat|take")
_NO_ANSWER = words(
    r"(?:no|not|n't|without|cannot|un(?:sure|decided))(?: \w+){0,3} (?:answer|decided?|settled|chosen|(?:sure"
    r"|certain) what)",
    r"still (?:thinking|deciding|unsure|undecided)",
)
_ORDINAL = re.compile(r"^\W*\d{1,2}[.)]\s+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_WORD = re.compile(r"[^\W_]")


def points_on(before: Sequence[str]) -> bool:
    """Tell whether the line above a number says that there is no answer yet, or that the number is something else."""
    above = next((line for line in reversed(before) if line.strip()), "")
    return any(map(_sets_aside, _sentences(above)))


def spoken_of(after: Sequence[str], action: Action, status: frozenset[int]) -> bool:
    """Tell whether a sentence is about the number and does not clearly leave it the answer."""
    known = {*action, sum(action), *status}
    return any(
        _takes_away(sentence, action, known, prior=prior)
        for line in after
        for prior, sentence in pairwise(["", *_sentences(line)])
    )


def _sentences(line: str) -> list[str]:
    if _FENCE.match(line):
        return []
    return [sentence[:200] for sentence in SENTENCES.split(_ORDINAL.sub("", line, count=1)) if _WORD.search(sentence)]


def _sets_aside(sentence: str) -> bool:
    pointing = _POINTS_ON.search(sentence) and (STATE.search(sentence) or not _CHOSEN.search(sentence))
    return bool(pointing or _NO_ANSWER.search(sentence))


def _spoken_subject(sentence: str, prior: str) -> re.Match[str] | None:
    found = None if prior else _SUBJECT.match(sentence)
    # After a sentence about the past, "that" means something of the past.
    return found or (None if _OF_THE_PAST.search(prior) else _LATER_SUBJECT.match(sentence))


def _itself(sentence: str, action: Action) -> re.Match[str] | None:
    found = _NUMBER_SUBJECT.match(sentence)
    return found if found and int(found[1]) in action else None


def _takes_away(sentence: str, action: Action, known: set[int], *, prior: str) -> bool:
    """Tell whether a sentence may change the number, or offers another number that does not describe the state."""
    asks = sentence.rstrip().endswith("?")
    if found := _spoken_subject(sentence, prior) or _itself(sentence, action):
        said = found.group(found.lastindex or 0).replace("’", "'").replace("n't", " not").replace("'s", " is")
        named = re.search(rf"\b{_NOUN}", sentence[: found.start(found.lastindex or 0)], re.IGNORECASE)
        doubtful = _HARMLESS.sub(" ", said)
        reason_apart = _REASON.split(_RELATIVE.sub("", doubtful), maxsplit=1)[0]
        taken = bool(
            _OPEN.match(said)
            or (_FROM_STATE.match(said) and not named)
            or _UNMEANT.search(doubtful)
            or _DOUBTED.search(reason_apart)
        )
    else:
        acted = _ACTED_ON.search(sentence)
        lead = sentence[: acted.start("verb")] if acted else ""
        other = acted and acted["what"].casefold() in ("it", "them")
        by_another = acted and _THIRD_PERSON.fullmatch(acted["verb"]) and acted.end("verb") + 1 == acted.start("what")
        of_state = other and (_STATEFUL.search(lead) or by_another)
        of_state = of_state or _MORE_WOULD.search(sentence)
        adjusts = acted and _ADJUSTS.fullmatch(acted["verb"]) and _OF_THE_PAST.search(lead)
        above = _SUPPOSED.match(sentence)
        settled = (
            of_state
            or (above and int(above[1]) not in action)
            or (acted and (_SETTLES.fullmatch(acted["verb"]) or adjusts) and not _DENIES.search(lead))
        )
        taken = bool(_UNDOES.search(sentence) or (acted and not settled))
    return offered(sentence, known) or (taken and not asks)
