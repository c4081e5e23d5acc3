"""What has happened in a participant's session: the lines of its file, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from bioblue_tui.records.schema import DecodeError

T = TypeVar("T")

SESSION_MARK = "bioblue-study"
"""Value of the first field of a session's file, ``record``."""

SESSION_VERSION = "1.1"
"""Version of a session's file, ``major.minor``."""

FINISHED, DECLINED, EXCLUDED = "finished", "declined", "excluded"
"""How a session ends: at the last page; at the consent page; after the questions about the instructions."""

TIME_LIMIT = "time limit"
"""Outcome of a trial that its time limit ended."""

LATEST = 250_000_000_000
"""The largest number of a session: its seconds since the epoch are in the year 9892, and dates go little further."""

OUT_OF_TIME = "no time left"
"""Outcome of a trial that did not begin, since the study's time was over."""

TRIAL = "trial/"
"""Begin of the key of a trial's view."""

PRACTICE = "practice"
"""Name of the block of practice trials."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a session is: the first line of its file.

    Attributes:
        study: Name of the study.
        participant: The participant's code.
        row: Which row of the design orders its blocks and trials.
        trials: Hash of the study's trials as they were when it began.
        program: Program and version.
        created: When it began, ISO 8601 with offset.
        version: Number of the study's version that they play; 0 where that was not kept yet.
        digest: Hash of that version's file and of what it names; empty where it was not kept yet.
    """

    study: str
    participant: str
    row: int
    trials: str
    program: str
    created: str
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was shown and is over.

    Attributes:
        view: Its key.
        at: When, seconds since the epoch.
        seconds: How long it was on the screen, less what is excluded.
        away: Seconds that are excluded, by why.
        answer: What was answered; empty where nothing was asked.
        outcome: How it ended, where it could end in several ways.
        dropped: Keys that were pressed before it was on the screen, or under a dialog; they did not count.
    """

    view: str
    at: float
    seconds: float
    away: Mapping[str, float]
    answer: str = ""
    outcome: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer in a trial, as it came about. The record has the answer itself.

    Attributes:
        trial: Id of the trial's record.
        step: Which step.
        attempt: Which attempt.
        seconds: From the observation to the answer, less what is excluded; a monotonic clock's.
        away: Seconds that are excluded, by why: ``pause``, ``leaving`` (the question whether to), ``focus`` (another
            window had it).
        edits: Changes of the answer line.
        deletions: Those of them that took something away.
        pasted: How often something was pasted, be it a single character.
        repeated: True when the last action was handed in again with one key.
        late: True when it came after it was asked for.
        looks: How often an earlier step was looked at.
        screen: What was on the screen: presentation, panels, the step shown, columns, rows.
        dropped: Keys that were pressed before the question was on the screen, or under a dialog; they did not count.
    """

    trial: str
    step: int
    attempt: int
    seconds: float
    away: Mapping[str, float]
    edits: int
    deletions: int
    pasted: int
    repeated: bool
    late: bool
    looks: int
    screen: Mapping[str, object]
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of the program for a session.

    Attributes:
        at: When it began, seconds since the epoch.
        program: Program and version.
        columns: Width of the terminal in characters.
        rows: Its height.
        digest: Hash of the study's file and pages.
    """

    at: float
    program: str
    columns: int
    rows: int
    digest: str


@dataclass(slots=True)
class Absence:
    """A stretch that does not count.

    Attributes:
        why: What kept the participant away: ``pause``, ``leaving`` or ``focus``.
        began: When it began, seconds since the epoch.
        ended: When it ended; 0 where the program ended first.
        seconds: How long it was, on a monotonic clock; 0 where the program ended first.
    """

    why: str
    began: float
    ended: float = 0.0
    seconds: float = 0.0


@dataclass(slots=True)
class Log:
    """A session so far.

    Attributes:
        opening: What it is.
        done: What is over, by the key of its view.
        trials: Id and file name of the record of each trial that was begun, by the key of its view.
        decisions: Every answer, in order.
        visits: Every run of the program.
        sizes: Columns and rows of the terminal, with when they became so.
        absences: Every stretch that does not count, in the order in which they began. Some may overlap.
        unanswered: Seconds that count and were spent on observations that were left without an answer, by trial's id.
        left_open: The same seconds by trial's id, step and attempt, where they were noted with them.
        last: When the last thing happened, seconds since the epoch.
        outcome: How the session ended; empty while it has not.
    """

    opening: Opening
    done: dict[str, Done] = field(default_factory=dict)
    trials: dict[str, tuple[str, str]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    sizes: list[tuple[float, int, int]] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    unanswered: dict[str, float] = field(default_factory=dict)
    left_open: dict[tuple[str, int, int], float] = field(default_factory=dict)
    last: float = 0.0
    outcome: str = ""

    def apply(self, line: Mapping[str, Any]) -> None:
        """Take in one line of the file.

        Raises:
            DecodeError: When it is none.
        """
        try:
            if not _possible(line) or line["at"] < 0:
                raise ValueError
            self._take(dict(line))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DecodeError(f"no line of a session ({type(error).__name__})") from None

    def feed(self, lines: Iterable[Mapping[str, Any]]) -> Log:
        """Take in lines and return this log."""
        for line in lines:
            self.apply(line)
        return self

    def _take(self, line: dict[str, Any]) -> None:
        kind, at = str(line.pop("event")), float(line["at"])
        self.last = max(self.last, at)
        match kind:
            case "visit":
                self.visits.append(_made(Visit, line))
                self.sizes.append((at, int(line["columns"]), int(line["rows"])))
            case "done":
                done = _made(Done, line)
                self.done[done.view] = done
            case "trial":
                self.trials[str(line["view"])] = (str(line["id"]), str(line["file"]))
            case "decision":
                del line["at"]
                self.decisions.append(_made(Decision, line))
            case "resized":
                self.sizes.append((at, int(line["columns"]), int(line["rows"])))
            case "away" if "seconds" in line:  # as sessions before 1.1 have it: once it was over
                seconds = float(line["seconds"])
                self.absences.append(Absence(str(line["why"]), at - seconds, at, seconds))
            case "away":
                self.absences.append(Absence(str(line["why"]), at))
            case "back":
                self._back(str(line["why"]), at, float(line["seconds"]))
            case "unanswered":
                self._left(str(line["trial"]), float(line["seconds"]), int(line.get("step", 0)), line.get("attempt"))
            case "ended":
                self.outcome = str(line["outcome"])
            case "shown" | "left":
                pass
            case _:
                raise ValueError(kind)

    def _left(self, trial: str, seconds: float, step: int, attempt: int | None) -> None:
        self.unanswered[trial] = self.unanswered.get(trial, 0.0) + seconds
        if attempt is not None:
            self.left_open[trial, step, int(attempt)] = seconds

    def _back(self, why: str, at: float, seconds: float) -> None:
        stretch = next((own for own in reversed(self.absences) if own.why == why and not own.ended), None)
        if stretch is None:
            raise ValueError(why)
        stretch.ended, stretch.seconds = at, seconds

    @property
    def trials_done(self) -> int:
        """How many trials that count are over; those that did not begin for want of time are not."""
        return sum(done.outcome != OUT_OF_TIME for done in self.own_trials)

    @property
    def own_trials(self) -> list[Done]:
        """What came of every trial that counts and is over."""
        practice = f"{TRIAL}{PRACTICE}."
        return [done for key, done in self.done.items() if key.startswith(TRIAL) and not key.startswith(practice)]

    def played(self, trial: str) -> float:
        """Return how long a trial was played, less what is excluded, by the id of its record."""
        decisions = sum(decision.seconds for decision in self.decisions if decision.trial == trial)
        return decisions + self.unanswered.get(trial, 0.0)

    def answer(self, view: str) -> str:
        """Return what was answered to a view; empty where nothing was, or not yet."""
        done = self.done.get(view)
        return done.answer if done else ""


def _possible(value: object) -> bool:
    """Tell whether all numbers in a line are such as a session can have."""
    if isinstance(value, int | float):
        return -LATEST <= value <= LATEST
    if isinstance(value, Mapping):
        return all(map(_possible, value.values()))
    return not isinstance(value, list) or all(map(_possible, value))


_KINDS: Mapping[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float), "bool": bool}


def _made(kind: type[T], line: Mapping[str, Any]) -> T:
    """Make what a line holds; a value of another type than is said of it, as in a damaged file, is a TypeError."""
    made = kind(**line)
    for own in fields(kind):  # type: ignore[arg-type]
        value, wanted = getattr(made, own.name), _KINDS.get(str(own.type), Mapping)
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise TypeError(own.name)
    return made
