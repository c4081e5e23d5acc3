"""The line of keys: whole words at every width, and the key for all keys among them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets._footer import FooterKey

from bioblue_tui.widgets.footer import KeysFooter
from tests.support.pilots import until

NAMES = ("Pause", "Step", "Fork", "Note", "Compare")


class Few(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(name[0].lower(), f"do('{name}')", name) for name in NAMES),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("escape", "leave", "Leave", key_display="esc"),
    ]

    def compose(self) -> ComposeResult:
        yield KeysFooter()


def keys(app: App[None]) -> list[str]:
    return [f"{key.key_display} {key.description}" for key in app.query(FooterKey)]


async def test_only_whole_words_are_shown_and_help_always() -> None:
    app = Few()
    async with app.run_test(size=(100, 5)) as pilot:
        await until(pilot, lambda: len(keys(app)) == 7)
        whole = len(" ".join(keys(app)))
        for width in (60, 54, 53, 40, 30, 13, 100):
            await pilot.resize_terminal(width, 5)
            await until(pilot, lambda width=width: app.size.width == width and app.query_one(KeysFooter)._room == width)  # type: ignore[misc]
            await until(pilot, lambda: keys(app) and all(key.region.width for key in app.query(FooterKey)))
            shown = keys(app)
            assert "? Help" in shown
            assert all(key.region.right <= width for key in app.query(FooterKey)), shown
            assert (len(shown) == 7) == (width >= whole)
