"""The trial a fork was made from is found where it is, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bioblue_tui.records.collection import open_record
from bioblue_tui.records.parents import parent_path
from bioblue_tui.records.schema import Record, RecordError
from tests.support.comparing import on_disk, recorded


def fork_of(parent: Path, place: Path, **said: object) -> Record:
    record = recorded(steps=4)
    told = {"id": open_record(parent).header.id, "file": parent.name, "step": 2, **said}
    return replace(record, header=replace(record.header, parent=told), path=place / "fork.jsonl")


def test_it_is_found_beside_the_fork_or_among_the_trials(tmp_path: Path) -> None:
    parent = on_disk(tmp_path / "trials", steps=4)
    assert parent_path(fork_of(parent, parent.parent)) == parent
    elsewhere = fork_of(parent, tmp_path / "elsewhere")
    assert parent_path(elsewhere, [tmp_path / "trials"]) == parent
    with pytest.raises(RecordError, match="is not beside it"):
        parent_path(elsewhere)


def test_another_trial_of_that_name_is_not_taken_for_it(tmp_path: Path) -> None:
    parent = on_disk(tmp_path, steps=4)
    with pytest.raises(RecordError, match="Name both"):
        parent_path(fork_of(parent, tmp_path, id="somebody else"))


def test_a_parent_that_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    parent = on_disk(tmp_path, steps=4)
    fork = fork_of(parent, tmp_path / "elsewhere")
    whole = parent.read_bytes()
    parent.write_bytes(whole.replace(b"\n", b"\n\0\0\n", 1))
    assert parent_path(fork, [tmp_path]) == parent
    other = tmp_path / "other" / parent.name
    other.parent.mkdir()
    other.write_bytes(whole)
    assert parent_path(fork, [tmp_path, other.parent]) == other, "a copy of it can be read"


@pytest.mark.parametrize("name", ["../secret.jsonl", "/etc/passwd", "", "..", None, 7])
def test_a_header_leads_nowhere_else(tmp_path: Path, name: object) -> None:
    (tmp_path / "trials").mkdir()
    outside = on_disk(tmp_path / "outside", steps=4)
    outside.rename(tmp_path / "secret.jsonl")
    fork = fork_of(tmp_path / "secret.jsonl", tmp_path / "trials", file=name, id="")
    with pytest.raises(RecordError):
        parent_path(fork, [tmp_path / "trials"])


def test_a_trial_that_is_no_fork_has_none(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="not a fork"):
        parent_path(open_record(on_disk(tmp_path, steps=3)))
