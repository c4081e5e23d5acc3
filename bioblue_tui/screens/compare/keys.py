"""The keys of the screen that compares trials."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from bioblue_tui.analysis.comparison import MOST
from bioblue_tui.screens.actions import command


def _front_bindings() -> list[BindingType]:
    digits = [str(number) for number in range(1, MOST + 1)]
    return [
        command(
            f"compare.front{digit}",
            digit,
            f"front({digit})",
            "",
            f"Draw trial {digit} over the others, or not",
            footer="In front" if digit == "1" else "",
            shown="1 2 …",
            together="Draw that trial over the others; again: none. Lines that coincide are drawn as one",
        )
        for digit in digits
    ]


KEYS: list[BindingType] = [
    command("compare.back", "left", "look(-1)", "Look back", "Look at the previous step", footer="Look", shown="← →"),
    command("compare.on", "right,n", "look(1)", "Look on", "Look at the next step"),
    command("compare.back10", "shift+left", "look(-10)", "Ten steps back", "Look ten steps back"),
    command("compare.on10", "shift+right", "look(10)", "Ten steps on", "Look ten steps on"),
    command("compare.start", "home", "seek(0)", "To the start", "Look at the start"),
    command("compare.end", "end", "end", "To the last step", "Look at the last step"),
    command("compare.jump", "j", "jump", "Jump to a step", "Jump to a step by its number"),
    command(
        "compare.parting",
        "d",
        "parting",
        "First difference",
        "Look at the step where actions or states first differ; again: the next such step",
        footer="Difference",
    ),
    command(
        "compare.onset",
        "g",
        "onset(1)",
        "Next onset",
        "Look at the step where the next failure of any trial begins",
        footer="Onset",
    ),
    command("compare.onset_back", "G", "onset(-1)", "Previous onset", "Look at the previous onset"),
    *_front_bindings(),
    command(
        "compare.view",
        "x",
        "view",
        "Other numbers",
        "Totals; totals minus the first trial's; difference from the reference; rewards of the step",
        footer="Numbers",
    ),
    command("compare.ghost", "v", "ghost", "Reference line", "Draw the reference on the same noise behind, or not"),
    command("compare.turn", "right_square_bracket", "turn(1)", "Other columns", "Raw output of other trials"),
    command("compare.turn_back", "left_square_bracket", "turn(-1)", "", "Raw output of other trials, back"),
    command("compare.page_up", "pageup", "page(-1)", "Page up", "Scroll raw outputs, or numbers, back"),
    command("compare.page_down", "pagedown", "page(1)", "Page down", "Scroll raw outputs, or numbers, on"),
    command("compare.more_up", "shift+up", "more(-1)", "Up", "Scroll gauges and numbers back"),
    command("compare.more_down", "shift+down", "more(1)", "Down", "Scroll gauges and numbers on"),
    command("compare.fold", "p", "fold", "Prompts", "Show or hide the prompts in the raw output"),
    command("compare.open", "o", "open", "Open a trial", "Replay the trial in front, or the first, at this step"),
    command("compare.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?"),
    command("compare.leave", "escape", "leave", "Leave", "Leave the comparison", footer="Leave"),
    command("compare.panel", "tab", "panel(1)", "Next panel", "Next panel, on small terminals", priority=True),
    Binding("shift+tab", "panel(-1)", "", show=False, priority=True),
]
"""All keys, in the order of the footer."""
