"""Playing: a person is the agent. The answer goes the same way as a model's."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.summary import Choice, SummaryScreen
from bioblue_tui.screens.trial import PANEL_KEYS
from bioblue_tui.screens.watch import LiveScreen
from bioblue_tui.session import Session
from bioblue_tui.text import one_line
from bioblue_tui.widgets.answer import AnswerBar
from bioblue_tui.widgets.lines import Line
from envs import State


class PlayScreen(LiveScreen):
    """A person plays: the observation, a line to answer in, and at once what the answer did.

    Args:
        session: The trial.
    """

    ABOUT = (
        "You are the agent. Type your answer as a model would and press Enter; ↑ and ↓ change the number under the "
        "cursor (on an empty line they start from your last action), ctrl+r gives your last action again. An illegal "
        "answer says why and costs nothing. Every step is on disk at once."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        command(
            "play.repeat", "ctrl+r", "repeat", "Repeat", "Give the last action again", footer="Repeat", priority=True
        ),
        # Priority over the answer line, which would take these keys for itself.
        command(
            "play.back",
            "pageup",
            "look(-1)",
            "Look back",
            "Look at the step before",
            footer="Look back",
            shown="PgUp/Dn",
            priority=True,
        ),
        command("play.on", "pagedown", "look(1)", "Look on", "Look at the next step", priority=True),
        command("play.jump", "ctrl+g", "jump", "Jump to a step", "Jump to a step by its number"),
        command("play.fold", "f4", "fold", "Prompts", "Unfold or fold the prompts in the raw output", footer="Prompts"),
        command("play.help", "f1", "help", "Help", "This help", footer="Help"),
        command("play.leave", "escape", "leave", "Leave", "Leave; what happened so far is on disk", footer="Leave"),
        *PANEL_KEYS,
    ]

    bar = query_one(AnswerBar)

    def __init__(self, session: Session) -> None:
        self.prompt_only = session.header.presentation == "prompt-only"
        super().__init__(session)
        self._told, self._rejections, self._over = 0, 0, False

    def compose_below(self) -> ComposeResult:
        """Lay out the answer line."""
        yield AnswerBar()

    def on_mount(self) -> None:
        """Begin with the cursor in the answer line; Textual calls the base class's handler by itself."""
        self.bar.answer.focus()
        self.bar.tell("Type your answer and press Enter." if self.prompt_only else self._legal())
        self._ask()

    def status_line(self) -> Line:
        """Say whose turn it is; in prompt-only play nothing that a model does not see."""
        if self.prompt_only and self.state.status != "ended":
            return [("your turn", "good")]
        if self.state.status == "ended" or not self.following:
            return super().status_line()
        return [("● your turn", "good"), (f"  step {self.state.done + 1}/{self.state.header.steps}", "strong")]

    def _legal(self) -> str:
        state, environment = self.state, self.state.environment
        return f"Your turn: {environment.bounds(State(state.levels, ()))}."

    def _ask(self) -> None:
        done = self.state.done
        last = self.state.stepped(done).action if done else (0,) * len(self.state.environment.objectives)
        text = ", ".join(map(str, last))
        self.bar.ask("your answer" if self.prompt_only else self._legal().removeprefix("Your turn: ").rstrip("."), text)

    def paint(self) -> None:
        """Bring all panels up to date, and say what the last answer did."""
        if self.is_mounted and not self.left:
            self._tell_news()
        super().paint()

    def _tell_news(self) -> None:
        state = self.state
        if state.rejections > self._rejections:
            self._rejections = state.rejections
            reason = state.steps[-1].attempts[-1].rejection or state.marks[-1].text
            self.bar.tell(f"Not taken: {one_line(reason)}. Nothing is lost; try again.", rejected=True)
        if state.done > self._told:
            self._told = state.done
            step = state.stepped(state.done)
            sentence = f"Step {step.step}: {step_sentence(state.environment, step)}"
            self.bar.tell("Taken." if self.prompt_only else sentence)
            self.bar.clear()
            self._cursor = None
            self._ask()
        if state.status == "ended" and not self._over:
            self._over = True
            self.call_later(self._finished)

    def _finished(self) -> None:
        self.bar.display = False
        found = compare(self.state)
        if found is not None and self.is_current:
            summary = SummaryScreen(self.state, found, again=True)
            self.app.push_screen(summary, self._after_summary)

    def _after_summary(self, choice: Choice | None) -> None:
        if choice == "again":
            self.dismiss(True)
        else:
            super()._after_summary(choice)

    @on(AnswerBar.Submitted)
    def _submitted(self, message: AnswerBar.Submitted) -> None:
        self._submit(message.text)

    def _submit(self, text: str) -> None:
        if self.live.human and not self.live.human.submit(text) and not self.live.trial.ended:
            self.bar.tell("One moment: the step before is still being written.")

    def action_repeat(self) -> None:
        """Hand in the last action again."""
        if self.state.done:
            self._submit(", ".join(map(str, self.state.stepped(self.state.done).action)))

    def action_leave(self) -> None:
        """Leave, after a question while the trial is not over."""
        if self.live.trial.ended or not self.state.done:
            self.dismiss(False)
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.dismiss(False)

        done, steps = self.state.done, self.state.header.steps
        question = f"Leave after step {done} of {steps}? The steps so far are kept; the trial ends here."
        self.app.push_screen(ConfirmDialog(question, "Leave", "Stay"), leave)
