"""Templates: text with placeholders, conditional parts, and parts that repeat for each objective or reward.

``{name}`` is replaced by a value, ``{if name}…{else}…{end}`` and ``{if not name}…{end}`` leave out what does not hold,
``{each objective}…{end}`` repeats. ``{{`` and ``}}`` are braces. A line with nothing but ``if``, ``else``, ``each`` and
``end`` is not a line of the text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bioblue_tui.system.errors import BioBlueError

LONGEST = 50_000
"""Most characters of a template."""

MOST = 20
"""Most mistakes that are reported at once."""

_DEEPEST = 20
"""How deep parts may be nested."""

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_ALONE = re.compile(r"[ \t]*((?:\{(?:if [^{}\n]*|else|each [^{}\n]*|end)\})+)[ \t]*")


class TemplateError(BioBlueError, ValueError):
    """A text that is not a template, or names something unknown.

    Args:
        what: What is wrong, and what is expected.
        line: The line in the text, from 1.

    Attributes:
        others: Further mistakes.
    """

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what, self.line = what, line
        self.others: list[TemplateError] = []


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template can name.

    Attributes:
        values: What placeholders stand for.
        switches: The conditions, true or false.
        loops: What loops repeat over: a scope for each round.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)
    loops: Mapping[str, Sequence[Scope]] = field(default_factory=dict)

    def inner(self, other: Scope) -> Scope:
        """Return the scope inside a loop: its own names, and those around it except other loops."""
        return Scope({**self.values, **other.values}, {**self.switches, **other.switches})


@dataclass(frozen=True, slots=True)
class _Text:
    text: str

    def render(self, scope: Scope) -> Iterator[str]:
        yield self.text


@dataclass(frozen=True, slots=True)
class _Value:
    name: str

    def render(self, scope: Scope) -> Iterator[str]:
        yield str(scope.values[self.name])


@dataclass(frozen=True, slots=True)
class _Choice:
    name: str
    wanted: bool
    parts: list[_Part]
    otherwise: list[_Part]

    def render(self, scope: Scope) -> Iterator[str]:
        for part in self.parts if scope.switches[self.name] is self.wanted else self.otherwise:
            yield from part.render(scope)


@dataclass(frozen=True, slots=True)
class _Loop:
    name: str
    parts: list[_Part]

    def render(self, scope: Scope) -> Iterator[str]:
        for one in scope.loops[self.name]:
            inside = scope.inner(one)
            for part in self.parts:
                yield from part.render(inside)


_Part = _Text | _Value | _Choice | _Loop


class Template:
    """A template, checked against what it may name.

    Args:
        text: The template.
        known: An example of everything that can be named; each loop has at least one scope.

    Raises:
        TemplateError: When it is not a template, or names anything else.
    """

    def __init__(self, text: str, known: Scope) -> None:
        self._parts = _Reader(text, known).read()

    def render(self, scope: Scope) -> str:
        """Return the text, without blank space around it."""
        return "".join(piece for part in self._parts for piece in part.render(scope)).strip()


class _Reader:
    def __init__(self, text: str, known: Scope) -> None:
        if len(text) > LONGEST:
            raise TemplateError(f"{len(text)} characters; at most {LONGEST} are taken", 1)
        self._pieces = _pieces(text)
        self._known = known
        self._line = 1
        self._open: list[tuple[str, int]] = []
        """The tags whose {end} has not come yet, each with its line."""
        self._unknown: list[TemplateError] = []

    def read(self) -> list[_Part]:
        try:
            parts, ending = self._parts(self._known)
            if ending:
                raise TemplateError(f"{{{ending}}} without {{if …}} or {{each …}} before it", self._line)
        except TemplateError as error:
            self._unknown.append(error)
        if self._unknown:
            self._unknown[0].others = self._unknown[1:]
            raise self._unknown[0]
        return parts

    def _parts(self, known: Scope) -> tuple[list[_Part], str]:
        """Return the parts up to the tag that ends them, and that tag; it is empty at the end of the text."""
        parts: list[_Part] = []
        for line, text, tag in self._pieces:
            self._line = line
            if tag is None:
                parts.append(_Text(text))
            elif tag in ("end", "else"):
                return parts, tag
            else:
                parts.append(self._part(tag, known))
        if self._open:
            tag, line = self._open[-1]
            raise TemplateError(f"{{{tag}}} has no {{end}}", line)
        return parts, ""

    def _part(self, tag: str, known: Scope) -> _Part:
        word, _, name = tag.partition(" ")
        if word == "if":
            wanted = not name.startswith("not ")
            name = name.removeprefix("not ").strip()
            self._check(name, known.switches, known, "{if …}")
            return self._choice(tag, name, wanted, known)
        if word == "each":
            self._check(name, known.loops, known, "{each …}")
            if name not in known.loops:
                # The names inside such a loop are not known, either.
                raise self._unknown.pop()
            parts, ending = self._within(tag, known.inner(known.loops[name][0]))
            if ending == "else":
                raise TemplateError("{else} goes with {if …}", self._line)
            return _Loop(name, parts)
        self._check(tag, known.values, known, "a placeholder")
        return _Value(tag)

    def _choice(self, tag: str, name: str, wanted: bool, known: Scope) -> _Choice:
        parts, ending = self._within(tag, known)
        otherwise: list[_Part] = []
        if ending == "else":
            otherwise, ending = self._within(tag, known)
            if ending == "else":
                raise TemplateError(f"{{{tag}}} has two {{else}}", self._line)
        return _Choice(name, wanted, parts, otherwise)

    def _within(self, tag: str, known: Scope) -> tuple[list[_Part], str]:
        self._open.append((tag, self._line))
        if len(self._open) > _DEEPEST:
            raise TemplateError(f"more than {_DEEPEST} parts inside each other", self._line)
        found = self._parts(known)
        self._open.pop()
        return found

    def _check(self, name: str, names: Mapping[str, object], known: Scope, what: str) -> None:
        """Note an unknown name, and read on."""
        if name not in names:
            error = TemplateError(self._why(name, names, known, what), self._line)
            if len(self._unknown) >= MOST:
                raise error
            self._unknown.append(error)

    def _why(self, name: str, names: Mapping[str, object], known: Scope, what: str) -> str:
        shown = name[:40]
        loop = next(
            (loop for loop, (first, *_) in known.loops.items() if name in {**first.values, **first.switches}), ""
        )
        if loop:
            return f"{shown} belongs to each {loop}: it goes between {{each {loop}}} and {{end}}"
        near = difflib.get_close_matches(shown, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there {'are' if names else 'is'} {', '.join(names) or 'none'}"
        return f"{shown!r} is not known here as {what}; {hint}"


def inline(text: str) -> str:
    """Return a template in which no line break is dropped: a line of tags alone stays a line of the text."""
    lines = text.split("\n")
    kept = [f"{line}{{newline}}" if _ALONE.fullmatch(line) else f"{line}\n" for line in lines[:-1]]
    return "".join([*kept, lines[-1]])


def _pieces(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, text and None for a text; line, an empty text and the tag for a tag."""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        alone = _ALONE.fullmatch(line.rstrip("\r\n"))
        rest = alone[1] if alone else line
        end = 0
        for match in _PIECE.finditer(rest):
            if match.start() > end:
                yield number, rest[end : match.start()], None
            end = match.end()
            if match.group() in ("{{", "}}"):
                yield number, match.group()[0], None
            elif match[1] is None:
                raise TemplateError(f"a single {match.group()}; write {match.group() * 2} for a brace", number)
            else:
                yield number, "", match[1].strip()
        if end < len(rest):
            yield number, rest[end:], None
