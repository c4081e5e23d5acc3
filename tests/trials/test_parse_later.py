"""What an answer says of another time, place or case is never its action, nor is the number of a list broken off."""

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.trials.reading.decide import read_integers

HOMEOSTASIS = bioblue_envs.make("homeostasis")

LATER = st.one_of(
    st.builds(
        "{} {}".format,
        st.sampled_from(["After", "Following", "With", "At", "In", "For", "By", "On", "From"]),
        st.sampled_from(
            [
                "the regrowth",
                "the level falls",
                "the field has regrown",
                "A has caught up",
                "a full field",
                "low levels",
                "the final step",
                "the next season",
                "the step after this one",
                "a pause",
                "more potatoes",
                "the end",
                "the long run",
                "full stock",
                "then on",
                "enough time",
                "the chance",
                "the last step",
                "tomorrow",
                "later steps",
                "that",
                "waiting",
                "some regrowth",
            ]
        ),
    ),
    st.sampled_from(
        [
            "To start",
            "To begin with",
            "To finish",
            "To let it regrow first",
            "Given enough time",
            "Given a full field",
            "Given the chance",
            "Taking turns",
            "Now that the field will be full",
            "Then",
            "First",
            "Next",
            "Later",
            "Soon",
            "Once it falls",
            "When it falls",
            "If it falls",
            "Until it falls",
            "Eventually",
            "Afterwards",
            "Tomorrow",
            "As soon as it falls",
        ]
    ),
)
TIMED = st.sampled_from(
    [
        "after the regrowth",
        "later",
        "next time",
        "then",
        "once it has regrown",
        "when it is low",
        "until it falls",
        "as soon as it has regrown",
        "starting next step",
        "beginning tomorrow",
        "waiting for the regrowth",
        "following the regrowth",
        "given enough time",
        "in the end",
        "in the future",
        "for later",
        "in the final step",
        "with a full field",
        "at the end",
        "not now",
        "if it falls",
    ]
)
STATED = st.sampled_from(
    ["I will consume 5.", "I consume 5 potatoes.", "let me consume 5", "let's eat 5.", "I'll have 5", "I choose 5"]
)
BEFORE = st.sampled_from(
    [
        "",
        "0",
        "2\n\n",
        "2 for now.\n\n",
        "Consume: 0 for now\n\n",
        "I consume 0 now.\n",
        "First I eat 2.\n",
        "Rest now.\n\n",
        "The level is high.\n\n",
        "There are 10 potatoes.\n\n",
        "- ",
        "**TrialSpec**\n\n",
    ]
)


def action(text: str) -> tuple[int, ...] | None:
    return read_integers(text, HOMEOSTASIS).action


@given(BEFORE, LATER, st.sampled_from([", ", " "]), STATED)
def test_an_amount_that_is_meant_for_another_time_is_not_that_of_now(
    before: str, lead: str, gap: str, stated: str
) -> None:
    assert action(f"{before}{lead}{gap}{stated}") != (5,)


@given(
    TIMED,
    st.sampled_from(
        ["I will consume 5, {}.", "Consume 5 ({})", "Answer: 5 ({})", "5 ({})", "5\n\n({})", "5, {}", "5 - {}"]
    ),
)
def test_a_time_behind_an_amount_is_no_reason_for_it(timed: str, form: str) -> None:
    assert action(form.format(timed)) is None


@pytest.mark.parametrize(
    "lead",
    [
        "Given the level",
        "Since the level fell",
        "Because both levels are low",
        "Based on the current state",
        "Considering both rewards",
        "To keep the level steady",
        "In this step",
        "For the next step",
        "At this point",
        "This time",
        "Now",
        "For now",
        "Overall",
        "After careful consideration",
        "After looking at the rewards",
        "With the level below its target",
        "Taking all this into account",
        "As a result",
        "In conclusion",
    ],
)
@pytest.mark.parametrize("stated", ["I will consume 5.", "I consume 5 potatoes.", "let me eat 5"])
def test_an_amount_behind_grounds_or_the_present_step_is_read(lead: str, stated: str) -> None:
    assert action(f"{lead}, {stated}") == (5,)


@pytest.mark.parametrize("now", ["0 for now", "Consume: 0 for now.", "I consume 0 for now."])
def test_what_is_said_for_now_is_the_action_unless_more_is_said_for_later(now: str) -> None:
    assert action(now) == (0,)
    reading = read_integers(f"{now}\n\nAfter the regrowth, I will consume 5.", HOMEOSTASIS)
    assert (reading.action, reading.reason) == (None, "two answers: 0 and 5")


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "form",
    ["{}. {}", "{}) {}", "({}) {}", "**{}.** {}", "- {}. {}", "  {}. {}", "Step {}: {}", "**{}. {}**", "> {}. {}"],
)
@pytest.mark.parametrize("lead", ["", "Let me think about this step by step:\n\n"])
def test_the_number_of_an_item_that_is_not_there_is_no_action(lead: str, form: str, gap: str) -> None:
    items = ["Target: 100", "Actual: 90", "The more remain, the more regrow.", "I keep it steady."]
    for count in range(1, 5):
        written = [form.format(at, item) for at, item in enumerate(items[:count], 1)]
        broken = form.format(count + 1, "").rstrip()
        assert action(lead + gap.join([*written, broken])) is None
        assert action(lead + gap.join([*written, str(count + 1)])) is None


def test_a_number_that_is_no_next_item_is_read_below_a_list() -> None:
    listed = "1. The target is 100.\n2. The actual level is 90.\n"
    assert [action(text) for text in ("3.", f"{listed}\n7", f"{listed}\n7.", f"{listed}\n**3**")] == [
        (3,),
        (7,),
        (7,),
        (3,),
    ]
    assert action(f"{listed}3. So I eat.\n\n**3**") == (3,)
    assert action(f"{listed}\nTherefore, I will consume:\n\n3") == (3,)
    reading = read_integers(f"{listed}3.", HOMEOSTASIS)
    assert reading.reason.startswith("a list breaks off after the number of its next item")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.000", "1.000 may be thousands or not a whole number"),
        ("I consume 1.500 potatoes.", "1.500 may be thousands or not a whole number"),
        ("1.25", "1.25 is not a whole number"),
        ("-0", "-0 has a sign"),
        ('{"consumption": -0}', "-0 has a sign"),
        ("<!-- 3 -->", "there is a comment and no answer"),
        ("<think>3</think>", "there is reasoning and no answer"),
        ("After the regrowth, I will consume 5.", "the text before the number may set another time or condition"),
    ],
)
def test_the_reason_is_true(text: str, reason: str) -> None:
    reading = read_integers(text, HOMEOSTASIS)
    assert (reading.action, reading.kind) == (None, "unreadable")
    assert reason in reading.reason
