"""The records that a list of files and directories stands for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from bioblue_tui.records.collection import may_be_record
from bioblue_tui.records.files import what_failed
from bioblue_tui.records.schema import RecordError


def records_in(places: Iterable[Path]) -> list[Path]:
    """Return the files that are named, and all records in and below the directories that are named, sorted by name.

    Raises:
        RecordError: For a path that is neither file nor directory, and for a directory that can't be read.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            names = (Path(folder, name) for folder, _, files in os.walk(place, onerror=_refuse) for name in files)
            found += sorted(path for path in names if may_be_record(path.name))
        elif place.exists():
            found.append(place)
        else:
            raise RecordError("no such file or directory", place, advice="Name records, or directories of records.")
    return list(dict.fromkeys(found))


def _refuse(error: OSError) -> NoReturn:
    raise what_failed(error, Path(error.filename), "the records in it cannot be read", reading=True) from error
