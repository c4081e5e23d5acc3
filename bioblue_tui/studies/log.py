"""What has happened in a participant's session, read from the lines of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from bioblue_tui.records.schema import DecodeError
from bioblue_tui.studies.absences import Absence, added, together

T = TypeVar("T")

SESSION_MARK = "bioblue-study"
"""Value of the first field of a session's file, ``record``."""

SESSION_VERSION = "1.2"
"""Version of a session's file, ``major.minor``. 1.2 added ``open`` and ``dropped``; to ``left`` the view that was open;
to ``unanswered`` excluded time; to both the number of keys ``dropped``; to ``decision`` whether its question was in
view."""

FINISHED, DECLINED, EXCLUDED = "finished", "declined", "excluded"
"""Where a session ends: at the last page; at the consent page; after the questions about the instructions."""

CLOSING = "closing"
LAST_PAGES = CLOSING, DECLINED, EXCLUDED
"""Pages that wait for the experimenter: nothing more is asked on them."""

TIME_LIMIT = "time limit"
"""Outcome of a trial that its time limit ended."""

LATEST = 250_000_000_000
"""The largest number in a session: as seconds since the epoch it is in the year 9892, near the last possible date."""

OUT_OF_TIME = "no time left"
"""Outcome of a trial that did not begin because the study's time was over."""

TRIAL = "trial/"
"""How the key of a trial's view begins."""

PRACTICE = "practice"
"""Name of the block of practice trials."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a session is: the first line of its file.

    Attributes:
        study: Name of the study.
        participant: The participant's code.
        row: The row of the design that orders its blocks and trials.
        trials: Hash of the study's trials as they were when it began.
        program: Program and version.
        created: When it began, ISO 8601 with offset.
        version: Number of the study's version that they play; 0 for older sessions, without a kept version.
        digest: Hash of that version's file and of all it names; empty for older sessions.
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
        seconds: How long it was on the screen, without excluded time.
        away: Excluded seconds, by why.
        answer: The answer; empty where nothing was asked.
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

    def after(self, earlier: Done | None) -> Done:
        """Return it with an earlier showing added, on which the program was left."""
        if earlier is None:
            return self
        away, seconds = added((earlier.away, self.away)), round(earlier.seconds + self.seconds, 6)
        return replace(self, seconds=seconds, away=away, dropped=earlier.dropped + self.dropped)


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer in a trial, as it came about. The record has the answer itself.

    Attributes:
        trial: Id of the trial's record.
        step: Which step.
        attempt: Which attempt.
        seconds: From the observation to the answer, without excluded time, on a monotonic clock.
        away: Excluded seconds, by why: ``pause``, ``leaving`` (at the question whether to leave), ``focus`` (in another
            window).
        edits: Changes of the answer line.
        deletions: How many of these changes removed something.
        pasted: How often something was pasted, even a single character.
        repeated: True when the last action was put on the line with one key; in older logs, when it was submitted so.
        late: True when it came after the participant was asked to hurry.
        looks: How often an earlier step was looked at.
        screen: What was on the screen: presentation, panels, the step shown, columns, rows.
        dropped: Keys that were pressed before the question was on the screen, or under a dialog; they did not count.
        question_in_view: Whether the end of its question, as text, was in view when it was submitted; None where that
            was not noted.
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
    question_in_view: bool | None = None


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
class Log:
    """A session so far.

    Attributes:
        opening: What it is.
        done: What is over, by the key of its view.
        trials: Id and file name of the record of each trial that was begun, by the key of its view.
        decisions: Every answer, in order.
        visits: Every run of the program.
        sizes: The moment, columns and rows of every size that the terminal had.
        absences: Every stretch that does not count, in the order in which they began. Some may overlap.
        unanswered: Seconds that count, spent on observations that were left without an answer, by trial's id.
        left_open: The same seconds by trial's id, step and attempt, where they were noted with them.
        left_away: Excluded time at each such observation, by why, by trial's id; None where it was not noted. After a
            kill only stretches that were over are in it.
        left_dropped: How many keys did not count at such observations, by trial's id.
        open: Step, attempt, seconds and dropped keys of the open question, by trial's id, in trials with a time limit
            or ``hurry``.
        dropped_now: How many keys did not count so far in the view on the screen; they are in no other figure yet.
        interrupted: What earlier visits add to a page or question on which the program was left, by its key.
        killed: Views in which the program ended without noting how long they were open, each with the time at which
            this was found.
        cut_short: Ids of trials of which only the last second, at most, before such an end is not known.
        showing: Key of the view that is on the screen; empty between two.
        since: When the question on the screen was asked, seconds since the epoch.
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
    left_away: dict[str, list[Mapping[str, float] | None]] = field(default_factory=dict)
    left_dropped: Counter[str] = field(default_factory=Counter)
    open: dict[str, tuple[int, int, float, int]] = field(default_factory=dict)
    dropped_now: int = 0
    interrupted: dict[str, Done] = field(default_factory=dict)
    killed: list[tuple[str, float]] = field(default_factory=list)
    cut_short: set[str] = field(default_factory=set)
    showing: str = ""
    since: float = 0.0
    last: float = 0.0
    outcome: str = ""

    def apply(self, line: Mapping[str, Any]) -> None:
        """Take in one line of the file.

        Raises:
            DecodeError: When it is not a line of a session.
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
                self._after_a_kill(at)
                self.visits.append(_made(Visit, line))
                self.sizes.append((at, int(line["columns"]), int(line["rows"])))
            case "done":
                done = _made(Done, line)
                self.done[done.view], self.showing, self.dropped_now = done, "", 0
            case "trial":
                self.trials[str(line["view"])] = (str(line["id"]), str(line["file"]))
                self.since = at
            case "decision":
                del line["at"]
                self.decisions.append(_made(Decision, line))
                self.open.pop(self.decisions[-1].trial, None)
                self.since, self.dropped_now = at, 0
            case "resized":
                self.sizes.append((at, int(line["columns"]), int(line["rows"])))
            case "away":
                # Sessions before 1.1 have this line only at the end of the stretch.
                seconds = float(line.get("seconds", 0.0))
                ended = at if "seconds" in line else 0.0
                self.absences.append(Absence(str(line["why"]), at - seconds, ended, seconds))
            case "back":
                self._back(str(line["why"]), at, float(line["seconds"]))
            case "unanswered":
                step, seconds = int(line.get("step", 0)), float(line["seconds"])
                self._left(str(line["trial"]), seconds, step, line.get("attempt"), *_uncounted(line))
                self.since, self.dropped_now = at, 0
            case "ended":
                self.outcome = str(line["outcome"])
            case "open" | "dropped":
                self._goes_on(kind, line)
            case "shown" | "left":
                self._shows(str(line.get("view", "")) if kind == "shown" else "", line)
            case _:
                raise ValueError(kind)

    def _goes_on(self, kind: str, line: dict[str, Any]) -> None:
        """Take in a line about the view or question that is open and stays open."""
        if kind == "dropped":
            self.dropped_now = int(line["keys"])
        else:
            question = int(line["step"]), int(line["attempt"])
            # Only the first programs of 1.2 wrote dropped keys here.
            self.open[str(line["trial"])] = (*question, float(line["seconds"]), int(line.get("dropped", 0)))

    def _shows(self, view: str, line: dict[str, Any]) -> None:
        """Take in which view is on the screen from now on; none, where the program was left."""
        if not view:
            for stretch in filter(lambda own: not own.ended and not own.lost, self.absences):
                # Before 1.2, a stretch in which the program was left had no end.
                stretch.ended = line["at"]
                stretch.seconds = round(max(0.0, stretch.ended - stretch.began), 6)
        if not view and "view" in line:
            left = _made(Done, line)
            self.interrupted[left.view] = left.after(self.interrupted.get(left.view))
        elif not view:
            # Before 1.2 nothing said for how long a page was open.
            self._killed(line["at"], pages_only=True)
        self.showing, self.since, self.dropped_now = view, line["at"], 0

    def _after_a_kill(self, at: float) -> None:
        """Take in what is known of a view that was open when the program was killed before this visit."""
        for stretch in self.absences:
            stretch.lost = not stretch.ended
        self._killed(at)
        showing, dropped = self.showing, self.dropped_at(self.showing)
        self.showing, self.dropped_now = "", 0
        if showing in self.trials:
            self.left_away.setdefault(self.trials[showing][0], []).append(together(self.absences, self.since))
            self.left_dropped[self.trials[showing][0]] += dropped
        elif showing and ((away := together(self.absences, self.since)) or dropped):
            left = Done(showing, at, 0.0, away, dropped=dropped)
            self.interrupted[showing] = left.after(self.interrupted.get(showing))
        for trial, (step, attempt, seconds, dropped) in list(self.open.items()):
            self._left(trial, seconds, step, attempt, {}, dropped)
            self.cut_short.add(trial)

    def _killed(self, at: float, *, pages_only: bool = False) -> None:
        if self.showing and not (pages_only and self.showing.startswith(TRIAL)):
            self.killed.append((self.showing, at))

    def _left(
        self, trial: str, seconds: float, step: int, attempt: int | None, away: Mapping[str, float] | None, dropped: int
    ) -> None:
        self.open.pop(trial, None)
        self.left_dropped[trial] += dropped
        self.left_away.setdefault(trial, []).append(away)
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
        """How many trials that count are over, without those for which no time was left."""
        return sum(done.outcome != OUT_OF_TIME for done in self.own_trials)

    @property
    def own_trials(self) -> list[Done]:
        """Every trial that counts and is over."""
        return [done for view, done in self.done.items() if _counts(view)]

    @property
    def open_trials(self) -> list[str]:
        """The ids of the trials that count and were begun, but are not over."""
        return [trial for view, (trial, _) in self.trials.items() if _counts(view) and view not in self.done]

    def played(self, trial: str) -> float:
        """Return how long the trial with this record was played, without excluded time."""
        decisions = sum(decision.seconds for decision in self.decisions if decision.trial == trial)
        return decisions + self.unanswered.get(trial, 0.0) + self.open.get(trial, (0, 0, 0.0, 0))[2]

    def away(self, trial: str) -> Mapping[str, float] | None:
        """Return the excluded time of the trial with this record, by why; None where not all of it was noted."""
        parts: list[Mapping[str, float] | None] = [own.away for own in self.decisions if own.trial == trial]
        parts += self.left_away.get(trial, [])
        if trial == self.trials.get(self.showing, ("", ""))[0]:
            parts.append(together(self.absences, self.since))
        known = [part for part in parts if part is not None]
        return added(known) if len(known) == len(parts) else None

    def dropped(self, trial: str) -> int:
        """Return how many keys did not count at unanswered questions of the trial with this record."""
        view = self.showing if trial == self.trials.get(self.showing, ("", ""))[0] else ""
        return self.left_dropped[trial] + self.open.get(trial, (0, 0, 0.0, 0))[3] + self.dropped_at(view)

    def dropped_at(self, view: str) -> int:
        """Return how many keys did not count so far in a view that is on the screen; 0 where it is not."""
        return self.dropped_now if view and view == self.showing else 0

    def open_before(self, trial: str) -> float:
        """Return how long the present question of the trial with this record is known to have been open before."""
        answered = max(((own.step, own.attempt) for own in self.decisions if own.trial == trial), default=(0, 0))
        left = self.left_open.items()
        return sum(seconds for (of, *question), seconds in left if of == trial and tuple(question) > answered)

    @property
    def seconds(self) -> float:
        """How long questions, trials and all pages except the last were on the screen, without excluded time."""
        known = {**self.interrupted, **self.done}
        playing = sum(self.played(trial) for view, (trial, _) in self.trials.items() if view not in self.done)
        return sum(own.seconds for view, own in known.items() if view not in LAST_PAGES) + playing

    def answer(self, view: str) -> str:
        """Return the answer given in a view; empty where there is none, or none yet."""
        done = self.done.get(view)
        return done.answer if done else ""


def _uncounted(line: Mapping[str, Any]) -> tuple[Mapping[str, float] | None, int]:
    """Return the excluded time in a line, by why, or None where it has none noted; and the number of dropped keys."""
    away = {str(why): float(seconds) for why, seconds in line["away"].items()} if "away" in line else None
    return away, int(line.get("dropped", 0))


def _possible(value: object) -> bool:
    """Return whether all numbers in a line are within the limits of a session."""
    if isinstance(value, int | float):
        return -LATEST <= value <= LATEST
    if isinstance(value, Mapping):
        return all(map(_possible, value.values()))
    return not isinstance(value, list) or all(map(_possible, value))


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "bool | None": (bool, type(None)),
}


def _made(kind: type[T], line: Mapping[str, Any]) -> T:
    """Make the object that a line holds; a value of the wrong type, as in a damaged file, is a TypeError."""
    made = kind(**line)
    for own in fields(kind):  # type: ignore[arg-type]
        value, wanted = getattr(made, own.name), _KINDS.get(str(own.type), Mapping)
        if not isinstance(value, wanted) or (isinstance(value, bool) and "bool" not in str(own.type)):
            raise TypeError(own.name)
    return made


def _counts(view: str) -> bool:
    """Return whether a view is a trial that is not practice."""
    return view.startswith(TRIAL) and not view.startswith(f"{TRIAL}{PRACTICE}.")
