"""Step and rewards below each other; in one scrolling panel where two would leave no rows for the rewards."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_envs import Dimension
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one

from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.panel import ScrollPanel
from bioblue_tui.widgets.rewards import RewardPanel
from bioblue_tui.widgets.step import StepPanel

_FRAME = 2
"""Rows of a frame."""


class SidePanel(Vertical):
    """What a step did, and its rewards.

    Args:
        state: The trial.
    """

    DEFAULT_CSS = """
    SidePanel.-merged #step { display: none; }
    """

    steps = query_one("#step", StepPanel)
    rewards = query_one("#rewards", RewardPanel)
    scroll = query_one("#rewards-scroll", ScrollPanel)

    def __init__(self, state: TrialState) -> None:
        super().__init__(id="side")
        self._state = state

    def compose(self) -> ComposeResult:
        """Lay out both panels."""
        steps = StepPanel(self._state, id="step")
        yield steps
        with ScrollPanel(id="rewards-scroll", classes="panel") as scroll:
            scroll.keys, scroll.can_focus = "shift+↓", False
            yield RewardPanel(self._state, steps, id="rewards")

    def on_mount(self) -> None:
        """Give both panels the rows they need."""
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        """Choose one panel or two for the new size."""
        self._arrange()

    def limit(self, shown: Sequence[Dimension]) -> None:
        """Show these reward dimensions only."""
        self.rewards.dimensions = shown
        self.steps.limit(shown)
        self._arrange()
        self.rewards.redraw()

    def _arrange(self) -> None:
        rewards = self.rewards.own_rows
        # At least two rewards, or a third of them where there are many.
        some = _FRAME + max(min(2, rewards), rewards // 3) if rewards else 0
        merged = 0 < self.size.height < self.steps.rows + _FRAME + some
        self.set_class(merged, "-merged")
        self.rewards.with_step = merged
        self.steps.styles.height = self.steps.rows + _FRAME
        self.rewards.styles.height = self.rewards.rows
        self.scroll.display = bool(self.rewards.rows)
        self.scroll.border_title = " and ".join(filter(None, ("rewards" if rewards else "", "step" if merged else "")))
