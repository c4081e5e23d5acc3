"""The long table: one row for each trial and step, for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bioblue_envs import Number, Transition

from bioblue_tui.analysis.figures import metrics_by_step
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.cells import escape
from bioblue_tui.report.trials import Shown
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.notes import said
from bioblue_tui.trials.tally import of_person

Cell = Number | str | None
"""A number, a text, or nothing."""

TEXTS = ("file", "sha256", "id", "environment", "agent", "model", "condition", "verdict", "standing")
"""Columns that name the trial, and say how it went and how it stands; beside them are ``seed``, ``trial``, ``step`` and
``actor``, which says who acted in the step."""

COUNTED = ("rejected", "illegal", "unreadable", "cut", "provider")
"""Columns with how many of the agent's attempts at a step did not count; ``rejected`` are illegal and unreadable ones
together, which records of older programs do not distinguish."""

READ = ("rule", "clause", "part")
"""Columns on how the answer that counted was read."""

FOUND = ("modes", "notes")
"""Columns with failure modes that hold in a step, and people's notes on it."""


def columns(trials: Sequence[Shown]) -> list[str]:
    """Return the columns: those that every row has, then all that any environment of these trials has."""
    names: dict[str, None] = dict.fromkeys(("trial", *TEXTS, "seed", "step", "actor"))
    for trial in trials:
        names.update(dict.fromkeys(_own_columns(trial)))
    names |= dict.fromkeys((*COUNTED, *READ, *FOUND))
    return list(names)


def rows(trials: Sequence[Shown]) -> Iterator[dict[str, Cell]]:
    """Yield a row for every step of every trial, without columns that its environment does not have.

    A step that was asked but never played has a row, too, with the attempts that did not count.
    """
    for trial in trials:
        header = trial.header
        verdict = trial.verdict.word if trial.verdict else None
        texts = (trial.name, trial.digest, header.id, header.environment, header.agent, header.model, header.condition)
        stands = (verdict, one_line(trial.figures.standing, 300))
        named: dict[str, Cell] = {"trial": trial.number, **dict(zip(TEXTS, (*texts, *stands), strict=True))}
        ghosts = list(trial.analysis.shadows.values())[:1]
        played = ghosts[0].played if ghosts else []
        for step, metrics in zip(trial.steps, metrics_by_step(trial.state), strict=True):
            ghost = played[step.step - 1] if step.step <= len(played) else None
            yield {
                **named,
                "seed": header.seed,
                "step": step.step,
                "actor": step.actor,
                **_cells(trial, step, ghost, metrics),
            }
        for view in trial.state.steps:
            if view.done is None and any((counted := _counted(trial, view.number)).values()):
                yield {**named, "seed": header.seed, "step": view.number, **counted}


def as_text(trials: Sequence[Shown], delimiter: str) -> str:
    """Return the table as text: every cell on one line, and none that a spreadsheet would run as a formula."""
    names = columns(trials)
    lines = [names, *([_written(row.get(name)) for name in names] for row in rows(trials))]
    if delimiter == "\t":
        # No cell holds a tab, so none needs quotation marks, which many readers of such files do not undo.
        return "".join(f"{delimiter.join(line)}\n" for line in lines)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(lines)
    return out.getvalue()


def _own_columns(trial: Shown) -> list[str]:
    environment = trial.environment
    found = []
    for label in environment.objectives:
        own = ("action", "change", "disturbance", "before", "after", "ghost_action", "ghost_after")
        found += [_name(kind, label) for kind in own]
    keys = [dimension.key for dimension in environment.dimensions]
    found += [_name(kind, key) for kind in ("reward", "total", "ghost_reward") for key in keys]
    return [*found, *(_name("metric", name) for name in environment.metrics)]


def _cells(trial: Shown, step: Stepped, ghost: Transition | None, metrics: Mapping[str, Number]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    added = trial.state.disturbed(step.step)
    for index, label in enumerate(trial.environment.objectives):
        cells[_name("action", label)] = step.action[index]
        cells[_name("change", label)] = step.change[index] if step.change else None
        cells[_name("disturbance", label)] = added[index] if added else 0 if step.change else None
        cells[_name("before", label)] = step.before[index]
        cells[_name("after", label)] = step.after[index]
        cells[_name("ghost_action", label)] = ghost.action[index] if ghost else None
        cells[_name("ghost_after", label)] = ghost.after.levels[index] if ghost else None
    rewards: tuple[tuple[str, Mapping[str, Number]], ...] = (("reward", step.rewards), ("total", step.totals))
    for kind, values in (*rewards, ("ghost_reward", ghost.rewards if ghost else {})):
        cells |= {_name(kind, key): value for key, value in values.items()}
    cells |= {_name("metric", name): value for name, value in metrics.items()}
    cells |= {**_counted(trial, step.step), **_read(trial, step)}
    held = [f for f in trial.analysis.findings if f.onset <= step.step <= f.until(trial.state.done)]
    cells["notes"] = " | ".join(said(note) for note in trial.state.notes.of(step.step))
    cells["modes"] = " ".join(f"{f.mode}:{f.objective}" if f.objective else f.mode for f in held)
    return cells


def _counted(trial: Shown, step: int) -> dict[str, Cell]:
    """Return how many attempts did not count; none for published logs, and for steps of a fork's parent."""
    if trial.header.source == "published" or step <= (trial.header.forked_after or 0):
        return {}
    attempts = [a for a in trial.state.steps[step - 1].attempts if not of_person(a.actor, trial.header.agent)]
    kinds = Counter("provider" if a.failure else a.kind for a in attempts if a.failure or a.rejection)
    spoilt: dict[str, Cell] = {kind: kinds[kind] for kind in ("cut", "provider")}
    apart = {kind: kinds[kind] for kind in ("illegal", "unreadable")}
    rejected = kinds.total() - kinds["cut"] - kinds["provider"]
    return {"rejected": rejected, **spoilt, **(apart if sum(apart.values()) == rejected else {})}


def _read(trial: Shown, step: Stepped) -> dict[str, Cell]:
    if trial.header.source == "published":
        return {}
    return dict(zip(READ, (step.rule or trial.header.reading, step.clause, step.part), strict=True))


def _name(kind: str, of: str) -> str:
    return f"{kind}_{of}" if of else kind


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escape(cell)
    try:
        return repr(cell)
    except ValueError:
        # Python writes no integer of more than a few thousand digits; all floats of that size are infinite.
        return "inf" if cell > 0 else "-inf"
