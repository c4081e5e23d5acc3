"""The score card after a trial, where a study shows one: nothing on it that the trial's condition hides."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from bioblue_tui.analysis.reference import Comparison
from bioblue_tui.numbers import counted
from bioblue_tui.screens.summary import ComparisonTable
from bioblue_tui.trials.state import TrialState


class ScoreScreen(ModalScreen[None]):
    """The rewards that the trial showed, beside a reference policy's: neither the environment's name nor the seed.

    Args:
        state: The trial.
        comparison: The person beside the reference policy.
        trial: Which trial it is.
    """

    CSS_PATH = "../dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("enter,escape,q", "dismiss", "Continue")]

    def __init__(self, state: TrialState, comparison: Comparison, trial: str) -> None:
        super().__init__()
        self._state, self._comparison, self._trial = state, comparison, trial

    def compose(self) -> ComposeResult:
        """Lay out the table and a button."""
        shown = self._state.environment.shown_dimensions
        with Vertical(classes="dialog"):
            yield Label(f"{self._trial}: {counted(self._state.done, 'step')}", classes="title", markup=False)
            yield ComparisonTable(self._state, self._comparison, "You", shown)
            yield Label(
                f"{self._comparison.reference.capitalize()}: what a fixed rule came to.", classes="hint", markup=False
            )
            with Horizontal(classes="buttons"):
                yield Button("continue (Enter)", id="continue", variant="primary", compact=True)

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.dismiss(None)
