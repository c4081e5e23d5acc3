"""The home screen: what can be played, by whom, and what was played before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import bioblue_envs
from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Checkbox, Input, OptionList, Static
from textual.widgets.option_list import Option

from bioblue_tui.analysis.comparison import MOST
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.models.catalogue import YOU, choices
from bioblue_tui.models.provider import Choice
from bioblue_tui.records.collection import Entry, Recent, names_in, recent
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import RecordError
from bioblue_tui.records.stamps import Stamp, stamp_of
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.home.setup import SetupPanel
from bioblue_tui.screens.palette import Found
from bioblue_tui.screens.refreshing import Refreshing
from bioblue_tui.system.paths import data_dir, trials_dir
from bioblue_tui.trials.events import RUNNING
from bioblue_tui.widgets.footer import KeysFooter

FIRST_ENVIRONMENT = "multi-homeostasis"
"""Highlighted at the start: the environment that shows runaway optimisation best."""

SHOWCASE = ("accelerator", "collapse", "oscillator")
"""The agent proposed for an environment is the first of these that plays it: something worth seeing without a key."""

RECENT = 100
"""How many earlier trials are listed."""


class HomeScreen(Refreshing[None]):
    """Choose an environment, an agent and settings; or open an earlier trial.

    Args:
        data: The data directory; None for the platform's.
        models_refused: Why no model can be chosen here; empty where any can.
    """

    CSS_PATH = "home.tcss"
    AUTO_FOCUS = "#environments"
    ABOUT = (
        "Choose an environment (Enter), then who plays it (Enter starts the trial). Tab moves between the lists, the "
        "settings and the earlier trials. 'You' plays at the keyboard; the scripted agents need no key and no network; "
        "models need a key in the environment variable that is named, or a local server."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        command("home.next", "tab", "app.focus_next", "", "Next list or field", footer="Next field"),
        Binding("shift+tab", "app.focus_previous", "", show=False),
        command("home.start", "f5,ctrl+s", "start", "Start the trial", "Start the trial as set", footer="Start"),
        command(
            "home.you", "f2", "you", "Play it yourself", "Play this environment at the keyboard", footer="You play"
        ),
        command("home.lessons", "f3", "lessons", "Lessons", "Lessons on runaway optimisation", footer="Lessons"),
        command("home.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?"),
        command("home.quit", "escape,ctrl+q", "app.quit", "Quit", "Quit the program", footer="Quit"),
        command("home.mark", "space", "mark", "Mark the trial", "In the earlier trials: mark one for comparison"),
        command("home.compare", "c", "compare", "Compare trials", "Compare the marked trials; a fork with its parent"),
        command("home.overview", "o", "overview", "Overview of trials", "All earlier trials at a glance"),
        command("home.open", "ctrl+o", "open", "Open a file", "Replay a record or a published log"),
        command("home.palette", "ctrl+p", "app.command_palette", "", "Find any command by its name", footer="Commands"),
    ]

    environments = query_one("#environments", OptionList)
    agents = query_one("#agents", OptionList)
    about = query_one("#about", Static)
    setup = query_one(SetupPanel)
    earlier = query_one("#recent", OptionList)

    class Listed(Message):
        """Earlier trials were listed.

        Args:
            found: The newest.
            cells: The texts for each.
            why: Why they can't be listed; empty where they can.
        """

        def __init__(self, found: Recent, cells: list[list[str]], why: str) -> None:
            super().__init__()
            self.found, self.cells, self.why = found, cells, why

    class Started(Message):
        """A trial is to begin."""

        def __init__(self, spec: TrialSpec) -> None:
            super().__init__()
            self.spec = spec

    class Opened(Message):
        """A record or a published log is to be replayed."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class CompareAsked(Message):
        """Earlier trials are to be compared; one alone is a fork, to be compared with its parent."""

        def __init__(self, paths: Sequence[Path]) -> None:
            super().__init__()
            self.paths = paths

    class OverviewAsked(Message):
        """All earlier trials are to be shown at a glance."""

    class LessonsAsked(Message):
        """A lesson is to be chosen."""

    def __init__(self, data: Path | None = None, models_refused: str = "") -> None:
        super().__init__()
        self._data, self._models_refused = data, models_refused
        self._marks: list[Path] = []
        """Earlier trials marked for comparison, in the order they were marked."""
        self._choices: list[Choice] = []
        self._entries: list[Entry] = []
        self._cells: list[list[str]] = []
        """The texts for each of them."""
        self._widths: list[int] = []
        """The columns of these texts."""
        self._shown: object = None
        """What was listed last, and why trials can't be listed."""
        self._stamps: dict[Path, Stamp] | None = None
        """Stamps of all records as last read; None to read them again."""
        self._looked: dict[Path, Entry] = {}
        """The entries that were listed then."""
        self._unended: list[Path] = []
        """Those that another process was writing."""
        self._complained = False
        """Whether a message says why a trial was not started."""

    def compose(self) -> ComposeResult:
        """Lay out environments next to agents, settings below, earlier trials at the bottom."""
        yield Static("BioBlue in the terminal", id="title")
        with VerticalScroll(id="page", can_focus=False):
            with Horizontal(id="choose"):
                cards = OptionList(*(_card(name) for name in bioblue_envs.ids()), id="environments", classes="panel")
                cards.border_title = "environment"
                yield cards
                agents = OptionList(id="agents", classes="panel", markup=False)
                agents.border_title = "agent"
                yield agents
            yield Static("", id="about", markup=False)
            yield SetupPanel()
            earlier = OptionList(id="recent", classes="panel", markup=False)
            earlier.border_title = "recent trials"
            yield earlier
        yield KeysFooter()

    def on_mount(self) -> None:
        """Propose something worth seeing."""
        self.environments.highlighted = bioblue_envs.ids().index(FIRST_ENVIRONMENT)

    @property
    def environment(self) -> str:
        """Id of the highlighted environment."""
        return bioblue_envs.ids()[self.environments.highlighted or 0]

    @property
    def choice(self) -> Choice | None:
        """The highlighted agent."""
        index = self.agents.highlighted
        return self._choices[index] if index is not None and index < len(self._choices) else None

    def look(self) -> bool:
        """Read the list of earlier trials from disk if it has changed."""
        directory = trials_dir(data_dir(self._data))
        now = {path: stamp_of(path) for path in map(directory.joinpath, names_in(directory))}
        if now == self._stamps and all(map(is_locked, self._unended)):
            return False
        before, self._stamps, why = self._stamps or {}, now, ""
        try:
            found = recent(directory, RECENT)
        except RecordError as error:
            found, why, self._stamps = Recent(), f"✗ {error_line(error.brief)}", None
        # Reading takes every line of a file, so a file is read again only when it has changed.
        same = {path: entry for path, entry in self._looked.items() if before.get(path) == now.get(path)}
        found[:] = [same.get(entry.path) or entry.read_whole() for entry in found]
        self._looked = {entry.path: entry for entry in found}
        standings = {entry.path: entry.standing for entry in found}
        self._unended = [path for path, standing in standings.items() if standing == RUNNING]
        self.post_message(self.Listed(found, [_cells(entry, standings[entry.path]) for entry in found], why))
        return True

    @on(Listed)
    def _show_recent(self, message: Listed) -> None:
        found, shown = message.found, (message.found, message.cells, message.why)
        if shown == self._shown:
            return
        same = [entry.path for entry in found] == [entry.path for entry in self._entries]
        kept = self._place
        self._shown, self._entries, self._cells = shown, found, message.cells
        self._widths = _widths(found, self._cells)
        some = len(found) < found.total
        self.earlier.border_title = f"recent trials: {len(found)} of {found.total}" if some else "recent trials"
        if found and same:
            self._rewrite()
            return
        self.earlier.clear_options()
        if found:
            self.earlier.add_options([Option(self._line(at)) for at in range(len(found))])
            self._put_back(*kept)
            self.earlier.border_subtitle = "space marks · c compares · o overview"
        else:
            nothing = "nothing yet: Enter, Enter plays the proposed trial; ctrl+o opens a file"
            self.earlier.add_option(Option(message.why or nothing, disabled=True))

    @property
    def _place(self) -> tuple[Path | None, int]:
        """The trial under the cursor (None for the newest), and how many lines from the top it is."""
        index = self.earlier.highlighted or 0
        held = index < len(self._entries) and (index > 0 or self.earlier.has_focus)
        return (self._entries[index].path if held else None), index - self.earlier.scroll_offset.y

    def _put_back(self, path: Path | None, below: int) -> None:
        """Put the cursor on a trial, at its old place on the screen; on the newest trial where it is not listed."""
        at = next((at for at, entry in enumerate(self._entries) if entry.path == path), None)
        self.earlier.highlighted = at or 0
        if at is not None:
            self.earlier.scroll_to(y=at - below, animate=False)

    def _offered(self, environment: str) -> list[Choice]:
        """Return the agents for an environment, each with the reason if it can't run now."""
        found, refused = choices(environment, data=self._data), self._models_refused
        return [replace(one, unavailable=refused) if refused and one.kind == "model" else one for one in found]

    @on(OptionList.OptionHighlighted, "#environments")
    def _environment_changed(self) -> None:
        before = self.choice
        self._choices = self._offered(self.environment)
        names = [choice.name for choice in self._choices]
        proposed = next((name for name in SHOWCASE if name in names), names[0])
        self.agents.clear_options()
        width = max(len(_display_name(choice)) for choice in self._choices) + 1
        self.agents.add_options([Option(_agent_line(choice, width)) for choice in self._choices])
        keep = before is not None and before.name in names and self.focused is not self.environments
        self.agents.highlighted = names.index(before.name if keep and before else proposed)
        self._describe()

    @on(OptionList.OptionHighlighted, "#agents")
    def _describe(self) -> None:
        choice = self.choice
        if choice is None:
            return
        text = f"{_display_name(choice)} {'—' if choice.kind == 'script' else '·'} {choice.about}"
        if choice.unavailable:
            text = f"{choice.name} can't run now: {choice.unavailable}"
        self.about.update(text)
        self.about.set_class(bool(choice.unavailable), "-unavailable")
        self.setup.show_for(self.environment, choice)

    @on(OptionList.OptionSelected, "#environments")
    def _environment_chosen(self) -> None:
        self.agents.focus()

    @on(OptionList.OptionSelected, "#agents")
    def action_start(self) -> None:
        """Start the trial as it is set."""
        choice = self.choice
        if choice is not None:
            self._start(choice)

    def action_you(self) -> None:
        """Play the highlighted environment at the keyboard."""
        self._start(YOU)

    def _start(self, agent: Choice) -> None:
        if agent.unavailable:
            self.notify(f"{agent.name} can't run now: {agent.unavailable}.", severity="warning", markup=False)
            self._complained = True
            return
        try:
            spec = self.setup.spec(self.environment, agent)
        except bioblue_envs.ParameterError as error:
            self.notify(error_line(error), title="Not started", severity="error", markup=False)
            self._complained = True
            return
        self.post_message(self.Started(spec))

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(OptionList.OptionHighlighted, "#agents")
    def _set_otherwise(self) -> None:
        """Remove a message about settings that have changed."""
        if self._complained:
            self._complained = False
            self.app.clear_notifications()

    @on(OptionList.OptionSelected, "#recent")
    def _opened(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._entries):
            self.post_message(self.Opened(self._entries[event.option_index].path))

    def _line(self, at: int) -> Content:
        entry = self._entries[at]
        mark = f"●{self._marks.index(entry.path) + 1}" if entry.path in self._marks else ""
        return Content.assemble(
            (f"{mark:<3}" if self._marks else "", "bold $text-accent"),
            _entry_line(entry, self._cells[at], self._widths),
        )

    def _rewrite(self) -> None:
        """Update the lines whose text has changed."""
        for at in range(len(self._entries)):
            line = self._line(at)
            if str(self.earlier.get_option_at_index(at).prompt) != str(line):
                self.earlier.replace_option_prompt_at_index(at, line)

    def action_mark(self) -> None:
        """Mark the highlighted earlier trial for comparison, or unmark it, and move to the next."""
        index = self.earlier.highlighted
        if index is None or index >= len(self._entries) or self._entries[index].error:
            return
        path = self._entries[index].path
        if path in self._marks:
            self._marks.remove(path)
        elif len(self._marks) >= MOST:
            self.notify(f"{MOST} trials are marked; more can't be compared.", severity="warning")
            return
        else:
            self._marks.append(path)
        self._rewrite()
        self.earlier.action_cursor_down()

    def action_compare(self) -> None:
        """Compare the marked trials; without marks the highlighted one, if it is a fork, with its parent."""
        paths = [entry.path for entry in self._entries if entry.path in self._marks]
        index = self.earlier.highlighted
        if paths:
            self.post_message(self.CompareAsked(sorted(paths, key=self._marks.index)))
        elif index is not None and index < len(self._entries) and not self._entries[index].error:
            self.post_message(self.CompareAsked([self._entries[index].path]))

    def action_overview(self) -> None:
        """Show all earlier trials at a glance."""
        self.post_message(self.OverviewAsked())

    def action_lessons(self) -> None:
        """Show the lessons."""
        self.post_message(self.LessonsAsked())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Marks belong to the list of earlier trials."""
        if action in ("mark", "compare"):
            return self.is_mounted and self.focused is self.earlier
        return bool(self._entries) if action == "overview" else True

    def action_open(self) -> None:
        """Ask for a file and replay it."""

        def opened(text: str | None) -> None:
            if text and text.strip():
                self.post_message(self.Opened(Path(text.strip()).expanduser()))

        self.app.push_screen(LineDialog("Replay a record, or a published TSV log", "path of the file"), opened)

    def offers(self) -> Iterator[Found]:
        """Yield for the palette every trial that can be started, and every earlier one that can be opened."""
        for environment in bioblue_envs.ids():
            for choice in self._offered(environment):
                if not choice.unavailable and choice.kind != "model":
                    title = f"Play {environment}" if choice.kind == "human" else f"Watch {environment}: {choice.name}"
                    yield title, choice.about, partial(self._start_in, environment, choice.name)
        for entry in self._entries:
            if not entry.error:
                opened = partial(self.post_message, self.Opened(entry.path))
                title = f"Replay {one_line(entry.environment, 20)} {one_line(entry.agent, 30)}"
                yield title, one_line(entry.path.name, 60), opened

    def _start_in(self, environment: str, agent: str) -> None:
        self.environments.highlighted = bioblue_envs.ids().index(environment)
        self.post_message(self.Started(TrialSpec(environment, agent)))

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self, self.ABOUT))  # type: ignore[arg-type]


def _card(name: str) -> Option:
    title = Content.styled(name, "bold")
    return Option(Content("\n").join([title, Content.styled(bioblue_envs.about(name), "dim")]), id=name)


def _display_name(choice: Choice) -> str:
    return {"human": "you", "server": "local server"}.get(choice.name, choice.name)


def _agent_line(choice: Choice, width: int) -> Content:
    name = f"{_display_name(choice):<{width}}"
    if choice.unavailable:
        return Content.assemble((name, "dim"), (f"✗ {choice.unavailable}", "dim"))
    return Content.assemble((name, "bold"), (choice.about, "dim"))


def _cells(entry: Entry, standing: str) -> list[str]:
    # Month, day and time, without the year: old trials are far down the list anyway.
    when = one_line(entry.created[5:16]).replace("T", " ")
    seed = f"seed {entry.seed}" if entry.seed is not None else ""
    # Progress before agent: on small terminals the end of the line is cut off.
    played = f"{entry.done}/{entry.steps}"
    return [when, one_line(entry.environment, 17), played, one_line(standing, 24), one_line(entry.agent, 24), seed]


def _widths(entries: Sequence[Entry], cells: Sequence[Sequence[str]]) -> list[int]:
    shown = [own for entry, own in zip(entries, cells, strict=True) if not entry.unreadable]
    return [max(map(cell_len, column)) for column in zip(*shown, strict=True)]


def _entry_line(entry: Entry, cells: Sequence[str], widths: Sequence[int]) -> Content:
    if entry.unreadable:
        return Content.assemble(one_line(entry.path.name, 60), (f"  ✗ {one_line(entry.error, 120)}", "dim"))
    cells = [set_cell_size(cell, width) for cell, width in zip(cells, widths, strict=True)]
    missing = "" if entry.installed else "✗ not installed here"
    styles = ("dim", "bold", "dim", "dim", "", "dim", "dim")
    return Content("  ").join(Content.styled(*cell) for cell in zip([*cells, missing], styles, strict=True))
