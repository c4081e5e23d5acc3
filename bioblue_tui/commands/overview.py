"""Records: Many trials at a glance: a row each, onsets, averages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.screen import need_terminal, run_app
from bioblue_tui.commands.common.usage import UsageError, data_option
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.collection import recent
from bioblue_tui.records.files import must_exist
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import references_file, trials_dir

if TYPE_CHECKING:
    from bioblue_tui.screens.overview.screen import OverviewScreen


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILES]…")
@data_option
@click.pass_obj
def overview(default_data: Path | None, /, data_dir: Path | None, files: tuple[Path, ...]) -> None:
    """Look at many trials at a glance: FILES are records, published logs, or directories of them.

    Without FILES: all trials of the data directory. One row a trial, with states and actions by step and marks where
    failures begin; sort (s), filter (/), open one (Enter), mark some and compare them (space, c).

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
    need_terminal("bioblue analyse FILES… and bioblue report FILES… need none")

    def screen() -> OverviewScreen:
        from bioblue_tui.screens.overview.screen import OverviewScreen

        return OverviewScreen(places, references_file(directory))

    run_app(data, screen)
