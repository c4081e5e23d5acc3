import json
import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import bioblue_envs
import pytest

from bioblue_tui.records import collection
from bioblue_tui.records.collection import Entry, entry_at, left_out, open_record, recent
from bioblue_tui.records.journal import Journal, read_journal
from bioblue_tui.records.published import write_published
from bioblue_tui.records.schema import RecordError
from bioblue_tui.system import regular
from bioblue_tui.trials.events import Event, Stepped
from tests.support.records import header_for, need_published, one_of_each, play


def journal(directory: Path, name: str, steps: int = 5, keep: int | None = None) -> Path:
    """Write a record of which only the first events are kept."""
    header = header_for(bioblue_envs.make("homeostasis"), steps, created="2026-01-02T03:04:05+00:00")
    with Journal.create(directory, header) as made:
        for event in list(play(header))[:keep]:
            made.append(event)
    return made.path.rename(directory / name)


def stamp(*paths: Path) -> None:
    """Make these files each a second younger than the one before."""
    for second, path in enumerate(paths):
        os.utime(path, (1_000_000 + second, 1_000_000 + second))


def test_what_a_file_is_is_told_by_its_content(tmp_path: Path) -> None:
    ours = journal(tmp_path, "ours.tsv")
    table = tmp_path / "table.jsonl"
    write_published(read_journal(ours), table)
    assert open_record(ours).events == open_record(table).events
    assert (open_record(ours).path, open_record(table).path) == (ours, table)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\0" * 700, "empty"),
        (b'{"record":"bioblue","schema":"1.2"' + b"\0" * 700, "line 1"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        ("a\tb".encode("utf-16"), "UTF-16"),
        (b"hello\n", "neither"),
        (b'{"record":"other"}\n', "not a record of this program"),
        (b'{"record":"bioblue","schema":"1.0"', "line 1"),
        (b"[1]\n", "neither"),
        (b"a\tb\n1\t2\n", "no known set of columns"),
    ],
)
def test_files_that_are_no_records_are_clear_errors(content: bytes, wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=wanted) as caught:
        open_record(path)
    assert str(path) in str(caught.value)
    (entry,) = recent(tmp_path, 5)
    assert wanted in entry.error or (wanted, entry.error[:7]) in [("binary", "neither"), ("line 1", "damaged")]
    assert entry.path == path


def test_what_is_no_file_is_a_clear_error(tmp_path: Path) -> None:
    for path, wanted in ((tmp_path, "a directory"), (tmp_path / "none", "No such file"), (Path("a\0b"), "file name")):
        with pytest.raises(RecordError, match=wanted):
            open_record(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tsv")
    with pytest.raises(RecordError, match="regular"):
        open_record(tmp_path / "pipe.tsv")
    (entry,) = recent(tmp_path, 5)
    assert (entry.error, entry.standing) == ("not a regular file", "unreadable")
    assert entry_at(tmp_path / "pipe.tsv").error == "not a regular file"


def test_a_file_name_takes_no_effect_in_a_message(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        open_record(tmp_path / "\x1b[31m\n.tsv")
    assert str(caught.value).isprintable()


def test_recent_lists_what_each_file_says(tmp_path: Path) -> None:
    done = journal(tmp_path, "a.jsonl")
    table = tmp_path / "b.tsv"
    write_published(read_journal(done), table)
    stamp(done, table)
    expected = Entry(done, "homeostasis", "test:agent", 3, 5, 5, "complete", "2026-01-02T03:04:05+00:00")
    assert recent(tmp_path, 9) == [
        Entry(table, *(getattr(expected, name) for name in list(Entry.__dataclass_fields__)[1:])),
        expected,
    ]


@pytest.mark.parametrize("keep", range(20))
@pytest.mark.parametrize("torn", [False, True])
def test_recent_counts_the_steps_of_unfinished_records(keep: int, torn: bool, tmp_path: Path) -> None:
    path = journal(tmp_path, "a.jsonl", keep=keep)
    if torn:
        with path.open("ab") as file:
            file.write(b'{"event":"stepped","at":17')
    events: list[Event] = read_journal(path).events
    (entry,) = recent(tmp_path, 1)
    assert (entry.error, entry.steps) == ("", 5)
    assert entry.done == sum(isinstance(event, Stepped) for event in events)
    assert (entry.standing == "complete") == (keep >= 19)


@pytest.mark.parametrize("steps", [3, 60], ids=["short", "long"])
@pytest.mark.parametrize("cut", [0, 40], ids=["between lines", "within a line"])
def test_zero_bytes_that_a_power_cut_leaves_at_the_end_are_a_line_cut_off(steps: int, cut: int, tmp_path: Path) -> None:
    path = journal(tmp_path, "a.jsonl", steps, keep=-2)
    size, whole = path.stat().st_size, read_journal(path).events
    os.truncate(path, size - cut)
    os.truncate(path, size + 700)
    record = open_record(path)
    assert (record.torn, record.events) == (True, whole[:-1] if cut else whole)
    (entry,) = recent(tmp_path, 9)
    assert (entry.error, entry.done) == ("", sum(isinstance(event, Stepped) for event in record.events))
    reopened, _ = Journal.reopen(path)
    reopened.close()
    assert b"\0" not in path.read_bytes()


@pytest.mark.parametrize("line", [0, 1, 8, -2, -1])
def test_a_list_names_the_line_that_is_damaged_wherever_it_stands(line: int, tmp_path: Path) -> None:
    path = journal(tmp_path, "a.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = b'{"x\n'
    path.write_bytes(b"".join(lines))
    (entry,) = recent(tmp_path, 9)
    assert entry.read_whole().error.startswith(f"line {range(len(lines))[line] + 1}: ")


def test_recent_is_newest_first_and_bounded_and_takes_records_only(tmp_path: Path) -> None:
    paths = [journal(tmp_path, f"{name}.jsonl", keep=3) for name in "cab"]
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder.tsv").mkdir()
    stamp(*paths)
    assert [entry.path for entry in recent(tmp_path, 9)] == paths[::-1]
    assert [entry.path for entry in recent(tmp_path, 2)] == paths[:0:-1]
    assert recent(tmp_path, 0) == recent(tmp_path / "none", 3) == []


def test_what_cannot_be_looked_at_is_named_and_hides_nothing(tmp_path: Path) -> None:
    """A link in a circle hid every record, and a batch then played all of it again."""
    path = journal(tmp_path, "a.jsonl", keep=3)
    for name, target in (("circle.jsonl", "circle.jsonl"), ("lost.tsv", "nowhere")):
        (tmp_path / name).symlink_to(target)
    found = {entry.path.name: entry.error for entry in recent(tmp_path, 9)}
    assert found.pop(path.name) == ""
    assert "symbolic links" in found["circle.jsonl"]
    assert "No such file" in found["lost.tsv"]
    (told,) = left_out(recent(tmp_path, 9))
    assert told.startswith("2 records can't be read")
    assert "circle.jsonl" in told
    assert "lost.tsv" in told
    assert left_out([]) == []


def test_a_directory_that_cannot_be_read_is_no_empty_one(tmp_path: Path) -> None:
    path = journal(tmp_path, "a.jsonl", keep=3)
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "lost").symlink_to("nowhere")
    for place in (path, path / "trials", tmp_path / "circle", tmp_path / "circle" / "trials", tmp_path / "lost"):
        with pytest.raises(RecordError, match="cannot be read"):
            recent(place, 3)


def begun(directory: Path, name: str, created: str, written: int) -> Path:
    """Write a record that says when it began, and was last written so many seconds later than all could begin."""
    header = header_for(bioblue_envs.make("homeostasis"), 5, created=created)
    with Journal.create(directory, header) as made:
        made.append(next(iter(play(header))))
    path = made.path.rename(directory / name)
    os.utime(path, (1_900_000_000 + written,) * 2)
    return path


@pytest.mark.parametrize("limit", range(1, 6))
def test_recent_is_in_the_order_in_which_trials_began_whichever_was_written_last(limit: int, tmp_path: Path) -> None:
    # An old trial that was resumed or noted today is as old as it says; where the clock stood an hour ahead, too.
    began = [
        begun(tmp_path, "a.jsonl", "2026-05-01T12:00:00+02:00", 0),
        begun(tmp_path, "b.jsonl", "2026-05-01T10:30:00+00:00", 3),
        begun(tmp_path, "c.jsonl", "2026-05-01T11:00:00+00:00", 1),
        begun(tmp_path, "d.jsonl", "2026-05-01T11:00:00+00:00", 2),
    ]
    assert [entry.path for entry in recent(tmp_path, limit)] == began[::-1][:limit]


def test_recent_is_newest_first_where_nothing_but_the_last_write_is_known(tmp_path: Path) -> None:
    told = begun(tmp_path, "told.jsonl", "2031-01-01T00:00:00+00:00", 0)
    for number, name in enumerate(("old", "new")):
        (tmp_path / f"{name}.tsv").write_bytes(b"nothing")
        second = 1_800_000_000 + number * 200_000_000
        os.utime(tmp_path / f"{name}.tsv", (second, second))
    assert [entry.path.stem for entry in recent(tmp_path, 9)] == ["new", told.stem, "old"]


def test_recent_reads_long_last_lines(tmp_path: Path) -> None:
    path = journal(tmp_path, "a.jsonl", keep=3)
    event = {"event": "paused", "at": 0, "step": 2, "reason": "x" * 100_000}
    with path.open("a") as file:
        file.write(json.dumps(event) + "\n")
    assert recent(tmp_path, 1)[0].done == 1


def test_recent_reads_only_ends_of_long_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(tmp_path, "a.jsonl", steps=2_000)
    monkeypatch.setattr(collection, "read_bytes", lambda path: pytest.fail("the whole file was read"))
    assert recent(tmp_path, 1)[0].done == 2_000


def test_recent_looks_only_into_those_that_may_have_begun_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = journal(tmp_path, "a.jsonl").read_bytes()
    began = datetime.fromisoformat(read_journal(tmp_path / "a.jsonl").header.created).timestamp()
    for number in range(200):
        (tmp_path / f"{number}.jsonl").write_bytes(content)
        # All began at once; most were written last before that.
        os.utime(tmp_path / f"{number}.jsonl", (began, began + (number - 150)))
    looked = set()
    opened = regular.open_regular

    def noted(path: Path) -> BinaryIO:
        looked.add(path)
        return opened(path)

    monkeypatch.setattr(collection, "open_regular", noted)
    assert len(recent(tmp_path, 20)) == 20
    assert len(looked) < 60


@need_published
def test_recent_lists_published_logs(tmp_path: Path) -> None:
    for path in one_of_each():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    entries = recent(tmp_path, 9)
    assert {entry.environment for entry in entries} == set(bioblue_envs.ids())
    assert {(entry.done, entry.steps, entry.ended, entry.error) for entry in entries} == {(100, 100, "complete", "")}
