"""The trial that another one was forked from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record, RecordError


def parent_path(fork: Record, directories: Sequence[Path] = ()) -> Path:
    """Find the record that a fork was made from: beside the fork itself, or in one of some directories.

    Where no match is found but a file of that name can't be read, that file is returned: opening it says why.

    Args:
        fork: A record.
        directories: Where else to look, such as the directory of all trials.

    Raises:
        RecordError: When it is not a fork, or its parent is not found.
    """
    parent = fork.header.parent
    if parent is None:
        raise RecordError("not a fork: its header names no parent", fork.path, advice="Name the trials to compare.")
    # A header may come from anywhere: only a file name is taken from it, never a path.
    name = Path(str(parent.get("file") or "")).name
    places = [*([fork.path.parent] if fork.path else []), *directories]
    wanted, unread = parent.get("id"), list[Path]()
    for path in (place / name for place in places if name):
        try:
            if path.is_file() and (not wanted or open_record(path).header.id == wanted):
                return path
        except RecordError:
            unread.append(path)
    if unread:
        return unread[0]
    where = "not beside it" + (" nor among the trials" if directories else "")
    raise RecordError(
        f"its parent, {name or 'a record without a name'}, is {where}",
        fork.path,
        advice="Name both: the parent's file, then the fork's.",
    )
