"""A trial in plain lines, for screen readers, pipes and scripts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from bioblue_envs import Dimension

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.reference import Comparison
from bioblue_tui.analysis.words import on_same_noise, policy_words, step_sentence, whose
from bioblue_tui.costs.spending import EMPTY, Spending
from bioblue_tui.formatting.numbers import EXACT, amount, counted, signed
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.trials.events import (
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    Interrupted,
    Noted,
    Paused,
    Rejected,
    Retrying,
    Stepped,
)
from bioblue_tui.trials.notes import said
from bioblue_tui.trials.state import TrialState, retry_words
from bioblue_tui.trials.telling import acting, changed, forked, happened, parameters
from bioblue_tui.trials.trial import Trial


class PlainDisplay:
    """Writes a trial's events as lines.

    Args:
        state: The trial.
        write: Receives each line, without its newline.
        prompt_only: Show exactly what a model gets; apart from that only the step it begins at, and why an answer was
            rejected.
        person: The trial that a person plays: they see every observation, but neither their own answers nor rewards
            that an agent is not shown. None where an agent plays.
        past: Earlier events of a trial that is resumed; the state has them already.
        spending: The cost of the trial's model; this display passes it the events it shows. None without a model.
    """

    def __init__(
        self,
        state: TrialState,
        write: Callable[[str], None],
        *,
        prompt_only: bool = False,
        person: Trial | None = None,
        past: Sequence[Event] = (),
        spending: Spending | None = None,
    ) -> None:
        self._state, self._write, self._spending = state, write, spending
        self._prompt_only, self._person = prompt_only, person
        self._question: tuple[int, str] | None = None
        """The step and observation that a person was asked last, and still sees."""
        # A person who plays is not told what a model is not told.
        self._reading = None if person or prompt_only else Analysis(state.header, state.environment).feed(past)

    def begin(self, known: TrialState | None = None) -> None:
        """Write what is played, and by whom; a person also gets the instruction.

        Args:
            known: The whole trial, where it was played before; None for the state so far.
        """
        header = self._state.header
        if not self._prompt_only:
            seed = f", seed {header.seed}" if header.seed is not None else ""
            title, who = self._state.environment.title, whose(known or self._state, one_line(header.agent, 60))
            self._write(f"{title}, {who}{seed}, {counted(header.steps, 'step')}")
            for line in setup_lines(self._state):
                self._write(line)
        if self._person:
            self._lines(header.instruction)
        if done := self._state.done:
            self._write(
                f"{'Begins' if done == header.forked_after else 'Resumes'} after step {done} of {header.steps}."
            )
            for owner, finding in self._reading.told if self._reading else ():
                if finding.holds(done):
                    self._write(f"Already found: {owner}{_found(finding)}")

    def show(self, event: Event) -> None:
        """Write what an event means."""
        if self._spending is not None:
            self._spending.apply(event)
        match event:
            case Asked() if self._person:
                # After a rejected answer the person still sees the observation.
                question = (event.step, event.observation)
                if question != self._question:
                    self._question = question
                    self._write("")
                    self._lines(event.observation)
            case Answered() if not self._person:
                self._write(f"step {event.step} answer{self._by(event)}: {one_line(event.text)}{self._used(event)}")
                for note in event.notes:
                    self._write(f"step {event.step} note: {one_line(note, 400)}")
            case Rejected():
                said = "No answer" if event.kind in ("cut", "provider") else "Not taken"
                self._write(f"{said}: {one_line(event.reason, 400)}.")
            case Retrying():
                self._write(f"No answer yet: {one_line(retry_words(event), 400)}")
            case Failed():
                self._write(f"No answer: {one_line(event.message, 400)}")
            case Paused() if event.reason:
                self._write(f"Paused: {one_line(event.reason, 400)}")
            case Stepped() if not self._prompt_only:
                shown = self._person.shown_dimensions if self._person else None
                self._write(f"step {event.step}: {step_sentence(self._state, event.step, shown)}")
                self._alert(event)
            case Ended():
                self._write(f"Ended after step {event.step}: {one_line(self._state.standing)}.")
            case _:
                self._aside(event)

    def _aside(self, event: Event) -> None:
        if isinstance(event, Interrupted) and event.actor != HUMAN:
            self._write(f"No answer: {'the trial was stopped' if event.reason else 'cut short'} before it came")
        elif isinstance(event, Noted) and not event.deleted:
            where = f"step {event.step}" if event.step else "the trial"
            self._write(f"{where} noted: {one_line(said(event), 400)}")
        elif not self._prompt_only and (line := happened(event)):
            self._write(line)

    def _alert(self, step: Stepped) -> None:
        for finding in self._reading.apply(step) if self._reading else ():
            self._write(f"step {step.step} alert: {_found(finding)}")

    def unended(self, standing: str) -> None:
        """Write how a trial stands whose record has no end, and which question is open.

        Args:
            standing: How it stands, in a word.
        """
        open_step = self._state.awaited
        asked = f"; step {open_step} was asked, no answer in the record" if open_step else ""
        self._write(f"No end in the record: {one_line(standing, 30)} after step {self._state.done}{asked}.")

    def summary(self, comparison: Comparison) -> None:
        """Write each reward dimension with the reference's; those hidden from a person only once the trial is over."""
        dimensions = self._state.environment.dimensions
        told = dimensions if self._person is None or self._state.whole else self._person.shown_dimensions
        if told:
            for line in summary_lines(self._state, comparison, told, person=self._person is not None):
                self._write(line)
        if len(told) < len(dimensions):
            self._write(f"{'Other totals' if told else 'Totals'} stay hidden until the trial has reached its end.")
        if self._spending is not None and self._spending.total.requests:
            self._write(self._spending.words())

    def _by(self, event: Answered) -> str:
        """Say who answered, where it was not the trial's agent; published logs do not name anybody reliably."""
        header = self._state.header
        other = header.source == "live" and event.actor != header.agent
        return f" by {acting([event.actor])}" if other else ""

    def _used(self, event: Answered) -> str:
        bill = self._spending.newest if self._spending else EMPTY
        if bill.requests and self._spending and event.actor == self._state.header.agent:
            return f" ({bill.words()})"
        return "" if event.seconds is None else f" ({event.seconds:.2f} s)"

    def _lines(self, text: str) -> None:
        for line in visible(text).split("\n"):
            self._write(line)


def _found(finding: Finding) -> str:
    return one_line(f"{finding.name} since step {finding.onset}: {finding.evidence}", 400)


def setup_lines(state: TrialState) -> Iterator[str]:
    """Yield lines on what is unusual in a trial's setup: where it was forked, changed parameters."""
    if parent := forked(state.header):
        yield f"{parent[0].upper()}{parent[1:]}"
    if given := changed(state.environment):
        yield f"Changed parameters: {parameters(given)}"


def summary_lines(
    state: TrialState, comparison: Comparison, told: Collection[Dimension], *, person: bool = False
) -> Iterator[str]:
    """Yield the comparison with the reference policy as lines; dimensions are never summed.

    Args:
        state: The trial.
        comparison: The agent compared with the reference policy.
        told: The dimensions to show.
        person: Whether the reader has played the trial.
    """
    who = "you" if person else "the player" if state.header.agent == HUMAN else one_line(state.header.agent, 40)
    noise = on_same_noise(state.environment, disturbed=state.any_disturbed)
    further = "" if comparison.reference_steps == comparison.steps else f", to step {comparison.reference_steps}"
    yield f"Totals of {whose(state, who)}; reference: {policy_words(comparison.reference)}{noise}{further}; difference:"
    for dimension in told:
        mine, other = comparison.rows[dimension.key]
        owner = f" {dimension.objective}" if dimension.objective else ""
        apart = signed(comparison.differences[dimension.key], EXACT)
        yield f"  {dimension.label}{owner}: {amount(mine, EXACT)}; {amount(other, EXACT)}; {apart}"
