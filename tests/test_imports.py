"""What the core may not load: the screen library, provider SDKs and numpy belong to where they are used."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

APPLICATION = ("app", "study_app", "serving", "wiring", "screens", "widgets", "cli")
"""The parts of bioblue_tui that may load Textual at once."""

SCRIPT = """
import importlib, json, pkgutil, sys
import bioblue_tui

names = []
for part in pkgutil.iter_modules(bioblue_tui.__path__):
    if part.name in sys.argv[1].split(","):
        continue
    names.append(f"bioblue_tui.{part.name}")
    package = importlib.import_module(names[-1])
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{names[-1]}."):
        names.append(module.name)
        importlib.import_module(module.name)
print(json.dumps({"imported": names, "loaded": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def core() -> dict[str, list[str]]:
    result: dict[str, list[str]] = json.loads(python("-c", SCRIPT, ",".join(APPLICATION)))
    return result


@pytest.mark.parametrize("library", ["textual", "openai", "anthropic", "numpy", "genai_prices", "xllamacpp"])
def test_nothing_but_the_application_loads_it(core: dict[str, list[str]], library: str) -> None:
    assert library not in core["loaded"]


def test_who_plays_by_a_policy_does_not_wait_for_the_words_of_other_answers(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from bioblue_tui.runs.session import open_session
from bioblue_tui.runs.trial_spec import TrialSpec
session = open_session(TrialSpec("multi-homeostasis", "thermostat", seed=1, steps=5), Path(sys.argv[1]))
asyncio.run(session.run())
print(session.state.done, "bioblue_tui.trials.reading.cues" in sys.modules)
"""
    assert python("-c", script, str(tmp_path)) == "5 False\n"


def test_the_whole_core_was_looked_at(core: dict[str, list[str]]) -> None:
    assert {"bioblue_tui.trials.trial", "bioblue_tui.agents.scripted", "bioblue_tui.records.journal"} <= set(
        core["imported"]
    )


def test_environments_need_nothing_but_the_standard_library() -> None:
    # -S leaves out all installed packages: what is not of the standard library cannot be imported.
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "envs")!r})
import bioblue_envs
print([bioblue_envs.make(id).facts() and id for id in bioblue_envs.ids()], "bioblue_tui" in sys.modules)
"""
    ids = ["homeostasis", "multi-homeostasis", "sustainability", "balancing"]
    assert python("-I", "-S", "-c", script).strip() == f"{ids} False"


HELP = """
import atexit, json, sys
from bioblue_tui.cli import main

atexit.register(lambda: print("\\n" + json.dumps(list(sys.modules))))
sys.argv = ["bioblue", "--help"]
main()
"""

FIRST_PAINT = """
import json, sys
from pathlib import Path
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.app.navigation import live_screen
from bioblue_tui.runs.trial_spec import TrialSpec

class Probe(BioBlueApp):
    def on_ready(self):
        self.exit(json.dumps(list(sys.modules)))

data = Path(sys.argv[2])
first = live_screen(TrialSpec("homeostasis", "accelerator"), data, paused=True) if sys.argv[1] == "trial" else None
print("\\n" + Probe(data, first).run(headless=True))
"""


def loaded(*arguments: str) -> set[str]:
    """Return the packages loaded by a script whose last line of output lists the modules."""
    return {name.partition(".")[0] for name in json.loads(python("-c", *arguments).splitlines()[-1])}


TRIAL = """
import atexit, json, sys
from bioblue_tui.cli import main

atexit.register(lambda: print("\\n" + json.dumps(list(sys.modules))))
where = ["--data-dir", sys.argv[2]]
sys.argv = ["bioblue", "run", sys.argv[1], "--agent", "random", "--seeds", "1", "--steps", "20", *where]
main()
"""


@pytest.mark.parametrize("environment", ["homeostasis", "multi-homeostasis", "sustainability", "balancing"])
def test_a_trial_is_played_without_numpy(environment: str, tmp_path: Path) -> None:
    packages = loaded(TRIAL, environment, str(tmp_path))
    assert "bioblue_tui" in packages
    assert packages.isdisjoint({"textual", "numpy"})


def test_help_needs_neither_screen_nor_models() -> None:
    assert loaded(HELP).isdisjoint({"textual", "numpy", "openai", "anthropic"})


@pytest.mark.parametrize("screen", ["home", "trial"])
def test_the_first_paint_waits_for_no_provider(screen: str, tmp_path: Path) -> None:
    packages = loaded(FIRST_PAINT, screen, str(tmp_path))
    assert "textual" in packages
    assert packages.isdisjoint({"numpy", "openai", "anthropic"})
