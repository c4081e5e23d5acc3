"""The parts of a lesson's page: text, a trial, a prediction, questions, and the reveal that hides the rest."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_lowercase

import bioblue_envs
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.figures import FIGURE
from bioblue_tui.lessons.format import Activity, Discussion, Lesson, Prediction
from bioblue_tui.lessons.guesses import GuessError, hint
from bioblue_tui.lessons.outcome import Outcome
from bioblue_tui.lessons.sitting import Place, Sitting
from bioblue_tui.lessons.unnamed import NOBODY
from bioblue_tui.screens.lesson.guesses import GuessPlot
from bioblue_tui.screens.lesson.results import ResultTable
from bioblue_tui.widgets.answer import GatedInput
from bioblue_tui.widgets.gate import Gate
from bioblue_tui.widgets.page import Blanks, page

_FREE = "hwosL?"
"""Letters that are keys of the screen while the line is empty."""


def figures(lesson: Lesson) -> Blanks:
    """Return the figures in a lesson's texts."""
    return Blanks(FIGURE, lesson.figure)


class Card(Vertical):
    """A part of a page that changes while the lesson is given.

    Args:
        sitting: The lesson as it is given.
        place: Which part it is.
    """

    def __init__(self, sitting: Sitting, place: Place) -> None:
        super().__init__(classes="card")
        self.sitting, self.place = sitting, place

    def on_mount(self) -> None:
        """Show the present state."""
        self.show()

    def show(self) -> None:
        """Show the present state."""


class RevealCard(Card):
    """Says that there is more."""

    def compose(self) -> ComposeResult:
        """Lay out one line."""
        yield Static("· · ·", markup=False)

    def show(self) -> None:
        """Disappear once the rest is shown."""
        self.display = not self.sitting.passed(self.place)


class DiscussionCard(Card):
    """Questions to talk about.

    Args:
        sitting: The lesson as it is given.
        place: Which part it is.
        discussion: The questions.
    """

    def __init__(self, sitting: Sitting, place: Place, discussion: Discussion) -> None:
        super().__init__(sitting, place)
        self._questions = discussion.questions

    def compose(self) -> ComposeResult:
        """Lay out the questions, one below the other."""
        for number, question in enumerate(self._questions, 1):
            yield page(f"{number}\\. {question}", "question", figures(self.sitting.lesson))


class ActivityCard(Card):
    """A trial: its description, how to begin it, and its outcome.

    Args:
        sitting: The lesson as it is given.
        place: Which part it is.
        activity: The trial.
    """

    about = query_one("#about", Static)
    results = query_one(ResultTable)

    def __init__(self, sitting: Sitting, place: Place, activity: Activity) -> None:
        super().__init__(sitting, place)
        self._activity = activity

    def compose(self) -> ComposeResult:
        """Lay out the description above the outcome."""
        yield Static(headline(self._activity), classes="what", markup=False)
        yield Static("", id="about", markup=False)
        yield ResultTable()

    def show(self) -> None:
        """Show the outcome so far."""
        played = self.sitting.played.get(self.place)
        self.set_class(played is not None, "-played")
        skipped = self.sitting.skipped == self.place
        self.about.display = played is not None or skipped
        self.results.display = played is not None and not (played.outcome.partial and self._unrewarded)
        if played is None:
            self.about.update("Skipped. o: play it" if skipped else "")
            return
        rules = self.sitting.rules(self.place)
        outcome = played.outcome
        lines = ["o: show it again"]
        if outcome.partial and self._activity.record is None:
            how = "Played" if self._activity.agent == "human" else "Watched"
            lines = [
                f"{how} up to step {outcome.steps} of {outcome.planned}; what the lesson says is about all of it.",
                "o: show it again, and there r: resume it",
            ]
        lines[:0] = changed_by_people(outcome, recorded=self._activity.record is not None)
        lines += [f"w {n}: what if … {rule}" for n, rule in enumerate(rules, 1)]
        self.about.update("\n".join(lines))
        others = [(rules[number], other) for number, other in sorted(played.others.items())]
        told = not self.sitting.suspense(self.place) or (
            not self.sitting.secret(self.place) and self.sitting.whole(self.place[0])
        )
        self.results.show_outcomes([("as played", outcome), *others], onsets=told)

    @property
    def _unrewarded(self) -> bool:
        """Whether the class plays without being shown any reward."""
        activity = self._activity
        if activity.agent != HUMAN or activity.record is not None:
            return False
        return not bioblue_envs.make(activity.environment, **activity.parameters).shown_dimensions


def changed_by_people(outcome: Outcome, *, recorded: bool) -> list[str]:
    """Return sentences on how people changed a trial, without interventions that the lesson's own record has.

    Args:
        outcome: What came of it.
        recorded: Whether the record comes with the lesson.
    """
    told = [f"A person acted in the agent's place: {outcome.in_place}."] if outcome.in_place else []
    if recorded:
        return told
    if outcome.intervened:
        steps = ", ".join(map(str, outcome.intervened))
        told.append(f"Somebody intervened, at step {one_line(steps, 40)}.")
    return [*told, "What the lesson says is about the trial that nobody changed."] if told else []


def headline(activity: Activity) -> str:
    """Return what is played, and by whom, unless that is kept from the class."""
    if activity.record is not None:
        return "Watch a recorded trial"
    about = f"{bioblue_envs.make(activity.environment, **activity.parameters).title}, {counted(activity.steps, 'step')}"
    if activity.agent == "human":
        return f"Play: {about}"
    return f"Watch {f'a {NOBODY}' if activity.hide_agent else one_line(activity.agent, 40)}: {about}"


class GuessInput(GatedInput):
    """A line for guesses. While it is empty, the screen's keys go to the screen.

    Args:
        gate: Tells which keys were pressed after the present question was painted.
        prediction: What was asked.
    """

    empty_answers = True

    def __init__(self, gate: Gate, prediction: Prediction) -> None:
        super().__init__(gate, hint(prediction), id="guesses")
        self.max_length = 2000
        last = ascii_lowercase[len(prediction.choices) - 1] if prediction.kind == "choice" else "a"
        self.free = frozenset(letter for letter in _FREE if not "a" <= letter <= last)
        """Letters that can't begin a guess, and go to the screen."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is typed into this line."""
        if not self.value and character in self.free:
            return False
        return super().check_consume_key(key, character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While nothing is typed, arrows turn pages."""
        return bool(self.value) or action not in ("cursor_left", "cursor_right")

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key would change the line, or submit it."""
        return not self._leaves(event) and super().takes(event)

    def _leaves(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key goes to the screen."""
        return isinstance(event, events.Key) and not self.value and (event.character or "") in self.free

    def on_key(self, event: events.Key) -> None:
        """Leave the screen's keys to the screen."""
        if self._leaves(event):
            # The line ignores it; it goes to the screen.
            event.prevent_default()


class PredictionCard(Card):
    """A question, a line for the class's guesses, and the guesses.

    Args:
        sitting: The lesson as it is given.
        place: Which part it is.
        prediction: What is asked.
        gate: Lets through keys that were pressed after the question they answer was painted.
    """

    guesses = query_one(GuessInput)
    refused = query_one("#refused", Static)
    plot = query_one(GuessPlot)

    class Passed(Message):
        """There are no more guesses."""

    class Answered(Message):
        """Guesses were taken or refused; more are asked for."""

    def __init__(self, sitting: Sitting, place: Place, prediction: Prediction, gate: Gate) -> None:
        super().__init__(sitting, place)
        self._prediction, self._gate = prediction, gate

    def compose(self) -> ComposeResult:
        """Lay out the question above the line and the guesses."""
        lesson = self.sitting.lesson
        yield page(self._prediction.question, "asked", figures(lesson))
        yield GuessPlot(replace(self._prediction, choices=tuple(map(lesson.told, self._prediction.choices))))
        yield Static("", id="refused", markup=False)
        yield GuessInput(self._gate, self._prediction)

    def show(self) -> None:
        """Show the guesses and, once it may be told, what really happened."""
        open_ = not self.sitting.passed(self.place)
        self.guesses.display = open_
        self.refused.display = False
        if open_:
            self.guesses.focus()
        happened = self.sitting.happened(self.place) if self.sitting.revealed(self.place) else None
        about = self.sitting.about(self.place)
        steps = happened.steps if happened else self.sitting.activity(about).steps if about else 1
        guesses = self.sitting.guesses[self.place]
        until = happened.steps if happened and happened.partial else None
        self.plot.show_guesses(guesses, happened.onsets if happened else None, steps, until)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.guesses.early.torn:
            self.guesses.value = ""
            self._refuse("The beginning of the line was typed before the question was shown", "Type it again.")
            return
        if not event.value.strip():
            self.post_message(self.Passed())
            return
        try:
            self.sitting.guess(self.place, event.value)
        except GuessError as error:
            self._refuse(str(error), "Type the line again, or correct it from ← or → on.")
        else:
            self.guesses.value = ""
            self.show()
            self._ask_again()

    def _refuse(self, why: str, advice: str) -> None:
        self.refused.update(f"{why}. Nothing was added. {advice}")
        self.guesses.refuse()
        self.refused.display = True
        self._ask_again()

    def _ask_again(self) -> None:
        self._gate.ask()
        self.guesses.refresh()
        self.post_message(self.Answered())
