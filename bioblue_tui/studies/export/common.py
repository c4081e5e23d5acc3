"""What all tables of a study share: who it is about, and why time does not count."""

from __future__ import annotations

from datetime import datetime

from bioblue_tui.studies.export.played import Person
from bioblue_tui.studies.export.table import Column

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


def who(person: Person) -> dict[str, object]:
    """Return whose row it is."""
    opening = person.log.opening
    version = person.version.number or None
    return {"study": opening.study, "participant": person.code, "version": version, "row": opening.row + 1}


def time_of(at: float) -> str:
    """Return a moment as ISO 8601 with offset; empty for none."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds") if at else ""
