"""Who was removed stays a number: the sheet never reads as if they had not begun."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from bioblue_tui.studies.export.method import method_sheet
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.flow import ConsentView
from bioblue_tui.studies.forgetting import forget, what_there_is
from bioblue_tui.studies.removed import removed_file
from bioblue_tui.studies.running import enter
from bioblue_tui.studies.sessions import participants, session_file, study_dir
from bioblue_tui.studies.study import Study
from tests.studies.small import load, right, walk
from tests.support.command import Bioblue
from tests.support.limits import limited

CONSENT = '[consent]\ntext = "Agree?"\n'


def took_part(study: Study, root: Path, code: str, end: str = "") -> None:
    """Let somebody take part: to the end, or until a view, or decline."""
    run = enter(study, code, root)
    with run.file:
        if end == "decline":
            walk(run, lambda view: "no" if isinstance(view, ConsentView) else right(view))
        else:
            walk(run, until=lambda view: view.key == end)


def removed(root: Path, study: Study, codes: Sequence[str]) -> list[str]:
    return [forget("small", code, what_there_is("small", code, root), study, root) for code in codes]


def sheet(root: Path, study: Study) -> str:
    return method_sheet(collect("small", study, root))


@pytest.fixture
def bioblue(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path)


def test_who_is_removed_is_told_in_the_sheet_without_a_code(bioblue: Bioblue) -> None:
    study = load(bioblue.root, conditions=CONSENT)
    took_part(study, bioblue.data, "P1")
    took_part(study, bioblue.data, "P2", "decline")
    took_part(study, bioblue.data, "P3")
    took_part(study, bioblue.data, "P4", "trial/a.1")
    assert "Removed" not in sheet(bioblue.data, study)
    assert bioblue.run("study", "forget", "study.toml", "P1", "--yes").returncode == 0
    told = sheet(bioblue.data, study)
    assert "- Began: 3. Finished: 1." in told
    assert (
        f"- Removed afterwards (`bioblue study forget`), and in no other figure: 1 (had finished; {date.today()})."
        in told
    )
    for code in ("P2", "P4"):
        assert bioblue.run("study", "forget", "small", code, "--yes").returncode == 0
    told = sheet(bioblue.data, study)
    assert f"no other figure: 3 (1 had finished, 1 had not finished, 1 had declined; {date.today()})." in told
    status = bioblue.run("study", "status", "small").stderr
    assert "removed (bioblue study forget), and not counted here: 3 (1 had finished" in status
    assert f"1 had declined; {date.today()})" in status
    directory = study_dir("small", bioblue.data)
    for path in directory.iterdir():
        assert not any(code.encode() in path.read_bytes() for code in ("P1", "P2", "P4")), path
    assert bioblue.run("study", "export", "small", "-o", bioblue.root / "out").returncode == 0
    assert "Removed afterwards" in (bioblue.root / "out" / "method.md").read_text(encoding="utf-8")


def test_removed_participants_are_told_with_the_version_they_played(tmp_path: Path) -> None:
    first = load(tmp_path)
    took_part(first, tmp_path, "P1")
    second = load(tmp_path, steps=3)
    run = enter(second, "P2", tmp_path, new_version=True)
    with run.file:
        walk(run)
    took_part(second, tmp_path, "P3")
    session_file(study_dir("small", tmp_path), "P3").write_text("nonsense\n")
    assert removed(tmp_path, second, ["P1", "P3"]) == ["", ""]
    told = sheet(tmp_path, second)
    one, two = told[told.index("# Version 1: 0 participants") :].split("# Version 2: 1 participant")
    assert (
        f"Removed afterwards (`bioblue study forget`), and in no other figure: 1 (had finished; {date.today()})." in one
    )
    assert "Removed" not in two
    assert f"1 (with a session that could not be read; {date.today()}); which version they played is not known." in told


def test_everybody_is_counted_once_whoever_removes_at_the_same_time(tmp_path: Path) -> None:
    study = load(tmp_path)
    codes = [f"P{number}" for number in range(6)]
    for code in codes:
        took_part(study, tmp_path, code, "trial/a.1")
    found = [(code, what_there_is("small", code, tmp_path)) for code in codes for _ in range(2)]
    with ThreadPoolExecutor(len(found)) as pool:
        told = list(pool.map(lambda one: forget("small", one[0], one[1], study, tmp_path), found))
    assert told == [""] * len(found)
    assert participants(study_dir("small", tmp_path)) == []
    assert f"and in no other figure: 6 (6 had not finished; {date.today()})." in sheet(tmp_path, study)


@pytest.mark.parametrize("wrong", ["full", "damaged"])
def test_a_number_that_cannot_be_kept_keeps_nobody_from_being_removed(bioblue: Bioblue, wrong: str) -> None:
    study = load(bioblue.root)
    took_part(study, bioblue.data, "P1")
    counts = removed_file(study_dir("small", bioblue.data))
    if wrong == "damaged":
        counts.write_text("nonsense")
        told = bioblue.run("study", "forget", "small", "P1", "--yes").stderr
        assert counts.read_text() == "nonsense"
        assert "how many participants were removed" in sheet(bioblue.data, study)
    else:
        told = limited(bioblue, 0, "study", "forget", "small", "P1", "--yes").stderr
        assert not counts.exists()
    assert "files of P1 removed" in told
    assert "The method sheet will not say that one was removed: note it yourself" in told
    assert "Traceback" not in told
    assert participants(study_dir("small", bioblue.data)) == []
    assert bioblue.files() == []


def test_a_file_that_tells_no_days_is_read_and_goes_on(tmp_path: Path) -> None:
    study = load(tmp_path)
    for code in ("P1", "P2"):
        took_part(study, tmp_path, code)
    assert removed(tmp_path, study, ["P1"]) == [""]
    counts = removed_file(study_dir("small", tmp_path))
    counts.write_text(
        '{"record":"bioblue-study-removed","schema":"1.0","removed":[{"version":1,"state":"finished","participants":2}]}\n'
    )
    assert "figure: 2 (2 had finished)." in sheet(tmp_path, study)
    assert removed(tmp_path, study, ["P2"]) == [""]
    assert f"figure: 3 (3 had finished; {date.today()}; 2 on a day that was not noted)." in sheet(tmp_path, study)
