"""A live trial in which a person answers, from the start or from where they took over."""

from __future__ import annotations

from bioblue_envs import State
from textual import on, work
from textual.app import ComposeResult
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.formatting.text import one_line
from bioblue_tui.runs.session import Session
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.trial.live import LiveScreen
from bioblue_tui.trials.parse import prepare
from bioblue_tui.trials.state import StepView
from bioblue_tui.widgets.answer import AnswerBar
from bioblue_tui.widgets.gate import AttentiveApp, Early, Gate


class AnsweringScreen(LiveScreen):
    """The observation, a line to answer in, and, at once, what the answer did.

    Args:
        session: The trial.
    """

    bar = query_one(AnswerBar)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.gate = Gate()
        """Decides which keys count; keys typed while a dialog covers the question are counted as dropped."""
        self._told, self._rejections = session.state.done, session.state.rejections
        self._open: tuple[int, int] | None = None
        """Step and attempt that the answer line is for; None where no question is open."""
        self._early = Early()
        """Characters that were typed too early, before the answer that is being submitted."""

    @property
    def person(self) -> HumanAgent | None:
        """Who answers here now, or None while an agent does."""
        acting = self.live.trial.acting
        return acting if isinstance(acting, HumanAgent) else None

    def compose_below(self) -> ComposeResult:
        """Lay out the answer line."""
        yield AnswerBar(self.gate)

    def on_mount(self) -> None:
        """Put the cursor in the answer line; Textual calls the base class's handler by itself."""
        self.show_bar()

    @work(thread=True, group="reading")
    def _prepare(self) -> None:
        prepare()

    def show_bar(self) -> None:
        """Show the answer line while a person answers, and hide it otherwise."""
        self.bar.display = self._answering
        self.set_class(self._answering, "-answering")
        self._open = None
        self.bar.shut()
        self.bar.gate.close()
        if self._answering:
            self.bar.answer.focus()
            self.bar.tell(self.greeting())
            self._ask()
            self.call_after_refresh(self._prepare)
        elif self.focused is self.bar.answer:
            self.set_focus(None)

    @property
    def _answering(self) -> bool:
        return self.person is not None and self.state.status != "ended" and not self._broken

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """While a person answers, keep the focus on the answer line, whatever they click on."""
        if self.is_mounted and self._answering and self.bar.answer.focusable:
            widget = self.bar.answer
        super().set_focus(widget, scroll_visible, from_app_focus)

    def greeting(self) -> str:
        """Say what to do, above the empty line."""
        return "Your turn. Type your answer and press Enter."

    def _ask(self) -> None:
        state, environment = self.state, self.state.environment
        done = state.recorded(state.done)
        last = done.action if done else (0,) * len(environment.objectives)
        bounds = "your answer" if self.prompt_only else environment.bounds(State(state.levels, ()))
        labels = environment.objectives
        short = bounds.replace(", ".join(labels), f"{labels[0]}–{labels[-1]}") if len(labels) > 2 else bounds
        self.bar.ask((bounds, short, short.replace("0 or more", "≥ 0")), ", ".join(map(str, last)))

    def paint(self) -> None:
        """Update all panels, say what the last answer did, and take the next answer once that is on the screen."""
        if not self.is_mounted or self.left:
            super().paint()
            return
        if self.bar.display and not self._answering:
            # No question is open any more: otherwise the text about the last answer would stay, and keys would be taken
            # as answers.
            self.transcript.show_live(False)
            self.show_bar()
        elif self.person is not None:
            self._tell_news()
        super().paint()
        if self._answering and self.focused is None:
            # It had lost the focus while it was hidden, as on a terminal that was too small for a while.
            self.set_focus(self.bar.answer)
        asked = self._question()
        if asked != self._open and self._seen(asked):
            self._open = asked
            if asked:
                self.bar.open(self._strays())
            else:
                self.bar.shut()

    def _seen(self, asked: tuple[int, int] | None) -> bool:
        """Return whether a question is or was in view; if not, say how to bring it into view.

        A trial's first question is below the instruction, which is read first; beginning to type shows the question.
        """
        seen = asked in (None, (1, 1)) or not self.prompt_only or self.transcript.end_in_view
        if not seen:
            self.bar.shut("The question is further below: PgDn or End shows it.")
        return seen

    def _strays(self) -> int:
        """Return how many characters were typed before the answer line could take them."""
        app = self.app
        if not isinstance(app, AttentiveApp):
            return 0
        strays, app.strays = app.strays, 0
        return strays

    def _question(self) -> tuple[int, int] | None:
        if self.person is None or not self.person.asked:
            return None
        return self._tried.number, len(self._tried.attempts)

    @property
    def _tried(self) -> StepView:
        """The step that was asked for last; a later one may exist already, for changes made to it meanwhile."""
        return next(step for step in reversed(self.state.steps) if step.attempts)

    def _tell_news(self) -> None:
        state, trial = self.state, self.live.trial
        if self._question() is None and not trial.paused and not trial.ended:
            # Told together with the next question, so that the person sees both at once.
            return
        if state.rejections > self._rejections:
            self._rejections = state.rejections
            attempts = [attempt for attempt in self._tried.attempts if attempt.rejection]
            if attempts:
                if self.prompt_only:
                    self.transcript.follow()
                why = self.why_refused(attempts[-1].text or "", attempts[-1].rejection)
                self.bar.reject(f"{why} No step was used.")
        if state.done > self._told:
            self._told = state.done
            forms = ("Taken.",) if self.prompt_only else (self.taken(state.done), self._levels_after(state.done))
            self.bar.tell(*(form if self.prompt_only else f"Step {state.done}: {form}" for form in forms))
            self.bar.clear()
            self._cursor = None
            self.transcript.follow()
            self._ask()

    def why_refused(self, text: str, reason: str) -> str:
        """Return why an answer was rejected; for one without a digit, also what an answer looks like."""
        if any(map(str.isdecimal, text)):
            return f"Not taken: {one_line(reason)}."
        count = len(self.state.environment.objectives)
        wanted = "one whole number" if count == 1 else f"{count} whole numbers"
        return f"Not a number. Type {wanted}, such as {', '.join(map(str, range(3, 3 + count)))}."

    def taken(self, step: int) -> str:
        """Return what the answer of a step did."""
        return step_sentence(self.state, step)

    def _levels_after(self, step: int) -> str:
        """Return in a few words what an answer did; the panels have the rest."""
        done = self.state.stepped(step)
        parts = zip(self.state.environment.objectives, done.action, done.before, done.after, strict=True)
        said = (f"{label}: {amount(did)}, {amount(was)} → {amount(now)}" for label, did, was, now in parts)
        return f"{'; '.join(said)}."

    @on(AnswerBar.Submitted)
    def _submitted(self, message: AnswerBar.Submitted) -> None:
        self._early = message.early
        if message.early.torn:
            self.bar.clear()
            self._not_yet("Not submitted: its beginning was typed before this question was shown. Type it again.")
        else:
            self._offer(message.text)

    def _not_yet(self, why: str) -> None:
        """Say why an answer was not submitted, and ask again once that is on the screen."""
        self.bar.shut()
        self._open = None
        self.bar.tell(why)
        self.bar.count_dropped(self._early.dropped)

    @on(Input.Changed, "#answer")
    def _typing(self, event: Input.Changed) -> None:
        """While an answer is typed, show panels and question of the step it is for."""
        if event.value and not self.following:
            self.to_present()
        if event.value and self.prompt_only and self.state.done == 0:
            self.transcript.follow()

    def _offer(self, text: str) -> None:
        """Submit an answer; but from an earlier step, go first to the step that the answer is for."""
        if self.to_present():
            self._submit(text)
        else:
            self._not_yet(
                f"Back at step {self.state.done + 1}, the present one. Enter again submits {one_line(text, 20)}."
            )

    def _submit(self, text: str, seconds: float | None = None) -> None:
        person = self.person
        if person and not person.submit(text, self._early.dropped, seconds) and not self.live.trial.ended:
            self._not_yet("Saving the previous step…")

    def action_leave(self) -> None:
        """Leave; ask first where that ends a trial in which a person acts."""
        if self.person is None or self.live.trial.ended or not self.state.done or self.attached:
            super().action_leave()
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.dismiss(False)

        done, steps = self.state.done, self.state.header.steps
        kept = "The steps so far are kept. To resume it later: r in its replay, or bioblue resume."
        self.app.push_screen(ConfirmDialog(f"Leave after step {done} of {steps}? {kept}", "Leave", "Stay"), leave)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Once something is typed in the answer line, L is an ordinary letter."""
        if action == "large" and self.is_mounted and self.bar.answer.value and not self.live.trial.ended:
            return False
        return super().check_action(action, parameters)

    @property
    def last_answer(self) -> str:
        """The last action as it would be typed; empty where no question is open, or nothing was done yet."""
        done = self.state.recorded(self.state.done) if self.bar.gate.is_open else None
        return ", ".join(map(str, done.action)) if done else ""

    def action_repeat(self) -> None:
        """Put the last action on the line, replacing its text; Enter submits it."""
        if self.last_answer:
            self.bar.answer.replace(self.last_answer, 0, len(self.bar.answer.value))
