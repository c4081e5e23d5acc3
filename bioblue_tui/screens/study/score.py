"""The score card after a trial, where a study shows one; it shows nothing that the trial's condition hides."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from bioblue_tui.analysis.reference import Comparison
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.screens.trial.summary import SHORT, ComparisonTable
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.gate import Gate, Painted
from bioblue_tui.widgets.panel import ScrollPanel, ScrollsPanel
from bioblue_tui.wordings.collection import words_of
from bioblue_tui.wordings.words import WordingError


class ScoreScreen(ScrollsPanel, ModalScreen[None]):
    """The rewards that the trial showed, compared with a reference policy's, without environment's name and seed.

    Args:
        state: The trial.
        comparison: The person compared with the reference policy.
        trial: Which trial it is.
        gate: The trial's gate: keys pressed before the card was on the screen are counted there, and ignored.
    """

    CSS_PATH = "../dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,q", "dismiss", "Continue", priority=True),
        *ScrollsPanel.SCROLL_KEYS,
    ]

    def __init__(self, state: TrialState, comparison: Comparison, trial: str, gate: Gate) -> None:
        super().__init__()
        self.gate = gate
        gate.ask()
        self._state, self._comparison, self._trial = state, comparison, trial

    def compose(self) -> ComposeResult:
        """Lay out the table and a button."""
        shown = self._state.environment.shown_dimensions
        self.set_class(self.app.size.height < SHORT, "-short")
        with ScrollPanel(classes="dialog", can_focus=False):
            title = f"{self._trial}: {counted(self._state.done, 'step')}"
            yield Painted(self.gate, title, classes="title", markup=False)
            yield ComparisonTable(self._state, self._comparison, "You", shown, names=self._names())
            yield Label(
                f"Reference: {self._comparison.reference}, the score of a fixed rule.", classes="hint", markup=False
            )
            with Horizontal(classes="buttons"):
                yield Button("continue (Enter)", id="continue", variant="primary", compact=True)

    def _names(self) -> dict[str, str]:
        """Return the rewards' names in the trial; empty where its words are not known."""
        header = self._state.header
        try:
            words = words_of(header.environment, header.wording, header.words)
        except WordingError:
            return {}
        return {dimension.key: words.name(dimension) for dimension in self._state.environment.shown_dimensions}

    def admits(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key counts: keys pressed before the card was on the screen do not."""
        return getattr(event, "key", "") in ("f2", "ctrl+c", "ctrl+q") or self.gate.admits(event)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the card; keys pressed from here on are for the next screen."""
        self.gate.shut()
        return super().dismiss(result)

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.dismiss(None)
