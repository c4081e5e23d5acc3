"""What may be said below numbers: a reason, a description of the state, or a farewell.

There is no end of words that change a number. So where nothing names the numbers, each sentence below them must begin
as an explanation or a closing does; and below any numbers, no sentence may correct, command, limit or set another time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import SENTENCES, words

LEADS = r"(?:(?:so|now|and|then|well|ok|okay|hence|thus|hmm*|also|first|next|the question|question)[,:.]? )*"
QUANTITY = (
    r"(?:levels?|stocks?|totals?|sums?|deficits?|differences?|gaps?|shortfalls?|distances?|deviations?|noise"
    r"|(?:random )?factors?|changes?"
    r"|rewards?|penalt(?:y|ies)|scores?|returns?|regrowth|growth|limit|maximum|minimum|range|target"
    r"|(?:the|remaining) steps|steps (?:left|remaining|so far)|results?(?: of [^,]*)?|missing \w+"
    r"|answer to (?:the|that|this) \w+ question"
    r"|balances?|imbalances?|rest|remainder|estimates?|predictions?|forecasts?|(?:number|amount"
    r"|count) of (?!th(?:is|ese))"
    r"[^.,]{1,30}|(?:last|previous) (?!steps?\b|time\b|turn\b|round\b)\w+|how (?:many|much|far|big|low|high"
    r"|large)\b[^,]*|what (?:i|we|is|was"
    r"|remains)\b[^,]*)"
)
NAMES = re.compile(
    rf"{LEADS}(?:here (?:is|are|comes?) |as for )?(?:(?:the|my|our|a|an|both|each|its|new|next|expected|predicted"
    r"|estimated|actual|current|likely|marginal|total|resulting|last|previous|remaining|final|average|random"
    r"|consumption"
    rf"|harvest)[ ,]+)*{QUANTITY}"
    r"(?: (?:so far|left|remaining|last time))?(?: (?:to|from|of|after|before|between|until|for|in|at|per|since"
    r"|this|that|now)\b"
    r"(?!.*\b(?:is|are|was|were|has|have|had|will|would|should|may|must|can|keeps?|needs?|seems?|looks?|stays?"
    r"|\w+ed)\b)"
    r"[^,;:]*)?",
    re.IGNORECASE,
)
"""A sentence without a verb that only names a quantity."""
BETTER_WAIT = re.compile(
    r"(?:(?:but|so|and|then|however|now|for now|this time),? )*(?:i|we|let me|let's|let us"
    r"|(?:(?:it is|it's|it would be) )?(?:better|best|safer|wiser)(?: to)?)(?:'d|'ll|'m| would"
    r"| will| shall"
    r"| should| must| had| am| have| want| prefer| decide[ds]?| choose| chose| going| rather| better| to| just"
    r"| now| instead"
    r")* (?:wait|rest|pause|skip|pass|fast|hold|abstain|sit out|do nothing)\b(?! (?:for (?:the|your|my|a|any|more) )?"
    r"(?:(?:next|new|following|coming|further|updated) )?(?:observation|update|result|feedback|instruction|input|state"
    r"|reward|prompt|(?<=next )step|(?<=next )turn)s?\b| (?:and|to) (?:see|watch|observe))",
    re.IGNORECASE,
)
"""Phrases that say that nothing is done now; waiting for the next observation does not count, as every agent waits."""

_FIGURE = re.compile(r"\d")
_LETTER = re.compile(r"[^\W_]")
_FRONT = re.compile(r"^[\W_]*(?:\d{1,2}[.)]\s+[\W_]*)?|[*_`\"“”]")
_NEVER = re.compile(
    r"(?:(?:but|however|so|and|oh|ah|well|hm+|note|yet|though|also),? )*(?:"
    r"i(?:'ve| have)? (?:\w+ ){0,2}?(?:made|see|saw|found|spot\w*|notice\w*|discover\w*) (?:(?:an?|the|my"
    r"|some) )?(?:\w+ )?"
    r"(?:mistakes?|errors?|slips?|typos?|blunders?)\b(?! (?:last|in the (?:last|previous)|before|earlier))"
    r"|(?:i'm|i am|i was) (?:(?:probably|clearly|likely|obviously|completely) )?(?:wrong|mistaken|too (?:hasty"
    r"|quick|fast|rash|careless)(?! (?:last|before|earlier|in)))\b"
    r"|(?:error|errata|erratum|correction|typo|mistake|edit|update|revised?|wrong|warning)s?:"
    r"|(?:please |kindly |just )*(?:disregard|ignore|discard|cancel|forget|delete|strike|scrap|void|undo)\b"
    r"|(?:see|look|read|find|check|look at) (?:below|further|the (?:next|real)|next)\b"
    r"|(?:revised|updated|corrected|changed|amended|continued|explained|answered) (?:below|later|to)\b"
    r"|(?:please |kindly |just |rather |better )*(?:make|change|set|turn|raise|lower|increase|reduce|double|halve|drop"
    r"|adjust|correct|replace|multiply|divide|swap|reverse|cut|use) (?:it|this|that|these|those|them"
    r"|the (?:above|number"
    r"|amount|answer|order)|to|more|less|another|by)\b"
    r"|not (?:quite|really|yet|exactly)$|(?:this|that|it|these) needs? (?:to change|more|less)$"
    r"|i(?:'d| would| should| must) go (?:\w+ )?(?:higher|lower|up|down)$"
    r"|(?:i|we) (?:eat|consume|take|harvest|act|decide|choose|answer) later$|later,? (?:i|we) (?:eat|consume"
    r"|take|harvest)\b"
    r"|for the (?:following|step after)\b[^,]*$|\w+ steps? from now|(?:starting|beginning) (?:tomorrow|next"
    r"|from|in|at|later)\b"
    r"|(?:depending|contingent|conditional|subject|provided)\b[^,]*$|(?:as )?(?:an?|the|my) (?:(?:upper"
    r"|lower) )?(?:bound|limit"
    r"|maximum|minimum|ceiling|floor|cap)$|(?:(?:the|my) )?(?:(?:final|real|actual) )?answer (?:is )?(?:below"
    r"|follows|comes|later"
    r"|next)\b"
    r"|.*\binstead$|my (?:real|actual|true|correct|proper|final) \w+ (?:is|are|should|will|would)\b"
    r"|(?:harvest|eat|consume|take|leave|give|add|use|keep|save|spare|pick)\b[^,]{0,20} (?:more|less|fewer)$"
    r"|in (?:the|a|two|three) (?:next|following|coming|later|few|final|last) (?:steps?|turns?|rounds?)$"
    r"|(?:an? (?:bit|little) |much )?(?:more|less|fewer) (?:is|are|would be|seems?) (?:\w+ )?(?:enough|fine"
    r"|sufficient|plenty)$"
    r"|(?:i|we)(?:'ll|'d| will| would| should| must| now| want to| rather| better| need to| have to)* (?:take"
    r"|eat|consume"
    r"|harvest|want|need|choose|prefer|go for|give|use) (?:(?:a (?:bit|little)|much|slightly|even|some|one"
    r"|two) )?(?:more"
    r"|less|fewer|everything|all|none|nothing)(?: (?:potatoes|units|now|than (?:this|that)|this (?:step|time)))*$"
    r"|(?:it|this|that|they|these|the (?:number|amount|answer|dose|value)s?) (?:should|must|ought to|needs? to"
    r"|ha(?:s|ve) to"
    r"|would)(?: \w+)? be (?:\w+ )?(?:more|less|higher|lower|larger|smaller|bigger|fewer|different|another)$"
    r"|(?:an? |the |some |much |even |slightly )*(?:higher|lower|more|less|larger|smaller|bigger|another"
    r"|different|fewer|other)"
    r"(?: \w+){0,2} (?:is|are|was|were|would be|seems?|looks?)(?: \w+)? (?:needed|required|better|necessary"
    r"|called for|due"
    r"|wanted|asked for|right)\b"
    r"|(?:i|we) (?:would|could|should) have\b"
    r"|the above (?:number|figure|value|amount)s? (?:is|are|was|were)\b(?! (?:my|what|chosen|meant))"
    r"|(?:this|that|it|these) (?:represent|denote|stand)s? "
    r"|(?:at (?:most|least)|or (?:more|less|fewer|so)|roughly|approximately|about|around|maybe|perhaps|possibly"
    r"|per \w+\b.*"
    r"|(?:every|each) (?:\w+ )?(?:step|turn|round|time|day|week)s?|next (?:time|week|day|month|year|round|turn)"
    r"|later|tomorrow"
    r"|sometimes|usually|on average|in total so far)$"
    r"|(?:give|put|allot|move|shift|assign) (?:it |them |all |everything |\d+ |more |less )"
    r"|i(?:'ve| have)? (?:only )?(?:estimated|guessed|computed|calculated|counted|measured|predicted) (?:the|my"
    r"|this|that) "
    r"(?:noise|level|gap|deficit|rest|reward|change|total|stock|growth)s?$"
    r")",
    re.IGNORECASE,
)
"""Beginnings of sentences that correct, command, limit or set a time, below numbers of any name."""

_CUT_SHORT = re.compile(
    r"(?:not(?! too)|something|anything|some|another|any|for(?! (?:this|the next|now|safety|balance))|over|once"
    r"|per|half|most"
    r"|next(?! step)|last|until(?! now)|less is|more is|(?:an? |the )?(?:different|other|another) \w+ (?:fits?"
    r"|suits?|works?|does)\b)"
    r"(?: \w+){0,3}",
    re.IGNORECASE,
)
_FINITE = words(
    r"is|are|was|were|am|has|have|had|will|would|should|may|might|must|can|could|needs?|keeps?|leaves?|brings?"
    r"|seems?|went"
    r"|looks?|stays?|fell|rose|grew|\w+ed|\w+'(?:s|m|re|ll|ve)|i|we|because|since"
)
"""Words that turn a phrase into a sentence."""

_WHEN = re.compile(
    r"(?:only |but |and )*(?:if|when(?:ever)?|once|unless|as soon as|in case|provided|until(?! now)|as long as|while"
    r"|after (?!(?:this|that|which|consum|harvest|eat|tak|the (?:last|previous)))\w+)\b",
    re.IGNORECASE,
)
_MAIN = re.compile(
    r", | i |\b(?:would|will|may|might|could|can|should|is better|risks?|leaves?|means)\b", re.IGNORECASE
)
_BUT = re.compile(r"(?:however|but|yet|though|still|nevertheless|nonetheless),? ", re.IGNORECASE)
_PROVISO = words(
    "if|when|may|might|could|can|next|later|future|noise|random|safe\\w*|fine|enough|reason\\w*|remain\\w*|stay\\w*|watch"
    "|monitor|careful\\w*|within|close|near|far|no|not"
)
_OPENERS = re.compile(
    # Grounds and purposes.
    r"(?:(?:so far|so|and|also|hence|thus|therefore|then|overall|afterwards|again|in short|to be (?:clear|safe"
    r"|sure|honest|careful)"
    r"|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally"
    r"|additionally|moreover|furthermore|in this way|currently|now|here|similarly|meanwhile|otherwise|likewise"
    r"|instead of"
    r"|besides|indeed|hopefully|ideally|previously|actually|probably|apparently|perhaps|maybe|consequently|accordingly"
    r"|generally|historically|in (?:general|particular|fact|total|summary|conclusion|other words|addition)|for example"
    r"|simply put|after all|of course|specifically|ultimately|as a result|p\.?s\.?|right now|eventually)[,:]? )*+"
    r"(?:because|since|as|given|to (?!be\b)\w+|so (?:far|i|the|it|both)|or so i|quite|past|note that"
    r"|let (?:them|it)|with|without|for|by|based|due|so that|in|on|within|under|among|at (?!most|least)"
    r"|considering|although|though|even|despite|while|whereas|rather than|instead of|not|compared|according"
    r"|from|over|during"
    r"|after|before|like|why|via|per unit|until|through\w*|regarding|unlike|next|last|once|if|when\w*|unless"
    r"|had|should|were"
    # Subjects of the sentence.
    r"|this|that|these|those|it|they|there|here|what|which|who|the|my|our|its|his|your|their|one|two|both|each"
    r"|all|neither"
    r"|either|none|no|any|some|another|such|a|an|nothing|something|anything|everything|more|less|fewer|many"
    r"|much|most|few"
    r"|half|only|just|enough|exactly|(?-i:[A-H](?:['’]s)?)|(?-i:[A-Z])|\d+|\w+ing|it['’]s|that['’]s|there['’]s"
    # Words that describe the state, or judge.
    r"|(?:actual|current|new|expected|random|previous|small\w*|large\w*|high\w*|low\w*|steady|stable|moderate|safe\w*"
    r"|modest|cautious|conservative|balanced|equal|even|marginal|total|final|slight\w*|minor|minimal|long|short"
    r"|good|better"
    r"|best|close|past|recent|future|remaining|potential|diminishing|negative|positive|zero|optimal|reasonable"
    r"|predicted"
    r"|projected|estimated|resulting|planned|kept|chosen|meant|intended|calculated|sustainable|target"
    r"|consumption|harvest"
    r"|level|stock|field|noise|growth|regrowth|oversatiation|undersatiation|instability|imbalance|deficit|gap"
    r"|difference"
    r"|reward|penalt(?:y|ie)|objective|metric|resource|potato|unit|step|deviation|hysteresis|homeostasis|balance"
    r"|population|risk|stability|variation|change|return|drift|fluctuation|trend|margin|observation|above|below"
    r"|near|sum"
    r"|limit|order|split|ratio|increase|decrease|overeating|conditions?|things|results?|patience|caution|supply"
    r"|food|body"
    r"|range|data|max\w*|min\w*|avoids?|keeps?(?! it| this| that)|brings?|leaves?(?! it)|restores?|ensures?"
    r"|maintains?|helps?"
    r"|allows?|balances?|prevents?|fills?|covers?|compensates?|matches|closes?)(?:e?s)?"
    # Farewells.
    r"|hm+|plenty|feel free|hunger|until now|every (?:potato|unit|point)|(?:three|four|five|six|seven|eight"
    r"|nine|ten)|(?:eat|consume|take|harvest) \d+ and|let me know|let's (?:see|hope)|nice|\w+(?:ity|ness|ment"
    r"|tion|ance|ence|sis)|reason(?:s|ing)?|rationale|explanation"
    r"|justification|thanks?|thank you|hope|ready|waiting"
    r"|awaiting|looking forward|good luck|ok(?:ay)?|yes|sure|done|cheers"
    r"|let the|let (?-i:[A-H])|is (?:there|this|it))\b"
    r"|(?:reason\w*|rationale|explanations?|justification|why|notes?|calculations?|analysis|thinking|thoughts?|summary"
    r"|observations?|context|goal|aim|strategy|confidence|mood|trend|risk|pros?|cons?|status|step \d+|key \w+"
    r"|objective [A-Z]|(?:[\w']+ ){0,3}\w+)[^:.,]{0,12}:",
    re.IGNORECASE,
)
"""Beginnings of sentences that give a reason, describe the state or say goodbye."""

_SETS_A_CASE = re.compile(
    r"(?:of course,? )?(?:(?:this|that|it|these|those) (?:(?:is|are) )?(?:\w+ )?only(?: \w+)? (?:when|if|once|while|for"
    r"|below|above)\b"
    r"|assuming (?!(?:the|that|no|all|this)\b.* (?:stays?|remains?|keeps?|is|are)\b)|only (?:when|if|once|while)\b"
    r"|(?:this|that|it|these|those) (?:is|are) (?:the|an?) (?:deficit|gap|level|stock|rest|remainder|target|reward)s?$"
    r"|(?:these|those) (?:stay|remain|rest)\b|(?:this|that|it) is what (?:stays?|remains?|rests?)\b"
    r"|(?:i mean|this means|that is) (?:the|what) (?:\w+ )?(?:i leave|remains?|is left|stays?)\b|not$)",
    re.IGNORECASE,
)
"""Sentences that begin as a reason does, but limit the numbers above to a case, or call them what is left."""

_RECKONS = re.compile(r"\||=|->|→")
_I = re.compile(
    r"(?:(?:so far|so|and|also|hence|thus|therefore|then|overall|again|to be (?:clear|safe|sure|honest|careful)"
    r"|here|now|yes|finally|currently|previously|for now|this time"
    r"|this way|that way|next|later|but|in (?:the|this) \w+(?: \w+)?|from (?:here|now) on),? )*+(?:i"
    r"|we)\b(?P<said>.*)",
    re.IGNORECASE,
)
_I_DO = re.compile(
    # "I am …" describes a state and not an action.
    r"(?:'m|'re| am| are| was| were|(?:'ve| have| had) been)\b(?! (?:\w+ )?(?:going|about|supposed|inclined"
    r"|tempted)\b)"
    r"|(?:(?:'m|'ve|'d|'ll| am| was| have| had| will| would| can(?:not|'t)?| could| should| do(?:n't| not)?"
    r"| did(?:n't| not)?"
    r"| won't| might| may| must| also| simply| still| yet| previously| currently| slightly| too| so far| have"
    r"| been| only| just| now| never| (?!apply|rely|reply)\w+ly| then| prefer to| want to| try to| tried to"
    r"| plan to| intend to| need to| aim to| like to| rather)\b)*+"
    r" (?:aim|alternat|appl|choosing|end\b|overate|rest(?:ed)? on|fast|skip|share|shift|move|go(?:ing)?\b|went"
    r"|chang|do(?:ing)?\b|did\b|ate\b|avoid|await|balanc|base|be\b|believ|bring|cho?ose|chose|close|compensat"
    r"|compar|consider"
    r"|consum|continu|correct|cover|deviat|eat|adjust|adapt|account|estimat|expect|feel|explor|fear|fill|follow|gave"
    r"|give|gain|get"
    r"|got\b|guess|harvest|hope|increas|decreas|reduc|rais|lower|keep|kept|know|learn|like\b|leav|left|let\b"
    r"|look|lost|maintain|match"
    r"|minimi|maximi|monitor|need|not\b|notic|observ|optimi|overshoot|overeat|pick|plan|prefer|prevent|protect"
    r"|reassess"
    r"|receiv|reckon|repeat|replac|restor|risk|round|saw\b|see\b|select|seek|set\b|settl|spread|split|spar"
    r"|stabili|start"
    r"|stay|stick|stop|sum|tak|took|target|tend|test|think|thought|treat|try|tri|trust|understand|us(?:e|ing)"
    r"|wait(?:ing)?"
    r"|want|watch|weigh|wish|work|assum|calculat|comput|decid|favou?r|focus|deduc|infer|respond|react"
    r"|re-?evaluat"
    r"|no longer|seen|taken|chosen|eaten|\d)",
    re.IGNORECASE,
)


def doubtful_below(after: Sequence[str], action: Action, *, named: bool) -> str:
    """Say why the text below numbers may change them; empty where it only explains, describes the state or closes.

    Args:
        after: The lines after them.
        action: The numbers.
        named: Whether they are called the answer or the action: then only certain changes are looked for.
    """
    for line in after:
        for sentence in sentences_of(line):
            plain = sentence.rstrip(" .!;:)")
            never = _NEVER.match(sentence.rstrip(" .!;)")) or _SETS_A_CASE.match(plain)
            if never or (any(action) and BETTER_WAIT.match(plain)):
                return "the text after the number may take it back, limit it or set another time"
            if not named and not _explains(sentence, plain):
                return "the text after the number is not clearly a reason for it"
    return ""


def _explains(sentence: str, plain: str) -> bool:
    if not _LETTER.search(plain) or sentence.endswith("?") or _RECKONS.search(sentence):
        return True
    if _WHEN.match(plain) and not _MAIN.search(plain):
        return False
    if _CUT_SHORT.fullmatch(plain) and not _FINITE.search(plain.removeprefix("Less is").removeprefix("More is")):
        return False
    if but := _BUT.match(plain):
        return bool(_PROVISO.search(plain, but.end()))
    if first := _I.match(plain):
        return bool(_I_DO.match(first["said"]))
    return bool(_OPENERS.match(sentence)) and not (
        NAMES.fullmatch(plain) and not _FIGURE.search(plain) and sentence.endswith(".")
    )


def sentences_of(line: str) -> Iterator[str]:
    """Yield the sentences of a line, without their dress."""
    bare = _FRONT.sub("", line[:2000]).replace("’", "'").strip()
    if _LETTER.search(bare):
        yield from (each[:300].strip() for each in SENTENCES.split(bare) if _LETTER.search(each))
