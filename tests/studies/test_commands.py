"""The commands of studies without a screen: what they say, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bioblue_tui.studies.loading import StudyError, load_study
from bioblue_tui.studies.parts import Copies
from bioblue_tui.studies.running import enter
from bioblue_tui.studies.sessions import study_dir
from bioblue_tui.studies.versions import load_begun, version_file
from bioblue_tui.system.toml import MOST_BYTES
from tests.studies.small import first_trial, load, toml, walk
from tests.support.command import Bioblue


@pytest.fixture
def bioblue(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path)


def test_init_writes_a_study_and_never_over_one(bioblue: Bioblue) -> None:
    done = bioblue.run("study", "init")
    assert done.returncode == 0
    assert "study run" in done.stderr
    text = (bioblue.root / "study.toml").read_text(encoding="utf-8")
    again = bioblue.run("study", "init", "study.toml")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    assert (bioblue.root / "study.toml").read_text(encoding="utf-8") == text
    assert bioblue.run("study", "status", "study.toml").returncode == 0


@pytest.mark.parametrize(
    "command", [("run", "--participant", "P1"), ("status",), ("export", "-o", "out"), ("forget", "P1")]
)
def test_a_study_that_is_wrong_is_told_with_its_line(bioblue: Bioblue, command: tuple[str, ...]) -> None:
    (bioblue.root / "s.toml").write_text(toml(steps=0), encoding="utf-8")
    verb, *rest = command
    done = bioblue.run("study", verb, "s.toml", *rest)
    assert done.returncode == 2
    assert "s.toml, line 3: steps" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("status",), ("export", "-o", "out"), ("forget", "P1")])
@pytest.mark.parametrize(
    ("which", "told"), [("/dev/null", "not a regular file"), ("pilto", "nobody has begun a study named 'pilto' here")]
)
def test_what_is_no_study_is_refused(bioblue: Bioblue, command: tuple[str, ...], which: str, told: str) -> None:
    verb, *rest = command
    done = bioblue.run("study", verb, which, *rest)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert not (bioblue.root / "out").exists()


def test_it_needs_a_terminal(bioblue: Bioblue) -> None:
    (bioblue.root / "s.toml").write_text(toml(), encoding="utf-8")
    done = bioblue.run("study", "run", "s.toml", "--participant", "P1")
    assert (done.returncode, "needs a terminal" in done.stderr) == (2, True)
    assert not (bioblue.data / "studies").exists()


def test_status_for_programs(bioblue: Bioblue) -> None:
    study = load(bioblue.root, [("a", "1-2", "fixed")])
    run = enter(study, "P1", bioblue.data)
    with run.file:
        walk(run, until=lambda view: view.key == "trial/a.2")
    done = bioblue.run("study", "status", "study.toml", "--json")
    (one,) = (json.loads(line) for line in done.stdout.splitlines())
    assert (one["participant"], one["state"], one["trials"], one["planned"]) == ("P1", "not finished", 1, 2)
    assert one["at"] == "trial/a.2"


def test_a_damaged_copy_of_a_version_is_told_and_the_unchanged_file_stands_in_for_it(bioblue: Bioblue) -> None:
    study = load(bioblue.root)
    run = enter(study, "P1", bioblue.data)
    with run.file:
        walk(run)
    copy = version_file(study_dir("small", bioblue.data), 1)
    copy.write_text(copy.read_text()[:200])
    instead = "The study's file is as it was then and stands in for it; nothing is left out."
    status = bioblue.run("study", "status", "study.toml")
    export = bioblue.run("study", "export", "study.toml", "-o", "out")
    sheet = (bioblue.root / "out" / "method.md").read_text(encoding="utf-8")
    for told in (status.stderr, export.stderr, sheet):
        assert f"version-1.json: damaged. Put back a copy of it. {instead}" in told
        assert "left out: version" not in told
        assert "Could not be read" not in told
    assert "P1\tfinished\t1/1 trials\trow 1\tversion 1\t" in status.stdout
    assert "P1," in (bioblue.root / "out" / "decisions.csv").read_text(encoding="utf-8")
    # Where only the name is known nothing stands in for it.
    assert "can't be read" in bioblue.run("study", "status", "small").stdout
    load(bioblue.root, steps=3)
    export = bioblue.run("study", "export", "study.toml", "-o", "other")
    assert "left out: version 1 of the study" in export.stderr
    assert "Could not be read" in (bioblue.root / "other" / "method.md").read_text(encoding="utf-8")
    assert instead not in export.stderr


def test_status_tells_of_records_that_are_not_there(bioblue: Bioblue) -> None:
    study = load(bioblue.root, [("a", "1-2", "fixed")])
    run = enter(study, "P1", bioblue.data)
    with run.file:
        walk(run)
    assert "can't be read" not in bioblue.run("study", "status", "study.toml").stdout
    gone = bioblue.files()[0]
    gone.unlink()
    done = bioblue.run("study", "status", "study.toml")
    assert "P1\tfinished\t2/2 trials, 1 record can't be read\t" in done.stdout
    assert f"P1: {gone}: cannot be read (No such file or directory)" in done.stderr
    (one,) = map(json.loads, bioblue.run("study", "status", "study.toml", "--json").stdout.splitlines())
    assert len(one["unread"]) == 1
    damaged = bioblue.files()[0]
    lines = damaged.read_bytes().splitlines(keepends=True)
    damaged.write_bytes(b"".join([*lines[:4], b"\n", *lines[5:]]))
    told = bioblue.run("study", "status", "study.toml")
    assert "2 records can't be read" in told.stdout
    assert f"P1: {damaged}: line 5: damaged: " in told.stderr
    exported = bioblue.run("study", "export", "study.toml", "-o", "out")
    assert exported.returncode == 2
    assert f"left out: P1: {damaged}, line 5: damaged: " in exported.stderr


def test_who_answers_no_to_resuming_is_told_that_nothing_was_lost(bioblue: Bioblue) -> None:
    study = load(bioblue.root, [("a", "1-2", "fixed")])
    run = enter(study, "P1", bioblue.data)
    with run.file:
        walk(run, until=lambda view: view.key == "trial/a.2")
    before = run.file.path.read_bytes()
    with bioblue.terminal("study", "run", str(bioblue.root / "study.toml"), "--participant", "P1") as terminal:
        terminal.wait("Resume? [y/n]")
        for slipped in ("enter", "j", "enter"):
            terminal.press(slipped)
        terminal.wait(re.compile(r"(?s)(Please answer y or n\..*){2}\[y/n\]"))
        assert "Error" not in terminal.text
        terminal.press("n")
        terminal.press("enter")
        terminal.wait("P1 is left as they were, 1 trial done", "--resume")
        assert terminal.finish() == 2
        assert "not begun" not in terminal.text
    assert run.file.path.read_bytes() == before


def test_a_trial_of_a_study_goes_on_in_the_study_only(bioblue: Bioblue) -> None:
    study = load(bioblue.root)
    run = enter(study, "P1", bioblue.data)
    with run.file:
        session = first_trial(run)
        session._journal.close()
    refused = bioblue.run("resume", bioblue.file(), answers="1\n1\n")
    assert (refused.returncode, "bioblue study run" in refused.stderr) == (2, True)
    assert "no trial to resume" in bioblue.run("resume", "--all").stderr
    # Everything else that reads records takes it as it is.
    assert bioblue.run("verify", bioblue.file()).returncode == 0
    assert "human" in bioblue.run("list").stdout


def test_forgetting_asks_first(bioblue: Bioblue) -> None:
    study = load(bioblue.root)
    run = enter(study, "P1", bioblue.data)
    with run.file:
        walk(run)
    asked = bioblue.run("study", "forget", "small", "P1", answers="n\n")
    assert asked.returncode == 1
    assert "2 files of P1" in asked.stdout + asked.stderr
    assert len(bioblue.files()) == 1
    assert bioblue.run("study", "forget", "small", "P1", answers="y\n").returncode == 0
    assert bioblue.files() == []
    unknown = bioblue.run("study", "forget", "small", "../P1", "--yes")
    assert (unknown.returncode, "no participant's code" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("seed = 7", "s.toml, line 4: seed: does nothing: nothing is in random order"),
        (f"# {'x' * MOST_BYTES}", "s.toml: larger than 256 KiB"),
    ],
    ids=["idle", "large"],
)
def test_what_was_begun_by_older_rules_goes_on_while_its_file_is_the_same(
    bioblue: Bioblue, more: str, told: str
) -> None:
    path, page = bioblue.root / "s.toml", bioblue.root / "page.md"
    page.write_text("Welcome.", encoding="utf-8")
    path.write_text(toml(more=f'{more}\npages = [{{file = "page.md"}}]'), encoding="utf-8")
    with pytest.raises(StudyError):
        load_begun(path, bioblue.data)
    begun = load_study(path, path.read_bytes(), Copies({"page.md": page.read_bytes()}, {}))
    with enter(begun, "P1", bioblue.data).file:
        pass
    study, wrong = load_begun(path, bioblue.data)
    assert told in wrong
    for code in ("P1", "P2"):
        run = enter(study, code, bioblue.data)
        with run.file:
            assert walk(run)[-1] == "closing"
    for which, warned in (("s.toml", True), (study.name, False)):
        status = bioblue.run("study", "status", which)
        assert status.stdout.count("finished") == status.stdout.count("version 1") == 2
        export = bioblue.run("study", "export", which, "-o", f"out-{which}")
        assert (status.returncode, export.returncode) == (0, 0)
        assert (told in status.stderr, told in export.stderr) == (warned, warned)
    page.write_text("Come in.", encoding="utf-8")
    refused = bioblue.run("study", "status", "s.toml")
    assert (refused.returncode, told in refused.stderr) == (2, True)
