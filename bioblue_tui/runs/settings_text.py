"""Reading and checking what people write for a language model in a command's options, on a screen or in a file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bioblue_tui.agents.base import AgentError
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.models.settings import parse_history
from bioblue_tui.records.fields import mapping
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import DecodeError, RecordError, loads
from bioblue_tui.runs.values import number, or_none, switch, table, text, whole
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.wordings.collection import built_in, names, parse_own, retired
from bioblue_tui.wordings.wording import Wording
from bioblue_tui.wordings.words import WordingError

_HOTTEST, _MOST_TOKENS = 1000, 10_000_000

LONGEST_PROMPT = 200_000
"""Most characters of a system prompt from a file: more than any instruction has, less than a wrong file may have."""


class ToldError(BioBlueError, ValueError):
    """A text that is not a valid setting. The message says which, and what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a model, and which values it may have.

    Attributes:
        check: Returns the setting for a value from a file; raises ValueError for an invalid one.
        in_file: What is expected in a file.
        parse: Returns the value that a text stands for; raises ValueError for an invalid text.
        in_text: What is expected of a text.
    """

    check: Callable[[object], object]
    in_file: str
    parse: Callable[[str], object]
    in_text: str


def _or_none(parse: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: "none" if text.strip().lower() == "none" else parse(text)


def _amount(value: object) -> float:
    if number(value) > _HOTTEST:
        raise ValueError
    return number(value)


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError
    return int(text)


def _word(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > 40 or len(value.split()) > 1 or one_line(value) != value:
        raise ValueError
    return value.strip() or None


def _history(value: object) -> str:
    try:
        parse_history(text(value))
    except AgentError:
        raise ValueError from None
    return text(value)


def _on_off(text: str) -> bool:
    words = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
    if text.strip().lower() not in words:
        raise ValueError
    return words[text.strip().lower()]


def _object(value: object) -> dict[str, object]:
    return mapping(table(value), "the object")


_NUMBER = Setting(
    or_none(_amount), 'a number from 0 to 1000, or "none"', _or_none(float), "a number from 0 to 1000, or none"
)
_COUNT = Setting(
    or_none(whole(1, _MOST_TOKENS)),
    'a whole number above 0, or "none"',
    _or_none(_digits),
    "a whole number above 0, or none",
)
_SWITCH = Setting(switch, "true or false", _on_off, "on or off")

SETTINGS: Mapping[str, Setting] = {
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "max_tokens": _COUNT,
    "effort": Setting(_word, 'a word such as "low", or "" to leave it out', str.strip, "one word, such as low"),
    "thinking": _COUNT,
    "history": Setting(
        _history,
        '"full", "none" or "window:K", such as "window:20",',
        str,
        "full, none or window:K, such as window:20",
    ),
    "grammar": _SWITCH,
    "send_reasoning": _SWITCH,
    "extra": Setting(_object, "a table such as {seed = 1}", loads, 'a JSON object, such as {"seed": 1}'),
}
"""The settings of a model, by their names in ``ModelSettings``, except the server's address."""


def read_setting(name: str, text: str, shown: str) -> object:
    """Read one setting of a model.

    Args:
        name: Its name in ``ModelSettings``, one of ``SETTINGS``.
        text: What was written. ``none`` leaves a number out of the request; for the effort that is a word like any
            other, and an empty text leaves it out.
        shown: The setting's name where it was written.

    Raises:
        ToldError: When the text is not valid.
    """
    setting = SETTINGS[name]
    try:
        return setting.check(setting.parse(text))
    except DecodeError as error:
        raise ToldError(f"{shown}: {error_line(error, 100)}") from None
    except ValueError:
        # This one goes into the request as it stands and may hold a key, so it is not repeated.
        said = "" if name == "extra" else f" {one_line(text, 40)}"
        raise ToldError(f"{shown}{said}: {setting.in_text}") from None


def read_settings(text: str) -> dict[str, object]:
    """Read settings as lines of ``name=value``; names are those of the command's options, blank lines are ignored.

    Raises:
        ToldError: When a line is not valid; the message begins with its number.
    """
    found: dict[str, object] = {}
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        written, equals, value = line.partition("=")
        flag = written.strip().removeprefix("--")
        name = flag.replace("-", "_")
        if not equals:
            raise ToldError(f"line {place}: write name=value, such as temperature=0.5")
        if name not in SETTINGS:
            flags = [known.replace("_", "-") for known in SETTINGS]
            near = difflib.get_close_matches(flag[:40], flags, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(flags)}"
            raise ToldError(f"line {place}: {one_line(flag, 40)} is not known; {hint}")
        if name in found:
            raise ToldError(f"line {place}: {flag} is there twice")
        found[name] = read_setting(name, value.strip(), f"line {place}: {flag}")
    return found


def read_instruction(path: Path, shown: str) -> str:
    """Read a system instruction from a file.

    Args:
        path: The file, UTF-8 text.
        shown: The setting's name where it was written.

    Raises:
        ToldError: When it can't be read, or is empty or too long.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig").strip()
    except RecordError as error:
        raise ToldError(f"{shown} {error_line(error)}") from None
    except UnicodeDecodeError:
        raise ToldError(f"{shown} {one_line(str(path), 200)}: not UTF-8 text") from None
    if not text or len(text) > LONGEST_PROMPT:
        raise ToldError(f"{shown} {one_line(str(path), 200)}: from 1 to {LONGEST_PROMPT} characters expected")
    return text


def read_wording(written: str, shown: str, beside: Path | None = None) -> Wording:
    """Read a wording that is named: by the name of a built-in one, or by a file.

    Args:
        written: As written.
        shown: The setting's name where it was written.
        beside: The directory in which a file is looked up; None for the current one.

    Raises:
        ToldError: When there is no such wording, or the file can't be used.
    """
    found = built_in(written)
    if found is not None:
        return found
    if not written.strip():
        raise ToldError(f"{shown} names no wording; there are {', '.join(names())}, or name a file, such as my.toml")
    path = (beside or Path()) / Path(written).expanduser()
    if not path.exists() and not path.suffix and path.name == written:
        if any(written == old.name for old in retired()):
            raise ToldError(f"{shown} {written}: only trials that began with this older wording continue with it")
        near = difflib.get_close_matches(written[:40], names(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise ToldError(f"{shown} {one_line(written, 60)}: no such wording; {hint}, or name a file, such as my.toml")
    try:
        return load_wording(path)
    except WordingError as error:
        raise ToldError(f"{shown}: {error}") from None


def load_wording(path: Path) -> Wording:
    """Load a wording from its file.

    Raises:
        WordingError: When it can't be read, or anything in it is wrong.
    """
    try:
        data = read_bytes(path)
    except RecordError as error:
        raise WordingError(error_line(error)) from None
    return parse_own(data, one_line(str(path), 200))
