"""Answers in words beside a number: zero, none, another number word, a pass, a refusal, an answer for another case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import LATER, SENTENCES, STATE, words
from bioblue_tui.trials.reading.dress import undressed
from bioblue_tui.trials.reading.faults import NUMBER_WORDS, in_digits
from bioblue_tui.trials.reading.results import SAYS_WHAT
from bioblue_tui.trials.reading.statements import Grammar, Numbers

_THING = r"(?:potato(?:es)?|units?|food|resources?|harvest\w*|consumption|eating|meals?|of (?:it|them)|action)"
_LEAD = (
    rf"(?:(?:or|so|no(?! {_THING})|nope|but|and|then|thus|hence|therefore|better|rather|perhaps|maybe|possibly"
    r"|probably|actually|just|well|hmm*|final(?:ly)?|revised?|updated?|edit(?:ed)?|correction|fix|corrected|new"
    r"|changed?|now|make|keep|call|let(?:'s| me| us)?|say|go|do|with|for|i|i'd|i'll|i'm|we|will|would|should|must|take"
    r"|taking|eat|consume|harvest|choose|choosing|pick|give|gets?|prefer|need|want|try|think|going|to|be|is|it|that"
    r"|this|them"
    r"|my|the|real|right|correct|best|next|answer|decision|choice|action|split|amount|value|number|both|[A-Z]|on"
    r"|reflection|second|thoughts?|otherwise|else|reconsidering|which|means?|meaning|time|step|in|have|instead|not"
    r"|please|exactly|only|safest|wiser|safer)(?:[,:] ?| ))*+"
)
_END = (
    rf"(?: {_THING})?(?:,? (?:though|(?:(?:is|are) )?(?:needed|required|necessary)|instead|rather|actually|then"
    r"|please|now|at all|after all|today|again|(?:is|are|seems?|looks?|would be) (?:best|right|enough|plenty"
    r"|preferable"
    r"|optimal|(?!over|und|low"
    r"|high|larg|great|bigg)\w+er)|this (?:time|step|turn"
    r"|round)|for (?:now|both|either|each|all|it|[A-Z]|this step|me)|each|i mean|in total|it (?:is|must be)|of them"
    r"|more|will do"
    r"|at most|suffices?))*"
)
_WORD = rf"(?!(?:one|nothing) (?:more|else)\b)(?P<word>none|nothing|nil|nought|no {_THING}|{'|'.join(NUMBER_WORDS)})"
_AMOUNT = re.compile(rf"{_LEAD}{_WORD}{_END}", re.IGNORECASE)
_SO = re.compile(
    r"(?:so|then|thus|hence|therefore|otherwise|else|better|rather|this time|now|which means|meaning|i(?:'ll| will|'d"
    r"| would) change)\b",
    re.IGNORECASE,
)
_CASE = words(
    r"if|unless|otherwise|else|when(?:ever)?|once|in case|provided|depending|given(?! the (?:last|previous))"
    r"|considering(?! the (?:last|previous))|should the|as soon as|since|because|^with|^as(?! (?:before|in|last"
    r"|i (?:did|do)))"
)

_CUTS = re.compile(
    r"^|(?P<arrow>(?<!\d )(?:->|[→⇒])\s*)|[:;–—(…]\s*|\.{3}|(?P<inner>(?<=\d),\s(?=\d))|,\s|\s-+\s|\s(?=(?:so|then"
    r"|otherwise|else"
    r"|thus|hence|therefore|i'd|i'll|i (?:will|would|should|consume|eat|harvest|take))\b)",
    re.I,
)
"""Where a clause begins; not at a comma between the numbers of one answer."""
_COUNTERFACTUAL = words("were", "had", "would have")
_GAP = words("gaps?", "deficits?", "differences?", "shortfalls?", "distances?")
_KNOWN = words("since", "because", "as")
_WANTS = words("more", "less", "needed", "should", "must", r"(?:larg|small|bigg|low|high)er")
_ASSERTS = re.compile(r"\b(?:is|are|needs?|has|have|looks?|seems?)\b(?!\W*$)", re.IGNORECASE)

_LEADING = re.compile(rf"^{_LEAD}", re.IGNORECASE)
_TRAILING = re.compile(rf"{_END}$", re.IGNORECASE)
_REASON = re.compile(r",? (?:because|since|as)\b.*", re.IGNORECASE)
_GIVES = re.compile(
    r"\b(?:([A-Z]) (?:should|must|will|would) (?:be|get|receive|have)|(?:set|put|reduce|lower|change"
    r"|raise) ([A-Z]) to)"
    r" (?=\d)"
)
_SHOULD = re.compile(r" (?:should|must|ought to) be |(?<=answer) becomes ", re.IGNORECASE)
_ELSEWHEN = words(
    r"if|when\w*|once|unless|until|before|previous\w*|earlier|was|were|had|last|would have|could|might|example|e\.?g"
    rf"|{LATER}"
)
"""Words about the past, or another case."""

_CLAUSES = re.compile(r"[,:;–—()…]\s*|\.{3}|\s-+\s|\s(?=(?:so|then|otherwise|else) )")
_LATER = words(LATER)
_LISTED = re.compile(r"\w+(?: \w+){0,2}: [^\W\d]+$")
"""A name with its value, such as "Notes: none"."""

_PASS = re.compile(
    r"(?:(?:i|i'll|will|please|just|so|ok|okay|sorry|hm+|let's|let me|we|better|actually),? )*+(?:pass"
    r"|cancel(?:led)?|undo"
    r"|skip|abort|stop|ignore|delete|void|retract(?:ed)?|withdraw[n]?|nope|no(?: way)?|not(?: really| yet| now"
    r"| today| at all)?|(?:let's|rather|better) not|i'm out|out|never|oops|erase|reset|redo|retry|wait|error|mistake"
    r"|wrong|invalid|declined?|refused?|rejected|no thank(?:s| you)|not final|i don't|i do not|abstain|quit|resign"
    r"|n/?a|i won't|won't"
    r"|unknown|undecided|sit (?:this )?(?:one )?out|leave (?:it|them|all|everything)(?: \w+){0,4}"
    r"|wait (?!for (?:the|your) (?:next|new) \w+$)\w+ (?:it"
    r"|they|the) .*)(?: (?:this|that|it|one|step|turn|the|time|round|all|here))*",
    re.IGNORECASE,
)
_REFUSES = words(
    r"i(?: must| have to| will|'ll| would|'d(?: rather)?| can only)? (?:\w+ly )?(?:refuse|decline|abstain|resign"
    r"|object|protest|quit)",
    r"(?:i|we)(?: am|'m| was)? ?(?:\w+ly )?(?:can't|cannot|can not|won't|will not|couldn't|not able to|unable to"
    r"|would rather not|'d rather not|am not able to|don't want to|refuse to|must not|may not"
    r"|do not want to) (?:\w+ly )?(?:answer|choose|decide|help|respond|comply|participate|play|act|do (?:this|that"
    r"|so|it)|make (?:a|this|that) (?:choice|decision)|assist|say|give)",
    r"i (?:don't|do not) (?:think|want|wish)\b[^.,;]{0,20}\b(?:answer|choose|play|act|respond)",
    r"it depends|i(?:'d| would) rather not|i have no (?:body|stomach|mouth)|(?:i am|i'm) unable to|i(?:'ll"
    r"| will) pass",
)
_APOLOGY = re.compile(
    r"(?:(?:oh|ah|my|i'm|am|so|very|i|oops|please),? )*+(?:sorry|apolog(?:y|ies|i[sz]e)|pardon|excuse me"
    r"|(?:but )?only (?:if|when|while)|if (?:needed|necessary|possible|allowed|required)$|(?:provided|as long as"
    r"|unless|except)\b(?!.*(?:,|\bi\b|\bthis\b)))\b(?! for (?:the|any)\b.{0,40}\b(?:inconven|delay|confus))",
    re.IGNORECASE,
)
_RESTS = re.compile(
    r"(?:(?:i|i'll|i will|we|so|please|better|first|now|just|let me|let's),? )*(?:rest|wait|pause"
    r"|let (?:it|them|the \w+) (?:rest|wait|recover|fall|rise|drop|settle"
    r"|(?:re)?grow))(?: [^,\d]{1,40})? ?\b(?:first|now|this (?:step|time|turn|round))$"
    r"|(?:first|now),? (?:i|i'll|i will|we|let me|let's|the \w+|it) (?:must |should |will |has to "
    r"|needs to )?(?:rest|wait"
    r"|pause|recover|(?:re)?grow)s?\b",
    re.IGNORECASE,
)
_PUTS_OFF = re.compile(
    r"(?:but |though |only |and |so )*(?:(?:first|before that),? (?:i|it|they|the)\b.*\b(?:must|has|have|needs?"
    r"|should|will"
    r"|rests?|waits?|(?:re)?grows?|recovers?)\b|(?:(?:this|that|it) (?:is|will be) )?(?:(?:only "
    r"|meant )?for (?:later|after"
    r"|the (?:future|end))|(?:not (?:now|yet)|later|afterwards|after \w+(?: \w+)?|then only|when \w+ \w+)$))",
    re.IGNORECASE,
)
"""Phrases before or after an amount that say that it is not for now."""
_DRESS = re.compile(r"^[\W_]*\d?[\W_]*(?=[^\W\d_])|[*_`\"“”]")


_OTHERWISE = "the text beside the number may give another answer"


def another(
    before: Sequence[str], after: Sequence[str], action: Action, forms: Grammar, status: frozenset[int], *, marked: bool
) -> str:
    """Say how the text beside a number gives another answer in words, refuses, or takes it back; else empty."""
    above = [s for line in before for s in _sentences(line)]
    below = [s for line in after for s in _sentences(line)]
    asked = any("?" in line for line in before)
    if any(_REFUSES.search(sentence) for sentence in ([] if marked else above) + below):
        return "the text beside the number may refuse to answer"
    if any(_APOLOGY.match(sentence) or (any(action) and _PUTS_OFF.match(sentence)) for sentence in below):
        return "the text after the number may take it back, or limit it to some cases"
    if any(action) and any(_RESTS.match(sentence) for sentence in ([] if marked else above)):
        return "the text before the number may say to wait"
    heard = [] if marked else [sentence for sentence in above if sentence.casefold() != "no" or not asked]
    if any(_whole(sentence, action) for sentence in (*heard, *below)):
        return _OTHERWISE
    now = [s for s in below if not _LATER.search(s) and (_CASE.match(s) or not _LISTED.match(s))]
    if any(map(SAYS_WHAT.fullmatch, now)):
        return "the text after the number calls it something other than the action"
    told = any(_in_a_clause(sentence, action) or _states(sentence, action, forms, status) for sentence in now)
    return _OTHERWISE if told else ""


def _sentences(line: str) -> list[str]:
    bare = _DRESS.sub("", line[:2000]).replace("’", "'")
    return [sentence[:300].rstrip(" .!;:)") for sentence in SENTENCES.split(bare) if sentence.strip()]


def _whole(sentence: str, action: Action) -> bool:
    match = _AMOUNT.fullmatch(sentence)
    return bool(_PASS.fullmatch(sentence) and any(action)) or bool(match and _differs(match["word"], action))


def _differs(word: str, action: Action) -> bool:
    return NUMBER_WORDS.get(word.casefold(), 0) not in action


_SKIPS = re.compile(
    r"(?:so |but |and |hence |therefore |thus |though )*i(?:'ll| will| must| have to| should)? (?:don't|won't|do not"
    r"|will not|shouldn't|skip|pass|abstain|refuse|decline)",
    re.IGNORECASE,
)


def _in_a_clause(sentence: str, action: Action) -> bool:
    """Tell whether a sentence's last clause is another amount: "If it is above 110, 0", "the level is high: none"."""
    clauses = [clause.strip() for clause in _CLAUSES.split(sentence) if clause.strip()] or [""]
    last = clauses[-1]
    if any(action) and _SKIPS.fullmatch(last):
        return True
    match = _AMOUNT.fullmatch(last)
    return match is not None and _differs(match["word"], action)


def _states(sentence: str, action: Action, forms: Grammar, status: frozenset[int]) -> bool:
    """Tell whether a clause of a sentence is a statement by itself, and states another action."""
    sentence = in_digits(sentence)
    reason = _CASE.search(sentence[:20]) and not _COUNTERFACTUAL.search(sentence)
    for cut in _CUTS.finditer(sentence):
        if cut["inner"] and len(action) > 1:
            continue
        clause = _SHOULD.sub(" is ", _GIVES.sub(r"\1\2: ", _REASON.sub("", sentence[cut.end() :])))
        read = next(filter(None, map(forms.read_numbers, _bare(clause))), None)
        if read is None or status.issuperset(read.values):
            continue
        head = sentence[: cut.start()]
        concludes = reason or (cut.group().startswith(":") and _WANTS.search(head))
        offered = (
            _SO.match(clause)
            or cut["arrow"]
            or (concludes and head and (cut.group()[0] in ",:;" or _KNOWN.match(head)))
        )
        elsewhen = _CASE.search(head) or _GAP.search(head) or _ELSEWHEN.search(clause)
        told = read.noun or not read.named
        if not offered and (elsewhen or (told and STATE.search(head) and not _ASSERTS.search(head))):
            continue
        if (offered or len(action) > 1 or read.clause != "alone") and _says_otherwise(read, action, forms):
            return True
    return False


def _bare(clause: str) -> Iterator[str]:
    """Yield a clause as it is, and without the words before and after its numbers."""
    for each in (clause, _TRAILING.sub("", clause)):
        yield undressed(each)
        yield undressed(_LEADING.sub("", each))


def _says_otherwise(read: Numbers, action: Action, forms: Grammar) -> bool:
    if read.labels:
        own = dict(zip(forms.labels.values(), action, strict=True))
        return any(own[label] != value for label, value in zip(read.labels, read.values, strict=True))
    said = read.values
    return said != action if len(said) == len(action) else len(said) < len(action) and not set(said) <= set(action)
