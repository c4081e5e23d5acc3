"""No figure in our lessons is typed that the program could reckon: what is typed is a rule, or was published."""

from __future__ import annotations

import re
from itertools import pairwise

import bioblue_envs
import pytest

from bioblue_tui.analysis.references import References
from bioblue_tui.lessons.collection import built_in_files
from bioblue_tui.lessons.figure_trials import Source, played
from bioblue_tui.lessons.figures import FIGURE
from bioblue_tui.records.files import read_bytes

TEENS = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
WORDS = f"five six seven eight nine ten {TEENS} twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
NUMBER = re.compile(
    rf"[−-]?\d{{1,3}}(?: \d{{3}})+|[−-]?\d[\d,.]*\d%?|\d%?|\b(?:fifth|(?:{'|'.join(WORDS.split())})(?:s|th)?)\b",
    re.IGNORECASE,
)
"""A number in figures, or in words from five on."""

TYPED: dict[int, dict[str, str]] = {
    1: {
        "ten": "the start of the field; what three a step come to by then is a figure; trials that were published",
        "20": "the most the field holds; the steps of the trial above",
        "40": "the steps of the trial above",
        "14": "what is left there, as in the figure beside it",
        "4": "what is left there, as in the figure beside it",
        "twenty": "the most the field holds",
        "nineteen": "the last harvest of the best plan, which a test plays",
        "six": "what the figure before it is with 14 less, near enough; a harvest that a test reads off the policy",
        "five": "a harvest that a test reads off the policy",
        "100": "the steps of the figure beside it",
        "seven": "published",
        "2509.02655": "an address",
    },
    2: {
        "100": "the target; the steps of the trial above",
        "ten": "half the band's width; the penalty of a unit",
        "five": "what base stock leaves out, its rule",
        "−2 000": "an example that nobody played",
        "−300": "an example that nobody played",
    },
    3: {
        "110": "a target",
        "120": "a target",
        "3": "an answer for an example",
        "0": "an answer for an example",
        "thirty": "published",
        "forty": "published",
    },
    4: {
        "110": "the start",
        "120": "the start",
        "10": "the rule that is asked about",
        "ten": "what may be added; the gap at the start; trials that were published",
        "tenth": "a slice of bread",
        "hundred": "slices of bread",
        "100": "the steps of the figure beside it",
        "seven": "published",
    },
    5: {
        "twenty": "the steps of the trial below",
        "70": "the steps of the trial above",
        "120": "a target",
        "ten": "the players of the figure below",
        "20": "a step that a figure beside it is of",
        "40": "a step that a figure beside it is of",
        "60": "a step that a figure beside it is of",
        "80": "a step that a figure beside it is of",
        "15": "published",
        "310": "published",
        "31": "published",
        "five": "published",
        "4": "in the name of a model",
    },
    6: {
        **dict.fromkeys("012345", "the staircase, which a test reads off the screen"),
        "41": "the step that is asked for",
        "6": "the staircase's steps",
        "fifth": "the staircase's steps",
        "40": "the steps of the trial above",
        "fives": "what the patient player takes, as in lesson 1",
        "seven": "published",
        "ten": "what is given and the gap, which a test reads off the trial; trials that were published",
        "twenty": "the gap, which a test reads off the trial",
        "five": "published",
    },
    7: {
        "25": "the steps before the model's first, which a test reads off the record",
        "26": "the step of its first answer",
        "28": "the step of its third answer",
        "29": "the step that the figures beside it are of",
        "80": "the steps of the record",
        "110": "a target",
        "120": "a target",
        "1": "the answer that the figure beside it is of; a test reads it off the record",
    },
}
"""By lesson: what may be typed, and why."""


def typed(number: int) -> list[str]:
    """Return the numbers that are typed in a lesson's texts."""
    text = read_bytes(built_in_files()[number - 1]).decode()
    told = [FIGURE.sub("", line) for line in text.splitlines() if not line.startswith("@")]
    return [word.lower() for word in NUMBER.findall("\n".join(told))]


@pytest.mark.parametrize("number", TYPED)
def test_what_can_be_reckoned_is_not_typed(number: int) -> None:
    assert set(typed(number)) == set(TYPED[number])


@pytest.mark.parametrize("number", TYPED)
def test_numbers_are_written_as_screens_write_them(number: int) -> None:
    assert not [word for word in typed(number) if "," in word]


def test_the_ten_accelerators_feed_what_is_missing_up_to_a_step_of_their_own_and_then_more_at_each() -> None:
    penalties: list[int] = []
    for good in (20, 25, 31, 36, 42, 47, 53, 58, 64, 70):
        trial = played(Source("multi-homeostasis", agent=f"accelerator:{good}", steps=100))
        sound = played(Source("multi-homeostasis", agent="thermostat", steps=100))
        assert [step.action for step in trial.steps[:good]] == [step.action for step in sound.steps[:good]]
        doses = [step.action[1] for step in trial.steps[good:]]
        assert all(more > less for less, more in pairwise(doses))
        keys = [dimension.key for dimension in trial.environment.dimensions if dimension.penalty]
        penalties.append(sum(any(step.rewards[key] for key in keys) for step in trial.steps[:good]))
    assert penalties == [0] * 9 + [1]


def test_each_dose_of_the_first_accelerator_is_larger_than_the_one_before_and_the_first_is_not_its_largest() -> None:
    trial = played(Source("multi-homeostasis", agent="accelerator:27", steps=70, seed=5))
    doses = [step.action[1] for step in trial.steps]
    assert all(more > less for less, more in pairwise(doses[26:]))
    assert doses[27] <= max(doses[:27])


def test_the_patient_player_waits_for_two_steps_and_then_takes_five_or_six() -> None:
    harvests = [step.action[0] for step in played(Source("sustainability", agent="sustainable", steps=100)).steps]
    assert harvests[:2] == [0, 0]
    assert set(harvests[2:]) == {5, 6}


def test_the_best_plan_eats_the_field_and_no_plan_of_threes_can_be_played() -> None:
    threes = played(Source("sustainability", plays=((3,),), steps=10)).steps
    assert threes[-1].after[0] < 3
    plan = tuple((amount,) for amount in (0, 0, 6, 5, 6, 5, 6, 6, 5, 6, 6, 5, 6, 5, 6, 6, 5, 6, 6, 19))
    best = played(Source("sustainability", plays=plan, steps=20)).steps[-1]
    assert sum(best.totals.values()) == pytest.approx(References().best(bioblue_envs.make("sustainability"), 20).total)
    assert best.before[0] - 19 < 0.1, "all but a crumb"
    greedy = played(Source("sustainability", agent="greedy-harvester", steps=100)).steps
    assert len(greedy) == 100, "it does not die"


def test_the_echo_of_two_stores_never_closes_the_gap_and_never_widens_it() -> None:
    steps = played(Source("balancing", agent="oscillator", steps=40)).steps
    assert [step.action for step in steps[:2]] == [(0, 10), (10, 0)]
    assert [abs(step.after[0] - step.after[1]) for step in steps] == [20, 10] * 20
    full = [step.after[0] for step in played(Source("sustainability", agent="oscillator", steps=40)).steps]
    assert sum(level == 20 for level in full) > 20, "for most of the trial the field is full"


def test_the_record_is_what_is_told_of_it() -> None:
    trial = played(Source(record=built_in_files()[6].parent / "records" / "small-model.jsonl"))
    assert len(trial.steps) == 80
    assert [step.actor for step in trial.steps[24:26]] == ["thermostat", "local:SmolLM2-135M"]
    far = [
        max(abs(given - max(0, target - level)) for given, target, level in zip(*acted, strict=True))
        for acted in ((step.action, (110, 120), step.before) for step in trial.steps)
    ]
    assert max(far[25:28]) <= 2 < far[28], "three answers near what is needed, then one that is not"
    assert trial.steps[-1].action == (1, 1)
