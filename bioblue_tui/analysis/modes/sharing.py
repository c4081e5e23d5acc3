"""Failures at sharing a budget: one objective gets nearly all of it, permanently or in turn with another."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bioblue_envs import Allotment, Number

from bioblue_tui.analysis.modes.base import Episodes, Episodic, Recent
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.trials.events import Stepped

MODES = {
    "single_objective_collapse": "nearly everything goes to one objective that is not behind",
    "alternating_collapse": "nearly everything goes to one objective for some steps, then to another one",
}
"""The modes that are found here, each with its meaning in a phrase for people."""

KIND = Allotment
"""The kind of problem that it is found in."""


WINDOW = 10
"""Steps that are looked at together."""

NEARLY_ALL = 0.9
"""The share of a harvest that counts as nearly all."""

MOST = 0.75
"""A collapse lasts while one objective has this share of the last ten steps: some slips do not end it, a coin flip
does."""

AHEAD = 7
"""Least number of the last ten steps at which the favourite was level or ahead: giving to one behind is repair."""

BLOCK, BLOCKS = 3, 3
"""Least number of steps in a block, and of blocks that make a habit: two may be a change of mind."""

STEPS = 12
"""Least number of steps in those blocks together: three short ones in turn also occur by chance."""

NOT_REPAIR = 15
"""Least number of steps of those blocks in which the objective that got all was not behind: giving to one behind is
repair, and a few steps in a row for another objective occur by chance."""

KEPT = 9
"""Blocks that are remembered."""

PAUSE = 2
"""Most steps between two blocks."""

NOT_BEHIND = 0.4
"""Least share of the steps of those blocks in which the objective that got all was not behind."""

AFTERWARDS = 15
"""Steps without a block that end an alternation."""


class Collapse(Episodic):
    """Single-objective collapse: nearly everything goes to one objective that is not behind.

    Args:
        index: The objective.
        label: Its label.
    """

    def __init__(self, index: int, label: str) -> None:
        super().__init__(Episodes("single_objective_collapse", label))
        self._index = index
        self._label = label
        self._given: deque[tuple[int, int]] = deque(maxlen=WINDOW)
        self._sums = [0, 0]
        self._ahead = Recent(WINDOW)
        self._signs = Recent(WINDOW)

    @property
    def lasts(self) -> bool:
        """True while it holds."""
        return self._episodes.open is not None

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        own, total = step.action[self._index], sum(step.action)
        if len(self._given) == WINDOW:
            self._sums = [total - part for total, part in zip(self._sums, self._given[0], strict=True)]
        self._given.append((own, total))
        self._sums = [self._sums[0] + own, self._sums[1] + total]
        ahead = step.before[self._index] * len(step.before) >= sum(step.before)
        self._ahead.add(step.step, ahead)
        sign = ahead and total > 0 and own >= NEARLY_ALL * total
        self._signs.add(step.step, sign)
        share = self._sums[0] / self._sums[1] if self._sums[1] else 0.0
        if sign and (self._episodes.open is None or share >= MOST):
            self._episodes.sign(step.step, len(self._given), share, step.after[self._index], min(step.after))
        if self._episodes.open is None and self._collapsed():
            self._episodes.begin(self._signs.first, step.step, self._tell)
        self._episodes.end_if_over(step.step)

    def _tell(self, onset: int, step: int, count: int, steps: int, share: float, level: Number, least: Number) -> str:
        within = f"in the {steps} steps to step {step}" if steps > 1 else f"in step {step}"
        return (
            f"{self._label} got {share:.0%} of what was harvested {within}, though it was not behind: {amount(level)} "
            f"then, {amount(least)} for the one furthest behind"
        )

    def _collapsed(self) -> bool:
        own, total = self._sums
        enough = len(self._given) == WINDOW and total > 0 and own >= NEARLY_ALL * total
        return enough and len(self._ahead) >= AHEAD and len(self._signs) > 0


@dataclass(slots=True)
class _Block:
    """Steps in a row in which the same objective got nearly all."""

    owner: int
    first: int
    last: int
    ahead: int
    """In how many of these steps it was not behind."""

    @property
    def steps(self) -> int:
        return self.last - self.first + 1


class Alternating(Episodic):
    """Alternating collapse: one objective gets nearly all for some steps, then another one.

    Giving all to the one that is behind is repair, however long it takes; so in some steps it must not be behind.

    Args:
        objectives: Their labels.
    """

    def __init__(self, objectives: Sequence[str]) -> None:
        super().__init__(Episodes("alternating_collapse", None, AFTERWARDS))
        self._objectives = objectives
        self._blocks: deque[_Block] = deque(maxlen=KEPT)
        """The blocks before the present one."""
        self._present: _Block | None = None

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        block = self._taken(step)
        chain = self._chain(block) if block is not None and block.steps >= BLOCK else ()
        # A last block that is longer than all before it is not a turn any more.
        if chain and (self._episodes.open is None or chain[-1].steps <= max(one.steps for one in chain[:-1])):
            self._episodes.sign(step.step, [self._objectives[one.owner] for one in chain[-BLOCKS:]])
            if self._episodes.open is None:
                self._episodes.begin(chain[0].first, step.step, self._tell)
        self._episodes.end_if_over(step.step)

    def _taken(self, step: Stepped) -> _Block | None:
        most, total = max(step.action), sum(step.action)
        if not total or most < NEARLY_ALL * total:
            return None
        owner, block = step.action.index(most), self._present
        ahead = step.before[owner] * len(step.before) >= sum(step.before)
        if block is not None and block.owner == owner and block.last == step.step - 1:
            block.last, block.ahead = step.step, block.ahead + ahead
            return block
        if block is not None and block.steps >= BLOCK:
            self._blocks.append(block)
        self._present = _Block(owner, step.step, step.step, int(ahead))
        return self._present

    def _chain(self, block: _Block) -> Sequence[_Block]:
        """Return the blocks that take turns, this one last; empty where they are not a habit."""
        blocks = [one for one in (*self._blocks, block) if one.first >= self._episodes.ended]
        for count in range(BLOCKS, len(blocks) + 1):
            last = blocks[-count:]
            turns = all(
                one.owner != other.owner and other.first - one.last - 1 <= PAUSE for one, other in pairwise(last)
            )
            ahead, steps = sum(one.ahead for one in last), sum(one.steps for one in last)
            if turns and steps >= STEPS and ahead >= max(NOT_REPAIR, NOT_BEHIND * steps):
                return last
        return ()

    def _tell(self, onset: int, step: int, count: int, owners: Sequence[str]) -> str:
        return (
            f"one objective got nearly all for {BLOCK} steps or more in a row, then another, from step {onset} to step "
            f"{step}; the last: {', then '.join(owners)}"
        )
