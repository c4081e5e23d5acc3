"""Reference values by parameters: computed once, then kept in a file beside the records."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import bioblue_envs
from bioblue_envs import Environment

from bioblue_tui.analysis.best import Best, best_total
from bioblue_tui.system.regular import read_regular

VERSION = 4
"""Counts changes in how the values are computed; values that an older version kept are computed anew."""

KNOWN: Mapping[tuple[str, int], Best] = {("sustainability", 100): Best(554.363, True)}
"""Values for the benchmark's own parameters whose computing takes seconds, in all versions of the dynamics: the best
plan never exhausts the field. A test computes them."""


class References:
    """Best totals, from a file where they are known.

    The file is only a store: without it, or where it can't be read or written, values are computed anew.

    Args:
        file: Where to keep them; None to keep them in memory.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._values: dict[str, Best] | None = None

    def best(self, environment: Environment, steps: int) -> Best:
        """Return the best total of a trial with this many steps; the first time it may take seconds."""
        known = self.known(environment, steps)
        if known is None:
            known = best_total(environment, steps)
            self._kept[_key(environment, steps)] = known
            self._write()
        return known

    def known(self, environment: Environment, steps: int) -> Best | None:
        """Return the best total if it is already known, without computing it."""
        published = KNOWN.get((environment.id, steps))
        if published and environment.parameters == bioblue_envs.make(environment.id).parameters:
            return published
        return self._kept.get(_key(environment, steps))

    @property
    def _kept(self) -> dict[str, Best]:
        if self._values is None:
            self._values = self._read()
        return self._values

    def _read(self) -> dict[str, Best]:
        try:
            data = json.loads(read_regular(self._file)) if self._file else {}
            values = data["values"] if data.get("version") == VERSION else {}
            read = {str(key): Best(float(total), *map(bool, is_so)) for key, (total, *is_so) in values.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}
        return {key: best for key, best in read.items() if math.isfinite(best.total)}

    def _write(self) -> None:
        if self._file is None:
            return
        values = {key: [best.total, best.exact, best.known] for key, best in self._kept.items()}
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"version": VERSION, "values": values}), encoding="utf-8")
            part.replace(self._file)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _key(environment: Environment, steps: int) -> str:
    parts = [environment.id, environment.dynamics, dict(environment.parameters), steps]
    return json.dumps(parts, sort_keys=True, default=str)
