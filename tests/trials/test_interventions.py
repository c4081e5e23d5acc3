"""Interventions: what the agent is told changes from the named step on, and the record says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from bioblue_tui.analysis.verify import verify
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.resume_fork import fork_session, resume_session
from bioblue_tui.runs.session import Session, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Asked, Intervened, Planned, Stepped
from bioblue_tui.trials.interventions import InterventionError, read_intervention
from bioblue_tui.wordings.collection import default

SCHEDULE: tuple[Planned, ...] = (
    (2, "remind", "Keep both near their targets."),
    (3, "reason", True),
    (4, "summary", True),
    (5, "rewards", False),
    (6, "reason", False),
    (7, "disturb", [-20, 5]),
)


class Zero(BaseAgent):
    async def answer(self, turn: Turn) -> Answer:
        return Answer("I will wait.\n0, 0")


def finished(session: Session) -> Record:
    asyncio.run(run_unattended(session))
    return open_record(session.path)


def planned(tmp_path: Path, schedule: tuple[Planned, ...] = SCHEDULE) -> Session:
    spec = TrialSpec("multi-homeostasis", "zero", seed=3, steps=9, schedule=schedule)
    return open_session(spec, tmp_path, agent=Zero("zero"))


def observations(record: Record) -> list[str]:
    return [event.observation for event in record.events if isinstance(event, Asked)]


def changes(record: Record) -> list[tuple[int, ...]]:
    return [event.change for event in record.events if isinstance(event, Stepped)]


def test_a_schedule_changes_what_the_agent_is_told_step_by_step(tmp_path: Path) -> None:
    record = finished(planned(tmp_path))
    asked, reason = observations(record), default().of("multi-homeostasis").reason
    assert [number for number, text in enumerate(asked, 1) if "Keep both near" in text] == [2]
    assert [number for number, text in enumerate(asked, 1) if reason in text] == [3, 4, 5]
    assert [number for number, text in enumerate(asked, 1) if "Summary: the target of A is" in text] == [
        4,
        5,
        6,
        7,
        8,
        9,
    ]
    assert [number for number, text in enumerate(asked, 1) if "Last rewards:" in text] == [2, 3, 4]
    assert [event.step for event in record.events if isinstance(event, Intervened)] == [2, 3, 4, 5, 6, 7]
    assert not verify(record)


def test_a_disturbance_is_added_to_one_step_and_leaves_the_noise_as_it_was(tmp_path: Path) -> None:
    disturbed = changes(finished(planned(tmp_path)))
    plain = changes(finished(planned(tmp_path / "plain", ())))
    assert disturbed[6] == (plain[6][0] - 20, plain[6][1] + 5)
    assert disturbed[:6] + disturbed[7:] == plain[:6] + plain[7:]


def test_a_disturbance_that_the_record_does_not_tell_is_a_difference(tmp_path: Path) -> None:
    record = finished(planned(tmp_path))
    record.events = [event for event in record.events if not isinstance(event, Intervened)]
    # The first of them is a reminder, which was asked with step 2.
    assert [(found.step, found.field.split()[0]) for found in verify(record)] == [(2, "observation"), (7, "change")]


@pytest.mark.parametrize("lines", range(2, 30, 3))
def test_what_is_resumed_goes_on_as_planned_and_repeats_nothing(tmp_path: Path, lines: int) -> None:
    session = planned(tmp_path)
    whole = finished(session)
    path = tmp_path / "cut.jsonl"
    path.write_bytes(b"".join(session.path.read_bytes().splitlines(keepends=True)[:lines]))
    record = finished(resume_session(path, agent=Zero("zero")))

    def told(record: Record) -> list[Planned]:
        return [(event.step, event.kind, event.value) for event in record.events if isinstance(event, Intervened)]

    assert told(record) == told(whole) == list(SCHEDULE)
    assert [step.after for step in record.events if isinstance(step, Stepped)] == [
        step.after for step in whole.events if isinstance(step, Stepped)
    ]
    # What was asked before the cut and had no answer is asked again.
    assert dict.fromkeys(observations(record)) == dict.fromkeys(observations(whole))


def test_a_fork_keeps_what_was_changed_before_it(tmp_path: Path) -> None:
    record = finished(fork_session(finished(planned(tmp_path)), 5, tmp_path, agent=Zero("zero")))
    assert [number for number, text in enumerate(observations(record), 1) if "Last rewards:" in text] == [2, 3, 4]
    assert not verify(record)


async def test_a_question_that_was_asked_stays_as_it_is(tmp_path: Path) -> None:
    session = planned(tmp_path, ())
    running = asyncio.ensure_future(session.run())
    session.trial.pause()
    while not session.state.steps:
        await asyncio.sleep(0)
        session.trial.resume()
        if session.state.steps:
            session.trial.intervene("remind", "Remember this.")
            break
    await running
    texts = observations(open_record(session.path))
    (event,) = [event for event in session.state.marks if event.kind == "intervened"]
    assert ["Remember this." in text for text in texts].index(True) + 1 == event.step


HOMEOSTASIS = bioblue_envs.make("homeostasis")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("remind  Keep near the target. ", ("remind", "Keep near the target.")),
        ("REWARDS off", ("rewards", False)),
        ("reason on", ("reason", True)),
        ("disturb -20", ("disturb", [-20])),
        ("disturb +3", ("disturb", [3])),
    ],
)
def test_interventions_are_read(text: str, read: tuple[str, object]) -> None:
    assert read_intervention(text, HOMEOSTASIS) == read


@pytest.mark.parametrize(
    "text", ["", "x", "remind", "rewards", "rewards 1", "disturb", "disturb 1,2", "disturb 1.5", "disturb --1"]
)
def test_what_is_no_intervention_says_what_is_expected(text: str) -> None:
    with pytest.raises(InterventionError, match=r"write|needs"):
        read_intervention(text, HOMEOSTASIS)


def test_what_has_no_noise_cannot_be_disturbed() -> None:
    with pytest.raises(InterventionError, match="no exogenous change"):
        read_intervention("disturb 1", bioblue_envs.make("balancing"))


def test_the_schedule_is_kept_in_the_header(tmp_path: Path) -> None:
    session = planned(tmp_path)
    asyncio.run(session.stop())
    header = open_record(session.path).header
    assert header == replace(session.header, schedule=SCHEDULE)
