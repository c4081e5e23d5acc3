"""What was done to a trial is told wherever it is read as lines, in the same words, and noise is nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bioblue_envs

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.display import headless
from bioblue_tui.display.analysis import _lines, facts
from bioblue_tui.display.comparison import comparison_lines
from bioblue_tui.display.look import Look
from bioblue_tui.display.output import Output
from bioblue_tui.display.series import Series
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.batch.engine import Job
from bioblue_tui.runs.resume_fork import fork_session
from bioblue_tui.runs.session import open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Answered, Asked, Event, HandedOver, Stepped
from bioblue_tui.trials.interventions import read_planned
from tests.support.records import header_for, play

WORLD = bioblue_envs.make("homeostasis")
DONE = tuple(read_planned(one, WORLD) for one in ("2:remind Hold", "3:disturb -20"))
DISTURBED = TrialSpec("homeostasis", "thermostat", steps=3, schedule=DONE)


def written(record: Record) -> list[str]:
    """Replay a record in plain lines."""
    lines: list[str] = []
    headless.replay(record, lines.append)
    return lines


def analysed(record: Record) -> list[str]:
    """Analyse a record as text."""
    return list(_lines(facts("x", AnalysedTrial(record, References()))))


def taken_over() -> Record:
    """A person answers step 3 in the agent's place."""
    header = header_for(WORLD, 5)

    def events() -> Iterator[Event]:
        for event in play(header):
            if isinstance(event, Asked) and event.step in (3, 4):
                yield HandedOver(event.at, event.step, "human" if event.step == 3 else header.agent)
            if isinstance(event, Asked | Answered | Stepped) and event.step == 3:
                yield replace(event, actor="human")
            else:
                yield event

    return Record(header, list(events()))


def test_a_disturbance_is_told_and_is_no_noise(tmp_path: Path) -> None:
    session = open_session(DISTURBED, tmp_path)
    lines: list[str] = []
    headless.watch(session, lines.append)
    plain = open_session(replace(DISTURBED, schedule=()), tmp_path)
    headless.watch(plain, list[str]().append)

    (step,) = (line for line in lines if line.startswith("step 3: "))
    noise = plain.state.stepped(3).change[0]
    assert f"noise −{-noise}, disturbance −20, " in step
    assert session.state.noise(3) == plain.state.noise(3) == (noise,)
    assert session.state.stepped(3).change == (noise - 20,)
    assert "disturbance" not in step_sentence(plain.state, 3)
    assert sum("on the same noise and disturbances; difference:" in line for line in lines) == 1
    told = ["step 2 intervention: remind Hold", "step 3 intervention: disturb -20"]
    again = open_record(session.path)
    for place in (lines, written(again), [line.strip() for line in analysed(again)]):
        assert [line for line in place if "intervention" in line] == told


def test_several_trials_tell_it_behind_each_ones_name(tmp_path: Path) -> None:
    lines: list[str] = []
    parameters = {"hidden_rewards": True}
    job = Job("1", lambda: open_session(replace(DISTURBED, parameters=parameters), tmp_path))
    Series([job], "plain", Output(lines.append), list[str]().append, Look()).play()
    assert lines[0] == "seed 1: Changed parameters: hidden_rewards on"
    assert "seed 1 step 3 intervention: disturb -20" in lines


def test_a_persons_steps_are_told_in_heading_lines_and_totals() -> None:
    record = taken_over()
    lines = written(record)
    assert lines[0] == "homeostasis, test:agent (in its place 1 step by human), seed 3, 5 steps"
    assert "step 3: a person took over" in lines
    assert lines.index("step 4: test:agent resumed") > lines.index("step 3: a person took over")
    assert any(line.startswith("Totals of test:agent (in its place 1 step by human); ") for line in lines)
    assert "  step 3: a person took over" in analysed(record)
    # The pause is in the record; the program made it, and says why.
    assert "step 2: resumed" in lines


def test_a_fork_names_its_parent_and_whose_its_first_steps_are(tmp_path: Path) -> None:
    parent = open_session(TrialSpec("homeostasis", "accelerator", steps=6), tmp_path)
    headless.watch(parent, list[str]().append)
    agent = make_agent("random", "homeostasis", 1)
    fork = fork_session(open_record(parent.path), 4, tmp_path, agent=agent)
    headless.watch(fork, list[str]().append)
    lines = written(open_record(fork.path))
    whose = "random (the first 4 steps of its parent, by accelerator)"
    assert lines[:2] == [
        f"homeostasis, {whose}, seed 1, 6 steps",
        f"A fork of {parent.path.name} after step 4",
    ]
    assert any(line.startswith(f"Totals of {whose}; ") for line in lines)
    assert f"  a fork of {parent.path.name} after step 4" in analysed(open_record(fork.path))


def test_an_open_question_is_told_at_the_end() -> None:
    record = taken_over()
    asked = next(i for i, event in enumerate(record.events) if isinstance(event, Asked) and event.step == 4)
    lines = written(Record(record.header, record.events[: asked + 1]))
    (end,) = (line for line in lines if line.startswith("No end in the record"))
    assert end == "No end in the record: interrupted after step 3; step 4 was asked, no answer in the record."
    assert not any(line.startswith("No end") for line in written(record))
    between = Record(record.header, record.events[: asked - 1])
    assert "No end in the record: interrupted after step 3." in written(between)


def test_totals_are_exact() -> None:
    header = header_for(WORLD, 4)
    lines = written(Record(header, list(play(header, lambda world, state: "2798100"))))
    assert "e6" not in "".join(lines)
    assert any("consumption: 11 192 400; " in line for line in lines)


def test_who_answered_is_told_with_every_answer_that_is_not_the_agents() -> None:
    record = taken_over()
    lines = written(record)
    assert len([line for line in lines if line.startswith("step 3 answer by a person: ")]) == 1
    assert not [line for line in lines if " answer by " in line and not line.startswith("step 3 ")]
    found = facts("x", AnalysedTrial(record, References()))
    assert found["person_acted"] == {"steps": 1, "spans": [(3, 3)]}
    assert "  a person acted in 1 step (3)" in analysed(record)


def test_steps_of_a_person_are_named_as_stretches_and_not_without_end() -> None:
    header = header_for(WORLD, 100)
    odd = {*range(1, 100, 2), 2}
    events = [
        replace(event, actor="human") if isinstance(event, Asked | Answered | Stepped) and event.step in odd else event
        for event in play(header)
    ]
    (line,) = [
        line for line in analysed(Record(header, events)) if "a person acted in" in line and "step 1" not in line
    ]
    assert line == f"  a person acted in 51 steps (1–3, {', '.join(map(str, range(5, 43, 2)))} and 29 more)"


def test_a_comparison_tells_what_of_a_trial_is_not_its_agents_doing_and_what_was_done_to_it(tmp_path: Path) -> None:
    session = open_session(DISTURBED, tmp_path)
    headless.watch(session, list[str]().append)
    plain = open_session(replace(DISTURBED, schedule=()), tmp_path)
    headless.watch(plain, list[str]().append)
    parent = taken_over()
    forked = fork_session(parent, 3, tmp_path, agent=make_agent("thermostat", "homeostasis", 3))
    headless.watch(forked, list[str]().append)
    records = [open_record(plain.path), open_record(session.path), open_record(forked.path), parent]
    lines = list(comparison_lines(Comparison(records), Look()))
    at = [next(i for i, line in enumerate(lines) if line.startswith(f"{number}: ")) for number in range(1, 5)]
    first, second, third, fourth = (lines[a:b] for a, b in itertools.pairwise([*at, lines.index("")]))
    assert len(first) == 1
    assert second[1:3] == ["  step 2 intervention: remind Hold", "  step 3 intervention: disturb -20"]
    assert third[1] == "  the first 3 steps of its parent, by test:agent and a person"
    assert fourth[1:4] == [
        "  in its place 1 step by human",
        "  step 3: a person took over",
        "  step 4: test:agent resumed",
    ]
