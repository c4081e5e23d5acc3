"""Giving a lesson: a page at a time, and each part in its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.format import Activity, Discussion, Lesson, Prediction, Reveal, Text, WhatIf
from bioblue_tui.lessons.outcome import outcome_of
from bioblue_tui.lessons.performing import Performance
from bioblue_tui.lessons.sitting import Place, Sitting
from bioblue_tui.lessons.staging import Staging
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.lesson.cards import ActivityCard, Card, DiscussionCard, PredictionCard, RevealCard, figures
from bioblue_tui.screens.lesson.dialogs import NumberedDialog
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.widgets.footer import KeysFooter
from bioblue_tui.widgets.gate import Gate, Gated, Painted
from bioblue_tui.widgets.page import page


class LessonScreen(Gated, Screen[None]):
    """A lesson as it is given.

    Args:
        lesson: The lesson.
        large: Whether to begin in large type.
    """

    CSS_PATH = "lesson.tcss"
    AUTO_FOCUS = ""
    ABOUT = (
        "A lesson, a page at a time. Enter continues: it starts a trial, takes what the class guesses, shows what is "
        "hidden, and turns the page. Guesses are separated by blanks; 40*3 means three guesses of 40. What "
        "the class plays is recorded like any trial."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        command("lesson.on", "enter", "go_on", "Continue", "Continue: start, show, turn the page", footer="Continue"),
        command(
            "lesson.before",
            "left,backspace",
            "turn(-1)",
            "Previous page",
            "The previous page",
            footer="Page",
            shown="← →",
        ),
        command("lesson.next", "right", "turn(1)", "Next page", "The next page"),
        command("lesson.skip", "s", "skip", "Skip", "Skip this trial or question", footer="Skip"),
        command(
            "lesson.what_if", "w", "what_if", "What if", "Play it by another rule: w and its digit", footer="What if"
        ),
        Binding("w", "no_what_if", show=False),
        command("lesson.again", "o", "again", "Show it again", "Show the last trial again, or play what was skipped"),
        command("lesson.contents", "h", "contents", "Contents", "All pages of the lesson", footer="Contents"),
        command("lesson.large", "L", "large", "Large type", "Large type for an audience, or the whole page"),
        Binding("up", "scroll(-1)", "", show=False),
        Binding("down", "scroll(1)", "", show=False),
        Binding("pageup", "scroll(-10)", "", show=False),
        Binding("pagedown", "scroll(10)", "", show=False),
        command("lesson.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?"),
        command("lesson.leave", "escape", "leave", "Leave", "Leave the lesson", footer="Leave"),
    ]

    also = ("s",)

    where = query_one("#where", Static)
    sheet = query_one("#sheet", VerticalScroll)
    hint = query_one("#hint", Static)

    class TrialAsked(Message):
        """A trial is to be shown above the lesson."""

        def __init__(self, performance: Performance, done: Callable[[TrialScreen], Awaitable[None]]) -> None:
            super().__init__()
            self.performance = performance
            self.done = done
            """Must be called once the trial's screen is left."""

    def __init__(self, lesson: Lesson, *, large: bool = False) -> None:
        super().__init__()
        self.sitting = Sitting(lesson)
        self.gate = Gate()
        """For keys that continue to something else: the class must have seen what they leave."""
        self._mounted = 0
        """How many blocks of the page are shown."""
        self.set_class(large, "-large")

    def compose(self) -> ComposeResult:
        """Lay out the page, with the lesson's title above and what Enter does now below."""
        with Horizontal(id="head"):
            yield Static(one_line(self.sitting.lesson.title, 60), id="lesson", markup=False)
            yield Painted(self.gate, "", id="where", markup=False)
        with VerticalScroll(id="sheet", can_focus=False):
            yield from ()
        yield Static("", id="hint", markup=False)
        yield KeysFooter()

    async def on_mount(self) -> None:
        """Show the first page; figures of the others are reckoned until their turn comes."""
        self.run_worker(self.sitting.lesson.reckon, thread=True)
        # What Enter does next depends on whether all of the page has been in view.
        for attribute in ("scroll_y", "virtual_size"):
            self.watch(self.sheet, attribute, self._tell, init=False)
        await self._open_page()

    def on_screen_resume(self) -> None:
        """Take keys again once the lesson is back in front."""
        self.gate.close()
        if self._mounted:
            self._ask()

    # What counts

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key continues to something else; pages may be turned as fast as one likes."""
        return isinstance(event, events.Key) and event.key in ("enter", *self.also)

    def _ask(self) -> None:
        """Take keys from the moment all changes are on the screen."""
        self._tell()
        self.gate.ask()
        self.where.refresh()

    @on(Gated.Dropped)
    def _dropped(self) -> None:
        self._tell()

    # The page

    async def _open_page(self) -> None:
        self.gate.shut()
        self._mounted = 0
        await self.sheet.remove_children()
        await self.sheet.mount(
            Static(one_line(self.sitting.lesson.pages[self.sitting.page].title), id="title", markup=False)
        )
        self.set_focus(None)
        await self._show_more(turned=True)
        self.sheet.scroll_home(animate=False)

    async def _show_more(self, *, turned: bool = False) -> None:
        """Show the blocks whose turn has come, and update the others; a new page begins at its top."""
        sitting = self.sitting
        for card in self.query(Card):
            card.show()
        fresh = [await self._widget(index) for index in sitting.seen[self._mounted :]]
        self._mounted = len(sitting.seen)
        if fresh:
            await self.sheet.mount_all(fresh)
        self._put_behind()
        self._tell()
        self.refresh_bindings()
        if fresh and not turned:
            passed = [index for index in range(self._mounted) if sitting.passed((sitting.page, index))]
            told = passed and isinstance(sitting.blocks[passed[-1]], Reveal) and self.query(PredictionCard)
            # Guesses and what happened come first, then the text about them.
            self.call_after_refresh(self._reveal, told.first() if told else fresh[0])
        self._ask()

    def _reveal(self, widget: Widget) -> None:
        if widget.is_mounted and self.sheet.max_scroll_y:
            self.sheet.scroll_to_widget(widget, animate=False, top=True)
            self._ask()

    async def _widget(self, index: int) -> Widget:
        sitting, place = self.sitting, (self.sitting.page, index)
        match sitting.blocks[index]:
            case Text(text):
                # In a thread: figures are reckoned from trials that are played for them.
                await asyncio.to_thread(sitting.lesson.told, text)
                return page(text, "text", figures(sitting.lesson))
            case Activity() as activity:
                return ActivityCard(sitting, place, activity)
            case Prediction() as prediction:
                return PredictionCard(sitting, place, prediction, self.gate)
            case Discussion() as discussion:
                return DiscussionCard(sitting, place, discussion)
            case Reveal():
                return RevealCard(sitting, place)

    def _put_behind(self) -> None:
        """Mark the parts that large type has no room for: those before the last stop that was passed."""
        sitting = self.sitting
        passed = [index for index in sitting.seen if sitting.passed((sitting.page, index))]
        for index, widget in enumerate(self.sheet.children[1:]):
            widget.set_class(bool(passed) and index < passed[-1] and not isinstance(widget, PredictionCard), "-behind")

    @property
    def _behind(self) -> list[Widget]:
        """The parts of the page that large type leaves out now."""
        return list(self.query(".-behind")) if self.has_class("-large") else []

    @property
    def _more_below(self) -> bool:
        """Whether part of the page is below the visible area."""
        return self.sheet.scroll_offset.y < self.sheet.max_scroll_y

    def _tell(self) -> None:
        sitting, lesson = self.sitting, self.sitting.lesson
        self.where.update(f"page {sitting.page + 1}/{len(lesson.pages)} · {lesson.minutes} min")
        stop = sitting.stop
        match sitting.blocks[stop] if stop is not None else None:
            case Activity(record=None, agent="human"):
                text = "Enter: play   s: skip"
            case Activity():
                text = "Enter: watch   s: skip"
            case Prediction():
                text = "Type the guesses. Enter on an empty line continues."
            case Reveal():
                text = "Enter: show the rest"
            case _ if self._more_below:
                text = "Enter: read on"
            case _:
                text = "The end of the lesson. h: contents   esc: leave" if sitting.last else "Enter: next page"
        early = f"   ({counted(self.gate.dropped, 'key')} pressed too early: dropped)" if self.gate.dropped else ""
        self.hint.update(text + early + "   PgUp: the text before" * bool(self._behind))

    # Going on

    async def action_go_on(self) -> None:
        """Pass the block that holds up the page, or turn the page."""
        self.gate.close()
        sitting, stop = self.sitting, self.sitting.stop
        if stop is None:
            if self._more_below:
                self.action_scroll(10)
                self.call_after_refresh(self._ask)
            elif sitting.last:
                self.action_contents()
            else:
                await self._turn(1)
        elif isinstance(sitting.blocks[stop], Activity):
            self._perform((sitting.page, stop))
        else:
            await self._pass()

    async def action_skip(self) -> None:
        """Pass the block that holds up the page without playing or answering it."""
        self.gate.close()
        await self._pass()

    @on(PredictionCard.Passed)
    async def _pass(self) -> None:
        self.sitting.pass_on()
        self.set_focus(None)
        await self._show_more()

    def action_turn(self, by: int) -> None:
        """Turn the page, later: the line for guesses, which may ask for this, is removed with its page."""
        self.call_later(self._turn, by)

    async def _turn(self, by: int) -> None:
        if self.sitting.turn(self.sitting.page + by):
            await self._open_page()

    @on(PredictionCard.Answered)
    def _more_guesses(self) -> None:
        # The guesses take more room now; the line to type in stays in view.
        self._tell()
        self.call_after_refresh(self._to_end)

    def _to_end(self) -> None:
        if self._more_below:
            self.sheet.scroll_end(animate=False)
            self._ask()

    def action_contents(self) -> None:
        """List the pages and go to one."""
        pages = self.sitting.lesson.pages
        marks = ["✓" if self.sitting.done(number) else " " for number in range(len(pages))]
        names = [f"{mark} {one_line(page.title, 60)}" for mark, page in zip(marks, pages, strict=True)]

        async def go(page: int | None) -> None:
            if page is not None and self.sitting.turn(page):
                await self._open_page()

        self.app.push_screen(NumberedDialog(one_line(self.sitting.lesson.title, 60), names, self.sitting.page), go)

    # Trials

    def _perform(self, place: Place, rule: int | None = None, *, again: bool = False) -> None:
        sitting, activity = self.sitting, self.sitting.activity(place)
        played = sitting.played.get(place)
        what_if: WhatIf | None = activity.what_ifs[rule] if rule is not None else None
        suspense = sitting.suspense(place)
        staging = Staging(
            lesson=True,
            large=self.has_class("-large"),
            unnamed=activity.hide_agent and not (again and sitting.whole(place[0])),
            suspense=suspense,
            secret=sitting.secret(place),
            pause_on=activity.pause_on if rule is None else frozenset(),
        )
        if again:
            # A lesson's own record is never changed: it can't be resumed, and the class's notes go into a copy.
            resumed = staging if activity.record is None else None
            staging = replace(staging, pause_on=frozenset(), resumed=resumed)
        answers: Path | None = played.path if played and what_if and activity.agent == "human" else None
        performance = Performance(
            activity,
            f"lesson: {sitting.lesson.title[:200]}",
            staging,
            changed=what_if.parameters if what_if else {},
            answers=answers,
            again=played.path if again and played else None,
        )

        async def done(screen: TrialScreen) -> None:
            await self._played(place, rule, screen, again=again)

        self.post_message(self.TrialAsked(performance, done))
        # Later, when the trial is in front or could not be begun.
        self.call_later(self.app.call_later, self._ask)

    async def _played(self, place: Place, rule: int | None, screen: TrialScreen, *, again: bool) -> None:
        self.set_class(screen.large, "-large")
        state, sitting = screen.state, self.sitting
        if rule is not None:
            sitting.played[place].others[rule] = outcome_of(state)
        elif state.done and not (again and isinstance(screen, ReplayScreen)):
            sitting.record(place, outcome_of(state), screen.session.path)
        await self._show_more()

    def action_again(self) -> None:
        """Show the last trial again, from its record; or play this page's trial if it was skipped."""
        sitting = self.sitting
        if sitting.skipped is not None:
            self._perform(sitting.skipped)
        elif sitting.newest is not None:
            self._perform(sitting.newest, again=True)
        elif any(isinstance(sitting.blocks[index], Activity) for index in sitting.seen):
            self.notify("This page's trial was not played yet: Enter plays it.")
        else:
            self.notify("No trial was played yet. Go to the page of one (h): Enter plays it; o, where it was skipped.")

    def action_what_if(self) -> None:
        """Ask which alternative rule to try; the noise stays the same unless the rule changes it."""
        place = self.sitting.changeable
        if place is None:
            return

        def play(rule: int | None) -> None:
            if rule is not None:
                self._perform(place, rule)

        self.app.push_screen(NumberedDialog("What if …", self.sitting.rules(place)), play)

    def action_no_what_if(self) -> None:
        """Say why no other rule can be tried now."""
        rules = any(isinstance(block, Activity) and block.what_ifs for block in self.sitting.blocks)
        self.notify("Play this page's trial first." if rules else "This page has no other rule to try.")

    # Everything else

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now; while guesses are typed, arrows move within the line."""
        if not self.is_mounted:
            return True
        if action == "what_if":
            return self.sitting.changeable is not None
        if action == "skip":
            return True if self.sitting.stop is not None else None
        return True

    def action_scroll(self, by: int) -> None:
        """Move the page by some lines; at its top, bring back the parts that large type has left out above."""
        if by < 0 and self._behind and not self.sheet.scroll_offset.y:
            top = next(widget for widget in self.sheet.children[1:] if not widget.has_class("-behind"))
            for widget in self._behind:
                widget.remove_class("-behind")
            self._tell()
            self.call_after_refresh(self.sheet.scroll_to_widget, top, animate=False, top=True)
            self.call_after_refresh(self.action_scroll, by)
            return
        step = by if abs(by) == 1 else by // abs(by) * max(1, self.sheet.size.height - 2)
        self.sheet.scroll_relative(y=step, animate=False)

    def action_large(self) -> None:
        """Switch between large type and the whole page."""
        self.toggle_class("-large")
        self._tell()
        self.call_after_refresh(self.sheet.scroll_end, animate=False)

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self, self.ABOUT))  # type: ignore[arg-type]

    def action_leave(self) -> None:
        """Leave, after a question."""

        def leave(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        question = "Leave the lesson? Its trials are kept; what the class guessed is not."
        self.app.push_screen(ConfirmDialog(question, "Leave", "Stay"), leave)
