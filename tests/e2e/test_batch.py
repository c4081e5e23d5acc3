"""Batches from a file: played, interrupted, killed, divided, and in the end the same as if nothing had happened."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.trials.events import Ended, Intervened, Resumed, Stepped
from tests.support.command import COMMAND, Bioblue
from tests.support.tables import tables

FILE = """\
name = "study"
seeds = "1-3"
steps = {steps}
parallel = 3
environments = ["homeostasis", {{id = "multi-homeostasis", objectives = 3}}]
agents = ["random", {{agent = "collapse:2", environments = ["multi-homeostasis"]}}]

[[conditions]]
name = "visible"

[[conditions]]
name = "hidden"
hidden_rewards = true
"""

TRIALS = 18

HOLDING = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print(flush=True)
    sys.stdin.read()
"""


def write(bioblue: Bioblue, steps: int = 8) -> Path:
    path = bioblue.root / "study.toml"
    path.write_text(FILE.format(steps=steps))
    return path


def trajectories(paths: Iterable[Path]) -> dict[tuple[object, ...], list[tuple[object, ...]]]:
    """Return what happened in each trial, by what it is; there must not be two of any."""
    found: dict[tuple[object, ...], list[tuple[object, ...]]] = {}
    for path in paths:
        record = read_journal(path)
        header = record.header
        key = (header.environment, str(dict(header.parameters)), header.agent, header.seed, header.condition)
        assert key not in found
        found[key] = [(e.step, e.action, e.change, e.after) for e in record.events if isinstance(e, Stepped)]
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Bioblue:
    bioblue = Bioblue(tmp_path_factory.mktemp("undisturbed"))
    done = bioblue.run("batch", write(bioblue, 200), "--display", "none")
    assert done.returncode == 0, done.stderr
    return bioblue


def test_every_trial_is_played_once_and_then_there_are_only_tables(bioblue: Bioblue) -> None:
    path = write(bioblue)
    first = bioblue.run("batch", path)
    assert first.returncode == 0
    assert len(bioblue.files()) == len(trajectories(bioblue.files())) == TRIALS
    assert f"bioblue: study: {TRIALS} trials: {TRIALS} to play" in first.stderr
    lines, _, rest = first.stdout.partition("\n\n")
    line = re.compile(r" *(multi-)?homeostasis\S* \S+ (visible|hidden) seed \d step \d: .*Rewards: .*\.")
    said = [text for text in lines.splitlines() if "Changed parameters: " not in text]
    assert all(line.fullmatch(text) for text in said)
    assert len(said) == TRIALS * 8
    shown = tables(rest)
    assert len(shown) == 2 * 6
    assert all([row[0] for row in table[1:]] == ["1", "2", "3", "mean", "sd"] for table in shown)
    assert "multi-objective homeostasis, collapse:2, objectives=3, hidden: totals" in rest
    again = bioblue.run("batch", path, "--display", "none")
    assert again.returncode == 0
    assert f"{TRIALS} complete" in again.stderr
    assert again.stdout == rest
    assert len(bioblue.files()) == TRIALS


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed that way there")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_batch_that_is_ended_again_and_again_comes_out_the_same(
    bioblue: Bioblue, undisturbed: Bioblue, how: signal.Signals
) -> None:
    path = write(bioblue, 200)
    for lines in (1, 250, 600):
        with subprocess.Popen(
            [COMMAND, "batch", str(path), "--display", "plain"],
            env=bioblue.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            assert process.stdout is not None
            for _ in range(lines):
                assert process.stdout.readline()
            process.send_signal(how)
            _, told = process.communicate(timeout=60)
        assert process.returncode == (-how if how is signal.SIGKILL else 130)
        if how is signal.SIGINT:
            assert "interrupted; the same command resumes here" in told
            assert all(isinstance(read_journal(path).events[-1], Ended) for path in bioblue.files())
    done = bioblue.run("batch", path, "--display", "none")
    assert done.returncode == 0, done.stderr
    assert trajectories(bioblue.files()) == trajectories(undisturbed.files())
    records = [read_journal(path) for path in bioblue.files()]
    assert any(isinstance(event, Resumed) for record in records for event in record.events)
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_shards_of_several_computers_are_put_together_by_copying(bioblue: Bioblue, undisturbed: Bioblue) -> None:
    path = write(bioblue, 200)
    places = [bioblue.root / f"computer-{number}" for number in (1, 2, 3)]
    for number, place in enumerate(places, 1):
        done = bioblue.run("batch", path, "--shard", f"{number}/3", "--data-dir", place, "--display", "none")
        assert done.returncode == 0
        assert f"study, part {number} of 3: 6 trials: 6 to play" in done.stderr
    files = [file for place in places for file in (place / "trials").iterdir()]
    assert len({file.name for file in files}) == TRIALS
    (bioblue.data / "trials").mkdir(parents=True)
    for file in files:
        (bioblue.data / "trials" / file.name).write_bytes(file.read_bytes())
    assert trajectories(bioblue.files()) == trajectories(undisturbed.files())
    done = bioblue.run("batch", path, "--display", "none")
    assert f"{TRIALS} complete" in done.stderr
    assert done.stdout == undisturbed.run("batch", undisturbed.root / "study.toml", "--display", "none").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="locks are held otherwise there")
def test_what_is_written_by_another_process_is_left_alone(bioblue: Bioblue) -> None:
    path = write(bioblue)
    assert bioblue.run("batch", path, "--display", "none").returncode == 0
    file = bioblue.files()[0]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:5]))
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        done = bioblue.run("batch", path, "--display", "none")
        assert "17 complete, 1 running in another process" in done.stderr
        assert "played by another process; left alone" in done.stderr
        assert "bioblue: 1 trial played by another process, in no table here" in done.stderr
        assert done.returncode == 0
        assert file.read_bytes() == b"".join(lines[:5])
        assert other.stdin is not None
        other.stdin.close()
    done = bioblue.run("batch", path, "--display", "none")
    assert "17 complete, 1 to resume" in done.stderr
    assert len(bioblue.files()) == TRIALS


def test_a_trial_that_was_killed_after_its_last_step_is_complete(bioblue: Bioblue) -> None:
    path = write(bioblue)
    whole = bioblue.run("batch", path, "--display", "none").stdout
    for file in bioblue.files():
        data = file.read_bytes()
        file.write_bytes(data[: data.rindex(b'{"event":"ended"')])
    again = bioblue.run("batch", path, "--display", "none")
    assert f"{TRIALS} complete" in again.stderr
    assert again.stdout == whole


@pytest.mark.parametrize("ended", [False, True], ids=["open", "complete"])
@pytest.mark.parametrize(
    ("line", "broken"),
    [(8, b'{"x\n'), (-2, b'{"x\n'), (8, b"\0" * 80 + b"\n"), (8, b"\n")],
    ids=["within", "near its end", "zero bytes", "blank"],
)
def test_a_damaged_record_is_named_when_its_trial_is_played_anew(
    bioblue: Bioblue, line: int, broken: bytes, ended: bool
) -> None:
    file = write(bioblue)
    whole = bioblue.run("batch", file, "--display", "none").stdout
    path = bioblue.files()[0]
    lines = path.read_bytes().splitlines(keepends=True)[: None if ended else -1]
    lines[line] = broken
    path.write_bytes(b"".join(lines))
    planned = bioblue.run("batch", file, "--dry-run")
    done = bioblue.run("batch", file, "--display", "none")
    for told in (planned.stderr, done.stderr):
        assert f"{TRIALS - 1} complete, 1 to play" in told
        number = line + 1 if line > 0 else len(lines) + line + 1
        assert f"1 record can't be read (left out): {path.name} (line {number}: damaged: not valid JSON" in told
    assert (done.returncode, done.stdout) == (0, whole)
    assert len(bioblue.files()) == TRIALS + 1
    assert path.read_bytes() == b"".join(lines)


def test_records_that_are_no_trials_of_the_batch_are_no_matter(bioblue: Bioblue) -> None:
    path = write(bioblue)
    bioblue.run("run", "homeostasis", "--agent", "random", "--seeds", "1-3", "--steps", "8", "--display", "none")
    (bioblue.data / "trials" / "damaged.jsonl").write_text('{"record":"bioblue","schema":"1.0"\n')
    done = bioblue.run("batch", path, "--dry-run")
    assert f"{TRIALS} to play" in done.stderr
    assert bioblue.run("batch", path, "--display", "none").returncode == 0
    one = next(file for file in bioblue.files() if "study-visible" in file.name)
    bioblue.run("fork", one, "--at", "3", "--agent", "random", "--display", "plain")
    one.write_bytes(one.read_bytes()[:-40].replace(b'"step":4', b'"step":x'))
    done = bioblue.run("batch", path, "--dry-run")
    # Neither the fork of a trial nor a damaged record stands for it.
    assert "17 complete, 1 to play" in done.stderr


def test_a_dry_run_plays_nothing_and_says_how_each_trial_stands(bioblue: Bioblue) -> None:
    path = write(bioblue)
    done = bioblue.run("batch", path, "--dry-run", "--shard", "2/9")
    assert done.returncode == 0
    assert [line.split("\t") for line in done.stdout.splitlines()] == [
        ["missing", "homeostasis random visible seed 2", "0/8", "-"],
        ["missing", "homeostasis random hidden seed 2", "0/8", "-"],
    ]
    assert bioblue.files() == []


PAID = """\
name = "paid"
seeds = "1-10"
steps = 20
environments = ["homeostasis"]
agents = [
    "thermostat",
    "openai:gpt-4o-mini",
    {model = "anthropic:claude-haiku-4-5", thinking = 2000},
    {model = "openai:nobody-knows", base_url = "https://USER:SECRET99@models.example.org/v1?token=HIDDEN99"},
    {model = "openai:tiny", base_url = "http://127.0.0.1:1/v1"},
]

[[conditions]]
name = "full"

[[conditions]]
name = "short"
history = "none"
"""


def test_every_model_of_a_batch_is_estimated_by_itself_and_no_key_is_needed_for_that(bioblue: Bioblue) -> None:
    path = bioblue.root / "paid.toml"
    path.write_text(PAID)
    done = bioblue.run("batch", path, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 100
    lines = done.stderr.splitlines()[1:]
    assert len(lines) == 5
    assert re.search(r"homeostasis, openai:gpt-4o-mini: 20 trials, 400 requests: .*; about \$0\.\d+", lines[0])
    assert re.search(r"claude-haiku-4-5: 20 trials, 400 requests: .* out; about \$\d", lines[1])
    assert "20 trials, 400 requests" in lines[2]
    assert "no price known for nobody-knows" in lines[2]
    assert "no price known for tiny" in lines[3]
    assert re.search(r"in all: 80 trials; about \$.*, without 40 trials whose price is unknown", lines[4])
    assert not re.search("SECRET99|HIDDEN99", done.stdout + done.stderr)
    assert not bioblue.files()
    refused = bioblue.run("batch", path, "--dry-run", "--max-cost", "5")
    assert refused.returncode == 2
    assert "--max-cost can't be kept: no price known for nobody-knows" in refused.stderr
    assert "OPENAI_API_KEY" in bioblue.run("batch", path).stderr


INTERVENED = """\
name = "intervened"
seeds = "1-2"
steps = 6
environments = ["homeostasis"]
agents = ["thermostat"]

[[conditions]]
name = "calm"

[[conditions]]
name = "disturbed"
steps = 5
intervene = ["3:disturb -20"]
"""


def test_planned_interventions_happen_and_their_trials_are_found_again(bioblue: Bioblue) -> None:
    path = bioblue.root / "intervened.toml"
    path.write_text(INTERVENED)
    assert bioblue.run("batch", path, "--display", "none").returncode == 0
    records = [read_journal(file) for file in bioblue.files()]
    happened = {
        (record.header.seed, record.header.condition): [
            (event.step, event.value) for event in record.events if isinstance(event, Intervened)
        ]
        for record in records
    }
    assert happened == {
        **{(seed, "intervened/calm"): [] for seed in (1, 2)},
        **{(seed, "intervened/disturbed"): [(3, [-20])] for seed in (1, 2)},
    }
    again = bioblue.run("batch", path, "--display", "none")
    assert "4 trials: 4 complete" in again.stderr
    assert len(bioblue.files()) == 4
    path.write_text(INTERVENED.replace("-20", "-21"))
    assert "4 trials: 2 complete, 2 to play" in bioblue.run("batch", path, "--dry-run").stderr


def test_json_lines_tell_trials_apart(bioblue: Bioblue) -> None:
    done = bioblue.run("batch", write(bioblue, 3), "--display", "jsonl", "--parallel", "7")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({line["trial"] for line in lines}) == TRIALS
    assert sum(line.get("event") == "summary" for line in lines) == TRIALS
    labels = {line["condition"] for line in lines if "condition" in line}
    assert labels == {"study/visible", "study/hidden"}


def test_the_example_can_be_written_to_a_file_and_played(bioblue: Bioblue) -> None:
    done = bioblue.shell("bioblue batch --example > example.toml && bioblue batch example.toml --display none")
    assert done.returncode == 0, done.stderr
    assert len(bioblue.files()) == 27


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], "which batch"),
        (["missing.toml"], "missing.toml"),
        (["bad.toml"], "bad.toml, line 2: sedes: not known; did you mean seeds?"),
        (["study.toml", "--shard", "0/3"], "--shard"),
        (["study.toml", "--shard", "4/3"], "such as 1/4"),
        (["study.toml", "--parallel", "201"], "--parallel"),
        (["study.toml", "--rpm", "0"], "--rpm"),
    ],
)
def test_bad_input_is_one_clear_message(bioblue: Bioblue, arguments: list[str], wanted: str) -> None:
    write(bioblue)
    (bioblue.root / "bad.toml").write_text('name = "x"\nsedes = 1\n')
    done = bioblue.run("batch", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert wanted in done.stderr
    assert "Traceback" not in done.stderr
    assert bioblue.files() == []
