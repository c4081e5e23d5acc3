"""The command ``bioblue``: it parses, then hands over. Data goes to standard output, narration to standard error.

Exit codes: 0 done; 1 a trial did not reach its end, or ``verify`` found differences; 2 bad input (arguments, files,
an agent that can't run); 130 interrupted.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

import envs
from bioblue_tui import __version__
from bioblue_tui.agents.catalogue import ModelSettings, choices
from bioblue_tui.options import Complaint, display_option, guarded, make_plan, read_speed, trial_options
from bioblue_tui.paths import trials_dir
from bioblue_tui.records.library import open_record, recent
from bioblue_tui.records.schema import RecordError
from bioblue_tui.session import Plan, ReplaySession, open_session
from bioblue_tui.text import one_line, visible
from bioblue_tui.trials.trial import RETRY_LIMIT

SHOWCASE_AGENT = {"multi-homeostasis": "accelerator", "balancing": "collapse"}
"""What ``watch`` shows when nobody says which agent; elsewhere the accelerator too."""

INTERRUPTED = 130
"""Exit code of a trial that a person or a closed pipe has stopped."""


def main() -> NoReturn:
    """Run the command."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            # A pipe may hold anything, and the other end may know fewer characters than we write.
            stream.reconfigure(errors="replace")
    try:
        cli(prog_name="bioblue")
    except SystemExit as done:
        if done.code == INTERRUPTED:
            _exit_now(INTERRUPTED)
        raise
    except OSError as error:
        # Files are read and written with errors of their own: what comes here is output that nobody takes.
        click.echo(f"Error: the output can't be written ({error.strerror or type(error).__name__})", err=True)
        _exit_now(1)
    raise SystemExit(0)


def _exit_now(code: int) -> NoReturn:
    """Exit without what Python does at its end: it would write what can't be written, or wait for a line of input."""
    sys.stderr.flush()
    os._exit(code)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where records are kept (default: the platform's).")
@click.version_option(__version__, prog_name="bioblue")
@click.pass_context
def cli(context: click.Context, data_dir: Path | None) -> None:
    """Play, watch and replay the control environments of the BioBlue benchmark.

    Without a command: the home screen.
    """
    context.obj = data_dir
    if context.invoked_subcommand is None:
        _need_terminal()
        _prepare_screen()
        from bioblue_tui.app import BioBlueApp

        BioBlueApp(data_dir).run()


@cli.command()
@click.argument("environment")
@trial_options
@click.option("--prompt-only", is_flag=True, help="Hide the gauges: exactly the text a model would get.")
@display_option
@click.pass_obj
def play(default_data: Path | None, /, environment: str, prompt_only: bool, display: str, **options: Any) -> None:
    """Play ENVIRONMENT yourself."""
    plan = make_plan(environment, "human", prompt_only=prompt_only, **options)
    _run(plan, options["data_dir"] or default_data, display, speed=None)


@cli.command()
@click.argument("environment")
@trial_options
@click.option("--agent", help="A scripted policy such as collapse or collapse:30, or replay:FILE.")
@click.option("--model", help="A language model: openai:NAME or anthropic:NAME.")
@click.option("--base-url", help="Where the model's server is, such as http://127.0.0.1:8080/v1.")
@click.option("--speed", default=None, help="Steps per second, or max (default: 5 on screen for scripted agents).")
@click.option("--paused", is_flag=True, help="Begin paused.")
@click.option(
    "--retries",
    type=click.IntRange(1, 1000),
    default=RETRY_LIMIT,
    show_default=True,
    help="Illegal answers to one observation before the trial pauses.",
)
@display_option
@click.pass_obj
def watch(
    default_data: Path | None,
    /,
    environment: str,
    agent: str | None,
    model: str | None,
    base_url: str | None,
    speed: str | None,
    paused: bool,
    retries: int,
    display: str,
    **options: Any,
) -> None:
    """Watch an agent play ENVIRONMENT."""
    if agent and model:
        raise Complaint("--agent and --model: give one of them")
    if model and model.partition(":")[0] not in ("openai", "anthropic"):
        raise Complaint(f"--model {one_line(model, 60)}: write openai:NAME or anthropic:NAME")
    if base_url and not model:
        raise Complaint("--base-url goes with --model")
    chosen = model or agent or SHOWCASE_AGENT.get(environment, "accelerator")
    if chosen == "human":
        raise Complaint(f"to play yourself: bioblue play {environment}")
    plan = make_plan(environment, chosen, settings_model=ModelSettings(base_url=base_url), **options)
    _run(plan, options["data_dir"] or default_data, display, speed=read_speed(speed), paused=paused, retries=retries)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--speed", default=None, help="Steps per second, or max (default: 5).")
@click.option("--paused", is_flag=True, help="Begin paused, at the start.")
@display_option
def replay(file: Path, speed: str | None, paused: bool, display: str) -> None:
    """Replay FILE, a record of ours or a published TSV log."""
    rate = read_speed(speed)
    record = guarded(lambda: open_record(file))
    for warning in record.warnings:
        click.echo(f"bioblue: {one_line(warning, 300)}", err=True)
    if not _on_screen(display):
        from bioblue_tui.display import headless

        headless.replay(record, click.echo, jsonl=display == "jsonl")
        return
    _prepare_screen()
    from bioblue_tui.app import BioBlueApp
    from bioblue_tui.screens.replay import ReplayScreen

    session = guarded(lambda: ReplaySession(record, speed=5 if rate == 0 else rate, paused=paused))
    BioBlueApp(first=ReplayScreen(session)).run()


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """Recompute FILES, records of ours or published logs, and report every difference.

    Exit code 0 only when all agree, 1 when any differs, 2 when any can't be read.
    """
    from bioblue_tui.display.verification import verify_files

    raise SystemExit(verify_files(files, click.echo, lambda line: click.echo(line, err=True), as_json=as_json))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The TSV file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def export(file: Path, output: Path, force: bool) -> None:
    """Write FILE as a TSV log with the published columns."""
    from bioblue_tui.records.published_write import write_published

    record = guarded(lambda: open_record(file))
    guarded(lambda: write_published(record, output, overwrite=force))
    click.echo(f"written: {visible(str(output))}", err=True)


@cli.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where records are kept.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.pass_obj
def trials(default_data: Path | None, /, data_dir: Path | None, limit: int) -> None:
    """List recent trials, newest first, one per line, fields separated by tabs."""
    from bioblue_tui.paths import data_dir as directory

    for entry in recent(trials_dir(directory(data_dir or default_data)), limit):
        fields = [entry.created, entry.environment, entry.agent, str(entry.seed), f"{entry.done}/{entry.steps}"]
        if entry.error:
            fields = ["unreadable", entry.error]
        click.echo("\t".join(one_line(field, 300) for field in [*fields, str(entry.path)]))


@cli.command()
@click.argument("environment", required=False)
def environments(environment: str | None) -> None:
    """List the environments, or the parameters of ENVIRONMENT."""
    if environment is None:
        for name in envs.ids():
            click.echo(f"{name:<18} {envs.about(name)}".replace("\n", " "))
        return
    for parameter in guarded(lambda: envs.parameters(environment)):
        value = envs.make(environment).parameters.get(parameter.name)
        click.echo(f"{parameter.name:<22} {json.dumps(value):<14} {parameter.help}")


@cli.command()
@click.argument("environment", default="multi-homeostasis")
def agents(environment: str) -> None:
    """List the agents for ENVIRONMENT, and why any can't run now."""
    guarded(lambda: envs.parameters(environment))
    for choice in choices(environment):
        reason = f"  (can't run now: {choice.unavailable})" if choice.unavailable else ""
        click.echo(f"{choice.name:<18} {choice.about}{reason}")


def _run(
    plan: Plan,
    data: Path | None,
    display: str,
    *,
    speed: float | None,
    paused: bool = False,
    retries: int = RETRY_LIMIT,
) -> None:
    if _on_screen(display):
        _prepare_screen()
        from bioblue_tui.app import BioBlueApp, live_screen

        screen = guarded(lambda: live_screen(plan, data, speed=speed, paused=paused, retry_limit=retries))
        path = BioBlueApp(data, screen, plan).run()
        click.echo(f"record: {visible(str(path or screen.session.path))}", err=True)
        return
    from bioblue_tui.display import headless

    session = guarded(lambda: open_session(plan, data, speed=speed or None, retry_limit=retries))
    click.echo(f"record: {visible(str(session.path))}", err=True)
    jsonl = display == "jsonl"
    try:
        if session.human:
            read = sys.stdin.readline if sys.stdin is not None else str
            complete = headless.play(session, click.echo, read, jsonl=jsonl)
        else:
            complete = headless.watch(session, click.echo, jsonl=jsonl)
    except RecordError as error:
        raise Complaint(str(error)) from None
    except (KeyboardInterrupt, BrokenPipeError):
        raise SystemExit(INTERRUPTED) from None
    raise SystemExit(0 if complete else 1)


def _on_screen(display: str) -> bool:
    if display == "auto":
        return _on_terminal()
    if display == "tui":
        _need_terminal()
    return display == "tui"


def _prepare_screen() -> None:
    """Set what Textual reads when it is imported: twice its frame rate makes keys show sooner, at no cost when idle."""
    os.environ.setdefault("TEXTUAL_FPS", "120")


def _on_terminal() -> bool:
    # A stream that was closed before the start is None.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _need_terminal() -> None:
    if not _on_terminal():
        raise Complaint("the screen needs a terminal; for plain lines: bioblue play ENVIRONMENT --display plain")
