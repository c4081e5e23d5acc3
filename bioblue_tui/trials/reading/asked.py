"""What may be said above numbers that nothing names: no question for anything else, and no other quantity.

There is no end of words that make a number something else. So a question above such a number must ask for the present
action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import CHOICES, THINGS, words
from bioblue_tui.trials.reading.grounds import BETTER_WAIT, LEADS, NAMES, QUANTITY, sentences_of

_ACT = (
    "consume|eat|harvest|take|give|allot|allocate|assign|choose|pick|collect|gather|answer|do|use|add|spend|distribute"
)
_OF_NOW = (
    r"(?:[ ,]+(?:now|next|then|here|today|in|for|at|of|to|from|with|this|the|coming|current|present|step|turn|round"
    r"|time|each|both|it|them|all|and|or|field|environment|objectives?|metrics?|given that|(?-i:[A-H])))*"
)
_ASKS = re.compile(
    rf"{LEADS}(?:(?:how (?:many|much)|what(?: (?:amounts?|numbers?|dose|integers?))?|which (?:amounts?|numbers?))"
    rf"(?: (?:{THINGS}|of (?:each|it|them)|more))? (?:do you|(?:do|should|shall|will|would|must) (?:i|we))"
    rf"(?: (?:now|then))? (?:{_ACT}){_OF_NOW}"
    r"|what(?: is|'s| will be| should be| are)? (?:my|the) (?:(?:next|final|best|right|new) )*(?:answer|action"
    r"|decision"
    rf"|choice|move|harvest|consumption|dose|allocation)s?{_OF_NOW}|how (?:many|much)|my answer)",
    re.IGNORECASE,
)
"""A question that certainly asks for the present action."""

_FILLER = re.compile(
    r"(?:hmm*|well|ok|okay|so|right|let me (?:see|think|look|check)|let's see|good question)\b[^.?!]{0,20}",
    re.IGNORECASE,
)
_ENDS_IN = re.compile(
    rf"\b{QUANTITY}(?:,? (?:first|next|now|then|follows?|i think|i guess|so far|left|remaining"
    rf"|again))*$",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:the|my|our) (?:\w+ )?\w+(?<!s)", re.IGNORECASE)
_ACTION = words(rf"(?:{CHOICES})s?|goal|aim|way|number i \w+|potatoes|body|time|best|integers?")
"""Words for the action, or for things that have no amount."""

_TELLS = words(
    # Words about the present or past state.
    r"is|are|was|were|am|has|have|had|would|should|may|might|could|seems?|looks?|stays?|remains?|fell|falls?"
    r"|rose|rises?"
    r"|grew|grows?|needs?|drops?|lacks?|worked|went|moved|\w+'(?:s|re|m)(?<!let's)(?<!what's)(?<!i'm)",
    # Words about the purpose of the action.
    r"(?:reach|return|restor|keep|kept|maintain|stay|aim|avoid|clos|fill|cover|compensat|offset|balanc|match"
    r"|repeat|follow"
    r"|goal|near|within|below|above|toward|back|correct|reduc|minimi|maximi|address|bring|risk|sustain|protect"
    r"|respect|meet"
    r"|optimi|tend|dropp|drift|changed|increas|decreas|declin|recover|want|need|steer|counter|approach|prevent"
    r"|stabili|consum|eat|harvest|tak)\w*(?<!follows)|like to|so|hence|thus",
)
_ANNOUNCED = re.compile(
    rf"{LEADS}(?:(?:let me|let's|let us|i|we|i'll|i will|i'm|i am|to)(?: (?:need to|want to|have to|must"
    rf"|should|can|now"
    r"|will|first|just|try to|going to|quickly|also))*"
    r" )?(?:estimat|comput|calculat|work(?:ing)? out|know|check|not(?:e\b|ing)|compar|recall|find|determin"
    r"|predict|count"
    r"|figur|measur|reckon|guess|remember|look(?:ing)? at|list|repeat(?:ing)? what)(?:e|es|ing|s)? ?"
    rf"(?:out |up |again |first )?(?:(?:the|my|our|both|each|all|its|their|a|an|what|new|next|expected|actual|current"
    rf"|likely|marginal|total|resulting|possible) )*{QUANTITY}\b[^,;]*",
    re.IGNORECASE,
)
"""A sentence that announces that a quantity will be found, without giving it."""

_AVOIDS = words(
    r"(?:away from|avoid\w*|except|other than|never|not|\w+n't)\b.*\b(?:this|that|the (?:following"
    r"|next)) (?:number|amount"
    r"|figure|value|one)s?",
)
_GOOD = (
    r"(?:good|right|best|fine|reasonable|safe|safest|enough|appropriate|sensible|optimal|better|okay?|ideal|moderate"
    r"|balanced|suitable|adequate|wise|prudent|sustainable|my (?:answer|choice|action|decision|pick)|what i (?:choose"
    r"|take|want|eat|harvest|consume))"
)
_CHOSEN = re.compile(
    r"(?:^|\b(?:i(?:'d)? (?:think|believe|guess|feel|say|find)(?: that)?|so|consuming|eating|harvesting|taking"
    r"|choosing)"
    rf" |, )(\d{{1,9}}(?:(?:, | and )\d{{1,9}})*)(?: (?:{THINGS}))? (?:is|are|seems?|looks?|sounds?|feels?"
    rf"|(?:would|should"
    rf"|will|must) be)(?: (?:like|to be|the|a|an|quite|very|about|pretty|probably|just))* {_GOOD}\b",
    re.IGNORECASE,
)
_REPLY = re.compile(r"\W*(\d{1,9}(?:(?:, | and )\d{1,9})*)\W*")
_FIGURE = re.compile(r"\d{1,9}")
_LETTER = re.compile(r"[^\W_]")


def asked(before: Sequence[str], action: Action) -> str:
    """Say why the text above numbers that nothing names may make them something else; empty where it does not."""
    told = [sentence for line in before for sentence in sentences_of(line)]
    chosen = [number for number in _chosen(told) if number]
    if chosen and not any(set(number) <= set(action) for number in chosen):
        first, second = (", ".join(map(str, numbers)) for numbers in (chosen[0], action))
        return f"two answers: {first} and {second}"
    above = [*sentences_of(next((line for line in reversed(before) if _LETTER.search(line)), ""))]
    while len(above) > 1 and not above[-1].endswith("?") and _FILLER.fullmatch(above[-1].rstrip(" .!:")):
        above.pop()
    if not above:
        return ""
    last, plain = above[-1], above[-1].rstrip(" .!?:;)*_")
    if last.endswith("?"):
        return "" if _ASKS.fullmatch(plain) else "the question before the number does not ask for the action"
    if any(action) and BETTER_WAIT.match(plain):
        return "the text before the number may say to wait"
    if not last.endswith(":") and not _FIGURE.search(plain) and _announces(plain):
        return "the text before the number announces a quantity other than the action"
    return "the text before the number may argue against it" if _AVOIDS.search(plain) else ""


def _announces(plain: str) -> bool:
    """Tell whether a sentence without a figure announces a quantity, and neither describes it nor aims at it."""
    if _ANNOUNCED.fullmatch(plain) or NAMES.fullmatch(plain):
        return True
    return bool(_ENDS_IN.search(plain) or (_BARE.fullmatch(plain) and not _ACTION.search(plain))) and not _TELLS.search(
        plain
    )


def _chosen(told: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield the numbers that sentences say are chosen."""
    for at, sentence in enumerate(told):
        found = _CHOSEN.search(sentence)
        if not found and at and told[at - 1].endswith("?") and _ASKS.fullmatch(told[at - 1].rstrip(" ?")):
            found = _REPLY.fullmatch(sentence)
        if found:
            yield tuple(map(int, _FIGURE.findall(found[1])))
