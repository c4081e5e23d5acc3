"""Illegal answers and answers that could not be had: the trial pauses, says why, and a person decides."""

import bioblue_envs
import pytest

from bioblue_tui.agents.base import AgentError
from bioblue_tui.trials.events import Answered, Asked, Ended, Failed, Paused, Rejected, Stepped
from tests.support.core import HeldAgent, SayAgent, Stage, idle


async def stuck(*texts: str | AgentError, **options: int) -> tuple[Stage, SayAgent]:
    agent = SayAgent(*texts)
    return await Stage(bioblue_envs.make("sustainability"), agent, steps=2, **options).start(), agent


async def test_after_ten_illegal_answers_the_trial_pauses_and_says_why() -> None:
    stage, agent = await stuck("no")
    assert len(agent.turns) == len(stage.all(Rejected)) == 10
    assert stage.trial.paused
    assert stage.all(Paused)[0].reason == (
        "10 rejected answers in a row; the last one: no answer found: one whole number expected, such as 3"
    )
    await stage.trial.stop()


async def test_a_retry_asks_as_often_again() -> None:
    stage, agent = await stuck("no", retry_limit=3)
    stage.trial.resume()
    await idle()
    assert [turn.attempt for turn in agent.turns] == [1, 2, 3, 4, 5, 6]
    assert len(stage.all(Paused)) == 2
    await stage.trial.stop()


async def test_a_retry_that_is_answered_well_goes_on() -> None:
    stage, _ = await stuck("no", "no", "no", "2", retry_limit=3)
    stage.trial.resume()
    await stage.finish()
    assert [step.action for step in stage.all(Stepped)] == [(2,), (2,)]


async def test_illegal_answers_are_counted_for_each_step_anew() -> None:
    stage, _ = await stuck("no", "no", "2", "no", "no", "2", retry_limit=3)
    await stage.finish()
    assert stage.all(Paused) == []


async def test_no_limit() -> None:
    stage, _ = await stuck(*["no"] * 50, "2", retry_limit=0)
    await stage.finish()
    assert (len(stage.all(Rejected)), stage.all(Paused)) == (50, [])


async def test_a_patient_agent_may_try_as_often_as_it_likes() -> None:
    agent = SayAgent(*["no"] * 50, "2", patient=True)
    stage = await Stage(bioblue_envs.make("sustainability"), agent, steps=1).start()
    await stage.finish()
    assert stage.all(Paused) == []


async def test_a_person_answers_in_the_agents_place_and_the_trial_holds_after_the_step() -> None:
    stage, agent = await stuck("no", retry_limit=2)
    stage.trial.answer_instead("I take 3")
    await idle()
    (step,) = stage.all(Stepped)
    assert (step.action, step.actor) == ((3,), "human")
    assert (stage.all(Asked)[-1].actor, stage.all(Answered)[-1].actor) == ("human", "human")
    assert stage.all(Answered)[-1].text == "I take 3"
    assert stage.trial.paused
    assert len(agent.turns) == 2
    await stage.trial.stop()


async def test_the_persons_answer_enters_the_history() -> None:
    stage, agent = await stuck("no", "no", "2", retry_limit=2)
    stage.trial.answer_instead("3")
    await idle()
    stage.trial.resume()
    await stage.finish()
    assert [answer for _, answer in agent.histories[-1]] == ["3"]


async def test_an_illegal_answer_of_the_person_is_refused_and_they_may_try_again() -> None:
    stage, agent = await stuck("no", retry_limit=2)
    stage.trial.answer_instead("99")
    await idle()
    assert stage.all(Rejected)[-1].reason == "99 is more than the 10 in the field"
    assert stage.trial.paused
    assert len(agent.turns) == 2, "the agent must not be asked unless the person says so"
    stage.trial.answer_instead("3")
    await idle()
    assert [step.action for step in stage.all(Stepped)] == [(3,)]
    await stage.trial.stop()


async def test_stopping_instead_leaves_a_complete_trial() -> None:
    stage, _ = await stuck("no", retry_limit=2)
    await stage.trial.stop()
    assert isinstance(stage.events[-1], Ended)
    assert (stage.events[-1].step, stage.events[-1].reason) == (0, "stopped")


async def test_an_answer_that_cannot_be_had_pauses_the_trial_and_is_asked_again_on_resume() -> None:
    stage, agent = await stuck(AgentError("connection refused; is the server running?"), "2")
    assert stage.names == ["Asked", "Failed", "Paused"]
    assert stage.all(Failed)[0].message == "connection refused; is the server running?"
    assert stage.all(Paused)[0].reason == "no answer: connection refused; is the server running?"
    stage.trial.resume()
    await stage.finish()
    assert [turn.attempt for turn in agent.turns] == [1, 2, 1]


async def test_a_single_step_that_goes_wrong_is_not_tried_again_unasked() -> None:
    stage, agent = await stuck(AgentError("overloaded"), paused=True)
    stage.trial.step_once()
    stage.trial.step_once()
    await idle()
    assert len(agent.turns) == 1
    assert stage.trial.paused
    await stage.trial.stop()


async def test_a_held_answer_gives_way_to_the_persons() -> None:
    agent = HeldAgent()
    stage = await Stage(bioblue_envs.make("sustainability"), agent, steps=2).start()
    stage.trial.pause()
    await agent.reply("4")
    stage.trial.answer_instead("1")
    await idle()
    assert [(step.action, step.actor) for step in stage.all(Stepped)] == [((1,), "human")]
    assert not agent.asked
    await stage.trial.stop()


@pytest.mark.parametrize("reply", ["4", "no"])
async def test_a_person_may_answer_while_the_agent_still_thinks(reply: str) -> None:
    agent = HeldAgent()
    stage = await Stage(bioblue_envs.make("sustainability"), agent, steps=2, retry_limit=1).start()
    stage.trial.answer_instead("1")
    await idle()
    assert stage.names == ["Asked", "Paused"]
    await agent.reply(reply)
    assert [(step.action, step.actor) for step in stage.all(Stepped)] == [((1,), "human")]
    assert stage.all(Answered)[0].text == reply
    await stage.trial.stop()
