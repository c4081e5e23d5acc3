"""A person as an agent: the trial waits, and what was typed arrives verbatim."""

import asyncio

import bioblue_envs
import pytest

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.trials.events import Answered, Rejected, Stepped
from tests.support.core import Stage, idle


async def test_what_was_typed_arrives_verbatim_and_is_played() -> None:
    person = HumanAgent()
    stage = await Stage(bioblue_envs.make("homeostasis"), person, steps=1).start()
    assert person.asked
    assert person.submit("  I eat 4. ")
    assert not person.asked
    await idle()
    assert not stage.all(Rejected), "nobody answers again"
    await stage.finish()
    assert stage.all(Answered)[0].text == "  I eat 4. "
    assert [(step.action, step.actor) for step in stage.all(Stepped)] == [((4,), "human")]


async def test_nothing_is_taken_when_nobody_asks() -> None:
    person = HumanAgent()
    assert not person.submit("4")
    stage = await Stage(bioblue_envs.make("homeostasis"), person, steps=1).start()
    assert person.submit("4")
    assert not person.submit("5"), "the second of two quick answers is not for the next step"
    await stage.finish()
    assert [step.action for step in stage.all(Stepped)] == [(4,)]


async def test_a_person_may_be_wrong_as_often_as_they_like() -> None:
    person = HumanAgent()
    stage = await Stage(bioblue_envs.make("homeostasis"), person, steps=1).start()
    for _ in range(30):
        assert person.submit("a lot")
        await idle()
    assert len(stage.all(Rejected)) == 30
    assert not stage.trial.paused
    person.submit("4")
    await stage.finish()


async def test_a_cancelled_question_can_be_asked_again() -> None:
    person = HumanAgent()
    stage = await Stage(bioblue_envs.make("homeostasis"), person).start()
    await stage.trial.stop()
    assert not person.asked
    again = await Stage(bioblue_envs.make("homeostasis"), person, steps=1).start()
    assert person.submit("4")
    await again.finish()
    assert len(again.all(Stepped)) == 1


async def test_an_answer_typed_while_paused_is_held() -> None:
    person = HumanAgent()
    stage = await Stage(bioblue_envs.make("homeostasis"), person, steps=1).start()
    stage.trial.pause()
    assert person.submit("4")
    await idle()
    assert (len(stage.all(Answered)), len(stage.all(Stepped))) == (1, 0)
    stage.trial.resume()
    await stage.finish()
    assert len(stage.all(Stepped)) == 1


async def test_two_people_are_two_people() -> None:
    assert HumanAgent() != HumanAgent()
    assert len({HumanAgent(), HumanAgent()}) == 2


async def test_waiting_for_a_person_can_be_cancelled() -> None:
    person = HumanAgent()
    stage = await Stage(bioblue_envs.make("homeostasis"), person).start()
    assert stage.task is not None
    stage.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stage.task
    assert not person.submit("4")
