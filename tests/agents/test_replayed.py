"""Recorded answers given again."""

import bioblue_envs

from bioblue_tui.agents.replayed import ReplayAgent
from bioblue_tui.trials.events import Answered, Failed, Paused, Stepped
from tests.support.core import Stage, idle, play

FIELD = bioblue_envs.make("sustainability")


async def test_the_same_answers_in_the_same_world_give_the_same_trial() -> None:
    first = await play(FIELD, ReplayAgent(["1", "I take 2", "3"], "a"), steps=3)
    again = await play(FIELD, ReplayAgent([e.text for e in first if isinstance(e, Answered)], "b"), steps=3)
    worlds = [[(e.action, e.after) for e in events if isinstance(e, Stepped)] for events in (first, again)]
    assert worlds[0] == worlds[1]
    assert [action for action, _ in worlds[0]] == [(1,), (2,), (3,)]


async def test_the_agent_says_what_it_replays() -> None:
    assert ReplayAgent([], "trial.jsonl").name == "replay:trial.jsonl"


async def test_after_the_last_answer_the_trial_pauses_and_says_so() -> None:
    stage = await Stage(FIELD, ReplayAgent(["1", "2"], "a"), steps=3).start()
    assert len(stage.all(Stepped)) == 2
    assert stage.all(Failed)[0].message == "the record ends after step 2; there is no answer for step 3"
    await stage.trial.stop()


async def test_an_answer_that_is_illegal_in_this_world_is_not_given_for_ever() -> None:
    stage = await Stage(FIELD, ReplayAgent(["11"], "a"), steps=3).start()
    assert [event.text for event in stage.all(Answered)] == ["11"]
    assert stage.all(Paused)[0].reason == (
        "no answer: the recorded answer of step 1 is not legal here: 11 is more than the 10 in the field"
    )
    stage.trial.answer_instead("2")
    await idle()
    assert [step.action for step in stage.all(Stepped)] == [(2,)]
    await stage.trial.stop()


async def test_a_persons_illegal_answer_is_not_blamed_on_the_record() -> None:
    stage = await Stage(FIELD, ReplayAgent(["1"], "a"), steps=1, paused=True).start()
    stage.trial.answer_instead("99")
    await idle()
    stage.trial.resume()
    await stage.finish()
    assert [(step.action, step.actor) for step in stage.all(Stepped)] == [((1,), "replay:a")]
