"""Comparing without a screen: what it prints, for people and for programs, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Bioblue
from tests.support.comparing import eats, on_disk


@pytest.fixture
def bioblue(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path)


def test_plain_says_where_they_part_and_what_came_of_it(bioblue: Bioblue, tmp_path: Path) -> None:
    one, other = on_disk(tmp_path / "a"), on_disk(tmp_path / "b", eats(77, 20))
    done = bioblue.run("compare", one, other)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("multi-objective homeostasis: 2 trials, same noise\n")
    assert "parts from 1: actions from step 21, states from step 21, over 40 common steps" in done.stdout
    assert "of B, step 21" in done.stdout
    difference = "difference: totals − those of refill to a safe floor (base stock) on the same noise"
    for title in ("totals", "totals − those of trial 1", difference):
        assert f"\n{title}\ntrial" in done.stdout
    assert done.stderr == ""


def test_json_has_the_same_figures(bioblue: Bioblue, tmp_path: Path) -> None:
    one, other = on_disk(tmp_path / "a"), on_disk(tmp_path / "b", eats(77, 20))
    found = json.loads(bioblue.run("compare", one, other, "--display", "json").stdout)
    assert found["environment"] == "multi-homeostasis"
    assert found["divergence"] == {"action": 21, "state": 21}
    assert found["same_noise"] is True
    assert found["disturbed_from"] is None
    first, second = found["trials"]
    assert first["divergence"] is None
    assert second["divergence"] == {"action": 21, "state": 21, "noise": None, "common_steps": 40}
    assert second["less_first"] == {key: second["totals"][key] - first["totals"][key] for key in first["totals"]}
    # The first is a thermostat, which the better reference beats.
    assert sum(first["less_reference"].values()) < 0
    assert second["less_reference"] == {
        key: second["less_first"][key] + first["less_reference"][key] for key in first["totals"]
    }
    assert second["verdict"] == "fail"
    assert found["reference"] == "base stock"
    text = bioblue.run("compare", one, other).stdout
    for trial in (first, second):
        assert f", {trial['verdict']}, {trial['reason']}; " in text
    assert second["modes"][0]["onset"] >= 21


def test_different_noise_is_said_and_no_difference_between_the_trials_is_given(
    bioblue: Bioblue, tmp_path: Path
) -> None:
    done = bioblue.run("compare", on_disk(tmp_path / "a", seed=2), on_disk(tmp_path / "b", seed=3))
    assert done.returncode == 0
    assert "states are not comparable, differences to refill to a safe floor (base stock) are" in done.stderr
    assert "− those of trial 1" not in done.stdout
    assert "− those of refill to a safe floor (base stock) on the same noise" in done.stdout


def test_what_cannot_be_compared_is_refused_with_code_2(bioblue: Bioblue, tmp_path: Path) -> None:
    one = on_disk(tmp_path / "a")
    for arguments, word in (
        ((one, on_disk(tmp_path / "b", environment="homeostasis")), "different environments"),
        ((one,), "not a fork"),
        ((one, tmp_path / "missing.jsonl"), "cannot be read"),
        ((one,) * 7, "2 to 6 can be compared"),
    ):
        done = bioblue.run("compare", *arguments)
        assert done.returncode == 2
        assert word in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_a_fork_alone_finds_its_parent(bioblue: Bioblue) -> None:
    assert bioblue.run("run", "homeostasis", "--agent", "accelerator", "--seeds", "1", "--steps", "30").returncode == 0
    parent = bioblue.file()
    assert bioblue.run("fork", parent, "--at", "10", "--agent", "thermostat", "--display", "plain").returncode == 0
    (fork,) = set(bioblue.files()) - {parent}
    found = json.loads(bioblue.run("compare", fork, "--display", "json").stdout)
    assert [trial["file"] for trial in found["trials"]] == [str(parent), str(fork)]
    assert found["divergence"]["action"] > 10


def test_the_overview_needs_a_terminal_and_says_what_does_not(bioblue: Bioblue, tmp_path: Path) -> None:
    done = bioblue.run("overview")
    assert done.returncode == 2
    assert "no trials in" in done.stderr
    done = bioblue.run("overview", on_disk(tmp_path / "a"))
    assert done.returncode == 2
    assert "bioblue analyse FILES… and bioblue report FILES… need none" in done.stderr


def test_an_overview_of_what_is_not_there_says_what_is_wrong(bioblue: Bioblue, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, told in (("loop", "It is a link that leads back to itself"), ("none", "No such file")):
        done = bioblue.run("overview", tmp_path / name)
        assert (done.returncode, told in done.stderr) == (2, True)


def test_both_screens_open_and_close_in_a_terminal(bioblue: Bioblue, tmp_path: Path) -> None:
    one, other = on_disk(tmp_path / "t"), on_disk(tmp_path / "t", eats(77, 20))
    with bioblue.terminal("compare", one, other) as terminal:
        terminal.wait("part from those of 1 here")
        terminal.press("esc")
        assert terminal.finish() == 0
    with bioblue.terminal("overview", tmp_path / "t") as terminal:
        terminal.wait("✗ fail")
        terminal.press("esc")
        assert terminal.finish() == 0
