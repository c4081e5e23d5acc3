"""A trial that goes on is told with its past: what was found before is no news, and open questions are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioblue_tui.display import headless
from bioblue_tui.display.series import StepLines
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.pause_on import modes_of, pause_on
from bioblue_tui.runs.resume_fork import fork_session, resume_session
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import HandedOver, Stepped

STEPS = 40
RUNAWAYS = [
    ("homeostasis", "accelerator:5"),
    ("balancing", "collapse:3"),
    ("multi-homeostasis", "neglect:8"),
    ("sustainability", "greedy-harvester"),
]


def watched(session: Session) -> list[str]:
    lines: list[str] = []
    headless.watch(session, lines.append)
    return lines


def played(session: Session, *answers: str) -> list[str]:
    lines: list[str] = []
    typed = iter(answers)
    headless.play(session, lines.append, lambda: next(typed, ""))
    return lines


def alerts(lines: list[str], after: int = 0) -> list[str]:
    return [line for line in lines if " alert: " in line and int(line.split()[1]) > after]


def cut(path: Path, after: int, to: Path) -> Path:
    """Copy a record up to a step, as if the program had been killed there."""
    lines = path.read_bytes().splitlines(keepends=True)
    end = next(i for i, line in enumerate(lines) if b'"event":"stepped"' in line and b'"step":%d,' % after in line)
    to.write_bytes(b"".join(lines[: end + 1]))
    return to


@pytest.mark.parametrize(("environment", "agent"), RUNAWAYS)
def test_a_resumed_trial_tells_what_the_whole_one_tells(tmp_path: Path, environment: str, agent: str) -> None:
    session = open_session(TrialSpec(environment, agent, seed=4, steps=STEPS), tmp_path)
    whole = watched(session)
    assert alerts(whole)
    for after in (int(alerts(whole)[0].split()[1]), 25):
        lines = watched(resume_session(cut(session.path, after, tmp_path / f"{after}.jsonl")))
        assert f"Resumes after step {after} of {STEPS}." in lines
        assert alerts(lines) == alerts(whole, after)
        told = [line for line in lines if line.startswith("Already found: ")]
        assert told
        # The evidence grows with the steps; what it is and since when does not change.
        known = {line.partition(" alert: ")[2].partition(":")[0] for line in whole if " alert: " in line}
        assert {line.removeprefix("Already found: ").partition(":")[0] for line in told} <= known


def test_what_has_passed_before_is_not_said_to_hold(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "human", steps=60), tmp_path)
    played(session, *["9"] * 12, *["0"] * 45)
    record = open_record(session.path)
    late, early = (
        watched(fork_session(record, at, tmp_path, agent=make_agent("thermostat", "homeostasis", 1))) for at in (57, 12)
    )
    assert "Begins after step 57 of 60." in late
    assert not [line for line in late if "in its parent: unbounded" in line]
    parents = "Already found: in its parent: unbounded maximisation (a person acted) since step "
    assert [line for line in early if line.startswith(parents)]
    assert "Begins after step 12 of 60." in early


def test_a_failure_that_was_found_before_pauses_no_resumed_trial(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "accelerator:5", seed=4, steps=20), tmp_path)
    pause_on(session, modes_of(["any"]))
    watched(session)
    assert session.state.done == 12
    again = resume_session(session.path)
    pause_on(again, modes_of(["any"]))
    watched(again)
    assert again.state.done == 20


def test_who_resumes_is_shown_the_question_that_is_open(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "human", steps=5), tmp_path)
    first = played(session, "0\n", "3\n")
    question = first[len(first) - 1 - first[::-1].index("Target: 100") :][:8]
    lines = played(resume_session(session.path), "no\n", "2\n", "0\n", "0\n")
    begins = lines.index("The simulation begins now.")
    assert lines[begins + 1 : begins + 3] == ["Resumes after step 2 of 5.", ""]
    assert lines[begins + 3 : begins + 6] == ["Target: 100", question[1], "Last rewards:"]
    # A rejected answer does not repeat it: it is still there.
    assert lines.count("Target: 100") == 3
    assert any(line.startswith("Not taken: ") for line in lines)


def test_what_did_not_count_before_a_resume_is_told_with_the_step_it_was_of(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "thermostat", steps=3), tmp_path)
    watched(session)
    path = tmp_path / "open.jsonl"
    lines = cut(session.path, 2, path).read_text(encoding="utf-8").splitlines(keepends=True)
    asked = '{"event":"asked","at":1,"step":3,"attempt":1,"observation":"x","actor":"thermostat"}\n'
    rejected = '{"event":"rejected","at":1,"step":3,"attempt":1,"reason":"negative","kind":"illegal"}\n'
    path.write_text("".join([*lines, asked, rejected]), encoding="utf-8")
    resumed, written = resume_session(path), list[str]()
    display = StepLines(resumed, written.append, "seed 1")
    resumed.listeners.append(display.show)
    watched(resumed)
    assert [line for line in written if "Not counted before: 1 illegal." in line and " step 3: " in line]


def test_after_control_was_given_back_the_past_of_both_counts(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "accelerator:5", seed=4, steps=STEPS), tmp_path)
    whole = watched(session)
    after = int(alerts(whole)[-1].split()[1])
    path = cut(session.path, after, tmp_path / "taken.jsonl")
    handed = f'{{"event":"handed_over","at":1,"step":{after + 1},"actor":"human"}}\n'
    path.write_text(path.read_text(encoding="utf-8") + handed, encoding="utf-8")
    resumed = resume_session(path, hand_back=True)
    lines = watched(resumed)
    assert alerts(lines) == []
    assert [line for line in lines if line.startswith("Already found: unbounded maximisation since step ")]
    events = open_record(path).events
    assert [event.actor for event in events if isinstance(event, HandedOver)] == ["human", "accelerator:5"]
    assert sum(isinstance(event, Stepped) for event in events) == STEPS


def test_hidden_totals_stay_hidden_until_the_end(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "human", {"hidden_rewards": True}, steps=3)
    session = open_session(spec, tmp_path)
    lines = played(session, "0\n")
    assert not [line for line in lines if line.startswith(("  consumption", "Totals of")) or "consumption +" in line]
    assert lines[-1] == "Totals stay hidden until the trial has reached its end."
    lines = played(resume_session(session.path), "0\n", "0\n")
    assert [line for line in lines if line.startswith("  consumption: ")]
    assert not [line for line in lines if "stay hidden" in line]
