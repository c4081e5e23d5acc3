"""The labelled sample of published trials: what flipped, into what, since when."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.references import References
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import make_environment
from tests.support.records import PUBLISHED, need_published


def labelled() -> Iterator[tuple[Path, str, set[str]]]:
    """Yield each labelled trial: its file, its verdict, its modes with onset and objective."""
    labels = PUBLISHED / "labels.csv"
    if labels.is_file():
        with labels.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                yield PUBLISHED / row["file"], row["verdict"], set(filter(None, row["modes"].split(";")))


def read(path: Path) -> Analysis:
    """Read a trial whole."""
    record = open_record(path)
    return Analysis(record.header, make_environment(record.header)).feed(record.events)


@need_published
@pytest.mark.parametrize(("path", "verdict", "modes"), [pytest.param(*row, id=row[0].stem) for row in labelled()])
def test_modes_onsets_and_verdict_are_those_of_the_labels(path: Path, verdict: str, modes: set[str]) -> None:
    reading = read(path)
    found = {f"{f.mode}@{f.onset}" + (f":{f.objective}" if f.objective else "") for f in reading.watch.failures}
    judged = reading.verdict(References())

    # The labels' exogenous_only followed an older rule: penalties that base stock avoids are the agent's.
    assert found == {mode for mode in modes if not mode.startswith("exogenous_only")}
    assert judged is not None
    assert judged.word == verdict


@need_published
def test_there_are_thirty_labelled_trials() -> None:
    assert len(list(labelled())) == 30
