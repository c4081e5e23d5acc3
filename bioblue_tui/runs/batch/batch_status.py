"""What of a batch is played already: its trials' records, found again by what their headers say."""

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
"""How a trial stands that has no record."""


@dataclass(frozen=True, slots=True)
class Found:
    """How a trial stands.

    Attributes:
        standing: In the word that lists have for it; ``missing`` where there is no record.
        path: Its record; None where there is none.
        done: How many steps are done.
        reason: Why its last step was the last; empty where it was not played to its end.
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
        """Whether its record can be gone on with."""
        return self.path is not None and not self.complete and not self.running

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """Which of several records of one trial counts: the least."""
        return not self.complete, not self.running, not self.open, -self.done


def load_begun(
    path: Path,
    directory: Path,
    data: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    wording: Wording | None = None,
    complain: Callable[[str], None] = lambda line: None,
) -> tuple[Batch, dict[str, Found], str]:
    """Load a batch, and what of it is played.

    A batch that began in the wording of an older program, and names none, goes on in it: half of its trials in other
    words would be another experiment.

    Args:
        path: The file.
        directory: Where the records are.
        data: The data directory, where local models are; None for the platform's.
        environ: Environment variables, as in ``load_batch``.
        wording: What agents are told where the file names no wording; None for what the batch began in.
        complain: As in ``find``.

    Returns:
        The batch, how each of its trials stands, and the older wording that it goes on in; empty for none.

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

    A record that cannot be read is as if it were not there.

    Args:
        directory: Where the records are.
        trials: What to look for.
        complain: Receives a line for every wording whose words changed and whose version did not, and one on the
            records that cannot be read.

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
        complain(f"{line}. A trial counts as not played until its record is mended")
    for line in reworded(mine, there, "record", " here"):
        complain(line)
    return found


def is_played_from_its_beginning(header: Header) -> bool:
    """Tell a trial from a fork, which has another past than the trial it is named after, and from a published log."""
    return header.parent is None and header.source == "live"


def standing(entry: Entry) -> Iterator[Found]:
    """Yield how the trial of a record stands; nothing for a record that can't be read."""
    if not entry.over and is_locked(entry.path):
        yield Found(RUNNING, entry.path, entry.done)
        return
    # Read only now: whoever wrote it may have ended it since it was looked at.
    try:
        record = open_record(entry.path)
    except RecordError:
        return
    state = TrialState(record.header).feed(record.events)
    how, why = standing_of(state, entry.path), state.standing if state.whole else ""
    ends = [event.at for event in record.events if isinstance(event, Ended)] if how == FAILED else []
    yield Found(how, entry.path, state.done, why, max(ends, default=0))
