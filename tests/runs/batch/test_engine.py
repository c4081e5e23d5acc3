"""Many trials in one loop: at most so many at once, each by itself, all of them steerable, every record complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioblue_tui.agents.base import Agent, AgentError, Answer, BaseAgent, Turn
from bioblue_tui.records.journal import read_journal
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.engine import Engine, Job, JobError
from bioblue_tui.runs.session import Session
from bioblue_tui.trials.events import Ended, Event
from tests.support.core import HeldAgent, SayAgent
from tests.support.jobs import Notes, Running, make_jobs


def last_of(job: Job) -> Ended:
    assert job.path is not None
    last = read_journal(job.path).events[-1]
    assert isinstance(last, Ended)
    return last


def held(
    data: Path, count: int, parallel: int, steps: int = 2, *, unattended: bool = True
) -> tuple[Running, list[HeldAgent]]:
    agents = [HeldAgent() for _ in range(count)]
    jobs = make_jobs(data, lambda seed: agents[seed - 1], count, steps)
    return Running(jobs, parallel=parallel, unattended=unattended), agents


class Faulty(BaseAgent):
    async def answer(self, turn: Turn) -> Answer:
        raise KeyError("sk-secret")


async def test_so_many_run_at_once_and_the_next_begins_when_one_is_over(tmp_path: Path) -> None:
    running, agents = held(tmp_path, 5, 2)
    await running.start()
    assert running.states == ["running", "running", "waiting", "waiting", "waiting"]
    assert [agent.asked for agent in agents] == [True, True, False, False, False]
    for _ in range(2):
        await agents[1].reply("0")
    await running.settle()
    assert running.states == ["running", "done", "running", "waiting", "waiting"]
    running.engine.parallel = 4
    await running.settle()
    assert running.states == ["running", "done", "running", "running", "running"]
    for _ in range(2):
        for agent in agents:
            if agent.asked:
                await agent.reply("0")
    await running.finish()
    assert running.states == ["done"] * 5
    assert running.engine.over
    assert [agent.closed for agent in agents] == [1] * 5


async def test_watchers_follow_every_trial(tmp_path: Path) -> None:
    running = Running(make_jobs(tmp_path, lambda _: SayAgent("0"), 2, steps=1))
    await (await running.start()).finish()
    events = ["begun", "Asked", "Answered", "Stepped", "Ended", "over"]
    assert running.notes.told == [(name, event) for name in "12" for event in events]


async def test_a_session_is_there_while_its_trial_is_and_is_let_go_when_nobody_attends(tmp_path: Path) -> None:
    for unattended in (True, False):
        running, (agent,) = held(tmp_path, 1, 1, 1, unattended=unattended)
        (job,) = running.jobs
        assert job.session is None
        await running.start()
        assert isinstance(job.session, Session)
        await agent.reply("0")
        await running.finish()
        assert (job.session is None) == unattended
        assert job.state == "done"


async def test_whatever_one_trial_suffers_the_others_do_not(tmp_path: Path) -> None:
    agents: dict[int, Agent] = {
        1: SayAgent("0", AgentError("nobody there")),
        2: Faulty("faulty"),
        3: SayAgent("never"),
        4: SayAgent("1"),
    }
    jobs = make_jobs(tmp_path, agents.__getitem__, 4, retry_limit=3)

    def cannot(error: Exception) -> Job:
        def fail() -> Session:
            raise error

        return Job("x", fail)

    jobs += [cannot(JobError("busy")), cannot(AgentError("no key")), cannot(ZeroDivisionError("sk-secret"))]
    running = await (await Running(jobs, parallel=3).start()).finish()
    assert running.states == ["failed", "failed", "failed", "done", "failed", "failed", "failed"]
    assert [job.failure.partition("; the")[0] for job in jobs] == [
        "no answer: nobody there",
        "fault: KeyError",
        "3 rejected answers in a row",
        "",
        "busy",
        "no key",
        "fault: ZeroDivisionError",
    ]
    assert [last_of(job).reason for job in jobs[:4]] == ["stopped", "fault: KeyError", "stopped", "complete"]
    assert [name for name, event in running.notes.told if event == "over"].count("x") == 3


async def test_a_record_that_cannot_be_written_stops_all(tmp_path: Path) -> None:
    running, agents = held(tmp_path, 3, 2)

    def full() -> Session:
        raise RecordError("no space left on the device", tmp_path)

    jobs = [*running.jobs[:2], Job("3", full), running.jobs[2]]
    running = await Running(jobs, parallel=2).start()
    for _ in range(2):
        await agents[0].reply("0")
    with pytest.raises(RecordError, match="no space"):
        await running.finish()
    assert running.states == ["done", "stopped", "waiting", "waiting"]
    assert last_of(jobs[1]).reason == "stopped"
    assert running.engine.over


async def test_attended_a_stuck_trial_waits_for_a_decision_and_others_take_its_place(tmp_path: Path) -> None:
    agents = {1: SayAgent(AgentError("nobody there"), "0"), 2: SayAgent("0"), 3: SayAgent(AgentError("gone"), "0")}
    running = await Running(make_jobs(tmp_path, agents.__getitem__), unattended=False).start()
    first, _, third = running.jobs
    assert running.states == ["paused", "done", "paused"]
    assert first.stuck
    assert not running.engine.over
    # Going on with all is no decision about those that are stuck.
    running.engine.pause_all()
    running.engine.resume_all()
    await running.settle()
    assert running.states == ["paused", "done", "paused"]
    assert first.session is not None
    assert third.session is not None
    first.session.trial.resume()
    await third.session.stop()
    await running.finish()
    assert running.states == ["done", "done", "failed"]
    assert last_of(third).reason == "stopped"


async def test_all_are_paused_and_none_begins_until_all_go_on(tmp_path: Path) -> None:
    running, agents = held(tmp_path, 3, 2, 1)
    await running.start()
    running.engine.pause_all()
    assert running.states == ["paused", "paused", "waiting"]
    await agents[0].reply("0")
    await running.settle()
    # The answer is kept, and applied when all go on.
    assert running.states == ["paused", "paused", "waiting"]
    running.engine.resume_all()
    await running.settle()
    assert running.states == ["done", "running", "running"]
    await running.engine.stop()
    await running.finish()
    assert running.states == ["done", "stopped", "stopped"]


async def test_a_trial_that_a_person_paused_keeps_its_place(tmp_path: Path) -> None:
    running, _ = held(tmp_path, 2, 1)
    await running.start()
    session = running.jobs[0].session
    assert session is not None
    session.trial.pause()
    await running.settle()
    assert running.states == ["paused", "waiting"]
    await running.engine.stop()
    await running.finish()


@pytest.mark.parametrize("unattended", [True, False])
async def test_stopping_or_cancelling_leaves_whole_records_and_begins_nothing(tmp_path: Path, unattended: bool) -> None:
    for how in ("stop", "cancel"):
        running, agents = held(tmp_path / how, 4, 3, unattended=unattended)
        await running.start()
        await agents[0].reply("0")
        if how == "stop":
            await running.engine.stop()
            await running.engine.stop()
            await running.finish()
        else:
            await running.cancel()
        assert running.states == ["stopped", "stopped", "stopped", "waiting"]
        assert [last_of(job).step for job in running.jobs[:3]] == [1, 0, 0]
        assert [agent.closed for agent in agents] == [1, 1, 1, 0]


async def test_what_is_over_already_is_left_alone(tmp_path: Path) -> None:
    jobs = make_jobs(tmp_path, lambda _: SayAgent("0"), 2)
    jobs[0].over, jobs[0].reason = True, "complete"
    running = await (await Running(jobs).start()).finish()
    assert running.states == ["done", "done"]
    assert {name for name, _ in running.notes.told} == {"2"}
    await Engine([]).run()


async def test_a_watcher_that_fails_costs_one_trial_and_leaves_no_open_record(tmp_path: Path) -> None:
    class Broken(Notes):
        def begun(self, job: Job) -> None:
            raise ZeroDivisionError

        def heard(self, job: Job, event: Event) -> None:
            pass

    agent = SayAgent("0")
    running = Running(make_jobs(tmp_path, lambda _: agent, 1))
    running.engine.watchers.append(Broken())
    await (await running.start()).finish()
    assert running.states == ["failed"]
    assert last_of(running.jobs[0]).reason == "stopped"
    assert agent.closed == 1
