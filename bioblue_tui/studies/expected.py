"""Whether the lines of a session can follow each other: each must be about what comes next in the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bioblue_tui.studies.flow import TIME_OVER, PageView, View, views
from bioblue_tui.studies.log import Log
from bioblue_tui.studies.study import Study


class Expected:
    """What the next line of a session can be about.

    Args:
        study: What is played.
        log: The session, to which every line is added after it was checked here.
    """

    def __init__(self, study: Study, log: Log) -> None:
        self._log, self._views = log, views(study, log)
        self._view: View | None = None

    def follows(self, line: Mapping[str, Any]) -> bool:
        """Return whether a line can be the next one; if not, lines before it are missing."""
        event = line.get("event")
        if event not in ("shown", "trial", "done", "ended"):
            return True

        def fits(view: View) -> bool:
            if event == "ended":
                return isinstance(view, PageView) and view.closing == line.get("outcome")
            return view.key == line.get("view")

        # A session ends as soon as its last page is shown, or once that is over.
        if event == "ended" and self._view is not None and fits(self._view):
            return True
        while (view := self._next()) is not None:
            if fits(view):
                return True
            # Sessions that began with an older program have no such page.
            if not view.key.startswith(TIME_OVER):
                return False
            self._view = None
        return False

    def _next(self) -> View | None:
        if self._view is None or self._view.key in self._log.done:
            self._view = next(self._views, None)
        return self._view
