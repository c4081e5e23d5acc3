"""Trials of models in different wordings are told apart wherever trials are put together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bioblue_envs

from bioblue_tui.analysis.comparison import open_comparison
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.display.analysis import _lines, facts
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.journal import Journal
from bioblue_tui.report.trials import grouped, read_trials
from bioblue_tui.wordings.collection import built_in, called, default, parse_own
from bioblue_tui.wordings.example import example
from bioblue_tui.wordings.wording import Wording
from tests.support.records import header_for, play


def record(directory: Path, name: str, wording: str | Wording, model: str, seed: int) -> Path:
    chosen = built_in(wording) if isinstance(wording, str) else wording
    assert chosen is not None
    environment = bioblue_envs.make("homeostasis")
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


def test_a_policy_reads_no_wording_that_could_differ_from_a_models(tmp_path: Path) -> None:
    files = [record(tmp_path, f"t{seed}", "plain", model, seed) for seed, model in enumerate(("m", ""), 1)]
    for pair in (files, files[::-1]):
        assert not [note for note in open_comparison(pair, tmp_path).notes if "wording" in note]


def reworded(tmp_path: Path) -> tuple[list[Wording], list[Path]]:
    """Return two wordings of one name and version, and a record in each."""
    text = example("mine", "plain")
    wordings = [
        parse_own(text.encode(), "mine"),
        parse_own(text.replace('imbalance = "Imbalance"', 'imbalance = "Unevenness"').encode(), "mine"),
    ]
    assert len({one.title for one in wordings}) == 1 < len({one.digest for one in wordings})
    return wordings, [record(tmp_path, f"t{seed}", one, "m", seed) for seed, one in enumerate(wordings, 1)]


def test_changed_words_without_another_version_are_told_apart_by_their_digest(tmp_path: Path) -> None:
    wordings, files = reworded(tmp_path)
    names = [f"mine 1, digest {one.digest[:12]}" for one in wordings]
    references = References(tmp_path / "references.json")
    groups = grouped(read_trials(files, references, print))
    assert [group.title.rpartition(" · ")[2] for group in groups] == [f"wording {name}" for name in names]
    assert f"different wordings: {' and '.join(names)}." in " ".join(open_comparison(files, tmp_path).notes)
    for file, one, name in zip(files, wordings, names, strict=True):
        trial = open_record(file)
        found = facts("t", AnalysedTrial(trial, references))
        assert found["wording_digest"] == one.digest
        assert f"wording {name}" in "\n".join(_lines(found))


def test_a_wording_of_ours_needs_no_digest_and_one_that_only_claims_to_be_has_it() -> None:
    ours = built_in("reordered")
    assert ours is not None
    assert called(ours.title, ours.digest) == called(ours.title, "") == "reordered 1"
    assert called(ours.title, "ab" * 32) == "reordered 1, digest abababababab"
