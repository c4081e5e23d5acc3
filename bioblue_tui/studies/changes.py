"""What was changed in a study: keys with their old and new values, texts line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from bioblue_tui.formatting.text import one_line
from bioblue_tui.studies.study import Study
from bioblue_tui.system.toml import MOST_KEPT, load

MOST_LINES = 20
"""The most lines that are shown."""

_WIDTH = 90


def what_changed(before: Study, after: Study) -> list[str]:
    """Return the changes between two studies, a line each: first the file's keys, then the files it names."""
    lines = list(_all(before, after))
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} lines more"]
    return lines


def _all(before: Study, after: Study) -> Iterator[str]:
    old, new = (dict(_flat(load(study.text, MOST_KEPT)[1])) for study in (before, after))
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield from _change(key, old.get(key), new.get(key))
    for name in {**before.files, **after.files}:
        first, second = before.files.get(name), after.files.get(name)
        if first != second:
            yield from _change(one_line(name, 100), _text(first), _text(second))
    for name, wording in before.wordings.items():
        now = after.wordings.get(name)
        if now is not None and now != wording and name not in after.files:
            yield f"the program's wording {name or 'by default'}: {wording.title} → {now.title}"


def _change(key: str, old: object, new: object) -> Iterator[str]:
    if isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        yield f"{key}:"
        for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0):
            if not line.startswith(("---", "+++", "@@")):
                yield f"  {line[0]} {one_line(line[1:], _WIDTH)}"
        return
    yield f"{key}: {_value(old)} → {_value(new)}"


def _value(value: object) -> str:
    if value is None:
        return "(not there)"
    return one_line(str(value).lower() if isinstance(value, bool) else str(value), _WIDTH)


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace")


def _flat(value: object, way: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value with its place, written as in errors: ``blocks 2.seeds``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{way}.{one_line(key, 60)}".lstrip("."))
    elif isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(v, Mapping) for v in value):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{way} {number}")
    else:
        yield way, value
