"""Versions of a study: the version a participant begins with is kept beside their session, and stays theirs.

A version is one file that holds the study's file, every file it names, and the wordings of its trials. It is written
before the first session that plays it, and never changed. Sessions of programs before 1.1 have no version number:
theirs is the version with the hash they noted, or the study as its file is now.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bioblue_envs

from bioblue_tui.formatting.text import error_line
from bioblue_tui.records.fields import mapping
from bioblue_tui.records.files import read_bytes, write_bytes
from bioblue_tui.records.schema import DecodeError, RecordError, dumps, loads
from bioblue_tui.studies.changes import what_changed
from bioblue_tui.studies.loading import StudyError, load_study
from bioblue_tui.studies.log import Log
from bioblue_tui.studies.parts import Copies
from bioblue_tui.studies.sessions import trials_digest
from bioblue_tui.studies.study import Study
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.paths import data_dir
from bioblue_tui.wordings.wording import Wording
from bioblue_tui.wordings.words import Words

MARK = "bioblue-study-version"
"""Value of the first field of a version's file, ``record``."""

SCHEMA = "1.0"
"""Version of the format of such a file."""

_PREFIX, _SUFFIX = "version-", ".json"


@dataclass(frozen=True, slots=True)
class Version:
    """A study as participants play it.

    Attributes:
        number: From 1; 0 where it was not kept.
        study: The study.
        created: When the first participant began with it, ISO 8601; empty where it was not kept.
    """

    number: int
    study: Study
    created: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The versions of a study that are kept.

    Attributes:
        directory: Where they are.
        versions: In the order of their numbers.
        damaged: What is wrong with versions that cannot be read, a sentence each, by their numbers.
        highest: The highest number, versions that cannot be read included.
    """

    directory: Path
    versions: Sequence[Version] = ()
    damaged: Mapping[int, str] = field(default_factory=dict)
    highest: int = 0

    @property
    def problems(self) -> Sequence[str]:
        """A sentence on each version that cannot be read."""
        return list(self.damaged.values())

    def told(self, known: Collection[int]) -> tuple[list[str], list[str]]:
        """Return sentences on unreadable copies: on those that are needed, and on those that the study's file replaces.

        Args:
            known: Unreadable versions that are known all the same, since the study's file is as it was then.
        """
        missed = [why for number, why in self.damaged.items() if number not in known]
        instead = "The study's file is as it was then and stands in for it; nothing is left out"
        return missed, [f"{why} {instead}." for number, why in self.damaged.items() if number in known]

    def lost(self, number: int) -> str:
        """Return what to say where a version's copy is needed but is missing or not the right one."""
        return "; ".join(self.problems) or (
            f"{version_file(self.directory, number)}: the copy of version {number} is not there any more; put it back, "
            "or the study's file as it was then"
        )

    def of(self, log: Log, study: Study | None = None) -> Version | None:
        """Return the version that a participant plays, or None where it is not known.

        Args:
            log: Their session.
            study: The study as its file is now, for sessions of which no version was kept; None without a file.
        """
        number, digest = log.opening.version, log.opening.digest or (log.visits[-1].digest if log.visits else "")
        for version in self.versions:
            if number in (0, version.number) and version.study.digest == digest:
                return version
        if study is None:
            return None
        known = study.digest == digest if number else log.opening.trials == trials_digest(study)
        return Version(number, study, log.opening.created if number else "") if known else None

    def played(self, study: Study | None = None) -> Callable[[Log], Study | None]:
        """Return a function that finds the exact study of a session; it returns None where no version was kept."""

        def found(log: Log) -> Study | None:
            version = self.of(log, study) if log.opening.version else None
            return version.study if version else None

        return found

    def same(self, study: Study) -> Version | None:
        """Return the version that equals a study, or None. Other words built into the program make no new version."""
        alike = (v for v in reversed(self.versions) if v.study.digest == study.digest or v.study == study)
        return next(alike, None)


def version_file(directory: Path, number: int) -> Path:
    """Return the file of a version; it may not exist."""
    return directory / f"{_PREFIX}{number}{_SUFFIX}"


def kept_versions(directory: Path) -> Kept:
    """Return the versions in a study's directory; those that cannot be read are in ``damaged``."""
    numbers = []
    for path in directory.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(ValueError):
            numbers.append(int(path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)))
    found, damaged = [], {}
    for number in sorted(numbers):
        try:
            found.append(_read(version_file(directory, number), number))
        except BioBlueError as error:
            damaged[number] = f"version {number} of the study: {error_line(error)}"
    return Kept(directory, found, damaged, max(numbers, default=0))


def load_begun(path: Path, data: Path | None = None) -> tuple[Study, str]:
    """Load a study. One that participants began under an older program's rules stays valid while it is unchanged.

    Returns:
        The study, and what would be wrong with it in a new study; empty for nothing.

    Raises:
        StudyError: When anything in the file is wrong, and nobody has begun with it.
    """
    try:
        return load_study(path), ""
    except StudyError as error:
        found = _begun_with(path, data_dir(data) / "studies")
        if found is None:
            raise
        return found, str(error)


def _begun_with(path: Path, studies: Path) -> Study | None:
    """Return the kept version, of any study, that a file and all files it names match exactly."""
    with contextlib.suppress(RecordError):
        text = read_bytes(path)
        for directory in sorted(studies.glob("*/")):
            for version in kept_versions(directory).versions:
                if version.study.text == text and _named_alike(path.parent, version.study):
                    return version.study
    return None


def _named_alike(beside: Path, study: Study) -> bool:
    """Return whether the files that a study names are unchanged."""
    try:
        return all(read_bytes(beside / Path(name).expanduser()) == data for name, data in study.files.items())
    except RecordError:
        return False


def keep(directory: Path, version: Version, program: str) -> None:
    """Write a version's file.

    Raises:
        RecordError: When it cannot be written.
    """
    study = version.study
    body = {
        "record": MARK,
        "schema": SCHEMA,
        "version": version.number,
        "study": study.name,
        "digest": study.digest,
        "program": program,
        "created": version.created,
        "text": study.text.decode(),
        "files": {name: data.decode() for name, data in study.files.items()},
        "wordings": {name: _plain(wording) for name, wording in study.wordings.items()},
    }
    write_bytes(version_file(directory, version.number), dumps(body).encode("ascii") + b"\n", overwrite=True)


def chosen(study: Study, kept: Kept, logs: Sequence[Log], *, anew: bool, created: str) -> Version:
    """Return the version that a new participant plays: one that is kept, or a new one.

    Args:
        study: The study as its file is now.
        kept: The versions so far.
        logs: The sessions so far.
        anew: Whether a changed file may become a new version.
        created: The present time, for a new version.

    Raises:
        StudyError: When the file was changed and may not become a new version.
    """
    known = kept.same(study)
    if known is not None:
        return known
    lost = next((log.opening for log in logs if log.opening.version and log.opening.digest == study.digest), None)
    if lost is not None:
        return Version(lost.version, study, lost.created)
    began = [log for log in logs if log.opening.version or log.opening.trials != trials_digest(study)]
    newest = max((log.opening.version for log in logs), default=0)
    if began and not anew:
        if kept.problems or (newest and all(version.number != newest for version in kept.versions)):
            raise StudyError(f"{kept.lost(newest)}; or begin a new version with --new-version")
        raise StudyError(_refusal(study, kept.versions[-1] if kept.versions else None))
    return Version(max(kept.highest, newest) + 1, study, created)


def own_version(study: Study, kept: Kept, log: Log, *, anew: bool) -> Version:
    """Return the version with which a participant resumes: the one they began with, whatever the file says now.

    Raises:
        StudyError: When a new version is asked for, or the version they began with is not known or can't be read.
    """
    opening, own = log.opening, kept.of(log, study)
    if anew:
        began = f"version {opening.version}" if opening.version else "the version before"
        raise StudyError(f"{opening.participant} began with {began} and continues with it; leave --new-version out")
    if own is None and not opening.version:
        raise StudyError(_refusal(study, None))
    if own is None:
        raise StudyError(f"{opening.participant} cannot resume: {kept.lost(opening.version)}")
    return own


def was_changed(study: Study, own: Version) -> str:
    """Return what to say where a participant resumes a version that the file no longer is; empty where it still is."""
    if own.study is study or own.study.digest == study.digest or own.study == study:
        return ""
    told = "\n".join(f"  {line}" for line in what_changed(own.study, study))
    return f"continues with version {own.number}, as they began it; the study's file was changed since:\n{told}"


def _refusal(study: Study, before: Version | None) -> str:
    advice = (
        "Put it back as it was, or begin a new version of the study with --new-version and a new participant; "
        "whoever has begun continues with the version they began with."
    )
    if before is None:
        return f"the study's trials were changed since participants began. {advice}"
    told = "\n".join(f"  {line}" for line in what_changed(before.study, study))
    return f"the study's file was changed since version {before.number} was begun:\n{told}\n{advice}"


def _plain(wording: Wording) -> dict[str, object]:
    texts = {environment: dict(words) for environment, words in wording.texts.items()}
    own = {"name": wording.name, "version": wording.version, "about": wording.about}
    return {**own, "digest": wording.digest, "texts": texts}


def _wording(value: Mapping[str, Any]) -> Wording:
    texts = mapping(value["texts"], "texts")
    words = {id_: Words(id_, mapping(texts[id_], id_)) for id_ in texts if id_ in bioblue_envs.ids()}
    found = Wording(str(value["name"]), int(value["version"]), str(value["about"]), texts, words)
    if found.digest != value["digest"]:
        raise ValueError(found.digest)
    return found


def _read(path: Path, number: int) -> Version:
    try:
        value = loads(read_bytes(path).rstrip())
    except DecodeError as error:
        raise RecordError("damaged", path, advice="Put back a copy of it.") from error
    if not isinstance(value, Mapping) or value.get("record") != MARK or value.get("version") != number:
        raise RecordError("no version of a study", path, advice="Put back a copy of it.")
    if str(value.get("schema")).partition(".")[0] != SCHEMA.partition(".")[0]:
        raise RecordError("written by another version of the program", path, advice="Update to read it.")
    text, files, wordings = value.get("text"), value.get("files"), value.get("wordings", {})
    if not isinstance(text, str) or not isinstance(files, Mapping) or not isinstance(wordings, Mapping):
        raise RecordError("damaged", path, advice="Put back a copy of it.")
    try:
        words = {str(name): _wording(own) for name, own in wordings.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError("damaged: a wording", path, advice="Put back a copy of it.") from error
    copies = Copies({str(name): str(data).encode() for name, data in files.items()}, words)
    study = load_study(path.with_suffix(".toml"), text.encode(), copies)
    if study.digest != value.get("digest"):
        raise RecordError("was changed since it was kept", path, advice="Put back a copy of it.")
    return Version(number, study, str(value.get("created", "")))
