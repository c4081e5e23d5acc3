"""Verifying what was asked: it follows from the words in the header, the interventions and the world, or is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Turn
from bioblue_tui.analysis.verify import verify
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.resume_fork import fork_session, resume_session
from bioblue_tui.runs.session import Session, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Asked, Ended, Event, Header, Planned
from bioblue_tui.trials.trial import Trial
from bioblue_tui.wordings.collection import built_in, default, names
from tests.support.records import need_published, one_of_each

SCHEDULE: tuple[Planned, ...] = (
    (2, "remind", "Keep\n\nnear {it}."),
    (3, "reason", True),
    (3, "summary", True),
    (4, "rewards", False),
    (5, "reason", False),
    (5, "rewards", True),
)


def finished(session: Session) -> Record:
    asyncio.run(run_unattended(session))
    return open_record(session.path)


def played(tmp_path: Path, id_: str = "multi-homeostasis", wording: str = "plain", **parameters: object) -> Record:
    agent = {"sustainability": "sustainable", "balancing": "balanced"}.get(id_, "thermostat")
    spec = TrialSpec(id_, agent, parameters, 4, 7, schedule=SCHEDULE, wording=built_in(wording))
    return finished(open_session(spec, tmp_path))


def variants() -> list[tuple[str, str, dict[str, object]]]:
    found: list[tuple[str, str, dict[str, object]]] = []
    for id_ in bioblue_envs.ids():
        settings: list[dict[str, object]] = [{}, {"hidden_rewards": True}]
        if "hint" in bioblue_envs.make(id_).parameters:
            settings += [{"hint": True}, {"hint": True, "hidden_rewards": True, "objectives": 4}]
        found += [(id_, wording, given) for wording in names() for given in settings]
    return found


@pytest.mark.parametrize(("id_", "wording", "parameters"), variants())
def test_what_was_played_forked_and_resumed_was_told_in_its_words(
    tmp_path: Path, id_: str, wording: str, parameters: dict[str, object]
) -> None:
    record = played(tmp_path, id_, wording, **parameters)
    assert record.path is not None
    assert verify(record) == []
    for other in (None, *(built_in(name) for name in names() if name != wording)):
        fork = finished(fork_session(record, 3, data=tmp_path, wording=other))
        assert verify(fork) == []
        assert verify(finished(fork_session(fork, 4, data=tmp_path))) == []
    lines = record.path.read_bytes().splitlines(keepends=True)
    for kept in (len(lines) // 3, len(lines) // 2, len(lines) - 2):
        record.path.write_bytes(b"".join(lines[:kept]))
        assert verify(open_record(record.path)) == []
        assert verify(finished(resume_session(record.path))) == []


@need_published
@pytest.mark.parametrize("path", [p for p in one_of_each() if "homeostasis" not in p.stem], ids=lambda p: p.stem[:30])
def test_a_fork_of_a_published_log_is_told_in_its_words_from_there_on(tmp_path: Path, path: Path) -> None:
    record = open_record(path)
    agent = make_agent("random", record.header.environment, 1)
    fork = fork_session(record, 90, data=tmp_path, agent=agent)
    assert fork.header.words
    assert [found for found in verify(finished(fork)) if found.field.startswith("observation")] == []


def changed(record: Record, step: int, old: str, new: str) -> Record:
    events: list[Event] = [
        replace(event, observation=event.observation.replace(old, new))
        if isinstance(event, Asked) and event.step >= step
        else event
        for event in record.events
    ]
    assert events != record.events
    return replace(record, events=events)


def test_the_first_question_that_does_not_follow_is_told_with_its_line(tmp_path: Path) -> None:
    record = played(tmp_path)
    (found,) = verify(changed(record, 3, "Actual level", "True level"))
    assert (found.step, found.field.split()[0]) == (3, "observation")
    assert str(found.recorded) == str(found.computed).replace("Actual level", "True level") != str(found.computed)


def test_words_that_say_something_else_and_an_intervention_left_out_are_told(tmp_path: Path) -> None:
    record = played(tmp_path)
    words = {**record.header.words, "question": "What now?"}
    assert [(d.step, d.computed) for d in verify(replace(record, header=replace(record.header, words=words)))] == [
        (1, "What now?")
    ]
    # Nothing tells an instruction of one's own from another that stands in its place.
    own = replace(record.header, instruction="Keep calm.")
    assert not verify(replace(record, header=own))
    without = [event for event in record.events if getattr(event, "kind", "") != "reason"]
    assert [d.step for d in verify(replace(record, events=without))] == [3]
    broken = replace(record.header, words={"question": 3})
    (found,) = verify(replace(record, header=broken))
    assert found.field == "words"


class Meddler(BaseAgent):
    """Somebody intervenes while its answer to the second question is awaited, and it never comes."""

    trial: Trial

    async def answer(self, turn: Turn) -> Answer:
        if turn.step == 2:
            self.trial.intervene("reason", True)
            asyncio.get_running_loop().call_soon(asyncio.create_task, self.trial.stop())
            raise AgentError("gone")
        return Answer("1")


class One(BaseAgent):
    async def answer(self, turn: Turn) -> Answer:
        return Answer("1")


async def test_a_question_that_a_trial_asks_again_after_it_was_resumed_is_the_same() -> None:
    environment = bioblue_envs.make("homeostasis")
    header = Header(environment.id, environment.parameters, 1, 4, "x", **default().header(environment))
    events: list[Event] = []
    agent = Meddler("x")
    agent.trial = Trial(environment, agent, header, events.append)
    await agent.trial.run()
    past, again = [event for event in events if not isinstance(event, Ended)], list[Event]()
    await Trial(environment, One("x"), header, again.append, past=past).run()
    asked = [event for event in (*past, *again) if isinstance(event, Asked)]
    assert [event.step for event in asked] == [1, 2, 2, 3, 4]
    assert asked[1].observation == asked[2].observation
    assert [default().of(environment.id).reason in event.observation for event in asked] == [*[False] * 3, True, True]
