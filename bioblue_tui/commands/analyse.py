"""Records: Find failure modes: which, from which step, how far from the reference."""

from __future__ import annotations

from pathlib import Path

import click

from bioblue_tui.commands.common.usage import data_option, narrate, trial_files
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import references_file


@click.command()
@trial_files
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
@data_option
@click.pass_obj
def analyse(default_data: Path | None, /, data_dir: Path | None, files: tuple[Path, ...], as_json: bool) -> None:
    """Find failure modes in the trials in FILES: which, from which step, how far from the reference.

    FILES are records of ours, published logs, or directories of them. Failure modes come with their onset, the step at
    which they were detected, the evidence, and the step of recovery if there was one. The flip is the onset of the
    first failure that lasts. Both references are played on the same noise; verdicts say what they measure. JSON holds
    all that the text says.

    Exit code 0, or 2 when any file can't be read.
    """
    from bioblue_tui.analysis.references import References
    from bioblue_tui.display.analysis import analyse_files

    references = References(references_file(data_directory(data_dir or default_data)))
    raise SystemExit(analyse_files(files, click.echo, narrate, references, as_json=as_json))
