"""What all files share that lines are appended to: whatever fails, they hold whole lines and can be gone on with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bioblue_tui.records.append_log import AppendLog
from bioblue_tui.records.schema import RecordError


class Lines(AppendLog):
    """A file of lines."""

    WHAT = "the file"
    TAKEN = "it is taken"
    ADVICE = "Wait."


def test_a_line_that_does_not_fit_leaves_no_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        write(descriptor, bytes(data)[:3])
        raise OSError(28, "No space left on device")

    with Lines.new(tmp_path / "lines") as lines:
        lines.write("first")
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(RecordError, match="the file cannot be written"):
            lines.write("second")
        monkeypatch.setattr(os, "write", write)
        lines.write("third")
    assert (tmp_path / "lines").read_bytes() == b"first\nthird\n"


@pytest.mark.parametrize(
    ("left", "torn", "then"),
    [
        (b"first\nsec", True, b"first\nthird\n"),
        (b"first\nsecond", False, b"first\nsecond\nthird\n"),
        (b"first\n", False, b"first\nthird\n"),
        (b"fir", True, b"third\n"),
        (b"", False, b"third\n"),
    ],
)
def test_it_goes_on_behind_the_last_whole_line(tmp_path: Path, left: bytes, torn: bool, then: bytes) -> None:
    (tmp_path / "lines").write_bytes(left)
    lines, data = Lines.existing(tmp_path / "lines")
    with lines:
        assert data == left
        lines.go_on(data, torn=torn)
        lines.write("third")
    assert (tmp_path / "lines").read_bytes() == then


def test_it_has_one_writer(tmp_path: Path) -> None:
    with Lines.new(tmp_path / "lines"), pytest.raises(RecordError, match="it is taken"):
        Lines.existing(tmp_path / "lines")
    with pytest.raises(FileExistsError):
        Lines.new(tmp_path / "lines")
