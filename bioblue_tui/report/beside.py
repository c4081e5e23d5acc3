"""Groups of trials in the same world, compared: differences on the same seeds, and effect sizes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.contrasts import Contrast, Member
from bioblue_tui.analysis.effects import DESCRIBED, Effect
from bioblue_tui.analysis.paired import Paired, described, holm
from bioblue_tui.analysis.sameness import person_of
from bioblue_tui.analysis.words import left_out, on_same_noise
from bioblue_tui.numbers import counted, signed
from bioblue_tui.report.tables import NOTHING, Table, ends
from bioblue_tui.report.trials import Group, Shown
from envs import Dimension

_HEAD = (
    *("", "seeds both have", "mean difference", "interval", "interval over", "p", "p (Holm)"),
    *("Hedges' g", "interval", "Cliff's delta", "interval"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    group: Group
    against: Group
    dimension: Dimension
    pair: Paired
    g: Effect | None
    delta: Effect | None


def beside_tables(groups: Sequence[Group]) -> list[tuple[Table, ...]]:
    """Return for each group its table beside the one it is held against: people where there are any, else the first.

    What is compared is the sum of each reward dimension less the reference policy's on the same noise, over trials
    that were played to their end. A group that others are held against has none, and one that shares no seed
    with it, or of which no trial was played to its end.

    Args:
        groups: All groups of the report.
    """
    worlds: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        worlds[_world(group)].append(group)
    tables: dict[int, Table] = {}
    for same in worlds.values():
        contrasts = list(_rows(same))
        adjusted = holm([contrast.pair.p for contrast in contrasts])
        for group in same:
            mine = [(c, p) for c, p in zip(contrasts, adjusted, strict=True) if c.group is group]
            if mine:
                made = sum(p is not None for p in adjusted)
                rows = tuple(_row(contrast, p) for contrast, p in mine)
                tables[id(group)] = Table(
                    _caption(group, mine[0][0].against, made), _HEAD, rows, words=frozenset({0, 4})
                )
    return [(tables[id(group)],) if id(group) in tables else () for group in groups]


def _rows(same: Sequence[Group]) -> Iterator[_Row]:
    complete = [group for group in same if _compared(group)]
    against = next((other for other in complete if _people(other)), next(iter(complete), None))
    if against is None:
        return
    others = _compared(against)
    for group in complete:
        mine = _compared(group)
        if group is against:
            continue
        try:
            sides = Contrast(*(list(map(_member, trials)) for trials in (mine, others)))
            found = [
                _Row(group, against, dimension, pair, sides.g(dimension.key), sides.delta(dimension.key))
                for dimension in group.environment.dimensions
                if (pair := sides.pair(dimension.key))
            ]
        except OverflowError:
            continue  # A runaway beyond all floats has no mean that could be compared.
        yield from found


def _caption(group: Group, against: Group, made: int) -> str:
    noise = on_same_noise(against.environment)
    still = ", which may still go with the noise" if noise else ""
    return (
        f"Compared with {against.title}, paired by seed: difference in (total − reference's{noise}){still}; "
        f"{counted(made, 'contrast')} with a p value in this world, adjusted by Holm. "
        f"Intervals: {described()}. {_left_out(group, against)}Effect sizes over all trials that are compared, "
        f"where an agent's that share noise, actions or first steps are one, their mean: {DESCRIBED}"
    )


def _left_out(group: Group, against: Group) -> str:
    """Say of each side how many trials are in no comparison; empty where all are."""
    told = [
        f"Of the {len(side.trials)} of {side.title} {short}. "
        for side in (group, against)
        if (short := left_out([trial.figures for trial in side.trials]))
    ]
    return "".join(told)


def _row(contrast: _Row, adjusted: float | None) -> tuple[str, ...]:
    dimension, pair = contrast.dimension, contrast.pair
    return (
        f"{dimension.label} {dimension.objective}" if dimension.objective else dimension.label,
        f"{pair.seeds}" + (f" ({pair.independent} independent)" if pair.independent < pair.seeds else ""),
        signed(pair.difference, 12),
        ends(pair.interval),
        pair.told,
        _p(pair.p),
        _p(adjusted),
        *_effect(contrast.g),
        *_effect(contrast.delta),
    )


def _world(group: Group) -> str:
    header = group.trials[0].header
    return json.dumps([header.environment, dict(header.parameters), header.steps], sort_keys=True, default=str)


def _people(group: Group) -> bool:
    trial = group.trials[0]
    return trial.header.agent == HUMAN and not trial.figures.trace.handed


def _compared(group: Group) -> list[Shown]:
    return [trial for trial in group.whole if trial.figures.reference is not None]


def _member(trial: Shown) -> Member:
    header, figures = trial.header, trial.figures
    values = {key: float(figures.difference(key) or 0) for key in figures.totals}
    return Member(header.seed, person_of(header), figures.trace, values)


def _p(value: float | None) -> str:
    return NOTHING if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _effect(found: Effect | None) -> tuple[str, str]:
    return (NOTHING, NOTHING) if found is None else (signed(round(found.value, 2), 12), ends(found.interval))
