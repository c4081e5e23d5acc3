"""Notes in records and beside logs: kept when this returns, read by everything, and in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.analysis.verify import verify
from bioblue_tui.records.collection import append_note, entry_at, open_record, recent
from bioblue_tui.records.journal import Journal, read_journal
from bioblue_tui.records.notes import comment_notes, noted, notes_of
from bioblue_tui.records.published import parse_published, published_text, write_published
from bioblue_tui.records.schema import SCHEMA_VERSION, Record, RecordError
from bioblue_tui.records.sidecar import sidecar_of
from bioblue_tui.runs.batch.batch_status import standing
from bioblue_tui.runs.resume_fork import can_resume, fork_session, past_of, resume_session
from bioblue_tui.trials.events import STOPPED, Ended, Noted
from bioblue_tui.trials.state import TrialState
from tests.support.record_strategies import notes, texts
from tests.support.records import header_for, need_published, one_of_each, play

ROOT = Path(__file__).parents[2]
FIRST = Noted(5.0, 2, "a", "it climbs", "accelerating_maximisation:A", "me")


def written(directory: Path, steps: int = 4) -> Path:
    """Write a whole trial."""
    header = header_for(bioblue_envs.make("homeostasis"), steps, created="2026-01-01T10:00:00")
    with Journal.create(directory, header) as journal:
        for event in play(header):
            journal.append(event)
    return journal.path


def log(directory: Path, name: str = "log.tsv") -> Path:
    """Write a tab-separated log."""
    header = header_for(bioblue_envs.make("homeostasis"), 4)
    write_published(Record(header, list(play(header))), directory / name)
    return directory / name


PLACES: list[Callable[[Path], Path]] = [written, log]
"""Whatever a note can be made on."""


def test_a_note_after_the_end_is_read_and_changes_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = open_record(path)
    listed = entry_at(path)
    assert append_note(path, FIRST) == path
    after = open_record(path)
    assert after.events == [*before.events, FIRST]
    assert notes_of(after).all == [FIRST]
    assert entry_at(path) == listed
    assert (listed.done, listed.ended) == (4, "complete")
    assert verify(after) == []
    assert can_resume(after) == can_resume(before)
    assert [found.standing for found in standing(entry_at(path))] == ["complete"]
    state = TrialState(after.header).feed(after.events)
    plain = TrialState(before.header).feed(before.events)
    assert (state.done, state.status, state.reason, state.steps) == (4, "ended", "complete", plain.steps)


def test_the_last_event_with_an_id_counts(tmp_path: Path) -> None:
    path = written(tmp_path)
    other = replace(FIRST, id="b", step=1, text="well")
    for note in (FIRST, other, replace(FIRST, text="it climbs fast", step=3), replace(other, deleted=True)):
        append_note(path, note)
    assert [(note.step, note.text) for note in notes_of(open_record(path)).all] == [(3, "it climbs fast")]
    assert len(open_record(path).events) == len(open_record(written(tmp_path)).events) + 4


def test_more_notes_than_are_read_at_once_hide_neither_steps_nor_end(tmp_path: Path) -> None:
    path = written(tmp_path)
    with path.open("a") as file:
        file.write(
            "".join(f'{{"event":"noted","at":1.0,"step":1,"id":"{n}","text":"{"x" * 400}"}}\n' for n in range(99))
        )
    (entry,) = recent(tmp_path, 5)
    assert (entry.done, entry.steps, entry.ended) == (4, 4, "complete")
    assert len(notes_of(open_record(path))) == 99


def test_a_record_of_the_version_before_is_one_of_this_version_afterwards(tmp_path: Path) -> None:
    path = written(tmp_path)
    old = path.read_bytes().replace(f'"schema":"{SCHEMA_VERSION}"'.encode(), b'"schema":"1.0"', 1)
    path.write_bytes(old)
    append_note(path, FIRST)
    # A program of that version skips with a warning what only a newer minor version knows.
    assert path.read_bytes().startswith(f'{{"record":"bioblue","schema":"{SCHEMA_VERSION}"'.encode())
    assert path.read_bytes().split(b"\n")[1:-2] == old.split(b"\n")[1:-1]
    assert open_record(path).warnings == ()


def test_a_cut_off_line_is_taken_out_before_a_note_is_written(tmp_path: Path) -> None:
    path = written(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:-20])
    append_note(path, FIRST)
    record = open_record(path)
    assert (record.torn, record.events[-1]) == (False, FIRST)
    assert record.events[:-1] == read_journal(written(tmp_path)).events[:-1]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_cut_off_at_any_byte_a_note_is_there_or_not(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("cut")
    path = data.draw(st.sampled_from(PLACES))(directory)
    append_note(path, FIRST)
    kept = path if path.suffix == ".jsonl" else sidecar_of(path)
    whole = kept.read_bytes()
    append_note(path, replace(FIRST, id="b"))
    longer = kept.read_bytes()
    # Records differ in length by the digits of their times; the note does not.
    kept.write_bytes(longer[: len(whole) + data.draw(st.integers(0, len(longer) - len(whole) - 2))])
    assert [note.id for note in notes_of(open_record(path)).all] == ["a"]
    append_note(path, replace(FIRST, id="c"))
    record = open_record(path)
    assert [note.id for note in notes_of(record).all] == ["a", "c"]
    assert record.warnings == ()


def test_a_trial_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    with Journal.create(tmp_path, header) as journal:
        before = journal.path.read_bytes()
        with pytest.raises(RecordError, match="written by another process"):
            append_note(journal.path, FIRST)
        assert journal.path.read_bytes() == before


WRITER = """
import sys
from pathlib import Path
from bioblue_tui.records.collection import append_note
from bioblue_tui.records.schema import RecordError
from bioblue_tui.trials.events import Noted
path, who = Path(sys.argv[1]), sys.argv[2]
for number in range(15):
    while True:
        try:
            append_note(path, Noted(0.0, 1, f"{who}{number}", "x" * 2000, "", who))
            break
        except RecordError as error:
            assert "another process" in str(error), error
"""


@pytest.mark.parametrize("make", PLACES)
def test_several_processes_lose_no_note(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    running = [subprocess.Popen([sys.executable, "-c", WRITER, path, who], cwd=ROOT) for who in "pqr"]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    found = {note.id for note in notes_of(open_record(path)).all}
    assert found == {f"{who}{number}" for who in "pqr" for number in range(15)}


def test_forks_leave_notes_behind_and_resuming_keeps_them(tmp_path: Path) -> None:
    path = written(tmp_path / "data" / "trials")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    events = open_record(path).events
    step = max(event.step for event in events)
    append_note(path, FIRST)
    record = open_record(path)
    assert past_of(record.events, step) == past_of(events, step)
    with pytest.raises(RecordError, match="all its steps"):
        resume_session(path, tmp_path / "data")

    header = header_for(bioblue_envs.make("homeostasis"), 9, agent="thermostat")
    with Journal.create(tmp_path / "data" / "trials", header) as journal:
        for event in list(play(replace(header, steps=3)))[:-1]:
            journal.append(event)
        journal.append(Ended(9.0, 3, STOPPED))
    append_note(journal.path, FIRST)
    session = resume_session(journal.path, tmp_path / "data", paused=True)
    assert (session.state.done, session.state.notes.all) == (3, [FIRST])
    session._journal.close()
    fork = fork_session(open_record(journal.path), 3, tmp_path / "data", paused=True)
    assert fork.state.notes.all == []
    fork._journal.close()


# Logs


def test_notes_on_a_log_are_kept_beside_it(tmp_path: Path) -> None:
    path = log(tmp_path)
    before = path.read_bytes()
    beside = append_note(path, FIRST)
    append_note(path, replace(FIRST, id="b", text="\x1b[31m\ud800"))
    assert beside == tmp_path / "log.tsv.notes.jsonl"
    assert path.read_bytes() == before
    assert [note.text for note in notes_of(open_record(path)).all] == ["it climbs", "\x1b[31m\ud800"]
    assert (
        beside.read_text().splitlines()[0] == f'{{"record":"bioblue-notes","schema":"{SCHEMA_VERSION}","of":"log.tsv"}}'
    )
    assert [entry.path.name for entry in recent(tmp_path, 9)] == ["log.tsv"]
    with pytest.raises(RecordError, match=r"notes on another file; name that file: log\.tsv"):
        open_record(beside)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"my own words\n", "line 1"),
        (b'{"record":"bioblue-notes","schema":"9.0"}\n', "newer version"),
        (b'{"record":"bioblue-notes","schema":"1.1"}\n{"event":"ended","at":1,"step":1,"reason":""}\n', "line 2"),
        (b'{"record":"bioblue-notes","schema":"1.1"}\n\xff\n', "line 2"),
    ],
)
def test_a_file_that_holds_no_notes_is_told_and_left_alone(tmp_path: Path, content: bytes, what: str) -> None:
    path = log(tmp_path)
    sidecar_of(path).write_bytes(content)
    record = open_record(path)
    assert len(notes_of(record)) == 0
    assert what in record.warnings[0]
    with pytest.raises(RecordError, match=what):
        append_note(path, FIRST)
    assert sidecar_of(path).read_bytes() == content


def test_notes_on_steps_that_a_log_does_not_have_are_left_out(tmp_path: Path) -> None:
    path = log(tmp_path)
    append_note(path, replace(FIRST, step=5000))
    record = open_record(path)
    assert len(notes_of(record)) == 0
    assert "steps that it does not have" in record.warnings[0]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = log(tmp_path)
    sidecar_of(path).mkdir()
    with pytest.raises(RecordError, match="cannot be written"):
        append_note(path, FIRST)


# Comment columns


def row_of(record: Record, step: int) -> dict[str, str]:
    names, *rows = [line.split("\t") for line in published_text(record).splitlines()]
    return dict(zip(names, rows[step - 1], strict=True))


def test_the_comment_column_holds_the_notes() -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 4)
    whole = Noted(9.0, 0, "w", "a calm one")
    record = Record(header, [*play(header), FIRST, whole], comments={2: ("seen before", "other: 3")})
    assert row_of(record, 2)["Review comment"] == "[accelerating_maximisation:A] it climbs (me)\\nseen before"
    assert row_of(record, 2)["Automated review comment"] == "other: 3"
    assert row_of(record, 1)["Review comment"] == "the trial: a calm one"
    assert row_of(record, 3)["Review comment"] == ""


@given(st.lists(notes, max_size=4), st.dictionaries(st.integers(1, 4), st.tuples(texts, texts), max_size=2))
def test_notes_and_comments_written_and_read_are_the_same(
    made: list[Noted], comments: dict[int, tuple[str, str]]
) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 4)
    made = [replace(note, step=note.step % 5) for note in made]
    comments = {step: pair for step, pair in comments.items() if any(pair)}
    record = Record(header, [*play(header), *made], comments=comments)
    text = published_text(record)
    again = parse_published(text.encode())
    assert again == record
    assert published_text(again) == text


def test_a_comment_in_a_log_can_be_tagged_edited_and_deleted_like_a_note(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 4)
    comments = {2: ("[overharvesting] too much", "bioblue: ours\nother: theirs"), 3: ("hm", "")}
    path = tmp_path / "commented.tsv"
    write_published(Record(header, list(play(header)), comments=comments), path)
    found = comment_notes(open_record(path).comments)
    assert [(note.step, note.tag, note.text, note.who) for note in found] == [
        (2, "overharvesting", "too much", "review comment"),
        (2, "", "other: theirs", "automated review comment"),
        (3, "", "hm", "review comment"),
    ]
    append_note(path, replace(found[0], text="far too much"))
    append_note(path, replace(found[2], deleted=True))
    record = open_record(path)
    assert [note.text for note in notes_of(record).all] == ["far too much", "other: theirs"]
    assert row_of(record, 2)["Review comment"] == "[overharvesting] far too much (review comment)"
    assert row_of(record, 3)["Review comment"] == ""
    assert TrialState(header).feed(noted(record)).notes.all == notes_of(record).all


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.name.partition("_")[0])
def test_notes_on_a_published_log_are_exported_with_it(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    append_note(copy, FIRST)
    record = open_record(copy)
    assert verify(record) == verify(open_record(path))
    out = tmp_path / "out.tsv"
    write_published(record, out)
    again = open_record(out)
    assert notes_of(again).all == [FIRST]
    assert row_of(again, 2)["Review comment"].startswith("[accelerating_maximisation:A] it climbs")
