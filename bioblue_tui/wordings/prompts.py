"""Finding the template behind prompts that were sent: numbers that match the facts of each step become placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.wordings.template import Scope

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w]|\.\d)")

_PASSED = frozenset({"newline", "objectives", "count", "taken", "unrounded", "name", "value"})
"""Facts that the reference scripts' prompts never tell, though a number in them may happen to be the same."""


class PromptError(BioBlueError, ValueError):
    """Prompts that follow no template. The message says what does not fit; ``place`` is the prompt, if it is one."""

    def __init__(self, what: str, place: str = "") -> None:
        super().__init__(what)
        self.place = place


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that was sent, and the facts that it could tell.

    Attributes:
        text: The prompt.
        facts: The facts at that step.
        imbalance: Whether imbalance was shown.
        place: Where it is, for messages.
    """

    text: str
    facts: Scope
    imbalance: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Templates of observation and question."""

    observation: str
    question: str


_Fact = tuple[int, str]
"""A fact: number of its objective from 1, or 0; and its name."""


def find_template(prompts: Sequence[Prompt], unseen: Sequence[str] = ()) -> Told:
    """Return the templates that all prompts of an environment follow.

    Args:
        prompts: The prompts of whole trials, with facts.
        unseen: Lines of a template to put below the rewards, though no prompt shows them.

    Raises:
        PromptError: When they follow no common template.
    """
    forms: dict[tuple[bool, bool], list[str]] = {}
    for shown in (False, True):
        for imbalance in (False, True):
            alike = [p for p in prompts if p.facts.switches["rewards"] is shown and p.imbalance is imbalance]
            if alike:
                forms[shown, imbalance] = _form(alike, certain=shown)
    bare = _agreed([form for (shown, _), form in forms.items() if not shown], "first prompts")
    full = [form for (shown, _), form in forms.items() if shown]
    if not bare:
        raise PromptError("no prompt of a first step, which has no rewards")
    if full:
        # Without the imbalance line, logs that have it and logs that do not must be the same; the form with it is kept.
        _agreed([[line for line in form if "{0.imbalance}" not in line] for form in full], "later prompts")
    lines = _with_rewards(bare, _with_switch(max(full, key=len, default=bare)), unseen)
    blank = max((index for index, line in enumerate(lines) if not line.strip()), default=0)
    question, observation = lines[blank + 1 :], lines[:blank]
    if blank < 1 or not question:
        raise PromptError("no question after a blank line at the end")
    return Told("\n".join(_looped(observation, prompts[0].facts)), "\n".join(question))


def _form(prompts: Sequence[Prompt], *, certain: bool) -> list[str]:
    """Return the lines that all these prompts consist of, with facts marked as ``{1.level}``.

    Args:
        prompts: The prompts.
        certain: Whether each number must match only one fact. Where first prompts leave this open, later ones decide.
    """
    texts = [prompt.text.strip().replace("{", "{{").replace("}", "}}") for prompt in prompts]
    split, numbers = list(map(_NUMBER.split, texts)), list(map(_NUMBER.findall, texts))
    if any(parts != split[0] for parts in split):
        other = next(number for number, parts in enumerate(split) if parts != split[0])
        what = f"differs in more than numbers from {prompts[0].place or 'others'}"
        raise PromptError(f"{what}: {prompts[other].text[:200]!r}", prompts[other].place)
    used: set[_Fact] = set()
    text = split[0][0]
    for place, after in enumerate(split[0][1:]):
        said = [found[place] for found in numbers]
        before = text.rpartition("\n")[2]
        fitting = _fitting(said, [prompt.facts for prompt in prompts], before, used)
        fact = fitting[0] if fitting else None
        if fact is None and len(set(said)) > 1:
            odd = next(prompt for prompt, number in zip(prompts, said, strict=True) if number != said[0])
            raise PromptError(f"a number that follows no fact, after {before[-60:]!r}", odd.place)
        if certain and len(fitting) > 1:
            either = " or ".join(sorted({name for _, name in fitting}))
            what = f"the number after {before[-60:]!r} may be {either} in all these prompts"
            raise PromptError(f"{what}; name a log, too, in which they differ", prompts[0].place)
        used |= {fact} if fact else set()
        text += (f"{{{fact[0]}.{fact[1]}}}" if fact else said[0]) + after
    return text.split("\n")


def _fitting(said: Sequence[str], facts: Sequence[Scope], before: str, used: set[_Fact]) -> list[_Fact]:
    """Return the facts that match a number in every prompt; of several, those whose names are closest before it."""
    fitting = [
        fact
        for fact in _facts(facts[0])
        if fact not in used and all(_value(fact, scope) == number for number, scope in zip(said, facts, strict=True))
    ]
    labels = [str(one.values.get("objective", "")) for one in facts[0].loops["objective"]]

    def nearness(fact: _Fact) -> int:
        owned = bool(fact[0]) and re.search(rf"\b{re.escape(labels[fact[0] - 1])}\b", before) is not None
        return 2 * owned + (fact[1].lower() in before.lower())

    nearest = max(map(nearness, fitting), default=0)
    return [fact for fact in fitting if nearness(fact) == nearest]


def _facts(scope: Scope) -> Iterator[_Fact]:
    yield from ((0, name) for name in scope.values if name not in _PASSED)
    for number, one in enumerate(scope.loops["objective"], 1):
        if "objective" in one.values:
            yield from ((number, name) for name in one.values if name not in {*_PASSED, "objective"})


def _value(fact: _Fact, scope: Scope) -> str:
    number, name = fact
    return str(scope.loops["objective"][number - 1].values[name] if number else scope.values[name])


def _agreed(forms: Sequence[list[str]], what: str) -> list[str]:
    if any(form != forms[0] for form in forms[1:]):
        raise PromptError(f"the {what} of these logs have different wordings; make a wording from those that are alike")
    return forms[0] if forms else []


def _with_switch(form: Sequence[str]) -> list[str]:
    """Return the lines with the imbalance reward inside a condition, so that it is told only where it is shown."""
    lines: list[str] = []
    for line in form:
        lines += ["{if imbalance}", line, "{end}"] if "{0.imbalance}" in line else [line]
    return lines


def _with_rewards(bare: list[str], full: list[str], unseen: Sequence[str]) -> list[str]:
    """Return lines that are ``bare`` where there are no rewards to tell, and otherwise ``full`` and ``unseen``."""
    if bare == full:
        return bare
    start = next((i for i, (a, b) in enumerate(zip(bare, full, strict=False)) if a != b), min(len(bare), len(full)))
    rest = len(bare) - start
    if rest and full[-rest:] != bare[start:]:
        raise PromptError("later prompts are not the first one with rewards added")
    more = full[start : len(full) - rest]
    # A blank line belongs before the rewards, so that the blank line before the question is always there.
    while start and more[-1] == bare[start - 1]:
        start, more = start - 1, [more[-1], *more[:-1]]
    return [*bare[:start], "{if rewards}", *more, *unseen, "{end}", *bare[start:]]


def _looped(lines: Sequence[str], facts: Scope) -> list[str]:
    """Return the lines with the text of each objective written once, in a loop."""
    labels = [str(one.values["objective"]) for one in facts.loops["objective"] if "objective" in one.values]
    found: list[str] = []
    index = 0
    while index < len(lines):
        length = _repeated(lines, index, labels) if "{1." in lines[index] else 0
        if length:
            block = [_generic(line, 1, labels[0]) for line in lines[index : index + length]]
            found += ["{each objective}", *block, "{end}"]
            index += length * len(labels)
            continue
        if re.search(r"\{[1-9]\.", lines[index]):
            raise PromptError(f"objectives are not told alike: {lines[index][:100]!r}")
        found.append(lines[index].replace("{0.", "{"))
        index += 1
    return found


def _repeated(lines: Sequence[str], start: int, labels: Sequence[str]) -> int:
    """Return how many lines from ``start`` on repeat for every objective; 0 when none do."""
    for length in range(1, (len(lines) - start) // len(labels) + 1):
        blocks = [
            [_generic(line, number, label) for line in lines[start + (number - 1) * length : start + number * length]]
            for number, label in enumerate(labels, 1)
        ]
        if all(block == blocks[0] for block in blocks):
            return length
    return 0


def _generic(line: str, number: int, label: str) -> str:
    return re.sub(rf"\b{re.escape(label)}\b(?![^{{]*\}})", "{objective}", line.replace(f"{{{number}.", "{"))
