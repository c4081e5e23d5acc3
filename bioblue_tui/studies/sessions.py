"""Sessions on disk: one file for each participant, appended to line by line, as records of trials are."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.append_log import AppendLog
from bioblue_tui.records.files import read_bytes, what_failed
from bioblue_tui.records.locking import is_locked, lock
from bioblue_tui.records.schema import DecodeError, RecordError, dumps, loads
from bioblue_tui.studies.expected import Expected
from bioblue_tui.studies.log import LATEST, SESSION_MARK, SESSION_VERSION, Log, Opening
from bioblue_tui.studies.study import Study
from bioblue_tui.system.paths import data_dir

_PREFIX, _SUFFIX = "participant-", ".jsonl"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")

_LONGEST_OPENING = 65_536
"""Bytes; no first line of a session is longer."""

_TRIES = 25
"""How often to wait for another process that is entering a participant: on a slow disk that may take seconds."""

Played = Callable[[Log], Study | None]
"""Returns the study that a participant plays, from the first line of their session; None where it is not known."""

CODE = "a code of letters, digits, - _ and ., at most 40, such as P07: no name, no address"
"""What a participant's code may be."""


def is_code(text: str) -> bool:
    """Return whether a text may be a participant's code."""
    return bool(_CODE.fullmatch(text))


def study_dir(name: str, data: Path | None = None) -> Path:
    """Return the directory of a study's sessions; it may not exist yet.

    Args:
        name: Name of the study.
        data: The data directory; None for the platform's.
    """
    # Names that differ only in replaced characters must not share a directory.
    unique = hashlib.sha256(name.encode()).hexdigest()[:8]
    return data_dir(data) / "studies" / f"{_UNSAFE.sub('-', name).strip('-.')[:60] or 'study'}-{unique}"


def session_file(directory: Path, participant: str) -> Path:
    """Return a participant's file; it may not exist."""
    return directory / f"{_PREFIX}{participant}{_SUFFIX}"


def participants(directory: Path) -> list[str]:
    """Return the codes of all who have a session, in order. An empty file does not count."""
    return _codes(directory, hollow=False)


def nobodys(directory: Path) -> list[str]:
    """Return a sentence on each empty session file: its participant may have had a session."""
    return [
        f"{code}: {session_file(directory, code).name} holds nothing; they can begin, and what it may have held is lost"
        for code in _codes(directory, hollow=True)
    ]


def _codes(directory: Path, *, hollow: bool) -> list[str]:
    found = (path.name for path in directory.glob(f"{_PREFIX}*{_SUFFIX}") if holds_nothing(path) == hollow)
    codes = (name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in found)
    return sorted(code for code in codes if is_code(code))


def trials_digest(study: Study) -> str:
    """Return a hash of everything that decides what is played."""
    trials = [*study.practice, *(trial for block in study.blocks for trial in block.trials)]
    specs = [[t.key, t.block, t.condition, t.limit, _plain(asdict(t.spec))] for t in trials]
    orders = [study.order, study.seed, *(block.order for block in study.blocks)]
    text = json.dumps([study.name, orders, specs], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: spec[key] for key in ("environment", "parameters", "seed", "steps", "prompt_only", "condition")}


@contextlib.contextmanager
def numbering(directory: Path) -> Iterator[None]:
    """Keep other processes from choosing a row of the design at the same time.

    Raises:
        RecordError: When the directory cannot be written, or another process keeps it locked.
    """
    path = directory / "lock"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise what_failed(error, path, "the study's directory cannot be written") from error
    try:
        if not any(lock(descriptor) for _ in range(_TRIES)):
            raise RecordError("another participant is being entered", path, advice="Try again.")
        yield
    finally:
        os.close(descriptor)


class SessionFile(AppendLog):
    """A participant's open file. While it is open nobody else can open it.

    Attributes:
        log: What the file says.
    """

    WHAT = "the session"
    TAKEN = "this participant is playing in another window or on another screen"
    ADVICE = "Continue there."

    log: Log

    @classmethod
    def create(cls, path: Path, opening: Opening) -> SessionFile:
        """Make a new file, in place of an empty one.

        Raises:
            RecordError: When it exists, or cannot be made or written; then nothing is left behind.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if holds_nothing(path):
                path.unlink()
            made = cls.new(path, dumps({"record": SESSION_MARK, "schema": SESSION_VERSION, **asdict(opening)}))
        except FileExistsError as error:
            raise RecordError(cls.TAKEN, path, advice=cls.ADVICE) from error
        except OSError as error:
            raise what_failed(error, path, "the session cannot be made") from error
        made.log = Log(opening)
        return made

    @classmethod
    def reopen(cls, path: Path) -> SessionFile:
        """Open a file to continue it; a last line that was cut off is removed.

        Raises:
            RecordError: When it cannot be read or written, is damaged, or is open elsewhere.
        """
        opened, data = cls.existing(path)
        with opened.or_closed():
            opened.log = parse_session(data, path)
            opened.go_on(data, torn=True)
        return opened

    def append(self, event: str, at: float, **fields: object) -> None:
        """Write a line; when this returns it is on the disk, and the log knows it.

        Lines that may come at any moment (``open``, ``dropped``) are left to the system to write: it outlives the
        program.

        Raises:
            RecordError: When it cannot be written.
        """
        line = {"event": event, "at": round(at, 6), **fields}
        self.write(dumps(line), to_disk=event not in ("open", "dropped"))
        self.log.apply(line)


def read_session(path: Path, played: Played = lambda log: None) -> Log:
    """Read a session's file; a last line that was cut off is left out.

    Args:
        path: The file.
        played: Returns the study, by the first line, to check that each line can follow the ones before; None where the
            study is not known.

    Raises:
        RecordError: When it cannot be read, is another participant's, is damaged before its end, or lacks lines.
    """
    return parse_session(read_bytes(path), path, played)


def holds_nothing(path: Path) -> bool:
    """Return whether a session's file ends within its first line: the disk was full, or the computer went off.

    Such a file is no session, unless a process is writing it right now.
    """
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LONGEST_OPENING:
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return (b"\n" not in data or not data.strip(b"\0\n\r\t ")) and not is_locked(path)


def is_running(path: Path) -> bool:
    """Return whether a session is open in some process."""
    return is_locked(path)


def parse_session(data: bytes, path: Path | None = None, played: Played = lambda log: None) -> Log:
    """Read a session from the bytes of its file; see ``read_session``."""
    if path is not None and not data.strip(b"\0\n\r\t "):
        raise RecordError("holds nothing", path, advice="Its participant can begin.")
    lines = data.split(b"\n")[:-1]
    try:
        first = loads(lines[0]) if lines else None
        log = Log(_opening(first))
        if path is not None and path.name != session_file(path.parent, log.opening.participant).name:
            raise DecodeError(
                f"this is the session of {one_line(log.opening.participant, 60)}, in a file of another name"
            )
    except DecodeError as error:
        raise RecordError(str(error), path, 1, "Without its first line a session cannot be read.") from error
    study = played(log)
    expected = Expected(study, log) if study else None
    for number, line in enumerate(lines[1:], 2):
        try:
            value = loads(line)
            if not isinstance(value, dict):
                raise DecodeError("no line of a session")
            if expected and not expected.follows(value):
                raise RecordError("damaged: lines before this one are missing", path, number, "Put them back.")
            log.apply(value)
        except DecodeError as error:
            raise RecordError(f"damaged: {error}", path, number, "Correct or remove this line.") from error
    return log


def _opening(first: object) -> Opening:
    if not isinstance(first, Mapping) or first.get("record") != SESSION_MARK:
        raise DecodeError("no session of a study")
    if str(first.get("schema")).partition(".")[0] != SESSION_VERSION.partition(".")[0]:
        raise DecodeError("written by another version of the program; update to read it")
    row, version = first.get("row"), first.get("version", 0)
    texts = {name: first.get(name) for name in ("study", "participant", "trials", "program", "created")}
    texts["digest"] = first.get("digest", "")
    if type(row) is not int or type(version) is not int or not (0 <= row <= LATEST and 0 <= version <= LATEST):
        raise DecodeError("the first line is damaged")
    if not all(isinstance(value, str) for value in texts.values()):
        raise DecodeError("the first line is damaged")
    return Opening(row=row, version=version, **{name: str(value) for name, value in texts.items()})
