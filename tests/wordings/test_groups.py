"""Trials of models in different wordings are told apart wherever trials are put together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import envs
from bioblue_tui.analysis.comparison import open_comparison
from bioblue_tui.analysis.references import References
from bioblue_tui.records.journal import Journal
from bioblue_tui.report.trials import grouped, read_trials
from bioblue_tui.wordings.library import built_in, default
from tests.support.records import header_for, play


def record(directory: Path, name: str, wording: str, model: str, seed: int) -> Path:
    chosen = built_in(wording)
    assert chosen is not None
    environment = envs.make("homeostasis")
    header = header_for(environment, seed=seed, model=model, id=name, **chosen.header(environment))
    journal = Journal.create(directory, replace(header, agent=f"test:{model}"))
    for event in play(header):
        journal.append(event)
    journal.close()
    return journal.path


def test_a_report_puts_no_two_wordings_into_one_group(tmp_path: Path) -> None:
    chosen = [("plain", "m", 1), ("reordered", "m", 2), ("plain", "m", 3), ("plain", "", 4), ("reordered", "", 5)]
    files = [record(tmp_path, f"t{seed}", wording, model, seed) for wording, model, seed in chosen]
    groups = grouped(read_trials(files, References(tmp_path / "references.json"), print))
    # A policy reads nothing: its trials are alike in all wordings.
    assert [[trial.number for trial in group.trials] for group in groups] == [[1, 3], [2], [4, 5]]
    assert ["wording reordered 1" in group.title for group in groups] == [False, True, False]


def test_a_comparison_says_that_wordings_differ(tmp_path: Path) -> None:
    files = [record(tmp_path, f"t{name}", name, "m", 1) for name in ("plain", "other-story")]
    said = f"Trials 1 and 2 have different wordings: {default().title} and other-story 1."
    assert said in open_comparison(files, tmp_path).notes
