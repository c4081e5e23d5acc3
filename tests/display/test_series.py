"""Several trials: a failure stops only its own trial, and whatever stops all leaves whole records."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from bioblue_tui.agents.base import Agent, AgentError, Answer, BaseAgent, Piece, Turn, Usage
from bioblue_tui.costs.budget import Budget
from bioblue_tui.display.look import Look
from bioblue_tui.display.output import Output
from bioblue_tui.display.series import Series, Style
from bioblue_tui.records.collection import entry_at
from bioblue_tui.records.journal import read_journal
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.engine import Job
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Ended, Stepped
from tests.support.core import SayAgent


class Played:
    """A series with agents of the test's own, and all it has said."""

    def __init__(
        self,
        data: Path,
        agents: Callable[[int], Agent],
        seeds: Sequence[int] = (1, 2, 3),
        style: Style = "plain",
        taken: int | None = None,
        parallel: int = 1,
    ) -> None:
        self.lines: list[str] = []
        self.told: list[str] = []
        self._taken = taken

        def open_trial(seed: int) -> Session:
            return open_session(TrialSpec("homeostasis", "own", seed=seed, steps=4), data, agent=agents(seed))

        jobs = [Job(str(seed), partial(open_trial, seed)) for seed in seeds]
        self.series = Series(jobs, style, Output(self._write), self.told.append, Look(), parallel=parallel)

    def _write(self, line: str) -> None:
        if self._taken is not None and len(self.lines) >= self._taken:
            raise BrokenPipeError(32, "Broken pipe")
        self.lines.append(line)

    def run(self) -> Played:
        self.series.play()
        self.series.report()
        return self

    def ends(self) -> list[tuple[int, str]]:
        found = []
        for outcome in self.series.outcomes:
            last = read_journal(outcome.path).events[-1]
            assert isinstance(last, Ended)
            found.append((last.step, last.reason))
        return found


class Faulty(BaseAgent):
    async def answer(self, turn: Turn) -> Answer:
        if turn.step == 3:
            raise KeyError("sk-secret")
        return Answer("0")


def test_a_failure_stops_its_own_trial_only(tmp_path: Path) -> None:
    def agents(seed: int) -> Agent:
        return SayAgent("1", AgentError("nobody\x1b[2J\nthere")) if seed == 2 else SayAgent("1")

    played = Played(tmp_path, agents).run()
    assert not played.series.finished
    assert played.ends() == [(4, "complete"), (1, "stopped"), (4, "complete")]
    assert [line.split(":")[0] for line in played.lines[:9]] == [
        *(f"seed 1 step {n}" for n in (1, 2, 3, 4)),
        "seed 2 step 1",
        *(f"seed 3 step {n}" for n in (1, 2, 3, 4)),
    ]
    assert "bioblue: seed 2 failed at step 2: no answer: nobody␛[2J ⏎ there" in played.told
    assert played.told[-1] == "bioblue: not played to the end: 1 trial (seed 2)"
    assert [line.split()[-1] for line in played.lines if line.startswith("   ")][:3] == [
        "complete",
        "failed",
        "complete",
    ]


def test_a_fault_in_an_agent_stops_its_own_trial_only_and_tells_no_secret(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda seed: Faulty("faulty") if seed == 1 else SayAgent("1"), [1, 2]).run()
    assert played.ends() == [(2, "fault: KeyError"), (4, "complete")]
    assert "bioblue: seed 1 failed at step 3: fault: KeyError" in played.told
    assert "sk-secret" not in "".join(played.told + played.lines)


def test_rejected_answers_are_counted_on_the_line_of_their_step_and_in_the_table(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda _: SayAgent("no", "-1", "2"), [5]).run()
    assert played.series.finished
    assert played.lines[0].endswith("Not counted before: 1 illegal, 1 not readable.")
    assert "Rejected" not in played.lines[1]
    assert played.lines[6].split()[-3:] == ["illegal", "unreadable", "ended"]
    assert played.lines[7].split()[-3:] == ["1", "1", "complete"]


def test_seeds_and_steps_are_aligned(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda _: SayAgent("0"), [7, 100]).run()
    assert played.lines[0].startswith("seed   7 step 1: ")
    assert played.lines[4].startswith("seed 100 step 1: ")


def test_a_record_that_cannot_be_made_stops_the_series_and_keeps_its_table(tmp_path: Path) -> None:
    def agents(seed: int) -> Agent:
        if seed == 2:
            raise RecordError("no space left on the device", tmp_path)
        return SayAgent("0")

    played = Played(tmp_path, agents)
    with pytest.raises(RecordError):
        played.series.play()
    played.series.report()
    assert [outcome.seed for outcome in played.series.outcomes] == [1]
    assert "homeostasis, say: totals" in played.lines
    assert played.told[-1] == "bioblue: not begun: 2 trials"


@pytest.mark.parametrize("style", ["plain", "jsonl"])
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_pipe_that_closes_leaves_whole_records(tmp_path: Path, style: Style, taken: int) -> None:
    played = Played(tmp_path, lambda _: SayAgent("0"), style=style, taken=taken)
    with pytest.raises(BrokenPipeError):
        played.run()
    # The first step may be done before the lines of its events are missed; no second trial begins.
    ((steps, reason),) = played.ends()
    assert reason == "stopped"
    assert steps <= taken + 1


def test_json_lines_are_those_of_the_records_with_trial_and_seed(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda _: SayAgent("no", "1"), [4, 2], "jsonl").run()
    lines = [json.loads(line) for line in played.lines]
    for outcome in played.series.outcomes:
        mine = [line for line in lines if line["trial"] == outcome.id]
        assert {line["seed"] for line in mine} == {outcome.seed}
        label = f'{{"trial":"{outcome.id}","seed":{outcome.seed},'
        raw = ["{" + line.removeprefix(label) for line in played.lines if line.startswith(label)]
        recorded = outcome.path.read_text().splitlines()
        # The header has its seed in one place only.
        assert json.loads(raw[0]) | {"seed": outcome.seed} == json.loads(recorded[0])
        assert raw[1:-1] == recorded[1:]
        last = [event for event in read_journal(outcome.path).events if isinstance(event, Stepped)][-1]
        summary = mine[-1]
        assert summary["event"] == "summary"
        assert summary["totals"] == last.totals
        assert (summary["steps"], summary["reason"], summary["failure"], summary["rejected"]) == (4, "complete", "", 1)
        assert (summary["standing"], summary["reference"]["name"]) == ("complete", "base stock")
        assert summary["file"] == str(outcome.path)
    assert all(line.startswith("{") for line in played.lines)


def test_none_writes_the_tables_alone(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda _: SayAgent("0"), style="none").run()
    assert played.lines[0] == "homeostasis, say: totals"
    assert not any("step " in line for line in played.lines)


class Slow(BaseAgent):
    def __init__(self, seed: int) -> None:
        super().__init__("slow")
        self._seed = seed

    async def answer(self, turn: Turn) -> Answer:
        for _ in range(10 * (5 - self._seed)):
            await asyncio.sleep(0)
        return Answer("1")


@pytest.mark.parametrize("style", ["plain", "jsonl"])
def test_lines_of_trials_at_once_are_whole_and_the_table_has_the_order_of_the_seeds(
    tmp_path: Path, style: Style
) -> None:
    played = Played(tmp_path, Slow, (1, 2, 3, 4), style, parallel=4).run()
    assert played.series.finished
    assert [outcome.seed for outcome in played.series.outcomes] == [1, 2, 3, 4]
    if style == "jsonl":
        lines = [json.loads(line) for line in played.lines]
        assert [line["seed"] for line in lines if line.get("event") == "summary"] == [4, 3, 2, 1]
        return
    line = re.compile(r"seed \d step \d: \d+ taken, noise .* Rewards: .*\.")
    assert all(line.fullmatch(text) for text in played.lines[:16])
    steps = [text[:13] for text in played.lines[:16]]
    assert sorted(steps) == [f"seed {seed} step {step}" for seed in (1, 2, 3, 4) for step in (1, 2, 3, 4)]
    assert steps != sorted(steps)
    table = [text.split() for text in played.lines[17:]]
    assert [row[0] for row in table[2:6]] == ["1", "2", "3", "4"]


def test_a_pipe_that_closes_stops_all_that_run_at_once(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda _: SayAgent("0"), range(1, 9), taken=3, parallel=4)
    with pytest.raises(BrokenPipeError):
        played.run()
    assert len(played.ends()) <= 4
    assert {reason for _, reason in played.ends()} <= {"stopped", "complete"}


def test_trials_of_different_worlds_have_tables_of_their_own(tmp_path: Path) -> None:
    specs = [TrialSpec("homeostasis", "random", steps=3), TrialSpec("balancing", "random", steps=3)]
    lines: list[str] = []
    jobs = [Job(spec.environment, partial(open_session, spec, tmp_path), spec) for spec in specs]
    series = Series(jobs, "none", Output(lines.append), lambda _: None, Look(), noun="")
    series.play()
    series.report()
    titles = [line for line in lines if line.endswith(": totals")]
    assert titles == ["homeostasis, random: totals", "balancing unbounded objectives, random: totals"]


def over_before(data: Path, seeds: Sequence[int]) -> list[Job]:
    """Play trials, and return them as jobs that were over before."""
    jobs = []
    for seed in seeds:
        spec = TrialSpec("homeostasis", "thermostat", seed=seed, steps=12)
        session = open_session(spec, data)
        asyncio.run(session.run())
        jobs.append(Job(f"seed {seed}", lambda: pytest.fail("it was played"), spec, path=session.path, over=True))
        jobs[-1].reason = "complete"
    return jobs


def told_of_earlier(jobs: Sequence[Job], *, whole: bool = True) -> tuple[Series, list[str], list[str]]:
    lines: list[str] = []
    told: list[str] = []
    series = Series(jobs, "none", Output(lines.append), told.append, Look(), noun="")
    series.play()
    series.report(whole=whole)
    return series, lines, told


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_a_record_that_is_changed_or_removed_while_others_are_played_is_named(tmp_path: Path, how: str) -> None:
    jobs = over_before(tmp_path, (1, 2, 3))
    path = jobs[1].path
    assert path is not None
    lines = path.read_bytes().splitlines(keepends=True)
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(b"".join([*lines[:6], b"\0" * 40 + b"\n", *lines[7:]]))
    series, tables, told = told_of_earlier(jobs)
    assert series.finished
    assert series.unread
    assert tables[0] == "homeostasis, thermostat: totals; 1 left out, can't be read"
    assert [line.split()[0] for line in tables[2:6]] == ["1", "3", "mean", "sd"]
    named, counted = told[-2:]
    assert named.startswith(f"bioblue: seed 2: {path}")
    assert {"gone": "cannot be read (No such file", "damaged": "line 7: damaged"}[how] in named
    assert (
        counted == "bioblue: left out of the tables, can't be read; the same command plays them again: 1 trial (seed 2)"
    )


def test_tables_of_what_was_interrupted_say_which_trials_they_are_without(tmp_path: Path) -> None:
    series, _, told = told_of_earlier(over_before(tmp_path, (1, 2)), whole=False)
    assert told[-1] == "bioblue: 2 trials played before, in no table here; the same command resumes"
    assert not series.unread


@pytest.mark.parametrize("style", ["none", "jsonl"])
def test_what_a_limit_on_costs_ended_stands_as_lists_and_reports_have_it(tmp_path: Path, style: Style) -> None:
    def open_trial() -> Session:
        session = open_session(TrialSpec("homeostasis", "own", steps=40), tmp_path, agent=Told("gpt-4o-mini"))
        session.limit_cost(Budget(Decimal("0.0105")))
        return session

    lines: list[str] = []
    told: list[str] = []
    series = Series([Job("1", open_trial)], style, Output(lines.append), told.append, Look())
    series.play()
    series.report()
    (outcome,) = series.outcomes
    assert (outcome.figures.standing, entry_at(outcome.path).standing) == ("stopped", "stopped")
    assert not series.finished
    assert f"bioblue: seed 1 stopped at step {outcome.figures.steps + 1}: the limit of $0.011 would be" in told[1]
    if style == "jsonl":
        assert [json.loads(lines[-1])[key] for key in ("standing", "reason")] == ["stopped", "stopped"]
    else:
        assert lines[0] == "homeostasis, openai:gpt-4o-mini: totals; 1 left out, not played to the end: 1 stopped"


def test_trials_in_no_mean_are_not_said_to_count_as_one(tmp_path: Path) -> None:
    def agents(seed: int) -> Agent:
        return SayAgent("1", "1", AgentError("nobody there"))

    assert not any("count as one" in line for line in Played(tmp_path, agents, (1, 1)).run().told)
    both = Played(tmp_path, lambda _: SayAgent("1"), (1, 1)).run()
    assert any(line.startswith("bioblue: 2 trials use the same noise") for line in both.told)


def test_pieces_of_an_answer_are_no_json_lines(tmp_path: Path) -> None:
    class Streaming(BaseAgent):
        async def answer(self, turn: Turn) -> Answer:
            turn.hear(Piece("1"))
            return Answer("1")

    played = Played(tmp_path, lambda _: Streaming("streaming"), [1], "jsonl").run()
    assert not any("heard" in line for line in played.lines)


class Told(BaseAgent):
    """A model that says how many tokens it used."""

    def __init__(self, model: str) -> None:
        super().__init__(f"openai:{model}")
        self.model, self.provider = model, {"base_url": "https://api.openai.com/v1"}

    async def answer(self, turn: Turn) -> Answer:
        return Answer("0", usage=Usage(1_000, 400, 100))


def test_tokens_and_cost_are_told_for_each_step_each_trial_and_all(tmp_path: Path) -> None:
    played = Played(tmp_path, lambda _: Told("gpt-4o-mini"), [1, 2]).run()
    assert "Used: 1 000 tokens in (400 cached), 100 out; 0.0 s; $0.00018." in played.lines[0]
    start = played.lines.index("homeostasis, openai:gpt-4o-mini: tokens and cost")
    table = [line.split() for line in played.lines[start + 1 :]]
    assert table[0] == ["seed", "requests", "in", "cached", "out", "seconds", "cost"]
    assert [row[:5] for row in table[1:]] == [
        ["1", "4", "4000", "1600", "400"],
        ["2", "4", "4000", "1600", "400"],
        ["total", "8", "8000", "3200", "800"],
    ]
    assert [row[-1] for row in table[1:]] == ["$0.00072", "$0.00072", "$0.0014"]


def test_a_cost_that_is_not_known_is_never_0_and_a_policy_has_none(tmp_path: Path) -> None:
    unknown = Played(tmp_path / "unknown", lambda _: Told("no-such-model"), [1], "jsonl").run()
    spent = json.loads(unknown.lines[-1])["spending"]
    assert (spent["cost"], spent["cost_unknown"], spent["input"]) == (None, True, 4_000)
    free = Played(tmp_path / "free", lambda _: SayAgent("0"), [1], "jsonl").run()
    assert json.loads(free.lines[-1])["spending"] is None
