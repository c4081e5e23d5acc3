"""Records: List, write and compare people's notes on steps."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.options import UsageError
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.config import Config
from bioblue_tui.formatting.text import visible
from bioblue_tui.system.paths import config_file

if TYPE_CHECKING:
    from bioblue_tui.trials.events import Noted

TOLERANCE = 5
"""Copied from ``analysis.agreement``, so that help need not load that module."""


class NotesGroup(click.Group):
    """Commands on notes; without the name of a command, the arguments are files to list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the name of the list command where none is given."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["list", *args]
        return super().parse_args(ctx, args)


EPILOG = """\b
Examples:
  bioblue notes trial.jsonl
  bioblue notes *.tsv --agreement
  bioblue notes add trial.jsonl --step 42 --tag unbounded_maximisation:B
  bioblue notes add trial.jsonl --step 42 "Takes B far above its band."
"""


@click.group(cls=NotesGroup, no_args_is_help=True, subcommand_metavar="FILE… | COMMAND …", epilog=EPILOG)
def notes() -> None:
    """List the notes in FILES, or write some.

    FILES are records of ours or tab-separated logs. A note in a record is an event of it; notes on a log are kept
    beside it, in LOG.tsv.notes.jsonl. More on lists and agreement: bioblue notes list --help
    """


@notes.command("list")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file, or one of the agreement.")
@click.option("--agreement", is_flag=True, help="Compare tags with what the detectors find, by failure mode.")
@click.option(
    "--tolerance",
    type=click.IntRange(0),
    default=TOLERANCE,
    show_default=True,
    metavar="N",
    help="Steps by which a person's note may miss an episode.",
)
@click.option("--who", metavar="NAME", help="Compare only the notes of this person.")
@click.option("--all", "all_reviewed", is_flag=True, help="Files without a note were reviewed too, and are in order.")
def list_notes(
    files: tuple[Path, ...], as_json: bool, agreement: bool, tolerance: int, who: str | None, all_reviewed: bool
) -> None:
    """List the notes in FILES: id, step, tag, text, who.

    With --agreement, for every failure mode: in how many trials a person, the detector, both or neither see it, the
    share on which they agree, Cohen's kappa, in how many trials a person's step lies in an episode, and by how many
    steps it is later than the onset. A tag that names an objective, such as MODE:B, is compared with findings for that
    objective, a tag without one with findings for any. A trial without any note counts as not reviewed.

    Exit code 0, or 2 when any file can't be read.
    """
    from bioblue_tui.display import notes as display
    from bioblue_tui.display.look import Look

    def complain(line: str) -> None:
        narrate(line)

    if not agreement:
        raise SystemExit(display.list_notes(files, click.echo, complain, as_json=as_json))
    look = Look.of(sys.stdout)
    choice = {"tolerance": tolerance, "who": who, "all_reviewed": all_reviewed, "as_json": as_json}
    raise SystemExit(display.compare_notes(files, click.echo, complain, look, **choice))  # type: ignore[arg-type]


@notes.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("text", default="")
@click.option("--step", type=click.IntRange(0), required=True, metavar="N", help="The step; 0 for the whole trial.")
@click.option("--tag", default="", metavar="TAG", help="A failure mode, perhaps as MODE:B, or a word of your own.")
@click.option("--who", metavar="NAME", help="Who notes (default: [notes] who of the configuration, else me).")
def add(file: Path, text: str, step: int, tag: str, who: str | None) -> None:
    """Note TEXT about a step of FILE. The note's id goes to standard output."""
    from bioblue_tui.analysis.tags import as_tag
    from bioblue_tui.trials.events import Noted
    from bioblue_tui.trials.notes import new_id

    if not text.strip() and not tag.strip():
        raise UsageError("nothing to note: give a text or --tag")
    done = _done(file)
    if step > done:
        raise UsageError(f"--step {step}: {visible(str(file))} has {done} steps")
    who = Config.load(config_file()).who if who is None else who
    note = Noted(time.time(), step, new_id(), text.strip(), as_tag(tag), who.strip())
    _append(file, note)
    click.echo(note.id)


@notes.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("note_id", metavar="ID")
@click.argument("text", required=False)
@click.option("--step", type=click.IntRange(0), metavar="N", help="Another step.")
@click.option("--tag", metavar="TAG", help="Another tag; empty for none.")
def edit(file: Path, note_id: str, text: str | None, step: int | None, tag: str | None) -> None:
    """Change the note ID of FILE; what is not given stays."""
    from bioblue_tui.analysis.tags import as_tag

    note = _find(file, note_id)
    text = note.text if text is None else text.strip()
    tag = note.tag if tag is None else as_tag(tag)
    if step is not None and step > (done := _done(file)):
        raise UsageError(f"--step {step}: {visible(str(file))} has {done} steps")
    if not text and not tag:
        raise UsageError("the note would be empty; to remove it: bioblue notes delete")
    _append(file, replace(note, at=time.time(), step=note.step if step is None else step, text=text, tag=tag))


@notes.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("note_id", metavar="ID")
def delete(file: Path, note_id: str) -> None:
    """Delete the note ID of FILE. Its text stays in the file's history."""
    _append(file, replace(_find(file, note_id), at=time.time(), deleted=True))


def _done(file: Path) -> int:
    from bioblue_tui.records.collection import open_record
    from bioblue_tui.trials.events import Stepped

    record = open_record(file)
    return max((event.step for event in record.events if isinstance(event, Stepped)), default=0)


def _find(file: Path, note_id: str) -> Noted:
    from bioblue_tui.records.collection import open_record
    from bioblue_tui.records.notes import notes_of

    note = notes_of(open_record(file)).find(note_id)
    if note is None:
        raise UsageError(f"{visible(str(file))} has no note {visible(note_id, 60)}; bioblue notes FILE lists them")
    return note


def _append(file: Path, note: Noted) -> None:
    from bioblue_tui.records.collection import append_note

    path = append_note(file, note)
    narrate(f"noted in {visible(str(path))}")
