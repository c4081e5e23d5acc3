"""How many participants were removed, and on which days: by the version they played and how they stood, with no code.

Without it a study from which somebody was removed would look as if they had never begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bioblue_tui.records.files import read_bytes, write_bytes
from bioblue_tui.records.schema import DecodeError, RecordError, dumps, loads
from bioblue_tui.studies.log import DECLINED, EXCLUDED, FINISHED, LATEST, Log
from bioblue_tui.studies.sessions import numbering

MARK = "bioblue-study-removed"
"""Value of the first field of the file, ``record``."""

SCHEMA = "1.1"
"""Version of its format. 1.1 added ``days``."""

NOT_FINISHED, UNKNOWN = "not finished", "unknown"
"""The state of a session that had not ended, and of one that could not be read."""

_WORDS = {
    FINISHED: "had finished",
    NOT_FINISHED: "had not finished",
    DECLINED: "had declined",
    EXCLUDED: "had been excluded",
    UNKNOWN: "with a session that could not be read",
}


class Stood(NamedTuple):
    """How a participant stood when they were removed.

    Attributes:
        version: Number of the version they played; 0 where that is not known.
        state: One of the outcomes of a session, or one of the constants above.
        day: The day on which they were removed, ISO 8601; empty where it was not noted.
    """

    version: int
    state: str
    day: str = ""

    @classmethod
    def of(cls, log: Log, version: int) -> Stood:
        """Return how the participant of a session stands, whose study has this version."""
        state = log.outcome or NOT_FINISHED
        return cls(version, state if state in _WORDS else UNKNOWN)


def removed_file(directory: Path) -> Path:
    """Return the file of the counts in a study's directory; where nobody was removed there is none."""
    return directory / "removed.json"


def read_removed(directory: Path) -> Counter[Stood]:
    """Return how many participants of a study were removed.

    Raises:
        RecordError: When the file cannot be read.
    """
    path = removed_file(directory)
    if not path.exists():
        return Counter()
    try:
        value = loads(read_bytes(path).rstrip())
        if not isinstance(value, Mapping) or value.get("record") != MARK:
            raise ValueError
        if str(value.get("schema")).partition(".")[0] != SCHEMA.partition(".")[0]:
            raise RecordError("written by another version of the program", path, advice="Update to read it.")
        return Counter(dict(own for entry in value["removed"] for own in _entry(entry)))
    except (DecodeError, KeyError, TypeError, ValueError) as error:
        advice = "Put back a copy of it, or remove it: then nothing says how many were removed."
        raise RecordError("damaged", path, advice=advice) from error


def _entry(value: Mapping[str, Any]) -> Iterator[tuple[Stood, int]]:
    version, state, days = value["version"], value["state"], dict(value.get("days", {}))
    days[""] = value["participants"] - sum(days.values())
    for day, count in days.items():
        if type(version) is not int or type(count) is not int or not (0 <= version <= LATEST and 0 <= count <= LATEST):
            raise ValueError(version, count)
        if count:
            own = state if isinstance(state, str) and state in _WORDS else UNKNOWN
            yield Stood(version, own, str(day and date.fromisoformat(day))), count


def count_removed(directory: Path, stood: Stood) -> None:
    """Count one more, removed today.

    Raises:
        RecordError: When the file cannot be read or written, or another process keeps the directory locked.
    """
    with numbering(directory):
        counts = read_removed(directory)
        counts[stood._replace(day=date.today().isoformat())] += 1
        told: dict[tuple[int, str], dict[str, int]] = {}
        for (version, state, day), count in sorted(counts.items()):
            told.setdefault((version, state), {})[day] = count
        removed = [
            {
                "version": version,
                "state": state,
                "participants": sum(days.values()),
                "days": {day: count for day, count in days.items() if day},
            }
            for (version, state), days in told.items()
        ]
        body = {"record": MARK, "schema": SCHEMA, "removed": removed}
        write_bytes(removed_file(directory), dumps(body).encode("ascii") + b"\n", overwrite=True)


def in_words(counts: Mapping[Stood, int]) -> str:
    """Return how many were removed, how they stood, and on which days that was."""
    total = sum(counts.values())
    states = Counter[str]()
    for stood, count in counts.items():
        states[stood.state] += count
    parts = [f"{states[state]} {words}" * (states[state] > 0) for state, words in _WORDS.items()]
    how = ", ".join(filter(None, parts))
    days = sorted({stood.day for stood in counts if stood.day})
    when = f"; {' to '.join(dict.fromkeys((days[0], days[-1])))}" if days else ""
    unknown = sum(count for stood, count in counts.items() if not stood.day)
    when += f"; {unknown} on a day that was not noted" if days and unknown else ""
    return f"{total} ({how.removeprefix('1 ') if total == 1 else how}{when})"


def told_removed(directory: Path) -> list[str]:
    """Return a sentence on removed participants, or on why they are not known; none where nobody was removed."""
    try:
        counts = read_removed(directory)
    except RecordError as error:
        return [f"how many participants were removed: {error}"]
    return [f"removed (bioblue study forget), and not counted here: {in_words(counts)}"] if counts else []
