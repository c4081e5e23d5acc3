"""The trials of a study, read from their records, with what was measured in the sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from pathlib import Path

from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.records.collection import open_record, standing_of
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.studies.absences import Absence
from bioblue_tui.studies.flow import trial_places
from bioblue_tui.studies.log import PRACTICE, TIME_LIMIT, TRIAL, Decision, Done, Log
from bioblue_tui.studies.removed import Stood, read_removed
from bioblue_tui.studies.sessions import is_running, nobodys, participants, read_session, session_file, study_dir
from bioblue_tui.studies.study import Study, StudyTrial
from bioblue_tui.studies.versions import Version, kept_versions
from bioblue_tui.system.paths import data_dir, trials_dir
from bioblue_tui.trials.events import Ended, Noted
from bioblue_tui.trials.state import Attempt, StepView


@dataclass(frozen=True, slots=True)
class Person:
    """A participant.

    Attributes:
        log: Their session.
        version: The version of the study that they play.
        running: Whether they were playing when the log was read.
    """

    log: Log
    version: Version
    running: bool = False

    @property
    def code(self) -> str:
        """Their code."""
        return self.log.opening.participant

    @property
    def study(self) -> Study:
        """What they play."""
        return self.version.study

    def away(self, done: Done) -> Mapping[str, float] | None:
        """Return how much of a view's time is excluded, by why; None where not all of it was noted."""
        trial, _ = self.log.trials.get(done.view, ("", ""))
        return self.log.away(trial) if trial else done.away

    def still(self, stretch: Absence) -> bool:
        """Return whether a stretch that does not count was still open, the program running, when the log was read."""
        return self.running and not stretch.ended and not stretch.lost

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many keys did not count, by view, over or not; without those that the table of decisions counts.

        No table has the answers of a practice trial, so all its keys are here.
        """
        log = self.log
        counts = {view: own.dropped for view, own in {**log.interrupted, **log.done}.items()}
        for view, (trial, _) in log.trials.items():
            practice = view.startswith(f"{TRIAL}{PRACTICE}.")
            answers = sum(own.dropped for own in log.decisions if own.trial == trial) if practice else 0
            counts[view] = counts.get(view, 0) + log.dropped(trial) + answers
        if log.showing not in log.trials:
            counts[log.showing] = counts.get(log.showing, 0) + log.dropped_at(log.showing)
        return counts


class Played(AnalysedTrial):
    """A trial that somebody has played or begun.

    Args:
        person: The participant who plays it.
        trial: The trial in their version of the study.
        place: Its place in their order, from 1; 0 for practice.
        record: Its record.
        outcome: How it ended; empty while it has not.
    """

    def __init__(self, person: Person, trial: StudyTrial, place: int, record: Record, outcome: str) -> None:
        super().__init__(record)
        self.person, self.trial, self.place, self.outcome = person, trial, place, outcome

    @cached_property
    def decisions(self) -> Mapping[tuple[int, int], Decision]:
        """How its answers came about, by step and attempt."""
        return {(d.step, d.attempt): d for d in self.person.log.decisions if d.trial == self.header.id}

    @property
    def ended(self) -> float:
        """When it was over, by its record, seconds since the epoch; infinite while it is not."""
        # Somebody may have added a note since.
        last = next((event for event in reversed(self.record.events) if not isinstance(event, Noted)), None)
        return last.at if isinstance(last, Ended) else inf

    @cached_property
    def standing(self) -> str:
        """How it stands, in the word that lists use; or that its time limit ended it."""
        # Where the record has lost its end, the session's word on it does not count.
        ended = self.outcome if self.state.status == "ended" else ""
        return ended or standing_of(self.state, self.record.path)

    @property
    def unaveraged(self) -> str:
        """Why it is left out where trials are averaged or compared; empty where it counts."""
        return self.state.unaveraged and self.standing

    @property
    def complete(self) -> bool:
        """True when it was played to its end: all steps, or until its environment ended."""
        return self.state.whole

    @property
    def seconds(self) -> float:
        """How long it was played, without excluded time."""
        return round(self.person.log.played(self.record.header.id), 6)

    @property
    def away(self) -> Mapping[str, float] | None:
        """Its excluded time, by why; None where not all of it was noted."""
        return self.person.log.away(self.record.header.id)

    @property
    def dropped(self) -> int:
        """How many keys did not count in it, in all; not for practice trials."""
        own = self.person.dropped.get(f"{TRIAL}{self.trial.key}", 0)
        return own + sum(decision.dropped for decision in self.decisions.values())

    @property
    def answers(self) -> Iterator[tuple[StepView, Attempt, Sequence[Attempt]]]:
        """Every answer with its step, and the attempts right before it that left the question unanswered."""
        for view in self.state.steps:
            left: list[Attempt] = []
            for attempt in view.attempts:
                if attempt.text is None:
                    left.append(attempt)
                else:
                    yield view, attempt, left
                    left = [] if view.judged(attempt) else [attempt]

    @property
    def response_times(self) -> list[float]:
        """Seconds of its answers, without answers to a question that was on the screen before an interruption."""
        found = (self.decisions.get((view.number, attempt.number)) for view, attempt, left in self.answers if not left)
        return [decision.seconds for decision in found if decision]

    @property
    def cut(self) -> bool:
        """True when its time limit ended it before its last step."""
        return self.outcome == TIME_LIMIT and not self.complete


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything a study has so far.

    Attributes:
        name: Name of the study.
        versions: Every version that was kept or that somebody plays, by number.
        people: Every participant whose session can be read, by their codes.
        trials: Every trial that was begun, practice too, participant by participant, in the order they were played.
        problems: What could not be read and is left out, a sentence each.
        remarks: Other problems for which nothing is left out, a sentence each.
        removed: How many participants were removed, by version and how they stood; they are counted nowhere else.
        unread: Every trial that was begun and whose record can't be read.
        lost: Codes of participants whose session can't be read: nobody knows what they played.
    """

    name: str
    versions: Sequence[Version]
    people: Sequence[Person]
    trials: Sequence[Played]
    problems: Sequence[str]
    remarks: Sequence[str]
    removed: Mapping[Stood, int]
    unread: Sequence[StudyTrial] = ()
    lost: Sequence[str] = ()

    @property
    def counting(self) -> Sequence[Played]:
        """The trials that are not practice."""
        return [played for played in self.trials if not played.trial.practice]

    @property
    def ends(self) -> Mapping[tuple[str, str], float]:
        """When each trial was over, by its participant's code and its view's key; see ``Played.ended``."""
        return {(played.person.code, f"{TRIAL}{played.trial.key}"): played.ended for played in self.trials}

    @property
    def killed(self) -> int:
        """How often the program ended in the middle of a view without noting how long it had been open.

        A trial that was over, with its score card on the screen, does not count: then nothing is missing.
        """
        ends = self.ends
        cuts = [(one.code, view, at) for one in self.people for view, at in one.log.killed]
        cuts += [(one.code, one.log.showing, inf) for one in self.people if one.log.showing and not one.running]
        return sum(ends.get((code, view), inf) >= at for code, view, at in cuts)

    def only(self, version: Version) -> Collected:
        """Return the part that belongs to one version."""
        people = [person for person in self.people if person.version.number == version.number]
        trials = [played for played in self.trials if played.person.version.number == version.number]
        removed = {stood: count for stood, count in self.removed.items() if stood.version == version.number}
        return replace(self, versions=[version], people=people, trials=trials, removed=removed)


def collect(name: str, study: Study | None = None, data: Path | None = None) -> Collected:
    """Read everything a study has so far. What cannot be read is left out and listed in ``problems``.

    Args:
        name: Name of the study.
        study: The study as its file is now, for sessions of which no version was kept; None without a file.
        data: The data directory; None for the platform's.
    """
    directory = study_dir(name, data)
    kept = kept_versions(directory)
    versions = {version.number: version for version in kept.versions}
    people: list[Person] = []
    trials: list[Played] = []
    problems: list[str] = []
    unread: list[StudyTrial] = []
    lost: list[str] = []
    removed: Mapping[Stood, int] = {}
    try:
        removed = read_removed(directory)
    except RecordError as error:
        problems.append(f"how many participants were removed: {error}")
    for code in participants(directory):
        path = session_file(directory, code)
        # Asked before reading: a stretch still open in the file was then open while the program ran.
        running = is_running(path)
        try:
            log = read_session(path, kept.played(study))
        except RecordError as error:
            problems.append(f"{code}: {error}")
            lost.append(code)
            continue
        version = kept.of(log, study)
        if version is None:
            told = kept.lost(log.opening.version)
            if not log.opening.version:
                told = "no copy was kept of what they play; name the study's file as it was then"
            problems.append(f"{code}: {told}")
            lost.append(code)
            continue
        versions.setdefault(version.number, version)
        people.append(person := Person(log, version, running))
        for found in _trials(person, trials_dir(data_dir(data)), unread):
            if isinstance(found, Played):
                trials.append(found)
            else:
                problems.append(f"{code}: {found}")
    if not versions and study is not None:
        versions[0] = Version(0, study)
    missed, remarks = kept.told({person.version.number for person in people})
    remarks += nobodys(directory)
    found_versions = [versions[number] for number in sorted(versions)]
    return Collected(name, found_versions, people, trials, [*missed, *problems], remarks, removed, unread, lost)


def _trials(person: Person, directory: Path, unread: list[StudyTrial]) -> Iterator[Played | str]:
    """Yield a participant's trials, or why one is left out; one without a readable record goes to ``unread``."""
    study, log = person.study, person.log
    places = trial_places(study, log)
    for view, (_, file) in log.trials.items():
        trial = study.trial(view.removeprefix(TRIAL))
        if trial is None:
            yield f"{view}: the study has no such trial"
            continue
        try:
            record = open_record(directory / Path(file).name)
        except RecordError as error:
            unread.append(trial)
            yield str(error)
            continue
        done = log.done.get(view)
        yield Played(person, trial, places.get(trial.key, 0), record, done.outcome if done else "")
