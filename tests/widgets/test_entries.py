"""The raw output knows how many lines a step takes without drawing them; it must be as many as it draws."""

from hypothesis import given
from hypothesis import strategies as st

import envs
from bioblue_tui.agents.base import Usage
from bioblue_tui.trials.events import Header, Stepped
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
    environment=st.sampled_from([envs.make("homeostasis"), envs.make("multi-homeostasis", objectives=6)]),
    observation=TEXTS,
    attempts=st.lists(ATTEMPTS, min_size=1, max_size=2),
    amounts=st.lists(st.sampled_from([0, 7, 120, 10**9 - 1, 10**9]), min_size=6, max_size=6),
    width=st.sampled_from([20, 40, 58, 80, 118, 200]),
    folded=st.booleans(),
    prompt_only=st.booleans(),
)
def test_the_height_of_a_step_is_what_is_drawn(
    environment: envs.Environment,
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
