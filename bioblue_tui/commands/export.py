"""Records: Write a record as a TSV log."""

from __future__ import annotations

from pathlib import Path

import click

from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.collection import open_record


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The TSV file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def export(file: Path, output: Path, force: bool) -> None:
    """Write FILE as a TSV log with the published columns.

    Notes are in the column for review comments. The column for automated comments has what the detectors found, at the
    steps at which a failure begins, is detected and has ended.
    """
    from bioblue_tui.analysis.comments import commented
    from bioblue_tui.records.published_write import write_published

    record = commented(open_record(file))
    write_published(record, output, overwrite=force)
    narrate(f"written: {visible(str(output))}")
