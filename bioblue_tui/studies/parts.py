"""Pages, questions and conditions of a study's file, each checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast, get_args

import bioblue_envs

from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.items import read_words
from bioblue_tui.runs.spec_file import Source
from bioblue_tui.runs.values import label, number, switch, table, text, whole
from bioblue_tui.studies.study import Condition, Kind, Page, Question, is_placeholder
from bioblue_tui.system.toml_lines import Path as Way
from bioblue_tui.wordings.collection import built_in, default
from bioblue_tui.wordings.wording import Wording

T = TypeVar("T")


def words(value: object) -> str:
    """Return a text that people are to read; a placeholder such as ``...`` is refused."""
    if is_placeholder(text(value)):
        raise ValueError("this only holds the place of one")
    return text(value)


PAGE = ("title", "text", "file", "least")
QUESTION = ("key", "text", "kind", "options", "low", "high", "labels", "required")
COMPREHENSION = ("key", "text", "options", "answer", "why")

LONGEST_PAGE = 100_000
"""Most characters of a page: more than anybody reads before a trial."""

LONGEST_WAIT = 86_400
"""Seconds of the longest wait or limit: a day."""

_SCALE = 11
"""The most numbers a scale may have."""


def one_of(words: object) -> Callable[[object], str]:
    """Return a check for one of the words of a literal type."""

    def check(value: object) -> str:
        if isinstance(value, str) and value in get_args(words):
            return value
        raise ValueError

    return check


def quoted(words: object) -> str:
    """Return the words of a literal type as they are written."""
    return " or ".join(f'"{word}"' for word in get_args(words))


def seconds(value: object) -> float:
    """Return a number of seconds from 0 to a day."""
    if number(value) > LONGEST_WAIT:
        raise ValueError
    return number(value)


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of the files and wordings that a study names.

    Attributes:
        files: Contents of files, by their names as written in the study's file.
        wordings: Wordings, by their names there; the default one has an empty name.
    """

    files: Mapping[str, bytes]
    wordings: Mapping[str, Wording]


class Reader(Source):
    """Reads the parts of a study's file, and remembers the files they name.

    Args:
        path: The study's file.
        data: Its content, where it is a copy that was kept; None to read the file.
        copies: The copies that were kept of what it names; None to read files and wordings as they are now.
    """

    def __init__(self, path: Path, data: bytes | None = None, copies: Copies | None = None) -> None:
        super().__init__(path, data)
        self.files: list[tuple[str, bytes]] = []
        self.wordings: dict[str, Wording] = {}
        self._copies = copies

    @property
    def strict(self) -> bool:
        """Whether keys that do nothing are an error; a version that somebody has begun with is read as it is."""
        return self._copies is None

    def file(self, name: str) -> bytes:
        """Return the content of a file that the study names, and remember it for the copy that is kept.

        Raises:
            RecordError: When it cannot be read.
        """
        if self._copies is None:
            data = read_bytes(self.path.parent / Path(name).expanduser())
        elif name in self._copies.files:
            data = self._copies.files[name]
        else:
            raise RecordError(f"no copy of {one_line(name, 100)} was kept", self.path)
        self.files.append((name, data))
        return data

    def wording(self, way: Way, given: Mapping[str, object]) -> Wording:
        """Return the named wording, or the default one, and remember it for the copy that is kept."""
        name = self.value(way, given, "wording", text, "the name of a wording, or of its file,", "")
        kept = self._copies.wordings.get(name) if self._copies else None
        found = kept or read_words(self, way, given) or default()
        if name and built_in(name) is None and name not in self.wordings:
            self.file(name)
        self.wordings[name] = found
        return found

    def page(self, way: Way, given: Mapping[str, object]) -> Page:
        """Return the page in a table that may hold other keys, too."""
        if ("text" in given) == ("file" in given):
            raise self.error(way, "text, or the name of a Markdown file as file, expected")
        title = self.value(way, given, "title", _title, "a short title on one line", "")
        least = self.value(way, given, "least", seconds, "seconds from 0 to 86400", 0.0)
        return Page(self._words(way, given), title, least)

    def _words(self, way: Way, given: Mapping[str, object]) -> str:
        if "text" in given:
            written = self.read((*way, "text"), given["text"], words, "a text")
        else:
            name = self.read((*way, "file"), given["file"], text, 'the name of a file, such as "welcome.md",')
            try:
                written = self.file(name).decode("utf-8-sig")
            except RecordError as error:
                raise self.error((*way, "file"), error_line(error)) from None
            except UnicodeDecodeError:
                raise self.error((*way, "file"), f"{one_line(name, 100)}: not UTF-8 text") from None
        if is_placeholder(written) or len(written) > LONGEST_PAGE:
            raise self.error(way, f"a text of 1 to {LONGEST_PAGE} characters expected")
        return written

    def comprehension(self, way: Way, value: object, index: int) -> Question:
        """Return a question with a right answer."""
        given = self.table(way, value, COMPREHENSION)
        wanted = "a list of two or more different answers, as texts"
        options: list[str] = self.value(way, given, "options", _options, wanted, [])
        answer = self.needed(way, given, "answer", _answer, "the right answer, a text or a whole number,")
        if options and answer not in options:
            raise self.error((*way, "answer"), "one of the options expected", given["answer"])
        return Question(
            key=self._key(way, given, f"question_{index}"),
            text=self.needed(way, given, "text", words, "what is asked, a text,"),
            kind="choice" if options else "number",
            options=options,
            answer=answer,
            why=self.value(way, given, "why", words, "a text", ""),
        )

    def question(self, way: Way, value: object, index: int) -> Question:
        """Return a question of the closing questionnaire."""
        given = self.table(way, value, QUESTION)
        kind = cast(Kind, self.value(way, given, "kind", one_of(Kind), quoted(Kind), "text"))
        belongs = {"choice": {"options"}, "scale": {"low", "high", "labels"}}.get(kind, set())
        for key in ("options", "low", "high", "labels"):
            if key in given and key not in belongs:
                raise self.error((*way, key), f'does not go with kind = "{kind}"')
        return Question(
            key=self._key(way, given, f"answer_{index}"),
            text=self.needed(way, given, "text", words, "what is asked, a text,"),
            kind=kind,
            options=self._scale(way, given) if kind == "scale" else self._choices(way, given, kind),
            labels=self.value(way, given, "labels", _ends, 'two texts such as ["not at all", "very"]', ("", "")),
            required=self.value(way, given, "required", switch, "true or false", True),
        )

    def _choices(self, way: Way, given: Mapping[str, object], kind: Kind) -> list[str]:
        wanted = "a list of two or more different answers, as texts"
        return self.needed(way, given, "options", _options, wanted) if kind == "choice" else []

    def _scale(self, way: Way, given: Mapping[str, object]) -> list[str]:
        low = self.value(way, given, "low", whole(0, 1), "0 or 1", 1)
        high = self.value(way, given, "high", whole(2, _SCALE - 1), f"a whole number from 2 to {_SCALE - 1}", 7)
        return [str(point) for point in range(low, high + 1)]

    def _key(self, way: Way, given: Mapping[str, object], default: str) -> str:
        return self.value(way, given, "key", _name, "a name of letters, digits and _", default)

    def condition(self, way: Way, value: object) -> Condition:
        """Return a condition; whether its parameters fit is checked for each environment it is used with."""
        given = self.read(way, value, table, "a table with a name")
        name = self.needed(way, given, "name", label, "a short name without a slash")
        wanted = '"prompt-only" or "gauges"'
        presentation = self.value(way, given, "presentation", one_of(_Presentation), wanted, "gauges")
        own = ("name", "presentation", "wording")
        parameters = {key: value for key, value in given.items() if key not in own}
        known = {parameter.name for id_ in bioblue_envs.ids() for parameter in bioblue_envs.parameters(id_)}
        self.known(way, parameters, known.union(own))
        return Condition(name, presentation == "prompt-only", parameters, self.wording(way, given))


_Presentation = Literal["prompt-only", "gauges"]


def _title(value: object) -> str:
    title = text(value)
    if len(title) > 200 or one_line(title) != title:
        raise ValueError
    return title


def _name(value: object) -> str:
    name = text(value)
    if len(name) > 40 or not name.isascii() or not name.isidentifier():
        raise ValueError
    return name


def _answer(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value)


def _options(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) < 2:
        raise ValueError
    options = [text(option) for option in value]
    if len(set(options)) < len(options):
        raise ValueError
    return options


def _ends(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError
    return text(value[0]), text(value[1])
