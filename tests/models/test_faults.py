"""Everything that can go wrong between a request and its answer, over real HTTP, for both SDKs, streaming and not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Literal

import pytest

from bioblue_tui.agents.base import AgentError
from bioblue_tui.trials.events import Failed, Heard, Paused, Retrying
from tests.support.fake_provider import (
    BROKEN_EVENT,
    BROKEN_JSON,
    HTML,
    WAIT_SECONDS,
    Api,
    Broken,
    FakeProvider,
    Fault,
    InStream,
    Raw,
    error,
    error_event,
    json_body,
)
from tests.support.fake_shapes import Reply
from tests.support.model_trials import KEY, VARIABLES, make_agent, make_play, make_turn, thermostat_path

Mode = Literal["streamed", "whole"]


@dataclass(frozen=True)
class Case:
    """A fault, what its message must hold, and whether the trial asks again by itself (and after how long)."""

    fault: Fault
    wanted: str
    transient: bool = False
    wait: float | None = None


def passing(fault: Fault, wanted: str, wait: float | None = None) -> Case:
    return Case(fault, wanted, True, wait)


SHORT_WAIT = Raw(503, b"", {"retry-after-ms": "1500", "retry-after": "7"})
LONG_WAIT = error(429, retry_after=formatdate(time.time() + 100_000, usegmt=True))
STOP_TRYING = Raw(503, b"{}", {"x-should-retry": "false"})
FORM = "not answer in the form"
SPENT = "quota or credit is used up; top it up"

CASES: dict[str, Case] = {
    "400": Case(error(400, "model is confused"), "refused.*model is confused"),
    "401": Case(error(401, f"bad key {KEY}"), "HTTP 401.*{variable} is not accepted.*bad key •••"),
    "402": Case(error(402), SPENT),
    "403": Case(error(403), "HTTP 403.*{variable}"),
    "404": Case(error(404), "HTTP 404 from {url}.*model tiny or the address is not known"),
    "408": passing(error(408), "gave up waiting; wait a little, then try again"),
    "409": passing(error(409), "a conflicting request"),
    "413": Case(error(413), "too long for the server; send less of the past"),
    "422 list": Case(json_body({"detail": [{"loc": ["body", "model"], "msg": "wrong"}]}, 422), "body.model: wrong"),
    "425": passing(error(425), "not ready"),
    "429": passing(error(429), "rate limited; wait a little"),
    "429 seconds": passing(error(429, retry_after="7"), "rate limited; wait 7 s, then try again", 7),
    "429 part": passing(error(429, retry_after="0.25"), "wait 0.25 s", 0.25),
    "429 ms": passing(SHORT_WAIT, "wait 1.5 s", 1.5),
    "429 past": passing(error(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "limited; try again", 0),
    "429 negative": passing(error(429, retry_after="-3"), "limited; try again", 0),
    "429 odd": passing(error(429, retry_after="soon"), "wait a little"),
    "429 nan": passing(error(429, retry_after="nan"), "wait a little"),
    "429 tomorrow": Case(LONG_WAIT, r"no requests until 20\d\d-\d\d-\d\d \d\d:\d\d UTC, try again then"),
    "429 for ever": Case(error(429, retry_after="inf"), "until the end of time"),
    "429 spent": Case(error(429, "You exceeded your current quota", code="insufficient_quota"), SPENT),
    "500": passing(error(500), "HTTP 500.*overloaded or broken"),
    "501": Case(error(501), "HTTP 501"),
    "502": passing(error(502), "overloaded"),
    "503": passing(error(503), "overloaded"),
    "503 no retry": Case(STOP_TRYING, "overloaded or broken$"),
    "504": passing(error(504), "overloaded"),
    "529": passing(error(529), "overloaded"),
    "500 html": passing(Raw(500, HTML.body, content_type="text/html"), "broken; wait a little, then try again$"),
    "500 text": passing(Raw(500, b"upstream \x1b[31mgone"), "says: upstream �\\[31mgone"),
    "500 list": passing(json_body([], 500), "HTTP 500"),
    "500 null": passing(json_body(None, 500), "HTTP 500"),
    "500 odd": passing(json_body({"error": [1, {"error": None}], "message": 3}, 500), "HTTP 500"),
    "500 deep": passing(Raw(500, b'{"error":' * 900 + b"1" + b"}" * 900), "HTTP 500"),
    "500 words": passing(json_body({"error": "out of memory"}, 500), "out of memory"),
    "304": Case(Raw(304, b""), "HTTP 304.*check the base URL"),
    "html": Case(HTML, r"web page; check the base URL \(such as http"),
    "text": Case(Raw(200, b"ok", content_type="text/plain"), f"{FORM}.*ok"),
    "list": Case(json_body([1, 2]), FORM),
    "null": Case(json_body(None), FORM),
    "empty object": Case(json_body({}), FORM),
    "error inside": passing(json_body({"error": {"message": "upstream is down"}}), "try again.*upstream is down"),
    "400 filter": Case(error(400, "It was filtered", code="content_filter"), "content filter refused what is asked"),
    "403 region": Case(error(403, "Country, region, or territory not supported"), "does not serve the country"),
    "403 place": Case(error(403, "The model is not available in your region."), "does not serve the country"),
    "503 loading": passing(error(503, "Loading model"), "server is loading the model; wait a little"),
    "key inside": Case(json_body({"error": {"type": "authentication_error"}}), "{variable} is not accepted"),
    "broken json": passing(BROKEN_JSON, "not valid JSON; try again"),
    "not utf-8": passing(Raw(200, b'{"choices": "\xff\xfe'), "not valid JSON"),
    "deep json": passing(Raw(200, b"[" * 200_000), "not valid JSON"),
    "huge number": passing(Raw(200, b"1" * 10_000), "not valid JSON"),
    "empty body": passing(Raw(200, b""), "not valid JSON"),
    "bad encoding": passing(Raw(200, b"zz", {"content-encoding": "gzip"}), "broke|not valid"),
    "disconnect": passing(Broken.DISCONNECT, "connection to {url} broke before the answer was complete; try again"),
    "torn": passing(Broken.TORN, "connection to {url} broke"),
    "reset": passing(Broken.RESET, "connection to {url} broke"),
    "stall": passing(Broken.STALL, "time-out: {url} did not answer within 0.4 s"),
}

STREAMS: dict[str, Case] = {
    "stream empty": passing(InStream(0), "broke off before its end; try again"),
    "stream truncated": passing(InStream(), "broke off before its end; try again"),
    "stream torn": passing(InStream(then=Broken.TORN), "connection to {url} broke"),
    "stream reset": passing(InStream(then=Broken.RESET), "connection to {url} broke"),
    "stream stall": passing(InStream(then=Broken.STALL), "time-out: {url} did not answer within 0.4 s"),
    "stream stall at once": passing(InStream(0, then=Broken.STALL), "time-out: {url}"),
    "stream broken json": passing(BROKEN_EVENT, "not valid JSON; try again"),
    "stream not utf-8": passing(InStream(send=b"event: message_delta\ndata: \xff\xfe\n\n"), "not valid JSON"),
    "stream overloaded": passing(error_event(), "{url} broke off its answer: .*overloaded.*so it goes"),
    "stream rate": passing(error_event("rate_limit_error"), "rate limited"),
    "stream unknown": passing(error_event("new_error", "ouch"), "{url} reported a fault; try again.*ouch"),
    "stream key": Case(error_event("authentication_error", KEY), "{variable} is not accepted.*•••"),
    "stream spent": Case(error_event("billing_error"), SPENT),
}

SLOW = ("stall", "stream stall", "stream stall at once")


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.mark.parametrize(
    ("mode", "name"), [*(("streamed", name) for name in [*CASES, *STREAMS]), *(("whole", name) for name in CASES)]
)
@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_fault_is_told_and_the_trial_goes_on(api: Api, mode: Mode, name: str, provider: FakeProvider) -> None:
    case = (CASES | STREAMS)[name]
    provider.faults.extend([None, case.fault])
    provider.refuses = ("stream",) if mode == "whole" else ()
    play = make_play(make_agent(api, provider, timeout=0.4 if name in SLOW else WAIT_SECONDS), 3)
    await play.run()
    wanted = case.wanted.replace("{url}", provider.url(api)).replace("{variable}", VARIABLES[api])
    failed = [event.message for event in play.events if isinstance(event, Failed)]
    retries = [event.message for event in play.events if isinstance(event, Retrying)]
    (message,) = {*failed, *retries}
    with pytest.raises(AgentError, match=wanted):
        raise AgentError(message)
    assert [len(retries), len(failed)] == ([1, 0] if case.transient else [0, 1])
    assert play.clock.waits == ([2.0 if case.wait is None else case.wait] if case.transient else [])
    assert [message in event.reason for event in play.events if isinstance(event, Paused)] == [True] * len(failed)
    assert len(message) <= 300
    assert message.isprintable()
    assert KEY not in str(play.events)
    assert play.path == await thermostat_path(3)
    assert provider.journal[-3].body == provider.journal[-2].body


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_nothing_of_a_broken_stream_becomes_an_answer(api: Api, name: str, provider: FakeProvider) -> None:
    provider.answer = lambda _: "5 units."
    provider.faults.append(STREAMS[name].fault)
    play = make_play(make_agent(api, provider, timeout=0.4 if name in SLOW else WAIT_SECONDS), 1, "homeostasis")
    running = asyncio.create_task(play.run())
    await asyncio.to_thread(provider.wait_for, 2)
    await running
    assert [event.text for event in play.answered[:1]] == ["5 units."]
    heard = "".join(event.text for event in play.events if isinstance(event, Heard))
    begun = "" if STREAMS[name].fault.after == 0 else "5 u"  # type: ignore[union-attr]
    assert heard.startswith(begun + "5 units.")


@pytest.mark.parametrize("reply", [Reply("", stop=None), Reply(None, stop=None)])
@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_no_text_and_no_reason_is_no_answer(
    api: Api, streams: bool, reply: Reply, provider: FakeProvider
) -> None:
    provider.answer, provider.streams = (lambda _: reply), streams
    agent = make_agent(api, provider)
    with pytest.raises(AgentError, match="broke off before its end; try again") as caught:
        await agent.answer(make_turn())
    assert caught.value.transient
    await agent.aclose()
