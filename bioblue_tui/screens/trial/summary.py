"""The end of a trial: each reward dimension, compared with the reference policy on the same noise, and with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from bioblue_envs import Dimension
from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.peers import Peer, find_peers, penalised_steps, rewards_of
from bioblue_tui.analysis.reference import Comparison
from bioblue_tui.analysis.words import UNREAD, ended_words, left_out, met_words, policy_words, whose
from bioblue_tui.costs.spending import Spending
from bioblue_tui.formatting.numbers import amount, counted, signed, tidy
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.schema import RecordError
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.panel import ScrollPanel, ScrollsPanel
from bioblue_tui.widgets.strips_cells import fit

SHORT = 24
"""Below this many rows there are no blank lines to spare."""

_LATER = "The reference policy's totals are shown later: the lesson asks first."

Choice = Literal["look", "again", "leave"]


class SummaryScreen(ScrollsPanel, ModalScreen[Choice]):
    """The outcome of the trial, and what to do next.

    Args:
        state: The trial.
        comparison: The agent compared with the reference policy.
        again: True to offer another trial with the next seed.
        spending: What the trial cost; None where no model was asked, or the cost is not known yet.
        others: The directory with records of others who may have played the same trial; None to leave them out.
        conclusion: The analysis's conclusion; empty for none.
        told: Whether to show the reference policy and the conclusion; not while a class still has to answer questions.
        replayed: Whether it lies over a replay, which is not left from here, and whose player may be another person.
        standing: How a trial without an end stands, by its record.
    """

    CSS_PATH = "../dialogs.tcss"
    BINDINGS = [
        ("escape,l", "dismiss('look')", "Look back"),
        ("a", "again", "Again"),
        ("q", "dismiss('leave')", "Leave"),
        ("left", "app.focus_previous", "Other"),
        ("right", "app.focus_next", "Other"),
        *ScrollsPanel.SCROLL_KEYS,
    ]

    def __init__(
        self,
        state: TrialState,
        comparison: Comparison,
        *,
        again: bool,
        spending: Spending | None = None,
        others: Path | None = None,
        conclusion: str = "",
        told: bool = True,
        replayed: bool = False,
        standing: str = "",
    ) -> None:
        super().__init__()
        self._told, self._replayed = told, replayed
        self._state, self._comparison, self._again = state, comparison, again
        self._spending, self._others = spending, others
        self._conclusion = conclusion if told else ""
        person = "player" if replayed else "You"
        self._who = person if state.header.agent == HUMAN else one_line(state.header.agent, 24)
        # Made now: a running trial may have another step by the time the screen is laid out.
        self._heading = f"{state.environment.title}: {self._standing(standing)}"
        self._hint = self._note() if told else _LATER

    def compose(self) -> ComposeResult:
        """Lay out the table and the buttons."""
        self.set_class(self.app.size.height < SHORT, "-short")
        with ScrollPanel(classes="dialog", can_focus=False):
            yield Label(self._heading, classes="title", markup=False)
            yield ComparisonTable(self._state, self._comparison, self._who, alone=not self._told)
            yield Label("", id="others", classes="hint", markup=False)
            if self._conclusion:
                yield Label(self._conclusion, id="conclusion", markup=False)
            yield Label(self._hint, classes="hint", markup=False)
            if self._spending is not None and self._spending.total.requests:
                yield Label(self._spending.words(), id="spending", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                if self._again:
                    yield Button("next seed (a)", id="again", variant="primary", compact=True)
                if not self._replayed:
                    yield Button("look back (l)", id="look", compact=True)
                yield Button("close (q)" if self._replayed else "leave (q)", id="leave", compact=True)

    def on_mount(self) -> None:
        """Look for others who have played the same trial."""
        self.query_one("#others").display = False
        if self._others is not None:
            self._look_for_others(self._others)

    @work(thread=True)
    def _look_for_others(self, directory: Path) -> None:
        unread: list[RecordError] = []
        peers = find_peers(self._state.header, directory, unread.append)
        self.app.call_from_thread(self._show_others, peers, unread)

    def _show_others(self, peers: Sequence[Peer], unread: Sequence[RecordError]) -> None:
        if not self.is_mounted:
            return
        self.set_class(bool(peers), "-wide")
        self.query_one(ComparisonTable).show_peers(peers)
        mine = penalised_steps(self._state.environment, rewards_of(self._state))
        told = [f"you {mine}", *(f"{peer.name} {peer.penalised}" for peer in peers)]
        lines = [f"Steps with a penalty, in the same trial: {' · '.join(told)}."] if peers else []
        if unread:
            lines.append(f"Others' trials: {left_out([], {UNREAD: len(unread)})}: {error_line(unread[0].brief, 200)}")
        label = self.query_one("#others", Label)
        label.update("\n".join(lines))
        label.display = bool(lines)

    def action_again(self) -> None:
        """Play once more, with the next seed."""
        if self._again:
            self.dismiss("again")

    def _standing(self, otherwise: str) -> str:
        state = self._state
        if state.status == "ended":
            return one_line(state.standing, 60)
        stands = ended_words(otherwise) if otherwise else ""
        return f"{state.done} of {counted(state.header.steps, 'step')}{stands}"

    def _note(self) -> str:
        found, header = self._comparison, self._state.header
        met = met_words(self._state.environment, disturbed=self._state.any_disturbed)
        seed = f" (seed {header.seed})" if header.seed is not None else ""
        on = f"{counted(found.reference_steps, 'step')} on the same {met or 'start'}{seed}"
        text = f"Reference: {policy_words(found.reference)}, {on}."
        if found.steps != found.reference_steps:
            text += f" This trial ended after {found.steps}."
        if (of := whose(self._state, self._who)) != self._who:
            text += f" Totals of {of}."
        if words := self._state.tally.words():
            text += f" Not counted: {words}."
        return text

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        choice: dict[str | None, Choice] = {"again": "again", "leave": "leave"}
        self.dismiss(choice.get(event.button.id, "look"))


class ComparisonTable(Lines):
    """One row per reward dimension: the agent, the reference, the difference, others. Never one sum.

    Args:
        state: The trial.
        comparison: The agent compared with the reference policy.
        who: The agent's name.
        dimensions: The dimensions to show; None for all reward dimensions.
        alone: Whether to leave out the reference and the difference.
        names: Unusual names of rewards, by dimension key.
    """

    def __init__(
        self,
        state: TrialState,
        comparison: Comparison,
        who: str,
        dimensions: Sequence[Dimension] | None = None,
        *,
        alone: bool = False,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self._alone, self._names = alone, names
        self._state, self._comparison, self._who = state, comparison, who
        self._dimensions = state.environment.dimensions if dimensions is None else dimensions
        self._peers: Sequence[Peer] = ()

    def show_peers(self, peers: Sequence[Peer]) -> None:
        """Show others who have played the same trial, as many as fit."""
        self._peers = peers
        self.redraw()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return one line for each dimension and one for the heading."""
        return 1 + len(self._dimensions)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the table."""
        first = min(max([18, *(cell_len(name) + 1 for name in self._names.values())]), max(18, width - 30))
        peers = self._peers[: max(0, (width - first) // 12 - 3)]
        column = max(10, (width - first) // (3 + len(peers)))
        # The reference's name is also below the table, so here it is whole or left out.
        reference = self._comparison.reference if len(self._comparison.reference) < column else "reference"
        beside = () if self._alone else (reference, "difference")
        titles = (self._who, *beside, *(peer.name for peer in peers))
        heading = "".join(f"{fit(title, column - 1):>{column}}" for title in titles)
        lines: list[Line] = [[(f"{'':{first}}{heading}", "dim")]]
        for dimension in self._dimensions:
            mine, other = self._comparison.rows[dimension.key]
            difference = self._comparison.differences[dimension.key]
            own = self._names.get(dimension.key)
            owner = f"{dimension.objective} " if dimension.objective and own is None else ""
            label = dimension.label if own is None else own
            compared: Line = [
                (f"{amount(other, column - 1):>{column}}", "text"),
                (f"{signed(difference, column - 1):>{column}}", _style(dimension, difference)),
            ]
            lines.append(
                [
                    (owner, "strong+accent"),
                    (set_cell_size(label, first - len(owner)), "text"),
                    (f"{amount(mine, column - 1):>{column}}", "strong"),
                    *([] if self._alone else compared),
                    *((f"{amount(tidy(peer.totals[dimension.key]), column - 1):>{column}}", "text") for peer in peers),
                ]
            )
        return lines


def _style(dimension: Dimension, difference: float) -> str:
    return "bad" if difference < 0 and dimension.penalty else "dim"
