"""The command ``bioblue``: all its commands, and how it ends.

Data goes to standard output, narration to standard error.

``EPILOG`` tells the exit codes.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import NoReturn, TextIO

import click

from bioblue_tui import __version__
from bioblue_tui.commands.group import SectionedGroup
from bioblue_tui.commands.screen import need_terminal, run_app
from bioblue_tui.commands.usage import data_option
from bioblue_tui.system.ending import CODES

EPILOG = """\b
Examples:
  bioblue play homeostasis
  bioblue watch multi-homeostasis --agent neglect
  bioblue watch balancing --model openai:NAME
  bioblue run homeostasis --agent thermostat --seeds 1-10
  bioblue run balancing --model openai:NAME --display jsonl > trials.jsonl

\b
Exit codes:
  0    done
  1    a trial did not reach its end, verify found a difference, or there is
       no room for what is to be written (full disk, quota, limit, I/O error)
  2    bad input: arguments, files and places, an agent that can't run
  130  interrupted by ctrl+c or a closed pipe; 129, 131 and 143 ended by
       SIGHUP, SIGQUIT and SIGTERM; records are complete so far

Data goes to standard output, narration to standard error. NO_COLOR and FORCE_COLOR are respected.
"""


def _simpler(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace what a stream can't hold; a minus stays one, for without it a number would be another."""
    if isinstance(error, UnicodeEncodeError):
        text = error.object[error.start : error.end]
        return "".join("-" if character == "−" else "?" for character in text), error.end
    return codecs.replace_errors(error)


def main() -> NoReturn:
    """Run the command."""
    codecs.register_error("simpler", _simpler)
    if sys.stdout is None:
        sys.stdout = _closed()
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        sys.stdout = _whole(sys.stdout)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            # A pipe may hold anything, and the other end may know fewer characters than we write.
            stream.reconfigure(errors="simpler")
    try:
        cli(prog_name="bioblue")
    except SystemExit as done:
        if isinstance(done.code, int) and done.code in CODES:
            _exit_now(done.code)
        raise
    except OSError as error:
        # Files are read and written with errors of their own: what comes here is output that nobody takes.
        click.echo(f"Error: the output can't be written ({error.strerror or type(error).__name__})", err=True)
        _exit_now(1)
    except Exception as error:  # noqa: BLE001 - Python would tell it with its text, which may hold anything, a key too
        from bioblue_tui.system.crash_report import ADVICE, told

        click.echo(f"bioblue: {told(error)}. {ADVICE}", err=True)
        raise SystemExit(1) from None
    raise SystemExit(0)


def _closed() -> TextIO:
    """Return an output that takes nothing, in the place of one that was closed before the start.

    Without it what is written would be dropped in silence, and a record could be opened as the standard output of
    other programs.
    """
    return os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


def _whole(unbuffered: TextIO) -> TextIO:
    """Return an output to the same place that writes all of a text or raises.

    With ``PYTHONUNBUFFERED`` set Python's own writes as much as there is room for, and nobody is told of the rest. What
    is written here is flushed line by line anyway.
    """
    return open(unbuffered.fileno(), "w", encoding=unbuffered.encoding, closefd=False)


def _exit_now(code: int) -> NoReturn:
    """Exit without what Python does at its end: it would write what can't be written, or wait for a line of input."""
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)


@click.group(
    cls=SectionedGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
    subcommand_metavar="[COMMAND …]",
)
@data_option
@click.version_option(__version__, prog_name="bioblue")
@click.pass_context
def cli(context: click.Context, data_dir: Path | None) -> None:
    """Play, watch and replay the control environments of the BioBlue benchmark.

    Without a command: the home screen. Each command has its own --help.
    """
    context.obj = data_dir
    if context.invoked_subcommand is None:
        need_terminal()
        run_app(data_dir)


cli.add_section(
    "Trials",
    "bioblue_tui.commands.trials",
    play="Play an environment yourself.",
    watch="Watch a scripted policy or a language model play.",
)
cli.add_section(
    "Trials", "bioblue_tui.commands.series", run="Run an agent on many seeds, one after another or at once."
)
cli.add_section(
    "Trials",
    "bioblue_tui.commands.batch",
    batch="Play a batch of trials that a file describes, or resume it.",
)
cli.add_section(
    "Trials",
    "bioblue_tui.commands.continuing",
    resume="Resume a trial that was stopped or interrupted.",
    fork="Begin anew from any step of a recorded trial.",
)
cli.add_section("People", "bioblue_tui.commands.study", study="Lead people through a study, export what they did.")
cli.add_section("People", "bioblue_tui.commands.teaching", teach="Give a lesson on runaway optimisation.")
cli.add_section("People", "bioblue_tui.commands.serving", serve="Serve lessons and trials to browsers.")
cli.add_section(
    "Records",
    "bioblue_tui.commands.records",
    replay="Replay a record or a published TSV log.",
    verify="Recompute records and logs, report every difference.",
    export="Write a record as a TSV log.",
)
cli.add_section(
    "Records",
    "bioblue_tui.commands.analysing",
    analyse="Find failure modes: which, from which step, how far from the reference.",
)
cli.add_section(
    "Records",
    "bioblue_tui.commands.reporting",
    report="Report on trials for others: a page, tables, charts.",
    plot="Plot means and single trials by step.",
)
cli.add_section(
    "Records",
    "bioblue_tui.commands.comparing",
    compare="Compare two to six trials, or a fork with its parent.",
    overview="Many trials at a glance: a row each, onsets, averages.",
)
cli.add_section(
    "Records", "bioblue_tui.commands.notes", notes="List, write and compare what people have noted on steps."
)
cli.add_section("Records", "bioblue_tui.commands.lists", list_trials="List recent trials, newest first.")
cli.add_section(
    "What there is",
    "bioblue_tui.commands.lists",
    list_environments="List the environments, or what can be set in one.",
    list_agents="List the agents, and why any can't run now.",
    locate="Say where data, records and configuration are.",
)
cli.add_section(
    "What there is", "bioblue_tui.commands.wording", wording="What agents are told: show, check or write a wording."
)
cli.add_section("Language models", "bioblue_tui.commands.models", models="Ask a provider which models it offers.")
cli.add_section(
    "Language models",
    "bioblue_tui.commands.local",
    local="A language model on this computer: get, list, remove.",
)
cli.add_section(
    "Language models",
    "bioblue_tui.commands.doctor",
    doctor="Say which keys, servers and local models can be seen.",
)
