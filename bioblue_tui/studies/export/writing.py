"""Writing an export: a directory with everything in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.files import read_bytes, write_bytes, write_text
from bioblue_tui.records.schema import RecordError
from bioblue_tui.studies.export.comparing import comparisons
from bioblue_tui.studies.export.method import method_sheet
from bioblue_tui.studies.export.people import events, pages, people
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.table import dictionary
from bioblue_tui.studies.export.tables import decisions, trials
from bioblue_tui.studies.loading import StudyError
from bioblue_tui.studies.study import Study


def export_study(
    name: str, study: Study | None, directory: Path, data: Path | None = None
) -> tuple[list[Path], Sequence[str], Sequence[str]]:
    """Write tables, data dictionary, method sheet, records, and the study as it was played.

    Args:
        name: Name of the study.
        study: The study as its file is now, for sessions of which no version was kept; None without a file.
        directory: Where to write; it must be new or empty, so that no earlier export is mixed with this one.
        data: The data directory; None for the platform's.

    Returns:
        The files that were written, except records; what could not be read and is left out; other problems.

    Raises:
        StudyError: When nothing is known of the study.
        RecordError: When the directory is not empty, or cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RecordError("exists and is not empty", directory, advice="Name a new directory.")
    found = collect(name, study, data)
    if not found.versions:
        raise StudyError("; ".join(found.problems) or f"nothing is kept of a study named {one_line(name, 60)}")
    unread: list[str] = []
    compared = comparisons(found, data, unread.append)
    found = replace(found, problems=[*found.problems, *unread])
    tables = [people(found), trials(found), decisions(found), pages(found), events(found), compared]
    texts = {f"{table.name}.csv": table.csv() for table in tables}
    texts |= {"dictionary.json": dictionary(name, tables), "method.md": method_sheet(found)}
    for file, text in texts.items():
        write_bytes(directory / file, text.encode("utf-8", "surrogatepass"))
    for played in found.trials:
        path = played.record.path
        assert path is not None
        write_bytes(directory / "records" / path.name, read_bytes(path))
    write_text(directory / "records" / "README.md", _RECORDS)
    for version in found.versions:
        _write_version(directory / "versions" / str(version.number), version.study)
    return [directory / file for file in texts], found.problems, found.remarks


def _write_version(directory: Path, study: Study) -> None:
    """Write a version of the study as it was played: its file, and the files that this names, numbered in order."""
    write_bytes(directory / "study.toml", study.text)
    for number, (name, data) in enumerate(study.files.items(), 1):
        write_bytes(directory / "files" / f"{number}-{Path(name).name[-100:]}", data)


_RECORDS = """\
# Records

One file for each trial, practice trials too: JSON Lines, the header first. The header's `study` says whose trial it is.
"""
