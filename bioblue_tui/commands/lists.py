"""Commands that list what there is: trials, environments, agents, places."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import bioblue_envs
import click

from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.commands.options import data_option
from bioblue_tui.display.listing import list_lines, trial_json, trial_lines
from bioblue_tui.display.look import Look
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import visible
from bioblue_tui.models.catalogue import choices
from bioblue_tui.models.provider import Choice
from bioblue_tui.records.collection import recent
from bioblue_tui.system.paths import config_file, trials_dir
from bioblue_tui.system.paths import data_dir as data_directory


@click.command("list")
@data_option
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="How many at most; where there are more, standard error says how many.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per trial.")
@click.pass_obj
def list_trials(default_data: Path | None, /, data_dir: Path | None, limit: int, as_json: bool) -> None:
    """List recent trials, newest first: when, environment, agent, seed, steps, how it ended, cost, file.

    Every line of those that are listed is read; what is damaged is named as unreadable. In a pipe the fields are
    separated by tabs.
    """
    directory = trials_dir(data_directory(data_dir or default_data))
    entries = recent(directory, limit)
    if not entries:
        click.echo(f"bioblue: no trials in {visible(str(directory))}", err=True)
    elif len(entries) < entries.total:
        shown = f"the {counted(len(entries), 'newest trial')} of {entries.total}"
        click.echo(f"bioblue: {shown}; --limit {entries.total} lists all", err=True)
    look = Look.of(sys.stdout)
    known = [entry.read_whole() for entry in entries]
    _write(map(trial_json, known) if as_json else trial_lines(known, look), look)


@click.command("envs")
@click.argument("environment", required=False)
def list_environments(environment: str | None) -> None:
    """List the environments, or the parameters of ENVIRONMENT with their values.

    In a pipe the fields are separated by tabs.
    """
    if environment is None:
        _list([(name, bioblue_envs.about(name).replace("\n", " ")) for name in bioblue_envs.ids()])
        return
    parameters = bioblue_envs.parameters(environment)
    values = bioblue_envs.make(environment).parameters
    _list([(one.name, json.dumps(values.get(one.name)), one.help) for one in parameters])


@click.command("agents")
@click.argument("environment", required=False)
@click.pass_obj
def list_agents(default_data: Path | None, /, environment: str | None) -> None:
    """List the agents for ENVIRONMENT, or all with the environments they play, and why any can't run now.

    In a pipe the fields are separated by tabs.
    """
    if environment is not None:
        bioblue_envs.parameters(environment)
        _list([(choice.name, _about(choice)) for choice in choices(environment, data=default_data)])
        return
    plays: dict[str, list[str]] = {}
    about: dict[str, str] = {}
    for name in bioblue_envs.ids():
        for choice in choices(name, data=default_data):
            plays.setdefault(choice.name, []).append(name)
            about[choice.name] = _about(choice)
    # In the order to present them: models stand behind all scripted policies.
    order = ["human", *POLICIES]
    names = sorted(plays, key=lambda name: order.index(name) if name in order else len(order))
    everywhere = len(bioblue_envs.ids())
    _list([(name, "all" if len(plays[name]) == everywhere else ", ".join(plays[name]), about[name]) for name in names])


def _about(choice: Choice) -> str:
    return choice.about + (f" (can't run now: {choice.unavailable})" if choice.unavailable else "")


@click.command()
@click.argument("what", required=False, type=click.Choice(["data", "trials", "config"]))
@data_option
@click.pass_obj
def locate(default_data: Path | None, /, what: str | None, data_dir: Path | None) -> None:
    """Say where data, records of trials and configuration are; with a name, only that path, for scripts.

    None of them need exist yet.
    """
    data = data_directory(data_dir or default_data)
    places = {"data": data, "trials": trials_dir(data), "config": config_file()}
    if what is None:
        for name, path in places.items():
            click.echo(f"{name}\t{visible(str(path.absolute()))}")
    elif sys.stdout is not None and sys.stdout.isatty():
        click.echo(visible(str(places[what].absolute())))
    else:
        # To the letter, whatever bytes the path has.
        click.echo(os.fsencode(places[what].absolute()))


def _list(rows: Sequence[Sequence[str]]) -> None:
    look = Look.of(sys.stdout)
    _write(list_lines(rows, look), look)


def _write(lines: Iterable[str], look: Look) -> None:
    for line in lines:
        click.echo(line, color=look.colour)
