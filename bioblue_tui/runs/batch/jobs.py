"""A batch as jobs for the engine: complete trials are over, open ones are resumed, missing ones begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bioblue_tui.runs.batch.batch_status import Found
from bioblue_tui.runs.batch.claims import Claims
from bioblue_tui.runs.batch.engine import Job
from bioblue_tui.runs.batch.loading import BatchTrial
from bioblue_tui.runs.batch.session_factory import Opener


def batch_jobs(trials: Sequence[BatchTrial], found: Mapping[str, Found], opener: Opener, claims: Claims) -> list[Job]:
    """Return a job for each trial; one that another process is still writing at its turn is left to that process.

    The first seed of every setup comes before the second seed of any, so that setups can be compared however early the
    batch is ended.

    Args:
        trials: The trials of a batch, or of a shard.
        found: How each stands, by its identity.
        opener: Makes their sessions.
        claims: Checks each again before it begins.
    """
    jobs: list[tuple[int, Job]] = []
    rounds: dict[str, int] = {}
    for trial in trials:
        setup = trial.name.rpartition(" seed ")[0]
        rounds[setup] = rounds.get(setup, -1) + 1
        one = found[trial.identity]
        begin = partial(claims.begin, trial, one, opener)
        job = Job(trial.name, begin, trial.spec, trial.group, one.done)
        if one.complete:
            job.path, job.over, job.reason = one.path, True, one.reason
        jobs.append((rounds[setup], job))
    return [job for _, job in sorted(jobs, key=lambda pair: pair[0])]
