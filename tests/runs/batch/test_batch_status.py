"""Which record of a batch's trial counts, where there are several."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from bioblue_tui.records.collection import entry_at
from bioblue_tui.records.journal import read_journal
from bioblue_tui.runs.batch.batch_status import find, standing
from bioblue_tui.runs.batch.claims import Claims
from bioblue_tui.runs.batch.engine import Engine, TakenError
from bioblue_tui.runs.batch.jobs import batch_jobs
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.loading import Batch, load_batch
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.resume_fork import resumable, resume_session

TEXT = """\
name = "b"
seeds = "1-2"
steps = 6
environments = ["homeostasis", "balancing"]
agents = ["random"]
"""


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    path = tmp_path / "b.toml"
    path.write_text(TEXT)
    return load_batch(path)


def play(batch: Batch, data: Path) -> list[Path]:
    opener = Opener(Limiters(), data)
    jobs = batch_jobs(batch.trials, find(data / "trials", batch.trials), opener, Claims(data / "trials"))
    asyncio.run(Engine(jobs).run())
    return [job.path for job in jobs if job.path]


def cut(path: Path, lines: int) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))


def test_the_first_seed_of_every_setup_comes_first(batch: Batch, tmp_path: Path) -> None:
    jobs = batch_jobs(batch.trials, find(tmp_path, batch.trials), Opener(Limiters(), tmp_path), Claims(tmp_path))
    assert [job.name for job in jobs] == [
        "homeostasis random seed 1",
        "balancing random seed 1",
        "homeostasis random seed 2",
        "balancing random seed 2",
    ]


def test_a_complete_record_counts_before_one_that_is_longer_than_another(batch: Batch, tmp_path: Path) -> None:
    first = play(batch, tmp_path)[0]
    for name, lines in (("short", 4), ("long", 12)):
        copy = first.with_name(f"{name}.jsonl")
        shutil.copy(first, copy)
        cut(copy, lines)
    trial = next(trial for trial in batch.trials if trial.name == "homeostasis random seed 1")
    found = find(tmp_path / "trials", [trial])[trial.identity]
    assert (found.standing, found.path, found.done, found.reason) == ("complete", first, 6, "complete")
    first.unlink()
    found = find(tmp_path / "trials", [trial])[trial.identity]
    assert (found.standing, found.path and found.path.name) == ("interrupted", "long.jsonl")


def test_a_record_that_is_taken_meanwhile_is_left_alone(batch: Batch, tmp_path: Path) -> None:
    first, second, *_ = play(batch, tmp_path)
    cut(first, 5)
    cut(second, 5)
    opener = Opener(Limiters(), tmp_path)
    jobs = batch_jobs(batch.trials, find(tmp_path / "trials", batch.trials), opener, Claims(tmp_path / "trials"))
    held = resume_session(first)
    with pytest.raises(TakenError, match="played by another process"):
        jobs[0].open()
    asyncio.run(Engine(jobs).run())
    assert [job.state for job in jobs] == ["done"] * 4
    assert jobs[0].reason == "played by another process"
    asyncio.run(held.stop())
    assert len(read_journal(second).events) > 5


def test_a_trial_that_ends_while_it_is_looked_at_is_played(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = play(batch, tmp_path)[0]
    whole = first.read_bytes()
    cut(first, 5)
    looked_at = entry_at(first)

    def ends(path: Path) -> bool:
        path.write_bytes(whole if path == first else path.read_bytes())
        return False

    assert looked_at.standing == "interrupted"
    monkeypatch.setattr("bioblue_tui.records.collection.is_locked", ends)
    assert looked_at.standing == "running", "as it was when it was looked at"
    cut(first, 5)
    monkeypatch.setattr("bioblue_tui.runs.batch.batch_status.is_locked", ends)
    assert [(found.standing, found.done, found.reason) for found in standing(looked_at)] == [
        ("complete", 6, "complete")
    ]
    cut(first, 5)
    assert resumable(tmp_path / "trials") == ([first], 0)
    monkeypatch.setattr("bioblue_tui.runs.resume_fork.is_locked", ends)
    assert resumable(tmp_path / "trials") == ([], 0)
