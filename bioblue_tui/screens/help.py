"""Help, made from the active bindings, so that it always agrees with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Label

from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.wrap import wrap

_KEYS = 18


class HelpScreen(ModalScreen[None]):
    """All keys of a screen, with what they do, and a legend of its signs.

    Args:
        of: The screen to explain.
        about: What the screen is for, in a sentence or two.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape,question_mark,q,f1", "dismiss(None)", "Close")]

    def __init__(self, of: Screen[object], about: str) -> None:
        super().__init__()
        self._about = about
        self._rows = _rows(of)

    def compose(self) -> ComposeResult:
        """Lay out the text and the table of keys."""
        with Vertical(classes="dialog"), VerticalScroll():
            yield Label(self._about, markup=False)
            yield KeyTable(self._rows)
            yield Label("Esc closes this.", classes="hint")


class KeyTable(Lines):
    """Keys and what they do."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._rows = rows

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw a row for each binding, long explanations wrapped."""
        lines: list[Line] = []
        for keys, text in self._rows:
            for index, part in enumerate(wrap(text, max(10, width - _KEYS))):
                lines.append([(f"{keys if index == 0 else '':<{_KEYS}}", "key"), (part, "text")])
        return lines


def _rows(of: Screen[object]) -> list[tuple[str, str]]:
    grouped: dict[str, tuple[list[str], str]] = {}
    for active in of.active_bindings.values():
        if _explained(active):
            binding = active.binding
            text = binding.tooltip or binding.description
            grouped.setdefault(text, ([], text))[0].append(_key(of, active))
    return [("  ".join(dict.fromkeys(keys)), text) for keys, text in grouped.values()]


def _key(of: Screen[object], active: ActiveBinding) -> str:
    # In the footer one key display may stand for several keys; here each key has its own.
    binding = active.binding
    return of.app.get_key_display(replace(binding, key_display=None))


def _explained(active: ActiveBinding) -> bool:
    # Our bindings have ids; the keys of Textual's own widgets need no explanation.
    return bool(active.binding.id and active.binding.description)
