import contextlib
import errno
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.records.journal import Journal, file_stem, parse_journal, read_journal
from bioblue_tui.records.schema import SCHEMA_VERSION, Record, RecordError
from bioblue_tui.trials.events import Answered, Asked, Ended, Event, Header, Stepped
from tests.support.record_strategies import texts
from tests.support.records import header_for, play

ROOT = Path(__file__).parents[2]


def written(directory: Path, header: Header, events: list[Event]) -> Path:
    with Journal.create(directory, header) as journal:
        for event in events:
            journal.append(event)
    return journal.path


@pytest.mark.parametrize("environment", bioblue_envs.ids())
def test_what_is_written_is_read(environment: str, tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make(environment), steps=8)
    events = list(play(header, rejected=["-1", "\ud800\x1b[2J"]))
    path = written(tmp_path / "new" / "trials", header, events)
    assert read_journal(path) == Record(header, events, path)


def test_every_event_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    with Journal.create(tmp_path, header) as journal:
        for count, event in enumerate(play(header), 1):
            journal.append(event)
            assert read_journal(journal.path).events[-1] == event
            assert len(journal.path.read_bytes().splitlines()) == count + 1


def test_steps_and_the_end_are_forced_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    header = header_for(bioblue_envs.make("homeostasis"))
    events = list(play(header))
    written(tmp_path, header, events)
    assert len(forced) == 1 + sum(isinstance(event, Stepped | Ended) for event in events)


def test_files_are_never_overwritten(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    paths = {written(tmp_path, header, []) for _ in range(4)}
    assert len(paths) == 4


@given(st.builds(header_for, st.just(bioblue_envs.make("homeostasis")), agent=texts, created=texts, seed=st.integers()))
def test_file_names_are_safe_on_every_system(header: Header) -> None:
    stem = file_stem(header)
    assert set(stem) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert not stem.startswith((".", "-"))
    assert len(stem) < 200
    assert stem.count("_") == 3


def test_file_names_tell_the_trial() -> None:
    header = header_for(bioblue_envs.make("homeostasis"), agent="openai:gpt-x", created="2026-03-01T10:20:30+01:00")
    assert file_stem(header) == "2026-03-01T10-20-30_homeostasis_openai-gpt-x_seed-3"


def test_cut_off_at_any_byte_it_reads_whole_events(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("balancing"), steps=3)
    events = list(play(header))
    path = written(tmp_path, header, events)
    data = path.read_bytes()
    begin = data.index(b"\n") + 1
    with pytest.raises(RecordError):
        parse_journal(data[: begin - 2], path)
    for end in range(begin, len(data)):
        record = parse_journal(data[:end], path)
        whole = data[:end].count(b"\n") - 1 + (data[end : end + 1] == b"\n")
        assert record.events == events[:whole]
        assert record.torn == (data[end - 1 : end] != b"\n" and data[end : end + 1] != b"\n")
        assert bool(record.warnings) == record.torn


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"nonsense", b'{"event":"noted"}', b"[1]", b"\xff\xfe", b"\0\0", b"[" * 9999]
)
def test_any_other_damaged_line_is_named(damage: bytes, tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    path = written(tmp_path, header, list(play(header)))
    lines = path.read_bytes().split(b"\n")
    lines[4] = damage
    with pytest.raises(RecordError, match="line 5") as caught:
        parse_journal(b"\n".join(lines), path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "field",
    [{"action": [1, 2]}, {"before": []}, {"rewards": {}}, {"totals": {"x": 1}}, {"change": [1, 1]}, {"step": 99}],
)
def test_steps_that_do_not_fit_the_environment_are_damage(field: dict[str, object], tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), steps=1)
    path = written(tmp_path, header, list(play(header)))
    lines = path.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if '"stepped"' in line)
    lines[place] = json.dumps({**json.loads(lines[place]), **field})
    for text in ("\n".join(lines) + "\n", "\n".join(lines[: place + 1])):
        if text.endswith("\n"):
            with pytest.raises(RecordError, match=f"line {place + 1}"):
                parse_journal(text.encode(), path)
        else:
            assert parse_journal(text.encode(), path).torn


def test_byte_order_mark_crlf_and_a_missing_last_line_end_are_tolerated(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    path = written(tmp_path, header, list(play(header)))
    data = path.read_bytes()
    expected = read_journal(path)
    assert parse_journal(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), path) == expected
    assert parse_journal(data[:-1], path) == expected


def test_a_newer_minor_version_is_read_with_warnings(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    path = written(tmp_path, header, list(play(header)))
    lines = path.read_text().replace(f'"schema":"{SCHEMA_VERSION}"', '"schema":"1.9"').splitlines()
    lines.insert(3, '{"event":"praised","at":1,"step":1}')
    record = parse_journal("\n".join([*lines, ""]).encode(), path)
    assert record.events == read_journal(path).events
    newer, skipped = record.warnings
    assert "newer version" in newer
    assert skipped == "event 'praised' was skipped"


@given(st.lists(st.binary(max_size=40), max_size=4).map(b"\n".join))
def test_any_bytes_are_a_record_or_a_record_error(data: bytes) -> None:
    with pytest.raises(RecordError):
        parse_journal(data)


@given(st.data())
def test_a_record_with_any_byte_changed_is_read_or_a_record_error(data: st.DataObject) -> None:
    content = bytearray(SMALL)
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    # Any other error fails the test.
    with contextlib.suppress(RecordError):
        assert isinstance(parse_journal(bytes(content)), Record)


def _small() -> bytes:
    from bioblue_tui.records.schema import dumps, encode_event, encode_header

    header = header_for(bioblue_envs.make("homeostasis"), steps=2)
    return "".join(dumps(d) + "\n" for d in (encode_header(header), *map(encode_event, play(header)))).encode()


SMALL = _small()


def test_a_full_disk_is_said_clearly_and_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    events = list(play(header))
    real, left = os.write, [1500]

    def write(descriptor: int, data: memoryview) -> int:
        part = bytes(data)[: left[0]]
        if not part:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= len(part)
        return real(descriptor, part)

    with Journal.create(tmp_path, header) as journal:
        size = journal.path.stat().st_size
        monkeypatch.setattr(os, "write", write)
        kept = 0
        message = ""
        for event in events:
            try:
                journal.append(event)
            except RecordError as error:
                message = str(error)
                break
            kept += 1
        assert "No space left" in message
        assert "free some space" in message
        assert 0 < kept < len(events)
        assert journal.path.stat().st_size > size
        record = read_journal(journal.path)
        assert (record.events, record.torn) == (events[:kept], False)
        left[0] = 10**9
        journal.append(events[kept])
    assert read_journal(journal.path).events == events[: kept + 1]


def test_a_place_that_cannot_be_written_is_said_clearly(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(RecordError, match="cannot be made"):
            Journal.create(place, header)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_said_clearly(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RecordError, match="ermission"):
        Journal.create(tmp_path, header_for(bioblue_envs.make("homeostasis")))


def test_a_header_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    header = replace(header_for(bioblue_envs.make("homeostasis")), provider={"temperature": float("nan")})
    with pytest.raises(RecordError, match="header"):
        Journal.create(tmp_path, header)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_journal_takes_no_events(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, header_for(bioblue_envs.make("homeostasis")))
    journal.close()
    journal.close()
    with pytest.raises(RecordError, match="closed"):
        journal.append(Asked(0.0, 1, 1, "", ""))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
@pytest.mark.parametrize("moment", random.Random(7).sample(range(1, 40), 5))
def test_killed_at_any_moment_the_record_holds_every_step_that_was_reported(moment: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.endless_journal", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(moment):
            reported = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    (path,) = tmp_path.iterdir()
    record = read_journal(path)
    steps = [event for event in record.events if isinstance(event, Stepped)]
    assert [step.step for step in steps] == list(range(1, len(steps) + 1))
    assert len(steps) >= reported == moment
    assert all(step.rewards for step in steps)


def test_answers_of_any_length_are_whole(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"))
    answer = Answered(0.0, 1, 1, "é\n" * 500_000, "x")
    assert read_journal(written(tmp_path, header, [answer])).events == [answer]
