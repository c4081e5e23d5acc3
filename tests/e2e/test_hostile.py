"""Text that tries to take over the terminal: from a model, from a file, from a file's name."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import bioblue_envs
import pytest

from bioblue_tui.records.journal import Journal
from bioblue_tui.trials.events import Answered, Asked, Ended, Event, Failed, Noted, Paused, Rejected, Stepped
from tests.support.attacks import ALL, ATTACKS, FORBIDDEN, assert_harmless
from tests.support.command import Bioblue
from tests.support.fake_provider import FakeProvider, Request, error, thermostat
from tests.support.records import header_for, play
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(
    sys.getfilesystemencoding() != "utf-8", reason="names of files and arguments cannot hold the attacks"
)


def watch_model(bioblue: Bioblue, provider: FakeProvider, steps: int, seen: str) -> Terminal:
    address = ["--model", "openai:fake", "--base-url", provider.url("openai"), "--steps", str(steps)]
    with bioblue.terminal("watch", "homeostasis", *address) as terminal:
        terminal.wait("■ complete", seen)
        terminal.press("p")
        terminal.wait("│ Actual level", seen)
        terminal.press("left")
        terminal.wait(f"looking at {steps - 1}")
        terminal.press("end")
        terminal.wait(lambda text: "looking at" not in text)
        terminal.press("s")
        terminal.wait("homeostasis: complete")
        terminal.press("q")
        assert terminal.finish() == 0
    return terminal


def test_what_a_model_says_cannot_touch_the_terminal(tmp_path: Path) -> None:
    texts = list(ATTACKS.values())

    def attack(request: Request) -> str:
        return f"{texts[len(request.conversation) // 2]} END.\nAnswer: {thermostat(request)}"

    hostile, innocent = Bioblue(tmp_path / "hostile"), Bioblue(tmp_path / "innocent")
    hostile.root.mkdir()
    innocent.root.mkdir()
    with FakeProvider(lambda request: f"nothing END.\nAnswer: {thermostat(request)}") as provider:
        control = watch_model(innocent, provider, len(texts), "nothing END.")
    with FakeProvider(attack) as provider:
        terminal = watch_model(hostile, provider, len(texts), "語語語")
    assert_harmless(terminal, control)
    said = [event.text for event in hostile.record().events if isinstance(event, Answered)]
    assert [text.rpartition(" END.\nAnswer: ")[0] for text in said] == texts
    verified = hostile.run("verify", hostile.file())
    assert verified.returncode == 0, verified.stdout


def test_markup_and_sequences_are_shown_as_they_are(bioblue: Bioblue) -> None:
    text = f"{ATTACKS['markup']}\n{ATTACKS['title']}\nAnswer: "
    with FakeProvider(lambda request: f"{text}{thermostat(request)}") as provider:
        address = ["--model", "openai:fake", "--base-url", provider.url("openai"), "--steps", "1"]
        with bioblue.terminal("watch", "homeostasis", *address) as terminal:
            terminal.wait("■ complete", "[/bold][red]x[@click=app.quit]y[/]", "␛]0;PWNED␇")
            terminal.press("esc")
            assert terminal.finish() == 0


def test_rejected_answers_errors_and_headers_of_a_server_are_inert(bioblue: Bioblue, tmp_path: Path) -> None:
    def control_run(root: Path, answer: str, message: str) -> Terminal:
        root.mkdir()
        mine = Bioblue(root)
        with FakeProvider(lambda _: answer) as provider:
            provider.faults.append(error(400, message))
            address = ["--model", "openai:fake", "--base-url", provider.url("openai"), "--retries", "2"]
            with mine.terminal("watch", "homeostasis", *address) as terminal:
                terminal.wait("Paused: no answer: HTTP 400")
                terminal.press("space")
                terminal.wait("Paused: 2 rejected answers in a row")
                terminal.press("a")
                terminal.wait("Answer step 1")
                terminal.press("esc")
                terminal.wait(lambda text: "Answer step 1" not in text)
                terminal.press("esc")
                assert terminal.finish() == 1
        return terminal

    control = control_run(tmp_path / "innocent", "nothing 1 2", "nothing")
    # The last line is the one that the reason of the rejection speaks of.
    one_line = ALL.replace("\n", " ")
    assert_harmless(control_run(tmp_path / "hostile", f"{one_line} 1 {one_line} 2", one_line), control)


# Files


def hostile_record(directory: Path, text: str, name: str) -> Path:
    """Write a record that has this text in every place where a text can be."""
    fields: dict[str, Any] = {
        "agent": text,
        "model": text,
        "condition": text,
        "program": text,
        "id": text,
        "created": text,
    }
    header = header_for(bioblue_envs.make("homeostasis"), instruction=f"{text}\n{text}", **fields)
    with Journal.create(directory, header) as journal:
        for event in play(header, rejected=[f"{text} no", f"{text} -1"]):
            journal.append(_spoiled(event, text))
        journal.append(Noted(1.0, 5, text, f"{text}\n{text}", text, text))
        path = journal.path
    return path.rename(directory / name)


def _spoiled(event: Event, text: str) -> Event:
    match event:
        case Asked():
            return replace(event, observation=f"{text}\n{event.observation}", actor=text)
        case Answered():
            return replace(event, text=f"{text}\n{event.text}", actor=text, reasoning=text, notes=(text,))
        case Rejected() | Paused():
            return replace(event, reason=text)
        case Ended():
            return replace(event, reason=f"{text} ended")
        case Failed():
            return replace(event, message=text)
        case Stepped():
            return replace(event, actor=text, ended="")
    return event


def replay_it(bioblue: Bioblue, path: Path, seen: str) -> Terminal:
    with bioblue.terminal("replay", path, "--paused") as terminal:
        terminal.wait("‖ replay", "step 0/5", re.compile("recomputed|≠"))
        terminal.press("end")
        terminal.wait("step 5/5", seen)
        terminal.press("p")
        terminal.wait(lambda text: "~ reasoning, " not in text, seen)
        for step in (4, 3, 2, 1):
            terminal.press("left")
            terminal.wait(f"step {step}/5")
        terminal.press("s")
        terminal.wait("thermostat", "difference")
        terminal.press("esc")
        terminal.wait(lambda text: "difference  " not in text)
        terminal.press("esc")
        assert terminal.finish() == 0
    return terminal


def list_it(bioblue: Bioblue, seen: str) -> Terminal:
    with bioblue.terminal() as terminal:
        terminal.wait("recent trials", seen)
        unfocused = terminal.colour_of("╭─ recent trials")
        terminal.press(*["tab"] * 8)
        terminal.wait(lambda _: terminal.colour_of("╭─ recent trials") != unfocused)
        terminal.press("enter")
        terminal.wait("▶ replay")
        terminal.press("esc")
        terminal.wait("recent trials")
        terminal.press("ctrl+q")
        assert terminal.finish() == 0
    return terminal


NAME = "x\x1b]0;PWNED\x07\x1b[2J\u202e[red].jsonl"
if sys.platform == "win32":
    # Names of files cannot hold control characters there.
    NAME = re.sub("[\x00-\x1f]", "", NAME)


def test_a_hostile_record_cannot_touch_the_terminal(tmp_path: Path) -> None:
    bioblue = Bioblue(tmp_path)
    control = replay_it(bioblue, hostile_record(tmp_path, "nothing", "x.jsonl"), "nothing")
    terminal = replay_it(bioblue, hostile_record(tmp_path, ALL, NAME), "click")
    assert_harmless(terminal, control)


def test_hostile_records_in_the_list_cannot_touch_the_terminal(tmp_path: Path) -> None:
    hostile, innocent = Bioblue(tmp_path / "hostile"), Bioblue(tmp_path / "innocent")
    for bioblue, text, name in ((hostile, ALL, NAME), (innocent, "nothing", "x.jsonl")):
        directory = bioblue.data / "trials"
        directory.mkdir(parents=True)
        (directory / f"broken-{name}").write_text(f'{{"record":"{text.encode().hex()}"')
        (directory / f"empty-{name}").touch()
        hostile_record(directory, text, name)
    control = list_it(innocent, "nothing")
    assert_harmless(list_it(hostile, "broken-x␛]0;PWNED␇"), control)


def assert_inert(done: subprocess.CompletedProcess[str]) -> None:
    for text in (done.stdout, done.stderr):
        assert "\x1b" not in text
        assert FORBIDDEN.findall(text) == []
        assert "Traceback" not in text


@pytest.mark.parametrize("attack", [ALL, *ATTACKS.values()], ids=["all", *ATTACKS])
def test_a_hostile_record_is_replayed_in_plain_lines(bioblue: Bioblue, attack: str) -> None:
    done = bioblue.run("replay", hostile_record(bioblue.root, attack, NAME), "--display", "plain")
    assert done.returncode == 0
    assert "Ended after step 5" in done.stdout
    assert_inert(done)


def test_hostile_records_are_listed_verified_and_complained_of(bioblue: Bioblue) -> None:
    directory = bioblue.data / "trials"
    records = [hostile_record(directory, text, f"{n}{NAME}") for n, text in enumerate([ALL, *ATTACKS.values()])]
    listed = bioblue.run("list", "--limit", "100")
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) == len(records)
    assert all(line.count("\t") == 7 for line in listed.stdout.splitlines())
    assert_inert(listed)
    verified = bioblue.run("verify", *records)
    # The reasons for the end that stand in them follow from nothing.
    assert verified.returncode == 1
    assert verified.stdout.count("1 difference") == len(records)
    assert_inert(verified)
    as_json = bioblue.run("verify", "--json", *records)
    assert [json.loads(line)["file"] for line in as_json.stdout.splitlines()] == [str(path) for path in records]
    assert_inert(as_json)
    missing = [directory / f"missing-{NAME}", directory / f"{ALL.replace(chr(0), '')[:100]}/x"]
    complaints: list[list[str | Path]] = [["verify", *missing], ["replay", missing[0]], ["replay", missing[1]]]
    for command in complaints:
        done = bioblue.run(*command)
        assert done.returncode == 2
        assert done.stderr
        assert_inert(done)
    arguments = ["watch", "homeostasis", "--display", "plain"]
    texts = ["\x1b]0;PWNED\x07\x1b[2J\u202e", ALL.replace(chr(0), "")]
    for text in texts:
        for option in ("--agent", "--model", "--set", "--base-url", "--speed", "--seed"):
            done = bioblue.run(*arguments, option, text)
            assert done.returncode == 2, option
            assert_inert(done)
        done = bioblue.run("play", text)
        assert done.returncode == 2
        assert_inert(done)
