"""What cannot be written: a disk that fills up, a place that is read-only, a record that another process writes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bioblue_tui.records.collection import open_record
from bioblue_tui.records.files import RemovedError, must_be_there
from bioblue_tui.records.locking import is_locked
from bioblue_tui.trials.events import Stepped
from tests.support.command import COMMAND, Bioblue, lines_of
from tests.support.limits import BLOCK, limited, limited_shell, limited_terminal, permitted, read_only
from tests.support.terminal import DEADLINE

THERMOSTAT = ["homeostasis", "--agent", "thermostat", "--steps", "30"]
BLOCKS = 16
"""Room for about ten steps."""

REFUSED = re.compile(
    r"Error: .*\.jsonl: the record cannot be written \(File too large\)\. No file may become that large"
)
KEPT = "Steps played before are kept; bioblue resume continues from there."


def steps_of(path: Path) -> list[tuple[object, ...]]:
    return [(event.action, event.after) for event in open_record(path).events if isinstance(event, Stepped)]


def assert_begun(bioblue: Bioblue, path: Path, least: int = 4) -> None:
    """A record holds whole lines, of steps that agree with the environment, and is not at its end."""
    assert path.read_bytes().endswith(b"\n")
    assert not any(line.get("reason") == "complete" for line in lines_of(path))
    assert least <= len(steps_of(path)) < 30
    assert path.stat().st_size <= BLOCKS * BLOCK
    verified = bioblue.run("verify", path)
    assert (verified.returncode, "agrees" in verified.stdout) == (0, True), verified.stdout


def undisturbed(root: Path) -> list[tuple[object, ...]]:
    root.mkdir()
    bioblue = Bioblue(root)
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    return steps_of(bioblue.file())


@pytest.mark.parametrize("display", ["plain", "jsonl"])
def test_a_trial_is_broken_off_and_goes_on_when_there_is_room(bioblue: Bioblue, display: str) -> None:
    done = limited(bioblue, BLOCKS, "watch", *THERMOSTAT, "--display", display)
    assert done.returncode == 1
    assert REFUSED.search(done.stderr)
    assert done.stderr.endswith(f"{KEPT}\n")
    path = bioblue.file()
    assert_begun(bioblue, path)
    # Nothing was told that is not kept.
    told = re.findall(r"^step \d+: \d|\"stepped\"", done.stdout, re.MULTILINE)
    assert len(told) == len(steps_of(path))
    before = path.read_bytes()
    again = limited(bioblue, path.stat().st_size // BLOCK, "resume", path)
    assert again.returncode == 1
    assert REFUSED.search(again.stderr)
    assert path.read_bytes() == before
    resumed = bioblue.run("resume", path)
    assert resumed.returncode == 0, resumed.stderr
    assert path.read_bytes().startswith(before)
    assert steps_of(path) == undisturbed(bioblue.root / "undisturbed")
    assert bioblue.run("verify", path).returncode == 0


def test_on_the_screen_it_is_said_and_all_can_be_looked_at(bioblue: Bioblue) -> None:
    with limited_terminal(bioblue, BLOCKS, "watch", *THERMOSTAT, "--speed", "max") as terminal:
        terminal.wait("The record can no longer be written", "(File too large)", "■ interrupted")
        terminal.press("left")
        terminal.wait("looking at ")
        terminal.press("esc")
        assert terminal.finish() == 1
    assert b"Traceback" not in terminal.output
    assert_begun(bioblue, bioblue.file())
    with bioblue.terminal("resume", bioblue.file(), "--speed", "max") as terminal:
        terminal.wait("■ complete")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert len(steps_of(bioblue.file())) == 30


@pytest.mark.parametrize("parallel", ["1", "3"])
def test_many_trials_stop_and_a_batch_goes_on(bioblue: Bioblue, parallel: str) -> None:
    file = bioblue.root / "batch.toml"
    file.write_text('name = "b"\nseeds = "1-3"\nsteps = 30\nenvironments = ["homeostasis"]\nagents = ["thermostat"]\n')
    options = ["--parallel", parallel, "--display", "plain"]
    done = limited(bioblue, BLOCKS, "batch", file, *options)
    assert done.returncode == 1
    assert REFUSED.search(done.stderr)
    assert KEPT in done.stderr
    assert ("not begun: 2 trials" in done.stderr) == (parallel == "1")
    for path in bioblue.files():
        # Of trials side by side the first that cannot be written ends the others, wherever they are.
        assert_begun(bioblue, path, 4 if parallel == "1" else 0)
    again = bioblue.run("batch", file, *options)
    assert again.returncode == 0, again.stderr
    assert len(bioblue.files()) == 3
    assert all(len(steps_of(path)) == 30 for path in bioblue.files())
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_what_cannot_be_begun_leaves_nothing_behind(bioblue: Bioblue) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    path, log = bioblue.file(), bioblue.root / "log.tsv"
    before = path.read_bytes()
    forked = limited(bioblue, 2, "fork", path, "--at", "20", "--agent", "random")
    assert forked.returncode == 1
    assert REFUSED.search(forked.stderr)
    run = limited(bioblue, 0, "run", *THERMOSTAT, "--seeds", "1-3")
    assert run.returncode == 1
    exported = limited(bioblue, 2, "export", path, "-o", log)
    assert exported.returncode == 1
    assert "log.tsv: cannot be written (File too large)" in exported.stderr
    assert bioblue.files() == [path]
    assert not log.exists()
    assert bioblue.run("export", path, "-o", log).returncode == 0
    whole = log.read_bytes()
    assert limited(bioblue, 2, "export", path, "-o", log, "--force").returncode == 1
    assert log.read_bytes() == whole
    assert path.read_bytes() == before
    # Nothing half-written lies about either.
    assert {file.name for file in bioblue.root.iterdir()} <= {"data", "log.tsv", "config.toml", ".config", ".cache"}


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("command", ["run --help", "agents", "batch --example", "analyse RECORD --json"])
def test_output_is_written_whole_or_said_not_to_be(bioblue: Bioblue, command: str, unbuffered: str) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    bioblue.environ["PYTHONUNBUFFERED"] = unbuffered
    words = [word.replace("RECORD", str(bioblue.file())) for word in command.split()]
    out, room = bioblue.root / "out", 300
    whole = bioblue.run(*words).stdout
    assert len(whole.encode()) > room
    out.write_bytes(b"x" * (4 * BLOCK - room))
    full = limited_shell(bioblue, 4, f'"$0" "$@" >> {out}', *words)
    assert full.returncode == 1
    assert full.stderr == "Error: the output can't be written (File too large)\n"
    assert limited_shell(bioblue, 400, f'"$0" "$@" > {out}', *words).returncode == 0
    assert out.read_text(encoding="utf-8") == whole


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no such device")
def test_a_device_is_written_to(bioblue: Bioblue) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    full = bioblue.run("export", bioblue.file(), "-o", "/dev/full")
    assert (full.returncode, "cannot be written (No space left on device)" in full.stderr) == (1, True), full.stderr
    piped = bioblue.run("export", bioblue.file(), "-o", "/dev/stdout")
    assert piped.returncode == 0
    assert len(piped.stdout.splitlines()) > 30


def test_a_data_directory_that_is_a_link_to_nothing_is_no_empty_one(bioblue: Bioblue) -> None:
    bioblue.data.symlink_to(bioblue.root / "not mounted")
    assert "leads nowhere" in bioblue.run("doctor").stdout
    plain = (["list"], ["resume", "--all"], ["study", "status", "small"])
    for command in (*plain, ["run", *THERMOSTAT], ["watch", *THERMOSTAT]):
        done = bioblue.run(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{bioblue.data} is a link that leads nowhere; make what it leads to, or remove it" in done.stderr


WRITTEN = {
    "export": "export RECORD -o PLACE.tsv",
    "report": "report RECORD -o PLACE.html",
    "plot": "plot RECORD -o PLACE.svg",
    "notes": "notes add RECORD --step 1 hm",
    "study": "study init PLACE.toml",
    "wording": "wording init PLACE.toml",
    "play": "play homeostasis --display plain --data-dir PLACE",
    "watch": "watch homeostasis --data-dir PLACE",
    "run": "run homeostasis --agent thermostat --data-dir PLACE",
    "run at once": "run homeostasis --agent thermostat --parallel 3 --data-dir PLACE",
    "batch": "batch batch.toml --data-dir PLACE",
    "fork": "fork RECORD --at 3 --data-dir PLACE",
    "forks": "fork RECORD --at 3 --times 2 --data-dir PLACE",
    "resume": "resume RECORD",
}
"""Commands that write something; PLACE is where, as far as one can be chosen."""


@pytest.mark.parametrize("command", WRITTEN.values(), ids=WRITTEN)
def test_want_of_room_is_told_from_a_place_that_is_wrong(bioblue: Bioblue, command: str) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    path = bioblue.file()
    if command.startswith("resume"):
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:20]))
    (bioblue.root / "batch.toml").write_text(bioblue.run("batch", "--example").stdout)
    (bioblue.root / "taken").write_text("a file, no directory")

    def words(place: str) -> list[str]:
        return [word.replace("RECORD", str(path)).replace("PLACE", place) for word in command.split()]

    full = limited(bioblue, 0, *words("new"))
    assert (full.returncode, full.stderr.count("Error: ")) == (1, 1), full.stderr
    assert "(File too large). No file may become that large here: look at ulimit -f" in full.stderr
    assert "--data-dir" not in full.stderr
    if "PLACE" in command:
        wrong = bioblue.run(*words("taken/new"))
        assert (wrong.returncode, wrong.stderr.count("Error: ")) == (2, 1), wrong.stderr


def test_a_data_directory_without_a_name_is_refused(bioblue: Bioblue) -> None:
    for command in (["--data-dir", "", "list"], ["run", *THERMOSTAT, "--data-dir", ""]):
        done = bioblue.run(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert "'--data-dir': no directory is named. Name one, or leave the option out." in done.stderr
    assert not (bioblue.root / "trials").exists()


def test_a_read_only_place_is_said_and_left_as_it_is(bioblue: Bioblue) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    path = bioblue.file()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:20]))
    before = path.read_bytes()
    commands: list[list[str | Path]] = [
        ["resume", path],
        ["fork", path, "--at", "1"],
        ["watch", *THERMOSTAT],
        ["run", *THERMOSTAT, "--seeds", "1-2", "--parallel", "2"],
        ["export", path, "-o", path.parent / "log.tsv"],
    ]
    with read_only(path.parent, path):
        for command in commands:
            done = permitted(bioblue, *command)
            assert done.returncode == 2, (command, done.stderr)
            assert "(Permission denied). Check the permissions of file and directory." in done.stderr
            assert done.stderr.count("Error: ") == 1
        assert path.read_bytes() == before
        assert bioblue.files() == [path]
        # To read it needs no more than that.
        assert permitted(bioblue, "verify", path).returncode == 0
        assert permitted(bioblue, "replay", path, "--display", "plain").returncode == 0


# A second process


def started(bioblue: Bioblue, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        env=bioblue.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_a_record_that_is_being_written_is_left_alone_and_can_be_read(bioblue: Bioblue) -> None:
    with started(
        bioblue, "watch", "homeostasis", "--steps", "100000", "--speed", "200", "--display", "plain"
    ) as writer:
        assert writer.stdout is not None
        for _ in range(20):
            assert writer.stdout.readline()
        path = bioblue.file()
        resumed = bioblue.run("resume", path, "--display", "plain")
        assert resumed.returncode == 2
        assert "being written by another process. Wait until that process has ended, or end it." in resumed.stderr
        assert (resumed.stdout, resumed.stderr.count("\n")) == ("", 1)
        unseen = bioblue.run("resume", path, "--display", "none")
        assert unseen.returncode == 1
        assert "was not played: " in unseen.stderr
        assert "this record is being written by another process" in unseen.stderr
        both = bioblue.run("resume", path, path, "--display", "plain")
        assert both.returncode != 0
        assert "being written by another process" in both.stderr
        everything = bioblue.run("resume", "--all")
        assert "no trial to resume" in everything.stderr
        assert bioblue.run("verify", path).returncode == 0
        assert bioblue.run("export", path, "-o", bioblue.root / "log.tsv").returncode == 0
        assert writer.poll() is None
        writer.terminate()
        writer.communicate(timeout=DEADLINE)
    assert bioblue.run("verify", path).returncode == 0
    steps = [line["step"] for line in lines_of(path) if line.get("event") == "stepped"]
    assert steps == list(range(1, len(steps) + 1))
    assert not any(line.get("event") == "resumed" for line in lines_of(path))


def test_of_several_that_resume_at_once_one_does(bioblue: Bioblue) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    path, whole = bioblue.file(), steps_of(bioblue.file())
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:8]) + b'{"event":"as')
    writers = [started(bioblue, "resume", path, "--speed", "20", "--display", "plain") for _ in range(3)]
    ended = [writer.communicate(timeout=DEADLINE)[1] for writer in writers]
    assert sorted(writer.returncode for writer in writers) == [0, 2, 2]
    assert sum("being written by another process" in told for told in ended) == 2
    assert steps_of(path) == whole
    assert [line["event"] for line in lines_of(path)[1:]].count("resumed") == 1


LOOKING = """
import sys
from pathlib import Path
from bioblue_tui.records.locking import is_locked
print(flush=True)
while True:
    is_locked(Path(sys.argv[1]))
"""


def test_whoever_only_looks_keeps_nobody_from_writing(bioblue: Bioblue) -> None:
    assert bioblue.run("watch", *THERMOSTAT).returncode == 0
    path = bioblue.file()
    begin = b"".join(path.read_bytes().splitlines(keepends=True)[:8])
    with subprocess.Popen([sys.executable, "-c", LOOKING, path], stdout=subprocess.PIPE) as looker:
        assert looker.stdout is not None
        looker.stdout.readline()
        for _ in range(3):
            path.write_bytes(begin)
            done = bioblue.run("resume", path)
            assert done.returncode == 0, done.stderr
        looker.kill()
    assert not is_locked(path)


def test_a_data_directory_that_vanishes_is_noticed_in_lines(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "homeostasis", "--steps", "3", "--display", "plain") as terminal:
        terminal.wait("record: ")
        shutil.rmtree(bioblue.data)
        terminal.type("0\n")
        assert terminal.finish() == 1
    said = " ".join(terminal.text.split())
    assert "removed while it was being written" in said
    assert "bioblue resume" not in said
    assert not bioblue.data.exists()


def test_a_data_directory_that_vanishes_is_noticed_on_the_screen(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", *THERMOSTAT, "--speed", "5") as terminal:
        terminal.wait(re.compile(r"step [2-9]/30"))
        shutil.rmtree(bioblue.data)
        terminal.wait("removed while it was being", "■ interrupted")
        terminal.press("esc")
        terminal.finish()
    assert "(removed meanwhile)" in terminal.text


@pytest.mark.parametrize("left", [0, 700], ids=["emptied", "shortened"])
def test_a_record_that_others_cut_is_noticed_and_gets_no_holes(bioblue: Bioblue, left: int) -> None:
    with started(bioblue, "watch", "homeostasis", "--speed", "50", "--display", "plain") as writer:
        assert writer.stdout is not None
        for _ in range(10):
            assert writer.stdout.readline()
        os.truncate(bioblue.file(), left)
        told = writer.communicate(timeout=DEADLINE)[1]
    assert writer.returncode == 1
    assert "changed while it was being written. Another program has written to it." in told
    assert "bioblue resume" not in told
    assert bioblue.file().stat().st_size == left


def test_only_a_file_that_is_gone_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    must_be_there(descriptor, path)
    path.rename(tmp_path / "moved")
    must_be_there(descriptor, path)
    (tmp_path / "moved").unlink()
    with pytest.raises(RemovedError):
        must_be_there(descriptor, path)
    os.close(descriptor)
