"""Pause, resume, one step, speed and stop, in every order a hasty person may press them."""

import asyncio

import bioblue_envs
import pytest

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.trials.controls import SPEEDS
from bioblue_tui.trials.events import Ended, Paused, Resumed, Stepped
from tests.support.core import FakeClock, HeldAgent, SayAgent, Stage, idle


def stage(agent: SayAgent | HeldAgent | HumanAgent | None = None, **options: object) -> Stage:
    return Stage(bioblue_envs.make("homeostasis"), agent or SayAgent("1"), **options)  # type: ignore[arg-type]


async def test_an_answer_in_flight_is_kept_and_shown_but_not_applied_until_resume() -> None:
    agent = HeldAgent()
    held = await stage(agent).start()
    held.trial.pause()
    await agent.reply("3")
    assert held.names == ["Asked", "Paused", "Answered"]
    held.trial.resume()
    await idle()
    assert held.names == ["Asked", "Paused", "Answered", "Resumed", "Stepped", "Asked"]
    assert held.all(Stepped)[0].action == (3,)
    await held.trial.stop()


async def test_an_answer_in_flight_is_applied_by_one_step_and_no_more() -> None:
    agent = HeldAgent()
    held = await stage(agent).start()
    held.trial.pause()
    await agent.reply("3")
    held.trial.step_once()
    await idle()
    assert [step.action for step in held.all(Stepped)] == [(3,)]
    assert not agent.asked
    await held.trial.stop()


async def test_an_illegal_answer_in_flight_is_refused_and_not_asked_again_while_paused() -> None:
    agent = HeldAgent()
    held = await stage(agent).start()
    held.trial.pause()
    await agent.reply("no")
    assert held.names == ["Asked", "Paused", "Answered", "Rejected"]
    assert not agent.asked
    held.trial.resume()
    await idle()
    assert agent.asked
    await held.trial.stop()


async def test_a_trial_that_begins_paused_says_so_and_asks_nobody() -> None:
    waiting = await stage(paused=True).start()
    assert waiting.names == ["Paused"]
    waiting.trial.resume()
    await waiting.finish()
    assert waiting.names[:3] == ["Paused", "Resumed", "Asked"]
    assert len(waiting.all(Stepped)) == 5


async def test_what_was_never_told_to_be_paused_is_not_told_to_be_resumed() -> None:
    early = stage(paused=True, steps=1)
    early.trial.resume()
    await (await early.start()).finish()
    assert early.names == ["Asked", "Answered", "Stepped", "Ended"]


async def test_pausing_before_the_start_is_told_once() -> None:
    waiting = stage(paused=True)
    waiting.trial.pause()
    waiting.trial.pause()
    await waiting.start()
    assert waiting.names == ["Paused"]
    await waiting.trial.stop()


@pytest.mark.parametrize("presses", [1, 2, 3])
async def test_each_press_of_one_step_plays_one_step(presses: int) -> None:
    waiting = await stage(paused=True).start()
    for _ in range(presses):
        waiting.trial.step_once()
    await idle()
    assert len(waiting.all(Stepped)) == presses
    assert waiting.trial.paused
    waiting.trial.step_once()
    await idle()
    assert len(waiting.all(Stepped)) == presses + 1
    await waiting.trial.stop()


async def test_one_step_while_playing_finishes_the_present_step_and_holds() -> None:
    agent = HeldAgent()
    playing = await stage(agent).start()
    playing.trial.step_once()
    await agent.reply("1")
    assert playing.names == ["Asked", "Paused", "Answered", "Stepped"]
    assert not agent.asked
    await playing.trial.stop()


async def test_pause_takes_back_steps_that_were_allowed() -> None:
    agent = HeldAgent()
    waiting = await stage(agent, paused=True).start()
    for _ in range(3):
        waiting.trial.step_once()
    await idle()
    waiting.trial.pause()
    await agent.reply("1")
    assert waiting.all(Stepped) == []
    await waiting.trial.stop()


async def test_resuming_during_a_single_step_plays_on() -> None:
    agent = HeldAgent()
    waiting = await stage(agent, paused=True).start()
    waiting.trial.step_once()
    await idle()
    waiting.trial.resume()
    await agent.reply("1")
    assert agent.asked
    assert len(waiting.all(Stepped)) == 1
    assert not waiting.trial.paused
    await waiting.trial.stop()


async def test_pause_and_resume_are_told_once_each_however_often_pressed() -> None:
    agent = HeldAgent()
    playing = await stage(agent).start()
    for control in (playing.trial.pause, playing.trial.resume):
        control()
        control()
    assert playing.names == ["Asked", "Paused", "Resumed"]
    assert (playing.all(Paused)[0].step, playing.all(Resumed)[0].step) == (1, 1)
    await playing.trial.stop()


async def test_controls_do_nothing_after_the_end() -> None:
    over = await stage().start()
    before = list(await over.finish())
    over.trial.pause()
    over.trial.resume()
    over.trial.step_once()
    over.trial.answer_instead("5")
    await over.trial.stop()
    assert over.events == before


async def test_a_stopped_trial_is_complete_wherever_it_stood() -> None:
    for paused in (True, False):
        agent = HeldAgent()
        stopped = await stage(agent, paused=paused).start()
        await stopped.trial.stop()
        await stopped.finish()
        assert isinstance(stopped.events[-1], Ended)
        assert stopped.events[-1].reason == "stopped"
        assert (stopped.names.count("Ended"), agent.closed, stopped.trial.ended) == (1, 1, True)


async def test_stopping_before_the_start() -> None:
    agent = SayAgent("1")
    early = stage(agent)
    await early.trial.stop()
    assert early.names == ["Ended"]
    await early.start()
    await early.finish()
    assert (early.names, agent.closed, agent.turns) == (["Ended"], 1, [])


async def test_stopping_twice_even_at_once() -> None:
    agent = HeldAgent()
    stopped = await stage(agent).start()
    await asyncio.gather(stopped.trial.stop(), stopped.trial.stop())
    await stopped.trial.stop()
    assert (stopped.names, agent.closed) == (["Asked", "Ended"], 1)


async def test_stopping_does_not_interrupt_the_release_of_connections() -> None:
    released = asyncio.Event()

    class Slow(SayAgent):
        async def aclose(self) -> None:
            await released.wait()
            self.closed += 1

    agent = Slow("1")
    ending = await stage(agent, steps=1).start()
    stopping = asyncio.create_task(ending.trial.stop())
    await idle()
    assert not stopping.done()
    released.set()
    await ending.finish()
    await stopping
    assert agent.closed == 1


async def test_stopping_ends_the_trial_alone_not_whoever_plays_it() -> None:
    first, second = stage(HeldAgent()), stage()

    async def evening() -> str:
        await first.trial.run()
        await second.trial.run()
        return "both played"

    task = asyncio.create_task(evening())
    await idle()
    await asyncio.wait_for(first.trial.stop(), 1)
    assert await task == "both played"
    assert task.cancelling() == 0
    assert (first.names[-1], second.all(Ended)[0].reason) == ("Ended", "complete")


async def test_stopping_while_a_person_is_asked() -> None:
    person = HumanAgent()
    asked = await stage(person).start()
    assert person.asked
    await asked.trial.stop()
    assert asked.names == ["Asked", "Ended"]
    assert not person.submit("5")


@pytest.mark.parametrize("speed", [speed for speed in SPEEDS if speed])
async def test_a_speed_is_steps_per_second(speed: float) -> None:
    clock = FakeClock()
    paced = await stage(clock=clock, speed=speed, steps=4).start()
    assert len(paced.all(Stepped)) == 1
    for count in (2, 3):
        await clock.advance(0.9 / speed)
        assert len(paced.all(Stepped)) == count - 1
        await clock.advance(0.11 / speed)
        assert len(paced.all(Stepped)) == count
    await paced.trial.stop()


def test_the_speeds_to_choose_from() -> None:
    assert SPEEDS == (1, 2, 5, 10, None)


async def test_the_end_is_not_waited_for() -> None:
    paced = await stage(clock=FakeClock(), speed=1, steps=1).start()
    assert paced.names[-1] == "Ended"


async def test_at_full_speed_no_time_passes() -> None:
    clock = FakeClock()
    fast = await stage(clock=clock, speed=None, steps=100).start()
    await fast.finish()
    assert (len(fast.all(Stepped)), clock.time) == (100, 1_000.0)


async def test_a_slow_agent_is_not_slowed_down_further() -> None:
    clock, agent = FakeClock(), HeldAgent()
    paced = await stage(agent, clock=clock, speed=1).start()
    await agent.reply("1")
    await clock.advance(1)
    await clock.advance(3)
    await agent.reply("1")
    assert agent.asked
    await paced.trial.stop()


@pytest.mark.parametrize("speed", [10, None])
async def test_a_higher_speed_takes_effect_while_waiting(speed: float | None) -> None:
    clock = FakeClock()
    paced = await stage(clock=clock, speed=1).start()
    await clock.advance(0.2)
    paced.trial.speed = speed
    await idle()
    assert len(paced.all(Stepped)) > 1
    await paced.trial.stop()


async def test_pausing_while_waiting_for_the_beat_holds_before_the_next_question() -> None:
    clock = FakeClock()
    paced = await stage(clock=clock, speed=1).start()
    paced.trial.pause()
    await clock.advance(10)
    assert paced.names == ["Asked", "Answered", "Stepped", "Paused"]
    paced.trial.step_once()
    await idle()
    assert len(paced.all(Stepped)) == 2
    await paced.trial.stop()


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
async def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    playing = stage()
    with pytest.raises(ValueError, match="speed must be above 0"):
        playing.trial.speed = speed


async def test_time_of_answering_is_measured() -> None:
    clock, agent = FakeClock(), HeldAgent()
    timed = await stage(agent, clock=clock).start()
    await clock.advance(2.5)
    await agent.reply("1")
    assert [(event.at, getattr(event, "seconds", None)) for event in timed.events[:2]] == [
        (1000.0, None),
        (1002.5, 2.5),
    ]
    await timed.trial.stop()
