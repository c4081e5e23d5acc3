"""Notes and the comment columns of tab-separated logs: comments there are read as notes, and notes are written there.

``Review comment`` of a step holds its notes, one per line, then what the column held before; notes on the trial as a
whole are in the first row. Reading removes the notes again, since ``Step details`` has them as events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Event, Noted
from bioblue_tui.trials.notes import Notebook, said

REVIEWER = "review comment"
"""Author of notes read from that column: no log says who wrote them."""

PROGRAM = "automated review comment"
"""Author of notes read from the other column, which a program wrote."""

OURS = "bioblue: "
"""The beginning of every line that this program writes into the automated column. Such lines are made anew."""

_TAG = re.compile(r"\[([^\[\]\n]{1,80})\] *")


def notes_of(record: Record) -> Notebook:
    """Return the current notes on a trial, with the comments that a log has."""
    return Notebook().feed(noted(record))


def noted(record: Record) -> list[Event]:
    """Return a log's comments as notes, then the record's events: so comments can be edited and deleted as notes."""
    return [*comment_notes(record.comments), *record.events]


def comment_notes(comments: Mapping[int, tuple[str, str]]) -> list[Noted]:
    """Return the comments of a log as notes; lines that this program wrote there are left out.

    A word in brackets at the beginning is the tag, so that a log can be tagged in a spreadsheet.
    """
    notes = []
    for step, (review, automated) in comments.items():
        if review.strip():
            tag = _TAG.match(review)
            text = review[tag.end() :] if tag else review
            notes.append(Noted(0.0, step, _review_id(step), text, tag.group(1).strip() if tag else "", REVIEWER))
        other = foreign_lines(automated)
        if other.strip():
            notes.append(Noted(0.0, step, f"automated:{step}", other, "", PROGRAM))
    return notes


def foreign_lines(automated: str) -> str:
    """Return the part of an automated comment that another program wrote."""
    return "\n".join(line for line in automated.split("\n") if not line.startswith(OURS))


def with_notes(comments: Mapping[int, tuple[str, str]], events: Iterable[Event]) -> dict[int, tuple[str, str]]:
    """Return the comments to write into a log: the notes, then the earlier comment unless a note replaces it."""
    events = list(events)
    replaced = {event.id for event in events if isinstance(event, Noted)}
    cells = _cells(events)
    found: dict[int, tuple[str, str]] = {}
    for step in sorted({*cells, *comments}):
        review, automated = comments.get(step, ("", ""))
        if _review_id(step) in replaced:
            review = ""
        found[step] = ("\n".join(part for part in (cells.get(step, ""), review) if part), automated)
    return found


def without_notes(comments: Mapping[int, tuple[str, str]], events: Sequence[Event]) -> dict[int, tuple[str, str]]:
    """Return the comments of a log without the lines that are notes; the reverse of ``with_notes``."""
    cells = _cells(events)
    found = {}
    for step, (review, automated) in comments.items():
        own = cells.get(step, "")
        if own and (review == own or review.startswith(f"{own}\n")):
            review = review[len(own) + 1 :]
        if review or automated:
            found[step] = (review, automated)
    return found


def _cells(events: Iterable[Event]) -> dict[int, str]:
    """Return the text of the notes for a log's review column, by row."""
    lines: dict[int, list[str]] = {}
    for note in Notebook().feed(events).all:
        whole = "" if note.step else "the trial: "
        lines.setdefault(max(1, note.step), []).append(whole + said(note))
    return {step: "\n".join(found) for step, found in lines.items()}


def _review_id(step: int) -> str:
    return f"review:{step}"
