"""Batches and resumes that are started together: each trial is played by one of them, and none says otherwise."""

from __future__ import annotations

import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.trials.events import Ended, Resumed, Stepped
from tests.support.command import COMMAND, Bioblue
from tests.support.fake_provider import WAIT_SECONDS, FakeProvider, Request, thermostat
from tests.support.tables import tables

MODELS = ("first", "second", "third")


class Held:
    """Models of one server, each of which answers when it may."""

    def __init__(self, say: Callable[[Request], str]) -> None:
        self._say = say
        self._asked = defaultdict[str, threading.Event](threading.Event)
        self._may = defaultdict[str, threading.Event](threading.Event)

    def __call__(self, request: Request) -> str:
        model = request.body["model"]
        self._asked[model].set()
        assert self._may[model].wait(WAIT_SECONDS)
        return self._say(request)

    def asked(self, model: str) -> None:
        """Wait until a model is asked."""
        assert self._asked[model].wait(WAIT_SECONDS)

    def let(self, *models: str) -> None:
        """Let models answer from now on."""
        for model in models:
            self._may[model].set()


@contextmanager
def started(bioblue: Bioblue, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    command = [COMMAND, *map(str, arguments), "--display", "none"]
    with subprocess.Popen(
        command, env=bioblue.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, told = process.communicate(timeout=WAIT_SECONDS)
    return process.returncode, out, told


@pytest.fixture
def bioblue(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path, OPENAI_API_KEY="sk-planted-0123456789abcdefghij")


def test_each_trial_is_played_once(bioblue: Bioblue) -> None:
    path = bioblue.root / "b.toml"
    path.write_text('name = "b"\nseeds = "1-12"\nsteps = 30\nenvironments = ["homeostasis"]\nagents = ["thermostat"]\n')
    with started(bioblue, "batch", path) as one, started(bioblue, "batch", path) as two:
        assert [ended(one)[0], ended(two)[0]] == [0, 0]
    assert sorted(str(read_journal(file).header.seed) for file in bioblue.files()) == sorted(map(str, range(1, 13)))


def test_a_trial_that_fails_is_played_once_too_and_tried_again_by_who_is_started_later(bioblue: Bioblue) -> None:
    held = Held(lambda request: "I had rather not.")
    with FakeProvider(held) as provider:
        path = bioblue.root / "b.toml"
        agents = ", ".join(f'{{model = "openai:{model}", base_url = "{provider.url("openai")}"}}' for model in MODELS)
        path.write_text(f'name = "b"\nseeds = "1"\nsteps = 3\nenvironments = ["homeostasis"]\nagents = [{agents}]\n')

        def standings() -> list[str]:
            return [line.split("\t")[0] for line in bioblue.run("batch", path, "--dry-run").stdout.splitlines()]

        with started(bioblue, "batch", path) as first:
            held.asked("first")
            assert standings() == ["running", "missing", "missing"]
            with started(bioblue, "batch", path) as second:
                held.asked("second")
                held.let("second")
                held.asked("third")
                held.let("first")
                # The first has failed, the second failed elsewhere, the third is running there.
                code, out, told = ended(first)
                assert code == 1
                assert "openai:second was not played: it has failed in another process: " in told.replace(" seed 1", "")
                assert "1 trial played by another process, in no table here" in told
                assert "not played to the end: 2 trials" in told
                assert {row[-1] for table in tables(out) for row in table if row[0] == "1"} >= {"failed"}
                assert standings() == ["failed", "failed", "running"]
                held.let("third")
                assert ended(second)[0] == 1
        records = [read_journal(file) for file in bioblue.files()]
        assert len(records) == len(MODELS)
        assert [sum(isinstance(event, Ended) for event in record.events) for record in records] == [1, 1, 1]
        assert not any(isinstance(event, Resumed) for record in records for event in record.events)
        again = bioblue.run("batch", path, "--display", "none")
        assert again.returncode == 1
        assert "3 trials: 3 to resume" in again.stderr
        assert all(
            sum(isinstance(event, Resumed) for event in read_journal(file).events) == 1 for file in bioblue.files()
        )


def test_what_another_process_plays_or_has_played_is_resumed_once_and_no_failure(bioblue: Bioblue) -> None:
    held = Held(thermostat)
    with FakeProvider(thermostat) as provider:
        for model in MODELS:
            told = ["--model", f"openai:{model}", "--base-url", provider.url("openai"), "--steps", "3"]
            done = bioblue.run("watch", "homeostasis", *told, "--display", "plain")
            assert done.returncode == 0, done.stderr
        for file in bioblue.files():
            data = file.read_bytes()
            file.write_bytes(data[: data.index(b'{"event":"stepped"')])
        provider.answer = held
        with started(bioblue, "resume", "--all") as first:
            held.asked("first")
            with started(bioblue, "resume", "--all") as second:
                held.asked("second")
                held.let("second")
                held.asked("third")
                held.let("first")
                code, out, told_first = ended(first)
                assert (code, "not played to the end" in told_first) == (0, False), told_first
                assert "1 trial played by another process, in no table here" in told_first
                # What the other one has played to its end has its row.
                assert "openai:first" in out
                assert "openai:second" in out
                assert "openai:third" not in out
                third = bioblue.run("resume", "--all")
                assert (third.returncode, third.stdout) == (0, "")
                assert "no trial to resume; 1 trial running in another process" in third.stderr
                held.let("third")
                code, _, told_second = ended(second)
                assert code == 0, told_second
                assert "bioblue: 1 trial running in another process" in told_second
    records = [read_journal(file) for file in bioblue.files()]
    assert [sum(isinstance(event, Stepped) for event in record.events) for record in records] == [3, 3, 3]
    assert [sum(isinstance(event, Resumed) for event in record.events) for record in records] == [1, 1, 1]


def test_the_only_open_trial_may_be_taken_between_finding_it_and_its_turn(
    bioblue: Bioblue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from bioblue_tui.cli import cli

    assert bioblue.run("watch", "homeostasis", "--steps", "3", "--display", "plain").returncode == 0
    path = bioblue.file()
    before = path.read_bytes()
    monkeypatch.setattr("bioblue_tui.commands.resume.resumable", lambda *_: ([path], 0))
    found = CliRunner().invoke(cli, ["--data-dir", str(bioblue.data), "resume", "--all", "--display", "plain"])
    assert found.exit_code == 0, found.output
    assert f"{path}; left alone" in found.output
    named = bioblue.run("resume", path, "--display", "plain")
    assert (named.returncode, "the trial has ended (complete)" in named.stderr) == (2, True)
    assert path.read_bytes() == before
