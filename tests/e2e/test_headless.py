"""The command without a screen: lines in, lines out, exit codes, one clear message for every bad input."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.trials.events import Ended, Rejected, Stepped
from tests.support.command import COMMAND, Bioblue, lines_of, write_lines
from tests.support.records import need_published, one_of_each, published_files

# Play


def test_play_in_plain_lines_with_illegal_answers(bioblue: Bioblue) -> None:
    done = bioblue.run("play", "homeostasis", "--steps", "3", "--display", "plain", answers="2\nmany\n-1\n3\n1e2\n4\n")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "homeostasis, human, seed 1, 3 steps"
    assert lines.count("Target: 100") == 3
    assert [line for line in lines if line.startswith("Not taken")] == [
        "Not taken: no answer found: one whole number expected, such as 3.",
        "Not taken: -1 is negative; 0 is the least.",
        "Not taken: 1e2 is a power or a product; write the number.",
    ]
    assert [line[:15] for line in lines if line.startswith("step ")] == [f"step {n}: {n + 1} taken" for n in (1, 2, 3)]
    assert "Ended after step 3: complete." in lines
    assert lines[-4].startswith("Totals of you; reference: refill to a safe floor (base stock) on the same noise")
    assert lines[-3].startswith("  consumption: 9; ")
    assert done.stderr == f"record: {bioblue.file()}\n"
    events = bioblue.record().events
    assert [event.step for event in events if isinstance(event, Rejected)] == [2, 2, 3]
    assert [event.action for event in events if isinstance(event, Stepped)] == [(2,), (3,), (4,)]


def test_play_ends_well_when_the_answers_end_early(bioblue: Bioblue) -> None:
    done = bioblue.run("play", "multi-homeostasis", "--display", "plain", answers="1, 2\n3")
    assert done.returncode == 1
    assert "Ended after step 1: stopped." in done.stdout
    assert "Not taken: 2 whole numbers expected, such as 3, 4; 1 given." in done.stdout
    last = bioblue.record().events[-1]
    assert isinstance(last, Ended)
    assert (last.step, last.reason) == (1, "stopped")
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_play_without_any_answer(bioblue: Bioblue) -> None:
    done = bioblue.run("play", "balancing", "--display", "plain")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = bioblue.record().events[-1]
    assert isinstance(last, Ended)
    assert last.step == 0


def test_play_until_the_field_is_gone_counts_as_played(bioblue: Bioblue) -> None:
    done = bioblue.run("play", "sustainability", "--display", "plain", answers="10\n5\n")
    assert done.returncode == 0
    last = bioblue.record().events[-1]
    assert isinstance(last, Ended)
    assert last.step == 1
    assert last.reason not in ("complete", "stopped")
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_prompt_only_says_nothing_that_a_model_does_not_get(bioblue: Bioblue) -> None:
    done = bioblue.run(
        "play", "homeostasis", "--steps", "2", "--prompt-only", "--display", "plain", answers="50\nx\n0\n"
    )
    assert done.returncode == 0
    told = done.stdout.partition("Ended after")[0]
    record = bioblue.record()
    assert told.startswith(record.header.instruction)
    for word in ("step ", "in band", "HIGH", "deviation", "noise", "thermostat", "Totals"):
        assert word not in told.removeprefix(record.header.instruction)


@pytest.mark.parametrize("display", ["plain", "jsonl"])
def test_the_same_seed_gives_the_same_output(tmp_path: Path, display: str) -> None:
    def said(name: str, seed: int) -> str:
        bioblue = Bioblue(tmp_path / name)
        bioblue.root.mkdir()
        command = ["play", "multi-homeostasis", "--steps", "4", "--seed", str(seed), "--display", display]
        done = bioblue.run(*command, answers="1,2\n3,4\nno\n0,0\n9,9\n")
        assert done.returncode == 0
        if display == "plain":
            return done.stdout
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        changing = ("at", "seconds", "created", "id")
        return str([{key: value for key, value in line.items() if key not in changing} for line in lines])

    assert said("one", 7) == said("two", 7) != said("three", 8)


# Watch


@pytest.mark.parametrize("environment", ["homeostasis", "multi-homeostasis", "sustainability", "balancing"])
def test_every_line_of_jsonl_is_json_and_the_record_says_the_same(bioblue: Bioblue, environment: str) -> None:
    done = bioblue.run("watch", environment, "--agent", "random", "--steps", "20", "--display", "jsonl")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stdout == bioblue.file().read_text(encoding="utf-8")
    assert lines[0]["environment"] == environment
    assert lines[-1]["event"] == "ended"


def test_a_pipe_that_closes_is_no_disaster(bioblue: Bioblue) -> None:
    done = bioblue.shell("bioblue watch homeostasis --steps 2000 --display plain | head -n 3")
    assert len(done.stdout.splitlines()) == 3
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert bioblue.run("verify", bioblue.file()).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a program cannot be sent ctrl+c without a console of its own")
def test_ctrl_c_ends_the_trial_and_completes_its_record(bioblue: Bioblue) -> None:
    command = [COMMAND, "watch", "multi-homeostasis", "--steps", "100000", "--speed", "50", "--display", "plain"]
    with subprocess.Popen(
        command, env=bioblue.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        for _ in range(10):
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in complaints
    assert isinstance(bioblue.record().events[-1], Ended)


def test_ctrl_c_ends_a_trial_that_waits_for_a_line(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "homeostasis", "--display", "plain") as terminal:
        terminal.wait("How many potatoes do you consume")
        terminal.type("3\r")
        terminal.wait("step 1: 3 taken", "Consumption: 3")
        terminal.press("ctrl+c")
        assert terminal.finish() == 130
        terminal.wait("Ended after step 1: stopped.")
        assert "Traceback" not in terminal.text
    assert lines_of(bioblue.file())[-1]["event"] == "ended"


# Records


def test_verify_as_json_has_exactly_these_keys(bioblue: Bioblue) -> None:
    bioblue.run("watch", "homeostasis", "--agent", "thermostat", "--steps", "6", "--display", "plain")
    good, bad, broken = bioblue.file(), bioblue.root / "bad.jsonl", bioblue.root / "broken.jsonl"
    lines = lines_of(good)
    next(line for line in lines if line.get("event") == "stepped")["after"] = [55]
    write_lines(bad, lines)
    broken.write_text("{}\n")
    keys = ["file", "environment", "dynamics", "dynamics_now", "steps", "differences"]

    done = bioblue.run("verify", "--json", good)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == dict(zip(keys, (str(good), "homeostasis", 1, 1, 6, []), strict=True))
    done = bioblue.run("verify", "--json", good, bad)
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.splitlines())
    assert list(first) == list(second) == keys
    assert first["differences"] == []
    assert second["differences"][0]["step"] == 1
    assert second["differences"][0]["recorded"] == 55
    done = bioblue.run("verify", "--json", bad, broken, good)
    assert done.returncode == 2
    _, second, third = map(json.loads, done.stdout.splitlines())
    assert list(second) == [*keys, "error", "installed"]
    assert list(third) == keys
    assert done.stderr.count("\n") == 1
    assert str(broken) in done.stderr
    done = bioblue.run("verify", good, bad)
    assert done.returncode == 1
    assert f"{good}: homeostasis, 6 steps, agrees" in done.stdout
    assert "  step 1, after: recorded 55" in done.stdout


def test_an_exported_trial_verifies_and_replays(bioblue: Bioblue) -> None:
    bioblue.run("watch", "multi-homeostasis", "--agent", "collapse:3", "--steps", "12", "--display", "plain")
    table = bioblue.root / "out" / "trial.tsv"
    done = bioblue.run("export", bioblue.file(), "-o", table)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(table.read_text(encoding="utf-8").splitlines()) == 13
    assert bioblue.run("verify", table).stdout == f"{table}: multi-homeostasis, 12 steps, agrees\n"
    # Replayed from the table, it is the same trial.
    from_table = bioblue.run("replay", table, "--display", "plain")
    assert from_table.stdout == bioblue.run("replay", bioblue.file(), "--display", "plain").stdout
    with bioblue.terminal("replay", table, "--speed", "max") as terminal:
        terminal.wait("collapse:3", "step 12/12", "✓ recomputed")
        terminal.press("esc")
        assert terminal.finish() == 0
    again = bioblue.run("export", bioblue.file(), "-o", table)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert bioblue.run("export", bioblue.file(), "-o", table, "--force").returncode == 0
    record = bioblue.file()
    record.write_bytes(record.read_bytes().replace(b'"consumption_A":', b'"consumption_A":1', 1))
    replayed = bioblue.run("replay", record, "--display", "plain")
    assert (replayed.returncode, "when recomputed; the first: step 1, reward" in replayed.stderr) == (0, True)


@need_published
def test_published_logs_verify_in_one_go(bioblue: Bioblue) -> None:
    done = bioblue.run("verify", *published_files())
    assert done.returncode in (0, 1)
    assert done.stderr == ""
    agreeing = [line for line in done.stdout.splitlines() if line.endswith(", agrees")]
    assert len(agreeing) >= len(published_files()) - 1


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.name.partition("_")[0])
def test_published_logs_replay_in_plain_lines(bioblue: Bioblue, path: Path) -> None:
    done = bioblue.run("replay", path, "--display", "plain")
    assert done.returncode == 0
    assert sum(line.startswith("step ") and " taken" in line for line in done.stdout.splitlines()) == 100
    # Only where there is noise can it be the same.
    assert ("on the same noise" in done.stdout) == ("homeostasis" in path.name)


# Bad input


BAD: dict[str, tuple[list[str], str]] = {
    "unknown environment": (["watch", "homeostasys"], "homeostasis"),
    "unknown environment to play": (["play", "x"], "x"),
    "unknown parameter": (["watch", "homeostasis", "--set", "hysterese=3"], "hysterese"),
    "parameter without value": (["watch", "homeostasis", "--set", "hysteresis"], "hysteresis"),
    "parameter that is no number": (["watch", "homeostasis", "--set", "hysteresis=wide"], "hysteresis"),
    "parameter out of range": (["watch", "homeostasis", "--set", "hysteresis=-1"], "hysteresis"),
    "parameter not finite": (["watch", "homeostasis", "--set", "penalty=nan"], "penalty"),
    "parameter of another environment": (["watch", "homeostasis", "--objectives", "3"], "objectives"),
    "too many objectives": (["watch", "balancing", "--objectives", "7"], "objectives"),
    "hint elsewhere": (["watch", "homeostasis", "--hint"], "hint"),
    "unknown agent": (["watch", "homeostasis", "--agent", "termostat"], "thermostat"),
    "agent that does not fit": (["watch", "sustainability", "--agent", "thermostat"], "sustainability"),
    "nonsense good steps": (["watch", "balancing", "--agent", "collapse:x"], "collapse"),
    "human to watch": (["watch", "homeostasis", "--agent", "human"], "play"),
    "agent and model": (["watch", "homeostasis", "--agent", "random", "--model", "openai:x"], "--model"),
    "model without provider": (["watch", "homeostasis", "--model", "gpt"], "openai:NAME"),
    "model without name": (["watch", "homeostasis", "--model", "openai:"], "openai:NAME"),
    "no key for OpenAI": (["watch", "homeostasis", "--model", "openai:x"], "OPENAI_API_KEY"),
    "no key for Anthropic": (["watch", "homeostasis", "--model", "anthropic:x"], "ANTHROPIC_API_KEY"),
    "nonsense address": (["watch", "homeostasis", "--model", "openai:x", "--base-url", "nowhere"], "base URL"),
    "address without model": (["watch", "homeostasis", "--base-url", "http://127.0.0.1:1/v1"], "--model"),
    "speed 0": (["watch", "homeostasis", "--speed", "0"], "--speed"),
    "negative speed": (["watch", "homeostasis", "--speed", "-5"], "--speed"),
    "speed nan": (["watch", "homeostasis", "--speed", "nan"], "--speed"),
    "speed in words": (["watch", "homeostasis", "--speed", "fast"], "--speed"),
    "no steps": (["watch", "homeostasis", "--steps", "0"], "--steps"),
    "too many steps": (["watch", "homeostasis", "--steps", "1000000000"], "--steps"),
    "negative seed": (["watch", "homeostasis", "--seed", "-1"], "--seed"),
    "no retries": (["watch", "homeostasis", "--retries", "0"], "--retries"),
    "unknown display": (["watch", "homeostasis", "--display", "html"], "--display"),
    "screen without terminal": (["watch", "homeostasis", "--display", "tui"], "terminal"),
    "home without terminal": ([], "terminal"),
    "unknown command": (["wach"], "wach"),
    "environment missing": (["watch"], "ENVIRONMENT"),
    "replay a missing file": (["replay", "missing.jsonl"], "missing.jsonl"),
    "replay a directory": (["replay", "."], "directory"),
    "replay a binary file": (["replay", "binary"], "binary"),
    "replay an empty file": (["replay", "empty"], "empty"),
    "replay a text": (["replay", "text"], "neither"),
    "replay another JSON": (["replay", "other.json"], "record"),
    "replay at speed 0": (["replay", "text", "--speed", "0"], "--speed"),
    "verify a missing file": (["verify", "missing.jsonl"], "missing.jsonl"),
    "verify a directory": (["verify", "."], "directory"),
    "verify a binary file": (["verify", "binary"], "binary"),
    "verify nothing": (["verify"], "FILES"),
    "export a missing file": (["export", "missing.jsonl", "-o", "x.tsv"], "missing.jsonl"),
    "export without a place": (["export", "text"], "-o"),
    "replay agent without file": (["watch", "homeostasis", "--agent", "replay:"], "replay:FILE"),
    "replay agent of a missing file": (["watch", "homeostasis", "--agent", "replay:missing"], "missing"),
    "data directory is a file": (["watch", "homeostasis", "--data-dir", "text"], "text"),
    "data directory in a file": (["watch", "homeostasis", "--data-dir", "text/below"], "text"),
    "place that is none": (["locate", "moon"], "moon"),
    "list nothing": (["list", "--limit", "0"], "--limit"),
    "parameters of an unknown environment": (["envs", "x"], "x"),
    "agents of an unknown environment": (["agents", "x"], "x"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_one_clear_message(bioblue: Bioblue, name: str) -> None:
    arguments, mentioned = BAD[name]
    (bioblue.root / "binary").write_bytes(b"\x7fELF\x00\x01\x02\xff\xfe" * 100)
    (bioblue.root / "empty").touch()
    (bioblue.root / "text").write_text("Dear diary,\ntoday nothing happened.\n")
    (bioblue.root / "other.json").write_text('{"name": "other"}\n')
    assert_complaint(bioblue.run(*arguments), mentioned)
    assert bioblue.files() == []


def assert_complaint(done: subprocess.CompletedProcess[str], mentioned: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    messages = [line for line in done.stderr.splitlines() if line.startswith(("Error: ", "bioblue: "))]
    assert len(messages) == 1, done.stderr
    assert mentioned in messages[0]
    # Beside the message at most click's reminder of the usage.
    rest = [line for line in done.stderr.splitlines() if line and line != messages[0]]
    assert all(line.startswith(("Usage: ", "Try ")) for line in rest), done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["envs"],
        ["list"],
        ["locate"],
        ["watch", "homeostasis"],
        ["replay", "trial.jsonl"],
        ["run", "homeostasis", "--agent", "random", "--seeds", "1-3"],
        ["run", "homeostasis", "--agent", "random", "--display", "none"],
    ],
)
def test_output_that_nobody_takes_says_so(bioblue: Bioblue, arguments: list[str]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    bioblue.run("watch", "homeostasis", "--steps", "3")
    shutil.copy(bioblue.file(), bioblue.root / "trial.jsonl")
    with full.open("w") as nowhere:
        done = subprocess.run(
            [COMMAND, *arguments],
            env=bioblue.environ,
            cwd=bioblue.root,
            stdin=subprocess.DEVNULL,
            stdout=nowhere,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Error: the output can't be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_streams_that_are_closed_are_no_disaster(bioblue: Bioblue, closed: str) -> None:
    done = bioblue.shell(f"bioblue watch homeostasis --steps 3 {closed} && bioblue play homeostasis {closed}")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    watched, played = bioblue.files()
    assert lines_of(watched)[-1]["reason"] == "complete"
    assert lines_of(played)[-1]["reason"] == "stopped"


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_an_output_that_is_closed_cannot_be_written(bioblue: Bioblue, closed: str) -> None:
    for command in ("--help", "envs", "watch homeostasis --steps 3 --display plain", "play homeostasis"):
        done = bioblue.shell(f"bioblue {command} {closed}")
        assert done.returncode == 1
        assert ("Error: the output can't be written" in done.stderr) == ("2>" not in closed)
        assert "Traceback" not in done.stderr
    assert [lines_of(path)[-1]["event"] for path in bioblue.files()] == ["ended", "ended"]


@pytest.mark.parametrize("command", ["--help", "--version", "run --help", "study --help", "envs"])
def test_a_pipe_that_closes_is_an_interruption(bioblue: Bioblue, command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as pipe:
        done = subprocess.run([COMMAND, *command.split()], env=bioblue.environ, stdout=pipe, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (130, b"")


def test_any_bytes_may_come_in_and_any_encoding_may_go_out(bioblue: Bioblue) -> None:
    bioblue.environ |= {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"}
    said = r"\377\200\n3\n\303\251\n5\n"
    done = bioblue.shell(f"printf '{said}' | bioblue play homeostasis --steps 2 --display plain")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    assert "noise" in done.stdout
    assert [event.action for event in bioblue.record().events if isinstance(event, Stepped)] == [(3,), (5,)]


def test_a_read_only_place_gives_one_clear_message(bioblue: Bioblue) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("no /proc here, which even root cannot write to")
    assert_complaint(bioblue.run("watch", "homeostasis", "--data-dir", "/proc/bioblue"), "/proc/bioblue")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_data_directory_gives_one_clear_message(bioblue: Bioblue) -> None:
    bioblue.data.mkdir(mode=0o500)
    assert_complaint(bioblue.run("watch", "homeostasis"), "permission")


# Crashes


@pytest.mark.parametrize("display", ["screen", "lines"])
def test_a_trial_that_is_killed_leaves_a_whole_record(tmp_path: Path, display: str) -> None:
    moments = random.Random(display)
    for turn in range(4):
        bioblue = Bioblue(tmp_path / str(turn))
        bioblue.root.mkdir()
        command = ["watch", "multi-homeostasis", "--steps", "100000", "--speed", "max"]
        wanted = moments.randrange(1, 400)
        if display == "screen":
            with bioblue.terminal(*command) as terminal:
                terminal.wait("▶ live", _at_least(wanted, bioblue))
                os.kill(terminal.pid, signal.SIGKILL)
                assert terminal.finish() == -signal.SIGKILL
        else:
            with subprocess.Popen(
                [COMMAND, *command, "--display", "plain"],
                env=bioblue.environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as process:
                assert process.stdout is not None
                for _ in range(wanted):
                    assert process.stdout.readline()
                process.kill()
        record = read_journal(bioblue.file())
        steps = [event.step for event in record.events if isinstance(event, Stepped)]
        assert steps == list(range(1, len(steps) + 1))
        assert len(steps) >= wanted // 4
        verified = bioblue.run("verify", bioblue.file())
        assert verified.returncode == 0, verified.stdout
        listed = bioblue.run("list")
        assert f"{len(steps)}/100000" in listed.stdout


def _at_least(wanted: int, bioblue: Bioblue) -> Callable[[str], bool]:
    return lambda _: sum(path.read_bytes().count(b"\n") for path in bioblue.files()) >= wanted
