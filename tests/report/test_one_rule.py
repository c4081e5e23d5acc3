"""One rule for means over trials, one word for how a trial stands: wherever either is read, it is the same."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import re
from pathlib import Path

import pytest

from bioblue_tui.agents.base import Agent, AgentError, Answer, BaseAgent, Turn
from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.analysis.digest import digest
from bioblue_tui.analysis.outcome import Outcome
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial, sameness
from bioblue_tui.display.analysis import facts
from bioblue_tui.display.comparison import comparison_json, comparison_lines
from bioblue_tui.display.look import Look
from bioblue_tui.display.outcomes import outcome_tables
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.records.collection import entry_at, open_record
from bioblue_tui.report.content import report
from bioblue_tui.report.markdown import markdown
from bioblue_tui.report.plots import caption
from bioblue_tui.report.table import as_text
from bioblue_tui.report.trials import grouped, read_trials
from bioblue_tui.runs.pause_on import pause_on
from bioblue_tui.runs.resume_fork import fork_session, resume_session
from bioblue_tui.runs.session import Session, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Event, Paused, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.strips_cells import ends
from bioblue_tui.widgets.strips_foot import averages

STEPS = 12


class Giver(BaseAgent):
    """Gives a fixed dose; at a step it may have no answer, or raise an error, or answer nothing to be read at first."""

    def __init__(self, dose: int, *, silent: int = 0, broken: int = 0, unclear: int = 0) -> None:
        super().__init__("giver")
        self.dose, self.silent, self.broken, self.unclear = dose, silent, broken, unclear

    async def answer(self, turn: Turn) -> Answer:
        if turn.step == self.silent:
            raise AgentError("the provider is down")
        if turn.step == self.broken:
            raise KeyError("dose")
        return Answer("no idea" if turn.step == self.unclear and turn.attempt == 1 else str(self.dose))


def played(data: Path, seed: int, agent: Agent) -> Path:
    session = open_session(TrialSpec("homeostasis", "giver", seed=seed, steps=STEPS), data, agent=agent)
    return run(session)


def run(session: Session) -> Path:
    with contextlib.suppress(KeyError):
        asyncio.run(run_unattended(session))
    return session.path


def stopped(data: Path, seed: int, after: int) -> Path:
    """Play until a person stops it."""

    async def until_stopped() -> Session:
        session = open_session(TrialSpec("homeostasis", "giver", seed=seed, steps=STEPS), data, agent=Giver(1))
        running = asyncio.ensure_future(session.run())

        def stop(event: Event) -> None:
            if isinstance(event, Stepped) and event.step == after:
                running.cancel()

        session.listeners.append(stop)
        await asyncio.wait([running])
        await session.stop()
        return session

    return asyncio.run(until_stopped()).path


def killed(path: Path, lines: int) -> Path:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-lines]))
    return path


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    data = tmp_path_factory.mktemp("data")
    return {
        "one": played(data, 1, Giver(1)),
        "two": played(data, 2, Giver(3)),
        "silent": played(data, 3, Giver(50, silent=5)),
        "broken": played(data, 4, Giver(60, broken=4)),
        "stopped": stopped(data, 5, 6),
        "killed": killed(played(data, 6, Giver(70)), 4),
        "killed at its end": killed(played(data, 7, Giver(2)), 1),
    }


STANDINGS = {
    "one": "complete",
    "two": "complete",
    "silent": "failed",
    "broken": "failed",
    "stopped": "stopped",
    "killed": "interrupted",
    "killed at its end": "complete",
}


def outcomes(paths: list[Path]) -> list[Outcome]:
    records = [open_record(path) for path in paths]
    return [
        Outcome.of(TrialState(record.header).feed(record.events), path)
        for record, path in zip(records, paths, strict=True)
    ]


@pytest.mark.parametrize("name", STANDINGS)
def test_a_trial_stands_in_one_word_wherever_it_is_listed(name: str, trials: dict[str, Path]) -> None:
    path, word = trials[name], STANDINGS[name]
    assert entry_at(path).standing == word, "list, home screen"
    assert outcomes([path])[0].figures.standing == word, "table of a batch"
    (shown,) = read_trials([path], References(), lambda line: None)
    assert re.search(rf"\d+ of 12 steps done, {word}[.:]", report([shown]).trials[0].sentences[0])
    record = open_record(path)
    assert TrialState(record.header).feed(record.events).standing == word, "replay"
    row = digest(path)
    assert row.figures.standing == word, "overview"
    beside = "".join(text for line in ends(row, 30, "", dense=False) for text, _ in line)
    assert (word in beside) == (word != "complete"), "overview"
    found = facts(str(path), AnalysedTrial(record, References()))
    assert found["standing"] == word, "analyse"
    compared = "\n".join(comparison_lines(Comparison([record, record]), Look()))
    assert (f"steps, {word}; until then " in compared) == (word != "complete"), "compare"
    told = json.loads(json.dumps(comparison_json(Comparison([record, record]))))
    assert [trial["standing"] for trial in told["trials"]] == [word, word], "compare --display json"
    (table_row,) = report([shown]).groups[0].trials.rows
    assert table_row[3] == word, "report"
    assert {row["standing"] for row in csv.DictReader(as_text([shown], ",").splitlines())} == {word}, "report -o x.csv"


def test_what_a_finding_has_paused_and_a_person_stopped_did_not_fail(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "giver", seed=1, steps=60), tmp_path, agent=Giver(30))
    pause_on(session, {"unbounded_maximisation"})
    path = run(session)
    record = open_record(path)
    assert any(isinstance(event, Paused) and event.reason.startswith("unbounded") for event in record.events)
    assert TrialState(record.header).feed(record.events).standing == entry_at(path).standing == "stopped"
    assert Outcome.of(session.state, path, "unbounded maximisation").figures.standing == "stopped", "table of a batch"


def test_why_a_trial_failed_is_in_its_report(trials: dict[str, Path]) -> None:
    (shown,) = read_trials([trials["silent"]], References(), lambda line: None)
    assert report([shown]).trials[0].sentences[0].startswith("4 of 12 steps done, failed: no answer: the provider is")


def test_what_failed_and_went_on_is_told_by_how_it_ended(tmp_path: Path) -> None:
    path = played(tmp_path, 3, Giver(1, silent=5))
    assert entry_at(path).standing == "failed"
    assert run(resume_session(path, agent=Giver(1))) == path
    assert (entry_at(path).standing, outcomes([path])[0].figures.standing) == ("complete", "complete")


def test_many_notes_behind_the_end_hide_no_failure(tmp_path: Path) -> None:
    path = played(tmp_path, 3, Giver(1, silent=5))
    *_, held, ended = whole = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert '"paused"' in held
    note = '{"event":"noted","at":1.0,"step":1,"id":"a","text":"%s"}\n'
    # A list looks at so many bytes at the end of a file first: they begin within the line that tells what held it.
    fits = 16 * 1024 - len(ended) - len(held) // 2 - len(note % "")
    for length in (fits, 4 * fits):
        path.write_text("".join([*whole, note % ("x" * length)]), encoding="utf-8")
        assert entry_at(path).standing == "failed"


def test_every_mean_is_over_the_same_trials_and_says_which_are_left_out(trials: dict[str, Path]) -> None:
    paths = list(trials.values())
    out = "4 left out, not played to the end: 2 failed, 1 interrupted, 1 stopped"
    consumed = sum((1, 3, 2)) * STEPS / 3
    found = outcomes(paths)
    totals, differences, *_ = outcome_tables(TrialState(open_record(paths[0]).header).environment, "giver", found)
    assert (totals.below[0][2], totals.below[0][-1]) == (consumed, "3 trials")
    assert totals.title.endswith(out)
    assert differences.title.endswith(out)
    shown = read_trials(paths, References(), lambda line: None)
    (group,) = grouped(shown)
    sums = next(quantity for quantity in group.quantities if quantity.kind == "total")
    assert (sums.mean, len(sums.values)) == (consumed, 7)
    text = markdown(report(shown))
    assert f"**mean of 3 trials, {out}** | {amount(consumed)} |" in text
    assert f"are of 3 trials, {out}" in text, "shares"
    assert f"Thick: mean of 3 trials, {out}" in caption(group), "plot"
    digests = [digest(path) for path in paths]
    heading, aside, *lines = averages(digests, beside=False)
    assert heading.title.endswith(" · 3 trials"), "overview"
    assert aside.title == out
    assert next(line for line in lines if line.label).mean == consumed
    different = next(quantity for quantity in group.quantities if quantity.kind == "difference")
    beside = next(line for line in averages(digests, beside=True) if line.label)
    assert beside.mean == different.mean == differences.below[0][1]


def test_only_trials_that_are_averaged_are_said_to_count_as_one(trials: dict[str, Path]) -> None:
    copies = [trials[name] for name in ("silent", "silent", "one")]
    shown = read_trials(copies, References(), lambda line: None)
    assert not any("same noise" in line for line in report(shown).warnings)
    assert sameness({str(number): trial for number, trial in enumerate(shown)}) == []
    again = read_trials([*copies, trials["one"]], References(), lambda line: None)
    (said,) = [line for line in report(again).warnings if "same noise" in line]
    assert said.startswith("2 trials use the same noise")
    assert said.endswith("(trial 3, trial 4)")


def test_where_hardly_any_was_played_to_its_end_there_is_no_mean(trials: dict[str, Path]) -> None:
    paths = [trials[name] for name in ("one", "silent", "stopped")]
    out = "1 trial, 2 left out, not played to the end: 1 failed, 1 stopped"
    shown = read_trials(paths, References(), lambda line: None)
    text = markdown(report(shown))
    assert f"**no mean: {out}**" in text
    assert "**mean of" not in text
    assert caption(grouped(shown)[0]) == f"No mean and no interval: {out}."


def test_a_row_of_a_fork_has_one_scope_and_says_so(tmp_path: Path) -> None:
    parent = open_record(played(tmp_path, 1, Giver(40, unclear=3)))
    fork = run(fork_session(parent, 8, tmp_path, agent=Giver(1, unclear=10)))
    (shown,) = read_trials([fork], References(), lambda line: None)
    own = [abs(step.metrics["deviation"]) for step in shown.steps if step.step > 8]
    assert shown.figures.metrics["deviation"].mean_absolute == sum(own) / 4
    assert shown.figures.tally.rejected == 1
    text = markdown(report([shown]))
    for said in (
        "Metrics, and attempts that did not count over own steps, without the parent's first 8",
        "Metrics over own steps, without the parent's first 8",
        "Sum of each reward dimension over all steps, the parent's first 8 too",
    ):
        assert f"{said}\n" in text
    totals, own_attempts, _ = outcome_tables(shown.environment, "giver", outcomes([fork]))
    assert totals.title.endswith("totals over all steps, the parent's first 8 too")
    assert own_attempts.title.endswith("over own steps, without the parent's first 8")
    assert (own_attempts.rows[0][1:]) == [0, 1]


def test_a_fork_that_played_no_step_is_in_no_mean(tmp_path: Path) -> None:
    parents = [played(tmp_path, seed, Giver(seed)) for seed in (1, 2, 3)]
    empty = run(fork_session(open_record(parents[0]), STEPS, tmp_path, agent=Giver(1)))
    paths = [*parents[1:], empty]
    out = "1 left out, not played to the end: 1 without own steps"
    totals, *_ = outcome_tables(TrialState(open_record(empty).header).environment, "giver", outcomes(paths))
    assert totals.title.endswith(out)
    assert any(out in warning for warning in report(read_trials(paths, References(), lambda line: None)).warnings)
