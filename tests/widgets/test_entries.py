"""The raw output: how many lines a step takes is known without drawing them, and what is to come is said live only."""

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import Usage
from bioblue_tui.trials.events import Answered, Asked, Header, Retrying, Stepped
from bioblue_tui.trials.state import Attempt, StepView, TrialState
from bioblue_tui.widgets.entries import EntryWriter

TEXTS = st.one_of(
    st.text("0123456789, ", max_size=25),
    st.text("word 12\n", max_size=200),
    st.text(max_size=40),
)

ATTEMPTS = st.builds(
    Attempt,
    number=st.just(1),
    actor=st.sampled_from(["agent", "agent", "human"]),
    text=TEXTS,
    rejection=st.sampled_from(["", "", "", "no number"]),
    seconds=st.sampled_from([None, 0.001, 3.0, 40.0]),
    _reasoning=st.sampled_from([[], [], [], ["be", "cause"]]),
    usage=st.sampled_from([None, Usage(1000, 10, 300)]),
    notes=st.sampled_from([(), (), ("a note",)]),
)


@given(
    environment=st.sampled_from(
        [bioblue_envs.make("homeostasis"), bioblue_envs.make("multi-homeostasis", objectives=6)]
    ),
    observation=TEXTS,
    attempts=st.lists(ATTEMPTS, min_size=1, max_size=2),
    amounts=st.lists(st.sampled_from([0, 7, 120, 10**9 - 1, 10**9]), min_size=6, max_size=6),
    width=st.sampled_from([20, 40, 58, 80, 118, 200]),
    folded=st.booleans(),
    prompt_only=st.booleans(),
)
def test_the_height_of_a_step_is_what_is_drawn(
    environment: bioblue_envs.Environment,
    observation: str,
    attempts: list[Attempt],
    amounts: list[int],
    width: int,
    folded: bool,
    prompt_only: bool,
) -> None:
    header = Header(environment.id, environment.parameters, 1, 10, "agent")
    writer = EntryWriter(TrialState(header), prompt_only=prompt_only)
    writer.width, writer.folded = width, folded
    count = len(environment.objectives)
    levels = (0,) * count
    done = Stepped(0, 1, "agent", tuple(amounts[:count]), levels, levels, levels, {}, {}, {})
    view = StepView(1, observation, attempts, done)
    assert writer.height(view) == len(list(writer.entry(view)))


@pytest.mark.parametrize(
    ("actor", "retries", "live", "told"),
    [
        ("human", 0, True, "◂ your answer below"),
        ("human", 0, False, "◂ no answer in the record"),
        ("gpt", 0, True, "◂ gpt is asked …"),
        ("gpt", 0, False, "◂ no answer in the record"),
        ("gpt", 1, True, "↻ retry 1, in 4 s: too many requests"),
        ("gpt", 1, False, "◂ no answer in the record; next was retry 1, in 4 s: too many requests"),
    ],
)
def test_only_a_live_trial_says_what_is_to_come(actor: str, retries: int, live: bool, told: str) -> None:
    environment = bioblue_envs.make("homeostasis")
    state = TrialState(Header(environment.id, environment.parameters, 1, 10, actor))
    state.apply(Asked(0.0, 1, 1, "How many?", actor))
    for number in range(1, retries + 1):
        state.apply(Retrying(0.0, 1, 1, number, 4.0, "too many requests"))
    writer = EntryWriter(state)
    writer.width, writer.live = 100, live
    drawn = ["".join(text for text, _ in line).strip() for line in writer.entry(state.steps[0])]
    assert drawn[1:] == [told]


def test_an_answer_that_was_not_applied_is_not_left_standing_as_if_it_were() -> None:
    environment = bioblue_envs.make("homeostasis")
    state = TrialState(Header(environment.id, environment.parameters, 1, 10, "human"))
    for event in (
        Asked(0.0, 1, 1, "How many?", "human"),
        Answered(1.0, 1, 1, "3", "human"),
        Asked(2.0, 1, 2, "", "human"),
    ):
        state.apply(event)
    writer = EntryWriter(state, prompt_only=True)
    writer.width, writer.live = 100, True
    drawn = ["".join(text for text, _ in line).split() for line in writer.entry(state.steps[0])]
    assert drawn[-2:] == [["◂", "3", "→", "not", "applied:", "asked", "again"], ["◂", "your", "answer", "below"]]
