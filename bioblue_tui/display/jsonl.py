"""A trial as JSON lines on standard output: the header, then every event as it happens, as in its record."""

from __future__ import annotations

from collections.abc import Callable

from bioblue_tui.analysis.outcome import Outcome
from bioblue_tui.costs.spending import EMPTY, Bill
from bioblue_tui.records.schema import dumps, encode_event, encode_header
from bioblue_tui.trials.events import Event, Header, Heard


class JsonlDisplay:
    """Writes a trial's events as JSON lines.

    Args:
        write: Receives each line, without its newline.
        label: Fields at the beginning of every line, to tell several trials apart; None for a single trial, whose lines
            are then exactly those of its record.
    """

    def __init__(self, write: Callable[[str], None], label: dict[str, object] | None = None) -> None:
        self._write = write
        self._label = label or {}

    def begin(self, header: Header) -> None:
        """Write the header."""
        self._write(dumps({**self._label, **encode_header(header)}))

    def show(self, event: Event) -> None:
        """Write an event as it is in the record; pieces of an answer, which are not in it, are left out."""
        if isinstance(event, Heard):
            return
        self._write(dumps({**self._label, **encode_event(event)}))

    def summary(self, outcome: Outcome, bill: Bill = EMPTY) -> None:
        """Write the trial's outcome and cost, which are not in the record."""
        figures = outcome.figures
        compared = figures.compared
        reference = compared and {
            "name": compared.reference,
            "steps": compared.reference_steps,
            "totals": {key: other for key, (_, other) in compared.rows.items()},
        }
        found: dict[str, object] = {
            "event": "summary",
            "steps": figures.steps,
            "reason": outcome.reason,
            "failure": outcome.failure,
            "standing": figures.standing,
            "rejected": figures.tally.rejected,
            **figures.tally.by_kind,
            "retries": figures.tally.retries,
            "totals": dict(figures.totals),
            "reference": reference,
            "spending": bill.facts() if bill.requests else None,
            "file": str(outcome.path),
        }
        self._write(dumps({**self._label, **found}))
