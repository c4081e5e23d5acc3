"""Notes in lines: people's notes in files, and how they agree with the detectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bioblue_tui.analysis.agreement import Agreement, Judged, agreement
from bioblue_tui.analysis.intervals import wilson
from bioblue_tui.analysis.modes.base import words
from bioblue_tui.analysis.modes.catalogue import modes_of
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.analysis.words import UNREAD, left_out
from bioblue_tui.display.listing import list_lines
from bioblue_tui.display.look import Look
from bioblue_tui.formatting.numbers import counted, signed
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.notes import notes_of
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.trials.events import Noted
from bioblue_tui.trials.notes import said

Write = Callable[[str], None]


@dataclass(slots=True)
class Opened:
    """Files that were read.

    Attributes:
        records: Name and record of each file that could be read.
        errors: Name and error of each file that could not.
    """

    records: list[tuple[str, Record]] = field(default_factory=list)
    errors: list[tuple[str, RecordError]] = field(default_factory=list)

    @classmethod
    def of(cls, files: Iterable[Path], complain: Write) -> Opened:
        """Read files; complain of those that cannot be read."""
        opened = cls()
        for path in files:
            try:
                record = open_record(path)
            except RecordError as error:
                opened.errors.append((str(path), error))
                complain(f"bioblue: {error_line(error, 400)}")
            else:
                opened.records.append((str(path), record))
                for warning in record.warnings:
                    complain(f"bioblue: {one_line(warning, 400)}")
        return opened


def list_notes(files: Sequence[Path], write: Write, complain: Write, *, as_json: bool) -> int:
    """List the notes in files.

    Args:
        files: Records of ours or tab-separated logs.
        write: Receives each line of the result; with ``as_json`` one JSON object a file.
        complain: Receives what could not be read.
        as_json: Whether to write JSON.

    Returns:
        The exit code: 0, or 2 when any file could not be read.
    """
    opened = Opened.of(files, complain)
    for name, record in opened.records:
        notes = notes_of(record).all
        if as_json:
            write(json.dumps({"file": name, "notes": [note_json(note) for note in notes]}))
            continue
        if len(files) > 1 or not notes:
            write(f"{one_line(name, 400)}: {counted(len(notes), 'note')}")
        for note in notes:
            where = f"step {note.step}" if note.step else "the trial"
            write(f"  {one_line(note.id, 40)}  {where}  {one_line(said(note), 2000)}")
    for name, error in opened.errors:
        if as_json:
            write(json.dumps({"file": name, "notes": [], "error": str(error)}))
    return 2 if opened.errors else 0


def note_json(note: Noted) -> dict[str, object]:
    """Return a note as a JSON object; ``at`` is null where it is not known."""
    found = {"id": note.id, "step": note.step, "tag": note.tag, "text": note.text, "who": note.who}
    return {**found, "at": note.at or None}


def compare_notes(
    files: Sequence[Path],
    write: Write,
    complain: Write,
    look: Look,
    *,
    tolerance: int,
    who: str | None,
    all_reviewed: bool,
    as_json: bool,
) -> int:
    """Compare people's tags with what the detectors find, by failure mode.

    Args:
        files: Records of ours or tab-separated logs.
        write: Receives each line of the result; with ``as_json`` one JSON object in all.
        complain: Receives what could not be read, and which files nobody has reviewed.
        look: How a table is drawn.
        tolerance: Steps by which a person may miss an episode.
        who: Whose notes count; None for everybody's.
        all_reviewed: Whether a file without a note counts as reviewed and found in order.
        as_json: Whether to write JSON.

    Returns:
        The exit code: 0, or 2 when any file could not be read.
    """
    opened = Opened.of(files, complain)
    judged, unreviewed = [], []
    for name, record in opened.records:
        notes = [note for note in notes_of(record).all if who is None or note.who == who]
        if notes or all_reviewed:
            trial = AnalysedTrial(record)
            judged.append(Judged(modes_of(trial.environment), notes, trial.analysis.findings, trial.analysis.steps))
        else:
            unreviewed.append(name)
    found = agreement(judged, tolerance)
    if opened.errors:
        complain(f"bioblue: {left_out([], {UNREAD: len(opened.errors)})}")
    if unreviewed:
        whose = f" of {one_line(who, 60)}" if who else ""
        has, are = ("has", "is") if len(unreviewed) == 1 else ("have", "are")
        left = f"{counted(len(unreviewed), 'file')} {has} no note{whose} and {are} not counted"
        complain(f"bioblue: {left}; --all counts them as reviewed and in order")
    if as_json:
        modes = [one.to_json() for one in found]
        answer = {
            "trials": len(judged),
            "not_reviewed": unreviewed,
            "unread": [name for name, _ in opened.errors],
            "tolerance": tolerance,
            "who": who,
            "modes": modes,
        }
        write(json.dumps(answer))
    else:
        for line in _table(found, len(judged), tolerance, look):
            write(line)
    return 2 if opened.errors else 0


def _table(found: Sequence[Agreement], trials: int, tolerance: int, look: Look) -> Iterator[str]:
    if not found:
        yield "no trial that a person has reviewed"
        return
    heads = (
        "mode",
        "trials",
        "both",
        "person",
        "detector",
        "neither",
        "agree",
        "interval",
        "kappa",
        f"±{tolerance} steps",
        "later",
    )
    yield from list_lines([heads, *(_row(one) for one in found if one.trials)], look)
    if look.drawn:
        yield f"{counted(trials, 'trial')}. person, detector: only it sees it. later: person's step − onset, median."
        yield "agree: the share of trials; interval: Wilson's 95% interval of it."
        yield "A tag that names an objective (MODE:B) is compared with findings for that one, other tags with any."
        if elsewhere := sum(one.elsewhere for one in found):
            yield f"person: {elsewhere} of them where the detector sees it for another objective."
    if unsought := [f"{words(one.mode)} ({counted(one.unsought, 'trial')})" for one in found if one.unsought]:
        yield f"Not counted, since no detector looks for it in that environment: {', '.join(unsought)}."


def _row(one: Agreement) -> Sequence[str]:
    kappa = "undefined" if one.kappa is None else f"{one.kappa:.2f}".replace("-", "−")
    near = f"{one.near} of {len(one.offsets)}" if one.offsets else "-"
    later = "-" if one.offset is None else signed(round(one.offset, 1))
    counts = map(str, (one.trials, one.both, one.person, one.detector, one.neither))
    between = wilson(one.both + one.neither, one.trials)
    interval = f"{between.low:.0%} to {between.high:.0%}" if between else "-"
    return (words(one.mode), *counts, f"{one.raw or 0:.0%}", interval, kappa, near, later)
