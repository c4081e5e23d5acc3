"""Tables: rows, and columns that state their meaning."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bioblue_tui.records.cells import guarded

Type = Literal["text", "integer", "number", "boolean", "time", "json"]
"""``boolean`` is 1 or 0, ``time`` ISO 8601 with offset, ``json`` a JSON value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: Its name.
        type: What its cells hold. A cell without a value is empty.
        meaning: What it means.
        unit: The unit of its numbers; empty where they have none.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: Name of its file, without an ending.
        meaning: What a row is.
        columns: Its columns.
        rows: Its rows: values by columns' names; a missing one is an empty cell.
    """

    name: str
    meaning: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, object]]

    def csv(self) -> str:
        """Return it as CSV: commas, double quotes, a heading, a line feed after each row."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            writer.writerow([_cell(row.get(column.name)) for column in self.columns])
        return out.getvalue()

    def entry(self) -> dict[str, object]:
        """Return its entry in the data dictionary."""
        columns = [
            {"name": c.name, "type": c.type, "meaning": c.meaning} | ({"unit": c.unit} if c.unit else {})
            for c in self.columns
        ]
        return {"file": f"{self.name}.csv", "row": self.meaning, "rows": len(self.rows), "columns": columns}


def dictionary(study: str, tables: Iterable[Table]) -> str:
    """Return the data dictionary as JSON."""
    types = {
        "text": "any text, as typed; with an apostrophe before it where a spreadsheet might run it as a formula",
        "integer": "a whole number of any size",
        "number": "a decimal number",
        "boolean": "1 for yes, 0 for no",
        "time": "a moment, ISO 8601 with offset",
        "json": "a JSON value",
    }
    body = {
        "study": study,
        "format": "UTF-8, commas, double quotes, a heading; an empty cell means that there is no value",
        "types": types,
        "tables": [table.entry() for table in tables],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return guarded(value) if isinstance(value, str) else value
