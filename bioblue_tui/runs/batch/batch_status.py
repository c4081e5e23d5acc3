"""Which trials of a batch are already played: their records are found by what the headers say."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioblue_tui.records.collection import Entry, left_out, open_record, recent, standing_of
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.loading import Batch, BatchTrial, identity_of, load_batch
from bioblue_tui.trials.events import FAILED, RUNNING, Ended, Header
from bioblue_tui.trials.state import TrialState
from bioblue_tui.wordings.collection import Named, retired, reworded
from bioblue_tui.wordings.wording import Wording

MISSING = "missing"
"""The standing of a trial without a record."""


@dataclass(frozen=True, slots=True)
class Found:
    """How a trial stands.

    Attributes:
        standing: The word that lists show for it; ``missing`` where there is no record.
        path: Its record; None where there is none.
        done: How many steps are done.
        reason: Why it ended; empty where it was not played to its end.
        failed_at: When it failed, in seconds since the epoch; 0 where it did not.
    """

    standing: str = MISSING
    path: Path | None = None
    done: int = 0
    reason: str = ""
    failed_at: float = 0

    @property
    def complete(self) -> bool:
        """Whether it was played to its end."""
        return bool(self.reason)

    @property
    def running(self) -> bool:
        """Whether another process is playing it."""
        return not self.complete and self.standing == RUNNING

    @property
    def open(self) -> bool:
        """Whether its record can be resumed."""
        return self.path is not None and not self.complete and not self.running

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """A sort key: of several records of one trial, the one with the smallest rank counts."""
        return not self.complete, not self.running, not self.open, -self.done


def load_begun(
    path: Path,
    directory: Path,
    data: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    wording: Wording | None = None,
    complain: Callable[[str], None] = lambda line: None,
) -> tuple[Batch, dict[str, Found], str]:
    """Load a batch, and find which of its trials are played.

    A batch that names no wording, and began in an older program's wording, keeps that one: half of its trials in other
    words would be another experiment.

    Args:
        path: The file.
        directory: Where the records are.
        data: The data directory, where local models are; None for the platform's.
        environ: Environment variables, as in ``load_batch``.
        wording: What agents are told where the file names no wording; None for the wording that the batch began in.
        complain: As in ``find``.

    Returns:
        The batch, how each of its trials stands, and the title of the older wording that it keeps; empty for none.

    Raises:
        SpecError: As in ``load_batch``.
        RecordError: When the directory cannot be read.
    """
    batch = load_batch(path, data, environ, wording)
    if wording is not None:
        return batch, find(directory, batch.trials, complain), ""
    older = [(wording.title, load_batch(path, data, environ, wording)) for wording in retired()]
    found = find(directory, [*batch.trials, *(trial for _, old in older for trial in old.trials)], complain)
    now = {trial.identity for trial in batch.trials}
    for title, old in older:
        if any(found[trial.identity].path for trial in old.trials if trial.identity not in now):
            return old, found, title
    return batch, found, ""


def find(
    directory: Path, trials: Sequence[BatchTrial], complain: Callable[[str], None] = lambda line: None
) -> dict[str, Found]:
    """Return how each trial stands, by its identity.

    A record that cannot be read counts as missing.

    Args:
        directory: Where the records are.
        trials: What to look for.
        complain: Receives a line for every wording whose words changed while its version did not, and one about records
            that cannot be read.

    Raises:
        RecordError: When the directory cannot be read.
    """
    found = {trial.identity: Found() for trial in trials}
    mine = [(spec.wording.title, spec.wording.digest) for spec in (trial.spec for trial in trials) if spec.wording]
    there: list[Named] = []
    entries = recent(directory, sys.maxsize)
    damaged = [entry.read_whole() for entry in entries if entry.error]
    for entry in entries:
        if entry.header is None or not is_played_from_its_beginning(entry.header):
            continue
        there.append((entry.header.wording, entry.header.wording_digest))
        identity = identity_of(entry.header)
        if identity in found:
            stands = list(standing(entry))
            found[identity] = min([found[identity], *stands], key=lambda known: known.rank)
            damaged += [] if stands else [entry.read_whole()]
    for line in left_out(damaged):
        complain(f"{line}. A trial counts as not played until its record is repaired")
    for line in reworded(mine, there, "record", " here"):
        complain(line)
    return found


def is_played_from_its_beginning(header: Header) -> bool:
    """Whether a trial is neither a published log nor a fork, whose first steps were played by its parent."""
    return header.parent is None and header.source == "live"


def standing(entry: Entry) -> Iterator[Found]:
    """Yield how a record's trial stands; nothing where the record can't be read."""
    if not entry.over and is_locked(entry.path):
        yield Found(RUNNING, entry.path, entry.done)
        return
    # Read only now: its writer may have ended the trial since the list was made.
    try:
        record = open_record(entry.path)
    except RecordError:
        return
    state = TrialState(record.header).feed(record.events)
    how, why = standing_of(state, entry.path), state.standing if state.whole else ""
    ends = [event.at for event in record.events if isinstance(event, Ended)] if how == FAILED else []
    yield Found(how, entry.path, state.done, why, max(ends, default=0))
