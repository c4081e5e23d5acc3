"""Commands that show trials beside each other: compare and overview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.screen import need_terminal, on_screen, run_app
from bioblue_tui.commands.usage import UsageError, data_option
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.collection import recent
from bioblue_tui.records.files import must_exist
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import references_file, trials_dir

if TYPE_CHECKING:
    from bioblue_tui.screens.compare.screen import CompareScreen
    from bioblue_tui.screens.overview.screen import OverviewScreen


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

    They are drawn on the same gauges and looked at in step; the first is what the others are held against. One file
    alone is a fork: its parent comes first, where it is found beside it or among the trials.

    Without a screen: where they part, totals by dimension and their differences, verdicts, onsets.

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


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILES]…")
@data_option
@click.pass_obj
def overview(default_data: Path | None, /, data_dir: Path | None, files: tuple[Path, ...]) -> None:
    """Look at many trials at a glance: FILES are records, published logs, or directories of them.

    Without FILES: all trials of the data directory. One row a trial, with states and actions by step and marks where
    failures begin; sort (s), filter (/), open one (Enter), compare those that are marked (space, c).

    Without a terminal: bioblue analyse and bioblue report.
    """
    data = data_dir or default_data
    directory = data_directory(data)
    places = list(files)
    for place in files:
        must_exist(place)
    if not files:
        places = [trials_dir(directory)]
        if not recent(places[0], 0).total:
            raise UsageError(f"no trials in {visible(str(places[0]))}; name records, or directories of records")
    need_terminal("bioblue analyse FILES… and bioblue report FILES… do without")

    def screen() -> OverviewScreen:
        from bioblue_tui.screens.overview.screen import OverviewScreen

        return OverviewScreen(places, references_file(directory))

    run_app(data, screen)
