"""A trial from its first to its last event: what is asked, applied, kept and summed."""

import asyncio
import random

import bioblue_envs
import pytest

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.trials.events import (
    COMPLETE,
    MAX_STEPS,
    STOPPED,
    Answered,
    Asked,
    Ended,
    Event,
    Header,
    Rejected,
    Stepped,
)
from bioblue_tui.trials.trial import Trial
from tests.support import told
from tests.support.core import SayAgent, Stage, follow, header, names, play, totals


def test_a_custom_agent_in_ten_lines_plays_a_trial() -> None:
    class Half(BaseAgent):
        async def answer(self, turn: Turn) -> Answer:
            return Answer(str(int(turn.state.levels[0] // 2)))

    environment = bioblue_envs.make("sustainability")
    events: list[Event] = []
    head = Header(environment.id, environment.parameters, seed=1, steps=100, agent="half")
    asyncio.run(Trial(environment, Half("half"), head, events.append).run())
    assert events[-1] == Ended(events[-1].at, 100, COMPLETE)


async def test_each_step_is_asked_answered_and_applied_in_this_order() -> None:
    events = await play(bioblue_envs.make("homeostasis"), SayAgent("1"), steps=2)
    assert names(events) == ["Asked", "Answered", "Stepped"] * 2 + ["Ended"]
    assert [event.step for event in events] == [1, 1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize("id_", bioblue_envs.ids())
async def test_what_is_applied_is_what_the_formulas_say(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    events = await play(environment, ScriptedAgent("random", 3), seed=5)
    steps = [event for event in events if isinstance(event, Stepped)]
    expected = follow(environment, [step.action for step in steps], seed=5, steps=len(steps))
    assert [(step.change, step.before, step.after) for step in steps] == [
        (done.change, done.before.levels, done.after.levels) for done in expected
    ]
    assert [step.rewards for step in steps] == [done.rewards for done in expected]
    assert [step.totals for step in steps] == [totals(expected[: i + 1]) for i in range(len(expected))]


async def test_the_thermostat_eats_74_on_the_stream_of_seed_0() -> None:
    events = await play(bioblue_envs.make("homeostasis"), ScriptedAgent("thermostat", 0), seed=0)
    assert isinstance(events[-2], Stepped)
    assert events[-2].totals == {"consumption": 74, "undersatiation": 0, "oversatiation": 0}


async def test_the_same_seed_gives_the_same_events() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    first = await play(environment, ScriptedAgent("random", 1), seed=4, steps=20)
    second = await play(environment, ScriptedAgent("random", 1), seed=4, steps=20)
    assert [e for e in first if isinstance(e, Asked)][-1].observation == [e for e in second if isinstance(e, Asked)][
        -1
    ].observation


async def test_nothing_outside_moves_the_noise() -> None:
    class Noisy(SayAgent):
        async def answer(self, turn: Turn) -> Answer:
            # As a retrying HTTP library does, for its back-off.
            random.seed(turn.step)
            random.random()
            return await super().answer(turn)

    environment = bioblue_envs.make("homeostasis")
    quiet = await play(environment, SayAgent("1"), seed=3, steps=10)
    noisy = await play(environment, Noisy("no", "1", "no", "1", "1"), seed=3, steps=10)
    changes = [[event.change for event in events if isinstance(event, Stepped)] for events in (quiet, noisy)]
    assert changes[0] == changes[1]


async def test_the_agent_gets_instruction_history_and_observation() -> None:
    environment = bioblue_envs.make("homeostasis")
    agent = SayAgent("I eat 1", "2", "3")
    events = await play(environment, agent, steps=3)
    asked = [event.observation for event in events if isinstance(event, Asked)]
    assert [turn.observation for turn in agent.turns] == asked
    assert {turn.instruction for turn in agent.turns} == {told.instruction(environment)}
    assert agent.histories == [[], [(asked[0], "I eat 1")], [(asked[0], "I eat 1"), (asked[1], "2")]]
    assert [turn.step for turn in agent.turns] == [1, 2, 3]
    assert agent.turns[0].last is None
    assert agent.turns[2].state.taken == (3,)


async def test_a_rejected_answer_is_recorded_with_its_reason_and_never_enters_the_history() -> None:
    environment = bioblue_envs.make("sustainability")
    agent = SayAgent("all of it!", "99", "2")
    events = await play(environment, agent, steps=2)
    assert [(e.step, e.attempt, e.reason) for e in events if isinstance(e, Rejected)] == [
        (1, 1, "no answer found: one whole number expected, such as 3"),
        (1, 2, "99 is more than the 10 in the field"),
    ]
    assert [event.text for event in events if isinstance(event, Answered)] == ["all of it!", "99", "2", "2"]
    assert [answer for _, answer in agent.histories[-1]] == ["2"]
    asked = [event for event in events if isinstance(event, Asked)]
    assert asked[0].observation == asked[1].observation == asked[2].observation
    assert [turn.rejection for turn in agent.turns[:3]] == [
        "",
        "no answer found: one whole number expected, such as 3",
        "99 is more than the 10 in the field",
    ]


async def test_an_exhausted_field_ends_the_trial_and_says_why() -> None:
    events = await play(bioblue_envs.make("sustainability"), SayAgent("10"))
    assert names(events) == ["Asked", "Answered", "Stepped", "Ended"]
    assert isinstance(events[2], Stepped)
    assert events[2].ended == "resource exhausted"
    assert events[2].totals == {"consumption": 0, "instability": 0}
    assert isinstance(events[3], Ended)
    assert (events[3].step, events[3].reason) == (1, "resource exhausted")


async def test_changes_may_be_given_instead_of_a_seed() -> None:
    changes = [(1,), (-2,), (3,)]
    events = await play(bioblue_envs.make("homeostasis"), SayAgent("0"), seed=None, steps=3, changes=iter(changes))
    assert [event.change for event in events if isinstance(event, Stepped)] == changes


async def test_too_few_given_changes_are_a_clear_error_and_the_trial_is_complete() -> None:
    stage = await Stage(bioblue_envs.make("homeostasis"), SayAgent("0"), steps=3, changes=iter([(1,)])).start()
    with pytest.raises(ValueError, match="no exogenous change for step 2"):
        await stage.finish()
    assert stage.events[-1] == Ended(stage.events[-1].at, 1, "fault: ValueError")


@pytest.mark.parametrize("id_", ["homeostasis", "multi-homeostasis"])
def test_a_world_with_noise_needs_a_seed_or_changes(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    with pytest.raises(ValueError, match="no seed"):
        Trial(environment, SayAgent("0"), header(environment, seed=None), print)


async def test_a_world_without_noise_needs_no_seed() -> None:
    assert names(await play(bioblue_envs.make("balancing"), SayAgent("5, 5"), seed=None, steps=1))[-1] == "Ended"


@pytest.mark.parametrize(
    ("steps", "options"),
    [(-1, {}), (MAX_STEPS + 1, {}), (1, {"speed": 0}), (1, {"speed": float("nan")}), (1, {"retry_limit": -1})],
)
def test_numbers_out_of_range_are_refused(steps: int, options: dict[str, float]) -> None:
    environment = bioblue_envs.make("homeostasis")
    with pytest.raises(ValueError, match=r"steps|speed|retry limit"):
        Trial(environment, SayAgent("0"), header(environment, steps=steps), print, **options)  # type: ignore[arg-type]


async def test_a_trial_of_no_steps_is_complete_at_once() -> None:
    (ended,) = await play(bioblue_envs.make("homeostasis"), SayAgent("0"), steps=0)
    assert isinstance(ended, Ended)
    assert (ended.step, ended.reason) == (0, COMPLETE)


async def test_a_trial_is_played_once() -> None:
    stage = await Stage(bioblue_envs.make("homeostasis"), SayAgent("0")).start()
    await stage.finish()
    before = list(stage.events)
    await stage.trial.run()
    assert stage.events == before


async def test_the_agent_is_released_once_at_the_end() -> None:
    agent = SayAgent("0")
    await play(bioblue_envs.make("homeostasis"), agent, steps=1)
    assert agent.closed == 1


class DiskFullError(Exception):
    pass


async def test_what_the_listener_raises_ends_the_trial_and_comes_out_of_it() -> None:
    told: list[str] = []

    def emit(event: Event) -> None:
        told.append(type(event).__name__)
        if isinstance(event, Stepped) and event.step == 2:
            raise DiskFullError

    environment, agent = bioblue_envs.make("homeostasis"), SayAgent("0")
    trial = Trial(environment, agent, header(environment), emit)
    with pytest.raises(DiskFullError):
        await trial.run()
    assert told == ["Asked", "Answered", "Stepped"] * 2
    assert (trial.ended, agent.closed) == (True, 1)


async def test_a_fault_in_an_agent_leaves_a_complete_trial_without_the_errors_text() -> None:
    class Broken(SayAgent):
        async def answer(self, turn: Turn) -> Answer:
            raise ZeroDivisionError("sk-secret")

    stage = await Stage(bioblue_envs.make("homeostasis"), Broken("0")).start()
    with pytest.raises(ZeroDivisionError):
        await stage.finish()
    assert stage.names == ["Asked", "Ended"]
    assert stage.all(Ended)[0].reason == "fault: ZeroDivisionError"


async def test_a_cancelled_trial_is_complete_and_stays_cancelled() -> None:
    stage = await Stage(bioblue_envs.make("homeostasis"), SayAgent("0"), paused=True).start()
    assert stage.task is not None
    stage.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stage.task
    assert stage.all(Ended)[0].reason == STOPPED


async def test_a_time_limit_around_a_trial_works() -> None:
    stage = Stage(bioblue_envs.make("homeostasis"), SayAgent("0"), paused=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await stage.trial.run()
    assert stage.names[-1] == "Ended"
