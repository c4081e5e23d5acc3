"""Records: Replay a record or a published TSV log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.options import display_option, read_speed, speed_option
from bioblue_tui.commands.common.screen import on_screen, run_app
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
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
        narrate(f"bioblue: {one_line(warning, 300)}")
    if not on_screen(display):
        from bioblue_tui.analysis.verify import verify
        from bioblue_tui.display import headless

        headless.replay(record, click.echo, jsonl=display == "jsonl")
        if found := verify(record):
            first = f"{counted(len(found), 'difference')} when recomputed; the first: {found[0].sentence()}"
            narrate(f"bioblue: {one_line(first, 400)}. bioblue verify lists all.")
        return

    session = ReplaySession(record, speed=5 if rate == 0 else rate, paused=paused)

    def screen() -> TrialScreen:
        from bioblue_tui.screens.trial.replay import ReplayScreen

        return ReplayScreen(session)

    run_app(None, screen)
