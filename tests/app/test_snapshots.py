"""Pictures of the screens people look at most, with size, cursor and clock frozen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.models import local_files
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.session import ReplaySession, run_unattended
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from tests.support.fixed import fixed_session
from tests.support.pilots import text_of, until

Compare = Callable[..., bool]


@pytest.fixture
async def record(tmp_path: Path) -> Record:
    """A short runaway on a clock that stands still, one answer of which was rejected."""
    session = fixed_session(tmp_path)
    await run_unattended(session)
    return open_record(session.path)


@pytest.mark.parametrize(
    ("size", "theme"),
    [((120, 36), "textual-dark"), ((80, 24), "textual-light"), ((60, 20), "textual-dark")],
    ids=["120x36-dark", "80x24-light", "60x20-dark"],
)
def test_the_trial_screen(snap_compare: Compare, record: Record, size: tuple[int, int], theme: str) -> None:
    screen = ReplayScreen(ReplaySession(record, paused=True))
    app = BioBlueApp(first=screen)
    app.theme = theme

    async def look_at_the_runaway(pilot: Pilot[str]) -> None:
        await until(pilot, lambda: screen.is_mounted and app.screen is screen)
        screen.action_seek(30)
        await until(pilot, lambda: "✓ recomputed" in text_of(screen.status))
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=look_at_the_runaway)


def test_the_home_screen(snap_compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    # What is said of it depends on what is installed.
    monkeypatch.setattr(local_files, "unavailable", lambda data: "not installed")
    app = BioBlueApp(tmp_path)

    async def settle(pilot: Pilot[str]) -> None:
        def listed() -> bool:
            return isinstance(app.screen, HomeScreen) and app.screen.earlier.option_count > 0

        await until(pilot, listed)
        await pilot.pause()

    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)
