"""Several trials in tables: a row for each, then mean and spread, and the same as differences from the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bioblue_envs import Environment, Number
from bioblue_envs.base import mean

from bioblue_tui.analysis.intervals import alone
from bioblue_tui.analysis.outcome import Outcome, spread
from bioblue_tui.analysis.sameness import kin
from bioblue_tui.analysis.words import UNREAD, averaged, left_out, on_same_noise, over_all, over_own, policy_words
from bioblue_tui.costs.spending import EMPTY, Bill
from bioblue_tui.display.tables import Cell, Column, Table
from bioblue_tui.formatting.text import one_line


def outcome_tables(
    environment: Environment,
    agent: str,
    outcomes: Sequence[Outcome],
    group: str = "",
    bills: Sequence[Bill] = (),
    unread: int = 0,
) -> Iterator[Table]:
    """Yield the tables: totals and, where known, differences from the reference on the same noise, tokens and cost.

    Dimensions are never summed. Mean and deviation are of the trials that were played to their end; those that share
    noise, actions or first steps count as one, their mean. Where all of them do, as futures of one step, the spread is
    across all that were played, and the title says so.

    Args:
        environment: Where they were played.
        agent: Who played.
        outcomes: The trials' outcomes.
        group: What else the trials have in common, for the title.
        bills: What each trial cost.
        unread: How many more trials have records that can't be read.
    """
    more = outcomes[0].figures.trace.more if outcomes else ""
    named = f"{environment.title}, {one_line(agent, 60)}{more}{f', {one_line(group, 80)}' if group else ''}"
    counts = _attempts(outcomes)
    forks = any(_inherited(outcomes))
    out = left_out((outcome.figures for outcome in outcomes), {UNREAD: unread})
    yield _totals(environment, named, outcomes, [] if forks else counts, out)
    if forks and any(any(values) for _, values in counts):
        yield _own(named, outcomes, counts, out)
    if any(outcome.figures.compared for outcome in outcomes):
        yield _differences(environment, named, outcomes, out)
    if any(bill.requests for bill in bills):
        yield _spent(named, outcomes, bills)


def _attempts(outcomes: Sequence[Outcome]) -> list[tuple[str, list[int]]]:
    """Return each kind of attempt that did not count, with the number of them in each trial."""
    # Records of older programs do not distinguish illegal and unreadable answers.
    apart = all(outcome.figures.tally.told_apart for outcome in outcomes)
    found = [] if apart else [("rejected", [outcome.figures.tally.rejected for outcome in outcomes])]
    for kind in (*(("illegal", "unreadable") if apart else ()), "cut", "provider"):
        counts = [outcome.figures.tally.by_kind[kind] for outcome in outcomes]
        if any(counts) or kind in ("illegal", "unreadable"):
            found.append((kind, counts))
    return found


def _totals(
    environment: Environment,
    named: str,
    outcomes: Sequence[Outcome],
    attempts: Sequence[tuple[str, list[int]]],
    out: str,
) -> Table:
    rows = [
        [
            *(outcome.seed, outcome.figures.steps, *_values(environment, outcome.figures.totals)),
            *(counts[place] for _, counts in attempts),
            one_line(outcome.figures.standing, 60),
        ]
        for place, outcome in enumerate(outcomes)
    ]
    columns = [
        Column("seed", "seed"),
        Column("steps", "steps"),
        *_dimensions(environment),
        *(Column(kind, kind) for kind, _ in attempts),
        Column("ended", "ended"),
    ]
    whole = [outcome.figures for outcome in outcomes if not outcome.figures.unaveraged]
    whose = _whose(outcomes)
    over = over_all(_inherited(outcomes)) or (outcomes[0].figures.trace.whole if outcomes else "")
    of = averaged(whole, len(set(whose)))
    below = [[*row, of] for row in _below([row[1:-1] for row in _finished(rows, outcomes)], whose)]
    return Table(f"{named}: totals{over}{_of(out, whose)}", columns, rows, below)


def _own(named: str, outcomes: Sequence[Outcome], attempts: Sequence[tuple[str, list[int]]], out: str) -> Table:
    """Return the attempts that did not count at forks' own steps, apart from the table of totals over all steps."""
    rows: list[list[Cell]] = [
        [outcome.seed, *(counts[place] for _, counts in attempts)] for place, outcome in enumerate(outcomes)
    ]
    columns = [Column("seed", "seed"), *(Column(kind, kind) for kind, _ in attempts)]
    whose = _whose(outcomes)
    title = f"{named}: attempts that did not count{over_own(_inherited(outcomes))}{_of(out, whose)}"
    return Table(title, columns, rows, _below([row[1:] for row in _finished(rows, outcomes)], whose))


def _differences(environment: Environment, named: str, outcomes: Sequence[Outcome], out: str) -> Table:
    known = [(outcome, against) for outcome in outcomes if (against := outcome.figures.compared)]
    compared = [outcome for outcome, _ in known]
    rows = [[outcome.seed, *_values(environment, against.differences)] for outcome, against in known]
    columns = [Column("seed", "seed"), *_dimensions(environment)]
    whose, reference = _whose(compared), known[0][1].reference
    noise = on_same_noise(environment, disturbed=any(outcome.figures.trace.disturbed for outcome in compared))
    title = f"{named}: difference to {policy_words(reference)}{noise}"
    title += f"{over_all(_inherited(outcomes))}{_of(out, whose)}"
    return Table(title, columns, rows, _below([row[1:] for row in _finished(rows, compared)], whose))


def _spent(named: str, outcomes: Sequence[Outcome], bills: Sequence[Bill]) -> Table:
    abandoned = any(bill.abandoned for bill in bills)
    columns = [
        Column("seed", "seed"),
        Column("requests", "requests"),
        *([Column("abandoned", "of them\nabandoned")] if abandoned else []),
        Column("in", "tokens\nin"),
        Column("cached", "of them\ncached"),
        Column("out", "tokens\nout"),
        Column("seconds", "seconds"),
        Column("cost", "cost"),
    ]
    rows = [[outcome.seed, *_bill(bill, abandoned)] for outcome, bill in zip(outcomes, bills, strict=True)]
    below = [["total", *_bill(sum(bills, EMPTY), abandoned)]]
    return Table(f"{named}: tokens and cost", columns, rows, below)


def _bill(bill: Bill, abandoned: bool) -> list[Cell]:
    """Return a bill as cells; what was not reported is no number."""
    told = (bill.input, bill.cached, bill.output)
    sent = (bill.requests, bill.abandoned) if abandoned else (bill.requests,)
    return [*sent, *told, round(bill.seconds, 3), str(bill.cost) if bill.requests else None]


def _dimensions(environment: Environment) -> list[Column]:
    return [
        Column(dimension.key, f"{dimension.label}\n{dimension.objective or ''}".rstrip(), dimension.penalty)
        for dimension in environment.dimensions
    ]


def _values(environment: Environment, values: Mapping[str, Number]) -> list[Cell]:
    return [values.get(dimension.key) for dimension in environment.dimensions]


def _inherited(outcomes: Sequence[Outcome]) -> list[int]:
    return [outcome.figures.inherited for outcome in outcomes]


def _finished(rows: Sequence[list[Cell]], outcomes: Sequence[Outcome]) -> list[list[Cell]]:
    """Return the rows of those trials that are averaged."""
    return [row for row, outcome in zip(rows, outcomes, strict=True) if not outcome.figures.unaveraged]


def _of(out: str, whose: Sequence[int]) -> str:
    """Return the part of a title on what is in no mean, and what the spread is across."""
    return (f"; {out}" if out else "") + _across(whose)


def _whose(outcomes: Sequence[Outcome]) -> list[int]:
    """Return, for each finished trial, the first trial that it is not independent of."""
    return kin([outcome.figures.trace for outcome in outcomes if not outcome.figures.unaveraged])


def _below(rows: Sequence[Sequence[Cell]], whose: Sequence[int]) -> list[list[Cell]]:
    """Return mean and deviation of every column of numbers; for trials that count as one, also the extremes.

    Empty for fewer than two trials.
    """
    columns = [_ones(column, whose) for column in zip(*rows, strict=True)]
    if len(rows) < 2 or not all(columns):
        return []
    below: list[list[Cell]] = [["mean", *map(mean, columns)]]
    if _as_one(whose):
        columns = [_ones(column, range(len(whose))) for column in zip(*rows, strict=True)]
        below += [["min", *map(min, columns)], ["max", *map(max, columns)]]
    spreads = [found for column in columns if (found := spread(column))]
    if len(spreads) == len(columns):
        below.append(["sd", *(found.deviation for found in spreads)])
    return below


def _as_one(whose: Sequence[int]) -> bool:
    """Return whether several trials count as one."""
    return len(whose) > len(set(whose)) == 1


def _across(whose: Sequence[int]) -> str:
    """Say what the spread is across, where trials count as one."""
    return (
        f"; min, max, sd: across the {len(whose)} played, which share noise, actions or first steps"
        if _as_one(whose)
        else ""
    )


def _ones(column: Iterable[Cell], whose: Sequence[int]) -> list[Number]:
    known = [(cell, head) for cell, head in zip(column, whose, strict=True) if isinstance(cell, int | float)]
    return alone([cell for cell, _ in known], [head for _, head in known])
