"""The content of a report as plain texts, tables and drawings; the page and Markdown decide on the form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bioblue_tui import __version__
from bioblue_tui.analysis.modes.base import NOISE, Finding, words
from bioblue_tui.analysis.modes.catalogue import MEANINGS, MODES
from bioblue_tui.analysis.sameness import group_key, told_of
from bioblue_tui.analysis.words import left_out
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.report.answers import RawStep, raw_steps
from bioblue_tui.report.beside import beside_tables, uncompared
from bioblue_tui.report.plots import plots
from bioblue_tui.report.strips import SIGNS, strips
from bioblue_tui.report.svg import Drawing
from bioblue_tui.report.tables import (
    Table,
    figures_tables,
    metrics_table,
    rewards_table,
    shares_table,
    steps_table,
    trials_table,
)
from bioblue_tui.report.trajectory import describe, trial_charts
from bioblue_tui.report.trials import Group, Shown, grouped
from bioblue_tui.trials.events import Noted
from bioblue_tui.trials.notes import said

_LONGEST = 4000
"""Most characters of an instruction or a parameter that are shown."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and what it shows, in words."""

    drawing: Drawing
    words: str


@dataclass(frozen=True, slots=True)
class FindingPart:
    """A finding in a trial.

    Attributes:
        number: From 1, as in the trial's charts.
        name: What it is.
        meaning: What its failure mode means.
        when: From which step to which.
        evidence: Evidence that a person can check.
        noise: True where the noise caused it.
    """

    number: int
    name: str
    meaning: str
    when: str
    evidence: str
    noise: bool


@dataclass(frozen=True, slots=True)
class TrialPart:
    """Everything about one trial."""

    number: int
    title: str
    word: str
    sign: str
    reason: str
    sentences: tuple[str, ...]
    findings: tuple[FindingPart, ...]
    nothing_found: str
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]
    rewards: Table
    metrics: Table
    raw: tuple[RawStep, ...]
    raw_note: str
    steps: Table
    provenance: tuple[tuple[str, str], ...]
    instruction: str


@dataclass(frozen=True, slots=True)
class GroupPart:
    """Trials that may be averaged: first each trial, then the averages."""

    number: int
    title: str
    trials: Table
    figures: tuple[Table, ...]
    strips: Chart
    plots: Chart | None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    title: str
    program: str
    warnings: tuple[str, ...]
    groups: tuple[GroupPart, ...]
    trials: tuple[TrialPart, ...]
    modes: tuple[tuple[str, str], ...]


def report(trials: Sequence[Shown], complaints: Sequence[str] = ()) -> Report:
    """Return the report on trials, at least one.

    Args:
        trials: What to report on.
        complaints: Lines on what could not be read.
    """
    groups = grouped(trials)
    title = f"{counted(len(trials), 'trial')} of {', '.join(dict.fromkeys(g.environment.title for g in groups))}"
    return Report(
        title,
        f"bioblue-tui {__version__}",
        (*complaints, *warnings(trials), *uncompared(groups)),
        tuple(
            _group(number, group, groups, beside)
            for number, (group, beside) in enumerate(zip(groups, beside_tables(groups), strict=True), 1)
        ),
        tuple(map(_trial, trials)),
        tuple((words(mode), MEANINGS[mode]) for mode in MODES),
    )


def warnings(trials: Sequence[Shown]) -> list[str]:
    """Return what a reader must know before believing a mean."""
    traces = [(trial, trial.figures.trace) for trial in trials if not trial.figures.unaveraged]
    same = told_of((f"trial {trial.number}", group_key(trial.header, trace), trace) for trial, trace in traces)
    found = [one_line(sentence, 2000) for sentence in same]
    if short := left_out([trial.figures for trial in trials]):
        which = [str(trial.number) for trial in trials if trial.figures.unaveraged]
        of = "means, shares and comparisons are of trials that were played to their end"
        found.append(f"{of}: {short} (trial {', '.join(which)})")
    for trial in trials:
        found += [f"trial {trial.number}: {one_line(warning, 300)}" for warning in trial.record.warnings]
        if trial.analysis.watch.blind:
            found.append(f"trial {trial.number}: looked no further than {one_line(trial.analysis.watch.blind, 200)}")
    return found


def alike(group: Group, groups: Sequence[Group]) -> list[Group]:
    """Return the groups whose plots get the same axes: those with the same environment and number of objectives."""
    mine = group.environment
    return [g for g in groups if g.environment.id == mine.id and g.environment.objectives == mine.objectives]


def _group(number: int, group: Group, groups: Sequence[Group], beside: tuple[Table, ...]) -> GroupPart:
    rows = strips(group, f"strips-{number}")
    several = len(group.played) > 1
    shares = [shares_table(group)] if len(group.whole) > 1 else []
    drawn = plots(group, alike(group, groups), f"plots-{number}") if several else None
    return GroupPart(
        number,
        group.title,
        trials_table(group),
        (*shares, *figures_tables(group), *beside),
        Chart(rows, "Each row is a trial; the tables above say the same in words and figures."),
        Chart(drawn, "Figures of every step: bioblue report --format csv.") if drawn else None,
    )


def _trial(trial: Shown) -> TrialPart:
    verdict, header = trial.verdict, trial.header
    charts = trial_charts(trial)
    raw, note = raw_steps(trial)
    return TrialPart(
        trial.number,
        one_line(f"Trial {trial.label} · {trial.environment.title} · {trial.who}", 200),
        verdict.word if verdict else "no verdict",
        SIGNS.get(verdict.word, "") if verdict else "",
        verdict.reason if verdict else trial.analysis.unjudged,
        tuple(_sentences(trial)),
        tuple(_finding(number, finding, trial.state.done) for number, finding in enumerate(trial.analysis.findings, 1)),
        _nothing_found(trial),
        tuple(Chart(drawing, describe(trial, index)) for index, drawing in enumerate(charts)),
        tuple(_note(note) for note in trial.state.notes.all),
        rewards_table(trial),
        metrics_table(trial),
        tuple(raw),
        note,
        steps_table(trial),
        tuple(_provenance(trial)),
        visible(header.instruction, _LONGEST),
    )


def _nothing_found(trial: Shown) -> str:
    return f"{trial.unfound.capitalize()}."


def _sentences(trial: Shown) -> list[str]:
    state, figures = trial.state, trial.figures
    why = f": {one_line(state.failure, 300)}" if state.failure else ""
    standing = f", {one_line(figures.standing, 100)}{why}"
    found = [f"{figures.steps} of {counted(trial.header.steps, 'step')} done{standing}."]
    if trial.analysis.flip is not None:
        found.append(f"Flip, the onset of the first failure that lasts: step {trial.analysis.flip.told}.")
    if parents := [finding.spell(state.done) for whose, finding in trial.analysis.told if whose]:
        found.append(f"Found in its parent: {'; '.join(parents)}.")
    if words := figures.tally.words():
        found.append(f"Attempts that did not count: {words}.")
    marks = [mark for mark in state.marks if mark.kind in ("intervened", "handed over", "forked", "shortened")]
    found += [f"Step {mark.step}: {mark.kind}, {one_line(mark.text, 200)}." for mark in marks[:20]]
    if len(marks) > 20:
        found.append(f"And {len(marks) - 20} more such marks.")
    return found


def _finding(number: int, finding: Finding, done: int) -> FindingPart:
    end = finding.ending(done)
    end += f", recovered in step {finding.recovered}" if finding.recovered else ""
    when = f"steps {finding.onset} {end}; detected at step {finding.alarm}"
    evidence = one_line(finding.evidence, 400)
    return FindingPart(number, finding.name, MEANINGS[finding.mode], when, evidence, finding.mode == NOISE)


def _note(note: Noted) -> str:
    where = f"Step {note.step}" if note.step else "The trial"
    return f"{where}: {one_line(said(note), _LONGEST)}"


def _provenance(trial: Shown) -> list[tuple[str, str]]:
    header = trial.header
    parent = header.parent or {}
    rows: list[tuple[str, object]] = [
        ("file", trial.name),
        ("SHA-256 of the file", trial.digest),
        ("trial id", header.id),
        ("environment", header.environment),
        *((f"parameter {name}", value) for name, value in trial.environment.parameters.items()),
        ("version of the dynamics", header.dynamics),
        ("seed", "not known" if header.seed is None else header.seed),
        ("steps planned", header.steps),
        ("agent", header.agent),
        ("model", header.model),
        *((f"provider parameter {name}", value) for name, value in header.provider.items()),
        ("wording", header.wording),
        ("wording's digest", header.wording_digest),
        ("condition", header.condition),
        ("shown to the person", header.presentation),
        ("interventions planned", [list(planned) for planned in header.schedule] or ""),
        ("forked from", parent.get("file", "") if isinstance(parent, Mapping) else ""),
        ("recorded by", header.program),
        ("recorded at", header.created),
        ("source", header.source),
        ("analysed by", f"bioblue-tui {__version__}"),
    ]
    return [(one_line(name, 80), shown) for name, value in rows if (shown := _plain(value))]


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return one_line(text, _LONGEST)
