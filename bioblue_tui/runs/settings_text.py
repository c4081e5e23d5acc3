"""What people write for a language model, in a command's options or on a screen, read and checked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from bioblue_tui.agents.base import AgentError
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.models.settings import parse_history
from bioblue_tui.records.fields import mapping
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import DecodeError, RecordError, loads
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.wordings.collection import built_in, names, parse_own, retired
from bioblue_tui.wordings.wording import Wording
from bioblue_tui.wordings.words import WordingError

LONGEST_PROMPT = 200_000
"""Most characters of a system prompt from a file: more than any model's instruction, less than a slip of the finger."""

_SWITCHES = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


class ToldError(BioBlueError, ValueError):
    """What was written makes no sense. The message says what, and what is expected."""


def read_setting(name: str, text: str, shown: str) -> object:
    """Read what one setting of a model is to be.

    Args:
        name: Its name in ``ModelSettings``, one of ``SETTINGS``.
        text: What was written. ``none`` leaves a number out of the request; for the effort that is a word like any
            other, and an empty text leaves it out.
        shown: What the setting is called where it was written.

    Raises:
        ToldError: When it makes no sense.
    """
    return _READ[name](text, shown)


def read_settings(text: str) -> dict[str, object]:
    """Read settings as lines of ``name=value``; names are those of the command's options, blank lines count nothing.

    Raises:
        ToldError: When a line makes no sense; the message begins with its number.
    """
    found: dict[str, object] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        written, equals, value = line.partition("=")
        flag = written.strip().removeprefix("--")
        name = flag.replace("-", "_")
        if not equals:
            raise ToldError(f"line {number}: write name=value, such as temperature=0.5")
        if name not in SETTINGS:
            flags = [known.replace("_", "-") for known in SETTINGS]
            near = difflib.get_close_matches(flag[:40], flags, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(flags)}"
            raise ToldError(f"line {number}: {one_line(flag, 40)} is not known; {hint}")
        if name in found:
            raise ToldError(f"line {number}: {flag} is there twice")
        found[name] = read_setting(name, value.strip(), f"line {number}: {flag}")
    return found


def read_instruction(path: Path, shown: str) -> str:
    """Read a system instruction from a file.

    Args:
        path: The file, UTF-8 text.
        shown: What the setting is called where it was written.

    Raises:
        ToldError: When it can't be read, or holds none.
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
    """Read which wording is meant: the name of a built-in one, or a file.

    Args:
        written: As written.
        shown: What the setting is called where it was written.
        beside: The directory that a file's name is looked up in; None for the present one.

    Raises:
        ToldError: When there is no such wording, or the file can't be used.
    """
    found = built_in(written)
    if found is not None:
        return found
    if not written.strip():
        raise ToldError(f"{shown} names none; there are {', '.join(names())}, or name a file, such as my.toml")
    path = (beside or Path()) / Path(written).expanduser()
    if not path.exists() and not path.suffix and path.name == written:
        if any(written == old.name for old in retired()):
            raise ToldError(f"{shown} {written}: only trials that began with this older wording go on with it")
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
        WordingError: When it can't be read, or anything in it is not as it should be.
    """
    try:
        data = read_bytes(path)
    except RecordError as error:
        raise WordingError(error_line(error)) from None
    return parse_own(data, one_line(str(path), 200))


def _number(text: str, shown: str) -> float | None:
    if text.strip().lower() == "none":
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1000:
        raise ToldError(f"{shown} {one_line(text, 20)}: a number from 0 on, or none")
    return value


def _count(text: str, shown: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text)):
        raise ToldError(f"{shown} {one_line(text, 20)}: a whole number above 0, or none")
    return int(text)


def _word(text: str, shown: str) -> str | None:
    word = text.strip()
    if len(word) > 40 or len(word.split()) > 1 or one_line(word) != word:
        raise ToldError(f"{shown} {one_line(word, 20)}: one word, such as low")
    return word or None


def _history(text: str, shown: str) -> str:
    try:
        parse_history(text)
    except AgentError:
        raise ToldError(f"{shown} {one_line(text, 40)}: full, none or window:K, such as window:20") from None
    return text


def _switch(text: str, shown: str) -> bool:
    if text.strip().lower() not in _SWITCHES:
        raise ToldError(f"{shown} {one_line(text, 20)}: on or off")
    return _SWITCHES[text.strip().lower()]


def _object(text: str, shown: str) -> dict[str, object]:
    try:
        value = loads(text)
        if not isinstance(value, dict):
            raise ToldError(f'{shown}: a JSON object expected, such as {{"seed": 1}}')
        return mapping(value, "the object")
    except DecodeError as error:
        raise ToldError(f"{shown}: {error_line(error, 100)}") from None


_READ: Mapping[str, Callable[[str, str], object]] = {
    "temperature": _number,
    "top_p": _number,
    "max_tokens": _count,
    "effort": _word,
    "thinking": _count,
    "history": _history,
    "grammar": _switch,
    "send_reasoning": _switch,
    "extra": _object,
}

SETTINGS = tuple(_READ)
"""Names of what can be set, as in ``ModelSettings``."""
