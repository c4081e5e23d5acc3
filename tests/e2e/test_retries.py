"""Faults that may pass are tried again, shown as that; those that stay pause the trial and say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioblue_tui.trials.events import Failed, Paused, Retrying
from tests.support.command import Bioblue
from tests.support.fake_provider import (
    BROKEN_EVENT,
    BROKEN_JSON,
    HTML,
    Api,
    Broken,
    FakeProvider,
    Fault,
    InStream,
    Raw,
    error,
    error_event,
)
from tests.support.model_trials import make_agent, make_play, thermostat_path

APIS: list[Api] = ["openai", "anthropic"]


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as server:
        yield server


def model(provider: FakeProvider, api: Api, steps: int) -> list[str]:
    return ["homeostasis", "--model", f"{api}:fake", "--base-url", provider.url(api), "--steps", str(steps)]


QUICK = {"retry-after-ms": "20"}
SLOW = error(429, "calm down", retry_after="8")


def test_on_the_screen_the_retry_and_its_wait_are_shown(bioblue: Bioblue, provider: FakeProvider) -> None:
    provider.faults.extend([Raw(503, b"", QUICK), SLOW])
    with bioblue.terminal("watch", *model(provider, "anthropic", 2)) as terminal:
        terminal.wait(
            "↻ retry 2, in 8 s: HTTP 429", "rate limited; wait 8 s, then try again", "calm down", "↻2 retried"
        )
        # Nobody has to wait for it to get away, and the wait is no answer.
        terminal.press("esc")
        terminal.wait("‖ paused", "(interrupted)")
        terminal.press("space")
        terminal.wait("■ complete", "step 2/2")
        terminal.press("esc")
        assert terminal.finish() == 0
    retries = [event for event in bioblue.record().events if isinstance(event, Retrying)]
    assert [(event.number, event.wait) for event in retries] == [(1, 0.02), (2, 8.0)]
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_in_the_lines_of_many_trials_it_is_narrated(bioblue: Bioblue, provider: FakeProvider) -> None:
    provider.faults.extend([Raw(503, b"", QUICK), Raw(429, b"", {"retry-after-ms": "1100"})])
    options = ["--seeds", "1-2", "--parallel", "2"]
    done = bioblue.run("run", *model(provider, "openai", 2), *options, "--display", "plain")
    assert done.returncode == 0, done.stderr
    # At once, if the other trial was not told before to wait: who is told to wait, waits for all of a provider.
    told = r"^seed \d step 1: retry 1, (at once|in [12] s): HTTP 503 from .*overloaded or broken"
    assert re.search(told, done.stderr, re.M)
    assert re.search(r"^seed \d step 1: retry \d, in 1 s: HTTP 429 from .*rate limited", done.stderr, re.M)
    # Data stays data.
    assert "retry" not in done.stdout


def test_in_the_lines_of_one_trial_it_stands_where_it_happened(bioblue: Bioblue, provider: FakeProvider) -> None:
    provider.faults.extend([None, Raw(503, b"", QUICK), Raw(429, b"", {"retry-after-ms": "1100"})])
    done = bioblue.run("watch", *model(provider, "openai", 2), "--display", "plain")
    lines = done.stdout.splitlines()
    first = next(
        index for index, line in enumerate(lines) if line.startswith("No answer yet: retry 1, at once: HTTP 503")
    )
    assert lines[first + 1].startswith("No answer yet: retry 2, in 1 s: HTTP 429")
    assert lines[first + 2].startswith("step 2 answer: ")


PERMANENT: dict[str, tuple[Fault, str]] = {
    "401": (
        error(401, "no"),
        "HTTP 401 .*the key in .*_API_KEY is not accepted.*check it|the server wants a key; set ",
    ),
    "404": (error(404, "no"), "the model fake or the address is not known there; check both"),
    "context too long": (
        error(400, "prompt is too long; context length exceeded"),
        "the conversation is too long for the model; use a model with a larger context or send less of the past",
    ),
    "quota": (error(429, "no", code="insufficient_quota"), "quota or credit is used up; top it up"),
}


@pytest.mark.parametrize("api", APIS)
def test_what_does_not_pass_pauses_and_says_what_to_do(bioblue: Bioblue, provider: FakeProvider, api: Api) -> None:
    provider.faults.extend(fault for fault, _ in PERMANENT.values())
    provider.answer = lambda _: "0"
    with bioblue.terminal("watch", *model(provider, api, 1)) as terminal:
        for number in range(1, len(PERMANENT) + 1):
            terminal.wait("‖ paused", "step 0/1", f"!{number} no answer", WAYS_ON)
            terminal.press("space")
        terminal.wait("■ complete", "step 1/1")
        terminal.press("esc")
        assert terminal.finish() == 0
    events = bioblue.record().events
    assert not [event for event in events if isinstance(event, Retrying)]
    told = [" ".join(event.message.split()) for event in events if isinstance(event, Failed)]
    wanted = [text for _, text in PERMANENT.values()]
    assert [bool(re.search(text, one)) for text, one in zip(wanted, told, strict=True)] == [True] * len(wanted), told
    assert all(one in " ".join(event.reason for event in events if isinstance(event, Paused)) for one in told)


WAYS_ON = re.compile(r"space\s+asks\s+again,\s+a\s+answers\s+in\s+its\s+place,\s+esc\s+stops")


FAULTS: list[Fault | None] = [
    None,
    error(401),
    error(404),
    error(413),
    error(429, retry_after="3"),
    error(500),
    error(529),
    HTML,
    BROKEN_JSON,
    BROKEN_EVENT,
    Broken.DISCONNECT,
    Broken.TORN,
    Broken.RESET,
    InStream(),
    InStream(0),
    InStream(then=Broken.RESET),
    error_event(),
    error_event("authentication_error"),
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(FAULTS), max_size=12), api=st.sampled_from(APIS), streams=st.booleans())
async def test_no_fault_moves_the_noise(faults: list[Fault | None], api: Api, streams: bool) -> None:
    with FakeProvider() as provider:
        provider.faults.extend(faults)
        provider.streams = streams
        play = make_play(make_agent(api, provider), 4)
        await play.run()
    assert play.path == await thermostat_path(4)
