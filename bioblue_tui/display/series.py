"""Several trials without a screen: a line for each step of any trial; at the end a table in the given order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from bioblue_envs import Environment

from bioblue_tui.agents.base import OUTGREW
from bioblue_tui.analysis.outcome import Outcome
from bioblue_tui.analysis.sameness import group_key, told_of
from bioblue_tui.analysis.words import UNREAD, step_sentence
from bioblue_tui.costs.spending import EMPTY, Bill, Spending, spending_of
from bioblue_tui.display.bars import Bars
from bioblue_tui.display.jsonl import JsonlDisplay
from bioblue_tui.display.look import Look
from bioblue_tui.display.outcomes import outcome_tables
from bioblue_tui.display.output import Output
from bioblue_tui.display.plain import setup_lines
from bioblue_tui.display.tables import table_lines
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import error_line, one_line, visible
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.bills import Bills
from bioblue_tui.runs.batch.engine import Engine, Job, Watcher
from bioblue_tui.runs.session import Session
from bioblue_tui.system.ending import run_until_signal
from bioblue_tui.trials.events import Event, Header, Retrying, Stepped
from bioblue_tui.trials.state import TrialState, retry_words
from bioblue_tui.trials.tally import Tally
from bioblue_tui.trials.telling import happened

Style = Literal["plain", "jsonl", "none"]
"""What is written for every step: a line for people, JSON lines, or nothing."""

_NAMED = 20
"""Most trials that a message names; a table names all."""


class Series(Watcher):
    """Trials played without a screen, one after another or several at once.

    Args:
        jobs: The trials, in the order to begin them and to list them.
        style: What is written for every step.
        output: Where data goes.
        narrate: Receives each line for the person who waits: where records are, what failed.
        look: How the tables may look.
        noun: What the jobs' names stand for, such as seeds; empty where the names say so themselves.
        parallel: How many trials run at once.
        bars: Shows how far the trials are; None to show nothing.

    Attributes:
        engine: What runs the trials.
        narrate: Receives lines for the person who waits; they appear above the bars, if there are any.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        style: Style,
        output: Output,
        narrate: Callable[[str], None],
        look: Look,
        *,
        noun: str = "seed",
        parallel: int = 1,
        bars: Bars | None = None,
    ) -> None:
        self.bills = Bills(steps=False)
        # The bills hear of every event first: the others write their sums.
        self.engine = Engine(jobs, parallel, watchers=[self.bills, self, *([bars] if bars else [])])
        if bars is not None:
            bars.bills = self.bills
        self._style, self._noun, self._output, self._look, self._bars = style, noun, output, look, bars
        self.narrate = bars.above(narrate) if bars else narrate
        self._width = max((len(job.name) for job in jobs), default=0)
        self._lines: dict[Job, StepLines | JsonlDisplay] = {}
        self._played: dict[Job, tuple[Header, Outcome, Bill]] = {}
        self._unread: dict[Job, str] = {}
        self._stopping: asyncio.Task[None] | None = None

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes of the trials that were played, in the order of the jobs."""
        return [self._played[job][1] for job in self.engine.jobs if job in self._played]

    @property
    def finished(self) -> bool:
        """True when every trial was played to its end."""
        return all(job.state == "done" for job in self.engine.jobs)

    @property
    def unread(self) -> bool:
        """True when a trial is in no table because its record can't be read any more."""
        return bool(self._unread)

    def play(self) -> None:
        """Play all trials. One that fails is named, and the others continue.

        If this ends early, for whatever reason, the records of the running trials are complete so far, and ``outcomes``
        has them.

        Raises:
            RecordError: When a record can't be written; then no other could be, either.
            OSError: When the output can't be written.
            SystemExit: When a signal stopped it.
        """
        with self._bars or contextlib.nullcontext():
            run_until_signal(self._play, self.engine.stop)

    def report(self, *, whole: bool = True) -> None:
        """Write the tables of the trials so far, and name those that did not reach their end.

        Args:
            whole: Whether trials that were over before are in the tables, too; reading them takes a while.
        """
        if not any(job.over for job in self.engine.jobs) or self._output.broken is not None:
            return
        if self._style != "jsonl":
            self._write_tables(whole)
        self._name_missing()
        before = sum(
            job.state == "done" and job.path is not None and job not in self._played for job in self.engine.jobs
        )
        if before and not whole:
            trials = counted(before, "trial")
            self.narrate(f"bioblue: {trials} played before, in no table here; the same command resumes")
        self._output.check()

    def begun(self, job: Job) -> None:
        """Name the record, and prepare the lines of a trial."""
        session = job.session
        assert session is not None
        again = f" (resumes after step {session.state.done})" if session.state.done else ""
        self.narrate(f"{self._label(job)}: record: {visible(str(session.path))}{again}")
        if self._style == "jsonl":
            display = JsonlDisplay(self._output.line, {"trial": session.header.id, "seed": session.header.seed})
            display.begin(session.header)
            self._lines[job] = display
        elif self._style == "plain":
            name = f"{self._noun} {job.name:>{self._width}}".strip()
            for line in setup_lines(session.state):
                self._output.line(f"{name}: {line}")
            self._lines[job] = StepLines(session, self._output.line, name, self.bills.spending(job))

    def heard(self, job: Job, event: Event) -> None:
        """Write what happened in a trial; when lines can't be written any more, stop all."""
        if job in self._lines:
            self._lines[job].show(event)
        if isinstance(event, Retrying):
            self.narrate(f"{self._label(job)} step {event.step}: {one_line(retry_words(event), 400)}")
        if self._output.broken is not None and self._stopping is None:
            self._stopping = asyncio.ensure_future(self.engine.stop())

    def over(self, job: Job) -> None:
        """Keep a trial's outcome and, if it did not reach its end by itself, say why."""
        session, lines = job.session, self._lines.pop(job, None)
        if job.failure:
            how = f"{session.state.standing} at step {session.state.done + 1}" if session else "was not played"
            self.narrate(f"bioblue: {self._label(job)} {how}: {one_line(job.failure, 400)}")
        if session is None:
            if job.state == "done":
                self.narrate(f"{self._label(job)}: {visible(str(job.path or job.reason))}; left alone")
            return
        outcome = Outcome.of(session.state, session.path, job.failure)
        bill = self.bills.of(job)
        self._played[job] = (session.header, outcome, bill)
        if isinstance(lines, JsonlDisplay):
            lines.summary(outcome, bill)

    async def _play(self) -> None:
        fresh = asyncio.ensure_future(self._bars.keep_fresh()) if self._bars else None
        try:
            await self.engine.run()
        finally:
            if fresh is not None:
                fresh.cancel()
        self._output.check()

    def _label(self, job: Job) -> str:
        return f"{self._noun} {job.name}".strip()

    def _write_tables(self, whole: bool) -> None:
        number = 0
        groups = self._groups(whole)
        for group in groups:
            environment, agent = group.environment, group.header.agent
            bills, unread = group.bills, group.unread
            for table in outcome_tables(environment, agent, group.outcomes, group.title, bills, unread):
                if number or self._style == "plain":
                    self._output.line("")
                for line in table_lines(table, self._look):
                    self._output.line(line)
                number += 1
        for group in groups:
            trials = list(zip(group.names, (outcome.figures for outcome in group.outcomes), strict=True))
            cut = [f"{name} (first at step {one.cut[0]})" for name, one in trials if one.cut]
            if cut:
                rest = f" and {len(cut) - _NAMED} more" if len(cut) > _NAMED else ""
                self.narrate(f"bioblue: {OUTGREW}, turns were left out: {', '.join(cut[:_NAMED])}{rest}")
            for sentence in told_of((name, "", one.trace) for name, one in trials if not one.unaveraged):
                self.narrate(f"bioblue: {one_line(sentence, 600)}")

    def _groups(self, whole: bool) -> list[_Group]:
        """Return the trials in their tables: those with other rewards or another setup are not averaged together."""
        groups: dict[object, _Group] = {}
        for job in self.engine.jobs:
            found = self._played.get(job) or (self._earlier(job) if whole and job.over else None)
            if found is not None:
                header, outcome, bill = found
                key = (group_key(header, outcome.figures.trace), job.group)
                group = groups.setdefault(key, _Group(header, job.group, _setup(job)))
                group.names.append(self._label(job))
                group.outcomes.append(outcome)
                group.bills.append(bill)
        for job in self._unread:
            if alike := next((group for group in groups.values() if group.setup == _setup(job)), None):
                alike.unread += 1
        return list(groups.values())

    def _earlier(self, job: Job) -> tuple[Header, Outcome, Bill] | None:
        """Return the outcome and cost of a trial that was over before; None without a readable record."""
        if job.path is None:
            return None
        try:
            return _read(job.path, job.reason)
        except RecordError as error:
            # It could be read when it was found, and was changed or removed since.
            self._unread[job] = error_line(error, 400)
            return None

    def _name_missing(self) -> None:
        """Name the trials that are in no mean or in no table: readers must know how many are left out."""
        self._name("not played to the end", [job for job in self.engine.jobs if job.over and job.state != "done"])
        for job in list(self._unread)[:_NAMED]:
            self.narrate(f"bioblue: {self._label(job)}: {self._unread[job]}")
        self._name(f"left out of the tables, {UNREAD}; the same command plays them again", list(self._unread))
        elsewhere = sum(job.state == "done" and job.path is None for job in self.engine.jobs)
        if elsewhere:
            trials = counted(elsewhere, "trial")
            self.narrate(f"bioblue: {trials} played by another process, in no table here; the same command resumes")
        missing = sum(not job.over for job in self.engine.jobs)
        if missing:
            self.narrate(f"bioblue: not begun: {counted(missing, 'trial')}")

    def _name(self, what: str, jobs: Sequence[Job]) -> None:
        if jobs:
            rest = [f"and {len(jobs) - _NAMED} more"] if len(jobs) > _NAMED else []
            named = ", ".join([*(job.name for job in jobs[:_NAMED]), *rest])
            which = f"{self._noun}{'s' * (len(jobs) > 1)} {named}" if self._noun else named
            self.narrate(f"bioblue: {what}: {counted(len(jobs), 'trial')} ({which})")


@dataclass(eq=False)
class _Group:
    """Trials that share a table."""

    header: Header
    title: str
    setup: object
    names: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    unread: int = 0

    @property
    def environment(self) -> Environment:
        return TrialState(self.header).environment


def _setup(job: Job) -> object:
    """Return what the jobs in one table have in common, even for a job whose record can't be read."""
    return job.group, job.spec and replace(job.spec, seed=0)


def _read(path: Path, reason: str) -> tuple[Header, Outcome, Bill]:
    """Read a trial that was over before.

    Raises:
        RecordError: When its record is damaged or gone.
    """
    record = open_record(path)
    outcome = Outcome.of(TrialState(record.header).feed(record.events), path)
    spending = spending_of(record.header, record.events)
    bill = spending.total if spending else EMPTY
    return record.header, replace(outcome, reason=outcome.reason or reason), bill


class StepLines:
    """Writes one line for each step of one trial among several.

    Args:
        session: The trial.
        write: Receives each line, without its newline.
        name: Its name among them, in the width of the longest.
        spending: What it costs, step by step; None where no model is asked.
    """

    def __init__(
        self, session: Session, write: Callable[[str], None], name: str, spending: Spending | None = None
    ) -> None:
        self._state, self._write = session.state, write
        self._name, self._spending = name, spending
        self._step_width = len(str(session.header.steps))
        self._tally = Tally()
        for event in session.past:
            self._count(event)

    def _count(self, event: Event) -> None:
        """Count the attempts since the last step that did not count."""
        if isinstance(event, Stepped):
            self._tally = Tally()
        self._tally.apply(event)

    def show(self, event: Event) -> None:
        """Write a step, with how many answers were rejected before it, and any other event worth a line."""
        before = self._tally.words()
        self._count(event)
        if line := happened(event):
            self._write(f"{self._name} {line}")
        if isinstance(event, Stepped):
            parts = [f"{self._name} step {event.step:>{self._step_width}}: {step_sentence(self._state, event.step)}"]
            if before:
                parts.append(f"Not counted before: {before}.")
            bill = self._spending.step(event.step) if self._spending else EMPTY
            if bill.requests:
                parts.append(f"Used: {bill.words()}.")
            if event.ended:
                parts.append(f"Ended: {one_line(event.ended)}.")
            self._write(" ".join(parts))
