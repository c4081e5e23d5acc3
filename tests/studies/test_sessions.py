"""Session files in every state a disk, a crash or a person can leave them in; and whose row is whose."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bioblue_tui.cli import cli
from bioblue_tui.records.locking import lock
from bioblue_tui.records.schema import RecordError
from bioblue_tui.studies.flow import ConsentView, TrialView, View
from bioblue_tui.studies.loading import StudyError
from bioblue_tui.studies.log import Opening
from bioblue_tui.studies.running import enter
from bioblue_tui.studies.sessions import SessionFile, holds_nothing, nobodys, participants, session_file, study_dir
from bioblue_tui.studies.standing import standings
from tests.studies.small import first_trial, load, right, walk
from tests.studies.test_flow import SHORT

BLOCKS = [("a", "1", "fixed"), ("b", "2", "fixed")]
OPENING = Opening("small", "P1", 0, "", "", "")


@pytest.mark.parametrize("left", [b"", b'{"record":"bioblue-st', b"\0" * 4096, b"\n", b"\0\n\0"])
def test_a_file_that_holds_nothing_is_nobodys_session(tmp_path: Path, left: bytes) -> None:
    study, directory = load(tmp_path), study_dir("small", tmp_path)
    directory.mkdir(parents=True)
    session_file(directory, "P1").write_bytes(left)
    assert participants(directory) == []
    assert standings(directory, study) == []
    for code in ("P1", "P2"):
        run = enter(study, code, tmp_path)
        with run.file:
            walk(run)
    assert [one.state for one in standings(directory, study)] == ["finished", "finished"]


def test_a_session_that_is_being_begun_is_one(tmp_path: Path) -> None:
    path = session_file(tmp_path, "P1")
    with path.open("wb") as file:
        assert lock(file.fileno())
        assert not holds_nothing(path)
        with pytest.raises(RecordError, match="playing in another window"):
            SessionFile.create(path, OPENING)
    assert holds_nothing(path)


def test_what_cannot_be_begun_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, directory = load(tmp_path), study_dir("small", tmp_path)
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        write(descriptor, bytes(data)[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(RecordError, match="disk is full"):
            enter(study, "P1", tmp_path)
    assert participants(directory) == []
    assert not session_file(directory, "P1").exists()
    enter(study, "P1", tmp_path).file.close()


def test_what_is_no_session_keeps_nobody_out(tmp_path: Path) -> None:
    study, directory = load(tmp_path, BLOCKS, order="balanced"), study_dir("small", tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    session_file(directory, "Folder").mkdir()
    session_file(directory, "Gone").symlink_to(tmp_path / "nowhere")
    session_file(directory, "Torn").write_text('{"record":"bioblue-study"}\n')
    session_file(directory, "Copy").write_bytes(session_file(directory, "P1").read_bytes())
    text = session_file(directory, "P1").read_text(encoding="utf-8").replace('"P1"', '"Typed"')
    typed = re.sub('"view":"[^"]*"', '"view":7', text, count=1).encode()
    session_file(directory, "Typed").write_bytes(typed)
    if hasattr(os, "mkfifo"):
        os.mkfifo(session_file(directory, "Pipe"))
    run = enter(study, "P2", tmp_path)
    with run.file:
        assert run.log.opening.row == 1
        walk(run)
    found = {one.participant: one for one in standings(directory, study)}
    assert {code for code, one in found.items() if one.state == "finished"} == {"P1", "P2"}
    assert all(one.problem for code, one in found.items() if code not in ("P1", "P2"))
    assert "session of P1" in found["Copy"].problem
    for code in ("Folder", "Gone", "Torn", "Copy", "Typed"):
        with pytest.raises(RecordError):
            enter(study, code, tmp_path)


def test_a_trial_whose_record_never_came_to_be_begins_anew(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        session = first_trial(run)
        session._journal.close()
        session.path.write_bytes(b"")
        walk(run)
        assert run.log.outcome == "finished"


def no(view: View) -> str:
    return "no" if isinstance(view, ConsentView) else right(view)


def test_balanced_are_those_who_come_to_the_end(tmp_path: Path) -> None:
    study = load(tmp_path, BLOCKS, order="balanced", more='consent = {text = "Do you?"}')

    def row_of(code: str, *, answering: object = right, stop: bool = False, open_: bool = False) -> int:
        run = enter(study, code, tmp_path)
        if open_:
            running.append(run)
            return run.log.opening.row
        with run.file:
            walk(run, answering, (lambda view: isinstance(view, TrialView)) if stop else lambda view: False)  # type: ignore[arg-type]
        return run.log.opening.row

    running: list[object] = []
    assert row_of("P1") == 0
    assert row_of("P2", answering=no) == 1
    assert row_of("P3", answering=no) == 1, "who declined gave the row back"
    assert row_of("P4", open_=True) == 1
    assert row_of("P5") == 0, "who is playing holds theirs"
    for run in running:
        run.file.close()  # type: ignore[attr-defined]
    # P4 was interrupted and may never come back: 1 has fewer who finished.
    assert row_of("P6") == 1
    assert row_of("P7", stop=True) == 1
    assert row_of("P8") == 1, "one of each row has not come to the end"


def test_a_new_version_with_the_same_trials_goes_on_with_the_same_balance(tmp_path: Path) -> None:
    for number, (words, new) in enumerate((("One.", False), ("Two.", True), ("Three.", True))):
        study = load(tmp_path, BLOCKS, order="balanced", more=f'incentives = "{words}"')
        run = enter(study, f"P{number}", tmp_path, new_version=new)
        with run.file:
            walk(run)
            assert run.log.opening.row == number % 2
            assert run.log.opening.version == number + 1
    with pytest.raises(StudyError, match="incentives"):
        enter(load(tmp_path, BLOCKS, order="balanced"), "P9", tmp_path)


@pytest.mark.parametrize("number", ["1e999", "-1", "1e300", pytest.param("9" * 400, id="400 digits")])
def test_a_number_that_no_session_has_is_damage_and_keeps_nobody_out(tmp_path: Path, number: str) -> None:
    study, directory = load(tmp_path), study_dir("small", tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        run.visit(80, 24)
    path = session_file(directory, "P1")
    path.write_text(re.sub(r'"at":[0-9.]+', f'"at":{number}', path.read_text()), encoding="utf-8")
    assert "line 2: damaged" in standings(directory, study)[0].problem
    with enter(study, "P2", tmp_path).file:
        pass


def test_lines_cut_out_of_the_middle_are_damage_wherever_they_stood(tmp_path: Path) -> None:
    study, directory = load(tmp_path, BLOCKS, more=SHORT), study_dir("small", tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, told=True)
    path = session_file(directory, "P1")
    lines = path.read_bytes().splitlines(keepends=True)
    assert [one.state for one in standings(directory, study)] == ["finished"]
    events = [json.loads(line).get("event") for line in lines]
    assert {"shown", "done", "trial", "ended"} <= set(events)
    # Of its last lines "ended" alone says it all.
    for at in range(1, len(lines) - 3):
        if {"done", "ended"} & set(events[at : at + 2]):
            path.write_bytes(b"".join(lines[:at] + lines[at + 2 :]))
            (one,) = standings(directory, study)
            assert (one.state, "lines before this one are missing" in one.problem) == ("damaged", True), at
            with pytest.raises(RecordError, match=f"line {at + 1}.*missing"):
                enter(study, "P1", tmp_path)


def test_a_session_that_was_emptied_is_told_in_status(tmp_path: Path) -> None:
    study, directory = load(tmp_path), study_dir("small", tmp_path)
    for code in ("P1", "P2"):
        run = enter(study, code, tmp_path)
        with run.file:
            walk(run)
    session_file(directory, "P1").write_bytes(b"")
    assert nobodys(directory) == [
        "P1: participant-P1.jsonl holds nothing; they can begin, and what it may have held is lost"
    ]
    done = CliRunner().invoke(cli, ["study", "status", str(tmp_path / "study.toml"), "--data-dir", str(tmp_path)])
    assert (done.exit_code, nobodys(directory)[0] in done.stderr) == (0, True)
