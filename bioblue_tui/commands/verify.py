"""Records: Recompute records and logs, report every difference."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """Recompute FILES, records of ours or published logs, and report every difference.

    Exit code 0 only when all agree, 1 when any differs, 2 when any can't be read.
    """
    from bioblue_tui.display.verification import verify_files

    raise SystemExit(verify_files(files, click.echo, lambda line: click.echo(line, err=True), as_json=as_json))
