"""Commands on records: replay, verify, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.options import display_option, read_speed, speed_option
from bioblue_tui.commands.screen import on_screen, run_app
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import ReplaySession

if TYPE_CHECKING:
    from bioblue_tui.screens.trial.screen import TrialScreen


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@speed_option
@click.option("--paused", is_flag=True, help="Begin paused, at the start.")
@display_option
def replay(file: Path, speed: str | None, paused: bool, display: str) -> None:
    """Replay FILE, a record of ours or a published TSV log."""
    rate = read_speed(speed)
    record = open_record(file)
    for warning in record.warnings:
        click.echo(f"bioblue: {one_line(warning, 300)}", err=True)
    if not on_screen(display):
        from bioblue_tui.analysis.verify import verify
        from bioblue_tui.display import headless

        headless.replay(record, click.echo, jsonl=display == "jsonl")
        if found := verify(record):
            first = f"{counted(len(found), 'difference')} from what follows; the first: {found[0].sentence()}"
            click.echo(f"bioblue: {one_line(first, 400)}. bioblue verify lists all.", err=True)
        return

    session = ReplaySession(record, speed=5 if rate == 0 else rate, paused=paused)

    def screen() -> TrialScreen:
        from bioblue_tui.screens.trial.replay import ReplayScreen

        return ReplayScreen(session)

    run_app(None, screen)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """Recompute FILES, records of ours or published logs, and report every difference.

    Exit code 0 only when all agree, 1 when any differs, 2 when any can't be read.
    """
    from bioblue_tui.display.verification import verify_files

    raise SystemExit(verify_files(files, click.echo, lambda line: click.echo(line, err=True), as_json=as_json))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The TSV file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def export(file: Path, output: Path, force: bool) -> None:
    """Write FILE as a TSV log with the published columns.

    Notes stand in the column for review comments; in the one for automated comments, what the detectors found, at the
    steps where a failure begins, is sure, and is over.
    """
    from bioblue_tui.analysis.comments import commented
    from bioblue_tui.records.published_write import write_published

    record = commented(open_record(file))
    write_published(record, output, overwrite=force)
    click.echo(f"written: {visible(str(output))}", err=True)
