"""``run`` where something goes wrong: failing trials, dead servers, ctrl+c, closed pipes, bad input."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.trials.events import Ended
from tests.support.command import COMMAND, Bioblue
from tests.support.fake_provider import FakeProvider, Request, error, thermostat
from tests.support.tables import tables


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as server:
        yield server


@pytest.fixture
def refusing() -> Iterator[str]:
    """An address where nothing listens: the port is taken, so nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def model(provider: FakeProvider) -> list[str]:
    return ["--model", "openai:fake", "--base-url", provider.url("openai")]


def test_a_trial_that_fails_does_not_stop_the_others(bioblue: Bioblue, provider: FakeProvider) -> None:
    provider.faults.extend([None, None, None, error(400, "no such luck")])
    done = bioblue.run("run", "homeostasis", *model(provider), "--seeds", "1-3", "--steps", "2")
    assert done.returncode == 1
    totals = tables(done.stdout.partition("\n\n")[2])[0]
    assert [(row[0], row[1], row[-1]) for row in totals[1:]] == [
        ("1", "2", "complete"),
        ("2", "1", "failed"),
        ("3", "2", "complete"),
        ("mean", "2", "2 trials"),
        ("sd", "0", "2 trials"),
    ]
    assert "seed 2 failed at step 2: no answer: HTTP 400" in done.stderr
    assert done.stderr.endswith("not played to the end: 1 trial (seed 2)\n")
    assert "Traceback" not in done.stderr
    assert all(isinstance(read_journal(path).events[-1], Ended) for path in bioblue.files())


def test_trials_at_once_fail_and_are_told_to_wait_without_harm_to_the_others(
    bioblue: Bioblue, provider: FakeProvider
) -> None:
    provider.faults.extend(
        [error(429, "slow down", retry_after="0.1"), None, error(429, "slow down", retry_after="0.1")]
    )
    provider.faults.extend([None] * 5 + [error(400, "no such luck")])
    done = bioblue.run("run", "homeostasis", *model(provider), "--seeds", "1-6", "--steps", "3", "--parallel", "6")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines, _, rest = done.stdout.partition("\n\n")
    assert all(re.fullmatch(r"seed \d step \d: .* Rewards: .*\.", line) for line in lines.splitlines())
    totals = tables(rest)[0]
    assert [row[0] for row in totals[1:]] == ["1", "2", "3", "4", "5", "6", "mean", "sd"]
    assert sorted(row[-1] for row in totals[1:7]) == ["complete"] * 5 + ["failed"]
    kinds = [type(event).__name__ for path in bioblue.files() for event in read_journal(path).events]
    assert kinds.count("Retrying") == 2
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_ctrl_c_ends_all_trials_that_run_at_once(bioblue: Bioblue) -> None:
    options = ["--agent", "thermostat", "--seeds", "1-9", "--steps", "100000", "--speed", "50", "--parallel", "4"]
    with subprocess.Popen(
        [COMMAND, "run", "homeostasis", *options],
        env=bioblue.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        for _ in range(20):
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "not played to the end: 4 trials (seeds 1, 2, 3, 4)" in told
    assert "not begun: 5 trials" in told
    assert [row[0] for row in tables(rest.partition("\n\n")[2])[0][1:]] == ["1", "2", "3", "4"]
    last = [read_journal(path).events[-1] for path in bioblue.files()]
    assert [event.reason for event in last if isinstance(event, Ended)] == ["stopped"] * 4


def test_too_many_illegal_answers_fail_a_trial_and_rejected_ones_are_counted(
    bioblue: Bioblue, provider: FakeProvider
) -> None:
    def stubborn(request: Request) -> str:
        return "never" if len(provider.journal) in (1, 2, 5, 6, 7) else thermostat(request)

    provider.answer = stubborn
    options = ["--seeds", "1-2", "--steps", "2", "--retries", "3"]
    done = bioblue.run("run", "homeostasis", *model(provider), *options)
    assert done.returncode == 1
    assert "seed 1 step 1: 0 taken" in done.stdout
    assert " Not counted before: 2 not readable. Used: " in done.stdout.splitlines()[0]
    totals = tables(done.stdout.partition("\n\n")[2])[0]
    assert [row[-2:] for row in totals[1:]] == [["2", "complete"], ["3", "failed"]]
    assert "seed 2 failed at step 1: 3 rejected answers in a row" in done.stderr


@pytest.mark.parametrize("command", ["run", "watch"])
def test_a_dead_server_is_named_on_standard_error_too(bioblue: Bioblue, refusing: str, command: str) -> None:
    seeds = ["--seeds", "1"] if command == "run" else []
    address = ["--model", "openai:fake", "--base-url", refusing]
    done = bioblue.run(command, "homeostasis", *address, *seeds, "--display", "jsonl")
    assert done.returncode == 1
    assert f"nothing answers at {refusing}" in done.stderr
    assert "is the server running?" in done.stderr
    assert all(json.loads(line) for line in done.stdout.splitlines())
    assert isinstance(bioblue.record().events[-1], Ended)


@pytest.mark.parametrize("display", ["plain", "jsonl"])
def test_ctrl_c_ends_with_whole_records_and_what_is_done(bioblue: Bioblue, display: str) -> None:
    options = ["--agent", "thermostat", "--seeds", "1-3", "--steps", "100000", "--speed", "50", "--display", display]
    with subprocess.Popen(
        [COMMAND, "run", "homeostasis", *options],
        env=bioblue.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        for _ in range(10):
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "not played to the end: 1 trial (seed 1)" in told
    assert "not begun: 2 trials" in told
    last = bioblue.record().events[-1]
    assert isinstance(last, Ended)
    assert last.reason == "stopped"
    if display == "plain":
        assert re.search(rf"^   1 +{last.step} .* stopped$", rest, re.MULTILINE)
    else:
        summary = json.loads(rest.splitlines()[-1])
        assert (summary["event"], summary["steps"], summary["reason"]) == ("summary", last.step, "stopped")
    assert bioblue.run("verify", bioblue.file()).returncode == 0


@pytest.mark.parametrize("command", ["run --seeds 1-50", "watch --steps 2000 --display plain", "watch --display jsonl"])
def test_a_pipe_that_closes_leaves_whole_records(bioblue: Bioblue, command: str) -> None:
    name, _, options = command.partition(" ")
    done = bioblue.shell(f"{{ bioblue {name} homeostasis --agent random {options}; echo code $? >&2; }} | head -n 3")
    assert len(done.stdout.splitlines()) == 3
    assert "code 130" in done.stderr
    assert "Traceback" not in done.stderr
    last = bioblue.record().events[-1]
    assert isinstance(last, Ended)
    assert last.reason == "stopped"


def test_what_a_model_says_is_inert(bioblue: Bioblue, provider: FakeProvider) -> None:
    attack = "\x1b]0;PWNED\x07\x1b[2J\u202e[red]"
    provider.answer = lambda _: f"{attack} 1 {attack} 2"
    for display in ("plain", "jsonl", "none"):
        options = ["--seeds", "1", "--retries", "1", "--display", display]
        done = bioblue.run("run", "homeostasis", *model(provider), *options)
        assert done.returncode == 1
        for text in (done.stdout, done.stderr):
            assert not re.search("[\x1b\x07\u202e]", text)


def test_narration_that_nobody_reads_stops_nothing(bioblue: Bioblue) -> None:
    done = bioblue.shell("bioblue run homeostasis --agent random --seeds 1-3 --steps 2 2>&-")
    assert done.returncode == 0
    assert len(bioblue.files()) == 3
    if Path("/dev/full").exists():
        done = bioblue.shell("bioblue run homeostasis --agent random --seeds 1-3 --steps 2 2>/dev/full")
        assert len(bioblue.files()) == 6


BAD: dict[str, tuple[list[str], str]] = {
    "no agent": (["homeostasis"], "--agent"),
    "agent and model": (["homeostasis", "--agent", "random", "--model", "openai:x"], "--model"),
    "a person": (["homeostasis", "--agent", "human"], "bioblue play homeostasis"),
    "unknown environment": (["homeostasys", "--agent", "random"], "homeostasis"),
    "unknown agent": (["homeostasis", "--agent", "termostat"], "thermostat"),
    "agent that does not fit": (["sustainability", "--agent", "thermostat"], "sustainability"),
    "unknown parameter": (["homeostasis", "--agent", "random", "--set", "hysterese=3"], "hysterese"),
    "no key": (["homeostasis", "--model", "openai:x"], "OPENAI_API_KEY"),
    "nonsense address": (["homeostasis", "--model", "openai:x", "--base-url", "nowhere"], "base URL"),
    "address without model": (["homeostasis", "--agent", "random", "--base-url", "http://127.0.0.1:1/v1"], "--model"),
    "no seeds": (["homeostasis", "--agent", "random", "--seeds", ""], "--seeds"),
    "seeds in words": (["homeostasis", "--agent", "random", "--seeds", "all"], "1-10"),
    "seeds backwards": (["homeostasis", "--agent", "random", "--seeds", "10-1"], "1-10"),
    "seeds without end": (["homeostasis", "--agent", "random", "--seeds", "1-1000000000000"], "10000"),
    "a seed twice": (["homeostasis", "--agent", "random", "--seeds", "1-3,2"], "twice"),
    "hostile seeds": (["homeostasis", "--agent", "random", "--seeds", "\x1b[2J"], "␛[2J"),
    "speed 0": (["homeostasis", "--agent", "random", "--speed", "0"], "--speed"),
    "no steps": (["homeostasis", "--agent", "random", "--steps", "0"], "--steps"),
    "a screen": (["homeostasis", "--agent", "random", "--display", "tui"], "--display"),
    "missing record": (["homeostasis", "--agent", "replay:missing"], "missing"),
    "data directory is a file": (["homeostasis", "--agent", "random", "--data-dir", "text"], "text"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_one_clear_message(bioblue: Bioblue, name: str) -> None:
    arguments, mentioned = BAD[name]
    (bioblue.root / "text").write_text("Dear diary,\n")
    done = bioblue.run("run", *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "\x1b" not in done.stderr
    (message,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert mentioned in message
    rest = [line for line in done.stderr.splitlines() if line and line != message]
    assert all(line.startswith(("Usage: ", "Try ")) for line in rest)
    assert bioblue.files() == []
