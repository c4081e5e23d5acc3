"""Several trials one after another without a screen: a line a step, a table at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from bioblue_tui.analysis.outcome import Outcome
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.display.jsonl import JsonlDisplay
from bioblue_tui.display.look import Look
from bioblue_tui.display.outcomes import outcome_tables
from bioblue_tui.display.output import Output
from bioblue_tui.display.tables import table_lines
from bioblue_tui.numbers import counted
from bioblue_tui.records.schema import RecordError
from bioblue_tui.session import Session, run_unattended
from bioblue_tui.text import one_line, visible
from bioblue_tui.trials.events import Event, Rejected, Stepped

Style = Literal["plain", "jsonl", "none"]
"""What is written of every step: a line for people, JSON lines, or nothing."""

_NAMED = 20
"""How many seeds a message names; a table names all."""


class Series:
    """Trials of one agent in one environment, one for each seed.

    Args:
        open_trial: Begins the trial of a seed.
        seeds: The seeds, in the order to play them.
        style: What is written of every step.
        output: Where data goes.
        narrate: Receives each line for whoever waits: where records are, what failed.
        look: How the table may look.
    """

    def __init__(
        self,
        open_trial: Callable[[int], Session],
        seeds: Sequence[int],
        style: Style,
        output: Output,
        narrate: Callable[[str], None],
        look: Look,
    ) -> None:
        self.outcomes: list[Outcome] = []
        """How the trials so far came out."""
        self._open, self._seeds, self._style = open_trial, seeds, style
        self._output, self._narrate, self._look = output, narrate, look
        self._seed_width = max((len(str(seed)) for seed in seeds), default=0)
        self._latest: Session | None = None

    @property
    def finished(self) -> bool:
        """True when every trial was played to its end."""
        return len(self.outcomes) == len(self._seeds) and all(outcome.finished for outcome in self.outcomes)

    def play(self) -> None:
        """Play all trials. One that fails is named, and the next begins.

        Whatever ends this early, the record of the trial that was being played is complete, and ``outcomes`` holds it.

        Raises:
            envs.ParameterError: For an unknown environment or unacceptable parameters.
            AgentError: When there is no such agent or it can't run now.
            RecordError: When a record can't be written; no further trial could be kept either.
            OSError: When nobody takes the output.
        """
        asyncio.run(self._play())

    def report(self) -> None:
        """Write the table of the trials so far, and name those that did not reach their end."""
        if self._latest is None or not self.outcomes or self._output.broken is not None:
            return
        header, environment = self._latest.header, self._latest.state.environment
        if self._style != "jsonl":
            for number, table in enumerate(outcome_tables(environment, header.agent, self.outcomes)):
                if number or self._style == "plain":
                    self._output.line("")
                for line in table_lines(table, self._look):
                    self._output.line(line)
        self._name_unfinished()
        self._output.check()

    async def _play(self) -> None:
        for seed in self._seeds:
            self._latest = session = self._open(seed)
            self._narrate(f"seed {seed}: record: {visible(str(session.path))}")
            jsonl = self._listen(session, seed)
            self._output.stops(session)
            failure = ""
            try:
                failure = await self._one(session)
            finally:
                outcome = Outcome.of(session.state, session.path, failure)
                self.outcomes.append(outcome)
                if jsonl:
                    jsonl.summary(outcome)
            self._output.check()

    async def _one(self, session: Session) -> str:
        """Play a trial and return why it failed; empty when it did not."""
        try:
            failure = await run_unattended(session)
        except RecordError:
            raise
        except Exception as error:  # noqa: BLE001 - one agent's fault must not cost the other trials theirs
            # Only its name: the text of an unforeseen error may hold anything, a key too.
            failure = f"fault: {type(error).__name__}"
        if failure:
            state = session.state
            self._narrate(
                f"bioblue: seed {state.header.seed} failed at step {state.done + 1}: {one_line(failure, 400)}"
            )
        return failure

    def _listen(self, session: Session, seed: int) -> JsonlDisplay | None:
        if self._style == "jsonl":
            display = JsonlDisplay(self._output.line, {"trial": session.header.id, "seed": seed})
            display.begin(session.header)
            session.listeners.append(display.show)
            return display
        if self._style == "plain":
            session.listeners.append(StepLines(session, self._output.line, self._seed_width).show)
        return None

    def _name_unfinished(self) -> None:
        seeds = [str(outcome.seed) for outcome in self.outcomes if not outcome.finished]
        if seeds:
            rest = [f"and {len(seeds) - _NAMED} more"] if len(seeds) > _NAMED else []
            named = ", ".join([*seeds[:_NAMED], *rest])
            which = f"seed{'s' * (len(seeds) > 1)} {named}"
            self._narrate(f"bioblue: not played to the end: {counted(len(seeds), 'trial')} ({which})")
        missing = len(self._seeds) - len(self.outcomes)
        if missing:
            self._narrate(f"bioblue: not begun: {counted(missing, 'trial')}")


class StepLines:
    """Writes one line for each step of one trial among several.

    Args:
        session: The trial.
        write: Receives each line, without its newline.
        seed_width: Characters of the longest seed.
    """

    def __init__(self, session: Session, write: Callable[[str], None], seed_width: int) -> None:
        self._environment, self._write = session.state.environment, write
        self._seed = f"seed {session.header.seed:>{seed_width}}"
        self._step_width = len(str(session.header.steps))
        self._rejected = 0

    def show(self, event: Event) -> None:
        """Write a step, with how many answers were rejected before it."""
        if isinstance(event, Rejected):
            self._rejected += 1
        elif isinstance(event, Stepped):
            parts = [f"{self._seed} step {event.step:>{self._step_width}}: {step_sentence(self._environment, event)}"]
            if self._rejected:
                parts.append(f"Rejected before: {counted(self._rejected, 'answer')}.")
                self._rejected = 0
            if event.ended:
                parts.append(f"Ended: {one_line(event.ended)}.")
            self._write(" ".join(parts))
