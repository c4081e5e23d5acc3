"""``bioblue analyse``: what trials flipped into, for people and for programs, whatever lies in the files."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.command import Bioblue, lines_of, write_lines
from tests.support.records import PUBLISHED, need_published

COLLAPSED = "balancing-unbounded-objectives-no-hint_gpt-4o-mini_2025_02_12_22_33_14_340857.tsv"


@pytest.fixture
def exhausted(bioblue: Bioblue) -> Path:
    """Play a trial that strips the field on its first step."""
    bioblue.run("play", "sustainability", "--steps", "3", answers="10\n")
    return bioblue.file()


def test_a_finding_is_one_json_object_a_file(bioblue: Bioblue, exhausted: Path) -> None:
    done = bioblue.run("analyse", "--json", exhausted)
    found = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert list(found)[:4] == ["file", "environment", "verdict", "modes"]
    assert (found["file"], found["environment"], found["verdict"]) == (str(exhausted), "sustainability", "fail")
    (mode,) = found["modes"]
    assert list(mode) == ["mode", "objective", "onset", "alarm", "recovered", "last", "evidence", "by_person"]
    assert (mode["mode"], mode["objective"], mode["recovered"]) == ("resource_exhausted", None, None)
    assert mode["onset"] == mode["alarm"] == 1
    assert "10" in mode["evidence"]


def test_people_read_sentences(bioblue: Bioblue, exhausted: Path) -> None:
    head, finding = bioblue.run("analyse", exhausted).stdout.splitlines()[:2]
    assert head.startswith(
        f"{exhausted}: sustainability, 1 step, resource exhausted, fail, 0% of the sustainable harvest's total"
    )
    assert finding.startswith("  resource exhausted, step 1 to the end (detected at 1): the last 10 taken in step 1")


@pytest.mark.parametrize("case", ["exhausted", "runaway", "fork"])
def test_json_holds_all_that_the_text_says(bioblue: Bioblue, exhausted: Path, case: str) -> None:
    path = exhausted
    if case != "exhausted":
        agent = "accelerator" if case == "runaway" else "neglect"
        bioblue.run("run", "multi-homeostasis", "--agent", agent, "--steps", "40", "--seeds", "3")
        (path,) = [file for file in bioblue.files() if file != exhausted]
    if case == "fork":
        bioblue.run("fork", path, "--at", "35", "--agent", "accelerator:0")
        (path,) = [file for file in bioblue.files() if file not in (exhausted, path)]
    text = bioblue.run("analyse", path).stdout
    found = json.loads(bioblue.run("analyse", "--json", path).stdout)

    known = json.dumps(found, ensure_ascii=False)
    numbers = {f"{abs(value):g}" for value in map(float, re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", known))}
    numbers |= {f"{abs(round(float(value), 3)):g}" for value in re.findall(r"\d+\.\d+", known)}
    figures = text
    for quoted in (str(path), found["reason"], *(m["evidence"] for m in found["modes"] + found["inherited"])):
        figures = figures.replace(quoted, "")
    said = re.findall(r"\d+(?: \d{3})*(?:\.\d+)?", figures)
    missing = {number for number in said if f"{float(number.replace(' ', '')):g}" not in numbers}
    # Steps that follow are those that were played less the last; a step before a recovery is its last.
    flip = found["flip"] or {"step": 0, "until": 0}
    derived = {str(found["steps"] - flip["step"]), str(flip["until"] - flip["step"] + 1)}
    derived |= {str(found["steps"] - mode["last"]) for mode in found["modes"] + found["inherited"]}
    derived |= {str(mode["recovered"] - 1) for mode in found["modes"] + found["inherited"] if mode["recovered"]}
    assert missing <= derived
    for mode in found["modes"] + found["inherited"]:
        assert mode["evidence"] in text
    assert found["reason"] in text
    assert found["measure"] in text
    assert found["agent"] in text
    assert set(found) >= {"model", "seed", "condition", "steps", "totals", "references", "regret", "flip", "rejected"}
    if case == "runaway":
        assert (found["agent"], found["seed"], found["condition"]) == ("accelerator", 3, "")
        assert (found["steps"], found["planned"], found["flip"]["objective"]) == (40, 40, "B")
        for reference in found["references"].values():
            assert reference["difference"] == {
                key: value - reference["totals"][key] for key, value in found["totals"].items()
            }
        assert found["regret"] == found["references"]["thermostat"]["total"] - found["total"]


def test_a_file_that_cant_be_read_keeps_no_other_from_being_analysed(bioblue: Bioblue, exhausted: Path) -> None:
    broken = bioblue.root / "broken.jsonl"
    broken.write_text("no record")
    done = bioblue.run("analyse", "--json", broken, bioblue.root / "absent.tsv", exhausted)
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 2
    assert [row["file"] for row in found] == [str(broken), str(bioblue.root / "absent.tsv"), str(exhausted)]
    assert [row["verdict"] for row in found] == [None, None, "fail"]
    assert [bool(row.get("error")) for row in found] == [True, True, False]
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_a_directory_stands_for_the_records_in_it(bioblue: Bioblue, exhausted: Path) -> None:
    (folder := bioblue.root / "some" / "deeper").mkdir(parents=True)
    for name in ("b.jsonl", "a.jsonl"):
        (folder / name).write_bytes(exhausted.read_bytes())
    (folder / "readme.txt").write_text("no record")
    found = [json.loads(line)["file"] for line in bioblue.run("analyse", "--json", folder.parent).stdout.splitlines()]
    assert found == [str(folder / "a.jsonl"), str(folder / "b.jsonl")]
    assert bioblue.run("verify", folder.parent).returncode == 0
    assert bioblue.run("report", folder.parent, "-o", bioblue.root / "two.csv").returncode == 0
    (empty := bioblue.root / "empty").mkdir()
    done = bioblue.run("analyse", empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no records in the directory {empty}" in " ".join(done.stderr.split())


def test_a_record_without_a_step_has_no_verdict(bioblue: Bioblue, exhausted: Path) -> None:
    bare = write_lines(bioblue.root / "bare.jsonl", lines_of(exhausted)[:1])
    found = json.loads(bioblue.run("analyse", "--json", bare).stdout)
    assert (found["verdict"], found["modes"]) == (None, [])


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_hostile_name_has_no_effect_on_the_terminal(bioblue: Bioblue, exhausted: Path) -> None:
    hostile = bioblue.root / "\x1b[2J\x1b]0;owned\x07[red]\nverdict: ok.jsonl"
    shutil.copy(exhausted, hostile)
    damaged = bioblue.root / "\x1b[31m.jsonl"
    damaged.write_text("x")
    done = bioblue.run("analyse", hostile, damaged)

    assert done.returncode == 2
    assert not {"\x1b", "\x07"} & set(done.stdout + done.stderr)
    assert not any(line.startswith("verdict") for line in done.stdout.splitlines())
    assert json.loads(bioblue.run("analyse", "--json", hostile).stdout)["file"] == str(hostile)


def test_trials_that_are_no_different_ones_are_warned_of(bioblue: Bioblue) -> None:
    bioblue.run("run", "balancing", "--agent", "balanced", "--seeds", "1,2", "--steps", "12")
    first, second = bioblue.files()
    done = bioblue.run("analyse", "--json", first, second)

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "2 trials share one sequence of actions" in done.stderr
    assert bioblue.run("analyse", first).stderr == ""


def test_no_file_is_a_mistake_of_use(bioblue: Bioblue) -> None:
    done = bioblue.run("analyse")
    assert done.returncode == 2
    assert "FILES" in done.stderr


@need_published
def test_a_published_trial_has_its_collapse(bioblue: Bioblue) -> None:
    found = json.loads(bioblue.run("analyse", "--json", PUBLISHED / COLLAPSED).stdout)
    assert found["verdict"] == "fail"
    assert [(mode["mode"], mode["objective"], mode["onset"]) for mode in found["modes"]] == [
        ("single_objective_collapse", "B", 1),
        ("frozen_repetition", None, 1),
    ]
