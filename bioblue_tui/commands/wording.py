"""What there is: What agents are told: show, check or write a wording."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import bioblue_envs
import click

from bioblue_tui.commands.common.group import OrderedGroup
from bioblue_tui.commands.common.options import UsageError
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.display.listing import list_lines
from bioblue_tui.display.look import Look
from bioblue_tui.formatting.text import to_the_letter, visible
from bioblue_tui.records.files import write_text
from bioblue_tui.runs.settings_text import ToldError, read_wording
from bioblue_tui.wordings.collection import DEFAULT, built_in, names, retired, reworded
from bioblue_tui.wordings.example import example
from bioblue_tui.wordings.facts import example as example_step
from bioblue_tui.wordings.wording import DIGITS, Wording


@click.group(cls=OrderedGroup)
def wording() -> None:
    """What agents are told: the texts of a trial, in a file that can be replaced.

    A wording has instruction, observation, question and names of rewards for every environment. bioblue wording show
    lists the built-in ones; with --wording NAME or FILE a trial uses one.
    """


@wording.command(short_help="List the built-in wordings, or show the texts of one.")
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.argument("environment", required=False)
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Set a parameter, such as hint=true.")
def show(name: str | None, environment: str | None, settings: tuple[str, ...]) -> None:
    """List the built-in wordings; or show what an agent is told with one, at the first two steps.

    ENVIRONMENT limits this to one, and --set shows what changes with a parameter: objectives=3, hint=true,
    hidden-rewards=true. Invisible characters have signs, such as ␉ for a tab.
    """
    if name is None:
        look = Look.of(sys.stdout)
        found = [one for one in map(built_in, names()) if one is not None]
        for line in list_lines([(one.name, str(one.version), one.digest[:DIGITS], one.about) for one in found], look):
            click.echo(line, color=look.colour)
        return
    if settings and environment is None:
        raise UsageError("--set goes with an environment: bioblue wording show NAME ENVIRONMENT --set NAME=VALUE")
    chosen = read_wording(name, "the wording")
    if environment is not None:
        bioblue_envs.parameters(environment)
        chosen.of(environment)
    click.echo(visible(f"{chosen.title}, digest {chosen.digest[:DIGITS]}"))
    for id_ in (environment,) if environment else chosen.words:
        for line in _shown(chosen, id_, settings):
            click.echo(to_the_letter(line))


def _shown(chosen: Wording, id_: str, settings: tuple[str, ...]) -> Iterator[str]:
    parameters = bioblue_envs.parse_settings(id_, settings)
    environment, state, last = example_step(id_, **parameters)
    words = chosen.of(id_)
    yield f"\n=== {id_} · instruction\n\n{words.instruction(environment)}"
    yield f"\n=== {id_} · step 1\n\n{words.observation(environment, environment.initial(), None)}"
    yield f"\n=== {id_} · step 2\n\n{words.observation(environment, state, last)}"


@wording.command(short_help="Check wordings.")
@click.argument("files", metavar="NAME|FILE…", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Check wordings: exit code 2, with file, line and what is expected, if any can't be used.

    A name means a built-in wording, as in show and in --wording; for a file of that name write ./NAME.
    """
    wrong: list[str] = []
    read: list[Wording] = []
    for file in files:
        try:
            found = read_wording(file, "the wording")
        except ToldError as error:
            wrong.append(visible(str(error)))
            continue
        read.append(found)
        lacking = [id_ for id_ in bioblue_envs.ids() if id_ not in found.words]
        without = f"; none for {', '.join(lacking)}" if lacking else ""
        told = f"{found.title}, digest {found.digest[:DIGITS]}, words for {', '.join(found.words)}{without}"
        whose = " (built in)" if built_in(file) else ""
        click.echo(visible(f"{file}{whose}: {told}"))
    named = [(one.title, one.digest) for one in read]
    for line in reworded(named, named, "other file", " named here"):
        _tell(line)
    if wrong:
        raise UsageError("\n".join(wrong))


@wording.command(short_help="Write a wording to begin with.")
@click.argument("file", type=click.Path(path_type=Path), default=Path("wording.toml"))
@click.option("--from", "name", type=click.Choice(names()), default=DEFAULT, show_default=True, help="Whose texts.")
def init(file: Path, name: str) -> None:
    """Write a wording to FILE (wording.toml) that explains itself: the texts of a built-in one, to be changed."""
    write_text(file, example(_own_name(file), name))
    narrate(f"written: {visible(str(file))}")


@wording.command("from-reference", short_help="Make a wording from the public reference scripts.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--log",
    "logs",
    metavar="FILE.tsv",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A published log to take observation and question from; may be repeated.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE.toml", help="Where to.")
def from_reference(directory: Path, logs: tuple[Path, ...], output: Path) -> None:
    """Make a wording that tells a model what the public reference scripts tell it, from your own checkout in DIRECTORY.

    The scripts are read and never run: Sustainability.py, Homeostasis.py, MultiObjectiveHomeostasisParallel.py,
    BalancingUnboundedObjectivesParallel.py, or some. In each, messages.append({"role": "system", "content": text})
    sends the instruction; in a loop for step in range(1, …), the same with "user" sends observation, blank line and
    question. Texts are strings, joined by +=, f-strings and str(), under the conditions use_rewards, use_hint, and
    use_rewards and step > 1; texts for each objective are in for objective_i in range(1, num_objectives + 1).

    Some published logs are older than the scripts and ask in other words: name them with --log, and observation and
    question are taken from the logs, checked prompt by prompt. A part that no log shows is taken from the script, or
    the command asks for a log that shows it.
    """
    from bioblue_tui.runs.published_wording import wording_of

    text = wording_of(directory, logs, _own_name(output), _tell)
    write_text(output, text)
    narrate(f"written: {visible(str(output))}")


def _tell(line: str) -> None:
    narrate(f"bioblue: {visible(line)}")


def _own_name(file: Path) -> str:
    """Return the name of a new wording that is written to a file."""
    own = re.sub(r"[^a-z0-9.-]+", "-", file.stem.lower()).strip("-.")[:40] or "my-words"
    return f"my-{own}"[:40] if own in (*names(), *(old.name for old in retired())) else own
