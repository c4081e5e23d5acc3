"""The flow: what comes after what, and that it goes on where it was, whatever ended the program."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.session import Session
from bioblue_tui.studies.flow import QuestionView, TrialView, View, trial_seconds
from bioblue_tui.studies.loading import StudyError
from bioblue_tui.studies.running import begun, enter
from bioblue_tui.studies.sessions import read_session, session_file, study_dir
from bioblue_tui.trials.events import Asked, Stepped
from tests.studies.small import load, play, right, walk

WHOLE = """
minutes = 0
incentives = "Tea."
consent = {text = "Do you?"}
pages = [{text = "Rules."}, {text = "More rules."}]
comprehension = {tries = 2}
questions = [{key = "q", text = "2 + 2?", answer = 4}, {key = "r", text = "3?", options = ["yes", "no"], answer = "no"}]
practice = [{environment = "homeostasis", steps = 1}]
breaks = {every = 2}
questionnaire = [{key = "how", text = "How?"}]
"""

SHORT = WHOLE.replace("breaks = {every = 2}\n", "")
"""For fewer trials than there are between two breaks."""


def test_the_whole_way(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-3", "fixed")], more=WHOLE)
    run = enter(study, "P1", tmp_path)
    with run.file:
        assert walk(run) == [
            "consent",
            "incentives",
            "page/1",
            "page/2",
            "comprehension/q/try-1",
            "comprehension/r/try-1",
            "instruction/practice.1",
            "trial/practice.1",
            "instruction/a.1",
            "trial/a.1",
            "instruction/a.2",
            "trial/a.2",
            "break/after-2",
            "instruction/a.3",
            "trial/a.3",
            "questionnaire/how",
            "closing",
        ]
        assert run.log.outcome == "finished"


def wrongly(view: View) -> str:
    return "9" if isinstance(view, QuestionView) and view.question.key == "q" else right(view)


def test_who_never_gets_it_right_is_excluded_or_goes_on(tmp_path: Path) -> None:
    study = load(tmp_path, more=SHORT)
    run = enter(study, "P1", tmp_path)
    with run.file:
        shown = walk(run, wrongly)
        assert run.log.outcome == "excluded"
    assert shown[-1] == "excluded"
    assert shown.count("comprehension/wrong/try-1") == 1
    assert "page/1/try-2" in shown
    assert not [key for key in shown if key.startswith("trial/")]
    study = load(tmp_path, more=SHORT.replace("tries = 2", 'tries = 1, failing = "continue"'))
    run = enter(study, "P2", tmp_path, new_version=True)
    with run.file:
        assert walk(run, wrongly)[-1] == "closing"


def test_who_does_not_agree_sees_no_more(tmp_path: Path) -> None:
    study = load(tmp_path, more=SHORT)
    run = enter(study, "P1", tmp_path)
    with run.file:
        assert walk(run, lambda view: "no") == ["consent", "declined"]
        assert run.log.outcome == "declined"


def test_when_the_time_is_over_no_further_trial_begins(tmp_path: Path) -> None:
    # Two answers of ten seconds each a trial, practice not counted: after two trials, 40 s.
    study = load(tmp_path, [("a", "1-4", "fixed")], more=WHOLE.replace("minutes = 0", "minutes = 0.5"))
    run = enter(study, "P1", tmp_path)
    with run.file:
        shown = walk(run)
        assert [key for key in shown if key.startswith("instruction/a")] == ["instruction/a.1", "instruction/a.2"]
        assert [run.log.done[f"trial/a.{n}"].outcome for n in (1, 2, 3, 4)] == ["complete"] * 2 + ["no time left"] * 2
        assert run.log.outcome == "finished"
    assert len(run.log.trials) == 3


def test_a_trial_that_is_left_when_the_time_is_over_goes_on_and_no_further_one_begins(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-4", "fixed")], more=WHOLE.replace("minutes = 0", "minutes = 0.5"))
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: view.key == "trial/a.2")
        view = run.next
        assert isinstance(view, TrialView)
        session = run.open_trial(view)
        assert not isinstance(session, str)
        assert asyncio.run(play(run, session, stop_at=2)) == "stopped"
    again = enter(study, "P1", tmp_path)
    with again.file:
        assert trial_seconds(again.log) == 30
        assert walk(again)[:3] == ["trial/a.2", "trial/a.3", "trial/a.4"]
        ends = [again.log.done[f"trial/a.{number}"] for number in (1, 2, 3, 4)]
    assert [done.outcome for done in ends] == ["complete", "complete", "no time left", "no time left"]
    assert [done.seconds for done in ends] == [20, 20, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_cut_off_at_any_byte_it_goes_on_there(tmp_path: Path, seed: int) -> None:
    """A session's file is cut anywhere, as a power cut may leave it; in the end everybody has seen everything once."""
    study = load(tmp_path, [("a", "1-2", "fixed")], more=SHORT)
    run = enter(study, "P1", tmp_path)
    with run.file:
        whole = walk(run)
    rng = random.Random(seed)
    data = run.file.path.read_bytes()
    first = data.index(b"\n") + 1
    run.file.path.write_bytes(data[: rng.randrange(first, len(data) - 1)])
    again = enter(study, "P1", tmp_path)
    known = list(again.log.done)
    with again.file:
        rest = walk(again)
        assert again.log.outcome == "finished"
    assert known == whole[: len(known)]
    assert rest == whole[len(known) :]
    steps = [open_record(tmp_path / "trials" / file).events for _, file in again.log.trials.values()]
    played = [[event.step for event in events if isinstance(event, Stepped)] for events in steps]
    assert played == [[1], [1, 2], [1, 2]]


def test_a_trial_goes_on_at_its_step(tmp_path: Path) -> None:
    study = load(tmp_path, steps=4)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: isinstance(view, TrialView))
        view = run.next
        assert isinstance(view, TrialView)
        session = run.open_trial(view)
        assert isinstance(session, Session)
        asyncio.run(play(run, session, stop_at=3))
        assert run.played(view) == 20
    again = enter(study, "P1", tmp_path)
    with again.file:
        assert walk(again) == ["trial/a.1", "closing"]
    (record,) = (open_record(path) for path in (tmp_path / "trials").iterdir())
    assert [event.step for event in record.events if isinstance(event, Stepped)] == [1, 2, 3, 4]
    # The observation that was open when it was stopped is the one that is asked again, to the letter.
    open_, anew = [event for event in record.events if isinstance(event, Asked) and event.step == 3]
    assert open_.observation == anew.observation
    measured = {(d.step, d.attempt) for d in again.log.decisions}
    assert measured == {(1, 1), (2, 1), (3, 2), (4, 1)}


def test_nobody_comes_twice_by_mistake(tmp_path: Path) -> None:
    study = load(tmp_path)
    assert begun(study, "P1", tmp_path) is None
    run = enter(study, "P1", tmp_path)
    with run.file, pytest.raises(StudyError, match="another window"):
        begun(study, "P1", tmp_path)
    log = begun(study, "P1", tmp_path)
    assert log is not None
    assert not log.outcome
    with pytest.raises(StudyError, match="capitals"):
        begun(study, "p1", tmp_path)
    again = enter(study, "P1", tmp_path)
    with again.file:
        walk(again)
    with pytest.raises(StudyError, match="has been through"):
        enter(study, "P1", tmp_path)


@pytest.mark.parametrize("code", ["", "a b", "../x", "jo@example.org", "é", "x" * 41, ".x", "a/b", "a\n"])
def test_a_code_is_no_name_and_no_path(tmp_path: Path, code: str) -> None:
    with pytest.raises(StudyError, match="code"):
        enter(load(tmp_path), code, tmp_path)
    assert not (tmp_path / "studies").exists()


def test_a_record_that_is_gone_is_told(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: isinstance(view, TrialView))
        view = run.next
        assert isinstance(view, TrialView)
        session = run.open_trial(view)
        assert isinstance(session, Session)
        asyncio.run(play(run, session, stop_at=2))
        session.path.unlink()
        with pytest.raises(StudyError, match="trial 1 cannot be resumed"):
            run.open_trial(view)


def test_rows_are_given_out_evenly_and_can_be_chosen(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1", "fixed"), ("b", "2", "fixed")], order="balanced")
    for code in ("P1", "P2", "P3"):
        enter(study, code, tmp_path).file.close()
    enter(study, "P4", tmp_path, row=1).file.close()
    where = study_dir(study.name, tmp_path)
    rows = [read_session(session_file(where, code)).opening.row for code in ("P1", "P2", "P3", "P4")]
    assert rows == [0, 1, 0, 0]
    enter(study, "P5", tmp_path).file.close()
    assert read_session(session_file(where, "P5")).opening.row == 1
    with pytest.raises(StudyError, match="1 to 2"):
        enter(study, "P6", tmp_path, row=3)
    with pytest.raises(StudyError, match="began with row 2"):
        enter(study, "P5", tmp_path, row=1)


@pytest.mark.parametrize(
    "line",
    [b"nonsense", b"[]", b'{"event":"done"}', b'{"event":"strange","at":1}', b'{"event":"visit","at":"x"}', b"\xff"],
)
def test_a_damaged_session_is_told_with_its_line(tmp_path: Path, line: bytes) -> None:
    run = enter(load(tmp_path), "P1", tmp_path)
    run.file.close()
    path = run.file.path
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(RecordError, match="line 2: damaged"):
        read_session(path)
    path.write_bytes(line + b"\n")
    with pytest.raises(RecordError, match="line 1"):
        read_session(path)


def test_names_of_studies_do_not_share_a_directory(tmp_path: Path) -> None:
    names = ["a b", "a-b", "a.b", "..", "", "a" * 200]
    found = {study_dir(name, tmp_path) for name in names}
    assert len(found) == len(names)
    assert all(path.parent == tmp_path / "studies" and os.sep not in path.name for path in found)
