"""The raw answers around onsets: every attempt, whole, and who made it."""

from __future__ import annotations

from dataclasses import dataclass

from bioblue_tui.formatting.numbers import amount
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.report.trials import Shown
from bioblue_tui.trials.state import Attempt, StepView, read_words
from bioblue_tui.trials.tally import rejected_as

AROUND = 2
"""Steps before and after an onset."""

WHOLE = 200_000
"""Most characters of an answer in a report, which counts the rest; the record has all of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """One attempt at an answer.

    Attributes:
        preview: Its last line that is not empty.
        text: The whole answer.
        reasoning: Reasoning that came separately from the answer.
        outcome: What became of it, and who made it where that was not the agent.
    """

    preview: str
    text: str
    reasoning: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RawStep:
    """A step's attempts.

    Attributes:
        number: The step.
        why: What begins or is detected in it; empty where it is only near such a step.
        said: Every attempt.
    """

    number: int
    why: str
    said: tuple[Said, ...]


def raw_steps(trial: Shown) -> tuple[list[RawStep], str]:
    """Return the steps around every onset with their answers, and a note where there is nothing to show."""
    reasons: dict[int, list[str]] = {}
    for number, finding in enumerate(trial.analysis.findings, 1):
        if finding not in trial.failures:
            continue
        for step in range(finding.onset - AROUND, finding.onset + AROUND + 1):
            reasons.setdefault(step, [])
        reasons[finding.onset].append(f"onset of {number}, {finding.name}")
        reasons.setdefault(finding.alarm, []).append(f"detection of {number}")
    views = [view for view in trial.state.steps if view.number in reasons]
    if not reasons:
        return [], f"{trial.unfound.capitalize()}, so no answers are shown."
    if not any(attempt.text for view in views for attempt in view.attempts):
        return [], "The record has no raw answers, only the actions that were read from them."
    agent = trial.header.agent if trial.header.source == "live" else None
    said = {view.number: tuple(_said(view, attempt, agent) for attempt in view.attempts) for view in views}
    return [RawStep(v.number, ", ".join(reasons[v.number]), said[v.number]) for v in views], ""


def _said(view: StepView, attempt: Attempt, agent: str | None) -> Said:
    text = visible(attempt.text or attempt.heard, WHOLE)
    lines = [line for line in text.splitlines() if line.strip()]
    if attempt.rejection:
        outcome = f"{rejected_as(attempt.kind)}: {one_line(attempt.rejection)}"
    elif attempt.failure:
        outcome = f"failed: {one_line(attempt.failure, 300)}"
    elif attempt is view.answer and view.done:
        how = read_words(view.done)
        outcome = f"action {', '.join(map(amount, view.done.action))}" + (f"; {how}" if how else "")
    else:
        outcome = "interrupted" if attempt.interrupted else ""
    if agent is not None and attempt.actor != agent:
        # A person in the agent's place, or the agent of the trial that this one was forked from.
        outcome = f"by {one_line(attempt.actor, 60)}: {outcome or 'no outcome'}"
    return Said(one_line(lines[-1], 120) if lines else "(nothing)", text, visible(attempt.reasoning, WHOLE), outcome)
