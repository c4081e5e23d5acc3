"""Trials: Play a batch of trials that a file describes, or resume it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bioblue_tui.commands.common.many import many_options, play_jobs
from bioblue_tui.commands.common.model_options import max_cost_option, read_dollars
from bioblue_tui.commands.common.options import UsageError, data_option, wording_option
from bioblue_tui.commands.common.paying import Ahead, cost_check, keep_limit, tell_estimates
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.runs.batch.batch_status import Found, load_begun
from bioblue_tui.runs.batch.claims import Claims
from bioblue_tui.runs.batch.example import EXAMPLE
from bioblue_tui.runs.batch.jobs import batch_jobs
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.loading import BatchTrial, with_keys
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.settings_text import read_wording
from bioblue_tui.system.paths import data_dir as directory
from bioblue_tui.system.paths import trials_dir

_MOST_SHARDS = 10_000


def read_shard(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, int]:
    """Read the part of a batch: ``2/5`` is the second of five; no text means all of it.

    Raises:
        click.BadParameter: For anything else.
    """
    if value is None:
        return 1, 1
    index, slash, count = (part.strip() for part in value.partition("/"))
    if slash and all(part.isascii() and part.isdigit() and len(part) <= 5 for part in (index, count)):
        shard = int(index), int(count)
        if 1 <= shard[0] <= shard[1] <= _MOST_SHARDS:
            return shard
    raise click.BadParameter(f"'{one_line(value, 40)}': which part of how many, such as 1/4, 2/4, 3/4 and 4/4")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@many_options
@click.option(
    "--shard",
    callback=read_shard,
    metavar="I/N",
    help="Play only part I of N; the N parts together make the whole batch.",
)
@max_cost_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show how each trial stands and what the rest may cost, without playing; needs no keys.",
)
@wording_option("the file's, else plain")
@click.option("--example", is_flag=True, help="Write an example of such a file, and nothing else.")
@data_option
@click.pass_obj
def batch(
    default_data: Path | None,
    /,
    file: Path | None,
    parallel: int | None,
    rpm: float | None,
    display: str,
    shard: tuple[int, int],
    max_cost: str | None,
    dry_run: bool,
    wording: str | None,
    example: bool,
    data_dir: Path | None,
) -> None:
    """Play the batch in FILE, a TOML file: environments × agents × conditions × seeds.

    Complete trials in the data directory are left alone, stopped, interrupted or failed ones are resumed, the rest are
    played. So a batch may be interrupted and run again; run when all is complete, it writes the tables. A trial is
    recognised by its header: environment, parameters, agent, model, what the model is sent and told, seed, steps,
    interventions and condition.

    With --shard several computers can share a batch; copy their records into one directory to put them together.
    """
    if example:
        click.echo(EXAMPLE, nl=False)
        return
    if file is None:
        raise UsageError("which batch? Name its file; bioblue batch --example shows what it looks like")
    data = data_dir or default_data
    warnings: list[str] = []
    # To look at a batch, no key is needed.
    records, environ = trials_dir(directory(data)), with_keys(os.environ) if dry_run else os.environ
    claims = Claims(records)
    chosen = read_wording(wording, "--wording") if wording else None
    loaded, found, older = load_begun(file, records, data, environ, chosen, warnings.append)
    limit = read_dollars(max_cost) if max_cost else None
    trials = loaded.shard(*shard)
    part = f", part {shard[0]} of {shard[1]}" if shard[1] > 1 else ""
    narrate(f"bioblue: {loaded.name}{part}: {_summary(trials, found)}")
    if older:
        told = "to play it again in another: --wording plain"
        narrate(f"bioblue: it began in the wording {older} and keeps it; {told}")
    for warning in warnings:
        narrate(f"bioblue: {visible(warning)}")
    if dry_run:
        _list(trials, found)
        ahead = [(trial, found[trial.identity]) for trial in trials]
        left = [Ahead(trial.spec, one.done) for trial, one in ahead if one.open or one.path is None]
        tell_estimates(left)
        if limit is not None:
            keep_limit(left)
        return
    limiters, at_once = Limiters(rpm or loaded.rpm), parallel or loaded.parallel
    jobs = batch_jobs(trials, found, Opener(limiters, data, None, loaded.retries, at_once > 1), claims)
    try:
        play_jobs(
            jobs, display, limiters=limiters, parallel=at_once, check=cost_check(limit), title=f"batch {loaded.name}"
        )
    except KeyboardInterrupt:
        narrate("bioblue: interrupted; the same command resumes here")
        raise


def _summary(trials: Sequence[BatchTrial], found: Mapping[str, Found]) -> str:
    known = [found[trial.identity] for trial in trials]
    counts = {
        "complete": sum(one.complete for one in known),
        "running in another process": sum(one.running for one in known),
        "to resume": sum(one.open for one in known),
        "to play": sum(one.path is None for one in known),
    }
    parts = [f"{count} {words}" for words, count in counts.items() if count]
    return f"{counted(len(trials), 'trial')}{': ' if parts else ''}{', '.join(parts)}"


def _list(trials: Sequence[BatchTrial], found: Mapping[str, Found]) -> None:
    from bioblue_tui.display.listing import list_lines
    from bioblue_tui.display.look import Look

    look = Look.of(sys.stdout)
    rows: list[Any] = []
    for trial in trials:
        one = found[trial.identity]
        rows.append((one.standing, trial.name, f"{one.done}/{trial.spec.steps}", str(one.path or "-")))
    for line in list_lines(rows, look):
        click.echo(line, color=look.colour)
