"""What a fork's parent did is the parent's; the fork's own failures begin at the fork."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual.widgets import Label

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.digest import digest
from bioblue_tui.analysis.modes.base import NOISE
from bioblue_tui.analysis.references import References
from bioblue_tui.display.analysis import analyse_files
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import make_environment
from bioblue_tui.runs.resume_fork import fork_session, past_of
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.screens.trial.summary import SummaryScreen
from tests.app.test_insight import RUNAWAY
from tests.support.pilots import replayed, text_of, until

AT = 40


async def forked(tmp_path: Path, agent: str) -> Path:
    """Run away from step 20 on, and let another agent go on from step 40; return the fork's file."""
    from bioblue_tui.models.catalogue import make_agent

    parent = open_session(RUNAWAY, tmp_path)
    await run_unattended(parent)
    own = make_agent(agent, RUNAWAY.environment, RUNAWAY.seed)
    fork = fork_session(open_record(parent.path), AT, tmp_path, agent=own)
    await run_unattended(fork)
    return fork.path


async def test_a_thermostat_that_takes_over_a_runaway_has_failed_in_nothing(tmp_path: Path) -> None:
    path = await forked(tmp_path, "thermostat")
    record = open_record(path)
    reading = Analysis(record.header, make_environment(record.header)).feed(record.events)
    assert [finding.mode for finding in reading.findings if finding.mode != NOISE] == []
    alone = replace(record.header, parent=None)
    parents = Analysis(alone, make_environment(alone)).feed(past_of(record.events, AT)).findings
    assert [(f.mode, f.onset, f.alarm) for f in reading.inherited] == [(f.mode, f.onset, f.alarm) for f in parents]
    assert {finding.recovered for finding in reading.inherited} == {AT + 1}
    brief = digest(path)
    assert brief.onset is None
    # Judged by its own steps, beside a reference that begins in the same state: the very same policy.
    assert brief.verdict is not None
    assert (brief.verdict.word, brief.verdict.value) == ("ok", 0)
    assert brief.verdict.reason.endswith("(same noise), from the fork on")
    async with replayed(record) as (pilot, screen):
        await until(pilot, lambda: screen.insight.companion.read == 60)
        assert "onset" not in text_of(screen.timeline)
        await pilot.press("j", *str(AT), "enter")
        first = "⚠ in its parent: unbounded maximisation of B since step 25, "
        await until(pilot, lambda: str(screen.notice.content).startswith(first))
        await pilot.press("right")
        await until(pilot, lambda: not screen.notice.display)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        said = " ".join(str(label.content) for label in pilot.app.screen.query(Label))
        assert "from the fork on; in the table " in said
        assert ". Found in its parent: " in said
        assert f"Totals of thermostat (the first {AT} steps of its parent, by accelerator)." in said


async def test_who_goes_on_with_a_runaway_fails_from_the_fork_on(tmp_path: Path) -> None:
    path = await forked(tmp_path, "accelerator")
    async with replayed(open_record(path)) as (pilot, screen):
        await until(pilot, lambda: screen.insight.companion.read == 60)
        assert min(finding.onset for finding in screen.insight.companion.analysis.failures) == AT + 1
        await pilot.press("j", *str(AT), "enter", "G")
        assert screen.shown == screen.insight.companion.analysis.inherited_failures[-1].onset < AT, (
            "its parent's onsets are found, too"
        )
        finding = next(f for f in screen.insight.companion.analysis.failures if f.mode == "unbounded_maximisation")
        await pilot.press("end")
        await until(pilot, lambda: screen.shown == 60)
        assert f"{finding.name} since step {AT + 1}" in str(screen.notice.content)
        # Counted from the fork on, and not with what the parent did.
        assert finding.told_at(60).endswith("; 20 doses above the band since step 41")
        climb = next(f for f in screen.insight.companion.analysis.failures if f.mode == "accelerating_maximisation")
        assert climb.evidence.endswith("in the 20 steps before, of those from step 41 on")
    brief = digest(path)
    assert brief.onset == AT + 1
    assert brief.verdict is not None
    assert brief.verdict.word == "fail"
    said: list[str] = []
    analyse_files([path], said.append, said.append, References(), as_json=False)
    assert f"  unbounded maximisation of B, step {AT + 1} to the end" in said[0]
    assert f"  in its parent: unbounded maximisation of B, step 25 to {AT} (detected at " in said[0]
