"""Language models: Show which keys, servers and local models are available."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.options import data_option
from bioblue_tui.system.paths import data_dir as data_directory

if TYPE_CHECKING:
    from bioblue_tui.display.doctor import Finding
    from bioblue_tui.display.look import Look


@click.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def doctor(default_data: Path | None, /, data_dir: Path | None, as_json: bool) -> None:
    """Show which keys, servers and local models are available, and whether directories and terminal are usable.

    A key is never shown, only whether it is set. Only this computer is asked. In a pipe the fields are separated by
    tabs. Exit code 1 only when something is broken: the data directory can't be written.
    """
    from bioblue_tui.display.doctor import examine

    findings = asyncio.run(examine(data_directory(data_dir or default_data)))
    if as_json:
        click.echo(_as_json(findings))
    else:
        _write(findings)
    raise SystemExit(1 if any(finding.broken for finding in findings) else 0)


def _write(findings: Sequence[Finding]) -> None:
    from bioblue_tui.display.look import Look

    look = Look.of(sys.stdout)
    for line in _drawn(findings, look) if look.drawn else _plain(findings, look):
        click.echo(line, color=look.colour)


def _plain(findings: Sequence[Finding], look: Look) -> Iterator[str]:
    from bioblue_tui.display.listing import list_lines

    return list_lines([(finding.part, finding.name, _text(finding)) for finding in findings], look)


def _drawn(findings: Sequence[Finding], look: Look) -> Iterator[str]:
    """Yield the findings under headings, which saves a column on a narrow terminal."""
    from bioblue_tui.display.listing import list_lines

    widest = max(len(finding.name) for finding in findings)
    for part, group in groupby(findings, lambda finding: finding.part):
        yield f"{part}:"
        yield from list_lines([(f"  {finding.name:<{widest}}", _text(finding)) for finding in group], look)


def _text(finding: Finding) -> str:
    return f"BROKEN: {finding.text}" if finding.broken else finding.text


def _as_json(findings: Sequence[Finding]) -> str:
    parts = {
        part: {finding.name: {**finding.facts, "broken": finding.broken} for finding in group}
        for part, group in groupby(findings, lambda finding: finding.part)
    }
    return json.dumps(parts)
