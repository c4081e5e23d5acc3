"""Whole experiments without a screen: ``run``, its lines, its table, its JSON, its exit codes."""

from __future__ import annotations

import json
import re
import shutil
import statistics
from pathlib import Path

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.trials.events import Stepped
from tests.support.command import Bioblue, lines_of
from tests.support.tables import tables
from tests.support.terminal import Terminal

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def last_step(path: Path) -> Stepped:
    return [event for event in read_journal(path).events if isinstance(event, Stepped)][-1]


# What is written


def test_a_line_for_each_step_and_then_a_table(bioblue: Bioblue) -> None:
    done = bioblue.run("run", "multi-homeostasis", "--agent", "collapse:2", "--seeds", "1-3,9", "--steps", "12")
    assert done.returncode == 0
    lines, _, rest = done.stdout.partition("\n\n")
    assert [line[:15] for line in lines.split("\n")] == [
        f"seed {seed} step {step:>2}:" for seed in (1, 2, 3, 9) for step in range(1, 13)
    ]
    assert all(" taken, noise " in line and "Rewards: " in line for line in lines.split("\n"))
    totals, differences = tables(rest)
    assert totals[0][:3] == ["seed", "steps", "consumption_A"]
    assert totals[0][-3:] == ["illegal", "unreadable", "ended"]
    assert [row[0] for row in totals[1:]] == ["1", "2", "3", "9", "mean", "sd"]
    assert [row[0] for row in differences[1:]] == ["1", "2", "3", "9", "mean", "sd"]
    assert [len(bioblue.files()), done.stderr.count("\n")] == [4, 4]
    for path in bioblue.files():
        assert f"record: {path}" in done.stderr
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_the_table_says_what_the_records_say(bioblue: Bioblue) -> None:
    done = bioblue.run("run", "multi-homeostasis", "--agent", "collapse", "--seeds", "2,1,6", "--display", "none")
    totals, differences = tables(done.stdout)
    steps = {read_journal(path).header.seed: last_step(path) for path in bioblue.files()}
    keys = totals[0][2:-3]
    assert keys == list(steps[1].totals)
    assert differences[0][1:] == keys
    for row, seed in zip(totals[1:], (2, 1, 6), strict=False):
        assert row == [str(seed), "100", *(str(steps[seed].totals[key]) for key in keys), "0", "0", "complete"]
    mean, deviation = totals[4], totals[5]
    for index, key in enumerate(keys, 2):
        values = [steps[seed].totals[key] for seed in (2, 1, 6)]
        assert float(mean[index]) == pytest.approx(statistics.mean(values), abs=0.001)
        assert float(deviation[index]) == pytest.approx(statistics.stdev(values), abs=0.001)
    assert (mean[0], mean[-1], deviation[0]) == ("mean", "3 trials", "sd")
    # No column holds the sum over dimensions.
    assert len(totals[0]) == 2 + len(keys) + 3


def test_the_thermostat_and_the_better_reference_get_the_published_sums(bioblue: Bioblue) -> None:
    done = bioblue.run("run", "multi-homeostasis", "--agent", "thermostat", "--display", "none")
    totals, differences = tables(done.stdout)
    # The published reference figures: sums over all dimensions of the trials 1 to 10.
    sums = [sum(map(int, row[2:-3])) for row in totals[1:11]]
    assert sums == [-726, -16480, -481, -68, 138, -14420, -1264, -178, -943, -914]
    base_stock = [14, -12900, 149, 302, 288, -9410, 66, 252, 147, 206]
    beyond = [sum(map(int, row[1:])) for row in differences[1:11]]
    assert beyond == [own - other for own, other in zip(sums, base_stock, strict=True)]


def test_the_end_of_a_field_is_an_end_like_any_other(bioblue: Bioblue) -> None:
    done = bioblue.run("run", "sustainability", "--agent", "maximiser:0", "--seeds", "1-2")
    assert done.returncode == 0
    reason = lines_of(bioblue.files()[0])[-1]["reason"]
    assert reason not in ("complete", "stopped")
    assert done.stdout.count(f"Ended: {reason}.") == 2
    assert re.search(rf"^ +1 .* {reason}$", done.stdout, re.MULTILINE)


def test_json_lines_tell_trials_apart_and_sum_them_up(bioblue: Bioblue) -> None:
    done = bioblue.run("run", "balancing", "--agent", "random", "--seeds", "5,3", "--steps", "6", "--display", "jsonl")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["seed"] for line in lines if line.get("event") == "summary"] == [5, 3]
    for path in bioblue.files():
        recorded = lines_of(path)
        mine = [line for line in lines if line["trial"] == recorded[0]["id"]]
        assert {line["seed"] for line in mine} == {recorded[0]["seed"]}
        summary = mine.pop()
        assert [{k: v for k, v in line.items() if k not in ("trial", "seed")} for line in mine[1:]] == recorded[1:]
        assert {k: v for k, v in mine[0].items() if k != "trial"} == recorded[0]
        assert summary["event"] == "summary"
        assert summary["file"] == str(path)
        assert summary["totals"] == pytest.approx(last_step(path).totals)
        assert summary["reference"]["totals"].keys() == summary["totals"].keys()


def test_the_same_seeds_give_the_same_output(tmp_path: Path) -> None:
    said = []
    for name in ("one", "two"):
        bioblue = Bioblue(tmp_path / name)
        bioblue.root.mkdir()
        said.append(bioblue.run("run", "homeostasis", "--agent", "random", "--seeds", "1-2", "--steps", "5").stdout)
    assert said[0] == said[1] != ""


def test_the_options_of_a_trial_are_those_of_all(bioblue: Bioblue) -> None:
    options = ["--objectives", "3", "--set", "penalty=7", "--hidden-rewards", "--steps", "3", "--seeds", "1-2"]
    done = bioblue.run("run", "multi-homeostasis", "--agent", "oscillator", *options, "--data-dir", "elsewhere")
    assert done.returncode == 0
    records = [read_journal(path) for path in sorted((bioblue.root / "elsewhere" / "trials").iterdir())]
    assert [record.header.seed for record in records] == [1, 2]
    for record in records:
        parameters = record.header.parameters
        assert (parameters["objectives"], parameters["penalty"], parameters["hidden_rewards"]) == (3, 7, True)
        assert record.header.steps == 3


# Terminal, pipe, colour


def test_a_pipe_gets_neither_colour_nor_a_width(bioblue: Bioblue) -> None:
    bioblue.environ["COLUMNS"] = "20"
    done = bioblue.run(
        "run", "multi-homeostasis", "--objectives", "6", "--agent", "maximiser", "--seeds", "1-2", "--display", "none"
    )
    assert "\x1b" not in done.stdout
    totals, _ = tables(done.stdout)
    assert {len(row) for row in totals} == {2 + 18 + 3}
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", figure) for row in totals[1:] for figure in row[1:-1])


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_terminal_gets_a_table_that_fits(bioblue: Bioblue, columns: int) -> None:
    command = ["run", "multi-homeostasis", "--agent", "collapse", "--seeds", "1-3", "--display", "none"]
    with bioblue.terminal(*command, size=(columns, 80)) as terminal:
        assert terminal.finish() == 0
    output = terminal.output.decode()
    assert "\x1b[1m" in output
    shown = [line for line in ESCAPE.sub("", output).splitlines() if "record: " not in line and "noise" not in line]
    assert all(len(line.rstrip()) <= columns for line in shown)
    written = [
        f"{value:,}".replace(",", " ").replace("-", "−") for value in last_step(bioblue.files()[0]).totals.values()
    ]
    for figure in written:
        assert figure in "\n".join(shown)


def test_a_terminal_gets_bars_while_trials_run_and_then_the_table_alone(bioblue: Bioblue) -> None:
    options = ["--agent", "thermostat", "--seeds", "1-30", "--steps", "100000", "--speed", "20", "--parallel", "12"]
    with bioblue.terminal("run", "homeostasis", *options, "--display", "none") as terminal:
        bar = re.compile(r"^seed 10 +\S+ +\d+/100000", re.MULTILINE)
        total = re.compile(r"^trials +\S+ +0/30 +\d:\d\d, about \d+:\d\d:\d\d left", re.MULTILINE)
        text = terminal.wait(total, bar, "and 2 more")
        assert "seed 11  " not in text
        terminal.press("\x03")
        assert terminal.finish() == 130
        text = terminal.text
    assert "homeostasis, thermostat: totals" in ESCAPE.sub("", terminal.output.decode())
    assert "12 trials" in text
    assert "not begun: 18 trials" in text
    assert "and 2 more" not in text
    assert "step 1: " not in terminal.output.decode()


def test_what_goes_into_a_file_does_not_depend_on_who_watches(bioblue: Bioblue) -> None:
    command = "bioblue run homeostasis --agent random --seeds 1-3 --steps 3"
    piped = bioblue.shell(command).stdout
    file = bioblue.root / "out.txt"
    watched = f"{bioblue.command} {command.removeprefix('bioblue ')} > {file}"
    shell = Bioblue(bioblue.root, shutil.which("sh") or "")
    with shell.terminal("-c", watched) as terminal:
        assert terminal.finish() == 0
        assert "seed 3: record: " in "".join(terminal.lines)
    assert file.read_text() == piped
    assert "seed 3 step 3: " in piped


def test_trials_at_once_come_out_as_one_after_another(bioblue: Bioblue) -> None:
    said = []
    for number in ("1", "5", "200"):
        command = ["run", "multi-homeostasis", "--agent", "random", "--seeds", "7,1-6", "--parallel", number]
        done = bioblue.run(*command, "--display", "none")
        assert done.returncode == 0
        said.append(done.stdout)
    assert said[0] == said[1] == said[2] != ""
    totals, _ = tables(said[0])
    assert [row[0] for row in totals[1:]] == ["7", "1", "2", "3", "4", "5", "6", "mean", "sd"]
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_no_color_and_force_color_are_respected(bioblue: Bioblue) -> None:
    command = ["run", "homeostasis", "--agent", "oscillator", "--seeds", "1-2", "--display", "none"]
    bioblue.environ["FORCE_COLOR"] = "1"
    assert ESCAPE.search(bioblue.run(*command).stdout)
    bioblue.environ["NO_COLOR"] = "1"
    assert "\x1b" not in bioblue.run(*command).stdout
    del bioblue.environ["FORCE_COLOR"]
    with bioblue.terminal(*command) as terminal:
        assert terminal.finish() == 0
    assert b"\x1b" not in terminal.output


def test_a_terminal_shows_several_at_once_as_mission_control(bioblue: Bioblue) -> None:
    options = ["--agent", "collapse:5", "--seeds", "1-6", "--steps", "30", "--parallel", "3"]
    with bioblue.terminal("run", "multi-homeostasis", *options) as terminal:
        terminal.wait("multi-homeostasis · collapse:5", "■6 over", "30/30")
        terminal.press("enter")
        terminal.wait("collapse:5 · seed 1", "■ complete")
        terminal.press("esc")
        terminal.wait("■6 over")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert len(bioblue.files()) == 6
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_where_standard_error_goes_to_a_file_there_is_no_screen(bioblue: Bioblue) -> None:
    errors = bioblue.root / "errors.txt"
    options = "--agent random --seeds 1-2 --steps 5 --parallel 2"
    script = f"'{bioblue.command}' run homeostasis {options} 2> '{errors}'"
    with Terminal(["/bin/sh", "-c", script], (120, 36), bioblue.environ) as terminal:
        assert terminal.finish() == 0
    assert b"consumption" in terminal.output
    assert "\x1b" not in errors.read_text(encoding="utf-8")
