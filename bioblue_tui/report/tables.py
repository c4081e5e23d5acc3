"""The tables of a report, with cells as people read them: single trials first, means under a line."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bioblue_envs import Number

from bioblue_tui.analysis.intervals import FEW, Interval, alone, described, wilson
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.reference import better_reference
from bioblue_tui.analysis.statistics import Kind, Quantity
from bioblue_tui.analysis.words import on_same_noise, over_all, over_own, policy_words
from bioblue_tui.formatting import numbers
from bioblue_tui.formatting.numbers import amount, signed
from bioblue_tui.formatting.text import one_line
from bioblue_tui.report.strips import SIGNS
from bioblue_tui.report.trials import Group, Shown

_MOST_STEPS = 1000
"""Most rows of steps in a page; the long table has all."""

NOTHING = "–"
"""A cell without a known value."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        caption: What it shows.
        head: Headings.
        rows: Its rows; the first cell names the row.
        foot: Rows under a line.
        words: Columns that hold words instead of numbers, from 0.
        links: For each row a place in the page with more about it; empty for none.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[tuple[str, ...], ...] = ()
    words: frozenset[int] = frozenset({0})
    links: tuple[str, ...] = ()


def trials_table(group: Group) -> Table:
    """Return how each trial of a group went."""
    head = ("trial", "file", "steps", "ended", "verdict", "because", "flip", "failures, from step")
    rows = []
    for trial in group.trials:
        verdict = trial.verdict
        none = "none of its own" if trial.header.forked_after else "none found"
        failures = [f"{finding.name} {finding.onset}{_end(finding, trial.state.done)}" for finding in trial.failures]
        rows.append(
            (
                trial.label,
                trial.name,
                str(trial.figures.steps),
                one_line(trial.figures.standing, 60),
                f"{SIGNS[verdict.word]} {verdict.word}" if verdict else NOTHING,
                one_line(verdict.reason if verdict else trial.analysis.unjudged),
                trial.analysis.flip.told if trial.analysis.flip else NOTHING,
                "; ".join(failures) or (NOTHING if trial.figures.empty else none),
            )
        )
    links = tuple(f"trial-{trial.number}" for trial in group.trials)
    return Table("How each trial went", head, tuple(rows), words=frozenset({0, 1, 3, 4, 5, 7}), links=links)


def _end(finding: Finding, done: int) -> str:
    return "" if finding.lasts(done) else f" {finding.ending(done)}"


def shares_table(group: Group) -> Table:
    """Return how many trials of a group have each verdict and each failure, with Wilson's intervals."""
    nothing = "no failure of its own found" if any(group.inherited) else "no failure found"
    told = [
        {f"verdict {trial.verdict.word}" if trial.verdict else "no verdict"}
        | ({finding.name for finding in trial.failures} or {nothing})
        for trial in group.whole
    ]
    found = Counter(name for names in told for name in names)
    trials, n = len(told), group.independent
    rows = []
    for name, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
        ones = math.fsum(alone([float(name in names) for names in told], group.kin))
        between = wilson(ones, n)
        interval = f"{between.low:.0%} to {between.high:.0%}" if between else NOTHING
        rows.append((name, f"{count} of {trials}", f"{ones / n:.0%}", interval))
    caption = f"In how many trials: shares and 95% intervals by Wilson are of {group.averaged}"
    return Table(caption, ("", "trials", "share", "interval"), tuple(rows))


def figures_tables(group: Group) -> tuple[Table, ...]:
    """Return every quantity of each trial, and for several trials the mean and its interval under a line."""
    reference = policy_words(better_reference(group.environment))
    noise = on_same_noise(group.environment, disturbed=group.disturbed)
    still = "; averaged, it may still depend on the noise" if noise and len(group.whole) > 1 else ""
    whole = group.trials[0].figures.trace.whole
    over = over_all(group.inherited) or whole
    own = over_own(group.inherited)
    attempts = f"attempts that did not count{own or (' at the steps of the agent itself' if whole else '')}"
    measured = "" if own else whole
    parts: tuple[tuple[str, tuple[Kind, ...]], ...] = (
        (f"Sum of each reward dimension{over}", ("total",)),
        (f"Difference: the sum − that of {reference}{noise}{over}{still}", ("difference",)),
        (f"Metrics{measured}, and {attempts}", ("metric", "rejected")),
    )
    return tuple(
        _figures_table(caption, group, [quantity for quantity in group.quantities if quantity.kind in kinds])
        for caption, kinds in parts
    )


def _figures_table(caption: str, group: Group, quantities: Sequence[Quantity]) -> Table:
    rows = [
        (trial.label, *(_cell(quantity, quantity.values[place]) for quantity in quantities))
        for place, trial in enumerate(group.trials)
    ]
    foot: list[tuple[str, ...]] = []
    count = len(group.whole)
    if len(group.played) > count < 2:
        foot = [(f"no mean: {group.averaged}", *("" for _ in quantities))]
    if count > 1:
        foot = [
            (f"mean of {group.averaged}", *(_cell(quantity, quantity.mean) for quantity in quantities)),
            ("interval", *(ends(own.interval, own.why_none) for own in quantities)),
        ]
    n = group.independent
    note = f"; {'' if n < FEW else 'intervals: '}{described(n)}" if count > 1 else ""
    return Table(caption + note, ("trial", *(quantity.label for quantity in quantities)), tuple(rows), tuple(foot))


def _cell(quantity: Quantity, value: Number | None) -> str:
    if value is None:
        return NOTHING
    return signed(value, 12) if quantity.kind == "difference" else amount(value, 12)


def ends(interval: Interval | None, why_none: str = NOTHING) -> str:
    """Return the ends of an interval, with as many digits as its quantity; or why there is none."""
    return " to ".join(numbers.ends(interval.low, interval.high, 14, _short)) if interval else why_none


def rewards_table(trial: Shown) -> Table:
    """Return, for each reward dimension, the trial's total, the reference's, the difference, the other reference's."""
    name = policy_words(better_reference(trial.environment))
    others = list(trial.analysis.shadows.items())[1:]
    head = ("reward dimension", "total", "reference", "difference", *(policy_words(other) for other, _ in others))
    rows = []
    for dimension in trial.environment.dimensions:
        key, figures = dimension.key, trial.figures
        difference = figures.difference(key)
        rows.append(
            (
                f"{dimension.label} {dimension.objective}" if dimension.objective else dimension.label,
                amount(figures.totals[key], 14),
                NOTHING if figures.reference is None else amount(figures.reference[key], 14),
                NOTHING if difference is None else signed(difference, 14),
                *(amount(shadow.totals[key], 14) for _, shadow in others),
            )
        )
    noise = on_same_noise(trial.environment, disturbed=trial.figures.trace.disturbed)
    where = f"{noise}," if noise else ""
    caption = f"Reference and difference: the score of {name}{where} and the agent's distance from it"
    caption += over_all([trial.figures.inherited])
    if trial.figures.reference_steps > trial.figures.steps:
        caption += f" (the reference continued to step {trial.figures.reference_steps})"
    return Table(caption, head, tuple(rows))


def metrics_table(trial: Shown) -> Table:
    """Return the paper's metrics of a trial."""
    metrics = trial.figures.metrics.values()
    rows = [
        (m.name.replace("_", " "), amount(_short(m.mean)), amount(_short(m.mean_absolute)), amount(m.greatest))
        for m in metrics
    ]
    scope = over_own([trial.figures.inherited]) or trial.figures.trace.whole or " over all steps"
    return Table(f"Metrics{scope}", ("metric", "mean", "mean absolute", "greatest absolute"), tuple(rows))


def steps_table(trial: Shown) -> Table:
    """Return every step of a trial, as the text alternative to its charts."""
    environment = trial.environment
    shadows = list(trial.analysis.shadows.items())[:1]
    head = ["step"]
    changes = ["noise", "disturbance"] if trial.figures.trace.disturbed else ["noise"]
    for index, label in enumerate(environment.objectives):
        gauge = environment.gauges[index]
        names = ["action", *changes, gauge.quantity, *(["place"] if gauge.band else []), *(n for n, _ in shadows)]
        head += [f"{name} {label}".strip() for name in names]
    dimensions = environment.dimensions
    head += [f"{d.label} {d.objective}" if d.objective else d.label for d in dimensions]
    played = [environment.gauge_values(done.after) for _, shadow in shadows for done in shadow.played]
    rows = [tuple(_step_cells(trial, step.step, played, bool(shadows))) for step in trial.steps[:_MOST_STEPS]]
    words = {place for place, name in enumerate(head) if name.startswith("place")}
    more = "" if len(trial.steps) <= _MOST_STEPS else f", the first {_MOST_STEPS}; bioblue report --format csv has all"
    return Table(f"Every step{more}", tuple(head), tuple(rows), words=frozenset(words))


def _step_cells(trial: Shown, number: int, ghosts: Sequence[tuple[Number, ...]], with_ghost: bool) -> list[str]:
    step, environment = trial.state.stepped(number), trial.environment
    changes = [trial.state.noise(number), *([trial.state.disturbed(number)] if trial.figures.trace.disturbed else [])]
    values = trial.state.gauge_values(number)
    cells = [str(number)]
    for index, gauge in enumerate(environment.gauges):
        cells.append(amount(step.action[index]))
        cells += [signed(change[index]) if change else NOTHING for change in changes]
        cells.append(amount(values[index]))
        if gauge.band:
            cells.append(gauge.position(values[index]))
        if with_ghost:
            cells.append(amount(ghosts[number - 1][index]) if number <= len(ghosts) else NOTHING)
    return [*cells, *(amount(step.rewards[dimension.key]) for dimension in environment.dimensions)]


def _short(value: Number) -> Number:
    return value if isinstance(value, int) else round(value, 3)
