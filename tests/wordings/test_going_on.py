"""A trial goes on in the words it began with: resumed or forked, of our program or an older one, or of a lost file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bioblue_tui.analysis.verify import verify
from bioblue_tui.models.catalogue import ModelSettings, make_agent
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.runs.batch.batch_status import load_begun
from bioblue_tui.runs.batch.claims import Claims
from bioblue_tui.runs.batch.engine import Engine
from bioblue_tui.runs.batch.jobs import batch_jobs
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.loading import load_batch
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.resume_fork import fork_session, resume_session
from bioblue_tui.runs.session import Session, open_session, run_unattended
from bioblue_tui.runs.settings_text import load_wording
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Asked
from bioblue_tui.wordings.collection import built_in, default, retired
from bioblue_tui.wordings.example import example
from bioblue_tui.wordings.wording import Wording
from tests.support.records import need_published, one_of_each

OLD = "bioblue-tui 1"


def own(tmp_path: Path) -> Wording:
    path = tmp_path / "own.toml"
    path.write_text(example("own", "plain").replace("Actual level: ", "Level at present: "), encoding="utf-8")
    wording = load_wording(path)
    path.unlink()
    return wording


def finished(session: Session) -> Record:
    asyncio.run(run_unattended(session))
    return open_record(session.path)


def begun(tmp_path: Path, wording: Wording | None, **spec: object) -> Path:
    given = {"environment": "homeostasis", "agent": "random", "steps": 6, "wording": wording, **spec}
    return finished(open_session(TrialSpec(**given), tmp_path)).path or Path()  # type: ignore[arg-type]


def header_of(path: Path) -> dict[str, object]:
    header: dict[str, object] = json.loads(path.read_text().partition("\n")[0])
    return header


def with_header(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    first, _, rest = path.read_text().partition("\n")
    header = json.loads(first)
    change(header)
    path.write_text(json.dumps(header, separators=(",", ":")) + "\n" + rest)


def as_of_old(header: dict[str, object]) -> None:
    """Make a header as the program wrote it before wordings were data."""
    del header["words"], header["wording_digest"]
    header["schema"] = "1.1"


def asked(record: Record) -> list[str]:
    return list(dict.fromkeys(event.observation for event in record.events if isinstance(event, Asked)))


def cut(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: 2 + len(lines) // 2]))


def test_the_header_names_the_wording_and_holds_its_words(tmp_path: Path) -> None:
    wording = own(tmp_path)
    header = open_record(begun(tmp_path, wording)).header
    assert (header.wording, header.wording_digest) == ("own 1", wording.digest)
    assert header.words == wording.texts["homeostasis"]
    plain = open_record(begun(tmp_path, None)).header
    assert (plain.wording, plain.wording_digest) == ("plain 1", default().digest)


@pytest.mark.parametrize("which", ["plain", "other-story", "own", "old"])
def test_a_resumed_trial_goes_on_in_its_words(tmp_path: Path, which: str) -> None:
    wording = {"own": own(tmp_path), "old": retired()[0]}.get(which) or built_in(which)
    path = begun(tmp_path, wording)
    if which == "old":
        with_header(path, as_of_old)
    whole = asked(open_record(path))
    cut(path)
    record = finished(resume_session(path))
    assert asked(record) == whole
    assert len(whole) == 6
    assert verify(record) == []


@pytest.mark.parametrize("which", ["reordered", "own", "old"])
def test_a_fork_goes_on_in_its_parents_words_or_in_others_if_told_so(tmp_path: Path, which: str) -> None:
    wording = {"own": own(tmp_path), "old": retired()[0]}.get(which) or built_in(which)
    path = begun(tmp_path, wording)
    if which == "old":
        with_header(path, as_of_old)
    parent = open_record(path)
    same = finished(fork_session(parent, 3, tmp_path))
    assert asked(same) == asked(parent)
    assert (same.header.instruction, same.header.wording) == (parent.header.instruction, parent.header.wording)
    other = finished(fork_session(parent, 3, tmp_path, wording=built_in("other-story")))
    assert asked(other)[:3] == asked(parent)[:3]
    assert all(text.startswith("Metric inside your body") for text in asked(other)[3:])
    assert other.header.instruction.startswith("You live as an agent")
    assert other.header.wording == "other-story 1"


def test_words_that_are_unknown_or_broken_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    path = begun(tmp_path, None)
    cut(path)
    kept = path.read_bytes()

    def break_words(header: dict[str, object]) -> None:
        header["words"]["question"] = "{nothing}"  # type: ignore[index]

    def unknown(header: dict[str, object]) -> None:
        header.update(words={}, wording="somebody's 7")

    for change, what in ((break_words, "question, line 1: 'nothing'"), (unknown, '"somebody\'s 7", is not known')):
        path.write_bytes(kept)
        with_header(path, change)
        before = path.read_bytes()
        with pytest.raises(RecordError, match=what):
            resume_session(path)
        with pytest.raises(RecordError, match=what):
            fork_session(open_record(path), 1, tmp_path)
        assert path.read_bytes() == before
        assert len(list((tmp_path / "trials").iterdir())) == 1


@need_published
def test_a_fork_of_a_published_log_gets_the_default_wording_or_the_one_it_is_given(tmp_path: Path) -> None:
    for path in one_of_each():
        parent = open_record(path)
        if parent.header.seed is None:
            continue
        agent = make_agent("random", parent.header.environment, 1, ModelSettings())
        forked = finished(fork_session(parent, 50, tmp_path, agent=agent))
        assert forked.header.wording == "plain 1"
        assert forked.header.instruction.startswith("You are an agent")


BATCH = 'name = "b"\nseeds = "1-2"\nsteps = 4\nenvironments = ["homeostasis"]\nagents = ["random"]\n'


def played(path: Path, data: Path) -> tuple[list[str], str]:
    """Play what of a batch is missing; return the wordings of its records, and what it goes on in."""
    batch, found, older = load_begun(path, data / "trials", data)
    asyncio.run(Engine(batch_jobs(batch.trials, found, Opener(Limiters(), data), Claims(data / "trials"))).run())
    return sorted(str(header_of(record)["wording"]) for record in (data / "trials").iterdir()), older


def test_a_batch_of_an_older_program_goes_on_in_its_words(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(BATCH)
    old = load_batch(path, wording=retired()[0])
    first = finished(open_session(old.trials[0].spec, tmp_path)).path
    assert first is not None
    with_header(first, as_of_old)
    assert played(path, tmp_path) == ([OLD, OLD], OLD)
    assert played(path, tmp_path) == ([OLD, OLD], OLD)
    path.write_text(f'wording = "plain"\n{BATCH}')
    assert played(path, tmp_path) == ([OLD, OLD, "plain 1", "plain 1"], "")


def test_a_wording_is_a_condition_of_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    (tmp_path / "mine.toml").write_text(example("mine", "reordered"), encoding="utf-8")
    conditions = '[[conditions]]\nname = "a"\n[[conditions]]\nname = "b"\nwording = "mine.toml"\n'
    path.write_text(f'wording = "other-story"\n{BATCH}{conditions}')
    assert played(path, tmp_path)[0] == ["mine 1", "mine 1", "other-story 1", "other-story 1"]
    assert played(path, tmp_path)[0] == ["mine 1", "mine 1", "other-story 1", "other-story 1"]
