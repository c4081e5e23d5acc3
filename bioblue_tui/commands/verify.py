"""Records: Recompute records and logs, report every difference."""

from __future__ import annotations

from pathlib import Path

import click

from bioblue_tui.commands.common.usage import narrate, trial_files


@click.command()
@trial_files
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """Recompute FILES, records of ours, published logs, or directories of them, and report every difference.

    Exit code 0 only when all agree, 1 when any differs, 2 when any can't be read.
    """
    from bioblue_tui.display.verification import verify_files

    raise SystemExit(verify_files(files, click.echo, narrate, as_json=as_json))
