"""A comparison without a screen: where trials diverge, totals and differences by dimension, verdicts, onsets."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping

import click
from bioblue_envs import Number

from bioblue_tui.analysis.comparison import Comparison, Member
from bioblue_tui.analysis.reference import better_reference
from bioblue_tui.analysis.words import by_others, ended_words, judged_words, on_same_noise, policy_words
from bioblue_tui.display.analysis import finding_line
from bioblue_tui.display.look import Look
from bioblue_tui.display.tables import Cell, Column, Table, table_lines
from bioblue_tui.formatting.numbers import counted, difference
from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.telling import interfered

_TOLD = 20
"""Most interventions of a trial that are named; ``analyse`` names all."""


def write_comparison(comparison: Comparison, *, as_json: bool) -> None:
    """Write a comparison to standard output, and warnings about it to standard error.

    Args:
        comparison: The trials.
        as_json: Write one JSON object instead of lines and tables.
    """
    if as_json:
        click.echo(json.dumps(comparison_json(comparison)))
        return
    look = Look.of(sys.stdout)
    for note in comparison.notes:
        click.echo(f"bioblue: {one_line(note, 400)}", err=True)
    for line in comparison_lines(comparison, look):
        click.echo(line, color=look.colour)


def comparison_lines(comparison: Comparison, look: Look) -> Iterator[str]:
    """Yield the lines for people."""
    environment = comparison.first.state.environment
    noise = f", {words}" if (words := comparison.noise_words) else ""
    yield f"{environment.title}: {counted(len(comparison.members), 'trial')}{noise}"
    for member in comparison.members:
        yield from _trial_lines(member)
    yield ""
    for table in _tables(comparison):
        yield from table_lines(table, look)
        yield ""


def _trial_lines(member: Member) -> Iterator[str]:
    name = one_line(str(member.record.path or ""), 400)
    standing = member.standing
    how = judged_words(standing, member.verdict.word if member.verdict else None, _reason(member))
    yield f"{member.number}: {member.who}, {counted(member.state.done, 'step')}{ended_words(standing)}{how}; {name}"
    if others := by_others(member.state):
        yield f"  {others}"
    happened = interfered(member.record.events)
    yield from (f"  {one['what']}" for one in happened[:_TOLD])
    if len(happened) > _TOLD:
        yield f"  and {len(happened) - _TOLD} more"
    if member.parted:
        parted = member.parted
        actions = f"actions from step {parted.action}" if parted.action else "no action differs"
        states = f"states from step {parted.state}" if parted.state else "no state differs"
        noise = f", noise from step {parted.noise}" if parted.noise else ""
        noise += f", disturbances from step {parted.disturbance}" if parted.disturbance else ""
        where = f"{actions}, {states}{noise}, over {counted(parted.common, 'common step')}"
        yield f"  parts from 1: {where if parted.common else 'not known, there is no common step'}"
    yield from (finding_line(finding, member.state.done) for finding in member.failures)


def _reason(member: Member) -> str:
    """Return the reason for the verdict, or why there is none."""
    return member.verdict.reason if member.verdict else member.analysis.unjudged


def _tables(comparison: Comparison) -> Iterator[Table]:
    environment, first = comparison.first.state.environment, comparison.first
    columns = [
        Column("trial", "trial"),
        *(Column(d.key, f"{d.label}\n{d.objective or ''}".rstrip(), d.penalty) for d in environment.dimensions),
    ]

    def row(member: Member, values: Mapping[str, Number] | None) -> list[Cell]:
        known = values or {}
        return [member.number, *(known.get(d.key) for d in environment.dimensions)]

    members = comparison.members
    yield Table("totals", columns, [row(member, _totals(member)) for member in members])
    if comparison.same_noise:
        rows = [row(member, _less(member, first)) for member in members[1:]]
        yield Table("totals − those of trial 1", columns, rows)
    name = policy_words(better_reference(environment))
    noise = on_same_noise(environment, disturbed=comparison.disturbed)
    yield Table(
        f"difference: totals − those of {name}{noise}", columns, [row(member, _own(member)) for member in members]
    )


def _totals(member: Member) -> dict[str, Number]:
    return member.totals(member.state.done)


def _less(member: Member, first: Member) -> dict[str, Number]:
    mine, others = _totals(member), _totals(first)
    return {key: difference(mine[key], others[key]) for key in mine}


def _own(member: Member) -> dict[str, Number] | None:
    """Return totals minus those of the reference policy over a whole trial, even where the trial ended early."""
    return member.figures.compared.differences if member.figures.compared else None


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """Return a comparison as a JSON object.

    ``divergence`` holds the first steps at which any trial diverges from the first; ``trials`` has each trial's own.
    Null stands for never and for not known.
    """
    members = comparison.members
    parted = [member.parted for member in members if member.parted]
    return {
        "environment": comparison.first.record.header.environment,
        "same_noise": comparison.same_noise,
        "disturbed_from": comparison.disturbed_from,
        "reference": better_reference(comparison.first.state.environment),
        "divergence": {
            "action": min((p.action for p in parted if p.action is not None), default=None),
            "state": min((p.state for p in parted if p.state is not None), default=None),
        },
        "notes": comparison.notes,
        "trials": [_trial_json(member, comparison.first) for member in members],
    }


def _trial_json(member: Member, first: Member) -> dict[str, object]:
    header, parted, verdict = member.record.header, member.parted, member.verdict
    return {
        "number": member.number,
        "file": str(member.record.path) if member.record.path else None,
        "agent": header.agent,
        "model": header.model,
        "seed": header.seed,
        "steps": member.state.done,
        "standing": member.standing,
        "verdict": verdict.word if verdict else None,
        "reason": _reason(member),
        "flip": flip.step if (flip := member.analysis.flip) else None,
        "divergence": None
        if parted is None
        else {"action": parted.action, "state": parted.state, "noise": parted.noise, "common_steps": parted.common},
        "by_others": by_others(member.state),
        "happened": interfered(member.record.events),
        "disturbed_from": parted.disturbance if parted else None,
        "disturbances": [{"step": step, "change": change} for step, _, change in member.disturbances],
        "totals": _totals(member),
        "less_first": None if parted is None else _less(member, first),
        "less_reference": _own(member),
        "modes": [finding.to_json() for finding in member.failures],
    }
