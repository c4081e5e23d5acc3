"""What the text beside a list says about its order: which number belongs to which objective."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import words
from bioblue_tui.trials.reading.faults import in_digits

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_ORDINAL = re.compile(
    rf"\b(?:(?:on )?the )?({'|'.join(_ORDINALS)}|1st|2nd|3rd|number (?:one|1|2)|former|latter|last)\b(?! (?:(?:few"
    r"|two|\d+) )?(?:steps?|times?|rounds?|turns?|moves?|rewards?|action|glance|look|check|thought|priority)\b)",
    re.IGNORECASE,
)
_PLACES = {name: at for at, name in enumerate(_ORDINALS)} | {
    "1st": 0,
    "2nd": 1,
    "3rd": 2,
    "former": 0,
    "number one": 0,
    "number 1": 0,
    "number 2": 1,
}
_REVERSED = words(r"revers\w+|swapped|inverse order|other way (?:a)?round|start(?:s|ing)? with|begin(?:s|ning)? with")
_PAST = words(
    r"previous\w*|last (?:step|time|turn|round|action)|earlier|before|was|were|had|levels?|targets?|rewards?"
    r"|penalt\w+|below|above|lost|fell|dropped|rose|so far(?!, so)|totals?"
)
"""Words about the state, or the past: numbers beside them are not given to an objective now."""

_BEFORE = re.compile(
    r"(?!.*\b(?:so|now|this|but|then|therefore|next)\b)[\W_]*(?:(?:in|at|for) )?(?:(?:my|the) )?(?:last|previous) "
    r"(?:actions?|harvest\w*|consumption|choices?|answers?|allocations?|doses?|split|move|step|time|turn|round)\b[^.;!?]*",
    re.IGNORECASE,
)
"""A line that is only about what was done before."""
_ITEM = re.compile(r"\W*(?:\w+ ){0,3}\w+\W+\d{1,9}(?: [a-z]+)?\W*|\W*", re.IGNORECASE)

_CLAUSES = re.compile(r"[.!?](?:\s|$)|[;,\n()–—]|:(?! ?[A-Z]\b)| but | while | whereas | and (?=the |[A-Z]\b)")
_SENTENCES = re.compile(r"(?<=[.!?])\s")


_EACH = re.compile(r"\b(\d{1,9}) (?:for |to )?(?:each|both)\b", re.IGNORECASE)


class _Order:
    """The forms in which text names objectives and gives them numbers."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels
        name = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
        of = r"(?:the )?(?:objective |metric |variable )?"
        unit = r"(?: (?:units?|resources?|potatoes|items?|pieces?))?"
        self.label = re.compile(rf"(?<![\w'’])({name})(?!\w)")
        joint = (
            r"(?:['’]s(?: \w+)?)? ?(?:[,;](?: ?(?:and|then|next))?|and then|then|(?:comes |is |stands |goes )?before"
            r"|[/>→|-]|->) ?(?:objective )?"
        )
        self.only = re.compile(
            rf"\b[Oo]nly (?:objective )?({name})(?: ?:| (?:gets?|receives?|needs?|should|is given)\b)"
            r"(?! (?:\w+ )?(?:more|less)\b)"
        )
        self.listed = re.compile(rf"(?<!\w)(?:{name})(?:{joint}(?:{name}))+(?![\w'’])")
        self.together = re.compile(rf"(?<!\w)(?:{name})(?:(?:, ?| and | ?& ?|, and )(?:objective )?(?:{name}))+(?!\w)")
        self.given = re.compile(
            rf"(?P<n6>\d{{1,9}}){unit} ?(?:→|->|=>) ?(?P<l6>{name})(?!\w)|(?P<n1>\d{{1,9}}){unit} (?:(?:is meant"
            r"|are meant|is intended|is|are|goes|go|going|belongs?|stands?|each) )?(?:for|of|to|into"
            rf"|on) {of}(?P<l1>{name})(?!\w)|(?<!\w)(?P<l2>{name})[*_\"'’`]*(?: ?(?:[:=→]|->|=>)| gets?| receives?"
            r"| takes?| lacks| needs| is given"
            r"| (?:should|will|would|must|to) (?:get|receive|have|take)|['’]s (?:(?:amount|number"
            rf"|share|value) )?is|(?=[ ]\d+[^\w]*(?:,|;|and|$)))[ *_\"'`]*(?P<n2>\d{{1,9}})|\b(?:give|giving|gave"
            rf"|feed|assign|allocate) {of}(?P<l3>{name}) (?P<n3>\d{{1,9}})"
            rf"|(?<!\w)(?P<l5>{name})\b[^\d.;\n]{{0,40}}, (?:so|and) it (?:gets|receives|takes"
            rf"|needs) (?:the )?(?P<n5>\d{{1,9}})|\bfor {of}(?P<l4>{name})\b[^\d.;\n]{{0,40}}?\b(?:chose|choose|take"
            rf"|took|use|picked|pick|is|gets|consume|harvest) (?P<n4>\d{{1,9}})(?![\d%]|\.\d| (?:more|less|fewer"
            r"|below|above|short|units (?:more|less|fewer|below|above|short)|points?|of \d|from|to \d))"
        )
        self.figure = re.compile(rf"(?<![\w'’])(?P<label>{name})(?!\w)|(?<![\w.])(?P<number>\d{{1,9}})(?![\w%]|\.\d)")


@lru_cache(maxsize=64)
def _order(labels: tuple[str, ...]) -> _Order:
    return _Order(labels)


def misplaced(lines: Iterable[str], action: Action, labels: Sequence[str], *, labelled: bool) -> bool:
    """Tell whether a text gives a number of the action to another objective than the number's place does.

    Where the numbers themselves have labels, the text may name objectives in any order.
    """
    if len(action) < 2 or len(set(action)) < 2:
        return False
    order = _order(tuple(labels))
    return any(
        _gives_otherwise(sentence, order, action)
        or (not labelled and (_orders_otherwise(sentence, order) or _ranks_otherwise(sentence, order, action)))
        for line in _of_now(lines)
        if line.strip()
        for sentence in (in_digits(each[:400]) for each in _SENTENCES.split(line))
    )


def _of_now(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines without those about what was done before, and the lists below such lines."""
    below = False
    for line in lines:
        before = bool(_BEFORE.fullmatch(line[:400]))
        below = before or (below and bool(_ITEM.fullmatch(line[:400])))
        if not below:
            yield line


def _gives_otherwise(sentence: str, order: _Order, action: Action) -> bool:
    own = dict(zip(order.labels, action, strict=True))
    if (only := order.only.search(sentence)) and any(own[label] for label in own if label != only[1]):
        return True
    if not _PAST.search(sentence):
        if any(int(number) in action for number in _EACH.findall(sentence)):
            return True
        for match in order.given.finditer(sentence):
            label, number = (next(filter(None, map(match.groupdict().get, names))) for names in _GROUPS)
            if int(number) in action and int(number) != own[label]:
                return True
    # All numbers of the action are there, but after other names than their own.
    said: dict[str, int] = {}
    label = ""
    for match in order.figure.finditer(sentence):
        if match["label"]:
            label = match["label"]
        elif label and int(match["number"]) in action:
            said.setdefault(label, int(match["number"]))
    return len(said) == len(own) and sorted(said.values()) == sorted(action) and said != own


_GROUPS = (("l1", "l2", "l3", "l4", "l5", "l6"), ("n1", "n2", "n3", "n4", "n5", "n6"))


def _orders_otherwise(sentence: str, order: _Order) -> bool:
    places = {label: at for at, label in enumerate(order.labels)}

    def straight(names: Sequence[str]) -> bool:
        return list(names) == sorted(names, key=places.__getitem__)

    if _REVERSED.search(sentence) and not straight([*order.label.findall(sentence), *order.labels[:1]]):
        return True
    if re.search(r"\brevers\w+|\bswapped\b", sentence, re.IGNORECASE):
        return True
    listed = [match.group() for match in order.listed.finditer(sentence)]
    if re.search(
        r"\b(?:respectively|order\w*|sequence|(?:answer|amount|number|value|choice|action|figure)s? for)\b",
        sentence,
        re.IGNORECASE,
    ):
        listed += [match.group() for match in order.together.finditer(sentence)]
    if not all(straight(order.label.findall(names)) for names in listed):
        return True
    for clause in _CLAUSES.split(sentence):
        named, ordinals = set(order.label.findall(clause)), _ORDINAL.findall(clause)
        if len(named) == len(ordinals) == 1:
            at = _PLACES.get(ordinals[0].casefold(), len(places) - 1)
            if places[named.pop()] != at:
                return True
    return False


_RANK = re.compile(
    r"\b(?:(?P<less>smaller|lower|lesser)|larger|bigger|higher|greater) (?:amount|number|value|share|one|part"
    r"|figure)\b[^.;,\d]{0,20}\b(?:for|to)\b([^.;,]{0,30})",
    re.IGNORECASE,
)


def _ranks_otherwise(sentence: str, order: _Order, action: Action) -> bool:
    """Tell whether the larger number is said to be for an objective that has the smaller one."""
    for match in _RANK.finditer(sentence):
        named = order.label.search(match[2])
        if named and action[order.labels.index(named[1])] != (min if match["less"] else max)(action):
            return True
    return False
