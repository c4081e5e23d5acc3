"""What all tables of a study share: whom a row is about, and why time does not count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bioblue_tui.formatting.text import one_line
from bioblue_tui.studies.export.played import Person
from bioblue_tui.studies.export.table import Column
from bioblue_tui.studies.measuring import HELD, REPEATED
from bioblue_tui.studies.study import StudyTrial

AWAY = {
    "pause": "in pauses",
    "leaving": "at the question whether to leave",
    "focus": "while another window had the keyboard, where the terminal tells",
}
"""Why time does not count."""

WHO = [
    Column("study", "text", "Name of the study."),
    Column("participant", "text", "The participant's code."),
    Column("version", "integer", "Version of the study that they play, from 1; empty where none was kept."),
    Column("row", "integer", "Row of the design that orders their blocks and trials, from 1."),
]

HELD_DOWN = (
    f"with no other key in between, Enter or Ctrl+S within {HELD:g} s of the last press that counted or "
    f"{REPEATED:g} s of the last press of any kind, as happens while the key is held down"
)
"""Which key presses count as a key that is held down."""

DROPPED = Column(
    "dropped",
    "integer",
    "Keys that did not count: pressed before what they would answer was on the screen, or while something else lay "
    f"over it; {HELD_DOWN}. 0, too, where an older program did not note them.",
)


KILLED = (
    "Visits add up. Time that the program could not note (a crash) is left out; in a trial with a time limit that is "
    "at most its last seconds."
)
"""What is left out of times."""


def who(person: Person) -> dict[str, object]:
    """Return whose row it is."""
    opening = person.log.opening
    version = person.version.number or None
    return {"study": opening.study, "participant": person.code, "version": version, "row": opening.row + 1}


def time_of(at: float) -> str:
    """Return a moment as ISO 8601 with offset; empty for none."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds") if at else ""


def where(trials: Iterable[StudyTrial], setting: Callable[[StudyTrial], float]) -> Mapping[float, str]:
    """Return, for each value of a setting except 0, in words, where it holds.

    Args:
        trials: The trials of a study.
        setting: Returns the setting of one trial.
    """
    blocks: dict[str, list[StudyTrial]] = {}
    for trial in trials:
        blocks.setdefault(trial.block, []).append(trial)
    found: dict[float, list[str]] = {}
    for name, own in blocks.items():
        for value in sorted({setting(trial) for trial in own} - {0}):
            having = [trial.key for trial in own if setting(trial) == value]
            label = "practice" if own[0].practice else f"block {one_line(name)}"
            whole = len(having) == len(own)
            found.setdefault(value, []).append(label if whole else f"trials {', '.join(map(one_line, having))}")
    everywhere = len(found) == 1 and not any(setting(trial) == 0 for own in blocks.values() for trial in own)
    return {
        value: "in every trial" if everywhere else f"in {' and '.join(places)} only"
        for value, places in sorted(found.items())
    }
