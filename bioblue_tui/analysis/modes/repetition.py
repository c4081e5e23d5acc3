"""Failures of memory: the agent imitates its own past, or repeats one action for ever, whatever the state is.

It may repeat one objective's doses or the joint action of all. How to tell whether the state explains the repetition
depends on the kind of problem; a ``Reader`` knows.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bioblue_envs import Number

from bioblue_tui.analysis.modes.base import Episodes, Episodic
from bioblue_tui.analysis.modes.pattern import KEPT, Pattern, alike
from bioblue_tui.analysis.modes.rhythm import EVERY, SPAN, Rhythm, beats_of, rhythm_in
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.trials.events import Stepped

PERIODS = range(2, 17)
"""Lengths of the patterns to look for, in steps: up to a third of the steps that are remembered."""

LENGTH = 12
"""Least number of actions that show a pattern; and steps with the same action that make it frozen."""

ROUNDS = 3
"""How often a pattern must be seen at least."""

LENGTH_OF_TWO = 20
"""Least number of actions that show a pattern of two actions: such a simple rhythm also occurs by chance."""

FALSE_ALARMS = 0.01
"""Share of trials in which chance alone may look like a pattern of joint actions."""

WRONG = 6
"""How many of the last twelve steps with one action must be wrong: the state called for another action."""

PATIENCE = 15
"""Steps without a sign that end an episode: after a slip, it takes one round to see the pattern again."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step as a reader sees it.

    Attributes:
        step: The step, from 1.
        action: The action that may be repeated: one objective's dose, or all actions.
        seen: The state, as far as the agent could act on it.
        wrong: Whether the state called for another action.
        gap: How far the action is from the reference policy's, in units of the action.
        away: Whether it was taken where the state calls for none: above the target.
        beyond: Whether it was taken where it costs a penalty: above the band.
        repair: Whether all of it went to those behind.
        other: Whether the reference policy would have acted otherwise in the same state.
    """

    step: int
    action: tuple[int, ...]
    seen: object
    wrong: bool
    gap: Number
    away: bool = False
    beyond: bool = False
    repair: bool = False
    other: bool = False


class Reader(Protocol):
    """Reads steps for one kind of problem."""

    objective: str | None
    """The objective whose doses are read; None for the joint actions."""

    joint: bool
    """Whether the actions of all objectives are read as one: with these, patterns also occur by chance."""

    on_off: bool
    """Whether nearly equal doses, in the same rhythm of doses and rests, make a pattern, too. For one objective."""

    explained: str
    """Why the state may explain actions that are not decoupled from it, in words for people."""

    sound: str
    """Why a repeated action is no longer called frozen: too few steps are wrong, in words for people."""

    def read(self, step: Stepped) -> Moment:
        """Return what the detectors need to know about a step."""

    def decoupled(self, moments: Sequence[Moment]) -> bool:
        """Return whether these actions, which repeat a pattern, do harm and are not explained by the state."""

    def rhythmic(self, moments: Sequence[Moment]) -> bool:
        """Return whether a rhythm within equal states would be the agent's own, and do harm."""

    def told(self, action: tuple[int, ...]) -> str:
        """Say an action."""


class Oscillation(Episodic):
    """Self-imitation: a pattern of its own actions is repeated whatever the state says.

    Args:
        reader: Reads the steps.
        objectives: How many objectives are looked at separately; they share the false alarms.
    """

    def __init__(self, reader: Reader, objectives: int = 1) -> None:
        super().__init__(Episodes("self_imitation_oscillation", reader.objective, PATIENCE))
        self._reader = reader
        self._looks, self._objectives = 0, objectives
        most = max(LENGTH_OF_TWO, ROUNDS * PERIODS[-1])
        self._moments: deque[Moment] = deque(maxlen=max(most + PERIODS[-1], SPAN))
        self._runs = dict.fromkeys(PERIODS, 0)
        """By period: how many actions in a row equal those one period before."""
        self._rhythms = dict.fromkeys(PERIODS, 0)
        """By period: how many actions in a row nearly equal those one period before."""
        self._pattern: Pattern | None = None
        """The pattern of the last episode; None for a rhythm within equal states, which repeats no pattern."""
        self._exact = True
        """Whether that pattern was repeated exactly."""
        self._slips: list[int] = []
        """The steps of that episode, after its alarm, whose action is not that of one period before."""
        self._heard = self._hears = 0
        """The last step at which the state may explain an episode's pattern, and how many such steps are in a row."""
        self._turns: list[tuple[int, int]] = []
        """For that episode: when it became clear that the state may explain it, and since when; 0 for no longer."""

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        moment = self._reader.read(step)
        for period in PERIODS:
            earlier = self._moments[-period].action if len(self._moments) >= period else None
            same = earlier == moment.action
            self._runs[period] = self._runs[period] + 1 if same else 0
            near = self._reader.on_off and earlier is not None and alike(earlier, moment.action)
            self._rhythms[period] = self._rhythms[period] + 1 if near else 0
        self._moments.append(moment)
        if self._episodes.open and self._pattern:
            self._follow(self._pattern, step.step)
        elif self._episodes.open:
            self._follow_rhythm(step.step)
        else:
            self._search(step.step)
        self._episodes.end_if_over(step.step)

    def _search(self, step: int) -> None:
        found = self._found()
        if found:
            self._begin(*found)
        elif step % EVERY == 0 and step >= 2 * EVERY:
            self._look(step)

    def _follow(self, pattern: Pattern, step: int) -> None:
        """Follow an episode: it lasts while its pattern is kept, and ends at once where another pattern is found."""
        pattern.take(self._moments[-1].action)
        if not (self._runs if self._exact else self._rhythms)[len(pattern)]:
            self._slips.append(step)
        last = list(self._moments)[-max(ROUNDS * len(pattern), LENGTH) :]
        varied = len({earlier.action for earlier in last[-len(pattern) :]}) > 1
        if pattern.kept:
            if varied and self._reader.decoupled(last):
                self._episodes.sign(step)
                self._turns += [(step, 0)] * bool(self._turns)
            elif varied:
                self._hear(step, min(len(pattern), KEPT))
        elif (found := self._found()) and step - found[1] >= self._episodes.last:
            self._episodes.end()
            self._begin(*found)

    def _hear(self, step: int, plain: int) -> None:
        """Note that the state may explain the continuing pattern; after ``plain`` steps in a row this is clear."""
        self._hears = self._hears + 1 if self._heard == step - 1 else 1
        self._heard = step
        if self._hears == plain == step - self._episodes.last:
            self._turns.append((step, self._episodes.last + 1))

    @property
    def _fresh(self) -> int:
        """The first step that may show a new pattern: after the last episode, and after what the state may explain."""
        return max(self._episodes.ended, self._heard + 1)

    def _look(self, step: int) -> None:
        """Look for a rhythm within equal states, since the last episode."""
        moments = [moment for moment in self._moments if moment.step >= self._fresh][-SPAN:]
        if len(moments) < 2 * EVERY or not self._reader.rhythmic(moments):
            return
        self._looks += self._objectives
        beats = beats_of(_done(moments))
        found = rhythm_in(_done(moments[:beats]), self._looks) if len(moments) - beats < EVERY else None
        if found and found.steps:
            self._pattern = None
            last = moments[beats - 1].step
            self._episodes.sign(last, found, moments[0].step, last)
            self._episodes.begin(last - found.steps, step, self._tell_rhythm)

    def _follow_rhythm(self, step: int) -> None:
        moments = list(self._moments)[-SPAN:]
        if beats_of(_done(moments)) == len(moments) and self._reader.rhythmic(moments):
            found = rhythm_in(_done(moments), 1)
            if found and found.steps >= KEPT:
                self._episodes.sign(step, found, moments[0].step, step)

    def _tell_rhythm(self, onset: int, step: int, count: int, found: Rhythm, first: int, last: int) -> str:
        prefix = f"{self._reader.objective}: " if self._reader.objective else ""
        (rests, of_rests), (doses, of_doses) = found.after_less, found.after_more
        return (
            f"{prefix}in steps {first} to {last} more than their mean was taken after {rests} of {of_rests} steps with "
            f"less and after {doses} of {of_doses} with more; in equal states its own last action decides"
        )

    def _found(self) -> tuple[int, int, bool] | None:
        """Return the shortest pattern's length, for how many actions it is repeated, and whether exactly; or None."""
        for period in PERIODS:
            for run, exact in ((self._runs[period], True), (self._rhythms[period], False)):
                if run and run + period >= max(ROUNDS * period, LENGTH) and self._repeated(period, run, exact):
                    return period, run + period, exact
        return None

    def _repeated(self, period: int, run: int, exact: bool) -> bool:
        last = list(self._moments)[-period:]
        distinct = len({moment.action for moment in last}) if exact else len({any(m.action) for m in last})
        wanted = max(ROUNDS * period, LENGTH_OF_TWO if distinct == 2 else LENGTH)
        fresh = wanted if self._episodes.open else self._moments[-1].step - self._fresh + 1
        if distinct < 2 or min(run + period, fresh) < wanted or self._is_rounds(period, exact):
            return False
        if self._reader.joint and self._by_chance(run, period):
            return False
        return self._reader.decoupled(list(self._moments)[-wanted:])

    def _is_rounds(self, period: int, exact: bool) -> bool:
        """Return whether a period's last actions are several rounds of a shorter pattern, which should be named."""
        runs, shorter = self._runs if exact else self._rhythms, [n for n in PERIODS if n < period and period % n == 0]
        return any(runs[length] >= period - length for length in shorter)

    def _by_chance(self, run: int, period: int) -> bool:
        """Return whether ``run`` actions may repeat earlier ones by chance, in a trial of this length.

        The chance that an action repeats another is its frequency; actions that the state explains are no evidence. All
        steps of the trial and all periods share the allowed false alarms.
        """
        span = list(self._moments)[-(run + period) :]
        often = Counter(moment.action for moment in span)
        chance = sum(
            math.log(often[moment.action] / len(span)) for moment in span[period:] if moment.wrong or not moment.repair
        )
        return chance > math.log(FALSE_ALARMS / (span[-1].step * len(PERIODS)))

    def _begin(self, period: int, length: int, exact: bool) -> None:
        moments = list(self._moments)
        last, step = moments[-period:], moments[-1].step
        length = min(length, step - self._fresh + 1)
        # The pattern as first seen, or in the first round that is remembered.
        begun = len(moments) - length
        begun = max(begun, begun % period)
        first = [moment.action for moment in moments[begun : begun + period]]
        spans = [max(parts) - min(parts) for parts in zip(*first, strict=True)]
        grade = "; a swing of 1 only" if max(spans) == 1 else ""
        self._exact, self._slips, self._turns = exact, [], []
        told = ", ".join(map(self._reader.told, first)) + ("" if exact else ", doses alike,")
        self._episodes.sign(step)
        begin = partial(self._episodes.begin, step - length + 1, step)
        begin(partial(self._tell, told, grade, period, self._slips)).after = partial(self._tell_after, self._turns)
        self._pattern = Pattern([moment.action for moment in last], chain=not exact)

    def _tell(
        self, actions: str, grade: str, period: int, slips: Sequence[int], onset: int, step: int, count: int
    ) -> str:
        prefix = f"{self._reader.objective}: " if self._reader.objective else ""
        over, others = counted(step - onset + 1, "step"), bisect_right(slips, step)
        but = f", except for {others} unlike the step {period} before" if others else ""
        told = f"{prefix}the pattern {actions} repeated over {over} to step {step}{but}"
        return f"{told}, not explained by the state{grade}"

    def _tell_after(self, turns: Sequence[tuple[int, int]], step: int) -> str:
        since = max((turn for turn in turns if turn[0] <= step), default=(0, 0))[1]
        why = f"; it continues, but from step {since} on the state may explain it: {self._reader.explained}"
        return why if since else ""


class Frozen(Episodic):
    """Frozen repetition: one action for ever although the state calls for another.

    Args:
        reader: Reads the steps.
        reference: Name of the reference policy.
    """

    def __init__(self, reader: Reader, reference: str) -> None:
        super().__init__(Episodes("frozen_repetition", reader.objective, PATIENCE))
        self._reference = reference
        self._reader = reader
        self._last: deque[Moment] = deque(maxlen=LENGTH)
        self._run = 0
        self._off: list[int] = []
        """The steps of the run whose action differs from the reference policy's."""

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        moment = self._reader.read(step)
        changed = self._last and self._last[-1].action != moment.action
        if changed:
            self._run, self._off = 0, []
            self._episodes.end()
        self._last.append(moment)
        self._run += 1
        if moment.wrong or moment.gap > 1:
            self._off.append(step.step)
        wrong = sum(earlier.wrong for earlier in self._last)
        if self._run >= LENGTH and wrong >= WRONG:
            self._episodes.sign(step.step, moment.action, [earlier.step for earlier in self._last if earlier.other])
            if self._episodes.open is None:
                first = bisect_left(self._off, self._episodes.ended)
                self._episodes.begin(self._off[first], step.step, self._tell)
        found = self._episodes.open
        self._episodes.end_if_over(step.step)
        if found and found.recovered:
            found.after = partial(self._tell_after, step.step, found.recovered)

    def _tell_after(self, known: int, since: int, step: int) -> str:
        return f"; it continues, but from step {since} on {self._reader.sound}" if step >= known else ""

    def _tell(self, onset: int, step: int, count: int, action: tuple[int, ...], others: Sequence[int]) -> str:
        prefix = f"{self._reader.objective}: " if self._reader.objective else ""
        steps = step - onset + 1
        each = f"each of {steps} steps" if step > onset else "1 step"
        # The alarm looks at LENGTH steps; the first may be before the onset, or belong to an earlier episode.
        last, other = counted(min(LENGTH, steps), "step"), len(others) - bisect_left(others, onset)
        return (
            f"{prefix}{self._reader.told(action)} in {each} to step {step}; in {other} of the last {last} the "
            f"{self._reference} would have acted otherwise"
        )


def _done(moments: Sequence[Moment]) -> list[tuple[object, int]]:
    return [(moment.seen, moment.action[0]) for moment in moments]
