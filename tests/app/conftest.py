"""Settings for tests of screens."""

from __future__ import annotations

import pytest


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let screens look at their files all the time."""
    monkeypatch.setattr("bioblue_tui.screens.refreshing.LOOK", 0.02)
    monkeypatch.setattr("bioblue_tui.screens.refreshing.REST", 1)
    monkeypatch.setattr("bioblue_tui.screens.refreshing.REST_AFTER_NEWS", 1)
