"""Reading tab-separated logs: those of the reference scripts, and those this program writes.

The environment is found from the column names alone. A step carries what the log says, number by number; nothing is
recomputed here (``analysis.verify`` does that). Published logs have no times (``at`` is 0), no instruction, no
rejected answers and no actor besides the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import bioblue_envs
from bioblue_envs import Environment, Number, State

from bioblue_tui.records import cells, columns
from bioblue_tui.records.columns import targets_of
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.notes import without_notes
from bioblue_tui.records.rows import Row, events_of
from bioblue_tui.records.schema import Contradiction, DecodeError, Record, RecordError, Shape, make_environment
from bioblue_tui.records.table import Table
from bioblue_tui.trials.events import COMPLETE, FOREIGN_RULE, Ended, Event, Header, Stepped

STEPS = 100
"""The planned number of steps of a published trial."""


def read_published(path: Path) -> Record:
    """Read a tab-separated log.

    Raises:
        RecordError: When it cannot be read, has no known set of columns, or a row is damaged; line and column are
            named.
    """
    return parse_published(read_bytes(path), path)


def parse_published(data: bytes, path: Path | None = None) -> Record:
    """Read a tab-separated log from the bytes of its file; see ``read_published``."""
    table, rows = _rows(data, path)
    for (_, row), expected in zip(rows, range(1, len(rows) + 1), strict=True):
        if row.step != expected:
            where = "in the first row" if expected == 1 else f"after step {expected - 1}"
            line = rows[expected - 1][0]
            advice = "The rows must be one trial's steps, from 1, without gaps."
            raise RecordError(f"step {row.step} {where}, {expected} expected", path, line, advice)
    header = _header(table, [row for _, row in rows])
    environment = make_environment(header)
    shape = Shape.of(environment, header.steps)
    events: list[Event] = []
    for line, row in rows:
        try:
            happened = events_of(row)
            for event in happened:
                shape.check(event)
        except DecodeError as error:
            raise RecordError(f"damaged: {error}", path, line) from error
        events += happened
    if not table.ours:
        events = _ended(events, header, environment)
    comments = without_notes({row.step: row.comments for _, row in rows if any(row.comments)}, events)
    found = _contradictions(table, [row for _, row in rows], environment)
    return Record(header, events, path, comments=comments, contradictions=tuple(found))


def summary(data: bytes, path: Path) -> tuple[Header, int, str]:
    """Return header, steps done and reason of the end from a log of which only some rows are given.

    Raises:
        RecordError: As ``read_published`` does.
    """
    table, rows = _rows(data, path)
    header = _header(table, [row for _, row in rows])
    last = rows[-1][1]
    if table.ours:
        ended = [event.reason for event in events_of(last) if isinstance(event, Ended)]
        return header, last.step, ended[-1] if ended else ""
    return header, last.step, COMPLETE if last.step >= header.steps else ""


def _rows(data: bytes, path: Path | None) -> tuple[Table, list[tuple[int, Row]]]:
    try:
        content = data.rstrip(b"\0").decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordError("not UTF-8 text", path, line, "Save it as UTF-8.") from error
    first = content.partition("\n")[0]
    lines = cells.rows(content, first.count("\t") + 1)
    table = Table.of(next(lines, (1, []))[1], path)
    rows = [(line, table.row(line, row)) for line, row in lines]
    if not rows:
        raise RecordError("no rows below the column names", path, advice="There is no step to show.")
    return table, rows


def _header(table: Table, rows: Sequence[Row]) -> Header:
    """Return the trial's header: from a file of ours as it is, for a published log from its columns and prompts."""
    if table.setup is not None:
        return table.setup
    layout = table.layout
    prompts = "\n".join(row.prompt for row in rows)
    parameters: dict[str, object] = {}
    if len(layout.objectives) > 1:
        parameters["objectives"] = len(layout.objectives)
    if layout.target:
        parameters["target"] = [_most_common(rows, column) for column in layout.target]
    trial = _most_common(rows, columns.TRIAL)
    condition = columns.trial_condition(trial)
    if any(parameter.name == "hint" for parameter in bioblue_envs.parameters(layout.environment)):
        # In the published trials the hint and the shown imbalance reward came together.
        parameters["hint"] = "\nImbalance: " in prompts
        condition = f"{'with hint' if parameters['hint'] else 'no hint'}, {condition}"
    if len(rows) > 1 and prompts.strip() and "\nRewards:" not in prompts:
        parameters["hidden_rewards"] = True
    header = Header(
        environment=layout.environment,
        parameters=parameters,
        seed=int(trial) if layout.seeded else None,
        steps=max(STEPS, rows[-1].step),
        agent=rows[0].actor,
        model=rows[0].actor,
        wording="published",
        condition=condition,
        id=table.path.stem if table.path else "",
        source="published",
        reading=FOREIGN_RULE,
    )
    try:
        environment = bioblue_envs.make(header.environment, **header.parameters)
        return replace(header, parameters=dict(environment.parameters), dynamics=environment.dynamics)
    except (DecodeError, bioblue_envs.ParameterError) as error:
        raise RecordError(f"no trial can have these values: {error}", table.path) from error


def _most_common(rows: Sequence[Row], column: str) -> Number:
    # The value of most rows: one damaged cell must not change what the trial is.
    return Counter(row.constants[column] for row in rows).most_common(1)[0][0]


def _contradictions(table: Table, rows: Sequence[Row], environment: Environment) -> list[Contradiction]:
    expected: dict[str, Number] = {
        column: _most_common([row for row in rows if column in row.constants], column)
        for column in table.constants
        if any(column in row.constants for row in rows)
    }
    if table.setup:
        expected |= dict(zip(table.layout.target, targets_of(environment), strict=False))
        expected |= {columns.SEED: table.setup.seed} if table.setup.seed is not None else {}
    return [
        Contradiction(row.step, column, value, expected[column])
        for row in rows
        for column, value in row.constants.items()
        if value != expected[column]
    ]


def _ended(events: list[Event], header: Header, environment: Environment) -> list[Event]:
    """Add the end of a published trial, which has no column: it follows from the last step's number or its levels."""
    steps = [event for event in events if isinstance(event, Stepped)]
    last = steps[-1]
    taken = tuple(sum(amounts) for amounts in zip(*(step.action for step in steps[:-1]), strict=True))
    state = State(last.before, taken or (0,) * len(last.action), last.step - 1)
    try:
        reason = environment.transition(state, last.action, last.change).after.ended
    except (ValueError, ArithmeticError):
        reason = ""
    if reason:
        events = [*events[:-1], replace(last, ended=reason)]
    if reason or last.step >= header.steps:
        events = [*events, Ended(0.0, last.step, reason or COMPLETE)]
    return events
