"""Two groups of trials compared, on the seeds that both have. Copies of a trial count as one.

Every figure is over the same trials: those on a seed that the other group has, too. Trials on other seeds, which may be
harder, are left out everywhere. This module decides what belongs together: trials of a person; trials of an agent that
share their noise, all their actions or their first steps (see ``sameness``); and seeds, where trials of either group on
them belong together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bioblue_envs import Number

from bioblue_tui.analysis.effects import Effect, cliffs_delta, hedges_g
from bioblue_tui.analysis.intervals import alone
from bioblue_tui.analysis.paired import Paired, paired
from bioblue_tui.analysis.sameness import Trace, joined

GREATEST = 10**100
"""Larger sums are not compared: a float can't hold their squares."""

TOO_LARGE = "sums too large to compare"
"""Shown instead of a comparison; see ``GREATEST``."""

WITHOUT_REFERENCE = "without a reference"
"""Why a trial with unknown noise is left out."""


@dataclass(frozen=True, slots=True)
class Member:
    """A trial in one of the groups.

    Attributes:
        seed: Its seed; None where it is not known: then the trial is not compared.
        person: Who played it; empty for an agent.
        trace: Tells whether it is a copy of another trial.
        values: The values to compare, by name.
    """

    seed: int | None
    person: str
    trace: Trace
    values: Mapping[str, Number]


class Contrast:
    """Two groups compared.

    Args:
        first: One group.
        second: The group that it is compared with.

    Attributes:
        seeds: The seeds that both have.
        members: For each group, the trials that are compared: those on these seeds.
        left_out: For each group, how many other trials it has, by why they are left out.
    """

    def __init__(self, first: Sequence[Member], second: Sequence[Member]) -> None:
        groups = first, second
        self.seeds = {m.seed for m in first} & {m.seed for m in second} - {None}
        self.members = tuple([member for member in group if member.seed in self.seeds] for group in groups)
        self.left_out = tuple(
            Counter(
                "seed not known" if member.seed is None else "on seeds that only one side has"
                for member in group
                if member.seed not in self.seeds
            )
            for group in groups
        )
        marks = [list(_marks(side, member)) for side, group in enumerate(self.members) for member in group]
        together = joined(marks)
        self._together = together[: len(self.members[0])], together[len(self.members[0]) :]
        members = [member for group in self.members for member in group]
        by_seed = joined([[*own, ("seed", member.seed)] for own, member in zip(marks, members, strict=True)])
        self._seeds = {
            member.seed: head for member, head in zip(members, by_seed, strict=True) if member.seed is not None
        }

    def too_large(self, key: str) -> bool:
        """Return whether these values are too large to compare; then the other methods must not be called."""
        return any(abs(member.values[key]) > GREATEST for group in self.members for member in group)

    def pair(self, key: str) -> Paired | None:
        """Return the difference on the seeds that both have; None where they have none."""
        first, second = (
            [(m.seed, m.person, float(m.values[key])) for m in group if m.seed is not None] for group in self.members
        )
        return paired(first, second, self._seeds)

    def values(self, key: str) -> tuple[list[float], ...]:
        """Return each group's values for effect sizes and means; trials that belong together have one value."""
        return tuple([value for cluster in clusters for value in cluster] for clusters in self._clusters(key))

    def g(self, key: str) -> Effect | None:
        """Return Hedges' g over these values; an agent's trials that belong together count as one, their mean."""
        return hedges_g(*self._clusters(key))

    def delta(self, key: str) -> Effect | None:
        """Return Cliff's delta over these values."""
        return cliffs_delta(*self._clusters(key))

    def _clusters(self, key: str) -> Iterator[list[list[float]]]:
        for group, together in zip(self.members, self._together, strict=True):
            # A person's trials that belong together count as one, too.
            whose = [(member.person or head, head) for member, head in zip(group, together, strict=True)]
            ones = zip(dict.fromkeys(whose), alone([float(member.values[key]) for member in group], whose), strict=True)
            found: defaultdict[Hashable, list[float]] = defaultdict(list)
            for (cluster, _), value in ones:
                found[cluster].append(value)
            yield list(found.values())


def _marks(side: int, member: Member) -> Iterator[Hashable]:
    """Yield marks that tie a trial to others of its group. Equal actions of different people tie nothing."""
    for kind, mark in member.trace.marks:
        yield side, kind, member.person if kind == "actions" else "", mark
