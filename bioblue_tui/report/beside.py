"""Comparisons of groups of trials in the same environment: differences on the same seeds, and effect sizes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bioblue_envs import Dimension

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.contrasts import TOO_LARGE, WITHOUT_REFERENCE, Contrast, Member
from bioblue_tui.analysis.effects import DESCRIBED, Effect
from bioblue_tui.analysis.paired import Paired, described, holm
from bioblue_tui.analysis.sameness import person_of
from bioblue_tui.analysis.words import left_out, on_same_noise
from bioblue_tui.formatting.numbers import counted, signed
from bioblue_tui.report.tables import NOTHING, Table, ends
from bioblue_tui.report.trials import Group, Shown

_HEAD = (
    *("", "seeds both have", "mean difference", "interval", "interval over", "p", "p (Holm)"),
    *("Hedges' g", "interval", "Cliff's delta", "interval"),
)


_METHOD = (
    f"Intervals: {described()}. In effect sizes an agent's trials that share noise, actions or first steps are one, "
    f"their mean: {DESCRIBED}"
)


@dataclass(frozen=True, slots=True)
class _Row:
    group: Group
    against: Group
    sides: Contrast
    dimension: Dimension
    pair: Paired | None
    """None where sums are too large to compare."""
    g: Effect | None = None
    delta: Effect | None = None

    @property
    def p(self) -> float | None:
        """The p value, where there is one."""
        return self.pair.p if self.pair else None


def beside_tables(groups: Sequence[Group]) -> list[tuple[Table, ...]]:
    """Return, for each group, its comparison with people where there are any, otherwise with the first group.

    What is compared is the sum of each reward dimension minus the reference policy's on the same noise, over trials
    that were played to their end on seeds that both have: all figures in a row are of the same trials. A group has no
    table if others are compared with it, if they share no seed, or if no trial of it was whole.

    Args:
        groups: All groups of the report.
    """
    tables: dict[int, Table] = {}
    for same in _worlds(groups):
        contrasts = list(_rows(same))
        adjusted = holm([contrast.p for contrast in contrasts])
        made = sum(p is not None for p in adjusted)
        for group in same:
            mine = [(c, p) for c, p in zip(contrasts, adjusted, strict=True) if c.group is group]
            if mine:
                rows = tuple(_row(contrast, p) for contrast, p in mine)
                how = "Method: see the first of these comparisons." if tables else _METHOD
                caption = f"{_caption(mine[0][0], made)} {how}"
                tables[id(group)] = Table(caption, _HEAD, rows, words=frozenset({0, 4}))
    return [(tables[id(group)],) if id(group) in tables else () for group in groups]


def uncompared(groups: Sequence[Group]) -> list[str]:
    """Say once which groups are not compared because no seed is common; empty where all are."""
    found: dict[str, list[str]] = {}
    for same in _worlds(groups):
        for sides, group, against in _contrasts(same):
            if not sides.seeds:
                found.setdefault(against.title, []).append(group.title)
    told = "; ".join(f"{', '.join(names)} with {against}" for against, names in found.items())
    return [f"not compared, as comparisons are paired by seed and no known seed is common: {told}"] if told else []


def _worlds(groups: Sequence[Group]) -> Iterable[Sequence[Group]]:
    worlds: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        worlds[_world(group)].append(group)
    return worlds.values()


def _contrasts(same: Sequence[Group]) -> Iterator[tuple[Contrast, Group, Group]]:
    complete = [group for group in same if _compared(group)]
    against = next((other for other in complete if _people(other)), next(iter(complete), None))
    for group in complete:
        if against is not None and group is not against:
            yield Contrast(*(list(map(_member, _compared(side))) for side in (group, against))), group, against


def _rows(same: Sequence[Group]) -> Iterator[_Row]:
    for sides, group, against in _contrasts(same):
        for dimension in group.environment.dimensions if sides.seeds else ():
            key, row = dimension.key, partial(_Row, group, against, sides, dimension)
            yield row(None) if sides.too_large(key) else row(sides.pair(key), sides.g(key), sides.delta(key))


def _caption(first: _Row, made: int) -> str:
    against = first.against
    noise = on_same_noise(against.environment, disturbed=first.group.disturbed or against.disturbed)
    still = ", which may still depend on the noise" if noise else ""
    adjusted = f"; {counted(made, 'contrast')} with a p value in this world, adjusted by Holm" if made else ""
    mine, others = map(len, first.sides.members)
    return (
        f"Compared with {against.title}, paired by seed: difference in (total − reference's{noise}){still}{adjusted}. "
        f"All figures, effect sizes too, are of the trials on seeds that both have: {mine} of {first.group.title}, "
        f"{others} of {against.title}. {_left_out(first)}"
    ).rstrip()


def _left_out(first: _Row) -> str:
    """Say for each side how many trials are in no comparison; empty where all are compared."""
    told = []
    for side, others in zip((first.group, first.against), first.sides.left_out, strict=True):
        unknown = {WITHOUT_REFERENCE: len(side.whole) - len(_compared(side))}
        short = left_out([trial.figures for trial in side.trials], unknown | others)
        told += [f"Of the {len(side.trials)} of {side.title} {short}. "] if short else []
    return "".join(told)


def _row(contrast: _Row, adjusted: float | None) -> tuple[str, ...]:
    dimension, pair = contrast.dimension, contrast.pair
    label = f"{dimension.label} {dimension.objective}" if dimension.objective else dimension.label
    if pair is None:
        return (label, f"{len(contrast.sides.seeds)}", NOTHING, NOTHING, TOO_LARGE, *[NOTHING] * (len(_HEAD) - 5))
    return (
        label,
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
    return trial.header.agent == HUMAN and not trial.figures.trace.more


def _compared(group: Group) -> list[Shown]:
    return [trial for trial in group.whole if trial.figures.reference is not None]


def _member(trial: Shown) -> Member:
    header, figures = trial.header, trial.figures
    values = {key: figures.difference(key) or 0 for key in figures.totals}
    return Member(header.seed, person_of(header), figures.trace, values)


def _p(value: float | None) -> str:
    return NOTHING if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _effect(found: Effect | None) -> tuple[str, str]:
    return (NOTHING, NOTHING) if found is None else (signed(round(found.value, 2), 12), ends(found.interval))
