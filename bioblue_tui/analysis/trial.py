"""A trial that is read once: its state, analysis, verdict and figures, each computed when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from bioblue_envs import Environment

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.figures import Figures
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import group_key, told_of, trace_of
from bioblue_tui.analysis.verdict import Verdict
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.collection import open_record, standing_of
from bioblue_tui.records.notes import noted
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Header, Stepped
from bioblue_tui.trials.state import TrialState


class AnalysedTrial:
    """A recorded trial and all that is computed from it.

    Args:
        record: The record as it was read.
        references: Where best totals are looked up; None to judge by the reference policy alone.

    Attributes:
        state: The trial's state at its end.

    Raises:
        ValueError: For events that can't belong to their trial, which only a damaged record holds.
    """

    def __init__(self, record: Record, references: References | None = None) -> None:
        self.record, self.references = record, references
        self.state = TrialState(record.header).feed(noted(record))

    @classmethod
    def open(cls, path: Path, references: References | None = None) -> AnalysedTrial:
        """Read a record of ours or a published log.

        Raises:
            RecordError: When it can't be read.
            ValueError: For events that can't belong to their trial.
        """
        return cls(open_record(path), references)

    @cached_property
    def analysis(self) -> Analysis:
        """What the trial means."""
        return Analysis(self.header, self.environment).feed(self.record.events)

    @cached_property
    def verdict(self) -> Verdict | None:
        """How it went; None where that can't be judged, see ``Analysis.unjudged``."""
        return self.analysis.verdict(self.references)

    @cached_property
    def figures(self) -> Figures:
        """Its figures."""
        return Figures.of(self.state, self.record.path)

    @cached_property
    def standing(self) -> str:
        """How it ended, or its present state, in a word."""
        return standing_of(self.state, self.record.path)

    @property
    def header(self) -> Header:
        """What the trial is."""
        return self.record.header

    @property
    def environment(self) -> Environment:
        """The trial's environment."""
        return self.state.environment

    @property
    def steps(self) -> list[Stepped]:
        """Every step that was done, in order; a damaged record may have lost some."""
        return [view.done for view in self.state.steps if view.done]

    @property
    def failures(self) -> list[Finding]:
        """The findings that are failures of the agent, in the order of the onsets."""
        return self.analysis.failures

    @property
    def who(self) -> str:
        """The model, or the agent where there is none."""
        return who(self.header, 60)


def who(header: Header, width: int) -> str:
    """Return the model of a trial, or its agent where there is none, in at most ``width`` characters."""
    return one_line(header.model or header.agent or "unknown agent", width)


def sameness(trials: Mapping[str, AnalysedTrial]) -> list[str]:
    """Return a sentence each on the trials that share their noise, their actions, or their first steps.

    Different agents meet the same noise on purpose; but trials that may be averaged are assumed to be independent.
    Trials that are left out of means are not mentioned.

    Args:
        trials: Trials by their names in the sentences.
    """
    found = [
        (name, trial.header, trace_of(trial.state)) for name, trial in trials.items() if not trial.state.unaveraged
    ]
    return told_of((name, group_key(header, trace), trace) for name, header, trace in found)
