"""Writing an export: a directory with everything in it."""

from __future__ import annotations

from pathlib import Path

from bioblue_tui.records.files import read_bytes, write_bytes, write_text
from bioblue_tui.records.schema import RecordError
from bioblue_tui.studies.export.comparing import comparisons
from bioblue_tui.studies.export.method import method_sheet, same_texts
from bioblue_tui.studies.export.people import events, pages, people
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.table import dictionary
from bioblue_tui.studies.export.tables import decisions, trials
from bioblue_tui.studies.study import Study


def export_study(study: Study, directory: Path, data: Path | None = None) -> tuple[list[Path], list[str]]:
    """Write tables, data dictionary, method sheet and records of a study.

    Args:
        study: The study.
        directory: Where to; it must not exist, or be empty: nobody is to find an earlier export mixed with this one.
        data: The data directory; None for the platform's.

    Returns:
        The files that were written, records aside, and what could not be read.

    Raises:
        RecordError: When the directory holds something, or cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RecordError("exists and is not empty", directory, advice="Name a new directory.")
    found = collect(study, data)
    tables = [people(found), trials(found), decisions(found), pages(found), events(found), comparisons(found, data)]
    same = sum(map(same_texts, found.trials))
    texts = {f"{table.name}.csv": table.csv() for table in tables}
    texts |= {"dictionary.json": dictionary(study.name, tables), "method.md": method_sheet(found, same)}
    for name, text in texts.items():
        write_bytes(directory / name, text.encode("utf-8", "surrogatepass"))
    for played in found.trials:
        path = played.record.path
        assert path is not None
        write_bytes(directory / "records" / path.name, read_bytes(path))
    write_text(directory / "records" / "README.md", _RECORDS)
    return [directory / name for name in texts], list(found.problems)


_RECORDS = """\
# Records

One file for each trial, practice trials too: JSON Lines, the header first. The header's `study` says whose trial it is.
"""
