"""The pictures of a report: one trial's charts, the small multiples of several, and means by step."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.report.content import alike
from bioblue_tui.report.plots import plots
from bioblue_tui.report.strips import SIGNS, strips
from bioblue_tui.report.svg import Drawing
from bioblue_tui.report.trajectory import trial_charts
from bioblue_tui.report.trials import Shown, grouped

_GAP = 24


def overview(trials: Sequence[Shown], complaints: Sequence[str] = ()) -> Drawing:
    """Return one trial's charts, or the small multiples of several, group by group."""
    if len(trials) == 1:
        charts = trial_charts(trials[0])
        return stacked(charts, [_heading(trials[0]), *[""] * (len(charts) - 1)], complaints)
    groups = grouped(trials)
    drawn = [strips(group, f"strips-{n}") for n, group in enumerate(groups)]
    return stacked(drawn, [group.title for group in groups], complaints)


def _heading(trial: Shown) -> str:
    verdict = f"{SIGNS[trial.verdict.word]} {trial.verdict.word}" if trial.verdict else ""
    seed = "" if trial.header.seed is None else f"seed {trial.header.seed}"
    return " · ".join(part for part in (trial.environment.title, trial.who, seed, verdict) if part)


def mean_plots(trials: Sequence[Shown], complaints: Sequence[str] = ()) -> Drawing:
    """Return mean and interval by step of every group of trials."""
    groups = grouped(trials)
    drawn = [plots(group, alike(group, groups), f"plots-{n}") for n, group in enumerate(groups)]
    return stacked(drawn, [""] * len(drawn), complaints)


def stacked(drawings: Sequence[Drawing], headings: Sequence[str], complaints: Sequence[str] = ()) -> Drawing:
    """Return drawings one under the other, each with its heading where it has one; what is missing stands above."""
    margin = 16
    heads = [18 if heading else 0 for heading in headings]
    above = 18 if complaints else 0
    height = 2 * margin + above + sum(d.height for d in drawings) + sum(heads) + _GAP * (len(drawings) - 1)
    title = "; ".join(drawing.root[0].text or "" for drawing in drawings)
    description = " ".join(drawing.root[1].text or "" for drawing in drawings)
    whole = Drawing("bioblue", max(d.width for d in drawings) + 2 * margin, height, title, description)
    for line in complaints[-1:]:
        whole.text(margin, margin + 10, line[:1].upper() + line[1:], "strong")
    y = float(margin + above)
    for drawing, heading, head in zip(drawings, headings, heads, strict=True):
        if heading:
            whole.text(margin, y + 10, heading, "strong")
        whole.place(drawing, margin, y + head)
        y += head + drawing.height + _GAP
    return whole
