"""What the README promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import bioblue_envs
import click

from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.analysis.best import best_total
from bioblue_tui.analysis.modes.catalogue import MODES
from bioblue_tui.analysis.modes.flip import LASTING
from bioblue_tui.commands.serve import PORT
from bioblue_tui.lessons.collection import built_in
from bioblue_tui.models.local_files import SMALL
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.runs.batch.engine import MOST_AT_ONCE
from bioblue_tui.runs.trial_spec import STEPS
from bioblue_tui.screens.trial.screen import SMALLEST, WIDE
from bioblue_tui.system.installing import needs_extra
from bioblue_tui.trials.parse import RULE, read_answer
from bioblue_tui.trials.trial import RETRY_LIMIT

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_agent_of_ones_own_runs_as_it_is_printed(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    script = tmp_path / "agent.py"
    script.write_text(code.group(1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "BIOBLUE_DATA_DIR": str(tmp_path / "data"), "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "consumption" in done.stdout
    assert len(list((tmp_path / "data").rglob("*.jsonl"))) == 1


def test_two_lines_lead_from_a_clone_to_the_app_and_to_passed_tests() -> None:
    # .ci/run takes both lines from here and runs them to the letter.
    run, *_, test = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    for command, end in ((run, ".venv/bin/bioblue"), (test, ".venv/bin/pytest")):
        assert command.count("\n") == 1
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert command.rstrip().endswith(f"&& {end}")


def test_every_command_it_names_exists() -> None:
    from bioblue_tui.cli import cli

    named = set(re.findall(r"`bioblue ([a-z]+)", README))
    assert named
    assert named <= set(cli.list_commands(click.Context(cli)))


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert pictures == [".github/trial.png", ".github/published.png"]
    for picture in pictures:
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG\r\n")


def test_what_is_advised_to_install_is_there_to_be_installed() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    sources = [ROOT / "README.md", *(ROOT / "bioblue_tui").rglob("*.py")]
    advised = [advice for path in sources for advice in re.findall(r"pip install '([^']+)'", path.read_text("utf-8"))]
    assert advised
    for advice in {*advised, re.findall(r"'([^']+)'$", needs_extra("a report", "png"))[0]}:
        # The program is on no index: only a clone can be installed from.
        match = re.fullmatch(r"\.\[([a-z,{}]+)\]", advice)
        assert match, advice
        assert set(match[1].split(",")) - {"{extra}"} <= set(extras)


def test_its_figures_are_the_programs() -> None:
    lessons = [entry.lesson for entry in built_in() if entry.lesson]
    settings, best = ModelSettings(), best_total(bioblue_envs.make("sustainability"), STEPS)
    objectives = next(parameter for parameter in bioblue_envs.parameters("balancing") if parameter.name == "objectives")
    limits = f"{objectives.minimum:g} to {objectives.maximum:g}"
    problem = bioblue_envs.make("balancing").problem
    assert isinstance(problem, bioblue_envs.Allotment)
    tokens = f"at most {settings.max_tokens} output tokens"
    longest = max(lesson.minutes for lesson in lessons)
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    told = (
        f"`--objectives` ({limits})",
        f"the same for {limits} independent levels",
        f"harvest for {limits} objectives with diminishing returns, at most {problem.budget} per step",
        f"temperature {settings.temperature:g}, top_p {settings.top_p:g} and {tokens}",
        f"After {RETRY_LIMIT} answers to one observation",
        f"fetches a model ({SMALL.to_fetch}, {SMALL.size / 1e6:.0f} unpacked)",
        f"(127.0.0.1:{PORT})",
        f"up to {MOST_AT_ONCE} trials run at once",
        f"({best.total:g} points in {STEPS} steps of the field)",
        f"From {WIDE[0]}×{WIDE[1]} characters on, all panels are shown together; down to {SMALLEST[0]}×{SMALLEST[1]}",
        f"the first failure that lasts: {names[LASTING]} steps, or to the end",
        f"{names[len(lessons)]} lessons on runaway optimisation, at most {longest} minutes",
    )
    text = " ".join(README.split())
    assert [figure for figure in told if figure not in text] == []


def test_it_names_every_failure_mode_and_every_scripted_policy() -> None:
    for name in (*MODES, *POLICIES):
        assert f"`{name}`" in README, name


def test_the_answers_that_it_names_are_read() -> None:
    one, two = bioblue_envs.make("homeostasis"), bioblue_envs.make("multi-homeostasis")
    assert f"(rule `{RULE}`)" in README
    for text, environment, action in (("3", one, (3,)), ("I consume 3.", one, (3,)), ("A: 3, B: 4", two, (3, 4))):
        assert f"`{text}`" in README
        assert read_answer(text, environment, environment.initial()).action == action
