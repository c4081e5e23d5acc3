"""Every request that is sent is on the bill, and an answer's seconds are those of the request that was answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioblue_tui.costs.recorded import recorded_bill
from bioblue_tui.costs.spending import Spending
from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.schema import dumps, encode_event, encode_header
from bioblue_tui.trials.events import Failed, Heard, Interrupted, Retrying
from bioblue_tui.trials.tally import Tally
from tests.support.fake_provider import Api, FakeProvider, error
from tests.support.model_trials import HurriedClock, Play, make_agent, make_play


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


class SlowClock(HurriedClock):
    """A clock on which time passes in waits."""

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.waits)


def slow(play: Play) -> Play:
    clock = play.trial._asking._clock = SlowClock()
    play.clock = clock
    return play


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_every_request_that_a_server_got_is_on_the_bill(api: Api, provider: FakeProvider, tmp_path: Path) -> None:
    provider.refuses = ("top_p",)
    provider.faults.extend([error(429), error(503), None, error(401), None])
    agent = make_agent(api, provider)
    play = make_play(agent, 3)
    await play.run()
    spending = Spending(play.trial.header).feed(play.events)
    assert spending.total.requests == len(provider.journal) == 9
    assert [event.requests for event in play.answered] == [2, 1, 1]
    assert [event.requests for event in play.events if isinstance(event, Failed | Retrying)] == [2, 2, 1]
    path = tmp_path / "t.jsonl"
    lines = [
        encode_header(play.trial.header),
        *(encode_event(event) for event in play.events if not isinstance(event, Heard)),
    ]
    path.write_text("".join(f"{dumps(line)}\n" for line in lines))
    assert recorded_bill(path, play.trial.header) == spending.total
    tally = Tally(agent.name)
    for event in play.events:
        tally.apply(event)
    assert (tally.retries, tally.rejected, tally.by_kind["provider"]) == (2, 0, 1)


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_the_wait_of_a_retry_is_no_second_of_the_model(api: Api, provider: FakeProvider) -> None:
    provider.faults.append(error(429, retry_after="3000"))
    play = slow(make_play(make_agent(api, provider), 1))
    await play.run()
    assert play.clock.waits == [3000]
    assert all(event.seconds is not None and 0 < event.seconds < 3000 for event in play.answered)


async def test_a_request_that_nobody_sent_is_on_no_bill(provider: FakeProvider) -> None:
    play = make_play(make_agent("openai", provider), 1)
    events = [Interrupted(0, 1, 1, "", "openai:tiny", requests=0)]
    assert Spending(play.trial.header).feed(events).total.requests == 0


@pytest.mark.parametrize("requests", [-1, "1", None, 0.5])
def test_a_number_of_requests_is_a_number(requests: object) -> None:
    line = json.loads(dumps(encode_event(Failed(0, 1, 1, "no"))))
    assert decode_event(line) == Failed(0, 1, 1, "no")
    with pytest.raises(ValueError):
        decode_event({**line, "requests": requests})
