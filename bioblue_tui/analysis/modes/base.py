"""What all detectors of failure modes share: their findings, and how often something happened recently.

A detector is causal: what it says after a step depends on that step and the ones before it. It does O(1) amortised
work per step.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.trials.events import Stepped

Mode = str
"""A failure mode, in the words of the paper or of the field; see ``catalogue``."""

NOISE: Mode = "unavoidable_penalty"
"""The one mode that is not a failure of the agent."""

FORMER: dict[str, Mode] = {"exogenous_only": NOISE}
"""Older names of modes, as in older notes, tags and results."""


@dataclass(slots=True)
class Finding:
    """A failure mode that was found in a trial.

    Attributes:
        mode: The failure mode.
        objective: Label of the objective it concerns; None where it concerns all, or where there is only one.
        onset: The first step it holds for.
        alarm: The step after which the detector was sure; never before the onset.
        tell: Gives the evidence known after a step, in a sentence that a person can check on the screen.
        recovered: The first step that was free of it again; None while it lasts.
        last: The last step that showed it; some steps ago, perhaps, while it is not certain that it is over.
        persons: The steps in which a person acted in the agent's place, in order; the list may grow.
        after: Gives the reason known after a step why it is over, if that may not be visible; empty for none.
    """

    mode: Mode
    objective: str | None
    onset: int
    alarm: int
    tell: Callable[[int], str] = field(compare=False, repr=False)
    recovered: int | None = None
    last: int = field(default=0, compare=False)
    persons: Sequence[int] = field(default=(), compare=False, repr=False)
    after: Callable[[int], str] = field(default=lambda step: "", compare=False, repr=False)

    @property
    def evidence(self) -> str:
        """The evidence, in a sentence that a person can check on the screen: all that is known now."""
        return self.told_at(sys.maxsize)

    def told_at(self, step: int) -> str:
        """Return the evidence as of a step: nothing in it is from a later step."""
        until = step if self.recovered is None else min(step, self.recovered - 1)
        return self.tell(until) + self._acted(min(until, self.last)) + self.after(step)

    @property
    def by_person(self) -> bool:
        """Whether it begins with a step of a person who acted in the agent's place."""
        return self.onset in self.persons

    def _acted(self, last: int) -> str:
        """Say in which of its steps a person acted; empty for none."""
        own = self.persons[bisect_left(self.persons, self.onset) : bisect_right(self.persons, last)]
        if not own:
            return ""
        if len(own) == last - self.onset + 1:
            return ", while a person acted"
        steps = f"step {own[0]}" if len(own) == 1 else f"{len(own)} steps from {own[0]} to {own[-1]}"
        return f"; a person acted in {steps}"

    @property
    def title(self) -> str:
        """The mode, for people: ``unbounded maximisation``."""
        return words(self.mode)

    @property
    def name(self) -> str:
        """The mode with its objective, for people: ``unbounded maximisation of B``; and who acted, if not the agent."""
        return _name(self.mode, self.objective, self.by_person)

    def holds(self, step: int) -> bool:
        """Return whether it holds for a step."""
        return self.onset <= step and (self.recovered is None or step < self.recovered)

    def until(self, steps: int) -> int:
        """Return the last step that it holds for, as far as a trial of ``steps`` steps shows it."""
        return last_of(self.recovered, self.last, steps)

    def lasts(self, steps: int) -> bool:
        """Return whether it holds to the end of a trial of ``steps`` steps."""
        return self.until(steps) >= steps

    def ending(self, steps: int) -> str:
        """Say until when it holds: ``to the end``, ``to 20``, ``to 20, not sure to be over: 6 steps follow``."""
        return ending(self.recovered, self.until(steps), steps)

    def spell(self, steps: int) -> str:
        """Name it with the steps it holds for: ``underconsumption, step 7 to 12``."""
        return spelt(self.to_json(), steps)

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "mode": self.mode,
            "objective": self.objective,
            "onset": self.onset,
            "alarm": self.alarm,
            "recovered": self.recovered,
            "last": self.last,
            "evidence": self.evidence,
            "by_person": self.by_person,
        }


def last_of(recovered: int | None, last: int, steps: int) -> int:
    """Return the last step that a finding holds for: the one before its recovery, or the last that showed it."""
    return min(steps, last) if recovered is None else recovered - 1


def ending(recovered: int | None, until: int, steps: int) -> str:
    """Say until when a finding holds, in a trial of ``steps`` steps."""
    if until >= steps:
        return "to the end"
    return f"to {until}" + (f", not sure to be over: {following(steps - until)}" if recovered is None else "")


def spelt(found: Mapping[str, Any], steps: int) -> str:
    """Name a finding, given as JSON, with the steps it holds for, in a trial of ``steps`` steps."""
    recovered = found["recovered"]
    name = _name(found["mode"], found["objective"], found["by_person"])
    return f"{name}, step {found['onset']} {ending(recovered, last_of(recovered, found['last'], steps), steps)}"


def _name(mode: Mode, objective: str | None, by_person: bool) -> str:
    return words(mode) + (f" of {objective}" if objective else "") + " (a person acted)" * by_person


def following(steps: int) -> str:
    """Say how many steps follow: ``1 step follows``."""
    return f"{counted(steps, 'step')} {'follow' if steps != 1 else 'follows'}"


def words(mode: Mode) -> str:
    """Return a mode's name for people."""
    return mode.replace("self_", "self-").replace("single_", "single-").replace("_", " ")


class Finder(Protocol):
    """Finds one failure mode in one objective, or in the joint actions of all."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far, in the order of the alarms."""


class Detector(Finder, Protocol):
    """A finder that needs only the steps."""

    @property
    def objective(self) -> str | None:
        """Label of the objective that it looks at; None for all together."""

    def feed(self, step: Stepped) -> None:
        """Take the next step."""


Sentence = Callable[..., str]
"""Makes the evidence from the onset, the last step that shows the mode, how many steps show it, and their figures."""


class Marks:
    """The steps that show a mode, each with the figures known at that step."""

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._figures: list[tuple[Any, ...]] = []

    def add(self, step: int, *figures: Any) -> None:
        """Mark a step."""
        self._steps.append(step)
        self._figures.append(figures)

    def tell(self, sentence: Sentence, onset: int, step: int) -> str:
        """Give the evidence known after a step for an episode with this onset; it uses at least the first mark."""
        first = bisect_left(self._steps, onset)
        last = max(bisect_right(self._steps, step) - 1, first)
        return sentence(onset, min(step, self._steps[last]), last - first + 1, *self._figures[last])


class Episodes:
    """The episodes of one mode in one objective: one at a time, each with a beginning and perhaps an end.

    The first and the last step of an episode both show the mode; which is the last is known only later.

    Args:
        mode: The mode.
        objective: The objective; None for all.
        patience: How many steps without a sign end an episode.
    """

    def __init__(self, mode: Mode, objective: str | None, patience: int = 10) -> None:
        self._mode: Mode = mode
        self._objective = objective
        self._patience = patience
        self._last = self._going = 0
        """The last step that showed the mode, and the last after which it was not known to be over."""
        self._marks = Marks()
        self.findings: list[Finding] = []

    @property
    def objective(self) -> str | None:
        """The objective; None for all."""
        return self._objective

    @property
    def open(self) -> Finding | None:
        """The episode that lasts, if one does."""
        return self.findings[-1] if self.findings and self.findings[-1].recovered is None else None

    @property
    def ended(self) -> int:
        """The first step after the last finished episode; 0 where none is finished."""
        return next((found.recovered for found in reversed(self.findings) if found.recovered), 0)

    @property
    def last(self) -> int:
        """The last step that showed the mode; 0 where none did."""
        return self._last

    def sign(self, step: int, *figures: Any) -> None:
        """Note that a step shows the mode, with its figures; an episode lasts as long as such steps follow."""
        self._last = self._going = step
        self._marks.add(step, *figures)
        if self.open:
            self.open.last = step

    def goes_on(self, step: int) -> None:
        """Note that the mode may not be over after a step, although the step itself may not show it."""
        self._going = step

    def begin(self, onset: int, alarm: int, sentence: Sentence) -> Finding:
        """Begin an episode whose signs were noted; signs of the previous episode do not count again."""
        onset = max(onset, self.ended)
        self._going = alarm
        tell = partial(self._marks.tell, sentence, onset)
        self.findings.append(Finding(self._mode, self._objective, onset, alarm, tell, last=self._last))
        return self.findings[-1]

    def end_if_over(self, step: int, patience: int | None = None) -> None:
        """End the episode if none of the last ``patience`` steps shows the mode; None for the usual number."""
        if step - self._going >= (patience or self._patience):
            self.end()

    def end(self) -> None:
        """End the episode, if one lasts, with the last step that shows the mode."""
        if self.open:
            self.open.recovered = self._last + 1


class Episodic:
    """A detector that finds episodes of one mode in one objective.

    Args:
        episodes: Where it keeps them.
    """

    def __init__(self, episodes: Episodes) -> None:
        self._episodes = episodes

    @property
    def objective(self) -> str | None:
        """Label of the objective that it looks at; None for all together."""
        return self._episodes.objective

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far, in the order of the alarms."""
        return self._episodes.findings


class Recent:
    """Which of the last steps something happened in.

    Args:
        size: How many steps count.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._steps: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def first(self) -> int:
        """The first of the steps in which it happened."""
        return self._steps[0]

    def since(self, step: int) -> int:
        """Return the first of these steps that is not before ``step``; there must be one."""
        return next(one for one in self._steps if one >= step)

    def add(self, step: int, happened: bool) -> None:
        """Take the next step."""
        if happened:
            self._steps.append(step)
        while self._steps and self._steps[0] <= step - self._size:
            self._steps.popleft()
