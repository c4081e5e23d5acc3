"""However a record ends, lists and readers count the same steps; what shows only some says of how many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioblue_tui.records.collection import open_record, recent
from bioblue_tui.records.schema import RecordError
from bioblue_tui.trials.state import TrialState
from tests.support.comparing import on_disk
from tests.support.records import need_published, published_files


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(cut=st.integers(1, 10**6))
def test_a_record_that_was_cut_anywhere_has_one_number_of_steps(tmp_path: Path, cut: int) -> None:
    whole = next(iter((tmp_path / "whole").glob("*")), None) or on_disk(tmp_path / "whole", steps=8)
    data = whole.read_bytes()
    header = data.index(b"\n") + 1
    folder = tmp_path / "cut"
    folder.mkdir(exist_ok=True)
    path = folder / "a.jsonl"
    path.write_bytes(data[: header + cut % (len(data) - header + 1)])
    (entry,) = recent(folder, 1)
    state = TrialState((record := open_record(path)).header).feed(record.events)
    assert (entry.done, bool(entry.ended)) == (state.done, state.status == "ended")


def test_a_trial_that_goes_on_after_its_end_is_not_ended(tmp_path: Path) -> None:
    path = on_disk(tmp_path, steps=8)
    lines = path.read_text().splitlines()
    ended = next(at for at, line in enumerate(lines) if '"event":"stepped","at"' in line and '"step":5' in line) + 1
    stop = json.dumps({"event": "ended", "at": 1.0, "step": 5, "reason": "stopped"}, separators=(",", ":"))
    again = json.dumps({"event": "resumed", "at": 2.0, "step": 6}, separators=(",", ":"))
    path.write_text("\n".join([*lines[:ended], stop]) + "\n")
    assert [(entry.done, entry.standing) for entry in recent(tmp_path, 1)] == [(5, "stopped")]
    path.write_text("\n".join([*lines[:ended], stop, again]) + "\n")
    assert [(entry.done, entry.standing) for entry in recent(tmp_path, 1)] == [(5, "interrupted")]


@need_published
def test_published_logs_have_one_number_of_steps() -> None:
    entries = recent(published_files()[0].parent, 100)
    for entry in entries:
        record = open_record(entry.path)
        assert entry.done == TrialState(record.header).feed(record.events).done


def test_a_list_knows_how_many_there_are_in_all(tmp_path: Path) -> None:
    for seed in range(5):
        on_disk(tmp_path, steps=2, seed=seed)
    found = recent(tmp_path, 3)
    assert (len(found), found.total) == (3, 5)


def test_a_record_of_an_environment_that_is_not_installed_is_not_damaged(tmp_path: Path) -> None:
    path = on_disk(tmp_path, steps=6)
    path.write_text(path.read_text().replace('"environment":"multi-homeostasis"', '"environment":"pond"', 1))
    (entry,) = recent(tmp_path, 1)
    assert (entry.environment, entry.agent, entry.done, entry.steps, entry.standing) == (
        "pond",
        "test:agent",
        6,
        6,
        "complete",
    )
    assert entry.error == "the environment 'pond' is not installed here"
    with pytest.raises(RecordError) as caught:
        open_record(path)
    assert "the environment 'pond' is not installed here" in str(caught.value)
    assert "reward is in the file itself" in str(caught.value)
    assert "damaged" not in str(caught.value)
