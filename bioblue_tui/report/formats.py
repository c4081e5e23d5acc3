"""The formats of a report, and writing it in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from bioblue_tui.report.content import alike, report, warnings
from bioblue_tui.report.plots import plots
from bioblue_tui.report.strips import SIGNS, strips
from bioblue_tui.report.svg import Drawing
from bioblue_tui.report.trajectory import trial_charts
from bioblue_tui.report.trials import Shown, grouped

Format = Literal["html", "md", "csv", "tsv", "parquet", "svg", "png"]
"""Formats that a report can be written in."""

FORMATS: tuple[Format, ...] = get_args(Format)
BINARY: tuple[Format, ...] = ("parquet", "png")
"""Formats that are not text."""

PICTURES: tuple[Format, ...] = ("svg", "png")

_SUFFIXES: dict[str, Format] = {".htm": "html", ".markdown": "md", ".tab": "tsv", ".pq": "parquet"}
_GAP = 24


def format_of(path: Path) -> Format | None:
    """Return the format for a file's ending; None for an unknown ending."""
    suffix = path.suffix.lower()
    return next((name for name in FORMATS if suffix == f".{name}"), _SUFFIXES.get(suffix))


def render(trials: Sequence[Shown], form: Format, complaints: Sequence[str] = ()) -> bytes:
    """Return a report in a format.

    Args:
        trials: What to report on; at least one.
        form: The format. A picture shows one trial's charts, or small multiples of several.
        complaints: Lines on what could not be read, shown in the page and in Markdown. The last line, which counts the
            files, is shown above a picture.

    Raises:
        MissingLibraryError: When a library that the format needs is not installed.
    """
    match form:
        case "html":
            from bioblue_tui.report.page import page

            return _encoded(page(report(trials, complaints)))
        case "md":
            from bioblue_tui.report.markdown import markdown

            return _encoded(markdown(report(trials, complaints)))
        case "csv" | "tsv":
            from bioblue_tui.report.table import as_text

            return _encoded(as_text(trials, "," if form == "csv" else "\t"))
        case "parquet":
            from bioblue_tui.report.extras import parquet

            return parquet(trials)
        case "svg" | "png":
            return picture(overview(trials, complaints), form)


def picture(drawing: Drawing, form: Format) -> bytes:
    """Return a drawing as a picture.

    Raises:
        MissingLibraryError: When a library that the format needs is not installed.
    """
    if form == "svg":
        return _encoded(drawing.alone())
    from bioblue_tui.report.extras import png

    return png(drawing)


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


def told(trials: Sequence[Shown]) -> list[str]:
    """Return what a reader must know before believing a mean."""
    return warnings(trials)


def stacked(drawings: Sequence[Drawing], headings: Sequence[str], complaints: Sequence[str] = ()) -> Drawing:
    """Return drawings one below the other, each with its heading, if any; above them what is missing."""
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


def _encoded(text: str) -> bytes:
    # A lone surrogate, possible in a damaged record, has no bytes in UTF-8.
    return text.encode("utf-8", "replace")
