"""Settings for tests of studies."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def pressed_anew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every key for one that is pressed anew, however soon a test presses it; but where keys are held down."""
    if "held" not in request.fixturenames:
        monkeypatch.setattr("bioblue_tui.screens.study.presses.HELD", 0)
        monkeypatch.setattr("bioblue_tui.screens.study.presses.REPEATED", 0)


@pytest.fixture
def held() -> None:
    """Leave it to the program which keys are held down."""
