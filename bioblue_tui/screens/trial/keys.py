"""The keys of the trial screen; keys that do the same thing in two directions share a line of the help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from bioblue_tui.screens.actions import command

STEP = "A step back, a step on"
TEN = "Ten steps back, ten steps on"
ENDS = "To the start; to the last step, and follow it"
ONSETS = "To the next step where a failure begins, to the previous one"
PAGES = "Scroll the raw output, or the rewards where that panel is shown"
REWARDS = "Scroll the rewards"


def play_keys(name: str, idle: str, explanation: str) -> list[BindingType]:
    """Return the bindings of space, one for each footer word. They are one command, so their key changes together.

    Args:
        name: The command's id.
        idle: The footer's word while the trial is paused.
        explanation: What it does, in a sentence.
    """
    return [
        command(name, "space", action, f"Pause or {idle.lower()}", explanation, footer=word, together=explanation)
        for action, word in (("pause", "Pause"), ("unpause", idle))
    ]


LARGE_KEY = command(
    "trial.large", "L", "large", "Large type", "Large type for an audience, or all panels", priority=True
)
"""Works in the answer line, too, while it is empty."""

PARENT_KEY = command(
    "trial.parent",
    "c",
    "parent",
    "Compare with parent",
    "Pause, and compare this fork with the trial it was forked from",
)

LOOK_KEYS: list[BindingType] = [
    command("trial.back", "left", "look(-1)", "Look back", STEP, footer="Look back", shown="← →", together=STEP),
    command("trial.on", "right", "look(1)", "Look on", STEP, together=STEP),
    command("trial.back10", "shift+left", "look(-10)", "Ten steps back", TEN, together=TEN),
    command("trial.on10", "shift+right", "look(10)", "Ten steps on", TEN, together=TEN),
    command("trial.start", "home", "seek(0)", "To the start", ENDS, together=ENDS),
    command("trial.end", "end", "end", "To the newest step", ENDS, together=ENDS),
    command("trial.jump", "j", "jump", "Jump to a step", "Jump to a step by its number"),
    command("trial.onset", "g", "onset(1)", "Next onset", ONSETS, together=ONSETS),
    command("trial.onset_back", "G", "onset(-1)", "Previous onset", ONSETS, together=ONSETS),
    command(
        "trial.ghost",
        "v",
        "ghost",
        "Change the reference line",
        "Draw the other reference on the same noise, or none, and compare rewards with it",
    ),
    command("trial.page_up", "pageup", "page(-1)", "Page up", PAGES, shown="PgUp/Dn", together=PAGES),
    command("trial.page_down", "pagedown", "page(1)", "Page down", PAGES, together=PAGES),
    PARENT_KEY,
    command("trial.fork", "f", "fork", "Fork from this step", "Begin a new trial from the step looked at"),
    command("trial.fold", "p", "fold", "Prompts", "Show or hide the prompts in the raw output"),
    LARGE_KEY,
]
"""Keys to look at any step, where nobody types an answer."""

TEXT_ENDS = "To the first line of the text, to the last; Home and End alone, too, while no answer is being edited"

TEXT_KEYS: list[BindingType] = [
    command(
        "play.page_up",
        "pageup",
        "text_page(-1)",
        "Scroll up",
        "Scroll the text",
        footer="Scroll",
        shown="PgUp/Dn",
        together="Scroll the text",
        priority=True,
    ),
    command(
        "play.page_down",
        "pagedown",
        "text_page(1)",
        "Scroll down",
        "Scroll the text",
        together="Scroll the text",
        priority=True,
    ),
    command(
        "play.top",
        "ctrl+home",
        "text_end(-1)",
        "To the first line",
        TEXT_ENDS,
        shown="^Home/^End",
        together=TEXT_ENDS,
        priority=True,
    ),
    command("play.bottom", "ctrl+end", "text_end(1)", "To the last line", TEXT_ENDS, together=TEXT_ENDS, priority=True),
    Binding("home", "text_end_unless_editing(-1)", "", show=False, priority=True),
    Binding("end", "text_end_unless_editing(1)", "", show=False, priority=True),
]
"""Keys of prompt-only play, where the text is all there is: they scroll it while the answer line has the focus. They
have priority over the answer line, which would take some of these keys for itself."""

LEAVE_KEYS: list[BindingType] = [
    # Works in the answer line of a trial that was taken over, too, while it is empty.
    command("trial.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?", priority=True),
    command("trial.leave", "escape", "leave", "Leave", "Leave; what happened so far is on disk", footer="Leave"),
]
"""The last keys of the footer, except where ? could be typed into an answer."""

PANEL_KEYS: list[BindingType] = [
    command("trial.panel", "tab", "panel(1)", "Next panel", "Next panel, on small terminals", priority=True),
    Binding("shift+tab", "panel(-1)", "", show=False, priority=True),
    command("trial.rewards_up", "shift+up", "rewards(-1)", "Rewards up", REWARDS, together=REWARDS, priority=True),
    command("trial.rewards_down", "shift+down", "rewards(1)", "Rewards down", REWARDS, together=REWARDS, priority=True),
]
"""Keys for terminals where the panels share the space, or have too little of it."""
