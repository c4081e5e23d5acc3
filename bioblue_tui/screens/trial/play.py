"""Playing: a person is the agent. Their answer is handled like a model's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.runs.session import Session
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.notes.noting import ANSWERING_NOTE_KEYS
from bioblue_tui.screens.trial.answering import AnsweringScreen
from bioblue_tui.screens.trial.keys import LARGE_KEY, PANEL_KEYS, PARENT_KEY, TEXT_KEYS
from bioblue_tui.screens.trial.screen import TABS
from bioblue_tui.screens.trial.summary import Choice, SummaryScreen
from bioblue_tui.widgets.gate import AGAIN
from bioblue_tui.widgets.lines import Line

PROMPTS = "Show or hide the prompts in the raw output; while they are shown, PgUp and PgDn scroll them"


class PlayScreen(AnsweringScreen):
    """A person plays: the observation, a line to answer in, and, at once, what the answer did.

    Args:
        session: The trial.
    """

    ABOUT = (
        "You are the agent. Type your answer as a model would and press Enter; ↑ and ↓ change the number under the "
        "cursor (on an empty line they start from your last action), ctrl+r puts your last action there. An illegal "
        "answer says why and costs nothing. Every step is on disk at once."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        command(
            "play.repeat",
            AGAIN,
            "repeat",
            "Repeat answer",
            "Put your last answer on the line; Enter submits it",
            footer="Repeat answer",
        ),
        # Priority over the answer line, which would take these keys for itself.
        command(
            "play.back",
            "pageup",
            "look(-1)",
            "Look back",
            "Look at the previous step",
            footer="Look back",
            shown="PgUp/Dn",
            priority=True,
        ),
        command("play.on", "pagedown", "look(1)", "Look on", "Look at the next step", priority=True),
        *TEXT_KEYS,
        command("play.jump", "ctrl+g", "jump", "Jump to a step", "Jump to a step by its number"),
        command("play.fold", "f4", "fold", "Prompts", PROMPTS, footer="Prompts"),
        *ANSWERING_NOTE_KEYS,
        PARENT_KEY,
        LARGE_KEY,
        command("play.help", "f1", "help", "Help", "This help", footer="Help"),
        command("play.leave", "escape", "leave", "Leave", "Leave; what happened so far is on disk", footer="Leave"),
        *PANEL_KEYS,
    ]

    def __init__(self, session: Session) -> None:
        self.prompt_only = session.header.presentation == "prompt-only"
        super().__init__(session)
        self._over = False

    @property
    def panel_names(self) -> Sequence[str]:
        """The panels' names; without visible rewards, that panel is called "step"."""
        gauges, rewards, text = super().panel_names
        return gauges, rewards if self.state.environment.shown_dimensions else "step", text

    def taken(self, step: int) -> str:
        """Say what an answer did, without rewards that an agent is not shown."""
        return step_sentence(self.state, step, self.live.trial.shown_dimensions)

    @property
    def reveals(self) -> bool:
        """True once the trial is over."""
        return self.state.status == "ended" and not self.prompt_only and not self.staging.secret

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the text is read, keys for looking back scroll it; Home and End only while no answer is edited."""
        if action in ("look", "text_page", "text_end", "text_end_unless_editing"):
            line = self.bar.answer if self.is_mounted and self.bar.display else None
            free = line is None or not line.value or line.refused
            read = self.prompt_only or (self.is_mounted and not self.transcript.folded)
            return read == (action != "look") and (free or action != "text_end_unless_editing")
        if action == "repeat":
            return not self.live.trial.ended
        return super().check_action(action, parameters)

    def action_fold(self) -> None:
        """Show or hide the prompts; while they are shown, PgUp and PgDn scroll them."""
        super().action_fold()
        if not self.transcript.folded:
            self._show_tab(TABS.index("raw output"))
        self.refresh_bindings()

    def action_text_page(self, by: int) -> None:
        """Scroll the text by a page."""
        self.action_page(by)

    def action_text_end(self, by: int) -> None:
        """Go to the beginning of the text, or to its end."""
        if by < 0:
            self.transcript.scroll_home(animate=False)
        else:
            self.transcript.scroll_end(animate=False)

    action_text_end_unless_editing = action_text_end

    def status_line(self) -> Line:
        """Say whose turn it is; in prompt-only play, show nothing that a model does not see."""
        if self.prompt_only and self.state.status != "ended":
            return [("your turn", "good")]
        return super().status_line()

    def paint(self) -> None:
        """Update all panels, without rewards that an agent is not shown; compare at the end."""
        if self.is_mounted and not self.left and not self._over:
            self.show_rewards(self.live.trial.shown_dimensions)
        super().paint()
        if self.state.status == "ended" and not self._over and not self.left:
            self._over = True
            self.call_later(self._finished)

    def _finished(self) -> None:
        if self.reveals:
            self.show_rewards(self.state.environment.dimensions)
        found = compare(self.state)
        if found is not None and self.is_current:
            summary = SummaryScreen(
                self.state,
                found,
                again=not self.staging.lesson,
                others=self._others(),
                conclusion=self.insight.conclusion(self.known, running=False),
                told=not self.staging.secret,
            )
            self.app.push_screen(summary, self._after_summary)

    def _others(self) -> Path | None:
        """Return the directory of others' records; None in a lesson, which is played in company anyway."""
        return None if self.staging.lesson or self.session.path is None else self.session.path.parent

    def _after_summary(self, choice: Choice | None) -> None:
        if choice == "again":
            self.dismiss(True)
        else:
            super()._after_summary(choice)
