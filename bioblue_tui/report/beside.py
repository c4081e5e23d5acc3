"""A group of trials beside another one in the same world: differences on the same seeds, and effect sizes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.effects import Effect, Paired, cliffs_delta, hedges_g, paired
from bioblue_tui.analysis.statistics import LEVEL, Interval
from bioblue_tui.numbers import amount, signed
from bioblue_tui.report.tables import NOTHING, Table
from bioblue_tui.report.trials import Group, Shown

_HEAD = ("", "seeds both have", "mean difference", "interval", "Hedges' g", "interval", "Cliff's delta", "interval")


def beside_tables(group: Group, groups: Sequence[Group]) -> tuple[Table, ...]:
    """Return a group beside the one it is held against: people where there are any in its world, else the first.

    What is compared is the sum of each reward dimension less the reference policy's on the same noise, over trials
    that are not cut short. None for a group that others are held against, and for one that shares no seed with it.

    Args:
        group: The group.
        groups: All groups of the report.
    """
    same = [other for other in groups if _world(other) == _world(group)]
    against = next((other for other in same if other.trials[0].header.agent == HUMAN), same[0])
    if against is group:
        return ()
    try:
        rows = list(_rows(_whole(group), _whole(against)))
    except OverflowError:
        # A runaway beyond all floats has no mean that could be compared.
        return ()
    caption = (
        f"Beside {against.title}: this group less that one, of what each did to the sums, on the same seeds; effect "
        f"sizes over all trials; intervals {LEVEL:.0%}"
    )
    return (Table(caption, _HEAD, tuple(rows)),) if rows else ()


def _rows(mine: Sequence[Shown], others: Sequence[Shown]) -> Iterator[tuple[str, ...]]:
    if not mine or not others:
        return
    for dimension in mine[0].environment.dimensions:
        key, owner = dimension.key, f" {dimension.objective}" if dimension.objective else ""
        on_seeds = paired(_by_seed(mine, key), _by_seed(others, key))
        if on_seeds is None:
            return
        first, second = _clusters(mine, key), _clusters(others, key)
        effects = (*_effect(hedges_g(first, second)), *_effect(cliffs_delta(first, second)))
        yield (f"{dimension.label}{owner}", *_paired(on_seeds), *effects)


def _world(group: Group) -> str:
    header = group.trials[0].header
    return json.dumps([header.environment, dict(header.parameters), header.steps], sort_keys=True, default=str)


def _whole(group: Group) -> list[Shown]:
    return [trial for trial in group.trials if trial.figures.reference is not None and not trial.figures.cut_short]


def _difference(trial: Shown, key: str) -> float:
    return float(trial.figures.difference(key) or 0)


def _by_seed(trials: Sequence[Shown], key: str) -> list[tuple[int, float]]:
    return [(trial.header.seed, _difference(trial, key)) for trial in trials if trial.header.seed is not None]


def _clusters(trials: Sequence[Shown], key: str) -> list[list[float]]:
    """Return the values, those of one person beside each other."""
    found: defaultdict[object, list[float]] = defaultdict(list)
    for trial in trials:
        study = trial.header.study
        person = HUMAN if trial.header.agent == HUMAN else None
        found[str(study.get("participant")) if study else person or trial.number].append(_difference(trial, key))
    return list(found.values())


def _paired(found: Paired) -> tuple[str, str, str]:
    return str(found.seeds), signed(found.difference, 12), _interval(found.interval)


def _effect(found: Effect | None) -> tuple[str, str]:
    return (NOTHING, NOTHING) if found is None else (signed(round(found.value, 2), 12), _interval(found.interval))


def _interval(found: Interval | None) -> str:
    return f"{amount(round(found.low, 3))} to {amount(round(found.high, 3))}" if found else NOTHING
