"""The raw output: for every step the prompt, the agent's exact answer, and how it was read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bioblue_tui.trials.state import StepView, TrialState
from bioblue_tui.widgets.entries import EntryWriter
from bioblue_tui.widgets.lines import Line, Styled

_SMALLEST = 12
"""Cells below which nothing is drawn."""

_KEPT = 256
"""Steps whose lines are kept once drawn: several screens full."""


class Transcript(ScrollView, Styled, can_focus=True):
    """A long text drawn by line: the height of every entry is known; its lines are made when they come into view.

    It follows the end only while it is at the end; otherwise its border counts new entries.

    Args:
        state: The trial to show.
        prompt_only: Show exactly the text a model gets, unfolded, and apart from it only rejected answers.
    """

    BORDER_TITLE = "raw output"

    DEFAULT_CSS = """
    Transcript { overflow-y: scroll; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    virtual_size = Reactive(Size(0, 0))
    """Lines and columns of the whole text. Unlike in Textual, a change does not lay out the screen again: the panel's
    size does not depend on it, and it changes with every step."""

    def __init__(
        self,
        state: TrialState,
        *,
        prompt_only: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id, classes="panel")
        self._state = state
        self._writer = EntryWriter(state, prompt_only=prompt_only)
        self._starts: list[int] = []
        """First line of each step's entry, by step − 1."""
        self._length = 0
        """Lines in all."""
        self._drawn: dict[int, Sequence[Line]] = {}
        """Lines of steps that were in view; step 0 holds the text before the first step."""
        self._open: tuple[int, Sequence[Line]] = (0, ())
        """The unfinished last step, and its lines as they were measured, since it may grow before they are drawn."""
        self._settled = 0
        """How many entries at the front will not change any more."""
        self._limit = 0
        self._spans: Sequence[tuple[int, int]] = ()
        self._marked = 0
        self._looked: int | None = None
        """The step that was last looked at; None while the end was followed."""
        self._seen = 0
        self.following = not prompt_only or bool(state.steps)
        """Whether the end is kept in view. Text alone begins at its first line, unless the trial is resumed."""
        self._alone = prompt_only

    def show_steps(self, limit: int, marked: int, follow: bool) -> None:
        """Show the entries of steps up to ``limit``.

        Args:
            limit: The last step that may be shown.
            marked: The step looked at.
            follow: True at the live end: keep the end in view, unless the reader scrolled away from it.
        """
        at_end = bool(self._length) and self._stands_at_end(self.scroll_offset.y)
        before, self._looked = self._looked, None if follow else marked
        self._limit, self._marked = limit, marked
        self._rebuild()
        if follow and (at_end or self.following or before is not None):
            self.follow()
        elif not follow:
            if marked != before:
                self._reveal(marked)
            # Set here, too, since nothing is scrolled while all of the text fits.
            self.following = False
        self._announce()
        self.refresh()

    def _stands_at_end(self, top: float) -> bool:
        """Return whether the end is in view, give or take a line; text alone must be in view completely."""
        if not self._alone:
            return top >= self.max_scroll_y - 1
        return top >= self.max_scroll_y if self.max_scroll_y else self.following

    @property
    def end_in_view(self) -> bool:
        """True while the last line is in view."""
        return self._length > 0 and self.scroll_offset.y >= self.max_scroll_y

    @property
    def question_in_view(self) -> bool:
        """True while the last line of the latest question is in view, whatever was answered since."""
        if not self._starts:
            return False
        asked = self._state.steps[len(self._starts) - 1]
        last = self._starts[-1] + sum(1 for _ in self._writer.question(asked)) - 1
        top = self.scroll_offset.y
        return top <= last < top + self.scrollable_content_region.height

    def follow(self) -> None:
        """Keep the end in view from now on."""
        self.following = True
        self._seen = self._limit
        self.scroll_end(animate=False, immediate=True)

    @property
    def folded(self) -> bool:
        """Whether prompts are one line each."""
        return self._writer.folded

    def toggle_fold(self) -> None:
        """Fold prompts to one line, or unfold them."""
        self._writer.folded = not self._writer.folded
        self._settled = 0
        self._rebuild()
        if self.following:
            self.scroll_end(animate=False, immediate=True)
        else:
            self._reveal(self._marked)
        self.refresh()

    def watch_virtual_size(self, size: Size) -> None:
        """Update the scrollbar, and stay within the text when it became shorter."""
        self.vertical_scrollbar.window_virtual_size = size.height
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow again once the reader is back at the end."""
        super().watch_scroll_y(old_value, new_value)
        self.following = self._stands_at_end(new_value)
        if self.following:
            self._seen = self._limit
        self._announce()

    def on_resize(self) -> None:
        """Wrap again for the new width."""
        self._rebuild()
        if self.following:
            self.scroll_end(animate=False, immediate=True)
        elif self._marked:
            self._reveal(self._marked)

    def render_line(self, y: int) -> Strip:
        """Return one line (Textual's Line API)."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if index >= self._length:
            return Strip.blank(width, self.part_style())
        step = self._step_at(index)
        line = self._lines_of(step)[index - (self._starts[step - 1] if step else 0)]
        if any(first <= step <= last for first, last in self._spans):
            line = [(line[0][0], "bad+alert"), *line[1:]]
        return self.strip(line, width, "here" if self._marked and step == self._marked else "")

    def _announce(self) -> None:
        new = self._limit - self._seen
        below = self._alone and self.scroll_offset.y < self.max_scroll_y
        self.border_subtitle = f"+{new} new" if new > 0 and not self.following else "more below: PgDn" if below else ""

    def _reveal(self, step: int) -> None:
        if step == 0:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif 1 <= step <= len(self._starts):
            start = self._starts[step - 1]
            end = self._starts[step] if step < len(self._starts) else self._length
            height = max(1, self.scrollable_content_region.height)
            top = max(0, min(start - 1, end - height + 1)) if end - start < height else start
            self.scroll_to(y=top, animate=False, immediate=True)

    def _step_at(self, index: int) -> int:
        return bisect_right(self._starts, index)

    def _lines_of(self, step: int) -> Sequence[Line]:
        if step and step == self._open[0]:
            return self._open[1]
        if step not in self._drawn:
            if len(self._drawn) >= _KEPT:
                self._drawn.clear()
            writer = self._writer
            self._drawn[step] = list(writer.entry(self._state.steps[step - 1]) if step else writer.opening())
        return self._drawn[step]

    def show_live(self, live: bool = True) -> None:
        """Show the trial as live, or as no longer live."""
        self._writer.live = live

    def show_costs(self, cost: Callable[[int], str]) -> None:
        """Show from now on what each step's answers cost."""
        self._writer.cost = cost
        self._settled = 0
        self._rebuild()

    def show_alerts(self, alerts: Mapping[int, Sequence[str]], spans: Sequence[tuple[int, int]]) -> None:
        """Show the failures that were found, below the steps at which they were detected, and where they hold.

        Args:
            alerts: By step: the failures detected there, a sentence each.
            spans: First and last step of each failure.
        """
        before, self._writer.alerts, self._spans = self._writer.alerts, dict(alerts), tuple(spans)
        self._draw_anew(before, alerts)

    def show_notes(self, notes: Mapping[int, Sequence[str]]) -> None:
        """Show people's notes below their steps; notes on the trial as a whole, step 0, are above the first step."""
        before, self._writer.notes = self._writer.notes, dict(notes)
        self._draw_anew(before, notes)
        if not self.following and notes.get(self._marked) != before.get(self._marked):
            self._reveal(self._marked)

    def _draw_anew(self, before: Mapping[int, Sequence[str]], now: Mapping[int, Sequence[str]]) -> None:
        """Draw again the steps whose additional texts have changed."""
        changed = [step for step in {*now, *before} if now.get(step) != before.get(step)]
        if changed:
            self._settled = max(0, min(self._settled, min(changed) - 1))
            self._rebuild()
            if self.following:
                self.scroll_end(animate=False, immediate=True)
        self.refresh()

    def _measure(self, view: StepView) -> int:
        self._drawn.pop(view.number, None)
        if view.done:
            return self._writer.height(view)
        self._open = (view.number, list(self._writer.entry(view)))
        return len(self._open[1])

    def _rebuild(self) -> None:
        width = self.scrollable_content_region.width
        if width < _SMALLEST:
            # The old wrapping no longer fits; the text is wrapped again once there is room.
            self._settled, self._starts, self._length = 0, [], 0
            return
        if width != self._writer.width:
            self._writer.width, self._settled = width, 0
        self._settled = min(self._settled, self._limit)
        if not self._settled:
            self._drawn.clear()
            self._starts, self._length = [], len(self._lines_of(0))
        elif self._settled < len(self._starts):
            self._length = self._starts[self._settled]
        del self._starts[self._settled :]
        self._open = (0, ())
        steps = self._state.steps
        # The open question belongs to the live end only: a replay must not give it away.
        for view in steps[self._settled : self._limit + 1]:
            if view.done is None or view.number <= self._limit:
                self._starts.append(self._length)
                self._length += self._measure(view)
        self._settled = min(self._limit, len(steps))
        if self._settled and steps[self._settled - 1].done is None:
            self._settled -= 1
        # A shorter text ends higher up: being moved there does not mean that the reader went there.
        following = self.following
        self.virtual_size = Size(width, self._length)
        self.following = following
