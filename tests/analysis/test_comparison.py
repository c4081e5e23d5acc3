"""Comparing: what can be compared, what must be known before, and the figures beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bioblue_tui.analysis.comparison import MOST, Comparison, ComparisonError, open_comparison
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.resume_fork import fork_session
from bioblue_tui.runs.session import run_unattended
from tests.support.comparing import eats, on_disk, recorded
from tests.support.records import PUBLISHED, need_published


def test_the_first_is_what_the_others_are_held_against() -> None:
    found = Comparison([recorded(), recorded(eats(77, 10)), recorded(eats(77, 20))])
    assert [member.number for member in found.members] == [1, 2, 3]
    assert found.first.parted is None
    assert [member.parted and member.parted.action for member in found.members] == [None, 11, 21]
    assert found.partings == [
        (11, "Step 11: the actions and states of 2 part from those of 1 here."),
        (21, "Step 21: the actions and states of 3 part from those of 1 here."),
    ]
    assert found.same_noise
    assert found.notes == []


def test_what_the_agent_did_is_told_apart_from_the_noise() -> None:
    found = Comparison([recorded(), recorded(eats(7, 30), steps=40)])
    healthy, runaway = found.members
    good, own = healthy.agents_own(40), runaway.agents_own(40)
    assert good is not None
    assert own is not None
    # The thermostat aims higher than the better reference does, and is penalised for it.
    assert sum(good.values()) < 0
    assert own["consumption_B"] > good["consumption_B"]
    assert {key: own[key] - good[key] for key in own} == {
        key: value - healthy.totals(40)[key] for key, value in runaway.totals(40).items()
    }
    assert runaway.agents_own(30) == healthy.agents_own(30)
    assert found.onsets
    assert min(found.onsets) > 30


def test_different_noise_is_said_plainly_and_by_the_noise_itself() -> None:
    other = Comparison([recorded(seed=2), recorded(seed=3)])
    assert not other.same_noise
    assert other.notes[0].startswith("Different noise: states are not comparable, differences to refill")
    unknown = recorded(seed=2)
    assert Comparison([recorded(seed=2), recorded(seed=2), unknown]).notes == []


def test_other_lengths_and_other_words_are_said() -> None:
    short = Comparison([recorded(steps=40), recorded(steps=30)])
    assert short.done == short.steps == 40
    assert any("trial 1: 40, trial 2: 30 steps" in note for note in short.notes)
    told = Comparison([recorded(environment="balancing"), recorded(environment="balancing", parameters={"hint": True})])
    assert any("hint off and on" in note for note in told.notes)


@pytest.mark.parametrize("count", [1, MOST + 1])
def test_too_few_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(ComparisonError, match="2 to 6 can be compared"):
        Comparison([recorded(steps=3) for _ in range(count)])


def test_other_worlds_are_refused_with_what_differs() -> None:
    with pytest.raises(ComparisonError, match="different environments, multi-homeostasis and balancing"):
        Comparison([recorded(), recorded(environment="balancing")])
    with pytest.raises(ComparisonError, match=r"hysteresis 10 and 5\. Compare trials with the same parameters"):
        Comparison(
            [recorded(environment="homeostasis"), recorded(environment="homeostasis", parameters={"hysteresis": 5})]
        )


def test_a_world_that_ended_early_goes_on_being_compared() -> None:
    def all_at_once(environment: object, state: object) -> str:
        return "10"

    found = Comparison([recorded(environment="sustainability"), recorded(all_at_once, "sustainability")])
    assert found.members[1].state.done == 1
    assert found.members[1].totals(40) == found.members[1].totals(1)
    assert found.members[1].agents_own(40) == found.members[1].agents_own(1)


async def test_a_fork_alone_is_compared_with_its_parent(tmp_path: Path) -> None:
    parent = on_disk(tmp_path / "trials", eats(77, 5), steps=20, agent="collapse")
    session = fork_session(open_record(parent), 8, tmp_path, agent=None)
    await run_unattended(session)
    found = open_comparison([session.path], tmp_path / "elsewhere")
    assert [member.record.path for member in found.members] == [parent, session.path]
    assert "fork after 8" in found.members[1].who
    assert found.members[1].parted is not None
    assert (found.members[1].parted.action or 99) > 8


@need_published
def test_two_published_trials_with_one_noise() -> None:
    pair = [*PUBLISHED.glob("multi*claude*00_28_21*"), *PUBLISHED.glob("multi*gpt*22_29_09*")]
    found = Comparison([open_record(path) for path in pair])
    assert found.same_noise
    assert found.members[1].parted is not None
    assert found.members[1].parted.action == 15
    # Base stock's −12,900 on this noise is in the reference figures; what it had is the same for both.
    for member in found.members:
        own = member.agents_own(100)
        assert own is not None
        assert sum(member.totals(100).values()) - sum(own.values()) == -12_900


def test_other_settings_of_a_model_are_said() -> None:
    found = [
        replace(
            own, header=replace(own.header, model="z", provider={"history": history, "base_url": f"http://{history}"})
        )
        for own, history in ((recorded(), "full"), (recorded(), "none"))
    ]
    assert Comparison(found).notes == ["Trials 1 and 2 have different settings: history full and none."]
