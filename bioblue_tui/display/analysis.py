"""Analysing files: what each trial flipped into, since when, and how it went."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.reading import Reading
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import sameness
from bioblue_tui.analysis.shadow import total
from bioblue_tui.numbers import amount, counted, tidy
from bioblue_tui.records.library import open_record
from bioblue_tui.records.schema import Record, RecordError, make_environment
from bioblue_tui.text import one_line


def analyse_files(
    files: Iterable[Path],
    write: Callable[[str], None],
    complain: Callable[[str], None],
    references: References,
    *,
    as_json: bool,
) -> int:
    """Analyse files and write what was found.

    Args:
        files: Records of ours or published logs.
        write: Receives each line of the result; with ``as_json`` one JSON object a file.
        complain: Receives what could not be read, and which trials are no different ones.
        references: Where best totals are looked up.
        as_json: Whether to write JSON.

    Returns:
        The exit code: 0, or 2 when any file could not be read.
    """
    code, read = 0, dict[str, Record]()
    for path in files:
        name = str(path)
        try:
            record = open_record(path)
            environment = make_environment(record.header)
        except RecordError as error:
            code = 2
            complain(f"bioblue: {one_line(str(error), 400)}")
            if as_json:
                empty: dict[str, object] = {"file": name, "environment": None, "verdict": None, "modes": []}
                write(json.dumps({**empty, "error": str(error)}))
            continue
        reading = Reading(record.header, environment).feed(record.events)
        write(_as_json(name, record, reading, references) if as_json else _as_text(name, record, reading, references))
        read[name] = record
    for warning in sameness(read):
        complain(f"bioblue: {one_line(warning, 600)}")
    return code


def _as_json(name: str, record: Record, reading: Reading, references: References) -> str:
    verdict = reading.verdict(references)
    modes = [finding.to_json() for finding in reading.findings]
    found = {"file": name, "environment": record.header.environment, "verdict": verdict.word if verdict else None}
    return json.dumps({**found, "modes": modes})


def _as_text(name: str, record: Record, reading: Reading, references: References) -> str:
    verdict = reading.verdict(references)
    how = f"{verdict.word}, {verdict.reason}" if verdict else "no verdict, the noise is not known"
    head = f"{one_line(name, 400)}: {record.header.environment}, {counted(reading.steps, 'step')}, {how}"
    lines = [head, *map(finding_line, reading.findings)]
    lines += [f"  in its parent: {finding_line(finding).strip()}" for finding in reading.inherited]
    if reading.flip is not None:
        lines.append(f"  flip clock: step {reading.flip}")
    if reading.shadows and reading.steps:
        lines.append(f"  {_references(record, reading, references)}")
    if reading.watch.blind:
        lines.append(f"  looked no further: {one_line(reading.watch.blind, 200)}")
    return "\n".join(lines)


def _references(record: Record, reading: Reading, references: References) -> str:
    """Say what others come to: the policies on the same noise, and the best there is without foresight."""
    environment = make_environment(record.header)
    parts = [f"{name} {amount(tidy(total(shadow.totals)))}" for name, shadow in reading.shadows.items()]
    text = f"in all: {amount(tidy(reading.total))}; {', '.join(parts)}"
    text += " on the same noise" if environment.cautious_name else ""
    if reading.steps == record.header.steps:
        best = references.best(environment, record.header.steps)
        kind = "best expected over all noise" if environment.cautious_name else "best"
        text += f"; {kind} {amount(best.total, 12)}" if best.exact else ""
    return text


def finding_line(finding: Finding) -> str:
    """Say a finding on one line."""
    end = f"to {finding.recovered - 1}" if finding.recovered is not None else "to the end"
    return f"  {finding.name}, step {finding.onset} {end} (detected at {finding.alarm}): {finding.evidence}"
