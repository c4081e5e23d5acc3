"""Writing any record as a tab-separated log with the published columns.

After the published columns (and the verbatim answer) come seed, comments, rejected answers, and two JSON columns from
which the whole record can be restored: ``Trial setup`` (the header, in the first row only) and ``Step details``
(times, attempts, actors, pauses, token counts and the like, see ``rows``). The header, every event and the comments
are kept; the file name, ``torn`` and ``warnings`` are not, since they belong to the file that was read.
"""

from __future__ import annotations

import json
from pathlib import Path

from bioblue_envs import Environment, Number

from bioblue_tui.records import columns
from bioblue_tui.records.cells import escape, write_number
from bioblue_tui.records.columns import ADDED, Layout, layout, targets_of, trial_number
from bioblue_tui.records.files import write_text
from bioblue_tui.records.notes import with_notes
from bioblue_tui.records.rows import Row, row_of
from bioblue_tui.records.schema import DecodeError, Record, RecordError, Shape, dumps, encode_header, make_environment
from bioblue_tui.trials.events import Event, Stepped


def write_published(record: Record, path: Path, overwrite: bool = False) -> None:
    """Write a record as a tab-separated log.

    Args:
        record: What to write.
        path: Where; its directory is made if it does not exist.
        overwrite: Whether a file of that name may be replaced.

    Raises:
        RecordError: When the record has no row to write or is damaged, or the file cannot be written.
    """
    write_text(path, published_text(record), overwrite)


def published_text(record: Record) -> str:
    """Return a record as the text of a tab-separated log.

    Raises:
        RecordError: When no step was done, a step is missing or repeated, or a value cannot be written.
    """
    header = record.header
    try:
        environment = make_environment(header)
        form = layout(header.environment, environment.objectives)
        shape = Shape.of(environment, header.steps)
        comments = with_notes(record.comments, record.events)
        rows = []
        for step, group in _groups(record):
            shape.check(step)
            rows.append((step.actor, row_of(step, group, header.agent, tuple(form.metrics))))
        names = (*form.columns, *ADDED)
        constants = _constants(record, form, environment)
        lines = ["\t".join(names)]
        for number, (actor, row) in enumerate(rows):
            cells = _cells(row, form, comments.get(row.step, ("", "")))
            cells |= {column: write_number(value) for column, value in constants.items()}
            cells |= {c.column: write_number(c.recorded) for c in record.contradictions if c.step == row.step}
            cells[columns.MODEL] = escape((header.model or actor) if actor == header.agent else actor)
            cells[columns.SETUP] = escape(dumps(encode_header(header))) if number == 0 else ""
            lines.append("\t".join(cells.get(name, "") for name in names))
    except DecodeError as error:
        raise RecordError(f"cannot be written as a table: {error}", record.path) from error
    except KeyError as error:
        raise RecordError(f"published logs have no columns for {header.environment}", record.path) from error
    return "\n".join(lines) + "\n"


def _groups(record: Record) -> list[tuple[Stepped, list[Event]]]:
    """Return each step with the events of its row: all since the previous step, and for the last step all after it."""
    groups: list[tuple[Stepped, list[Event]]] = []
    waiting: list[Event] = []
    for event in record.events:
        waiting.append(event)
        if isinstance(event, Stepped):
            if event.step != len(groups) + 1:
                raise DecodeError(f"step {event.step} is where step {len(groups) + 1} should be")
            groups.append((event, waiting))
            waiting = []
    if not groups:
        raise DecodeError("no step was done, and a table has one row for each step")
    groups[-1][1].extend(waiting)
    return groups


def _constants(record: Record, form: Layout, environment: Environment) -> dict[str, Number]:
    found: dict[str, Number] = {columns.TRIAL: trial_number(record.header)}
    if record.header.seed is not None:
        found[columns.SEED] = record.header.seed
    return found | dict(zip(form.target, targets_of(environment), strict=False))


def _cells(row: Row, form: Layout, comments: tuple[str, str]) -> dict[str, str]:
    rejected = [{"answer": answer, "reason": reason, "kind": kind} for answer, reason, kind in row.rejected]
    texts = {
        columns.PROMPT: row.prompt,
        columns.ANSWER: row.answer,
        columns.REASONING: row.reasoning,
        columns.REVIEW: comments[0],
        columns.AUTOMATED: comments[1],
        columns.REJECTED: json.dumps(rejected) if rejected else "",
        columns.DETAILS: dumps(row.details or []),
    }
    amounts: dict[str, Number] = {columns.STEP: row.step}
    for names, values in (
        (form.action, row.action),
        (form.change, row.change),
        (form.before, row.before),
        (form.after, row.after),
    ):
        amounts |= dict(zip(names, values, strict=False))
    for by_key, given in ((form.rewards, row.rewards), (form.metrics, row.metrics), (form.totals, row.totals)):
        amounts |= {column: given[key] for key, column in by_key.items() if key in given}
    return {name: escape(text) for name, text in texts.items()} | {
        name: write_number(value) for name, value in amounts.items()
    }
