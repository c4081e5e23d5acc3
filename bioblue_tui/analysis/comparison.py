"""Two to six trials side by side: whether they can be compared, how they differ, and where they part."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from bioblue_envs import Number

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.companion import Companion
from bioblue_tui.analysis.divergence import Divergence, act_alike, divergence
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.reference import better_reference
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import named_settings
from bioblue_tui.analysis.trial import AnalysedTrial, who
from bioblue_tui.analysis.words import UNFOLLOWED, noisy, policy_words
from bioblue_tui.formatting.numbers import counted, difference, tidy
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.parents import parent_path
from bioblue_tui.records.schema import Record
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.paths import data_dir, references_file, trials_dir
from bioblue_tui.trials.events import Planned
from bioblue_tui.trials.telling import interventions
from bioblue_tui.wordings.collection import called, reworded

FEWEST, MOST = 2, 6
"""How many trials can be compared: more lines in one gauge can't be told apart."""


_HEADLINE = re.compile(r".*?[a-z](?=: | \()")
"""The part of a note before its details."""


class ComparisonError(BioBlueError):
    """Trials that can't be compared. The message says which, why, and what to do."""


class Member(AnalysedTrial):
    """A trial in a comparison.

    Args:
        number: From 1, in the order given; the others are compared with the first.
        record: The record as it was read.
        references: Where best totals are looked up; None to do without.

    Attributes:
        companion: The analysis of the whole trial.
        parted: Where it parts from the first; None for the first itself.
    """

    def __init__(self, number: int, record: Record, references: References | None) -> None:
        super().__init__(record, references)
        self.number = number
        self.parted: Divergence | None = None
        self.companion = Companion(self.state)
        while self.companion.read < self.state.done:
            self.companion.follow(self.state.done)

    @property
    def analysis(self) -> Analysis:
        """What the trial means."""
        return self.companion.analysis

    @property
    def who(self) -> str:
        """Its model or agent, and what distinguishes it: the seed, and where it was forked."""
        return self.named(200)

    def named(self, width: int) -> str:
        """Return who it is in at most ``width`` characters; the model's name is cut first."""
        header = self.record.header
        name = who(header, 40)
        parent = header.parent
        fork = f"fork after {one_line(str(parent.get('step')), 10)}" if parent else ""
        parts = [f"seed {header.seed}" if header.seed is not None else "", fork]
        rest = "".join(f" · {part}" for part in parts if part)
        if len(name) + len(rest) > width:
            name = f"{name[: max(3, width - len(rest) - 1)]}…"
        return f"{name}{rest}"[:width]

    @property
    def disturbances(self) -> list[Planned]:
        """What was added to the noise of its steps."""
        return [
            event.planned
            for event in self.state.interventions
            if event.kind == "disturb" and event.step <= self.state.done and self.state.disturbed(event.step)
        ]

    @property
    def early(self) -> str:
        """The state of a trial that was not played to its end; empty for one that was."""
        return "" if self.state.whole else self.standing

    def holding(self, step: int) -> list[Finding]:
        """Return the failures that hold for a step, if the trial has that step."""
        return [finding for finding in self.failures if finding.holds(step) and step <= self.state.done]

    def absence(self) -> str:
        """Say in a word why it has no later steps."""
        return {"ended": "ended", "paused": "paused"}.get(self.state.status, "no step")

    def totals(self, step: int) -> dict[str, Number]:
        """Return the running totals by dimension key after a step, or after its last where it has fewer."""
        done = next((self.state.recorded(known) for known in range(min(step, self.state.done), 0, -1)), None)
        return {d.key: tidy(done.totals.get(d.key, 0)) if done else 0 for d in self.state.environment.dimensions}

    def agents_own(self, step: int) -> dict[str, Number] | None:
        """Return the difference by dimension: its totals minus the better reference's on the same noise.

        None where the noise is not known or the reference's environment has ended.
        """
        step = min(step, self.state.done)
        ghosts = self.companion.ghosts
        if not ghosts or step >= len(ghosts[0].totals):
            return None
        shadow = ghosts[0].totals[step]
        return {key: difference(total, shadow[key]) for key, total in self.totals(step).items()}


class Comparison:
    """Trials of one environment side by side.

    Args:
        records: The trials, two to six.
        references: Where best totals are looked up; None to do without.

    Raises:
        ComparisonError: When they can't be compared.
        ValueError: For events that can't belong to their trial, which only a damaged record holds.
    """

    def __init__(self, records: Sequence[Record], references: References | None = None) -> None:
        if not FEWEST <= len(records) <= MOST:
            raise ComparisonError(f"{counted(len(records), 'trial')} given; {FEWEST} to {MOST} can be compared.")
        self._references = references
        self.members = [Member(number, record, references) for number, record in enumerate(records, 1)]
        self._check()
        first = self.first.state
        for member in self.members[1:]:
            member.parted = divergence(first, member.state)

    def again(self, records: Sequence[Record], lost: Collection[int] = ()) -> Comparison:
        """Return a new comparison of the same trials, with their present records; raises as the constructor does.

        Args:
            records: The trials.
            lost: The numbers of the trials whose records can no longer be read.
        """
        found = Comparison(records, self._references)
        for member in found.members:
            if member.number in lost and not member.state.whole:
                member.standing = UNFOLLOWED
        return found

    @property
    def first(self) -> Member:
        """The trial that the others are compared with."""
        return self.members[0]

    @property
    def steps(self) -> int:
        """The planned number of steps of the longest trial."""
        return max(member.record.header.steps for member in self.members)

    @property
    def done(self) -> int:
        """The last step that any of them has."""
        return max(member.state.done for member in self.members)

    @property
    def noisy(self) -> bool:
        """Whether the environment has any noise."""
        return noisy(self.first.state.environment)

    @property
    def same_noise(self) -> bool:
        """Whether all met the very same noise, as far as they go; neither seeds nor disturbances count."""
        return all(member.parted is None or member.parted.noise is None for member in self.members)

    @property
    def disturbed_from(self) -> int | None:
        """The first step in which any was disturbed differently from the first trial; None where none was."""
        parted = (member.parted.disturbance for member in self.members if member.parted)
        return min((step for step in parted if step is not None), default=None)

    @property
    def met_alike(self) -> bool:
        """Whether all met the same noise and the same disturbances, so that all differences are the agents' own."""
        return self.same_noise and self.disturbed_from is None

    @property
    def disturbed(self) -> bool:
        """Whether anything was added to the noise of any of them."""
        return any(member.state.any_disturbed for member in self.members)

    @property
    def noise_words(self) -> str:
        """Whether noise and disturbances are the same, in a few words; empty in an environment without noise."""
        if not self.noisy:
            return ""
        noise = "same noise" if self.same_noise else "different noise"
        start = self.disturbed_from
        alike = ", all disturbed alike" if self.disturbed else ""
        return noise + (alike if start is None else f", disturbed from step {start} on")

    @property
    def notes(self) -> list[str]:
        """What a person must know before comparing, a sentence each."""
        notes = []
        if not self.same_noise:
            others = [(m.number, m.parted.noise) for m in self.members if m.parted and m.parted.noise is not None]
            where = ", ".join(f"trial {number} from step {step} on" for number, step in others)
            name = policy_words(better_reference(self.first.state.environment))
            notes.append(f"Different noise: states are not comparable, differences to {name} are ({where}).")
        if (start := self.disturbed_from) is not None:
            who = "; ".join(
                f"trial {m.number}: {interventions(m.disturbances)}" for m in self.members if m.disturbances
            )
            same = "The noise is the same; states and totals" if self.same_noise else "States and totals"
            notes.append(
                f"Disturbed from step {start} on ({who}). {same} from there on show what the disturbance did, too; "
                "each trial's reference meets that trial's disturbances."
            )
        lengths = {member.state.done for member in self.members}
        if len(lengths) > 1:
            which = ", ".join(f"trial {m.number}: {m.state.done}" for m in self.members)
            unequal = f"totals after step {min(lengths)} are over different numbers of steps"
            notes.append(f"Not equally long ({which} steps): {unequal}.")
        notes += self._told_otherwise()
        versions = {m.number: m.state.environment.dynamics for m in self.members}
        if len(set(versions.values())) > 1:
            which = ", ".join(f"trial {number}: {version}" for number, version in versions.items())
            notes.append(f"Versions of the dynamics differ ({which}): version 1 pays for the step that ends a trial.")
        return notes

    @property
    def headlines(self) -> list[str]:
        """The same notes in a few words each, for places without room for sentences."""
        return [match[0] if (match := _HEADLINE.match(note)) else note for note in self.notes]

    @property
    def partings(self) -> list[tuple[int, str]]:
        """The steps at which any trial parts from the first, in order, each with a sentence."""
        found: dict[int, dict[str, list[str]]] = {}
        for member in self.members[1:]:
            for what, step in _parted(member.parted):
                found.setdefault(step, {}).setdefault(what, []).append(str(member.number))
        return [(step, self._parting(step, found[step])) for step in sorted(found)]

    def _parting(self, step: int, who: dict[str, list[str]]) -> str:
        parts = [f"the {what} of {_listed(numbers)}" for what, numbers in who.items()]
        if len(who) > 1 and len(set(map(tuple, who.values()))) == 1:
            parts = [f"the {' and '.join(who)} of {_listed(next(iter(who.values())))}"]
        return f"Step {step}: {', '.join(parts)} part from those of {self.first.number} here."

    @property
    def alike(self) -> str:
        """What to say where no step differs: the trials are the same as far as they were compared."""
        done = [member.state.done for member in self.members]
        common = min(done)
        if not common:
            return "no common step"
        far = f" for {counted(common, 'step')}" if common < max(done) else ""
        return f"same actions and states{far}"

    @property
    def onsets(self) -> list[int]:
        """The steps at which a failure begins in any of them."""
        return sorted({finding.onset for member in self.members for finding in member.failures})

    def _told_otherwise(self) -> list[str]:
        mine, notes = self.first.state.environment.parameters, []
        for member in self.members[1:]:
            theirs = member.state.environment.parameters
            differing = [name for name in mine if mine[name] != theirs.get(name)]
            if differing:
                values = ", ".join(f"{name} {told(mine[name])} and {told(theirs.get(name))}" for name in differing)
                notes.append(f"Trials {self.first.number} and {member.number} are told different things: {values}.")
                continue
            headers = (self.first.record.header, member.record.header)
            named = [(one.wording, one.wording_digest) for one in headers]
            words = " and ".join(called(*one) or "?" for one in named)
            both = f"Trials {self.first.number} and {member.number}"
            mine_set, others_set = map(named_settings, headers)
            changed = [name for name, value in mine_set.items() if value != others_set[name]]
            if changed and all(header.model for header in headers):
                values = ", ".join(f"{name} {told(mine_set[name])} and {told(others_set[name])}" for name in changed)
                notes.append(f"{both} have different settings: {values}.")
            read = [header.told for header in headers if any(header.told)]
            if len(set(read)) > 1:
                notes.append(f"{both} have different wordings: {words}.")
            elif _instructed(self.first, member):
                of = f", of the wordings {words}" if named[0] != named[1] else ""
                notes.append(f"{both} have different instructions{of}.")
            notes += (f"{both}: {line}." for line in reworded(named[:1], named[1:], "other trial"))
        return notes

    def _check(self) -> None:
        first = self.first
        for member in self.members[1:]:
            mine, theirs = first.state.environment, member.state.environment
            pair = f"trials {first.number} ({_file(first)}) and {member.number} ({_file(member)})"
            if mine.id != theirs.id:
                raise ComparisonError(
                    f"{pair} are of different environments, {mine.id} and {theirs.id}. Compare trials of one."
                )
            if not act_alike(mine, theirs):
                names = [name for name in mine.parameters if mine.parameters[name] != theirs.parameters.get(name)]
                values = ", ".join(
                    f"{name} {told(mine.parameters[name])} and {told(theirs.parameters.get(name))}" for name in names
                )
                raise ComparisonError(
                    f"{pair} are of different worlds: {values}. Compare trials with the same parameters."
                )


def open_comparison(paths: Sequence[Path], data: Path | None = None, parents: Iterable[Path] = ()) -> Comparison:
    """Open records and compare them.

    Args:
        paths: The records; a single one must be a fork, whose parent is found and comes first.
        data: The data directory; None for the platform's.
        parents: Where else a fork's parent may be.

    Raises:
        RecordError: When one can't be read, or a fork's parent is not found.
        ComparisonError: When they can't be compared.
    """
    data = data_dir(data)
    records = [open_record(path) for path in paths]
    if len(records) == 1:
        records.insert(0, open_record(parent_path(records[0], [trials_dir(data), *parents])))
    try:
        return Comparison(records, References(references_file(data)))
    except ValueError as error:
        raise ComparisonError(f"a record is damaged: {error}") from error


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _parted(parted: Divergence | None) -> list[tuple[str, int]]:
    if parted is None:
        return []
    return [(what, step) for what, step in (("actions", parted.action), ("states", parted.state)) if step is not None]


def _instructed(one: Member, other: Member) -> bool:
    """Tell whether two trials have different instructions; published logs do not keep them."""
    mine, theirs = one.record.header.instruction, other.record.header.instruction
    return bool(mine and theirs) and mine != theirs


def _file(member: Member) -> str:
    return one_line(member.record.path.name if member.record.path else member.who, 100)


def told(value: object) -> str:
    """Return a parameter's value as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return one_line(str(value), 60)
