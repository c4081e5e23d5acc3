"""The raw output while a trial goes on: what is drawn is what was measured, whatever has happened since."""

import bioblue_envs
from textual.app import App, ComposeResult

from bioblue_tui.trials.events import Answered, Asked, Header, Rejected, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.transcript import Transcript
from tests.support.pilots import text_of


class Panel(App[None]):
    def __init__(self, state: TrialState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        yield Transcript(self._state)


def begun() -> TrialState:
    environment = bioblue_envs.make("homeostasis")
    state = TrialState(Header(environment.id, environment.parameters, 1, 9, "agent", instruction="Play."))
    return state.feed([Asked(0, 1, 1, "How much?\nSay a number.", "agent")])


async def test_an_answer_between_two_paints_waits_for_the_next() -> None:
    state = begun()
    app = Panel(state)
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.query_one(Transcript)
        panel.show_steps(0, 0, True)
        await pilot.pause()
        before = text_of(panel)
        state.feed([Answered(0, 1, 1, "none\n" * 8, "agent"), Rejected(0, 1, 1, "no number")])
        assert text_of(panel) == before
        panel.show_steps(0, 0, True)
        assert "no number" in text_of(panel)
        state.feed([Stepped(0, 1, "agent", (3,), (0,), (100,), (103,), {}, {}, {})])
        assert "│ Say a number." in text_of(panel)
        panel.show_steps(1, 0, True)
        assert "│ Say a number." not in text_of(panel)


async def test_what_is_folded_while_there_is_no_room_is_drawn_as_it_was_measured() -> None:
    state = begun()
    for step in range(1, 9):
        state.feed(
            [
                Asked(0, step, 1, "How much?\n" * 9, "agent"),
                Answered(0, step, 1, "3", "agent"),
                Stepped(0, step, "agent", (3,), (0,), (100,), (103,), {}, {}, {}),
            ]
        )
    app = Panel(state)
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.query_one(Transcript)
        panel.toggle_fold()
        panel.show_steps(8, 0, True)
        await pilot.pause()
        panel.scroll_home(animate=False, immediate=True)
        await pilot.pause()
        panel.styles.width = 1
        await pilot.pause()
        panel.toggle_fold()
        # Painted, as may be, before it learns that there is room again.
        for y in range(200):
            panel.render_line(y)
        panel.styles.width = "100%"
        await pilot.pause()
        assert "3" in text_of(panel)
