"""Running sessions without a screen: in plain lines or JSON lines, with a person's answers from standard input."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from bioblue_tui.analysis.reference import compare
from bioblue_tui.costs.spending import spending_of
from bioblue_tui.display.jsonl import JsonlDisplay
from bioblue_tui.display.output import Output
from bioblue_tui.display.plain import PlainDisplay
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.collection import standing_of
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.session import Session, run_unattended
from bioblue_tui.system.ending import run_until_signal
from bioblue_tui.trials.state import TrialState

Write = Callable[[str], None]


def watch(session: Session, write: Write, narrate: Write | None = None, *, jsonl: bool = False) -> bool:
    """Play an agent's trial to its end.

    A trial that pauses by itself (too many illegal answers, no answer) is stopped: nobody is there to decide.

    Args:
        session: The trial of an agent.
        write: Receives each line of output.
        narrate: Receives the reason where the trial was stopped.
        jsonl: Write events as JSON lines instead of plain text.

    Returns:
        True when the trial was played to its end.

    Raises:
        OSError: When the output can't be written; the record is complete nevertheless.
        SystemExit: When a signal stopped it.
    """
    return run_until_signal(lambda: _watch(session, Output(write), narrate, jsonl), session.stop)


async def _watch(session: Session, output: Output, narrate: Write | None, jsonl: bool) -> bool:
    plain = _listen(session, output, jsonl)
    stuck = await run_unattended(session)
    finished = _end(session.state, plain, output)
    if stuck and narrate is not None:
        narrate(f"bioblue: stopped at step {session.state.done + 1}: {one_line(stuck, 400)}")
    return finished


def play(session: Session, write: Write, read: Callable[[], str], *, jsonl: bool = False) -> bool:
    """Let a person play in lines: each observation is written, each answer read.

    Args:
        session: The trial of a person.
        write: Receives each line of output.
        read: Returns the next line of input, or an empty string at its end, which stops the trial.
        jsonl: Write events as JSON lines instead of plain text.

    Returns:
        True when the trial was played to its end.

    Raises:
        OSError: When the output can't be written; the record is complete nevertheless.
        SystemExit: When a signal stopped it.
    """
    return run_until_signal(lambda: _play(session, Output(write), read, jsonl), session.stop)


async def _play(session: Session, output: Output, read: Callable[[], str], jsonl: bool) -> bool:
    human = session.human
    assert human is not None
    plain = _listen(session, output, jsonl)
    running = asyncio.ensure_future(session.run())
    try:
        while not running.done():
            if not human.asked:
                await asyncio.sleep(0)
                continue
            line = "" if output.broken else await _before_end(_line(read), running)
            if not line:
                break
            human.submit(line.rstrip("\r\n"))
            await asyncio.sleep(0)
    finally:
        await session.stop()
    await running
    return _end(session.state, plain, output)


async def _before_end(line: Coroutine[Any, Any, str], running: asyncio.Future[None]) -> str:
    """Return a line, or an empty string when the trial ends before one comes."""
    waiting = asyncio.ensure_future(line)
    await asyncio.wait((waiting, running), return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    return ""


async def _line(read: Callable[[], str]) -> str:
    """Read a line in a thread that nobody waits for: otherwise ctrl+c would have to wait for the next line."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[str] = loop.create_future()

    def deliver(line: str) -> None:
        if not arrived.done():
            arrived.set_result(line)

    def work() -> None:
        try:
            line = read()
        except (OSError, ValueError):
            # Input that can't be read, such as a closed file, counts as ended.
            line = ""
        with contextlib.suppress(RuntimeError):
            # The loop may be closed by now.
            loop.call_soon_threadsafe(deliver, line)

    threading.Thread(target=work, daemon=True).start()
    return await arrived


def replay(record: Record, write: Write, *, jsonl: bool = False) -> None:
    """Write a record's events as if they were happening now."""
    state = TrialState(record.header)
    if jsonl:
        display = JsonlDisplay(write)
        display.begin(record.header)
        for event in record.events:
            display.show(event)
        return
    plain = PlainDisplay(state, write, spending=spending_of(record.header))
    plain.begin(TrialState(record.header).feed(record.events))
    for event in record.events:
        state.apply(event)
        plain.show(event)
    if state.status != "ended":
        plain.unended(standing_of(state, record.path))
    found = compare(state)
    if found is not None:
        plain.summary(found)


def _listen(session: Session, output: Output, jsonl: bool) -> PlainDisplay | None:
    output.stops(session)
    if jsonl:
        display = JsonlDisplay(output.line)
        display.begin(session.header)
        session.listeners.append(display.show)
        return None
    prompt_only = session.header.presentation == "prompt-only"
    person, past = session.trial if session.human else None, session.past
    spending = spending_of(session.header, past)
    plain = PlainDisplay(
        session.state, output.line, prompt_only=prompt_only, person=person, past=past, spending=spending
    )
    plain.begin()
    session.listeners.append(plain.show)
    return plain


def _end(state: TrialState, plain: PlainDisplay | None, output: Output) -> bool:
    found = compare(state)
    if plain is not None and found is not None:
        plain.summary(found)
    output.check()
    return state.whole
