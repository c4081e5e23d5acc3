"""One row of a tab-separated log and the events of its step, in both directions.

The cells hold what the published logs hold. What they have no column for (times, attempts, actors, pauses, token
counts, reasons of ends) is in the cell ``Step details`` of the same row, as a JSON list of the step's events without
the fields that other cells give. So editing a cell changes the trial that is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bioblue_envs import Number

from bioblue_tui.records.decoding import decode_event, defaults_of
from bioblue_tui.records.fields import DecodeError, mapping, text
from bioblue_tui.records.schema import encode_event
from bioblue_tui.trials.events import Answered, Asked, Event, Rejected, Stepped

_OPTIONAL = {"answered": defaults_of(Answered), "stepped": defaults_of(Stepped)}


@dataclass(slots=True)
class Row:
    """What one row says.

    Attributes:
        step: Step number.
        actor: Who acted, unless the details say otherwise.
        prompt: The observation.
        answer: The answer that became the action, verbatim.
        reasoning: Its reasoning text.
        action: One integer per objective.
        change: The exogenous change, or empty.
        before: Levels before the step.
        after: Levels after it.
        rewards: Rewards by dimension.
        metrics: Metrics that have a column, by name.
        totals: Running totals by dimension.
        rejected: Rejected answers of this step with their reasons and kinds, in order.
        constants: Numbers that every row repeats (targets, trial number, seed), by column.
        comments: The reviewers' comments: a person's, a program's.
        details: The step's events without the fields that other cells give; None where the file has no such column.
    """

    step: int
    actor: str
    prompt: str
    answer: str
    reasoning: str
    action: tuple[int, ...]
    change: tuple[int, ...]
    before: tuple[Number, ...]
    after: tuple[Number, ...]
    rewards: Mapping[str, Number]
    metrics: Mapping[str, Number]
    totals: Mapping[str, Number]
    rejected: Sequence[tuple[str, str, str]] = ()
    constants: Mapping[str, Number] = field(default_factory=dict)
    comments: tuple[str, str] = ("", "")
    details: Sequence[object] | None = None


def row_of(step: Stepped, group: Sequence[Event], actor: str, metrics: Sequence[str]) -> Row:
    """Return the row of a step.

    Args:
        step: What was done.
        group: All events that are kept in this row.
        actor: The trial's agent.
        metrics: Names of the metrics that have a column.
    """
    asked = [e for e in group if isinstance(e, Asked) and e.step == step.step]
    answered = {e.attempt: e for e in group if isinstance(e, Answered) and e.step == step.step}
    rejections = {e.attempt: e for e in group if isinstance(e, Rejected) and e.step == step.step}
    accepted = [e for e in answered.values() if e.attempt not in rejections]
    row = Row(
        step=step.step,
        actor=actor,
        prompt=asked[-1].observation if asked else "",
        answer=accepted[-1].text if accepted else "",
        reasoning=accepted[-1].reasoning if accepted else "",
        action=step.action,
        change=step.change,
        before=step.before,
        after=step.after,
        rewards=step.rewards,
        metrics={name: step.metrics[name] for name in metrics if name in step.metrics},
        totals=step.totals,
        rejected=[(answered[n].text if n in answered else "", e.reason, e.kind) for n, e in rejections.items()],
    )
    row.details = _elided(row, group)
    return row


def _elided(row: Row, group: Sequence[Event]) -> list[object]:
    details: list[object] = []
    rejections = 0
    for event in group:
        data = encode_event(event)
        name = str(data["event"])
        given = {**_OPTIONAL.get(name, {}), **_given(row, name, rejections)}
        details.append({key: value for key, value in data.items() if key not in given or given[key] != value})
        rejections += isinstance(event, Rejected)
    return details


def _given(row: Row, name: str, rejections: int) -> dict[str, object]:
    """Return the fields of an event that the row's cells give.

    Args:
        row: The row.
        name: Which event.
        rejections: How many rejections came before it in this row.
    """
    answer, reason, kind = row.answer, "", ""
    if rejections < len(row.rejected):
        answer, reason, kind = row.rejected[rejections]
    common: dict[str, object] = {"step": row.step}
    attempt: dict[str, object] = {**common, "attempt": 1}
    match name:
        case "asked":
            return {**attempt, "actor": row.actor, "observation": row.prompt}
        case "answered":
            reasoning = row.reasoning if rejections >= len(row.rejected) else ""
            return {**attempt, "actor": row.actor, "text": answer, "reasoning": reasoning}
        case "rejected":
            return {**attempt, "reason": reason, "kind": kind}
        case "stepped":
            lists = {"action": row.action, "change": row.change, "before": row.before, "after": row.after}
            return {
                **common,
                "actor": row.actor,
                **{key: list(value) for key, value in lists.items()},
                "rewards": dict(row.rewards),
                "metrics": dict(row.metrics),
                "totals": dict(row.totals),
            }
    return common


def events_of(row: Row) -> list[Event]:
    """Return the events of a row.

    Raises:
        DecodeError: When the row's details are damaged.
    """
    if row.details is None:
        details: Sequence[object] = [{"event": name, "at": 0.0} for name in ("asked", "answered", "stepped")]
    else:
        details = row.details
    events: list[Event] = []
    rejections = 0
    for item in details:
        data = mapping(item, "an event")
        name = text(data.get("event"), "event")
        event = decode_event({**_given(row, name, rejections), **data})
        if event is not None:
            events.append(event)
        rejections += isinstance(event, Rejected)
    steps = [event.step for event in events if isinstance(event, Stepped)]
    if steps != [row.step]:
        raise DecodeError(f"the events of step {row.step} must contain this step exactly once")
    return events
