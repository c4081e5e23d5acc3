"""What an environment can be is read by one rule, wherever a trial is described."""

from __future__ import annotations

from pathlib import Path

import bioblue_envs
import click
import pytest

from bioblue_tui.commands.common.options import make_spec, trial_options
from bioblue_tui.lessons.directives import DirectiveError, read_activity
from bioblue_tui.lessons.figure_directives import read_figure
from bioblue_tui.runs.trial_options import read_parameters

WRITTEN = [
    ("balancing --show-imbalance", {"show_imbalance": True}),
    ("balancing --no-show-imbalance --hint", {"show_imbalance": False, "hint": True}),
    ("balancing --objectives 3 --hidden-rewards", {"objectives": 3, "hidden_rewards": True}),
    ("homeostasis --set hysteresis=5 --set penalty=20", {"hysteresis": 5, "penalty": 20}),
    ("homeostasis", {}),
]
TWICE = ["--hint --set hint=false", "--set objectives=4 --objectives 3", "--no-show-imbalance --set show-imbalance=1"]


def on_the_command_line(written: str) -> dict[str, object]:
    @click.command()
    @click.argument("environment")
    @trial_options
    def play(environment: str, **options: object) -> dict[str, object]:
        return dict(make_spec(environment, "human", **options).parameters)

    found = play.main(written.split(), standalone_mode=False)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("written", "meant"), WRITTEN)
def test_a_lesson_and_its_figures_take_what_the_command_line_takes(
    written: str, meant: dict[str, object], tmp_path: Path
) -> None:
    assert on_the_command_line(written) == meant
    assert read_activity("play", written, tmp_path).parameters == meant
    assert dict(read_figure(f"total {written} --agent random", tmp_path).sources[0].parameters) == meant


@pytest.mark.parametrize("written", TWICE)
def test_what_is_said_twice_is_refused_everywhere(written: str, tmp_path: Path) -> None:
    with pytest.raises(bioblue_envs.ParameterError, match="is set twice"):
        on_the_command_line(f"balancing {written}")
    with pytest.raises(DirectiveError, match="is set twice"):
        read_activity("play", f"balancing {written}", tmp_path)


def test_a_flag_that_is_off_says_nothing() -> None:
    written = {"settings": ["hint=true"], "hint": False, "objectives": None, "show_imbalance": None}
    assert read_parameters("balancing", written) == {"hint": True}
