"""A panel that scrolls, and says how much is below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from bioblue_tui.formatting.numbers import counted


class ScrollPanel(VerticalScroll):
    """A panel that says how many more lines are below, since text that is cut off may look complete."""

    DEFAULT_CSS = """
    ScrollPanel { scrollbar-size-vertical: 1; }
    """

    keys = ""
    """The keys that show these lines, where nothing else on the screen names them."""

    @property
    def rest(self) -> int:
        """How many lines are below the visible ones."""
        return max(0, self.virtual_size.height - self.scrollable_content_region.height - round(self.scroll_y))

    def on_mount(self) -> None:
        """Count again whenever the screen was laid out: nothing else reports that the content's length has changed."""
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self._tell_rest(), immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Count again."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_rest()

    def scroll_page(self, by: int) -> None:
        """Scroll by a page, without animation, so that the next key continues from there."""
        if by < 0:
            self.scroll_page_up(animate=False)
        else:
            self.scroll_page_down(animate=False)

    otherwise = ""
    """The border's text at the bottom where nothing more is below."""

    def _tell_rest(self) -> None:
        how = f": {self.keys}" if self.keys else ""
        self.border_subtitle = f"↓ {counted(self.rest, 'more line')}{how}" if self.rest else self.otherwise


# At run time this is no widget: Textual takes a class's styles and keys from its first base that is one.
if TYPE_CHECKING:
    _Base = Widget
else:
    _Base = object


class ScrollsPanel(_Base):
    """For screens whose one panel may be longer than its room: must come before the screen's own base."""

    SCROLL_KEYS: ClassVar[list[BindingType]] = [
        ("up", "scroll(-1)", "Up"),
        ("down", "scroll(1)", "Down"),
        ("pageup", "page(-1)", "Page up"),
        ("pagedown", "page(1)", "Page down"),
    ]
    """Bindings for such a screen."""

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one(ScrollPanel).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by a page."""
        self.query_one(ScrollPanel).scroll_page(by)
