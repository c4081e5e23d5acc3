"""What all files share that lines are appended to: whatever fails, they hold whole lines and can be gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bioblue_tui.records import append_log
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

    with Lines.new(tmp_path / "lines", "first") as lines:
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
    with Lines.new(tmp_path / "lines", "first"), pytest.raises(RecordError, match="it is taken"):
        Lines.existing(tmp_path / "lines")
    with pytest.raises(FileExistsError):
        Lines.new(tmp_path / "lines", "second")
    assert (tmp_path / "lines").read_bytes() == b"first\n"


def test_who_is_killed_before_the_first_line_leaves_nothing(tmp_path: Path) -> None:
    if append_log._unnamed(tmp_path) is None:
        pytest.skip("the file system knows no files without a name")
    killed = (
        "import os, signal, sys; from pathlib import Path; from bioblue_tui.records.append_log import AppendLog\n"
        "os.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "AppendLog.new(Path(sys.argv[1]), 'first')"
    )
    done = subprocess.run([sys.executable, "-c", killed, tmp_path / "lines"], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("unnamed", [True, False])
def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unnamed: bool) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    if not unnamed:
        monkeypatch.setattr(append_log, "_unnamed", lambda directory: None)
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(RecordError, match="the file cannot be written"):
        Lines.new(tmp_path / "lines", "first")
    assert list(tmp_path.iterdir()) == []
