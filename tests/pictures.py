"""Makes the README's pictures anew from the program as it is: ``python -m tests.pictures``.

The first is a screen on which a scripted policy fails; the second a report on published trials, where they are there.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import resvg_py

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import ReplaySession, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.replay import ReplayScreen
from tests.support.pilots import until
from tests.support.records import published_files

FOLDER = Path(__file__).resolve().parents[1] / ".github"

PLAN = TrialSpec("multi-homeostasis", "accelerator:27", seed=5)
STEP = 42
SIZE = (120, 36)

FONT = "DejaVu Sans Mono"

WIDTH = 1482
"""Pixels across."""


async def trial(data: Path) -> bytes:
    """Return a picture of a scripted policy's trial at a step at which it has failed."""
    session = open_session(PLAN, data)
    await run_unattended(session)
    replay = ReplaySession(open_record(session.path), paused=True)
    screen = ReplayScreen(replay)
    app = BioBlueApp(data, screen)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.screen is screen and screen.is_mounted, "the screen")
        await pilot.press("j", *str(STEP), "enter")
        await until(pilot, lambda: app.screen is screen and screen.shown == STEP, "the step")
        await pilot.pause()
        svg = app.export_screenshot(title="BioBlue")
    # A line with a sign that its font lacks is drawn in another one; this one has them all.
    svg = svg.replace("Fira Code", FONT)
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH))


def published(picture: Path) -> None:
    """Make the report on published trials that the README shows, with the command that it names."""
    begins = ("multi", "sustainability_gpt")
    files = [path for path in published_files() if path.name.startswith(begins)]
    bioblue = Path(sys.executable).with_name("bioblue")
    subprocess.run([bioblue, "report", *files, "-o", picture, "--force"], check=True)


def main() -> None:
    """Make both."""
    with tempfile.TemporaryDirectory() as data:
        (FOLDER / "trial.png").write_bytes(asyncio.run(trial(Path(data))))
    if published_files():
        published(FOLDER / "published.png")


if __name__ == "__main__":
    main()
