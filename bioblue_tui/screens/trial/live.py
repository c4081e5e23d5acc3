"""A live trial: what playing and watching share."""

from __future__ import annotations

from textual import work

from bioblue_tui.analysis.reference import compare
from bioblue_tui.costs.spending import Spending
from bioblue_tui.formatting.text import one_line
from bioblue_tui.runs.session import Session
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.screens.trial.summary import Choice, SummaryScreen
from bioblue_tui.trials.events import INTERRUPTED, Event
from bioblue_tui.widgets.lines import Line


class LiveScreen(TrialScreen):
    """A trial that runs on while one looks at any of its steps."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.live = session
        self._spending: Spending | None = None
        """What the trial costs, once the prices are loaded; None for an agent that costs nothing."""
        self._cursor: int | None = None
        """The step looked at; None to follow the newest."""
        self._disclosed = False

    def on_mount(self) -> None:
        """Begin to count the cost, where there is a model; Textual calls the base class's handler by itself."""
        self.transcript.show_live()
        if self._spending is not None:
            # Mission control has counted from the first event on, and continues to.
            self._show_costs(self._spending)
        elif self.state.header.model:
            self._happened: list[Event] = list(self.live.past)
            self.live.listeners.append(self._happened.append)
            self._load_prices()

    @work(thread=True, group="prices")
    def _load_prices(self) -> None:
        # A table of prices takes a third of a second to load.
        spending = Spending(self.state.header)
        self.app.call_from_thread(self._count, spending)

    def _count(self, spending: Spending) -> None:
        self._spending = spending.feed(self._happened)
        self.live.listeners.append(spending.apply)
        self.live.listeners.remove(self._happened.append)
        self._show_costs(spending)
        self.paint()

    def _show_costs(self, spending: Spending) -> None:
        if spending.price.paid:
            self.transcript.show_costs(lambda step: str(spending.step(step).cost))

    @property
    def shown(self) -> int:
        """The step looked at."""
        return self.state.done if self._cursor is None else self._cursor

    @property
    def known(self) -> int:
        """The newest step."""
        return self.state.done

    @property
    def following(self) -> bool:
        """True while the newest step is followed."""
        return self._cursor is None

    @property
    def disclosed(self) -> bool:
        """True once it is over, or was paused because of a failure."""
        over = self.state.status == "ended" or self.live.trial.ended
        caught = bool(self.staging.pause_on) and self.state.status == "paused" and bool(self.state.reason)
        self._disclosed = self._disclosed or caught or (over and not self.staging.secret)
        return self._disclosed

    @property
    def settled(self) -> bool:
        """True once it is over."""
        return self.live.trial.ended

    def to_present(self) -> bool:
        """Look at the newest step; return whether it was shown already."""
        here = self.following
        self.unsay()
        self._cursor = None
        self.paint()
        return here

    def seek(self, step: int) -> None:
        """Look at a step; the newest one is followed from then on."""
        self._cursor = None if step >= self.known else max(0, step)

    @property
    def present(self) -> int:
        """The step that a person is asked for; otherwise the last one that was done."""
        return min(self.state.done + self.live.asks_person, self.state.header.steps)

    @property
    def numbered(self) -> tuple[str, int]:
        """The step that is shown, as a word and its number."""
        return ("step", self.present) if self.following else ("after step", self.shown)

    def status_line(self) -> Line:
        """Say whether the trial runs, and which step is shown."""
        state, trial = self.state, self.live.trial
        asked = self.live.asks_person
        if state.status == "ended":
            how: tuple[str, str] = (f"■ {one_line(state.standing, 30)}", "accent")
        elif trial.ended:
            how = (f"■ {INTERRUPTED}", "bad")
        elif asked:
            how = ("● your turn", "good")
        elif trial.paused:
            how = ("‖ paused", "warn")
        else:
            how = ("▶ live", "good")
        where = f"step {self.present}/{state.header.steps}"
        if not self.following:
            where = f"looking at {self.shown}, {where}"
        parts: list[tuple[str, str]] = [how]
        if not trial.ended and not asked:
            parts.append((f"  {self.speed_text()}", "dim"))
        parts.append((f"  {where}", "strong"))
        if state.rejections:
            parts.append((f"  ✗{state.rejections}", "warn"))
        if self._spending is not None and self._spending.price.paid and self._spending.total.requests:
            parts.append((f"  {self._spending.total.brief()}", "dim"))
        return parts

    def _summarise(self) -> None:
        found = compare(self.state)
        if found is not None:
            self.app.push_screen(
                SummaryScreen(
                    self.state,
                    found,
                    again=False,
                    spending=self._spending,
                    conclusion=self.insight.conclusion(self.known, running=self.state.status != "ended"),
                    told=self.reveals,
                ),
                self._after_summary,
            )

    def _after_summary(self, choice: Choice | None) -> None:
        if choice == "leave":
            self.action_leave()
