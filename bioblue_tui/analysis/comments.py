"""What the detectors found, as comments on the steps of a log: where a failure begins, is detected, and is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.records.notes import OURS, foreign_lines
from bioblue_tui.records.schema import Record


def commented(record: Record) -> Record:
    """Return a record whose automated comments hold what the detectors find in it now.

    Comments of other programs stay; earlier ones of this program are replaced.

    Raises:
        DecodeError: When its environment cannot be made.
    """
    made = finding_comments(AnalysedTrial(record).analysis.findings)
    comments = {}
    for step in sorted({*record.comments, *made}):
        review, automated = record.comments.get(step, ("", ""))
        lines = [*made.get(step, ()), *filter(None, [foreign_lines(automated)])]
        if review or lines:
            comments[step] = (review, "\n".join(lines))
    return replace(record, comments=comments)


def finding_comments(findings: Iterable[Finding]) -> dict[int, list[str]]:
    """Return the comments on findings, by step; every line is marked as ours."""
    lines: defaultdict[int, list[str]] = defaultdict(list)
    for finding in findings:
        if finding.onset == finding.alarm:
            lines[finding.onset].append(f"{OURS}{finding.name} begins: {finding.evidence}")
        else:
            lines[finding.onset].append(f"{OURS}{finding.name} begins (detected at step {finding.alarm})")
            lines[finding.alarm].append(f"{OURS}{finding.name} since step {finding.onset}: {finding.evidence}")
        if finding.recovered is not None:
            last = finding.recovered - 1
            lines[finding.recovered].append(f"{OURS}{finding.name} is over: step {finding.onset} to {last}")
    return lines
