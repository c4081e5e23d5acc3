"""Several trials beside each other: a row for each, then mean and spread, and the same less the reference policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bioblue_tui.analysis.intervals import alone
from bioblue_tui.analysis.outcome import Outcome, spread
from bioblue_tui.analysis.sameness import kin
from bioblue_tui.analysis.words import on_same_noise, policy_words
from bioblue_tui.costs.spending import EMPTY, Bill
from bioblue_tui.display.tables import Cell, Column, Table
from bioblue_tui.numbers import counted
from bioblue_tui.text import one_line
from envs import Environment, Number
from envs.base import mean


def outcome_tables(
    environment: Environment, agent: str, outcomes: Sequence[Outcome], group: str = "", bills: Sequence[Bill] = ()
) -> Iterator[Table]:
    """Yield the tables: totals, and where known differences to the reference on the same noise, tokens and cost.

    Dimensions are never summed. Mean and deviation are of the trials that were played to their end; those that share
    noise, actions or first steps are one, their mean. Where all do, as futures of one step, the spread is across all
    that were played, and the title says so.

    Args:
        environment: Where they were played.
        agent: Who played.
        outcomes: How they came out.
        group: What else they have in common, for the title.
        bills: What each of them cost.
    """
    more = f", {one_line(group, 80)}" if group else ""
    handed = outcomes[0].trace.handed if outcomes else ""
    named = f"{environment.title}, {one_line(agent, 60)}{handed}{more}"
    yield _totals(environment, named, outcomes)
    compared = [outcome for outcome in outcomes if outcome.comparison]
    if compared:
        yield _differences(environment, named, compared)
    if any(bill.requests for bill in bills):
        yield _spent(named, outcomes, bills)


def _totals(environment: Environment, named: str, outcomes: Sequence[Outcome]) -> Table:
    # Records of older programs do not tell illegal and unreadable answers apart.
    apart = all(outcome.tally.told_apart for outcome in outcomes)
    counted_always = ("illegal", "unreadable") if apart else ()
    kinds = [
        *counted_always,
        *(kind for kind in ("cut", "provider") if any(outcome.tally.by_kind[kind] for outcome in outcomes)),
    ]
    rows = [
        [
            *(outcome.seed, outcome.steps, *_values(environment, outcome.totals)),
            *([] if apart else [outcome.tally.rejected]),
            *(outcome.tally.by_kind[kind] for kind in kinds),
            _ended(outcome),
        ]
        for outcome in outcomes
    ]
    columns = [
        Column("seed", "seed"),
        Column("steps", "steps"),
        *_dimensions(environment),
        *([] if apart else [Column("rejected", "rejected")]),
        *(Column(kind, kind) for kind in kinds),
        Column("ended", "ended"),
    ]
    finished = [row[1:-1] for row, outcome in zip(rows, outcomes, strict=True) if outcome.finished]
    whose = _whose(outcomes)
    of, independent = counted(len(finished), "trial"), len(set(whose))
    whole = outcomes[0].trace.whole if outcomes else ""
    if independent < len(finished):
        of = f"{counted(independent, 'independent trial')} ({len(finished)} played)"
    below = [[*row, of] for row in _below(finished, whose)]
    return Table(f"{named}: totals{whole}{_across(whose)}", columns, rows, below)


def _differences(environment: Environment, named: str, outcomes: Sequence[Outcome]) -> Table:
    rows = [[outcome.seed, *_values(environment, outcome.differences or {})] for outcome in outcomes]
    columns = [Column("seed", "seed"), *_dimensions(environment)]
    finished = [row[1:] for row, outcome in zip(rows, outcomes, strict=True) if outcome.finished]
    reference = outcomes[0].comparison.reference if outcomes[0].comparison else ""
    whose = _whose(outcomes)
    title = f"{named}: difference to {policy_words(reference)}{on_same_noise(environment)}{_across(whose)}"
    return Table(title, columns, rows, _below(finished, whose))


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
    """Return a bill as cells; what nobody told is no number."""
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


def _ended(outcome: Outcome) -> str:
    if outcome.finished:
        return one_line(outcome.reason, 60)
    return "failed" if outcome.failure else "stopped"


def _whose(outcomes: Sequence[Outcome]) -> list[int]:
    """Return for each finished trial the first one that it is not independent of."""
    return kin([outcome.trace for outcome in outcomes if outcome.finished])


def _below(rows: Sequence[Sequence[Cell]], whose: Sequence[int]) -> list[list[Cell]]:
    """Return the mean of every column of numbers, and its deviation; of trials that count as one also the extremes.

    There is none for fewer than two trials.
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
    """Say what the spread of trials is across that count as one."""
    return (
        f"; min, max, sd: across the {len(whose)} played, which share noise, actions or first steps"
        if _as_one(whose)
        else ""
    )


def _ones(column: Iterable[Cell], whose: Sequence[int]) -> list[Number]:
    known = [(cell, head) for cell, head in zip(column, whose, strict=True) if isinstance(cell, int | float)]
    return alone([cell for cell, _ in known], [head for _, head in known])
