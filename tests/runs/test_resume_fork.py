"""Resuming and forking: the same trajectory as if nothing had happened, whatever happened."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sys
import time
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Turn
from bioblue_tui.analysis.verify import verify
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.published import read_published
from bioblue_tui.records.schema import Record, RecordError, make_environment
from bioblue_tui.runs.resume_fork import Changes, agent_of_fork, fork_session, resume_session
from bioblue_tui.runs.session import Session, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.course import Course
from bioblue_tui.trials.events import Answered, Ended, Header, Resumed, Stepped
from tests.support.records import need_published, one_of_each

PLAYS = [
    ("homeostasis", "accelerator:5"),
    ("multi-homeostasis", "random"),
    ("sustainability", "greedy-harvester"),
    ("balancing", "collapse:7"),
]
STEPS = 15


class Memory(BaseAgent):
    """Answers with what it remembers: how many answers it gave, and the last observation's last digit."""

    async def answer(self, turn: Turn) -> Answer:
        last = turn.history[-1].answer if turn.history else "0"
        return Answer(str((len(turn.history) * 7 + int(last)) % 5))


def steps_of(record: Record) -> list[Stepped]:
    return [replace(event, at=0) for event in record.events if isinstance(event, Stepped)]


def finished(session: Session) -> Record:
    asyncio.run(run_unattended(session))
    return open_record(session.path)


def undisturbed(directory: Path, environment: str, agent: str) -> Path:
    session = open_session(TrialSpec(environment, agent, seed=4, steps=STEPS), directory)
    finished(session)
    return session.path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: undisturbed(tmp_path_factory.mktemp("whole"), name, agent) for name, agent in PLAYS}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([name for name, _ in PLAYS]), st.floats(0, 1))
def test_a_record_cut_anywhere_goes_on_as_if_nothing_had_happened(
    whole: dict[str, Path], tmp_path: Path, name: str, where: float
) -> None:
    data = whole[name].read_bytes()
    first, end = data.index(b"\n") + 1, data.rindex(b'{"event":"ended"')
    path = tmp_path / "cut.jsonl"
    path.write_bytes(data[: first + round((end - first) * where)])
    if len(steps_of(open_record(path))) == len(steps_of(open_record(whole[name]))):
        return
    record = finished(resume_session(path))
    assert steps_of(record) == steps_of(open_record(whole[name]))
    assert not verify(record)
    assert any(isinstance(event, Resumed) for event in record.events)
    assert record.warnings == ()


def test_the_agent_remembers_what_it_said(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "memory", seed=2, steps=STEPS)
    session = open_session(spec, tmp_path / "a", agent=Memory("memory"))
    expected = steps_of(finished(session))
    cut = tmp_path / "cut.jsonl"
    lines = session.path.read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:25]))
    assert steps_of(finished(resume_session(cut, agent=Memory("memory")))) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed that way there")
def test_a_hundred_kills_lose_no_step(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    rng = random.Random(1)
    spec = TrialSpec("multi-homeostasis", "random", seed=8, steps=50_000)
    session = open_session(spec, tmp_path)
    asyncio.run(session.stop())
    path = session.path
    for _ in range(100):
        process = context.Process(target=_play_on, args=(path,))
        enough = path.stat().st_size + rng.randrange(1, 8_000)
        process.start()
        while path.stat().st_size < enough:
            assert process.is_alive()
            time.sleep(0)
        process.kill()
        process.join()
    steps = steps_of(open_record(path))
    expected = open_session(replace(spec, steps=len(steps)), tmp_path / "undisturbed")
    assert len(steps) >= 100
    assert steps == steps_of(finished(expected))
    assert not verify(open_record(path))


def _play_on(path: Path) -> None:
    asyncio.run(run_unattended(resume_session(path)))


def test_what_has_ended_cannot_go_on_and_stays_as_it_is(whole: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "done.jsonl"
    path.write_bytes(whole["homeostasis"].read_bytes())
    with pytest.raises(RecordError, match=r"cannot be resumed: the trial has ended \(complete\)"):
        resume_session(path)
    assert path.read_bytes() == whole["homeostasis"].read_bytes()


def test_a_record_is_written_by_one_process_only(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "thermostat", steps=5), tmp_path)
    before = session.path.read_bytes()
    with pytest.raises(RecordError, match="being written by another process"):
        resume_session(session.path)
    assert session.path.read_bytes() == before
    # Reading is free.
    assert open_record(session.path).header.agent == "thermostat"
    asyncio.run(session.stop())
    asyncio.run(resume_session(session.path).stop())


def test_lost_steps_cannot_be_resumed(whole: dict[str, Path], tmp_path: Path) -> None:
    lines = whole["homeostasis"].read_bytes().splitlines(keepends=True)
    path = tmp_path / "hole.jsonl"
    path.write_bytes(b"".join(line for line in lines[:-10] if b'"step":4,' not in line))
    before = path.read_bytes()
    with pytest.raises(RecordError, match="line 13: damaged: step 5 follows step 3"):
        resume_session(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("name", "agent"), PLAYS)
@pytest.mark.parametrize("at", [0, 1, 12])
def test_a_fork_has_the_same_past_and_the_same_noise(
    whole: dict[str, Path], tmp_path: Path, name: str, agent: str, at: int
) -> None:
    parent = open_record(whole[name])
    if at > len(steps_of(parent)):
        pytest.skip("the field was gone before")
    same = finished(fork_session(parent, at, tmp_path))
    assert steps_of(same) == steps_of(parent)
    other = make_agent("random", name, 99)
    fork = finished(fork_session(parent, at, tmp_path, agent=other, condition="what if"))
    assert steps_of(fork)[:at] == steps_of(parent)[:at]
    assert all(step.actor == "random" for step in steps_of(fork)[at:])
    noise = [step.change for step in steps_of(parent)]
    assert [step.change for step in steps_of(fork)][: len(noise)] == noise[: len(steps_of(fork))]
    assert fork.header.parent == {"id": parent.header.id, "file": whole[name].name, "step": at}
    assert fork.header.condition == "what if"
    assert fork.header.id != parent.header.id
    assert not verify(fork)


MODEL = Header(
    *("homeostasis", {}, 4, 9, "openai:tiny", "tiny"),
    provider={
        "base_url": "http://127.0.0.1:1/v1",
        "temperature": 0.5,
        "max_completion_tokens": 50,
        "reasoning_effort": "low",
        "history": "window:5",
        "extra": {"min_p": 0.1},
    },
)


@pytest.mark.parametrize(
    ("told", "differs"),
    [
        ({}, {}),
        ({"temperature": 0.0}, {"temperature": 0.0}),
        ({"temperature": None, "effort": "none"}, {"temperature": None, "reasoning_effort": "none"}),
        (
            {"effort": None, "history": "full", "grammar": True},
            {"reasoning_effort": None, "history": "full", "grammar": True},
        ),
    ],
)
def test_the_same_model_forks_with_what_it_had_but_for_what_it_is_told(
    told: dict[str, object], differs: dict[str, object]
) -> None:
    agent = agent_of_fork(MODEL, Changes(settings=told))
    expected = {name: value for name, value in {**MODEL.provider, **differs}.items() if value is not None}
    assert (agent.name, agent.provider) == ("openai:tiny", expected)


def test_another_model_begins_with_what_every_model_begins_with() -> None:
    settings = {"base_url": "http://127.0.0.1:2/v1", "top_p": 0.9}
    agent = agent_of_fork(MODEL, Changes("openai:other", settings))
    assert agent.provider == {
        "base_url": "http://127.0.0.1:2/v1",
        "temperature": 1.0,
        "top_p": 0.9,
        "max_completion_tokens": 100,
        "history": "full",
    }
    with pytest.raises(AgentError, match="top-p is a setting for models, and thermostat is not a model"):
        agent_of_fork(MODEL, Changes("thermostat", {"top_p": 0.9}))


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.stem[:30])
@pytest.mark.parametrize("answer", ["{}", "{}\n\nThis holds the level at 100."])
def test_a_fork_of_a_published_log_agrees(path: Path, answer: str, tmp_path: Path) -> None:
    parent = read_published(path)
    if parent.header.seed is None:
        pytest.skip("its noise behind its steps is not known")
    prose = [replace(e, text=answer.format(e.text)) if isinstance(e, Answered) else e for e in parent.events]
    agent = make_agent("random", parent.header.environment, 1)
    fork = finished(fork_session(replace(parent, events=prose), 7, tmp_path, agent=agent))
    assert not verify(fork)
    bare = answer == "{}"
    changed = [replace(e, text=f"4{e.text}") if isinstance(e, Answered) and e.step == 5 else e for e in fork.events]
    assert [found.step for found in verify(replace(fork, events=changed))] == [5] * bare


def test_a_step_that_was_not_played_cannot_be_forked(whole: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="step 16 cannot be forked: 15 steps were played"):
        fork_session(open_record(whole["homeostasis"]), 16, tmp_path)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_what_a_stopped_trial_was_goes_on(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "thermostat", seed=3, steps=STEPS), tmp_path)
    asyncio.run(session.stop())
    record = finished(resume_session(session.path))
    assert [event.reason for event in record.events if isinstance(event, Ended)] == ["stopped", "complete"]
    assert len(steps_of(record)) == STEPS
    assert bioblue_envs.make("homeostasis").id == record.header.environment


def test_a_record_whose_steps_do_not_follow_from_each_other_is_not_resumed(tmp_path: Path) -> None:
    record = finished(open_session(TrialSpec("homeostasis", "thermostat", steps=9), tmp_path))
    Course(make_environment(record.header), record.header).restore(record.header, record.events)
    bent = [replace(e, after=(e.after[0] + 1,)) if isinstance(e, Stepped) and e.step == 4 else e for e in record.events]
    with pytest.raises(ValueError, match="step 4 does not follow from the step before it"):
        Course(make_environment(record.header), record.header).restore(record.header, bent)
