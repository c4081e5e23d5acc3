"""The reward panel: a total is written as the summary writes it."""

from __future__ import annotations

import bioblue_envs

from bioblue_tui.analysis.reference import compare
from bioblue_tui.screens.trial.summary import ComparisonTable
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.rewards import RewardPanel
from bioblue_tui.widgets.step import StepPanel
from tests.support.records import header_for, play


def test_at_120_columns_a_runaway_total_is_written_out_as_in_the_summary() -> None:
    header = header_for(bioblue_envs.make("multi-homeostasis"), steps=60)
    state = TrialState(header).feed(play(header, lambda environment, state: f"0, {2 * state.step}"))
    compared = compare(state)
    assert compared is not None
    panel = RewardPanel(state, StepPanel(state))
    panel.show_shadow([{key: other for key, (_, other) in compared.rows.items()}] * (state.done + 1))
    panel.show_step(state.done)
    (here,) = ["".join(text for text, _ in line) for line in panel.draw(57, 9)][-1:]
    table = ComparisonTable(state, compared, "agent").draw(90, 9)
    there = "".join(text for text, _ in table[-1])
    assert here.split("  ")[-1].strip() == there.split("  ")[-1].strip()
    assert "e5" not in here
    assert len(here) <= 57
