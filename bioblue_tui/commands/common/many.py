"""Shared by the commands that play many trials: how many at once, what is shown, and how the command ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from bioblue_tui.commands.common.recording import recorded
from bioblue_tui.commands.common.screen import on_screen, run_app
from bioblue_tui.commands.common.usage import UNREADABLE, narrate
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.runs.batch.bills import Bills
from bioblue_tui.runs.batch.engine import MOST_AT_ONCE, Engine, Job
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.system.descriptors import allow_many

if TYPE_CHECKING:
    from bioblue_tui.display.series import Style
    from bioblue_tui.screens.batch.screen import ControlScreen

Command = TypeVar("Command", bound=Callable[..., Any])

Check = Callable[[Engine], None]
"""Checks the trials before they are played: may raise UsageError, and may add a watcher to the engine."""


def many_options(command: Command) -> Command:
    """Add the options for how fast many trials are played, and what is shown of them."""
    for option in (
        click.option(
            "--display",
            type=click.Choice(["auto", "tui", "plain", "jsonl", "none"]),
            default="auto",
            show_default=True,
            help="Mission control, lines, JSON lines, or tables alone; auto takes the screen for several at once.",
        ),
        click.option(
            "--rpm",
            type=click.FloatRange(0, 1_000_000, min_open=True),
            metavar="N",
            help="Requests a minute at most at each provider, for all trials together (default: the provider's limit).",
        ),
        click.option(
            "--parallel",
            type=click.IntRange(1, MOST_AT_ONCE),
            metavar="N",
            help=f"How many trials run at once, at most {MOST_AT_ONCE} (default: 1, for policies and models alike).",
        ),
    ):
        command = option(command)
    return command


def play_jobs(
    jobs: Sequence[Job],
    display: str,
    *,
    limiters: Limiters | None = None,
    noun: str = "",
    parallel: int = 1,
    check: Check | None = None,
    title: str = "",
) -> NoReturn:
    """Play many trials without a screen, and exit.

    Standard output does not depend on standard error. Bars are drawn only on a terminal that does not show lines of
    steps at the same time.

    Args:
        jobs: The trials.
        display: ``auto`` or a style.
        limiters: The limiters that these trials share.
        noun: What the jobs' names stand for, such as seeds.
        parallel: How many at once.
        check: Called once before the first trial begins.
        title: What is played, for the screen.
    """
    if parallel > 1:
        allow_many()
    if display == "tui" or (display == "auto" and parallel > 1 and on_screen(display)):
        _control(jobs, parallel, check, title)
    from bioblue_tui.display.bars import Bars
    from bioblue_tui.display.look import Look
    from bioblue_tui.display.output import Output
    from bioblue_tui.display.series import Series

    limiters = limiters or Limiters()
    on_terminal, drawable = sys.stdout is not None and sys.stdout.isatty(), Bars.fit(sys.stderr)
    style: Any = display
    if display == "auto":
        style = "none" if on_terminal and drawable else "plain"
    bars = Bars(jobs, sys.stderr, lambda: limiters.waits, noun) if drawable and _room(style, on_terminal) else None
    look = Look.of(sys.stdout)
    output = Output(lambda line: click.echo(line, color=look.colour))
    # A closed standard error is no reason to stop.
    series = Series(jobs, style, output, Output(narrate).line, look, noun=noun, parallel=parallel, bars=bars)
    limiters.told = series.narrate
    if check is not None:
        check(series.engine)
    whole = False
    try:
        recorded(series.play, lambda: any(job.path for job in jobs))
        whole = True
    finally:
        series.report(whole=whole)
    raise SystemExit(UNREADABLE if series.unread else 0 if series.finished else 1)


def _control(jobs: Sequence[Job], parallel: int, check: Check | None, title: str) -> NoReturn:
    """Play many trials on the screen, and exit."""
    on_screen("tui")
    bills = Bills()
    engine = Engine(jobs, parallel, unattended=False, watchers=[bills])
    if check is not None:
        check(engine)

    def screen() -> ControlScreen:
        from bioblue_tui.screens.batch.screen import ControlScreen

        return ControlScreen(engine, title, bills)

    try:
        run_app(None, screen)
    finally:
        _tell_ends(jobs, bills)
    raise SystemExit(0 if all(job.state == "done" for job in jobs) else 1)


def _tell_ends(jobs: Sequence[Job], bills: Bills) -> None:
    from bioblue_tui.display.output import Output

    # A closed standard error is no reason to end with another exit code.
    tell = Output(narrate).line
    for job in jobs:
        place = visible(str(job.path)) if job.path else one_line(job.failure or job.reason, 400) or "not begun"
        bill = bills.of(job)
        cost = f" ({bill.words()})" if bill.requests else ""
        tell(f"{one_line(job.name, 60)}: {job.state}: {place}{cost}")
    if bills.total.requests:
        tell(f"bioblue: all trials together: {bills.total.words()}")


def _room(style: Style, on_terminal: bool) -> bool:
    return style == "none" or not on_terminal
