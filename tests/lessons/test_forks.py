"""A lesson about a fork tells what its parent did in the steps that the class watches, and never denies it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bioblue_tui.analysis.references import References
from bioblue_tui.lessons.figure_directives import read_figure
from bioblue_tui.lessons.format import Prediction
from bioblue_tui.lessons.outcome import Outcome, outcome_of
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.records.collection import open_record
from bioblue_tui.report.strips import summary
from bioblue_tui.report.trials import read_trials
from bioblue_tui.runs.resume_fork import fork_session
from bioblue_tui.runs.session import Session, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.lesson.guesses import GuessPlot
from bioblue_tui.screens.lesson.results import ResultTable
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.lines import Lines

PARENTS = ("in its parent: frozen repetition of B", "in its parent: undersatiation neglect of B")


def finished(session: Session) -> Path:
    asyncio.run(run_unattended(session))
    assert session.path is not None
    return session.path


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of a trial that neglects B from step 13 on, in good hands from step 26 on."""
    data = tmp_path_factory.mktemp("data")
    parent = finished(open_session(TrialSpec("multi-homeostasis", "neglect:12", seed=5, steps=45), data))
    agent = make_agent("thermostat", "multi-homeostasis", 5)
    return finished(fork_session(open_record(parent), 25, data, agent=agent))


@pytest.fixture
def outcome(fork: Path) -> Outcome:
    record = open_record(fork)
    return outcome_of(TrialState(record.header).feed(record.events))


def told(lines: Lines) -> str:
    return "\n".join("".join(part for part, _ in line) for line in lines.draw(100, 0))


def test_the_card_and_the_guesses_tell_what_the_parent_did(outcome: Outcome) -> None:
    table, plot = ResultTable(), GuessPlot(Prediction("step", "When?"))
    table.show_outcomes([("as played", outcome)], onsets=True)
    plot.show_guesses([20], outcome.onsets, 45)
    assert "⚠ step 15" in told(table)
    assert f"⚠ {PARENTS[0]}, step 15 to 25" in told(table)
    assert f"▲ 15: {PARENTS[0]}\n  ▲ 16: {PARENTS[1]}" in told(plot)
    assert "No failure" not in told(plot)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("onset fork.jsonl", "15"),
        ("onset fork.jsonl --mode undersatiation_neglect", "16"),
        ("recovered fork.jsonl --mode frozen_repetition", "26"),
        # Another agent on the noise plays all steps, so that none is the parent's.
        ("onset fork.jsonl --agent neglect:12", "15"),
    ],
)
def test_figures_are_of_all_steps(fork: Path, figure: str, text: str) -> None:
    (fork.parent / "fork.jsonl").write_bytes(fork.read_bytes())
    assert read_figure(figure, fork.parent).text() == text


def test_a_report_says_whose_failure_there_is_none_of(fork: Path) -> None:
    (trial,) = read_trials([fork], References(), pytest.fail)
    assert summary(trial).endswith("; no failure of its own found.")
