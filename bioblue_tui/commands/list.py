"""Records: List recent trials, newest first."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bioblue_tui.commands.common.listing import write_lines
from bioblue_tui.commands.common.options import data_option
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.display.listing import trial_json, trial_lines
from bioblue_tui.display.look import Look
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.collection import recent
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import trials_dir


@click.command("list")
@data_option
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="How many at most; where there are more, standard error says how many.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per trial.")
@click.pass_obj
def list_trials(default_data: Path | None, /, data_dir: Path | None, limit: int, as_json: bool) -> None:
    """List recent trials, newest first: when, environment, agent, seed, steps, how it ended, cost, file.

    Listed records are read to their end, and damaged ones marked as unreadable. In a pipe the fields are separated by
    tabs.
    """
    directory = trials_dir(data_directory(data_dir or default_data))
    entries = recent(directory, limit)
    if not entries:
        narrate(f"bioblue: no trials in {visible(str(directory))}")
    elif len(entries) < entries.total:
        shown = f"the {counted(len(entries), 'newest trial')} of {entries.total}"
        narrate(f"bioblue: {shown}; --limit {entries.total} lists all")
    look = Look.of(sys.stdout)
    known = [entry.read_whole() for entry in entries]
    write_lines(map(trial_json, known) if as_json else trial_lines(known, look), look)
