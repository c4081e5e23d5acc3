"""Small studies for tests, and sessions that are played without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.runs.session import Session
from bioblue_tui.studies.flow import ConsentView, PageView, QuestionView, TrialView, View
from bioblue_tui.studies.loading import load_study
from bioblue_tui.studies.running import Run
from bioblue_tui.studies.study import Study
from bioblue_tui.trials.events import Asked, Event


def toml(
    blocks: Sequence[tuple[str, str, str]] = (("a", "1", "fixed"),),
    *,
    order: str = "fixed",
    steps: int = 2,
    more: str = "",
    conditions: str = "",
    environments: str = '["homeostasis"]',
) -> str:
    """Return a study's file: blocks by name, seeds and order."""
    parts = [f'name = "small"\norder = "{order}"\nsteps = {steps}\n{more}\n{conditions}']
    for name, seeds, inner in blocks:
        parts.append(
            f'[[blocks]]\nname = "{name}"\nenvironments = {environments}\nseeds = "{seeds}"\norder = "{inner}"\n'
        )
    return "\n".join(parts)


def load(root: Path, blocks: Sequence[tuple[str, str, str]] = (("a", "1", "fixed"),), **told: object) -> Study:
    """Write a study and load it."""
    path = root / "study.toml"
    path.write_text(toml(blocks, **told), encoding="utf-8")  # type: ignore[arg-type]
    return load_study(path)


Answering = Callable[[View], str]
"""Says what is answered to a page or question."""


def right(view: View) -> str:
    """Agree, and answer every question rightly where there is a right answer."""
    if isinstance(view, ConsentView):
        return "yes"
    if isinstance(view, QuestionView):
        return view.question.answer or (view.question.options[0] if view.question.options else "words")
    return ""


def walk(
    run: Run, answering: Answering = right, until: Callable[[View], bool] = lambda view: False, *, told: bool = False
) -> list[str]:
    """Go through a session as the application does, every answer of a trial a 1; return the keys of what was shown.

    Args:
        run: The session.
        answering: What is answered to pages and questions.
        until: Where to stop, before that is over.
        told: Whether it is noted what is on the screen.
    """
    shown: list[str] = []
    while (view := run.next) is not None:
        assert len(shown) < 500, shown[-5:]
        shown.append(view.key)
        if told:
            run.note("shown", view=view.key)
        if until(view):
            break
        if isinstance(view, TrialView):
            if not view.begin:
                run.done(view, 0.0, {}, outcome="no time left")
                continue
            session = run.open_trial(view)
            outcome = session if isinstance(session, str) else asyncio.run(play(run, session))
            run.done(view, run.played(view), {}, outcome=outcome)
            continue
        run.done(view, 1.0, {}, answer=answering(view))
        if isinstance(view, PageView) and view.closing:
            run.note("ended", outcome=view.closing)
    return shown


def first_trial(run: Run) -> Session:
    """Go through a session up to its first trial, and return that trial, begun."""
    walk(run, until=lambda view: isinstance(view, TrialView))
    view = run.next
    assert isinstance(view, TrialView)
    session = run.open_trial(view)
    assert not isinstance(session, str)
    return session


async def play(run: Run, session: Session, stop_at: int = 0) -> str:
    """Play a trial, every answer 1s, each measured as ten seconds; ``stop_at`` stops it before that step."""
    person = session.human
    assert isinstance(person, HumanAgent)
    count = len(session.state.environment.objectives)

    def asked(event: Event) -> None:
        if isinstance(event, Asked):
            if event.step == stop_at:
                running.cancel()
                return
            asyncio.get_running_loop().call_soon(answer, event)

    def answer(event: Asked) -> None:
        if not person.asked:
            asyncio.get_running_loop().call_soon(answer, event)
            return
        measured = {
            "trial": session.header.id, "step": event.step, "attempt": event.attempt, "seconds": 10.0, "away": {},
            "edits": 1, "deletions": 0, "pasted": 0, "repeated": False, "late": False, "looks": 0, "screen": {},
        }  # fmt: skip
        run.note("decision", **measured)
        person.submit(", ".join(["1"] * count))

    session.listeners.append(asked)
    running = asyncio.ensure_future(session.run())
    await asyncio.wait([running])
    await session.stop()
    return session.state.reason
