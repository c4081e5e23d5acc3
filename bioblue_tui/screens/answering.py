"""A live trial in which a person answers: all of it, or from where they took over."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.getters import query_one
from textual.widgets import Input

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.screens.live import LiveScreen
from bioblue_tui.session import Session
from bioblue_tui.text import one_line
from bioblue_tui.widgets.answer import AnswerBar
from envs import State


class AnsweringScreen(LiveScreen):
    """The observation, a line to answer in, and at once what the answer did.

    Args:
        session: The trial.
    """

    bar = query_one(AnswerBar)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._told, self._rejections = session.state.done, session.state.rejections

    @property
    def person(self) -> HumanAgent | None:
        """Who answers here now, or None while an agent does."""
        acting = self.live.trial.acting
        return acting if isinstance(acting, HumanAgent) else None

    def compose_below(self) -> ComposeResult:
        """Lay out the answer line."""
        yield AnswerBar()

    def on_mount(self) -> None:
        """Begin with the cursor in the answer line; Textual calls the base class's handler by itself."""
        self.show_bar()

    def show_bar(self) -> None:
        """Show the answer line while a person answers, and hide it otherwise."""
        answering = self.person is not None and self.state.status != "ended"
        self.bar.display = answering
        if answering:
            self.bar.answer.focus()
            self.bar.tell("Type your answer and press Enter." if self.prompt_only else self._legal())
            self._ask()
        elif self.focused is self.bar.answer:
            self.set_focus(None)

    def _legal(self) -> str:
        state, environment = self.state, self.state.environment
        return f"Your turn: {environment.bounds(State(state.levels, ()))}."

    def _ask(self) -> None:
        done = self.state.recorded(self.state.done)
        last = done.action if done else (0,) * len(self.state.environment.objectives)
        text = ", ".join(map(str, last))
        self.bar.ask("your answer" if self.prompt_only else self._legal().removeprefix("Your turn: ").rstrip("."), text)

    def paint(self) -> None:
        """Bring all panels up to date, and say what the last answer did."""
        if self.is_mounted and not self.left and self.person is not None:
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
            self.bar.tell("Taken." if self.prompt_only else f"Step {state.done}: {self.taken(state.done)}")
            self.bar.clear()
            self._cursor = None
            self._ask()

    def taken(self, step: int) -> str:
        """Say what the answer of a step did."""
        return step_sentence(self.state.environment, self.state.stepped(step))

    @on(AnswerBar.Submitted)
    def _submitted(self, message: AnswerBar.Submitted) -> None:
        self._offer(message.text)

    @on(Input.Changed, "#answer")
    def _typing(self, event: Input.Changed) -> None:
        """An answer is typed below the panels of the step it is for."""
        if event.value and not self.following:
            self.to_present()

    def _offer(self, text: str) -> None:
        """Hand in an answer, unless an earlier step is looked at: then show first which one it would be for."""
        if self.to_present():
            self._submit(text)
        else:
            self.bar.tell(f"Back at step {self.state.done + 1}, which is asked for. Once more to answer it.")

    def _submit(self, text: str) -> None:
        if self.person and not self.person.submit(text) and not self.live.trial.ended:
            self.bar.tell("One moment: the step before is still being written.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the answer line L is a letter like any other, once something is typed."""
        if action == "large" and self.is_mounted and self.bar.answer.value and not self.live.trial.ended:
            return False
        return super().check_action(action, parameters)

    def action_repeat(self) -> None:
        """Hand in the last action again."""
        done = self.state.recorded(self.state.done)
        if done:
            self._offer(", ".join(map(str, done.action)))
