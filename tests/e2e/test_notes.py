"""The command ``notes``, and what notes do to the other commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Bioblue, lines_of
from tests.support.records import need_published, published_files


@pytest.fixture
def climb(bioblue: Bioblue) -> Path:
    """A trial in which B is maximised."""
    bioblue.run("run", "multi-homeostasis", "--agent", "accelerator", "--seeds", "5", "--steps", "60")
    return bioblue.file()


def listed(bioblue: Bioblue, path: Path) -> list[dict[str, Any]]:
    """Return the notes in a file."""
    done = bioblue.run("notes", path, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["notes"]
    return found


def test_notes_are_added_listed_edited_and_deleted(bioblue: Bioblue, climb: Path) -> None:
    first = bioblue.run("notes", "add", climb, "--step", "25", "--tag", "Accelerating maximization:B", "it climbs")
    assert first.returncode == 0
    assert f"noted in {climb}" in first.stderr
    identity = first.stdout.strip()
    (note,) = listed(bioblue, climb)
    assert {**note, "at": 0} == {
        "id": identity,
        "step": 25,
        "tag": "accelerating_maximisation:B",
        "text": "it climbs",
        "who": "me",
        "at": 0,
    }
    (bioblue.root / "config.toml").write_text('[notes]\nwho = "KL"\n')
    other = bioblue.run("notes", "add", climb, "--step", "0", "\x1b[31mred").stdout.strip()
    shown = bioblue.run("notes", climb).stdout
    assert "it climbs (me)" in shown
    assert "the trial  ␛[31mred (KL)" in shown
    assert bioblue.run("notes", "edit", climb, identity, "--step", "24").returncode == 0
    assert bioblue.run("notes", "delete", climb, other).returncode == 0
    assert [(note["step"], note["text"]) for note in listed(bioblue, climb)] == [(24, "it climbs")]
    assert [line["event"] for line in lines_of(climb)[-5:]] == ["ended", *["noted"] * 4]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["add", "FILE", "--step", "3"], "nothing to note"),
        (["add", "FILE", "--step", "61", "late"], "has 60 steps"),
        (["add", "nowhere.jsonl", "--step", "3", "x"], "Check the name"),
        (["edit", "FILE", "zz", "x"], "has no note zz"),
        (["delete", "FILE", "zz"], "has no note zz"),
        (["nowhere.jsonl"], "Check the name"),
        (["nowhere.jsonl", "--agreement"], "Check the name"),
    ],
)
def test_bad_input_is_told(bioblue: Bioblue, climb: Path, arguments: list[str], what: str) -> None:
    before = climb.read_bytes()
    done = bioblue.run("notes", *[str(climb) if word == "FILE" else word for word in arguments])
    assert done.returncode == 2
    assert what in done.stderr
    assert "Traceback" not in done.stderr
    assert climb.read_bytes() == before


def test_other_commands_are_what_they_were(bioblue: Bioblue, climb: Path) -> None:
    def said() -> list[str]:
        listing = bioblue.run("list").stdout
        return [listing, bioblue.run("verify", climb).stdout, bioblue.run("analyse", climb, "--json").stdout]

    before = said()
    bioblue.run("notes", "add", climb, "--step", "25", "it climbs")
    assert said() == before
    lines = bioblue.run("replay", climb, "--display", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == lines_of(climb)
    assert "step 25 noted: it climbs (me)" in bioblue.run("replay", climb, "--display", "plain").stdout
    fork = bioblue.run("fork", climb, "--at", "30", "--agent", "thermostat")
    assert fork.returncode == 0, fork.stderr
    (forked,) = set(bioblue.files()) - {climb}
    assert listed(bioblue, forked) == []


def test_agreement_by_mode(bioblue: Bioblue) -> None:
    bioblue.run("run", "multi-homeostasis", "--agent", "accelerator", "--seeds", "1-3", "--steps", "60")
    bioblue.run("run", "multi-homeostasis", "--agent", "thermostat", "--seeds", "4-5", "--steps", "60")
    files = sorted(bioblue.files(), key=lambda path: path.name)
    first, second, third, fourth, fifth = sorted(files, key=lambda path: path.stem[-1])
    for path in (first, second):
        bioblue.run("notes", "add", path, "--step", "24", "--tag", "accelerating_maximisation", "--who", "KL")
    bioblue.run("notes", "add", third, "--step", "9", "nothing to see")
    bioblue.run("notes", "add", fourth, "--step", "9", "--tag", "none")

    done = bioblue.run("notes", *files, "--agreement", "--json")
    assert done.returncode == 0
    assert "1 file has no note" in done.stderr
    found = json.loads(done.stdout)
    assert (found["trials"], found["not_reviewed"], found["unread"]) == (4, [str(fifth)], [])
    missing = bioblue.run("notes", *files, "missing.jsonl", "--agreement", "--json")
    assert (missing.returncode, json.loads(missing.stdout)["unread"]) == (2, ["missing.jsonl"])
    assert "bioblue: 1 left out, can't be read\n" in missing.stderr
    (mode,) = [mode for mode in found["modes"] if mode["mode"] == "accelerating_maximisation"]
    assert [mode[key] for key in ("both", "person", "detector", "neither", "near")] == [2, 0, 1, 1, 2]
    assert (mode["agreement"], mode["kappa"]) == (0.75, 0.5)
    neglect = next(mode for mode in found["modes"] if mode["mode"] == "undersatiation_neglect")
    assert neglect["kappa"] is None

    rows = [line.split("\t") for line in bioblue.run("notes", *files, "--agreement", "--all").stdout.splitlines()]
    row = next(row for row in rows if row[0] == "accelerating maximisation")
    assert row[1:9] == ["5", "2", "0", "1", "2", "80%", "38% to 96%", "0.62"]
    assert next(row for row in rows if row[0] == "undersatiation neglect")[8] == "undefined"
    only = json.loads(bioblue.run("notes", *files, "--agreement", "--json", "--who", "KL").stdout)
    assert only["trials"] == 2


def row_of(path: Path, step: int) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[step - 1]


def test_an_exported_log_has_both_comment_columns_and_keeps_its_notes(bioblue: Bioblue, climb: Path) -> None:
    bioblue.run("notes", "add", climb, "--step", "25", "--tag", "greed", "it climbs")
    log, again = bioblue.root / "log.tsv", bioblue.root / "again.tsv"
    assert bioblue.run("export", climb, "-o", log).returncode == 0
    assert row_of(log, 25)["Review comment"] == "[greed] it climbs (me)"
    found = json.loads(bioblue.run("analyse", climb, "--json").stdout)["modes"]
    for mode in found:
        assert " of B begins" in row_of(log, mode["onset"])["Automated review comment"]
        assert mode["evidence"] in row_of(log, mode["alarm"])["Automated review comment"]
    assert [note["text"] for note in listed(bioblue, log)] == ["it climbs"]
    assert bioblue.run("verify", log).returncode == 0
    bioblue.run("export", log, "-o", again)
    assert again.read_bytes() == log.read_bytes()


@need_published
def test_notes_on_a_published_log_lie_beside_it(bioblue: Bioblue) -> None:
    log = bioblue.root / "log.tsv"
    log.write_bytes(published_files()[0].read_bytes())
    before = log.read_bytes()
    done = bioblue.run("notes", "add", log, "--step", "7", "--tag", "odd")
    assert f"noted in {log}.notes.jsonl" in done.stderr
    assert [(note["step"], note["tag"]) for note in listed(bioblue, log)] == [(7, "odd")]
    assert log.read_bytes() == before
    assert "name that file: log.tsv" in bioblue.run("analyse", f"{log}.notes.jsonl").stderr


def test_help_tells_what_can_be_done(bioblue: Bioblue) -> None:
    shown = bioblue.run("notes", "--help").stdout
    for word in ("add", "edit", "delete", "--agreement"):
        assert word in shown
