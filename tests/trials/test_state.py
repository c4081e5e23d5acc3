"""The state of a trial: fed with events, without an event loop, live or from a record."""

import asyncio
import random

import bioblue_envs
import pytest

from bioblue_tui.agents.base import AgentError, Usage
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.trials.events import Ended, Event, Failed, Paused, Rejected, Resumed, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.trial import Trial
from tests.support.core import HeldAgent, SayAgent, Stage, follow, header, idle, play
from tests.support.state_events import ENVIRONMENT, HEADER, answered, asked, fed, stepped, whole


def test_a_fresh_state_shows_the_start() -> None:
    state = TrialState(HEADER)
    assert (state.status, state.done, state.levels, state.gauge_values(0)) == ("ready", 0, (100,), (100,))
    assert (state.steps, state.marks, state.rejections, state.version) == ([], [], 0, 0)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([asked(1)], "asking"),
        ([asked(1), answered(1)], "holding"),
        (whole(1), "holding"),
        ([asked(1), Paused(1, 1)], "paused"),
        ([asked(1), Paused(1, 1), answered(1)], "paused"),
        ([asked(1), Paused(1, 1), Resumed(1, 1)], "asking"),
        ([asked(1), Paused(1, 1), answered(1), Resumed(1, 1)], "holding"),
        ([Paused(1, 1), Resumed(1, 1)], "holding"),
        ([asked(1), Failed(1, 1, 1, "no network"), Paused(1, 1, "no network"), Resumed(1, 1)], "holding"),
        ([*whole(1), Ended(4, 1, "stopped")], "ended"),
    ],
)
def test_the_status_follows_the_events(events: list[Event], status: str) -> None:
    state = fed(*events)
    assert state.status == status
    assert state.version == len(events)


def test_a_pause_tells_its_reason_until_resumed() -> None:
    state = fed(Paused(1, 1, "10 rejected answers in a row"))
    assert state.reason == "10 rejected answers in a row"
    assert state.feed([Resumed(2, 1)]).reason == ""
    assert state.feed([Ended(3, 0, "stopped")]).reason == "stopped"


def test_every_attempt_at_a_step_is_kept_with_what_is_known_of_it() -> None:
    usage = Usage(100, 20, 5)
    state = fed(
        asked(1),
        answered(1, text="-1"),
        Rejected(1, 1, 1, "has a sign"),
        asked(1, 2),
        Failed(1, 1, 2, "overloaded"),
        asked(1, 3, "human"),
        answered(1, 3, "1", actor="human", seconds=0.5, reasoning="hm", usage=usage, notes=("note",)),
        stepped(1),
    )
    first, second, third = state.steps[0].attempts
    assert (first.text, first.rejection, first.failure) == ("-1", "has a sign", "")
    assert (second.text, second.rejection, second.failure) == (None, "", "overloaded")
    assert (third.actor, third.seconds, third.reasoning, third.usage, third.notes) == (
        "human",
        0.5,
        "hm",
        usage,
        ("note",),
    )
    assert state.steps[0].answer is third
    assert state.steps[0].observation == "observation 1"
    assert state.rejections == 1


def test_marks_are_what_a_person_wants_to_find_again() -> None:
    state = fed(
        asked(1),
        answered(1, text="no"),
        Rejected(1, 1, 1, "none found"),
        Paused(1, 1),
        Resumed(1, 1),
        *whole(1),
        asked(2),
        Failed(1, 2, 1, "overloaded"),
        Paused(1, 2, "no answer: overloaded"),
        Ended(1, 1, "stopped"),
    )
    assert [(mark.step, mark.kind, mark.text) for mark in state.marks] == [
        (1, "rejected", "none found"),
        (2, "failed", "overloaded"),
        (2, "paused", "no answer: overloaded"),
        (1, "ended", "stopped"),
    ]


def test_any_past_step_can_be_looked_up() -> None:
    state = fed(*whole(1), *whole(2), *whole(3), asked(4))
    assert state.done == 3
    assert [state.levels_after(step) for step in range(4)] == [(100,), (101,), (102,), (103,)]
    assert state.levels == (103,)
    assert state.stepped(2).totals["consumption"] == 2
    assert state.gauge_values(1) == (101,)
    for step in (0, 4, 5, -1):
        with pytest.raises(IndexError, match=f"step {step} has not been done"):
            state.stepped(step)


def test_a_step_that_is_not_done_has_no_answer_yet() -> None:
    state = fed(asked(1), answered(1))
    assert (state.steps[0].done, state.steps[0].answer, state.done) == (None, None, 0)


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_folding_the_events_again_gives_the_same_as_the_live_trial(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    live = TrialState(header(environment, seed=9, steps=30))
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        live.apply(event)

    asyncio.run(Trial(environment, ScriptedAgent("random", 2), live.header, emit).run())
    again = TrialState(live.header).feed(events)
    assert again.steps == live.steps
    assert (again.levels, again.done, again.status, again.marks) == (live.levels, live.done, live.status, live.marks)
    done = follow(environment, [again.stepped(i + 1).action for i in range(again.done)], 9, again.done)
    assert [again.levels_after(i + 1) for i in range(again.done)] == [transition.after.levels for transition in done]
    assert again.gauge_values(again.done) == environment.gauge_values(done[-1].after)


async def test_a_messy_live_trial_is_folded_too() -> None:
    agent = SayAgent("no", AgentError("overloaded"), "-1", "1")
    stage = await Stage(ENVIRONMENT, agent, steps=3, retry_limit=2).start()
    for _ in range(3):
        stage.trial.answer_instead("99")
        await idle()
        stage.trial.resume()
        await idle()
    state = TrialState(stage.trial.header).feed(stage.events)
    assert state.status == "ended"
    assert state.rejections == len(stage.all(Rejected)) > 0
    assert [view.done for view in state.steps] == stage.all(Stepped)
    for view in state.steps:
        assert view.answer is not None
        assert view.done is not None
        assert view.answer.actor == view.done.actor


async def test_a_trial_can_be_folded_while_an_answer_is_awaited() -> None:
    agent = HeldAgent()
    stage = await Stage(ENVIRONMENT, agent).start()
    assert TrialState(stage.trial.header).feed(stage.events).status == "asking"
    await stage.trial.stop()
    assert TrialState(stage.trial.header).feed(stage.events).status == "ended"


async def test_folding_in_pieces_is_folding_at_once() -> None:
    events = await play(ENVIRONMENT, SayAgent("no", "1"), steps=8)
    cut = random.Random(1).randint(1, len(events))
    pieces = TrialState(HEADER).feed(events[:cut]).feed(events[cut:])
    assert pieces.steps == TrialState(HEADER).feed(events).steps
