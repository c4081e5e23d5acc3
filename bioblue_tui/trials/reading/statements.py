"""What one line of an answer states once its dress is removed: the action, a part of it, a faulty one, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bioblue_envs import Action

from bioblue_tui.trials.reading.about import NOTHING
from bioblue_tui.trials.reading.beside import (
    ASIDE,
    BESIDE,
    NOTHING_ZERO,
    UP_TO_IT,
    explained,
    explains,
    of_levels,
    without_intro,
)
from bioblue_tui.trials.reading.cues import THINGS
from bioblue_tui.trials.reading.dress import POISON
from bioblue_tui.trials.reading.faults import AS_A_WORD, NUMBER_WORDS, Fault, fault_of, in_digits, short
from bioblue_tui.trials.reading.sums import Known, dosed, without_sums

LONGEST = 400
"""No statement is longer than this, in characters."""

LACKING = "no number is read for"
"""The beginning of the reason where an objective is left out."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The integers that a line states.

    Attributes:
        values: The integers, in the order of the text.
        labels: The label of each; empty where they have none.
        clause: The clause of the rule that read them: ``alone``, ``labelled``, ``unit`` or ``sentence``.
        marked: True where they are called the answer.
        noun: True where they have the name of a reward, as the prompt's own lines do.
        named: True where they are called the answer, the action or what it does.
        beside: The text about them in the same line.
        taken: The text that was read, with its dress; all other text is beside it.
        whole: False where the line holds more than was read.
        now: False where the text before them may set another time or a condition.
    """

    values: tuple[int, ...]
    labels: tuple[str, ...] = ()
    clause: str = "alone"
    marked: bool = False
    noun: bool = False
    named: bool = False
    beside: str = ""
    taken: str = ""
    whole: bool = True
    now: bool = True


@dataclass(frozen=True, slots=True)
class Opening:
    """Words that announce the action, such as ``Answer:``."""

    marked: bool


_N = r"\d{1,9}(?:\.0{1,2})?"
_VERBS = (
    "consume|eat|harvest|take|collect|gather|pick|add|use|feed|allocate|assign|give|ingest|extract|produce|release"
    "|dispense|pump|order|pour"
)
_ACTING = (
    "consuming|eating|harvesting|having|taking|collecting|gathering|picking|adding|feeding|allocating|giving|dispensing"
)
_THINGS = f"{THINGS}|portions?|servings?|meals?"
_SEP = r"(?: ?, ?and | ?[,;/|&、] ?| and | )"
_PARTS = r"(?: ?, ?and | ?[,;/|&、·•] ?| and | )"
_STEP = (
    r"(?:(?:for|in|at|during|on) )?(?:this|the (?:current|next|coming)) (?:time )?(?:step|turn|round|time)|(?:for )?now"
)
_TAIL = rf"(?:,? (?:{_STEP}|from the field|please|again))?"
_SO = (
    "(?:my )?apologies|sorry(?: about that)?|"
    "so|thus|therefore|hence|ok|okay|sure|alright|here you go|here it is|got it|understood|of course|certainly"
    "|in short|tl;dr|bottom line|in conclusion|to conclude|keep it simple|again|same again|as before|once more|decided"
    "|decision made"
    r"|assistant|after (?:\w+ )?(?:consideration|thought|analysis|deliberation|reflection)"
)
_OWN = (
    rf"(?:(?:{_SO}|then(?= the )|here is|here's|my|the|your|our|final|chosen|selected|just|simply|short|integer"
    r"|numerical)[,:!]? )*"
)
_ANSWER = (
    "(?:answer|(?:(?:la|mi|die|meine|endgültige|ma|mia|a|minha|мой|моя|окончательный) ){0,2}(?:antwort|respuesta"
    "|réponse|risposta|resposta|ответ|odpowiedź|antwoord|svar|cevap|jawaban)(?: finale?)?(?: (?:lautet|ist|es|est|è"
    "|é))?|(?:我的|最终|最終的な|最終|我){0,2}(?:答案|回答|答え|答|行动|行動)(?:是|为|は)?|정답|답|الجواب)"
)
_EQ = r" ?(?::|=>|=|→|->) ?"
_LABELS = r" ?[:=] ?"
"""What separates a label from its number. Not an arrow: after that may come the resulting level."""
_IS = r"(?: (?:is|will be|would be):? |(?<=[是为は]) ?)"
_OF = r"(?:(?:the )?(?:objective|food|variable|resource|need|metric)s? )?"
_CHOOSE = "(?:choose|select|pick|answer|go with|settle (?:on|for)|stick (?:with|to)|keep to|stay with)"
_WILL = "(?:i|we)(?: will|'ll| shall| would|'d|'m going to| am going to)?(?: now)?(?: (?:choose|decide|like) to)?"
_WILL += "|i(?:'ve| have) (?:now )?(?:decided|chosen) to|i (?:plan|want|intend) to|let us"
_TWICE = re.compile(rf"\b({'|'.join(NUMBER_WORDS)}) \(?(\d{{1,2}})\b\)?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_SAYS = re.compile(r"[^\W_]")
_VALUES = re.compile(r"\d+(?:\.0+)?")
_SHARES = re.compile(r"\d+/\d+")
_THOUSANDS = re.compile(r"(?<![\d,. ])[1-9]\d{0,2}(?:[, ]\d{3})+(?!\d)|\d+(?: ?, ?| )0\d\d(?!\d)")
_DECIMAL = re.compile(r"(?<![\d,])(?:0|[1-9]\d*),0\d(?![\d,])")


class Grammar:
    """The forms a statement has in one environment: with its objectives' labels, and names of the action in rewards.

    ``verb`` is the question's verb for acting, ``thing`` its noun for what is counted. A single objective has an empty
    label.
    """

    def __init__(self, objectives: tuple[str, ...], nouns: tuple[str, ...], verb: str = "", thing: str = "") -> None:
        self.count = len(objectives)
        self.labels = {label.casefold(): label for label in objectives if label}
        known = "|".join([*map(re.escape, sorted(self.labels.values(), key=len, reverse=True)), "[A-Z]"])
        label = rf"{_OF}(?:\"({known})\"|'({known})'|({known})\b(?![\"']))"
        verb = rf"(?:{_VERBS}|{re.escape(verb)})" if verb else f"(?:{_VERBS})"
        # The singular of "berries" is "berry".
        one = re.sub("ies$", "y", thing).removesuffix("s")
        thing = rf"(?:{_THINGS}|{re.escape(thing)}|{re.escape(one)})" if thing else f"(?:{_THINGS})"
        unit = rf"(?: ?{thing}(?: (?:of )?(?:food|potatoes|resources?))?| \({thing}\))?"
        decided = r"(?:action|decision|choice|response|conclusion|reply|move)s?"
        lead = rf"(?:(?:{_SO}|right|great|yes)[,.!:]? )*(?:(?:{_WILL}|let's|let me) )?"
        lead = (
            rf"(?:{decided}: )?{lead}(?:{verb}|(?:(?<=i )|(?<=ll )|(?<='d )|(?<=would )|(?<='s )|(?<=me ))(?:{_CHOOSE}"
            rf"|say)|(?<=i'll )have|(?:(?:i'm |i am )?(?:going with|choosing|settling on)|(?:i'm "
            rf"|i am )(?:{_ACTING})|taking|i opt for)|i(?:'ve"
            r"| have) decided(?: on)?:?)(?: exactly)?"
        )
        reward = rf"(?:{'|'.join(map(re.escape, nouns)) or 'consumption'}|consuming|eating|harvesting|taking)"
        acts = rf"(?:to|(?:that )?i(?:'ll| will| would| should| choose to)?) {verb}"
        amount = rf"(?:{thing}|(?:amount|number|quantity)(?: of {thing})?) {acts}"
        noun = rf"(?:{reward}|{decided}|output|integers?|amount|quantity|number|result|final|{verb}|{amount})"
        step = rf"(?: (?:{_STEP}))?"
        marked = rf"{_OWN}{_ANSWER}{step}"
        new = r"(?:next |new (?=action|decision|choice|move))?"
        named = rf"{_OWN}{new}(?:{noun}{step}{_EQ}|(?:{decided}|{amount}|integers?){step}{_IS})"
        what = rf"(?:(?!choice|response){noun}(?: (?:for|of))?[ _]|{thing} (?=for ))?"
        item = rf"{what}(?:for )?{label}(?: {reward})?(?:{_LABELS}(?:{verb} )?| gets | receives | ){_N}{unit}"
        after_for = rf"for {label}, ?(?:{lead} )?{_N}{unit}"
        bracketed = rf"\({label}\) ?{_N}{unit}"
        # In these forms, a line may hold only one objective: several might be a sum, or a list of choices.
        alone = rf"{label}(?: [-–—] |\) ?){_N}{unit}"
        behind = rf"{_N}{unit}(?: (?:for|of|to|into|on|from) {label}| {label}| ?\((?:for )?{label}\))"

        def compiled(pattern: str) -> re.Pattern[str]:
            return re.compile(pattern, re.IGNORECASE)

        self._front = compiled(
            rf"(?P<marked>{marked}(?:{_EQ}|{_IS}| [-–—] ))|(?P<noun>{named}|{marked} (?=\d))|(?P<lead>{lead}:? )"
            rf"|(?P<so>(?:(?:{_SO})(?:[,!:.] ?| ))+|(?:{_ACTING}) (?=\d))"
        )
        self._alone = compiled(rf"{_N}{unit}(?:{_SEP}{_N}{unit}){{0,19}}{_TAIL}")
        self._labelled = [
            (compiled(rf"{form}(?:{_PARTS}{form}){{0,19}}{_TAIL}"), compiled(form))
            for form in (item, behind, after_for, bracketed, rf"{label} [–—] {_N}{unit}")
        ]
        self._labelled.append((compiled(alone), compiled(alone)))
        self._call = compiled(rf"(?:{verb}|{decided})\((?:{thing} ?= ?)?({_N}(?:{_SEP}{_N}){{0,19}})\)")
        self._reward = compiled(rf"\b{reward}\b")
        self._opening = compiled(rf"(?P<marked>{marked}(?:{_EQ}|{_IS})?)|{_OWN}{new}{noun}{step}(?:{_EQ})?|{lead} ?:")
        plural = rf"(?:answers?|actions?|decisions?|choices?|responses?|amounts?|{noun}|{thing})"
        self._action_name = compiled(rf"(?:(?:my|the|final|chosen) )*{plural}")
        acted = rf"(?:{reward}|{verb})"
        self._key = compiled(rf"(?:{acted} (?:for )?)?{label}(?: {reward})?")
        self._only_label = compiled(rf"{label} ?:?")
        self._label_front = compiled(rf"{label}{_LABELS}")
        self._unit_front = compiled(
            rf"(?:{thing}|(?:amount|number|quantity) of {thing}(?: (?:consumed|harvested|eaten))?){_EQ}(?=\d)"
        )
        self._units = compiled(rf"(?<=\d) ?{thing}\b")
        together = " ?(?:,|/|&|and) ?".join(map(re.escape, self.labels.values()))
        self._together = compiled(rf"(?:objectives? )?{together}{_LABELS}(?=\d)")

    def read(self, piece: str, *, whole: bool = False) -> Numbers | Fault | Opening | None:
        """Say what an undressed piece of text, or the whole text, states; None where it is not a statement."""
        bare, sums = without_sums(piece) if len(piece) <= LONGEST else (piece, "")
        if sums and isinstance(read := self._told(bare, whole=whole), Numbers):
            read = replace(read, beside="; ".join(filter(None, (read.beside, sums))))
        else:
            read = self._told(piece, whole=whole)
        if not isinstance(read, Numbers):
            return read
        return replace(read, whole=len(_SAYS.findall(read.taken)) == len(_SAYS.findall(_said_twice(piece))))

    def _told(self, piece: str, *, whole: bool) -> Numbers | Fault | Opening | None:
        read = self._read(piece)
        if not isinstance(read, Numbers) and (match := BESIDE.fullmatch(piece)):
            told = self._read(match["head"])
            if isinstance(told, Numbers) and explains(match, told.values, named=told.named, whole=whole):
                return _beside(told, match["said"] or match["aside"] or match["dash"])
        if read is None and whole and (match := UP_TO_IT.match(piece)):
            return _beside(self._numbers(piece[match.end() :], "so"), match.group().rstrip(": "))
        if read is None and (match := NOTHING_ZERO.fullmatch(piece)) and NOTHING.search(match["why"]):
            return self._numbers(match["zeros"], "lead")
        return read

    def _read(self, piece: str) -> Numbers | Fault | Opening | None:
        if POISON in piece or not piece or len(piece) > LONGEST:
            return None
        if not _DIGIT.search(piece):
            match = self._front.match(piece)
            named = match and match.lastgroup == "marked" and piece[match.end() :]
            return fault_of(self._label_front.sub(" ", named), marked=True) if named else self._opens(piece)
        piece = _said_twice(piece)
        if call := self._call.fullmatch(piece):
            return _taken(self._numbers(call.group(1), "noun"), piece[: call.start(1)])
        # The number of a single objective may have the unit before it: "Potatoes: 3".
        unit = self._unit_front.match(piece) if self.count == 1 else None
        together = self._together.match(piece) if self.labels else None
        worn = unit.end() if unit else 0
        found = _taken(self._numbers(piece[worn:], "unit" if unit else ""), piece[:worn])
        if together and isinstance(read := self._numbers(piece[together.end() :], ""), Numbers) and not read.labels:
            found = replace(read, labels=tuple(self.labels.values())) if len(read.values) == self.count else None
            found = _taken(found, together.group())
        now = True
        if found is None:
            piece, now = without_intro(piece)
        if found is None and (match := self._front.match(piece)):
            rest, which = _unwrapped(piece[match.end() :]), str(match.lastgroup)
            found = self._numbers(rest, which)
            if found is None and which in ("marked", "noun") and (inner := self._front.match(rest)):
                # "Answer: consume 3"; the inner part must not be called the answer again.
                found = None if inner.lastgroup == "marked" else self._numbers(rest[inner.end() :], which)
                found = _taken(found, inner.group())
            if found is None and which in ("noun", "marked"):
                found = self._numbers(dosed(rest, Known(), gaps=True), which)
            own = which in ("marked", "noun") or (piece[0] in "iI" and which == "lead")
            if found is None and own and (parts := explained(rest)):
                found = _beside(self._numbers(parts[0], which), parts[1])
            found = _taken(found, match.group()) or fault_of(self._label_front.sub(" ", rest), marked=which == "marked")
        if found is None and "(" in piece:
            # A labelled number with an explanation in a bracket: "B: 0 (above target)".
            body, aside = explained(piece, ASIDE) or ("", "")
            read = _beside(self._numbers(body, ""), "" if self.names_action(aside) else aside)
            found = read if isinstance(read, Numbers) and read.labels and not of_levels(aside, read.values) else None
        if not now:
            return replace(found, now=False) if isinstance(found, Numbers) else None
        return found or fault_of(self._label_front.sub(" ", piece)) or self._opens(piece)

    def read_numbers(self, piece: str) -> Numbers | None:
        """Return the numbers of an undressed piece of text; None where it is not a statement."""
        read = self.read(piece)
        return read if isinstance(read, Numbers) and read.now else None

    def lack(self, piece: str) -> Fault | None:
        """Say why a piece just fails to be a statement: its number is a word, or faulty; None for other pieces."""
        if (digits := in_digits(piece)) != piece and isinstance(self.read(digits), Numbers):
            return Fault(AS_A_WORD)
        read = self.read(self._units.sub("", piece)) if len(piece) <= LONGEST else None
        return read if isinstance(read, Fault) else None

    def of_reward(self, text: str) -> bool:
        """Tell whether a text names a reward."""
        return bool(self._reward.search(text))

    def label_alone(self, piece: str) -> bool:
        """Tell whether a piece is only an objective's label."""
        match = self._only_label.fullmatch(piece)
        return match is not None and _given(match) in self.labels

    def key(self, key: str) -> str | None:
        """Return the objective that a JSON key names, an empty string where it names the action, else None."""
        bare = " ".join(key.replace("_", " ").replace("-", " ").split())
        match = self._key.fullmatch(bare)
        if match and _given(match) in self.labels:
            return self.labels[_given(match)]
        return "" if self.names_action(bare) else None

    def names_action(self, words: str) -> bool:
        """Tell whether words are a name of the action, such as ``harvest`` or ``answer``."""
        return bool(self._action_name.fullmatch(words))

    def arranged(self, values: Sequence[int], labels: Sequence[str]) -> tuple[Action | None, str]:
        """Return the action that numbers with labels make; or None and why they do not make one."""
        count = self.count
        if not labels:
            if len(values) == count:
                return tuple(values), ""
            return None, f"{expected(count)}; {len(values)} given"
        known = list(self.labels.values())
        doubled = next((label for label in known if labels.count(label) > 1), "")
        if doubled:
            return None, f"{doubled} is named twice"
        missing = next((label for label in known if label not in labels), "")
        if missing:
            return None, f"{LACKING} {missing}"
        by_label = dict(zip(labels, values, strict=True))
        return tuple(by_label[label] for label in known), ""

    def _opens(self, piece: str) -> Opening | None:
        match = self._opening.fullmatch(piece)
        return Opening(bool(match.group("marked"))) if match else None

    def _numbers(self, piece: str, front: str) -> Numbers | Fault | None:
        marked = front == "marked"
        clause = {"": "alone", "so": "alone", "lead": "sentence", "unit": "unit"}.get(front, "labelled")
        named = front not in ("", "so", "unit")
        if self._alone.fullmatch(piece):
            if found := _THOUSANDS.search(piece):
                reason = f"{short(found.group())} may hold a thousands separator; write numbers without"
                return Fault(reason, marked=marked, quote=found.group())
            if found := _DECIMAL.search(piece):
                reason = f"{found.group()} may hold a decimal comma; write whole numbers with a space between"
                return Fault(reason, marked=marked, quote=found.group())
            if "/" in piece and sum(_values(piece)) == 100 and _SHARES.fullmatch(piece):
                return Fault(f"{piece} may be shares of a hundred; write numbers of units", marked=marked, quote=piece)
            return Numbers(_values(piece), (), clause, marked, front in ("noun", "unit"), named, taken=piece)
        for whole, part in self._labelled:
            if whole.fullmatch(piece):
                read = self._read_labels(piece, part, "labelled" if clause == "alone" else clause, marked)
                if isinstance(read, Numbers):
                    return replace(read, named=named or read.noun, noun=read.noun or front == "noun")
                return read
        return None

    def _read_labels(self, piece: str, part: re.Pattern[str], clause: str, marked: bool) -> Numbers | Fault | None:
        labels: list[str] = []
        for match in part.finditer(piece):
            given = _given(match)
            label = self.labels.get(given)
            if label is None:
                return Fault(f"there is no objective {given.upper()}", marked=marked)
            labels.append(label)
        values = _values(piece)
        if len(labels) != len(values):
            return None
        return Numbers(values, tuple(labels), clause, marked, bool(self._reward.search(piece)), taken=piece)


def _beside(read: Numbers | Fault | None, beside: str) -> Numbers | Fault | None:
    return replace(read, beside=beside) if isinstance(read, Numbers) else read


def _taken(read: Numbers | Fault | None, worn: str) -> Numbers | Fault | None:
    """Note that a piece of text before numbers was read as their dress."""
    return replace(read, taken=worn + read.taken) if isinstance(read, Numbers) else read


def _given(match: re.Match[str]) -> str:
    """Return the label that was found, in lower case."""
    return next(group for group in match.groups() if group).casefold()


def _values(piece: str) -> tuple[int, ...]:
    return tuple(int(value.partition(".")[0]) for value in _VALUES.findall(piece))


def _said_twice(piece: str) -> str:
    """Drop a number word that the same number in digits follows, as in "three (3)"."""
    return _TWICE.sub(
        lambda match: match[2] if NUMBER_WORDS.get(match[1].casefold()) == int(match[2]) else match[0], piece
    )


def _unwrapped(rest: str) -> str:
    rest = rest.strip()
    if len(rest) > 1 and rest[0] in "([{\"'" and rest[-1] in ")]}\"'":
        rest = rest[1:-1].strip()
    return rest


def expected(count: int) -> str:
    """Say what an answer with this many integers looks like."""
    example = ", ".join(map(str, range(3, 3 + count)))
    return f"{'one whole number' if count == 1 else f'{count} whole numbers'} expected, such as {example}"


@lru_cache(maxsize=64)
def grammar(objectives: tuple[str, ...], nouns: tuple[str, ...], verb: str, thing: str) -> Grammar:
    """Return the grammar of statements, made once; see ``Grammar``."""
    return Grammar(objectives, nouns, verb, thing)
