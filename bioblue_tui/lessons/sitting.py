"""A lesson while it is given: where the class is, what it guessed, and how its trials ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bioblue_envs
from bioblue_envs import Homeostatic

from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.format import Activity, Block, Discussion, Lesson, Prediction, Reveal, Text
from bioblue_tui.lessons.guesses import MOST, Guess, GuessError, read_guesses
from bioblue_tui.lessons.outcome import Outcome
from bioblue_tui.trials.events import MAX_STEPS

Place = tuple[int, int]
"""A block's page and its number on the page, both from 0."""


@dataclass(slots=True)
class Played:
    """A trial of the lesson that was played or watched.

    Attributes:
        outcome: What came of it.
        path: Its record.
        others: What came of it under each alternative rule, by the rule's number from 0.
    """

    outcome: Outcome
    path: Path | None
    others: dict[int, Outcome] = field(default_factory=dict)


class Sitting:
    """Goes through a lesson. Trials, predictions and reveals hold up a page until they are passed.

    Args:
        lesson: The lesson.

    Attributes:
        page: The page that is shown, from 0.
        guesses: What the class guessed.
        played: The trials that were played.
    """

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.page = 0
        self.guesses: defaultdict[Place, list[Guess]] = defaultdict(list)
        self.played: dict[Place, Played] = {}
        self._passed: set[Place] = set()
        self._opened = {0}

    # Where the class is

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of this page."""
        return self.lesson.pages[self.page].blocks

    @property
    def stop(self) -> int | None:
        """The block of this page that is waiting to be passed; None at the page's end."""
        return self._stop(self.page)

    @property
    def seen(self) -> range:
        """The blocks of this page that may be seen."""
        stop = self.stop
        return range(len(self.blocks) if stop is None else stop + 1)

    @property
    def last(self) -> bool:
        """Whether this is the last page."""
        return self.page == len(self.lesson.pages) - 1

    def block(self, place: Place) -> Block:
        """Return a block."""
        return self.lesson.pages[place[0]].blocks[place[1]]

    def passed(self, place: Place) -> bool:
        """Whether a block no longer holds up its page."""
        return place in self._passed

    def pass_on(self) -> None:
        """Pass the block that holds up this page."""
        stop = self.stop
        if stop is not None:
            self._passed.add((self.page, stop))

    def turn(self, page: int) -> bool:
        """Turn to a page; False where it does not exist."""
        if not 0 <= page < len(self.lesson.pages):
            return False
        self.page = page
        self._opened.add(page)
        return True

    def done(self, page: int) -> bool:
        """Whether a page was opened, and nothing holds it up any more."""
        return page in self._opened and self.whole(page)

    def whole(self, page: int) -> bool:
        """Whether nothing holds up a page any more."""
        return self._stop(page) is None

    def _stop(self, page: int) -> int | None:
        for index, block in enumerate(self.lesson.pages[page].blocks):
            if not isinstance(block, Text | Discussion) and (page, index) not in self._passed:
                return index
        return None

    # Trials

    def record(self, place: Place, outcome: Outcome, path: Path | None) -> None:
        """Keep what came of a trial, and pass it.

        Where the trial was resumed, outcomes under other rules stay if they have as many steps.
        """
        before = self.played.get(place)
        others = {} if before is None else before.others
        others = {rule: other for rule, other in others.items() if other.steps >= outcome.steps}
        self.played[place] = Played(outcome, path, others)
        self._passed.add(place)

    def activity(self, place: Place) -> Activity:
        """Return the trial in a block."""
        block = self.block(place)
        assert isinstance(block, Activity)
        return block

    def rules(self, place: Place) -> list[str]:
        """Name the alternative rules of a trial, and mark those that also change the noise."""
        activity = self.activity(place)
        if not activity.what_ifs:
            return []
        noise = _noise(activity.environment, activity.parameters)
        return [
            one_line(rule.label, 44)
            + " (other noise)" * (_noise(activity.environment, {**activity.parameters, **rule.parameters}) != noise)
            for rule in activity.what_ifs
        ]

    @property
    def newest(self) -> Place | None:
        """The last trial played on this page; on a page without one, the last played in the lesson."""
        places = [(self.page, index) for index in reversed(self.seen)]
        return next((place for place in (*places, *reversed(self.played)) if place in self.played), None)

    @property
    def skipped(self) -> Place | None:
        """The last trial of this page that was skipped, where none of them was played."""
        trials = [(self.page, index) for index in self.seen if isinstance(self.blocks[index], Activity)]
        passed = [place for place in trials if place in self._passed]
        return passed[-1] if passed and not any(place in self.played for place in trials) else None

    @property
    def changeable(self) -> Place | None:
        """The last trial of this page that was played and has other rules to try."""
        places = [(self.page, index) for index in reversed(self.seen)]
        return next((place for place in places if place in self.played and self.activity(place).what_ifs), None)

    def secret(self, place: Place) -> bool:
        """Whether the class still has to answer a question about a trial, or, on another page, when it goes wrong.

        After a trial that the class plays, questions up to the next trial count, even on another page.
        """
        activity = self.activity(place)
        if activity.agent == "human":
            return any((page, index) not in self._passed for page, index in self._asked_after(place))
        shown = _identity(activity)
        return any(
            isinstance(block, Prediction)
            and (number == place[0] or block.kind == "step")
            and (number, index) not in self._passed
            for number, page in enumerate(self.lesson.pages)
            if any(isinstance(block, Activity) and _identity(block) == shown for block in page.blocks)
            for index, block in enumerate(page.blocks)
        )

    def _asked_after(self, place: Place) -> Iterator[Place]:
        """Yield the predictions between a trial and the next one, except those about a failure of that next one."""
        for number, page in enumerate(self.lesson.pages):
            for index, block in enumerate(page.blocks):
                if (number, index) > place and isinstance(block, Activity):
                    return
                if (number, index) < place or not isinstance(block, Prediction):
                    continue
                if block.kind != "step" or self.about((number, index)) == place:
                    yield number, index

    def suspense(self, place: Place) -> bool:
        """Whether the class is to notice what goes wrong in a trial before the program says it."""
        page = place[0]
        blocks = enumerate(self.lesson.pages[page].blocks)
        hidden = any(isinstance(block, Reveal) and (page, index) not in self._passed for index, block in blocks)
        # While the agent has no name, failures stay hidden, too, except on a second viewing after all was revealed.
        unnamed = self.activity(place).hide_agent and not (place in self.played and self.whole(page))
        return hidden or unnamed or self.secret(place)

    # Predictions

    def guess(self, place: Place, text: str) -> None:
        """Take the guesses that were typed.

        Raises:
            GuessError: When one of them is not valid, or there are too many; then none is taken.
        """
        block = self.block(place)
        assert isinstance(block, Prediction)
        about = self.about(place)
        guesses = read_guesses(block, text, self.activity(about).steps if about else MAX_STEPS)
        if len(self.guesses[place]) + len(guesses) > MOST:
            raise GuessError(f"more than {MOST} guesses")
        self.guesses[place] += guesses

    def about(self, place: Place) -> Place | None:
        """Return the trial that a prediction is about: the next one on its page that comes before the reveal.

        Without such a trial it is the last one before the prediction; without that, the next one behind the reveal.
        """
        page, index = place
        blocks = self.lesson.pages[page].blocks
        trials = [n for n, block in enumerate(blocks) if isinstance(block, Activity)]
        shown = next((n for n, block in enumerate(blocks) if n > index and isinstance(block, Reveal)), len(blocks))
        after = [n for n in trials if n > index]
        asked = [n for n in after if n < shown] or [n for n in trials if n < index][-1:] or after
        return (page, asked[0]) if asked else None

    def revealed(self, place: Place) -> bool:
        """Whether the class is told what really happened: after the reveal below; without a reveal, at once."""
        page, index = place
        if place not in self._passed:
            return False
        below = [n for n, block in enumerate(self.lesson.pages[page].blocks) if isinstance(block, Reveal) and n > index]
        return not below or (page, below[0]) in self._passed

    def happened(self, place: Place) -> Outcome | None:
        """Return what came of the trial that a prediction is about; None while nobody has played it."""
        about = self.about(place)
        played = self.played.get(about) if about is not None else None
        return played.outcome if played else None


def _noise(environment: str, parameters: Mapping[str, object]) -> Sequence[object]:
    """Return the values that noise is drawn from: all objectives draw from one stream."""
    problem = bioblue_envs.make(environment, **parameters).problem
    return [point.changes for point in problem.setpoints] if isinstance(problem, Homeostatic) else []


def _identity(activity: Activity) -> object:
    return (
        activity.record,
        activity.agent,
        activity.environment,
        activity.seed,
        sorted(activity.parameters.items(), key=lambda pair: pair[0]),
    )
