"""Records: Compare two to six trials, or a fork with its parent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.screen import on_screen, run_app
from bioblue_tui.commands.common.usage import data_option

if TYPE_CHECKING:
    from bioblue_tui.screens.compare.screen import CompareScreen


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--display",
    type=click.Choice(["auto", "tui", "plain", "json"]),
    default="auto",
    show_default=True,
    help="Screen, tables or one JSON object; auto takes the screen on a terminal.",
)
@data_option
@click.pass_obj
def compare(default_data: Path | None, /, data_dir: Path | None, files: tuple[Path, ...], display: str) -> None:
    """Compare the trials in FILES, two to six records of ours or published logs of one environment.

    They are drawn on the same gauges, step by step; the others are compared with the first. A single file must be a
    fork: its parent comes first, if it is found in the same directory or among the trials.

    Without a screen: where they diverge, totals by dimension and their differences, verdicts, onsets.

    Exit code 0, or 2 when they can't be read or can't be compared.
    """
    from bioblue_tui.analysis.comparison import open_comparison

    data = data_dir or default_data
    comparison = open_comparison(files, data)
    if not on_screen(display):
        from bioblue_tui.display.comparison import write_comparison

        write_comparison(comparison, as_json=display == "json")
        return

    def screen() -> CompareScreen:
        from bioblue_tui.screens.compare.screen import CompareScreen

        return CompareScreen(comparison)

    run_app(data, screen)
