"""Versions: what a participant began with stays theirs, whatever becomes of the file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bioblue_tui.records.collection import open_record
from bioblue_tui.studies import parts
from bioblue_tui.studies.changes import MOST_LINES, what_changed
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.writing import export_study
from bioblue_tui.studies.flow import QuestionView, TrialView, View
from bioblue_tui.studies.loading import StudyError, load_study
from bioblue_tui.studies.running import begun, changed_since, enter
from bioblue_tui.studies.sessions import read_session, session_file, study_dir
from bioblue_tui.studies.standing import standings
from bioblue_tui.studies.study import Study
from bioblue_tui.studies.versions import kept_versions, version_file
from bioblue_tui.trials.events import Asked
from bioblue_tui.wordings.collection import default, retired
from bioblue_tui.wordings.example import example as own_wording
from bioblue_tui.wordings.wording import Wording
from bioblue_tui.wordings.words import Words
from tests.studies.small import load, right, toml, walk

ASKED = 'questions = [{key = "q", text = "How many?", answer = %d}]'


def through(study: Study, root: Path, *codes: str, new_version: bool = False) -> None:
    for code in codes:
        run = enter(study, code, root, new_version=new_version)
        with run.file:
            walk(run)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def aged(path: Path) -> None:
    """Make a session as a program before 1.1 wrote it, of which no version was kept."""
    first, *rest = path.read_text().splitlines()
    opening = json.loads(first)
    del opening["version"], opening["digest"]
    path.write_text("\n".join([json.dumps({**opening, "schema": "1.0"}), *rest]) + "\n")


def test_a_changed_file_is_refused_with_what_was_changed(tmp_path: Path) -> None:
    (tmp_path / "welcome.md").write_text("First line.\nSecond line.\n")
    more = 'pages = [{file = "welcome.md"}]\nincentives = "Tea."'
    through(load(tmp_path, more=more), tmp_path, "P1")
    (tmp_path / "welcome.md").write_text("First line.\nAnother line.\n")
    changed = load(tmp_path, steps=3, more=more.replace("Tea", "Coffee"))
    with pytest.raises(StudyError) as refused:
        enter(changed, "P2", tmp_path)
    told = str(refused.value)
    for words in ("steps: 2 → 3", "incentives: Tea. → Coffee.", "- Second line.", "+ Another line.", "--new-version"):
        assert words in told
    assert "First line" not in told
    assert not session_file(study_dir("small", tmp_path), "P2").exists()
    through(changed, tmp_path, "P2", new_version=True)
    assert [one.version for one in standings(study_dir("small", tmp_path))] == [1, 2]


def test_a_comment_is_no_change(tmp_path: Path) -> None:
    through(load(tmp_path), tmp_path, "P1")
    path = tmp_path / "study.toml"
    path.write_text(f"# what nobody sees\n{path.read_text()}")
    through(load_study(path), tmp_path, "P2")
    assert [one.version for one in standings(study_dir("small", tmp_path))] == [1, 1]


def test_who_has_begun_goes_on_with_what_they_began_with(tmp_path: Path) -> None:
    first = load(tmp_path, [("a", "1-2", "fixed")])
    run = enter(first, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: view.key == "trial/a.2")
    second = load(tmp_path, [("a", "1-2", "fixed")], steps=5)
    with pytest.raises(StudyError, match="steps: 2 → 5"):
        begun(second, "P2", tmp_path)
    log = begun(second, "P1", tmp_path)
    assert log is not None
    told = changed_since(second, log, tmp_path)
    assert "continues with version 1" in told
    assert "steps: 2 → 5" in told
    assert changed_since(first, log, tmp_path) == ""
    with enter(second, "P1", tmp_path).file as reopened:
        assert reopened.log.opening.version == 1
    with pytest.raises(StudyError, match="P1 began with version 1"):
        enter(second, "P1", tmp_path, new_version=True)
    through(second, tmp_path, "P2", new_version=True)
    # The file is one that is known now, and P1 still plays their own.
    run = enter(second, "P1", tmp_path)
    with run.file:
        walk(run)
    export_study("small", second, tmp_path / "out", tmp_path)
    played = {(row["participant"], row["trial"]): row for row in rows(tmp_path / "out" / "trials.csv")}
    assert {key: (row["version"], row["steps"]) for key, row in played.items()} == {
        ("P1", "a.1"): ("1", "2"),
        ("P1", "a.2"): ("1", "2"),
        ("P2", "a.1"): ("2", "5"),
        ("P2", "a.2"): ("2", "5"),
    }


def test_who_passed_does_not_fail_when_the_right_answer_changes(tmp_path: Path) -> None:
    through(load(tmp_path, more=ASKED % 4), tmp_path, "P1")
    second = load(tmp_path, more=ASKED % 5, steps=3)

    def wrongly(view: View) -> str:
        return "1" if isinstance(view, QuestionView) else right(view)

    run = enter(second, "P2", tmp_path, new_version=True)
    with run.file:
        walk(run, wrongly)
    export_study("small", second, tmp_path / "out", tmp_path)
    people = {row["participant"]: row for row in rows(tmp_path / "out" / "participants.csv")}
    assert [people[code]["comprehension_passed"] for code in ("P1", "P2")] == ["1", "0"]
    sheet = (tmp_path / "out" / "method.md").read_text()
    one, two = sheet.split("# Version 2")
    assert "| 2 | 1 | 2 |" in one
    assert "| 3 | 0 | none |" in two
    assert "Excluded after the questions about the instructions: 0." in one
    assert "Excluded after the questions about the instructions: 1." in two
    assert "questions 1.answer: 4 → 5" in two
    # The study as it was played is there, and can be played.
    for version, answer in (("1", "4"), ("2", "5")):
        again = load_study(tmp_path / "out" / "versions" / version / "study.toml")
        assert again.comprehension.questions[0].answer == answer


def test_everything_can_be_told_without_the_file(tmp_path: Path) -> None:
    through(load(tmp_path, more='incentives = "Tea."'), tmp_path, "P1")
    (tmp_path / "study.toml").unlink()
    _, problems, _ = export_study("small", None, tmp_path / "out", tmp_path)
    assert not problems
    assert "participants were told: Tea." in (tmp_path / "out" / "method.md").read_text()
    assert [one.planned for one in standings(study_dir("small", tmp_path))] == [1]
    with pytest.raises(StudyError, match="nothing is kept"):
        export_study("another", None, tmp_path / "none", tmp_path)
    assert not (tmp_path / "none").exists()


def test_sessions_of_older_programs_go_on(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")])
    run = enter(study, "P1", tmp_path)
    with run.file:
        run.visit(80, 24)
        walk(run, until=lambda view: view.key == "trial/a.2")
        run.note("away", why="pause", seconds=2.5)
    directory = study_dir("small", tmp_path)
    aged(session_file(directory, "P1"))
    version_file(directory, 1).unlink()
    with pytest.raises(StudyError, match="trials were changed"):
        enter(load(tmp_path, [("a", "1-2", "fixed")], steps=9), "P1", tmp_path)
    with pytest.raises(StudyError, match="trials were changed"):
        enter(load(tmp_path, [("a", "1-2", "fixed")], steps=9), "P2", tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
        (away,) = run.log.absences
        assert (away.why, away.seconds, round(away.ended - away.began, 3)) == ("pause", 2.5, 2.5)
    # What they had not begun yet is told in the words of the program they began with.
    through(study, tmp_path, "P2")
    for code, wording in (("P1", retired()[0]), ("P2", default())):
        files = read_session(session_file(directory, code)).trials.values()
        last = open_record(tmp_path / "trials" / list(files)[-1][1]).header
        assert last.wording == wording.title
        if code == "P1":
            assert last.instruction == run.instruction(study.blocks[0].trials[1])
    export_study("small", study, tmp_path / "out", tmp_path)
    # The hash that the old session noted is that of the version that P2 began.
    assert [row["version"] for row in rows(tmp_path / "out" / "participants.csv")] == ["1", "1"]
    version_file(directory, 1).unlink()
    with pytest.raises(StudyError, match="P1: no copy was kept"):
        export_study("small", None, tmp_path / "without", tmp_path)


def test_a_version_that_is_damaged_is_told_and_written_again_from_the_same_file(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: isinstance(view, TrialView))
    directory = study_dir("small", tmp_path)
    kept = version_file(directory, 1)
    kept.write_text(kept.read_text().replace('seeds = \\"1\\"', 'seeds = \\"2\\"'))
    assert "was changed since it was kept" in kept_versions(directory).problems[0]
    other = load(tmp_path, steps=7)
    for code in ("P1", "P2"):
        with pytest.raises(StudyError, match="changed since it was kept"):
            enter(other, code, tmp_path)
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    through(study, tmp_path, "P3")
    assert not kept_versions(directory).problems
    assert [one.version for one in standings(directory)] == [1, 1]


def test_a_copy_that_is_lost_is_made_again_from_the_same_file_and_missed_with_another(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: isinstance(view, TrialView))
    directory = study_dir("small", tmp_path)
    copy = version_file(directory, 1)
    whole = json.loads(copy.read_text())
    copy.unlink()
    # Whoever goes on with the same file brings it back.
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: isinstance(view, TrialView))
    assert json.loads(copy.read_text()) == whole

    copy.unlink()
    other = load(tmp_path, steps=7)
    for code in ("P1", "P2"):
        with pytest.raises(StudyError, match=r"version-1.json: the copy of version 1 is not there any more"):
            enter(other, code, tmp_path)
    assert "the copy of version 1 is not there" in collect("small", other, tmp_path).problems[0]
    # Another version never takes its number: nobody is told of in what others play.
    through(other, tmp_path, "P2", new_version=True)
    assert [(one.participant, one.version, one.planned) for one in standings(directory)] == [("P1", 1, 0), ("P2", 2, 1)]
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    assert [one.state for one in standings(directory)] == ["finished", "finished"]


def test_what_was_changed_is_short_however_much_it_was(tmp_path: Path) -> None:
    before = load(tmp_path, more='incentives = "' + "\\n".join(f"line {n}" for n in range(500)) + '"')
    after = load(tmp_path, more='incentives = "' + "\\n".join(f"other {n} {'x' * 500}" for n in range(500)) + '"')
    told = what_changed(before, after)
    assert len(told) == MOST_LINES + 1
    assert "lines more" in told[-1]
    assert max(map(len, told)) < 120
    assert what_changed(before, before) == []


def test_the_copy_holds_every_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "consent.md").write_text("Do you, Zoë?\r\n", newline="")
    (tmp_path / "study.toml").write_text(toml(more='consent = {file = "texts/consent.md"}'))
    study = load_study(tmp_path / "study.toml")
    enter(study, "P1", tmp_path).file.close()
    (version,) = kept_versions(study_dir("small", tmp_path)).versions
    assert version.study == study
    assert version.study.files == {"texts/consent.md": "Do you, Zoë?\r\n".encode()}
    assert version.study.digest == study.digest


def reworded(wording: Wording, version: int) -> Wording:
    """Return a wording whose observations begin in another way."""
    texts = {id_: {**own, "observation": f"Look here. {own['observation']}"} for id_, own in wording.texts.items()}
    return Wording(wording.name, version, "", texts, {id_: Words(id_, own) for id_, own in texts.items()})


def told(root: Path, participant: str) -> list[str]:
    """Return what a participant was first told in each trial."""
    directory, found = root / "trials", []
    for _, file in read_session(session_file(study_dir("small", root), participant)).trials.values():
        found.append(
            next(event.observation for event in open_record(directory / file).events if isinstance(event, Asked))
        )
    return found


def test_a_program_with_other_words_changes_nothing_in_a_study_that_was_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")])
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: view.key == "trial/a.2")
    monkeypatch.setattr(parts, "default", lambda: reworded(default(), 99))
    study = load_study(tmp_path / "study.toml")
    for code in ("P1", "P2"):
        run = enter(study, code, tmp_path)
        with run.file:
            walk(run)
    assert told(tmp_path, "P1") == told(tmp_path, "P2")
    assert not [text for text in told(tmp_path, "P2") if text.startswith("Look here.")]
    # Only a new version has the new words, and the sheet says so.
    through(load(tmp_path, [("a", "1-2", "fixed")], more="feedback = true"), tmp_path, "P3", new_version=True)
    assert all(text.startswith("Look here.") for text in told(tmp_path, "P3"))
    export_study("small", None, tmp_path / "out", tmp_path)
    assert f"wording by default: {default().title} → plain 99" in (tmp_path / "out" / "method.md").read_text()


def test_a_wording_of_ones_own_is_kept_with_the_study(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(own_wording("mine", "plain"))
    conditions = '[[conditions]]\nname = "own"\nwording = "mine.toml"\n[[conditions]]\nname = "plain"\n'
    study = load(tmp_path, conditions=conditions)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    wordings = [open_record(tmp_path / "trials" / file).header.wording for _, file in run.log.trials.values()]
    assert wordings == ["mine 1", default().title]
    path.write_text(own_wording("mine", "plain").replace("version = 1", "version = 2"))
    with pytest.raises(StudyError, match=r"mine.toml:\n.*version = 1\n.*version = 2"):
        enter(load_study(tmp_path / "study.toml"), "P2", tmp_path)
    path.unlink()
    (version,) = kept_versions(study_dir("small", tmp_path)).versions
    assert version.study == study
    with pytest.raises(StudyError, match=r"line \d+: conditions 1\.wording"):
        load_study(tmp_path / "study.toml")


def test_nothing_is_told_of_a_version_that_nobody_has(tmp_path: Path) -> None:
    """What an old session played is told from the file as it was then, never from a changed one."""
    through(load(tmp_path, more=ASKED % 4), tmp_path, "P1")
    aged(session_file(study_dir("small", tmp_path), "P1"))
    version_file(study_dir("small", tmp_path), 1).unlink()
    changed = load(tmp_path, more=ASKED % 4, steps=7)
    _, problems, _ = export_study("small", changed, tmp_path / "changed", tmp_path)
    assert "P1: no copy was kept" in problems[0]
    assert rows(tmp_path / "changed" / "participants.csv") == []
    (one,) = standings(study_dir("small", tmp_path), changed)
    assert (one.state, one.trials, one.planned) == ("finished", 1, 0)
    _, problems, _ = export_study("small", load(tmp_path, more=ASKED % 4), tmp_path / "same", tmp_path)
    assert problems == []
    assert [row["comprehension_passed"] for row in rows(tmp_path / "same" / "participants.csv")] == ["1"]


@pytest.mark.parametrize("wrong", [[[1]], {"homeostasis": [[1]]}, {"homeostasis": {"x": 1}}, 10**400, None])
def test_a_kept_wording_that_is_none_is_damage(tmp_path: Path, wrong: object) -> None:
    study = load(tmp_path)
    through(study, tmp_path, "P1")
    directory = study_dir(study.name, tmp_path)
    path = version_file(directory, 1)
    kept = json.loads(path.read_text())
    (name,) = kept["wordings"]
    kept["wordings"][name]["texts"] = wrong
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert "damaged: a wording" in kept_versions(directory).problems[0]
    assert standings(directory)[0].planned == 0
