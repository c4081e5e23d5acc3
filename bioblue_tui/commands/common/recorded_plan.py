"""What a recorded trial plays, for commands that go on with it."""

from __future__ import annotations

from bioblue_tui.models.catalogue import ModelSettings
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.session import Plan
from bioblue_tui.trials.events import Header, Stepped


def plan_of(header: Header) -> Plan:
    """Return what a record's trial plays; without the label, which is the record's own business."""
    told = ModelSettings.of(header.provider)
    return Plan(
        header.environment,
        header.agent,
        header.parameters,
        header.seed or 0,
        header.steps,
        settings=told,
        schedule=header.schedule,
        instruction=header.instruction,
    )


def steps_done(record: Record) -> int:
    """Return the last step that a record has."""
    return max((event.step for event in record.events if isinstance(event, Stepped)), default=0)
