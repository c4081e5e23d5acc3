"""Recomputing a record: does the environment do what the record says it did?

Actions and exogenous changes are taken from the record; levels, rewards, metrics, running totals and the end are
recomputed and compared exactly. Every step is recomputed from the recorded state before it, so a wrong number is
reported at its own step and not again at every later one.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bioblue_envs import Environment, IllegalAction, Number, State, Transition

from bioblue_tui.records.schema import Record, make_environment
from bioblue_tui.trials.events import (
    COMPLETE,
    FOREIGN_RULE,
    OLD_RULE,
    Answered,
    Asked,
    Ended,
    Intervened,
    Stepped,
    is_open_end,
)
from bioblue_tui.trials.interventions import Speaker, disturbance, disturbed
from bioblue_tui.trials.parse import RULE, read_answer
from bioblue_tui.trials.reading.dress import plain
from bioblue_tui.trials.reading.outcome import Reading
from bioblue_tui.wordings.words import WordingError

_BARE = re.compile(r"[\s(\[]*\d{1,9}(\s*,\s*\d{1,9})*[\s)\].]*")
"""An answer that is only numbers."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in a record that does not follow from the rest of it.

    Attributes:
        step: The step, from 1; 0 where it belongs to no step.
        field: What differs, such as ``after A`` or ``total imbalance``.
        recorded: The recorded value; None where it is missing.
        computed: The value that follows from the rest of the record; a text where a rule is broken; None for no value.
    """

    step: int
    field: str
    recorded: object
    computed: object

    def sentence(self) -> str:
        """Say it to a person."""
        recorded = "missing" if self.recorded is None else _told(self.recorded)
        computed = "nothing" if self.computed is None else _told(self.computed)
        return f"step {self.step}, {self.field}: recorded {recorded}, recomputed {computed}"

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        recorded, computed = _as_json(self.recorded), _as_json(self.computed)
        return {"step": self.step, "field": self.field, "recorded": recorded, "computed": computed}


def _told(value: object) -> str:
    try:
        return str(value)
    except ValueError:
        return "a very long integer"


def _as_json(value: object) -> object:
    # Values computed from a hostile record may be too large for JSON, or for printing integers.
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return _told(value)
    return value


def verify(record: Record) -> list[Difference]:
    """Recompute a record and return every difference, in the order of the steps.

    Args:
        record: One of ours, or a published log. It is also checked that the answers mean the recorded actions (in a
            log, only answers of numbers alone); and in ours, that the exogenous changes are the seed's, and that the
            questions follow from the words that the record holds.
    """
    check = _Check(record)
    found = list(check.run())
    found += [Difference(c.step, c.column, c.recorded, c.expected) for c in record.contradictions]
    return sorted(found, key=lambda difference: difference.step)


class _Check:
    """The walk through a record's steps, with the state that each starts from."""

    def __init__(self, record: Record) -> None:
        self.header = record.header
        self.events = record.events
        self.environment: Environment = make_environment(record.header)
        self.live = record.header.source == "live"
        self.rng = random.Random(record.header.seed) if self.live and record.header.seed is not None else None
        self.state: State | None = self.environment.initial()
        """The state that the next step should begin with; None where it is not known."""
        self.taken = self.environment.initial().taken
        self.totals: Mapping[str, Number] = {dimension.key: 0 for dimension in self.environment.dimensions}
        """Running totals as recomputed."""
        self.last: Stepped | None = None
        self.interventions: list[Intervened] = []
        self.speaker: Speaker | None = None
        """What the agent is told; None where the record does not hold the words, or a question was found to differ."""
        self.done: Transition | None = None

    def run(self) -> Iterator[Difference]:
        yield from self._words()
        answers: dict[int, Answered] = {}
        asked: dict[int, str] = {}
        for event in self.events:
            if isinstance(event, Asked):
                asked[event.step] = event.observation
                yield from self._told(event)
            elif isinstance(event, Answered):
                answers[event.step] = event
            elif isinstance(event, Intervened):
                self.interventions.append(event)
                if self.speaker:
                    self.speaker.take(event)
            elif isinstance(event, Stepped):
                yield from self._step(event, answers.get(event.step), asked.get(event.step, ""))
                self.last = event
            elif isinstance(event, Ended):
                yield from self._end(event)

    def _words(self) -> Iterator[Difference]:
        if not self.live or not self.header.words:
            return
        try:
            self.speaker = Speaker(self.environment, self.header)
        except WordingError as error:
            yield Difference(0, "words", "not a valid wording", str(error))

    def _told(self, asked: Asked) -> Iterator[Difference]:
        """Compare a question with the one that follows from the words; after the first difference, none is compared."""
        # The steps that a fork shares with its parent were asked in the parent's words.
        if self.speaker is None or asked.step <= (self.header.forked_after or 0):
            return
        if self.state is None or self.state.step + 1 != asked.step:
            return
        try:
            should = self.speaker.observation(self.state, self.done)
        except (ValueError, ArithmeticError):
            # Impossible numbers, which are reported elsewhere.
            return
        if asked.observation != should:
            self.speaker = None
            pairs = zip_longest(asked.observation.split("\n"), should.split("\n"))
            number, (was, computed) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
            yield Difference(asked.step, f"observation line {number}", was, computed)

    def _step(self, step: Stepped, answer: Answered | None, asked: str) -> Iterator[Difference]:
        connected = self.state is not None
        before = self._before(step)
        yield from self._levels(step.step, "before", step.before, before.levels)
        if self.rng:
            change = disturbed(self.environment.draw(self.rng), disturbance(self.interventions, step.step))
            if change != step.change:
                yield Difference(step.step, "change", list(step.change), list(change))
        self.taken = tuple(t + a for t, a in zip(self.taken, step.action, strict=True))
        done = self._transition(step, before)
        if isinstance(done, Difference):
            yield done
            self.speaker = None
            self.state, self.totals = State(step.after, self.taken, step.step), step.totals
            return
        if self.live or answer:
            yield from self._answer(step, answer, before, asked)
        yield from self._levels(step.step, "after", step.after, done.after.levels)
        yield from _by_name(step.step, "reward", step.rewards, done.rewards)
        # Published logs have no column for some metrics; so forks of them lack these in the steps they share.
        own = self.live and step.step > (self.header.forked_after or 0)
        metrics = done.metrics if own else {k: v for k, v in done.metrics.items() if k in step.metrics}
        yield from _by_name(step.step, "metric", step.metrics, metrics)
        yield from self._running(step, done.rewards, connected)
        if step.ended != done.after.ended:
            yield Difference(step.step, "ended", step.ended, done.after.ended)
        self.state, self.done = done.after, done

    def _before(self, step: Stepped) -> State:
        """Return the state the step is recomputed from.

        That is the recorded state, if it equals the one recorded after the previous step, or if no better one is known.
        Otherwise the recorded state is itself wrong, and the step is recomputed from what it should have been.
        """
        levels = step.before
        if self.state is not None and (self.last is None or levels != self.last.after):
            levels = self.state.levels
        return State(levels, self.taken, step.step - 1, self.state.ended if self.state else "")

    def _answer(self, step: Stepped, answer: Answered | None, before: State, asked: str) -> Iterator[Difference]:
        if answer is None:
            yield Difference(step.step, "answer", None, list(step.action))
            return
        try:
            reading = self._read(step, answer.text, before, asked)
        except (ValueError, ArithmeticError) as error:
            yield Difference(step.step, "answer", list(step.action), str(error))
            return
        if reading and reading.action != step.action:
            meant = reading.reason if reading.action is None else list(reading.action)
            yield Difference(step.step, "answer", list(step.action), meant)

    def _read(self, step: Stepped, text: str, before: State, asked: str) -> Reading | None:
        """Read an answer by the rule that was used for it; None where that rule is not known here."""
        rule = step.rule or self.header.reading
        if rule == FOREIGN_RULE:
            # How others read prose is not known; but an answer of numbers alone is clear.
            rule = OLD_RULE if _BARE.fullmatch(text) else rule
        if rule == RULE:
            return read_answer(text, self.environment, before, asked)
        if rule.startswith("statement-"):
            # An older rule's reading can't be repeated here, but every number it read must be in the text.
            there = {int(number) for number in re.findall(r"\d{1,9}", plain(text))}
            return None if there.issuperset(step.action) else Reading(None, "unreadable", "another answer")
        if rule != OLD_RULE:
            return None
        # The old rule accepted answers with as many numbers in their last line as there are objectives.
        line = next((line for line in reversed(text.split("\n")) if plain(line).strip()), "")
        found = tuple(int(number) for number in re.findall(r"\d{1,9}", line))
        return Reading(found) if len(found) == len(step.action) else Reading(None, "unreadable", "another answer")

    def _transition(self, step: Stepped, before: State) -> Transition | Difference:
        try:
            return self.environment.transition(before, step.action, step.change)
        except IllegalAction as error:
            return Difference(step.step, "action", list(step.action), f"illegal: {error}")
        except (ValueError, ArithmeticError) as error:
            # Impossible levels or changes: logarithms of negative totals, numbers too large for floats.
            return Difference(step.step, "step", list(step.before), f"impossible: {error}")

    def _levels(
        self, step: int, field: str, recorded: Sequence[Number], computed: Sequence[Number]
    ) -> Iterator[Difference]:
        for label, was, should in zip(self.environment.objectives, recorded, computed, strict=True):
            if was != should:
                yield Difference(step, f"{field} {label}".rstrip(), was, should)

    def _running(self, step: Stepped, rewards: Mapping[str, Number], connected: bool) -> Iterator[Difference]:
        """Compare running totals with the sum of all recomputed rewards.

        Where an earlier total was wrong (and reported), a later one that follows from it is not reported again.
        """
        totals = {key: _sum(self.totals[key], reward) for key, reward in rewards.items()}
        for key, total in totals.items():
            recorded = step.totals.get(key)
            carried = self.last.totals.get(key) if self.last else None
            follows = not connected or (carried is not None and _sum(carried, rewards[key]) == recorded)
            if recorded != total and not follows:
                yield Difference(step.step, f"total {key}", recorded, total)
            elif recorded is not None:
                totals[key] = recorded
        self.totals = totals

    def _end(self, event: Ended) -> Iterator[Difference]:
        done = self.last.step if self.last else 0
        if event.step != done:
            yield Difference(event.step, "end", event.step, done)
        reason = self.state.ended if self.state else ""
        if is_open_end(event.reason):
            return
        if not reason and done >= self.header.steps:
            reason = COMPLETE
        if event.reason != reason:
            yield Difference(event.step, "end", event.reason, reason or f"{done} of {self.header.steps} steps done")


def _sum(total: Number, reward: Number) -> Number:
    try:
        return total + reward
    except OverflowError:
        # A float plus an integer too large for floats, which only a hostile record holds.
        return math.inf


def _by_name(
    step: int, field: str, recorded: Mapping[str, Number], computed: Mapping[str, Number]
) -> Iterator[Difference]:
    for key in dict.fromkeys((*computed, *recorded)):
        if recorded.get(key) != computed.get(key):
            yield Difference(step, f"{field} {key}", recorded.get(key), computed.get(key))
