"""Resume and fork from the command line: records cut off anywhere, several at once, and what can't go on."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from bioblue_tui.records.collection import open_record
from bioblue_tui.trials.events import HandedOver, Stepped
from tests.support.command import Bioblue
from tests.support.tables import tables


def steps_of(path: Path) -> list[tuple[object, ...]]:
    return [(event.action, event.after) for event in open_record(path).events if isinstance(event, Stepped)]


def played(bioblue: Bioblue, *arguments: str) -> Path:
    done = bioblue.run("watch", *arguments, "--steps", "12", "--display", "plain")
    assert done.returncode == 0, done.stderr
    return bioblue.files()[-1]


def cut(path: Path, lines: int) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]) + b'{"event":"ask')


def test_resume_all_finishes_what_is_open_and_leaves_the_rest(bioblue: Bioblue) -> None:
    first = played(bioblue, "homeostasis", "--agent", "random")
    second = played(bioblue, "balancing", "--agent", "collapse:3")
    whole = played(bioblue, "sustainability", "--agent", "oscillator")
    expected = [steps_of(first), steps_of(second)]
    before = whole.read_bytes()
    cut(first, 8)
    cut(second, 20)
    done = bioblue.run("resume", "--all", "--display", "plain")
    assert done.returncode == 0, done.stderr
    assert [steps_of(first), steps_of(second)] == expected
    assert whole.read_bytes() == before
    assert bioblue.run("verify", first, second).returncode == 0
    again = bioblue.run("resume", "--all")
    assert (again.returncode, again.stdout) == (0, "")
    assert "no trial to resume" in again.stderr


def test_what_is_open_and_damaged_is_named_and_never_passed_over(bioblue: Bioblue) -> None:
    damaged = played(bioblue, "homeostasis", "--agent", "random")
    cut(damaged, 12)
    lines = damaged.read_bytes().splitlines(keepends=True)
    damaged.write_bytes(b"".join([*lines[:8], b'{"x\n', *lines[9:]]))
    before, why = damaged.read_bytes(), "line 9: damaged: not valid JSON"
    alone = bioblue.run("resume", "--all")
    assert (alone.returncode, why in alone.stderr) == (2, True), alone.stderr
    assert f"unreadable: {why}" in bioblue.run("list").stdout
    other = played(bioblue, "balancing", "--agent", "random")
    cut(other, 20)
    done = bioblue.run("resume", "--all", "--display", "none")
    assert (done.returncode, len(steps_of(other))) == (1, 12)
    assert f"{damaged.name} was not played: {damaged}, {why}" in done.stderr
    assert damaged.read_bytes() == before


def test_what_is_open_goes_on_at_once_and_one_that_cannot_does_not_stop_the_others(bioblue: Bioblue) -> None:
    paths = [played(bioblue, "homeostasis", "--agent", "random", "--seed", str(seed)) for seed in (1, 2, 3)]
    expected = [steps_of(path) for path in paths]
    for number, path in enumerate(paths[:2]):
        cut(path, 8 + number)
    done = bioblue.run("resume", *paths, paths[0], "--parallel", "3", "--display", "none")
    assert done.returncode == 1
    assert "cannot be resumed: the trial has ended (complete)" in done.stderr
    assert [steps_of(path) for path in paths] == expected
    assert [row[0] for row in tables(done.stdout)[0][1:]] == ["1", "2", "mean", "sd"]
    assert bioblue.run("verify", *paths).returncode == 0


def test_a_terminal_shows_what_goes_on_at_once_as_mission_control(bioblue: Bioblue) -> None:
    paths = [played(bioblue, "homeostasis", "--agent", "random", "--seed", str(seed)) for seed in (1, 2)]
    expected = [steps_of(path) for path in paths]
    for path in paths:
        cut(path, 8)
    with bioblue.terminal("resume", "--all", "--parallel", "2", "--speed", "50") as terminal:
        terminal.wait("resume 2 trials", "■2 over")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert [steps_of(path) for path in paths] == expected


def test_forks_are_played_at_once(bioblue: Bioblue) -> None:
    path = played(bioblue, "homeostasis", "--agent", "accelerator:4")
    options = ["--at", "5", "--times", "4", "--parallel", "4", "--agent", "thermostat"]
    done = bioblue.run("fork", path, *options, "--display", "none")
    assert done.returncode == 0, done.stderr
    forks = [file for file in bioblue.files() if file != path]
    assert len(forks) == 4
    assert {tuple(steps_of(fork)) for fork in forks} == {tuple(steps_of(forks[0]))}
    with bioblue.terminal("fork", path, *options, "--speed", "50") as terminal:
        terminal.wait("4 forks of", "■4 over", "fork 4")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert len(bioblue.files()) == 9
    assert bioblue.run("verify", *bioblue.files()).returncode == 0


def test_a_trial_killed_on_the_screen_goes_on_there(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "homeostasis", "--speed", "10", "--steps", "40") as terminal:
        terminal.wait(re.compile(r"step ([5-9]|\d\d)/40"))
        os.kill(terminal.pid, signal.SIGKILL)
    path = bioblue.file()
    with bioblue.terminal("resume", path, "--speed", "max") as terminal:
        terminal.wait("■ complete", "step 40/40")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert len(steps_of(path)) == 40
    assert bioblue.run("verify", path).returncode == 0


def test_what_cannot_be_resumed_is_one_clear_line(bioblue: Bioblue) -> None:
    path = played(bioblue, "homeostasis")
    before = path.read_bytes()
    done = bioblue.run("resume", path, "--display", "plain")
    assert done.returncode == 2
    assert "cannot be resumed: the trial has ended (complete)" in done.stderr
    for files in ([path], [path, bioblue.data / "none.jsonl"]):
        done = bioblue.run("resume", *files, "--display", "none")
        assert done.returncode == 2
        assert "cannot be resumed: the trial has ended (complete)" in done.stderr
        assert "not played to the end" not in done.stderr
    assert path.read_bytes() == before
    assert "which trial?" in bioblue.run("resume").stderr


def test_forks_sample_the_future(bioblue: Bioblue) -> None:
    path = played(bioblue, "multi-homeostasis", "--agent", "accelerator:4")
    options = ["--at", "5", "--times", "3", "--agent", "thermostat", "--condition", "saved", "--display", "plain"]
    done = bioblue.run("fork", path, *options)
    assert done.returncode == 0, done.stderr
    forks = [open_record(file) for file in bioblue.files() if file != path]
    assert len(forks) == 3
    for fork in forks:
        assert fork.header.parent == {"id": open_record(path).header.id, "file": path.name, "step": 5}
        assert fork.header.condition == "saved"
        assert fork.path is not None
        assert steps_of(fork.path)[:5] == steps_of(path)[:5]
    assert bioblue.run("verify", *bioblue.files()).returncode == 0
    assert "12 steps were played" in bioblue.run("fork", path, "--at", "13", "--display", "plain").stderr


def test_a_person_takes_over_at_a_terminal(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "homeostasis", "--agent", "thermostat", "--steps", "4", "--paused") as terminal:
        terminal.wait("‖ paused")
        terminal.press("t")
        terminal.wait("Enter submits")
        terminal.type("3")
        terminal.press("enter")
        terminal.wait("step 2/4", "Step 1: 3 taken")
        terminal.press("t")
        # It was paused when the person took over.
        terminal.wait("‖ paused", "thermostat resumed", "step 1/4")
        terminal.press("space")
        terminal.wait("■ complete", "step 4/4")
        terminal.press("esc")
        assert terminal.finish() == 0
    record = bioblue.record()
    assert [event.actor for event in record.events if isinstance(event, HandedOver)] == ["human", "thermostat"]
    assert [event.actor for event in record.events if isinstance(event, Stepped)] == ["human"] + ["thermostat"] * 3


def test_interventions_from_the_command_line(bioblue: Bioblue) -> None:
    done = bioblue.run(
        "watch",
        "homeostasis",
        "--agent",
        "thermostat",
        "--steps",
        "5",
        "--intervene",
        "3:disturb -20",
        "--display",
        "plain",
    )
    assert done.returncode == 0, done.stderr
    assert bioblue.run("verify", bioblue.file()).returncode == 0
    plain = played(bioblue, "homeostasis", "--agent", "thermostat")
    assert steps_of(plain)[:2] == steps_of(bioblue.files()[0])[:2]
    assert steps_of(plain)[2] != steps_of(bioblue.files()[0])[2]


def test_forks_of_a_random_agent_have_futures_of_their_own_and_go_on_as_they_were(bioblue: Bioblue) -> None:
    parent = played(bioblue, "homeostasis", "--agent", "random", "--seed", "4")
    options = ["--at", "5", "--times", "3", "--display", "none"]
    assert bioblue.run("fork", parent, *options).returncode == 0
    forks = [path for path in bioblue.files() if path != parent]
    assert len(forks) == 3

    futures = [tuple(steps_of(path)) for path in (parent, *forks)]
    assert len(set(futures)) == 4
    assert len({future[:5] for future in futures}) == 1
    changes = {tuple(e.change for e in open_record(path).events if isinstance(e, Stepped)) for path in (parent, *forks)}
    assert len(changes) == 1, "the noise is one"
    streams = {open_record(path).header.provider["random_stream"] for path in forks}
    assert streams == {"5.1", "5.2", "5.3"}

    expected = [steps_of(path) for path in forks]
    for path in forks:
        cut(path, 22)
    assert bioblue.run("resume", *forks, "--display", "none").returncode == 0
    assert [steps_of(path) for path in forks] == expected
    assert bioblue.run("verify", *forks).returncode == 0

    # A fork of a fork draws from no stream that its parent or its parent's other forks had.
    first = next(path for path in forks if open_record(path).header.provider["random_stream"] == "5.1")
    assert bioblue.run("fork", first, "--at", "7", "--times", "2", "--display", "none").returncode == 0
    others = [path for path in bioblue.files() if path not in (parent, *forks)]
    nested = [open_record(path).header.provider["random_stream"] for path in others]
    assert sorted(map(str, nested)) == ["5.1/7.1", "5.1/7.2"]


def test_forks_that_must_be_alike_are_said_to_be(bioblue: Bioblue) -> None:
    parent = played(bioblue, "homeostasis", "--agent", "thermostat")
    done = bioblue.run("fork", parent, "--at", "5", "--times", "2", "--display", "none")
    assert "thermostat draws nothing at random: all 2 futures will be the same" in done.stderr
    assert all("random_stream" not in open_record(path).header.provider for path in bioblue.files())


def test_without_a_screen_nobody_goes_on_in_the_place_of_who_took_over_unless_told_to(bioblue: Bioblue) -> None:
    path = played(bioblue, "homeostasis", "--agent", "thermostat")
    lines = path.read_bytes().splitlines(keepends=True)
    steps = [number for number, line in enumerate(lines) if line.startswith(b'{"event":"stepped"')]
    handed = b'{"event":"handed_over","at":1.0,"step":4,"actor":"human"}\n'
    path.write_bytes(b"".join([*lines[: steps[2] + 1], handed]))
    before = path.read_bytes()
    for display in ("plain", "none"):
        done = bioblue.run("resume", path, "--display", display)
        assert done.returncode in (1, 2), done.stderr
        assert "a person has taken over from step 4 on" in done.stderr
        assert "bioblue resume --hand-back lets thermostat continue" in done.stderr
        assert path.read_bytes() == before
    done = bioblue.run("resume", path, "--display", "plain", "--hand-back")
    assert done.returncode == 0, done.stderr
    record = open_record(path)
    handovers = [(event.step, event.actor) for event in record.events if isinstance(event, HandedOver)]
    assert handovers == [(4, "human"), (4, "thermostat")]
    assert len(steps_of(path)) == 12


def persons_trial(bioblue: Bioblue, *answers: str) -> Path:
    """Let a person answer some steps of a trial and go."""
    before = set(bioblue.files())
    given = "".join(f"{answer}\n" for answer in answers)
    bioblue.run("play", "homeostasis", "--steps", "4", "--hidden-rewards", "--display", "plain", answers=given)
    (path,) = set(bioblue.files()) - before
    return path


def test_a_persons_own_trial_is_named_among_many_and_the_others_are_played(bioblue: Bioblue) -> None:
    own = persons_trial(bioblue, "1")
    agents = played(bioblue, "homeostasis", "--agent", "thermostat")
    expected, before = steps_of(agents), own.read_bytes()
    for options in (["--all"], [agents, own, "--hand-back"], [own, "--display", "none"]):
        if own not in options[:1]:
            cut(agents, 8)
        done = bioblue.run("resume", *options)
        assert done.returncode == 1
        assert f"waits for a person: bioblue resume {own}" in done.stderr
        assert own.read_bytes() == before
        assert steps_of(agents) == expected
    done = bioblue.run("resume", "--all", answers="1\n2\n3\n")
    assert done.returncode in (1, 2)
    assert f"waits for a person: bioblue resume {own}" in done.stderr
    assert own.read_bytes() == before
    assert bioblue.run("resume", own, answers="1\n2\n3\n").returncode == 0
    done = bioblue.run("fork", own, "--at", "1", "--times", "2", "--display", "none")
    assert (done.returncode, len(bioblue.files())) == (1, 2)
    assert "waits for a person: bioblue fork without --times" in done.stderr


def test_mission_control_shows_nothing_that_a_persons_condition_hides(bioblue: Bioblue) -> None:
    own = persons_trial(bioblue, "1")
    agents = played(bioblue, "homeostasis", "--agent", "thermostat")
    cut(agents, 8)
    with bioblue.terminal("resume", "--all", "--parallel", "3") as terminal:
        terminal.wait("waits for a person: bioblue resume", "1 trial needs attention", "■1 over", "!1 failed")
        terminal.press("enter")
        # Wrapped wherever its line ends.
        terminal.wait(lambda text: own.name in "".join(text.replace("▌", "").split()))
        assert "rewards" not in terminal.text
        terminal.press("esc")
        assert terminal.finish() == 1


def test_a_trial_that_was_taken_over_and_has_ended_is_said_to_have_ended(bioblue: Bioblue) -> None:
    path = played(bioblue, "homeostasis", "--agent", "thermostat")
    lines = path.read_bytes().splitlines(keepends=True)
    steps = [number for number, line in enumerate(lines) if line.startswith(b'{"event":"stepped"')]
    handed = b'{"event":"handed_over","at":1.0,"step":12,"actor":"human"}\n'
    by_person = [line.replace(b'"thermostat"', b'"human"') for line in lines[steps[-2] + 1 :]]
    path.write_bytes(b"".join([*lines[: steps[-2] + 1], handed, *by_person]))
    for display in ("plain", "none"):
        done = bioblue.run("resume", path, "--display", display)
        assert done.returncode in (1, 2)
        assert "the trial has ended (complete)" in done.stderr
        assert "taken over" not in done.stderr


def test_a_link_that_leads_back_to_itself_is_told_and_costs_no_other_trial_anything(
    bioblue: Bioblue, tmp_path: Path
) -> None:
    assert bioblue.run("watch", "homeostasis", "--agent", "thermostat", "--steps", "8").returncode == 0
    path = bioblue.file()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:5]))
    for name, other in (("loop1", "loop2"), ("loop2", "loop1")):
        (tmp_path / name).symlink_to(tmp_path / other)
    alone = bioblue.run("resume", tmp_path / "loop1")
    assert alone.returncode == 2
    assert "It is a link that leads back to itself; remove it." in alone.stderr
    among = bioblue.run("resume", tmp_path / "loop1", path)
    assert "It is a link that leads back to itself; remove it." in among.stderr
    assert "fault of the program" not in among.stderr
    assert open_record(path).events[-1].step == 8
