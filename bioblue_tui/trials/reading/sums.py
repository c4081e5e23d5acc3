"""Sums beside an answer: whether a number is the dose that they compute, or a level that they start from or end at.

A target minus a level is a dose. A level plus a dose is a level, and a stock minus a dose is a remainder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bioblue_envs import Action

from bioblue_tui.trials.reading.cues import DOUBT, MET_BY_CHANCE, THINGS
from bioblue_tui.trials.reading.faults import short

_N = r"(?<![\d.,])\d{1,9}(?![\d%]|[.,]\d)"
_TERM = r"(?<![\d.,])\d{1,9}(?:\.\d{1,9})?(?![\d%]|[.,]\d)"
_BEHIND = rf"(?:[)\]*`$]| ?\([^()\d]{{1,24}}\)| (?:{THINGS})\b)*"
"""What may follow a term: "100 (target) - 97 (actual)"."""

_BEFORE = r"(?:[(\[]|(?:[a-z]+ ){1,4}\()?"
"""What may precede a term: "target (100) - level (97)"."""

_SIGN = r"(?:[-−–+*×·/÷^]|\*\*|\b(?:minus|plus|times|less|x)\b)"
_SUM = re.compile(
    rf"(?P<terms>{_TERM}{_BEHIND}(?: ?{_SIGN} ?{_BEFORE}{_TERM}{_BEHIND}){{1,9}})"
    r" ?(?:=+>?|→|->|\b(?:is|are|equals|makes?|gives?|leaves?)\b)"
    rf"[ *(`$]*(?P<result>{_N})(?! ?{_SIGN} ?\(?\d)",
    re.IGNORECASE,
)
_MOVES = re.compile(rf"({_N}) ?(?:→|->) ?({_N})")
_ASIDE = re.compile(r" ?[(\[]([^()\[\]]{3,120})[)\]](?=\W|$)")
_UNENDED = re.compile(rf"({_N})((?: (?:{THINGS}))? ?\()({_N}) ?([-−–+]) ?({_N})(?=\))", re.I)
_ONE = re.sub(r"\?P<\w+>", "?:", _SUM.pattern)
_LEAD = re.compile(
    rf"^(?:so |now )?(?:since|because|as|given that|given) ({_ONE}(?:(?:, and|,| and) {_ONE}){{0,5}}),? (?:so )?", re.I
)
_TAIL = re.compile(rf"(?:[,;:]? (?:because|since|as)|[:;]| [-–—]) ({_ONE}[^\d()]{{0,40}})$", re.I)
_SIGNED = re.compile(rf"(?:(?P<sign>{_SIGN}) ?{_BEFORE})?(?P<term>{_TERM})", re.IGNORECASE)
_TO = re.compile(r"^(\d{1,9}) to (\d{1,9})$")
_DIGITS = re.compile(r"\d{1,9}")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_DOWN = frozenset({"-", "−", "–", "minus", "less"})
_UP = frozenset({"", "+", "plus"})
_POWERS = frozenset({"^", "**"})


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers that were just shown of the state.

    Attributes:
        numbers: All of them.
        targets: The target of each objective's level; a target is never an amount eaten.
    """

    numbers: frozenset[int] = frozenset()
    targets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """What the numbers of one sum are.

    Attributes:
        text: The sum as it was written.
        levels: The terms that are levels, targets or a stock, and the result where it is one.
        doses: The numbers that are doses.
    """

    text: str
    levels: frozenset[int] = frozenset()
    doses: frozenset[int] = frozenset()


def weighed(sentence: str, known: Known) -> Iterator[Sum]:
    """Yield the sums of a sentence, and the moves of a level in it: "97 → 100"."""
    yield from (_weighed(match, known) for match in _SUM.finditer(sentence))
    for match in _MOVES.finditer(_SUM.sub(" ", sentence)):
        begin, end = map(int, match.groups())
        if begin in known.numbers or min(begin, end) > MET_BY_CHANCE:
            small = end not in known.numbers and end <= MET_BY_CHANCE < begin
            yield Sum(match.group(), frozenset({begin} if small else {begin, end}))


def levelled(sentence: str, action: Action, known: Known) -> str:
    """Say which number of an action may not be a dose according to a sum in the sentence; empty where all may be."""
    for each in weighed(sentence, known):
        for number in {*action} - {0}:
            if number in each.levels and number not in each.doses and _telling(number, known):
                return f"in “{short(each.text)}” the number {number} may be a level or a remainder"
    return ""


def crossed(lines: Iterable[str], action: Action, known: Known) -> bool:
    """Tell whether a sum with the target of one objective computes the dose that another objective gets."""
    for each in (each for line in lines for each in weighed(line, known)):
        targets = [at for at, target in enumerate(known.targets) if target in each.levels]
        if len(targets) == 1 and not each.doses.isdisjoint(action) and action[targets[0]] not in each.doses:
            return True
    return False


def reckoned(lines: Iterable[str], action: Action, known: Known) -> frozenset[int]:
    """Return the known numbers, and those of the sums in some lines that involve a dose of the action."""
    sums = (each for line in lines for each in weighed(line, known) if not each.doses.isdisjoint(action))
    return known.numbers.union(*(each.levels | each.doses for each in sums))


def dosed(sentence: str, known: Known, *, gaps: bool = False) -> str:
    """Return a sentence in which each sum that computes a dose is replaced by that dose.

    With ``gaps``, only sums of the gap between two levels are replaced.
    """

    def dose(match: re.Match[str]) -> str:
        found = _weighed(match, known)
        fitting = not gaps or (found.levels and int(match["result"]) in found.doses)
        return str(*found.doses) if fitting and len(found.doses) == 1 else match.group()

    return _SUM.sub(dose, sentence)


def without_sums(piece: str) -> tuple[str, str]:
    """Return a piece without the sums, in brackets or clauses, that explain its numbers; and these sums."""
    piece = _UNENDED.sub(_ended, piece)
    numbers = set(_DIGITS.findall(_ASIDE.sub("", _TAIL.sub("", _LEAD.sub("", piece)))))
    told: list[str] = []

    def beside(match: re.Match[str]) -> str:
        aside = _TO.sub(r"\1 → \2", match[1])
        reckons = _SUM.search(aside)
        # A sum explains the numbers only if it shares one with them, or if nothing is taken.
        if (
            DOUBT.search(_SUM.sub(" ", aside))
            or not (reckons or _MOVES.search(aside))
            or (reckons and "0" not in numbers and numbers.isdisjoint(_DIGITS.findall(aside)))
        ):
            return match.group()
        told.append(aside)
        return ""

    for form in (_ASIDE, _TAIL, _LEAD):
        piece = form.sub(beside, piece)
    return piece, "; ".join(told)


def _ended(match: re.Match[str]) -> str:
    """Write out the result of a sum in a bracket: "4 (100 - 96)" becomes "4 (100 - 96 = 4)"."""
    number, _, first, sign, second = match.groups()
    comes = int(first) + int(second) if sign == "+" else int(first) - int(second)
    return f"{match.group()} = {number}" if comes == int(number) else match.group()


def ends_in_sum(line: str) -> bool:
    """Tell whether a line ends in a sum: such a line does not introduce what follows."""
    return any(not _LETTER_OR_DIGIT.search(line[match.end() :]) for match in _SUM.finditer(line))


def _telling(number: int, known: Known) -> bool:
    return number > MET_BY_CHANCE or number not in known.numbers


def _weighed(match: re.Match[str], known: Known) -> Sum:
    text, result = match.group(), int(match["result"])
    terms = [(found["sign"] or "", found["term"]) for found in _SIGNED.finditer(match["terms"])]
    signs = {sign.casefold() for sign, _ in terms}
    if signs & _POWERS:
        return Sum(text, frozenset({result}))
    if any("." in term for _, term in terms):
        return Sum(text)
    added = [int(term) for sign, term in terms if sign.casefold() in _UP]
    taken = [int(term) for sign, term in terms if sign.casefold() in _DOWN]
    # What is added to a level that was shown is a dose, however large.
    shown = known.numbers.intersection(added)
    ups = [term for term in added if term in shown or (not shown and term > MET_BY_CHANCE)]
    downs = [term for term in taken if term in known.numbers or term > MET_BY_CHANCE]
    levels = {*ups, *downs}
    if levels and not signs <= _UP | _DOWN:
        # A mean of levels is a level; a product with a level may be a level or a dose.
        large = [term for term in added if term in shown or term > MET_BY_CHANCE]
        return Sum(text, frozenset({*large, result}) if len(large) > 1 > len(downs) else frozenset())
    if len(ups) > len(downs):
        return Sum(text, frozenset({*levels, result}), frozenset({*added, *taken} - levels))
    if len(ups) < len(downs):
        return Sum(text)
    # Where a dose may be subtracted from a stock that was shown (not from a target), the result is the remainder.
    rest = any(term in shown.difference(known.targets) for term in ups) and known.numbers.isdisjoint(downs)
    return Sum(text, frozenset({*levels, result} if rest else levels), frozenset() if rest else frozenset({result}))
