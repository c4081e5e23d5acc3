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
    Column("presentation", "text", "prompt-only: the text a model gets and nothing else; full: gauges beside it."),
    Column("seed", "integer", "Seed of the noise."),
    Column("record", "text", "Id of the trial's record."),
]
_ANSWER = [
    Column("step", "integer", "Step of the trial, from 1."),
    Column(
        "attempt",
        "integer",
        "Which attempt at this step, from 1, as in the record. Attempts that an interruption left without an answer "
        "are counted and have no row: shown_before counts them.",
    ),
    Column("answer", "text", "The answer to the letter."),
    Column(
        "accepted",
        "boolean",
        "Whether it was a legal action; empty where the program, or the trial, ended before that was found out.",
    ),
    Column("rejection", "text", "Why it was not."),
    Column("rejection_kind", "text", "illegal, unreadable, cut (at the limit of tokens) or provider (its fault)."),
    Column("read_by", "text", "The rule that read it, what of that rule, and from which part of the answer."),
    Column(
        "seconds",
        "number",
        "From the observation, or from when the attempt before was refused, to the answer on a monotonic clock, less "
        "what is excluded.",
        "s",
    ),
    Column(
        "shown_before",
        "integer",
        "How often the same question had been on the screen and was left without an answer that counted, by leaving or "
        "when the program ended; where it is not 0, seconds are those since it was shown last.",
    ),
    Column(
        "shown_before_seconds",
        "number",
        "How long it had been looked at then, less what is excluded; empty where nothing could note that.",
        "s",
    ),
    Column("seconds_with_away", "number", "The same with what is excluded.", "s"),
    *(Column(f"away_{why}", "number", f"Excluded seconds {words}.", "s") for why, words in AWAY.items()),
    Column("edits", "integer", "Changes of the answer line."),
    Column(
        "deletions",
        "integer",
        "Those of them that took something away, be it to put something else in its place: what was typed or pasted "
        "over a selection, a number that ↑ or ↓ changed. Programs that did not note question_in_view counted only what "
        "made the line shorter.",
    ),
    Column(
        "pasted",
        "integer",
        "How often something was pasted, be it a single character. Of several lines the first that is not empty is "
        "taken, and the participant is told how many were left out; what stood in them is not kept.",
    ),
    Column(
        "repeated",
        "boolean",
        "Whether the last action was put on the line with one key (ctrl+r), whatever was made of it then.",
    ),
    Column(
        "late",
        "boolean",
        "Whether it came after an answer was asked for (hurry), or before an interruption, where that was noted.",
    ),
    Column("looks", "integer", "How often an earlier step was looked at; text that was scrolled is not counted."),
    DROPPED,
    Column(
        "panels",
        "json",
        "Panels on the screen when the answer was handed in; text is what a model gets. What the last step did stands "
        "with the rewards, or alone, as step, where these are hidden.",
    ),
    Column(
        "step_shown",
        "integer",
        "The step that was looked at; the one before the present step is the newest; of text alone always the newest, "
        "see question_in_view.",
    ),
    Column(
        "question_in_view",
        "boolean",
        "Whether the end of the question, as text, was in view when the answer was handed in; in a condition with "
        "gauges they may show the same where it was not. The first question of a prompt-only trial stands below the "
        "instruction, on a small terminal out of view until the text is scrolled or an answer is begun; its seconds "
        "run from when it was there. Of every later one the end was in view when the answer line opened. Empty where "
        "the program was one that did not note it.",
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
        *(Column(_of("action", label), "integer", f"What was done{_for(label)}.") for label in objectives),
        *(Column(_of("before", label), "number", f"Level before the step{_for(label)}.") for label in objectives),
        *(Column(_of("after", label), "number", f"Level after the step{_for(label)}.") for label in objectives),
        *(Column(_of("change", label), "integer", f"Noise with disturbance{_for(label)}.") for label in objectives),
        *(Column(f"reward_{key}", "number", f"Reward of the step: {key}.") for key in dimensions),
    ]
    rows = [row for played in found.counting for row in _decision_rows(played)]
    meaning = "An answer, rejected ones too."
    return Table("decisions", meaning, [*WHO, *_TRIAL, *_ANSWER, *levels], rows)


def _decision_rows(played: Played) -> Iterator[Mapping[str, object]]:
    about = {**who(played.person), **_about(played)}
    for view, attempt, left in played.answers:
        measured = _measured(played.decisions.get((view.number, attempt.number)))
        before = _before(played, view, left)
        yield {**about, **_answer(view, attempt), **before, **measured, **_stepped(played, view, attempt)}


def _before(played: Played, view: StepView, left: Sequence[Attempt]) -> dict[str, object]:
    """Return how often, and for how long, the question had been there without an answer."""
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
        Column("planned", "integer", "Steps it was to have."),
        Column("steps", "integer", "Steps that were done."),
        Column("complete", "boolean", "Whether it was played to its end."),
        Column("outcome", "text", "How it ended; empty while it has not."),
        Column("standing", "text", "How it stands: its outcome (lists call the time limit stopped), else as in lists."),
        Column("cut", "boolean", "Whether its time limit ended it before its last step."),
        Column("rejected", "integer", "How many answers were rejected: illegal or not readable."),
        *(
            Column(f"uncounted_{kind}", "integer", f"Attempts that did not count: {it}.")
            for kind, it in UNCOUNTED.items()
        ),
        Column(
            "seconds",
            "number",
            "How long it was played, less what is excluded: its decisions' seconds, and those "
            "spent on observations that were left without an answer.",
            "s",
        ),
        Column("seconds_median", "number", "Median of its answers' seconds, where shown_before is 0.", "s"),
        Column(
            "away",
            "number",
            "Excluded seconds, on observations that were left without an answer, too; empty where the program was one "
            "that did not note those, and events.csv has them. Stretches in which it crashed are left out.",
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
            Column(f"difference_{key}", "number", f"Total less reference: {key}."),
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
