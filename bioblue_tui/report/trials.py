"""The trials of a report: files read, analysed, and put in groups of what may be averaged."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import bioblue_envs
from bioblue_envs import Environment

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import NOISE, Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import apart, condition_of, group_key, kin
from bioblue_tui.analysis.statistics import Figures, Quantity, quantities
from bioblue_tui.analysis.verdict import Verdict
from bioblue_tui.analysis.words import averaged
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.notes import noted
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.trials.events import Header, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.telling import changed, parameters
from bioblue_tui.wordings.collection import unusual

Order = Literal["given", "seed", "steps", "verdict", "onset"]
"""What trials can be ordered by."""

ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial in a report.

    Attributes:
        number: From 1, in the report's order.
        name: What to call it: the file's name, or its path where two files have the same name.
        digest: SHA-256 of the file, in hexadecimal.
        record: The record as it was read.
        state: The trial's state at its end.
        reading: What it means.
        verdict: How it went; None where the noise is not known.
        figures: What was measured.
    """

    number: int
    name: str
    digest: str
    record: Record
    state: TrialState
    reading: Analysis
    verdict: Verdict | None
    figures: Figures

    @property
    def header(self) -> Header:
        """What the trial is."""
        return self.record.header

    @property
    def environment(self) -> Environment:
        """The trial's world."""
        return self.state.environment

    @property
    def steps(self) -> list[Stepped]:
        """Every step that was done, in order; a damaged record may have lost some."""
        return [view.done for view in self.state.steps if view.done]

    @property
    def failures(self) -> list[Finding]:
        """What was found and is the agent's doing, in the order of the onsets."""
        return [finding for finding in self.reading.findings if finding.mode != NOISE]

    @property
    def unfound(self) -> str:
        """What is said where no failure of its own was found."""
        if self.figures.empty:
            return self.reading.unjudged
        return "no failure of its own found" if self.header.forked_after else "no failure found"

    @property
    def who(self) -> str:
        """The model, or the agent where there is none."""
        return one_line(self.header.model or self.header.agent or "unknown agent", 60)

    @property
    def label(self) -> str:
        """A short name in a column: number, and the seed where it is known."""
        return f"{self.number}" if self.header.seed is None else f"{self.number} · seed {self.header.seed}"


@dataclass(frozen=True, slots=True)
class Group:
    """Trials of one environment, agent and condition: those that may be averaged.

    Attributes:
        title: Environment, what is set otherwise than usual, agent, condition.
        trials: In the report's order.
        quantities: Every quantity over them.
    """

    title: str
    trials: tuple[Shown, ...]
    quantities: tuple[Quantity, ...]

    @property
    def environment(self) -> Environment:
        """The world of all of them."""
        return self.trials[0].environment

    @property
    def played(self) -> tuple[Shown, ...]:
        """Those that count: a step was played in them."""
        return tuple(trial for trial in self.trials if not trial.figures.empty)

    @property
    def whole(self) -> tuple[Shown, ...]:
        """Those that are averaged, and compared with other groups: they were played to their end."""
        return tuple(trial for trial in self.trials if not trial.figures.unaveraged)

    @property
    def kin(self) -> list[int]:
        """For each that is averaged the first one that it is not independent of."""
        return kin([trial.figures.trace for trial in self.whole])

    @property
    def independent(self) -> int:
        """How many independent trials there are."""
        return len(set(self.kin))

    @property
    def averaged(self) -> str:
        """What means are of."""
        return averaged([trial.figures for trial in self.trials], self.independent)

    @property
    def disturbed(self) -> bool:
        """Whether anything was added to the noise of any: the reference met that, too."""
        return any(trial.figures.trace.disturbed for trial in self.trials)

    @property
    def inherited(self) -> list[int]:
        """How many steps each shares with its parent."""
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
        try:
            record, digest = open_record(path), hashlib.sha256(read_bytes(path)).hexdigest()
            state = TrialState(record.header).feed(noted(record))
        except (RecordError, ValueError) as error:
            complain(error_line(error, 400))
            continue
        reading = Analysis(record.header, state.environment).feed(record.events)
        name = path.name if names[path.name] == 1 else str(path)
        verdict = reading.verdict(references)
        figures = Figures.of(state, reading, path)
        shown.append(Shown(len(shown) + 1, one_line(name, 200), digest, record, state, reading, verdict, figures))
    return shown


def ordered(trials: Sequence[Shown], order: Order) -> list[Shown]:
    """Return trials in an order, numbered anew; where they are alike in it they stay as they are.

    Args:
        trials: Any trials.
        order: ``given`` leaves them, ``seed`` and ``steps`` begin with the least, ``verdict`` with the worst, ``onset``
            with the earliest failure; what has none comes last.
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
    return [replace(trial, number=number) for number, trial in enumerate(found, 1)]


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
