"""What a recorded trial has cost, from its file alone: only the lines about requests are decoded."""

from __future__ import annotations

from pathlib import Path

from bioblue_tui.costs.spending import EMPTY, Bill, spending_of
from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import DecodeError, RecordError, loads
from bioblue_tui.trials.events import Header

_TELLING = tuple(f'"event":"{kind}"'.encode() for kind in ("answered", "interrupted", "retrying", "failed"))
"""Marks of the lines about requests. No text in a record can contain one, since its quotes are escaped."""


def recorded_bill(path: Path, header: Header) -> Bill:
    """Return the bill of a record of ours; an empty one where no model was asked. Never raises.

    Lines that can't be read are left out: opening the record reports them.

    Args:
        path: The file.
        header: What is in its first line.
    """
    spending = spending_of(header)
    if spending is None:
        return EMPTY
    try:
        lines = read_bytes(path).split(b"\n")
    except RecordError:
        return EMPTY
    for line in lines:
        if any(word in line for word in _TELLING):
            try:
                event = decode_event(loads(line), [])
            except DecodeError:
                continue
            if event is not None:
                spending.apply(event)
    return spending.total
