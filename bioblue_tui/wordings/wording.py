"""A wording: words for every environment, with a name, a version and a digest; a TOML file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

import bioblue_envs
from bioblue_envs import Environment

from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.system.toml import TomlError, load
from bioblue_tui.system.toml_lines import Places
from bioblue_tui.wordings.template import MOST
from bioblue_tui.wordings.words import ADDED, Fault, Mistakes, WordingError, Words

DIGITS = 12
"""Characters of a digest that people are shown."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_TOP = ("name", "version", "about", "reason")


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording.

    Attributes:
        name: Its name.
        version: Raised with every changed word.
        about: A description for people; may be empty.
        texts: Templates by environment, as ``Words`` takes them.
        words: The same templates, checked.
    """

    name: str
    version: int
    about: str
    texts: Mapping[str, Mapping[str, object]]
    words: Mapping[str, Words] = field(compare=False)

    @property
    def title(self) -> str:
        """Name and version, as in a record's header."""
        return f"{self.name} {self.version}"

    @property
    def digest(self) -> str:
        """A hash that identifies its texts."""
        return hashlib.sha256(json.dumps(self.texts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()

    def header(self, environment: Environment, instruction: str = "") -> dict[str, Any]:
        """Return the fields of a header that describe it.

        Args:
            environment: The environment.
            instruction: Another system instruction; empty for the wording's own.

        Raises:
            WordingError: When it has no words for the environment.
        """
        words = self.of(environment.id)
        return {
            "instruction": instruction or words.instruction(environment),
            "wording": self.title,
            "wording_digest": self.digest,
            "words": words.given,
        }

    def of(self, environment: str) -> Words:
        """Return the words for an environment.

        Raises:
            WordingError: When it has no words for it.
        """
        if environment in self.words:
            return self.words[environment]
        raise WordingError(f"the wording {self.name} has no words for {environment}; it needs a table [{environment}]")


def parse_wording(data: bytes, place: str, added: Mapping[str, Mapping[str, object]] | None = None) -> Wording:
    """Read a wording.

    Args:
        data: The TOML file.
        place: The file's name in messages.
        added: Another wording's texts by environment, from which missing texts of interventions are taken.

    Raises:
        WordingError: When anything in it is wrong; the message names the line.
    """
    try:
        text, values = load(data)
    except TomlError as error:
        raise WordingError(f"{place}: {error_line(error, 200)}") from None
    source = _Source(text, place)
    known = (*_TOP, *bioblue_envs.ids())
    odd = (source.error(key, "", 0, f"not known; there are {', '.join(known)}") for key in values if key not in known)
    found = Mistakes(islice(odd, MOST + 1))
    name, version, about = values.get("name"), values.get("version"), values.get("about", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        what = "small letters, digits, hyphens and dots expected, at most 40, such as my-words"
        found.append(source.error("name", "", 0, what))
    if type(version) is not int or not 1 <= version <= 1_000_000:
        found.append(source.error("version", "", 0, "a whole number expected, from 1 on"))
    if not isinstance(about, str) or len(about) > 1000:
        found.append(source.error("about", "", 0, "a text of at most 1000 characters expected"))
    texts: dict[str, Mapping[str, object]] = {}
    words: dict[str, Words] = {}
    for id_ in bioblue_envs.ids():
        if id_ not in values:
            continue
        with found.noted():
            texts[id_] = _texts(source, id_, values, (added or {}).get(id_, {}))
            words[id_] = Words(id_, texts[id_], source.fault(id_))
            words[id_].tell_rewards_apart(source.fault(id_))
    found.check()
    if not words:
        raise WordingError(
            f"{place}: words for no environment; there are {', '.join(bioblue_envs.ids())}, each a table"
        )
    return Wording(cast(str, name), cast(int, version), about, texts, words)


def _texts(source: _Source, id_: str, values: Mapping[str, Any], added: Mapping[str, object]) -> Mapping[str, object]:
    given = values[id_]
    if not isinstance(given, dict):
        raise source.error(id_, "", 0, "a table expected")
    if "reason" in given:
        raise source.error(id_, "reason", 0, "it is the same for all environments and stands before the first table")
    reason = {"reason": values["reason"]} if "reason" in values else {}
    return {**{key: added[key] for key in ADDED if key in added}, **given, **reason}


class _Source:
    """The lines of a wording's file."""

    def __init__(self, text: str, place: str) -> None:
        self._place, self._lines, self._places = place, text.splitlines(), Places(text)

    def fault(self, id_: str) -> Fault:
        def fault(key: str, line: int, what: str) -> WordingError:
            # This text is the same for all environments and comes before their tables.
            return self.error("reason", "", line, what) if key == "reason" else self.error(id_, key, line, what)

        return fault

    def error(self, top: str, key: str, line: int, what: str) -> WordingError:
        """Return an error about a line of a text in a table (0 for its key), or about a key at the top."""
        found = self._places.line((top, key.removeprefix("labels.")) if key else (top,))
        header = f"[{top}.labels]"
        if key.startswith("labels.") and found == self._places.line((top,)) and header in self._lines:
            found = self._lines.index(header) + 1
        named = f"{one_line(top, 40)}{'.' * bool(key)}{one_line(key, 40)}"
        if found is None:
            return WordingError(f"{self._place}: {named}: {what}")
        if line:
            # A text in triple quotes begins on the next line, unless something follows the quotes.
            opening = self._lines[found - 1].rstrip()
            found += line - (0 if opening.endswith(('"""', "'''")) and opening.count(opening[-3:]) == 1 else 1)
        return WordingError(f"{self._place}, line {found}: {named}: {what}")
