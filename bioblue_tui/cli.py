"""The command ``bioblue``: all its commands, and how it ends.

Data goes to standard output, narration to standard error. ``EPILOG`` lists the exit codes.
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
from bioblue_tui.commands.common.group import DiscoveredGroup
from bioblue_tui.commands.common.screen import need_terminal, run_app
from bioblue_tui.commands.common.usage import data_option
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

ORDER = (
    "play", "watch", "run", "batch", "resume", "fork",
    "study", "teach", "serve",
    "replay", "verify", "export", "analyse", "report", "plot", "compare", "overview", "notes", "list",
    "envs", "agents", "locate", "wording",
    "models", "local", "doctor",
)  # fmt: skip
"""The order of the commands in the help."""


def _simpler(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace characters that a stream can't hold; a minus becomes a hyphen, or a number would lose its sign."""
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
            # A pipe may bring any bytes, and the other end may know fewer characters than we write.
            stream.reconfigure(errors="simpler")
    try:
        cli(prog_name="bioblue")
    except SystemExit as done:
        if isinstance(done.code, int) and done.code in CODES:
            _exit_now(done.code)
        raise
    except OSError as error:
        # Files have errors of their own: this one comes from output that can't be written.
        click.echo(f"Error: the output can't be written ({error.strerror or type(error).__name__})", err=True)
        _exit_now(1)
    except Exception as error:  # noqa: BLE001 - Python would print its text, which may hold anything, even a key
        from bioblue_tui.system.crash_report import ADVICE, told

        click.echo(f"bioblue: {told(error)}. {ADVICE}", err=True)
        raise SystemExit(1) from None
    raise SystemExit(0)


def _closed() -> TextIO:
    """Return an output that takes nothing, in place of one that was closed before the start.

    Without it, output would be lost silently, and a record could be opened in place of another program's standard
    output.
    """
    return os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


def _whole(unbuffered: TextIO) -> TextIO:
    """Return an output to the same place that writes a text whole or raises.

    With ``PYTHONUNBUFFERED`` set, Python's own output writes as much as there is room for and drops the rest silently.
    Output here is flushed line by line anyway.
    """
    return open(unbuffered.fileno(), "w", encoding=unbuffered.encoding, closefd=False)


def _exit_now(code: int) -> NoReturn:
    """Exit without Python's shutdown, which would try again to write the output, or wait for a line of input."""
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)


@click.group(
    cls=DiscoveredGroup,
    package="bioblue_tui.commands",
    order=ORDER,
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
