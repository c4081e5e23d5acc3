"""Tables about trials: every decision (long), every trial."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bioblue_tui.studies.export.common import AWAY, DROPPED, WHO, who
from bioblue_tui.studies.export.played import Collected, Played
from bioblue_tui.studies.export.table import Column, Table
from bioblue_tui.studies.log import Decision
from bioblue_tui.trials.state import Attempt, StepView
from bioblue_tui.trials.tally import UNCOUNTED

_TRIAL = [
    Column("place", "integer", "At which place the trial came for this participant, from 1."),
    Column("trial", "text", "Key of the trial in the study, the same for every participant."),
    Column("block", "text", "Name of its block."),
    Column("environment", "text", "Id of the environment."),
    Column("parameters", "json", "All its parameters."),
    Column("condition", "text", "Name of the condition."),
    Column("presentation", "text", "prompt-only: the text a model gets and nothing else; full: gauges, too."),
    Column("seed", "integer", "Seed of the noise."),
    Column("record", "text", "Id of the trial's record."),
]
_ANSWER = [
    Column("step", "integer", "Step of the trial, from 1."),
    Column(
        "attempt",
        "integer",
        "Which attempt at this step, from 1, as in the record. Attempts that an interruption left without an answer "
        "have a number but no row: shown_before counts them.",
    ),
    Column("answer", "text", "The answer, exactly as typed."),
    Column(
        "accepted",
        "boolean",
        "Whether it was a legal action; empty where the program, or the trial, ended before it was checked.",
    ),
    Column("rejection", "text", "Why it was not accepted."),
    Column("rejection_kind", "text", "illegal, unreadable, cut (at the limit of tokens) or provider (a fault there)."),
    Column("read_by", "text", "The rule that read it, which clause of the rule, and from which part of the answer."),
    Column(
        "seconds",
        "number",
        "From the observation, or from the refusal of the attempt before, to the answer, on a monotonic clock, without "
        "excluded time.",
        "s",
    ),
    Column(
        "shown_before",
        "integer",
        "How often the same question had been on the screen before without an answer that counted, because the "
        "participant left or the program ended; where this is not 0, seconds run from when it was shown last.",
    ),
    Column(
        "shown_before_seconds",
        "number",
        "How long the question had been on the screen before, without excluded time; empty where that was not noted.",
        "s",
    ),
    Column("seconds_with_away", "number", "seconds with excluded time.", "s"),
    *(Column(f"away_{why}", "number", f"Excluded seconds {words}.", "s") for why, words in AWAY.items()),
    Column("edits", "integer", "Changes of the answer line."),
    Column(
        "deletions",
        "integer",
        "How many of these changes removed something, even if something else took its place: typing or pasting over a "
        "selection, changing a number with ↑ or ↓. Programs that did not note question_in_view counted only changes "
        "that made the line shorter.",
    ),
    Column(
        "pasted",
        "integer",
        "How often something was pasted, even a single character. Of several lines the first that is not empty is "
        "taken, and the participant is told how many were left out; their content is not kept.",
    ),
    Column(
        "repeated",
        "boolean",
        "Whether the last action was put on the line with one key (ctrl+r), even if it was changed afterwards.",
    ),
    Column(
        "late",
        "boolean",
        "Whether it came after “Please answer now” (hurry), even before an interruption, where that was noted.",
    ),
    Column("looks", "integer", "How often an earlier step was looked at; scrolling the text does not count."),
    DROPPED,
    Column(
        "panels",
        "json",
        "Panels on the screen when the answer was submitted; text is what a model gets. The effect of the last step is "
        "shown with the rewards or, where these are hidden, alone, as step.",
    ),
    Column(
        "step_shown",
        "integer",
        "The step that was on the screen; the newest is the one before the present step. For text alone it is always "
        "the newest, see question_in_view.",
    ),
    Column(
        "question_in_view",
        "boolean",
        "Whether the end of the question, as text, was in view when the answer was submitted; where it was not, the "
        "gauges of the condition may have shown the same. The first question of a prompt-only trial stands below the "
        "instruction; on a small terminal it is out of view until the text is scrolled or an answer is begun, but its "
        "seconds run from the beginning. Of every later question the end was in view when the answer line opened. "
        "Empty where an older program did not note it.",
    ),
    Column("terminal_columns", "integer", "Width of the terminal.", "characters"),
    Column("terminal_rows", "integer", "Height of the terminal.", "characters"),
]

_COUNTED = ("edits", "deletions", "pasted", "repeated", "late", "looks", "dropped")

_UNCOUNTED = [
    Column(f"uncounted_{kind}", "integer", f"Attempts that did not count: {words}.")
    for kind, words in UNCOUNTED.items()
]


def decisions(found: Collected) -> Table:
    """Return every answer of every trial that counts: the long table."""
    objectives = _union(_labels(played) for played in found.counting)
    dimensions = _dimensions(found.counting)
    levels = [
        *(Column(_of("action", label), "integer", f"The action{_for(label)}.") for label in objectives),
        *(Column(_of("before", label), "number", f"Level before the step{_for(label)}.") for label in objectives),
        *(Column(_of("after", label), "number", f"Level after the step{_for(label)}.") for label in objectives),
        *(Column(_of("change", label), "integer", f"Noise and disturbance{_for(label)}.") for label in objectives),
        *(Column(f"reward_{key}", "number", f"Reward of the step: {key}.") for key in dimensions),
    ]
    rows = [row for played in found.counting for row in _decision_rows(played)]
    meaning = "An answer, accepted or rejected."
    return Table("decisions", meaning, [*WHO, *_TRIAL, *_ANSWER, *levels], rows)


def _decision_rows(played: Played) -> Iterator[Mapping[str, object]]:
    about = {**who(played.person), **_about(played)}
    for view, attempt, left in played.answers:
        measured = _measured(played.decisions.get((view.number, attempt.number)))
        before = _before(played, view, left)
        yield {**about, **_answer(view, attempt), **before, **measured, **_stepped(played, view, attempt)}


def _before(played: Played, view: StepView, left: Sequence[Attempt]) -> dict[str, object]:
    """Return how often, and for how long, the question had been on the screen without an answer."""
    keys = [(played.record.header.id, view.number, attempt.number) for attempt in left]
    answered = {key: played.decisions[key[1:]].seconds for key in keys if key[1:] in played.decisions}
    open_for = {**played.person.log.left_open, **answered}
    noted = [open_for[key] for key in keys if key in open_for]
    known = len(noted) == len(keys) > 0
    return {"shown_before": len(left), "shown_before_seconds": round(sum(noted), 6) if known else None}


def _answer(view: StepView, attempt: Attempt) -> dict[str, object]:
    done = view.done if attempt is view.answer else None
    return {
        "step": view.number,
        "attempt": attempt.number,
        "answer": attempt.text,
        "accepted": done is not None if view.judged(attempt) else None,
        "rejection": attempt.rejection,
        "rejection_kind": attempt.kind,
        "read_by": "; ".join(filter(None, (done.rule, done.clause, done.part))) if done else "",
    }


def _measured(decision: Decision | None) -> dict[str, object]:
    if decision is None:
        return {}
    screen = decision.screen
    return {
        "seconds": decision.seconds,
        "seconds_with_away": round(decision.seconds + sum(decision.away.values()), 6),
        **{f"away_{why}": decision.away.get(why, 0) for why in AWAY},
        **{name: getattr(decision, name) for name in _COUNTED},
        "panels": screen.get("panels"),
        "step_shown": screen.get("step"),
        "question_in_view": decision.question_in_view,
        "terminal_columns": screen.get("columns"),
        "terminal_rows": screen.get("rows"),
    }


def _stepped(played: Played, view: StepView, attempt: Attempt) -> dict[str, object]:
    done = view.done
    if done is None or attempt is not view.answer:
        return {}
    cells: dict[str, object] = {f"reward_{key}": reward for key, reward in done.rewards.items()}
    for index, label in enumerate(_labels(played)):
        cells[_of("action", label)] = done.action[index]
        cells[_of("before", label)], cells[_of("after", label)] = done.before[index], done.after[index]
        if done.change:
            cells[_of("change", label)] = done.change[index]
    return cells


def trials(found: Collected) -> Table:
    """Return every trial that counts."""
    dimensions = _dimensions(found.counting)
    own = [
        Column("began", "time", "When it began."),
        Column("planned", "integer", "Steps that were planned."),
        Column("steps", "integer", "Steps that were done."),
        Column("complete", "boolean", "Whether it was played to its end."),
        Column("outcome", "text", "How it ended; empty while it has not."),
        Column("standing", "text", "How it stands: its outcome (lists call the time limit stopped), or as in lists."),
        Column("cut", "boolean", "Whether its time limit ended it before its last step."),
        Column("rejected", "integer", "How many answers were rejected: illegal or not readable."),
        *(
            Column(f"uncounted_{kind}", "integer", f"Attempts that did not count: {it}.")
            for kind, it in UNCOUNTED.items()
        ),
        Column(
            "seconds",
            "number",
            "How long it was played, without excluded time: the seconds of its decisions, and those "
            "spent on observations that were left without an answer.",
            "s",
        ),
        Column("seconds_median", "number", "Median of its answers' seconds, where shown_before is 0.", "s"),
        Column(
            "away",
            "number",
            "Excluded seconds, including those at observations that were left without an answer; empty where an older "
            "program did not note them: then events.csv has them. Stretches in which it crashed are left out.",
            "s",
        ),
        replace(DROPPED, meaning=f"{DROPPED.meaning} At its answers, at questions left without one, and at its end."),
        Column("reference_steps", "integer", "Steps the reference policy played on the same noise."),
    ]
    values = [
        column
        for key in dimensions
        for column in (
            Column(f"total_{key}", "number", f"Sum of {key}."),
            Column(f"reference_{key}", "number", f"The same for the reference policy on the same noise: {key}."),
            Column(f"difference_{key}", "number", f"Total minus reference: {key}."),
        )
    ]
    rows = [{**who(played.person), **_about(played), **trial_row(played)} for played in found.counting]
    return Table("trials", "A trial that was begun.", [*WHO, *_TRIAL, *own, *values], rows)


def trial_row(played: Played) -> dict[str, object]:
    """Return what came of a trial."""
    seconds = played.response_times
    row: dict[str, object] = {
        "began": played.record.header.created,
        "planned": played.record.header.steps,
        "steps": played.state.done,
        "complete": played.complete,
        "outcome": played.outcome,
        "standing": played.standing,
        "cut": played.cut,
        "rejected": played.state.rejections,
        **{f"uncounted_{kind}": count for kind, count in played.state.tally.by_kind.items()},
        "seconds": played.seconds,
        "seconds_median": round(statistics.median(seconds), 6) if seconds else None,
        "away": None if (away := played.away) is None else round(sum(away.values()), 6),
        "dropped": played.dropped,
        "reference_steps": played.figures.compared.reference_steps if played.figures.compared else None,
    }
    if (compared := played.figures.compared) is None:
        return row
    for key, apart in compared.differences.items():
        total, reference = compared.rows[key]
        row |= {f"total_{key}": total, f"reference_{key}": reference, f"difference_{key}": apart}
    return row


def _about(played: Played) -> dict[str, object]:
    header, trial = played.record.header, played.trial
    return {
        "place": played.place,
        "trial": trial.key,
        "block": trial.block,
        "environment": header.environment,
        "parameters": header.parameters,
        "condition": trial.condition,
        "presentation": header.presentation,
        "seed": header.seed,
        "record": header.id,
    }


def _labels(played: Played) -> Sequence[str]:
    return played.state.environment.objectives


def _dimensions(played: Iterable[Played]) -> list[str]:
    return _union([d.key for d in one.state.environment.dimensions] for one in played)


def _union(groups: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))


def _of(what: str, label: str) -> str:
    return f"{what}_{label}" if label else what


def _for(label: str) -> str:
    return f" for {label}" if label else " (environments with one objective)"
