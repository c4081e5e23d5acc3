"""Lists: aligned for a person at a terminal, fields separated by tabs for a file or a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from bioblue_tui.costs.recorded import recorded_bill
from bioblue_tui.costs.spending import EMPTY, Bill
from bioblue_tui.display.look import UNBOUNDED, Look, drawn_lines
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.collection import Entry

_LONGEST = 300
"""Most characters of a field that are shown."""

_LONGEST_PATH = 5000
"""Most characters of a path that are shown: more than any system allows, since a script needs all of it."""


def list_lines(rows: Iterable[Sequence[str]], look: Look) -> Iterator[str]:
    """Yield a list's lines. At a terminal the last field is wrapped in its column; elsewhere nothing is."""
    clean = [[one_line(field, _LONGEST) for field in row] for row in rows]
    if not look.drawn:
        yield from ("\t".join(row) for row in clean)
        return
    if not clean:
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    for index in range(len(clean[0])):
        grid.add_column(style="bold" if index == 0 else "", no_wrap=index < len(clean[0]) - 1, overflow="fold")
    for row in clean:
        grid.add_row(*map(Text, row))
    yield from drawn_lines(look, grid, width=look.width or UNBOUNDED)


def trial_lines(entries: Sequence[Entry], look: Look) -> Iterator[str]:
    """Yield a line for each record: when, environment, agent, seed, steps, how it ended, cost, and the file.

    Where the line is too wide for the terminal, the file is on a line of its own.
    """
    rows = [
        [*(one_line(field, _LONGEST) for field in _about(entry)), one_line(str(entry.path), _LONGEST_PATH)]
        for entry in entries
    ]
    if not look.drawn:
        yield from ("\t".join(row) for row in rows)
        return
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    for row in rows:
        row[0] = row[0][:16].replace("T", " ")
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    one_each = look.width is None or sum(widths) + 2 * (len(widths) - 1) <= look.width
    for row in rows:
        cells = [set_cell_size(cell, width) for cell, width in zip(row[:-1], widths, strict=False)]
        line = Text("  ".join(cells) + "  " if one_each else "  ".join(cells).rstrip())
        if not one_each:
            line.append("\n    ")
        line.append(row[-1], "dim")
        yield from drawn_lines(look, line)


def trial_json(entry: Entry) -> str:
    """Return a record in a list as one JSON object."""
    found: dict[str, object] = {
        "file": str(entry.path),
        "created": entry.created,
        "environment": entry.environment,
        "agent": entry.agent,
        "seed": entry.seed,
        "done": entry.done,
        "steps": entry.steps,
        "ended": entry.ended,
        "standing": entry.standing,
        "installed": entry.installed,
        "wording": entry.header.wording if entry.header else "",
        "wording_digest": entry.header.wording_digest if entry.header else "",
        "spending": bill.facts() if (bill := _bill(entry)).requests else None,
    }
    return json.dumps(found | ({"error": entry.error} if entry.error else {}))


def _about(entry: Entry) -> list[str]:
    if entry.unreadable:
        return ["-", "-", "-", "-", "-", f"{entry.standing}: {entry.error}", "-"]
    seed = "-" if entry.seed is None else str(entry.seed)
    return [
        entry.created or "-",
        entry.environment,
        entry.agent,
        seed,
        f"{entry.done}/{entry.steps}",
        f"{entry.standing}; {entry.error}" if entry.error else entry.standing,
        _bill(entry).brief() or "-",
    ]


def _bill(entry: Entry) -> Bill:
    return recorded_bill(entry.path, entry.header) if entry.header is not None else EMPTY
