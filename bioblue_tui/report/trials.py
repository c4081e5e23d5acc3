"""The trials of a report: files are read, analysed, and grouped by what may be averaged."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import bioblue_envs
from bioblue_envs import Environment

from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import apart, condition_of, group_key, kin
from bioblue_tui.analysis.statistics import Quantity, quantities
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.analysis.words import averaged
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.trials.telling import changed, parameters
from bioblue_tui.wordings.collection import unusual

Order = Literal["given", "seed", "steps", "verdict", "onset"]
"""Orders of trials."""

ORDERS: tuple[Order, ...] = get_args(Order)


class Shown(AnalysedTrial):
    """A trial in a report.

    Args:
        number: From 1, in the report's order.
        name: Its name: the file's name, or its path where two files have the same name.
        digest: SHA-256 of the file, in hexadecimal.
        record: The record as it was read.
        references: Where best totals are looked up.
    """

    def __init__(self, number: int, name: str, digest: str, record: Record, references: References) -> None:
        super().__init__(record, references)
        self.number, self.name, self.digest = number, name, digest

    def numbered(self, number: int) -> Shown:
        """Return the same trial at another place in the report."""
        found = copy(self)
        found.number = number
        return found

    @property
    def unfound(self) -> str:
        """The text where no failure of its own was found."""
        if self.figures.empty:
            return self.analysis.unjudged
        return "no failure of its own found" if self.header.forked_after else "no failure found"

    @property
    def label(self) -> str:
        """A short name in a column: number, and the seed where it is known."""
        return f"{self.number}" if self.header.seed is None else f"{self.number} · seed {self.header.seed}"


@dataclass(frozen=True, slots=True)
class Group:
    """Trials of one environment, agent and condition: those that may be averaged.

    Attributes:
        title: Environment, unusual settings, agent, condition.
        trials: In the report's order.
        quantities: Every quantity over the trials.
    """

    title: str
    trials: tuple[Shown, ...]
    quantities: tuple[Quantity, ...]

    @property
    def environment(self) -> Environment:
        """The environment of all of them."""
        return self.trials[0].environment

    @property
    def played(self) -> tuple[Shown, ...]:
        """Those with at least one step."""
        return tuple(trial for trial in self.trials if not trial.figures.empty)

    @property
    def whole(self) -> tuple[Shown, ...]:
        """Those that are averaged, and compared with other groups: they were played to their end."""
        return tuple(trial for trial in self.trials if not trial.figures.unaveraged)

    @property
    def kin(self) -> list[int]:
        """For each averaged trial, the first trial that it is not independent of."""
        return kin([trial.figures.trace for trial in self.whole])

    @property
    def independent(self) -> int:
        """How many independent trials there are."""
        return len(set(self.kin))

    @property
    def averaged(self) -> str:
        """A description of the trials that means are over."""
        return averaged([trial.figures for trial in self.trials], self.independent)

    @property
    def disturbed(self) -> bool:
        """Whether any trial had disturbances added to its noise, which the reference met, too."""
        return any(trial.figures.trace.disturbed for trial in self.trials)

    @property
    def inherited(self) -> list[int]:
        """How many steps each trial shares with its parent."""
        return [trial.figures.inherited for trial in self.trials]


def read_trials(files: Iterable[Path], references: References, complain: Callable[[str], None]) -> list[Shown]:
    """Read and analyse files.

    Args:
        files: Records of ours or published logs.
        references: Where best totals are looked up.
        complain: Receives a line for every file that could not be read; that file is left out.
    """
    paths = list(files)
    names = Counter(path.name for path in paths)
    shown: list[Shown] = []
    for path in paths:
        name = one_line(path.name if names[path.name] == 1 else str(path), 200)
        try:
            digest = hashlib.sha256(read_bytes(path)).hexdigest()
            shown.append(Shown(len(shown) + 1, name, digest, open_record(path), references))
        except (RecordError, ValueError) as error:
            complain(error_line(error, 400))
    return shown


def ordered(trials: Sequence[Shown], order: Order) -> list[Shown]:
    """Return trials in an order, renumbered; equal ones keep their order.

    Args:
        trials: Any trials.
        order: ``given`` leaves them, ``seed`` and ``steps`` begin with the least, ``verdict`` with the worst, ``onset``
            with the earliest failure; trials without one come last.
    """
    last = 10**9
    keys: dict[Order, Callable[[Shown], int]] = {
        "given": lambda trial: 0,
        "seed": lambda trial: last if trial.header.seed is None else trial.header.seed,
        "steps": lambda trial: trial.figures.steps,
        "verdict": lambda trial: ("fail", "mild", "ok").index(trial.verdict.word) if trial.verdict else last,
        "onset": lambda trial: min((finding.onset for finding in trial.failures), default=last),
    }
    found = sorted(trials, key=keys[order])
    return [trial.numbered(number) for number, trial in enumerate(found, 1)]


def grouped(trials: Sequence[Shown]) -> list[Group]:
    """Put trials in groups, in the order in which the groups first appear."""
    found: dict[str, list[Shown]] = {}
    for trial in trials:
        found.setdefault(group_key(trial.header, trial.figures.trace), []).append(trial)
    first = [members[0] for members in found.values()]
    titles = apart([_title(trial) for trial in first], [trial.header for trial in first])
    return [
        Group(title, tuple(members), tuple(quantities(members[0].environment, [t.figures for t in members])))
        for title, members in zip(titles, found.values(), strict=True)
    ]


def _title(trial: Shown) -> str:
    header, environment = trial.header, trial.environment
    parts = [
        environment.title,
        parameters(changed(environment), " · "),
        trial.who + trial.figures.trace.more,
        one_line(condition_of(header), 80),
    ]
    parts += [f"{header.presentation} view"] if header.presentation else []
    parts += (
        [f"older dynamics ({header.dynamics})"] if header.dynamics < bioblue_envs.make(environment.id).dynamics else []
    )
    parts += [f"wording {words}"] if (words := unusual(*header.told)) else []
    return one_line(" · ".join(part for part in parts if part), 300)
