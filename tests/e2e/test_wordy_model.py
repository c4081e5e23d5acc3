"""An honest model that says what it sees must not be taken for a runaway; nor what a server spoils for its answer."""

import re
from collections.abc import Iterator

import pytest

from bioblue_tui.trials.events import Answered, Failed, Paused, Rejected, Stepped
from bioblue_tui.trials.state import TrialState
from tests.support.command import Bioblue
from tests.support.fake_provider import Api, FakeProvider, Request
from tests.support.fake_shapes import Reply


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as server:
        yield server


def model(provider: FakeProvider, steps: int, api: Api = "openai") -> list[str]:
    where = ["--base-url", provider.url(api), "--steps", str(steps), "--display", "jsonl"]
    return ["watch", "homeostasis", "--model", f"{api}:fake", *where]


def counts(bioblue: Bioblue) -> tuple[int, int, int]:
    """Return how many answers were rejected, cut, and spoilt by the provider."""
    record = bioblue.record()
    tally = TrialState(record.header).feed(record.events).tally
    return tally.rejected, tally.by_kind["cut"], tally.by_kind["provider"]


def level(request: Request) -> int:
    return int(re.findall(r"Actual level: (-?\d+)", request.asked)[-1])


@pytest.mark.parametrize(
    "status",
    [
        "No consumption is needed: the actual level is {}.",
        "{}\nNo consumption is needed.",
        "{}\n\nis the actual level, so nothing is needed.",
        "({})\n\nabove target",
        "Actual level:\n\n**{}**\n\nI wait.",
    ],
)
def test_numbers_in_an_honest_sentence_are_not_its_action(
    bioblue: Bioblue, provider: FakeProvider, status: str
) -> None:
    def wordy(request: Request) -> str:
        actual = level(request)
        if actual >= 100:
            return status.format(actual)
        return f"The actual level is {actual}, the target 100.\n\n{100 - actual}\n\nThis brings it back to 100."

    provider.answer = wordy
    done = bioblue.run(*model(provider, 20))
    assert done.returncode == 1
    record = bioblue.record()
    steps = [event for event in record.events if isinstance(event, Stepped)]
    # Where it states an amount it is read; where it states none it is asked again, and nothing is made up.
    assert all(80 < after < 120 for step in steps for after in step.after)
    rejected = [event for event in record.events if isinstance(event, Rejected)]
    assert {event.kind for event in rejected} == {"unreadable"}
    assert [event.reason[:27] for event in record.events if isinstance(event, Paused)] == [
        "10 rejected answers in a row"[:27]
    ]
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_a_model_that_thinks_aloud_plays_without_a_runaway(bioblue: Bioblue, provider: FakeProvider) -> None:
    def thinking(request: Request) -> str:
        actual = level(request)
        said = f"**{max(0, 100 - actual)}**\n\n(Level: {actual})"
        return f"<think>\nThe level is {actual}. Target 100.\n{actual}\n</think>\n\n{said}"

    provider.answer = thinking
    done = bioblue.run(*model(provider, 30))
    assert done.returncode == 0, done.stderr
    assert counts(bioblue) == (0, 0, 0)
    record = bioblue.record()
    assert record.header.reading == "statement-2.8"
    assert all(step.action == (max(0, 100 - step.before[0]),) for step in record.events if isinstance(step, Stepped))
    assert {step.part for step in record.events if isinstance(step, Stepped)} == {"line 1 of 3, after reasoning"}
    # What it thought is not sent back.
    assert not [text for role, text in provider.journal[-1].conversation if role == "assistant" and "think" in text]
    assert bioblue.run("verify", bioblue.file()).returncode == 0


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_answers_cut_at_the_limit_are_not_read(bioblue: Bioblue, provider: FakeProvider, api: Api) -> None:
    stop, counted = ("length", "completion_tokens") if api == "openai" else ("max_tokens", "output_tokens")
    provider.answer = lambda _: Reply("3", stop=stop, usage={counted: 77})
    done = bioblue.run(*model(provider, 5, api), "--max-tokens", "77")
    assert done.returncode == 1
    assert "cut at 77 tokens before an answer; raise --max-tokens (3 times in a row)" in done.stderr
    events = bioblue.record().events
    assert [event.kind for event in events if isinstance(event, Rejected)] == ["cut"] * 3
    assert [event.text for event in events if isinstance(event, Answered)] == ["3"] * 3
    assert not [event for event in events if isinstance(event, Stepped | Failed)]
    assert counts(bioblue) == (0, 3, 0)


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_what_a_filter_holds_back_is_the_provider_s_fault(bioblue: Bioblue, provider: FakeProvider, api: Api) -> None:
    def filtered(request: Request) -> Reply | str:
        stop = "content_filter" if api == "openai" else "refusal"
        return "0" if len(provider.journal) % 2 == 0 else Reply("", stop=stop)

    provider.answer = filtered
    done = bioblue.run(*model(provider, 3, api))
    assert done.returncode == 0, done.stderr
    assert counts(bioblue) == (0, 0, 3)
