"""A language model behind a real HTTP server, watched on the screen and without one."""

import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioblue_tui.trials.events import Answered, Ended, Failed, Interrupted, Paused, Rejected, Resumed, Retrying, Stepped
from tests.support.command import Bioblue
from tests.support.fake_provider import Api, Broken, FakeProvider, Request, thermostat
from tests.support.terminal import DEADLINE

KEY = "sk-planted-0123456789abcdefghij"
VARIABLES: dict[Api, str] = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
APIS: list[Api] = ["openai", "anthropic"]
STEPS = 5


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as server:
        yield server


@pytest.fixture
def refusing() -> Iterator[str]:
    """An address where nothing listens: the port is taken, so nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def with_keys(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path, **dict.fromkeys(VARIABLES.values(), KEY))


def arguments(provider: FakeProvider, api: Api = "openai", steps: int = STEPS) -> list[str]:
    return ["watch", "homeostasis", "--model", f"{api}:fake", "--base-url", provider.url(api), "--steps", str(steps)]


def files_with(text: str, directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def verbose(request: Request) -> str:
    return f"Let me think about step {len(request.conversation)}.\n\n**{thermostat(request)}**"


@pytest.mark.parametrize("api", APIS)
def test_a_model_plays_on_the_screen_and_its_key_is_nowhere(tmp_path: Path, provider: FakeProvider, api: Api) -> None:
    provider.answer = verbose
    bioblue = with_keys(tmp_path)
    with bioblue.terminal(*arguments(provider, api)) as terminal:
        terminal.wait(f"{api}:fake", "■ complete", "step 5/5", "Let me think about step 9.", "→ ", "tokens in")
        terminal.press("p")
        terminal.wait("│ Undersatiation: 0")
        terminal.press("?")
        terminal.wait("Leave; what happened so far")
        terminal.press("esc")
        terminal.wait(lambda text: "Leave; what happened so far" not in text)
        terminal.press("esc")
        assert terminal.finish() == 0
    record = bioblue.record()
    answers = [event for event in record.events if isinstance(event, Answered)]
    assert [event.text for event in answers] == [verbose(request) for request in provider.journal]
    assert all(event.actor == f"{api}:fake" and event.usage and event.usage.input for event in answers)
    assert (record.header.agent, record.header.model) == (f"{api}:fake", "fake")
    assert record.header.provider["base_url"] == provider.url(api)
    assert record.header.provider["temperature"] == 1.0
    assert len([event for event in record.events if isinstance(event, Stepped)]) == STEPS
    assert bioblue.run("verify", bioblue.file()).returncode == 0
    # The key was sent to the server, and went nowhere else.
    assert all(KEY in str(request.headers) for request in provider.journal)
    assert KEY.encode() not in terminal.output
    assert files_with(KEY, tmp_path) == []


@pytest.mark.parametrize("display", ["plain", "jsonl"])
@pytest.mark.parametrize("api", APIS)
def test_a_model_plays_without_a_screen(tmp_path: Path, provider: FakeProvider, api: Api, display: str) -> None:
    provider.answer = verbose
    bioblue = with_keys(tmp_path)
    done = bioblue.run(*arguments(provider, api), "--display", display)
    assert done.returncode == 0, done.stderr
    assert str(bioblue.file()) in done.stderr
    if display == "plain":
        assert "Let me think about step 1. ⏎  ⏎ **0**" in done.stdout
        assert "Ended after step 5: complete." in done.stdout
    else:
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert [line["text"] for line in lines if line.get("event") == "answered"] == [
            verbose(request) for request in provider.journal
        ]
    # What a model is asked holds what it said, and nothing of what was rejected.
    assert provider.journal[-1].conversation[1::2] == [
        ("assistant", verbose(request)) for request in provider.journal[:-1]
    ]
    assert KEY not in done.stdout + done.stderr
    assert files_with(KEY, tmp_path) == []


def test_a_server_that_says_the_key_back_does_not_spread_it(tmp_path: Path, provider: FakeProvider) -> None:
    provider.answer = lambda request: f"My key is {KEY}.\n{thermostat(request)}"
    bioblue = with_keys(tmp_path)
    with bioblue.terminal(*arguments(provider)) as terminal:
        terminal.wait("■ complete", "My key is •••.")
        terminal.press("esc")
        assert terminal.finish() == 0
    done = bioblue.run(*arguments(provider), "--display", "jsonl")
    assert done.returncode == 0
    assert KEY not in done.stdout + done.stderr
    assert KEY.encode() not in terminal.output
    assert files_with(KEY, tmp_path) == []


def test_a_server_that_is_not_there_holds_the_trial_on_the_screen(bioblue: Bioblue, refusing: str) -> None:
    with bioblue.terminal("watch", "homeostasis", "--model", "openai:fake", "--base-url", refusing) as terminal:
        terminal.wait("Paused: no answer: nothing answers at", "is the server running?", "‖ paused", "step 0/100")
        terminal.wait("is the server running? space asks again, a answers", "esc stops")
        terminal.press("space")
        terminal.wait("!2 no answer", "Paused: no answer")
        terminal.press("esc")
        assert terminal.finish() == 1
    assert b"Traceback" not in terminal.output
    events = bioblue.record().events
    assert len([event for event in events if isinstance(event, Failed)]) == 2
    last = events[-1]
    assert isinstance(last, Ended)
    assert (last.step, last.reason) == (0, "stopped")


@pytest.mark.parametrize("display", ["plain", "jsonl"])
def test_a_server_that_is_not_there_fails_a_trial_without_a_screen(
    bioblue: Bioblue, refusing: str, display: str
) -> None:
    command = ["watch", "homeostasis", "--model", "openai:fake", "--base-url", refusing, "--display", display]
    done = bioblue.run(*command)
    assert done.returncode == 1
    assert "nothing answers at http://127.0.0.1" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert isinstance(bioblue.record().events[-1], Ended)


def test_a_server_that_comes_back_is_asked_again(bioblue: Bioblue, provider: FakeProvider) -> None:
    provider.faults.append(None)
    provider.faults.append(Broken.DISCONNECT)
    with bioblue.terminal(*arguments(provider)) as terminal:
        terminal.wait("↻ retry 1, in 2 s", "the connection to")
        terminal.wait("■ complete")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert len(provider.journal) == STEPS + 1
    (retry,) = [event for event in bioblue.record().events if isinstance(event, Retrying)]
    assert (retry.step, retry.number) == (2, 1)
    assert len([event for event in bioblue.record().events if isinstance(event, Stepped)]) == STEPS
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_after_ten_illegal_answers_a_person_may_answer(bioblue: Bioblue, provider: FakeProvider) -> None:
    def stubborn(request: Request) -> str:
        return "I would rather not say." if len(request.conversation) == 3 else thermostat(request)

    provider.answer = stubborn
    with bioblue.terminal(*arguments(provider)) as terminal:
        text = terminal.wait(
            "‖ paused", "step 1/5", "Paused: 10 rejected answers in a row; the last one: no answer found"
        )
        assert "✗10" in text
        terminal.press("a")
        terminal.wait("Answer step 2 in the agent's place")
        terminal.type("minus 3")
        terminal.press("enter")
        # The question stays until it is answered, and what is typed takes the place of what was not taken.
        terminal.wait(
            "‖ paused", "step 1/5", "✗11", "Answer step 2 in the agent's place", "✗ Not taken: no answer found"
        )
        terminal.type("3")
        terminal.press("enter")
        terminal.wait("‖ paused", "step 2/5", "answered by human", lambda text: "in the agent's place" not in text)
        terminal.press("space")
        terminal.wait("■ complete", "step 5/5")
        terminal.press("esc")
        assert terminal.finish() == 0
    record = bioblue.record()
    rejected = [event for event in record.events if isinstance(event, Rejected)]
    assert [event.attempt for event in rejected] == list(range(1, 12))
    stepped = [event for event in record.events if isinstance(event, Stepped)]
    assert [event.actor for event in stepped] == ["openai:fake", "human", *["openai:fake"] * 3]
    assert stepped[1].action == (3,)
    # What was rejected is in no later prompt; what the person said is there as the answer.
    last = provider.journal[-1].conversation
    assert "rather not" not in str(last)
    assert "minus" not in str(last)
    assert last[3] == ("assistant", "3")
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_ten_illegal_answers_end_a_trial_without_a_screen(bioblue: Bioblue, provider: FakeProvider) -> None:
    provider.answer = lambda _: "[bold]no[/bold]"
    done = bioblue.run(*arguments(provider), "--display", "plain", "--retries", "3")
    assert done.returncode == 1
    assert done.stdout.count("Not taken: no answer found: one whole number expected, such as 3.") == 3
    assert "Paused: 3 rejected answers in a row" in done.stdout
    assert "[bold]no[/bold]" in done.stdout
    assert len(provider.journal) == 3


def test_a_pause_keeps_the_answer_in_flight(bioblue: Bioblue, provider: FakeProvider) -> None:
    released = threading.Event()

    def held(request: Request) -> str:
        if len(request.conversation) == 5:
            assert released.wait(2 * DEADLINE)
            return "After much thought.\n4"
        return thermostat(request)

    provider.answer = held
    try:
        with bioblue.terminal(*arguments(provider)) as terminal:
            terminal.wait("▶ live", "step 2/5", "openai:fake is asked …")
            terminal.press("space")
            terminal.wait("‖ paused", "step 2/5")
            released.set()
            terminal.wait("After much thought", "held until you resume", "‖ paused", "step 2/5")
            terminal.press("space")
            terminal.wait("■ complete", "step 5/5")
            terminal.press("esc")
            assert terminal.finish() == 0
    finally:
        released.set()
    record = bioblue.record()
    kinds = [type(event) for event in record.events if event.step == 3]
    assert kinds[1:] == [Paused, Answered, Resumed, Stepped]
    assert len(provider.journal) == STEPS
    assert [event.action for event in record.events if isinstance(event, Stepped)][2] == (4,)


def test_leaving_while_the_model_thinks_is_quick_and_complete(bioblue: Bioblue, provider: FakeProvider) -> None:
    released = threading.Event()

    def held(request: Request) -> str:
        released.wait(2 * DEADLINE)
        return thermostat(request)

    provider.answer = held
    try:
        with bioblue.terminal(*arguments(provider)) as terminal:
            terminal.wait("openai:fake is asked …")
            provider.wait_for(1)
            # The first one cuts the answer short, the second one leaves.
            terminal.press("esc")
            terminal.wait("(interrupted)", "‖ paused")
            terminal.press("esc")
            assert terminal.finish() == 1
    finally:
        released.set()
    kinds = [type(event) for event in bioblue.record().events]
    assert (kinds.count(Interrupted), kinds[-1]) == (1, Ended)


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such signals")
@pytest.mark.parametrize("api", APIS)
def test_a_request_in_flight_when_the_program_is_stopped_is_counted_and_told_apart(
    bioblue: Bioblue, provider: FakeProvider, api: Api
) -> None:
    provider.faults.extend([None, Broken.STALL])
    command = [*("run", "homeostasis", "--model", f"{api}:fake", "--base-url", provider.url(api), "--steps", "3")]
    with bioblue.terminal(*command, "--display", "none", size=(160, 40)) as terminal:
        provider.wait_for(2)
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.finish() == 128 + signal.SIGTERM
        table = re.sub(r"\s+", " ", terminal.output.decode())
    (cut,) = [event for event in bioblue.record().events if isinstance(event, Interrupted)]
    assert (cut.step, cut.reason, cut.requests) == (2, "stopped", 1)
    assert "abandoned" in table

    def spending() -> dict[str, object]:
        (line,) = bioblue.run("list", "--json").stdout.splitlines()
        found: dict[str, object] = json.loads(line)["spending"]
        return found

    before = spending()
    assert (before["requests"], before["abandoned"]) == (len(provider.journal), 1)
    done = bioblue.run("resume", bioblue.file(), "--display", "plain")
    assert done.returncode == 0, done.stderr
    # What was abandoned is no try of the model's, and both totals are of all that the server got.
    assert "4 requests: 1 abandoned (its tokens" in done.stdout
    assert (spending()["requests"], spending()["abandoned"]) == (len(provider.journal), 1) == (4, 1)
    assert spending()["input"] == sum(
        e.usage.input or 0 for e in bioblue.record().events if isinstance(e, Answered) and e.usage
    )
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_where_a_context_was_too_small_that_is_said_wherever_the_trial_is_told(
    tmp_path: Path, provider: FakeProvider
) -> None:
    provider.context = 1000
    bioblue = with_keys(tmp_path)
    model = ["--model", "openai:fake", "--base-url", provider.url("openai")]
    done = bioblue.run("run", "homeostasis", *model, "--seeds", "1", "--steps", "30")
    assert done.returncode == 0, done.stderr
    notes = {
        event.step: event.notes for event in bioblue.record().events if isinstance(event, Answered) and event.notes
    }
    first = min(notes)
    assert 1 < first < 30
    assert f"step {first}: {notes[first][0]}" in done.stdout
    below = f"the conversation outgrew the model's context, turns were left out: seed 1 (first at step {first})"
    assert below in done.stderr
    path = str(bioblue.files()[0])
    told = bioblue.run("analyse", path).stdout
    more = f"; more at {len(notes) - 1} later step" if len(notes) > 1 else ""
    assert f"step {first}: {notes[first][0]}{more}" in told
    happened = json.loads(bioblue.run("analyse", "--json", path).stdout)["happened"]
    assert [one["step"] for one in happened] == [first]
    # A fork with room for all of it is told nothing of what its parent lacked.
    provider.context = None
    forked = bioblue.run("fork", path, "--at", str(first + 1), *model)
    assert forked.returncode == 0
    assert "outgrew" not in forked.stderr


def test_the_tables_of_what_was_played_before_say_where_a_context_was_too_small(
    tmp_path: Path, provider: FakeProvider
) -> None:
    provider.context = 1000
    bioblue = with_keys(tmp_path)
    (tmp_path / "small.toml").write_text(
        'name = "small"\nenvironments = ["homeostasis"]\nseeds = "1"\nsteps = 30\n'
        f'agents = [{{model = "openai:fake", base_url = "{provider.url("openai")}"}}]\n'
    )
    first, again = (bioblue.run("batch", tmp_path / "small.toml", "--display", "none") for _ in range(2))
    for done in (first, again):
        assert done.returncode == 0, done.stderr
        assert "outgrew the model's context, turns were left out: homeostasis openai:fake seed 1 (first" in done.stderr
    assert len(provider.journal) < 60
