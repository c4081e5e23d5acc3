"""People: Lead people through a study, export what they did."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bioblue_tui.commands.common.group import OrderedGroup
from bioblue_tui.commands.common.options import UsageError, data_option
from bioblue_tui.commands.common.usage import UNREADABLE, narrate
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.records.files import leading_nowhere, write_text
from bioblue_tui.studies.example import EXAMPLE
from bioblue_tui.studies.sessions import nobodys, study_dir
from bioblue_tui.studies.study import Study
from bioblue_tui.studies.versions import load_begun
from bioblue_tui.system.paths import data_dir as directory
from bioblue_tui.system.paths import trials_dir

if TYPE_CHECKING:
    from bioblue_tui.studies.standing import Standing

Result = TypeVar("Result")

NOT_FINISHED = 1
"""Exit code of ``run`` when the participant left before the end."""


@click.group(cls=OrderedGroup)
def study() -> None:
    """Studies with people: baselines played under a model's conditions.

    One file describes a study; bioblue study init writes an example that explains itself.
    """


def _load(path: Path, data: Path | None) -> Study:
    study, wrong = load_begun(path, data)
    if wrong:
        narrate(visible(f"{wrong}\nIt was begun under older rules and stays valid; a new study can't be like this."))
    return study


_study_file = click.argument("file", metavar="STUDY.toml", type=click.Path(path_type=Path))


@study.command(short_help="Write an example.")
@click.argument("file", type=click.Path(path_type=Path), default=Path("study.toml"))
def init(file: Path) -> None:
    """Write an example to FILE (study.toml), which explains every key and can be played as it stands."""
    write_text(file, EXAMPLE)
    narrate(f"written: {visible(str(file))}")
    narrate(f"bioblue study run {visible(str(file))} --participant P01")


@study.command(short_help="Lead a participant through.")
@_study_file
@click.option("--participant", metavar="CODE", required=True, help="A code such as P07; never a name.")
@click.option("--row", type=int, metavar="N", help="Row of the design (default: the one that fewest have).")
@click.option("--resume", is_flag=True, help="Resume a session that was interrupted, without asking.")
@click.option("--new-version", is_flag=True, help="Let a changed file become a new version of the study.")
@data_option
@click.pass_obj
def run(
    default_data: Path | None,
    /,
    file: Path,
    participant: str,
    row: int | None,
    resume: bool,
    new_version: bool,
    data_dir: Path | None,
) -> None:
    """Lead a participant through a study, from where they stopped.

    Everything is written to disk at once; after a pause, a crash or a power cut the same command resumes at the same
    step. Exit code 1: they left before the end.

    When its first participant begins, a copy of the study is kept. For a new participant a file that was changed since
    is refused, with a list of the changes, unless it is to be a new version. Whoever has begun continues with the
    version they began with, and is named on standard error.
    """
    from bioblue_tui.commands.common.screen import on_screen

    data = data_dir or default_data
    plan = _load(file, data)
    if not on_screen("auto"):
        raise UsageError("a study needs a terminal: it is shown on the whole screen")
    _may_go_on(plan, participant, data, resume, new_version)
    outcome, problem, version = _play(plan, participant, data, row, new_version)
    if problem:
        raise click.ClickException(visible(problem))
    narrate(f"{participant}, version {version}: {outcome or 'left before the end; the same command resumes here'}")
    if not outcome:
        raise SystemExit(NOT_FINISHED)


def _may_go_on(plan: Study, participant: str, data: Path | None, resume: bool, new_version: bool) -> None:
    """Ask before a session is resumed: the code may have been typed by mistake."""
    from bioblue_tui.studies.running import begun, changed_since

    log = begun(plan, participant, data, new_version=new_version)
    if log is None:
        return
    changed = changed_since(plan, log, data)
    if changed:
        narrate(visible(f"{participant} {changed}"))
    if resume:
        return
    when = datetime.fromtimestamp(log.last).astimezone().isoformat(sep=" ", timespec="minutes")
    done = counted(log.trials_done, "trial")
    if not _agreed(f"{participant} began this study and was last seen {when}, {done} done. Resume?"):
        raise UsageError(
            f"{participant} is left as they were, {done} done. To resume: the same command, answered with y, or with "
            "--resume. Another participant needs another code"
        )


def _agreed(question: str) -> bool:
    """Ask until the answer is y or n: another key, pressed by mistake, decides nothing."""
    while True:
        answer = click.prompt(f"{question} [y/n]", default="", show_default=False, prompt_suffix=": ").strip().lower()
        if answer in ("y", "yes", "n", "no"):
            return answer[0] == "y"
        narrate("Please answer y or n.")


def _play(plan: Study, participant: str, data: Path | None, row: int | None, new_version: bool) -> tuple[str, str, str]:
    """Show the study; returns how the session ended, what went wrong (either may be empty), and the version played."""
    import os

    from bioblue_tui.studies.running import enter

    entered = enter(plan, participant, data, row=row, new_version=new_version)
    with entered.file:
        # Textual reads this when it is imported.
        os.environ.setdefault("TEXTUAL_FPS", "240")
        from bioblue_tui.app.study import StudyApp
        from bioblue_tui.config import Config
        from bioblue_tui.system.paths import config_file

        app = StudyApp(entered, Config.load(config_file()))
        problem = app.run()
        if app.failed:
            raise SystemExit(app.failed)
        return entered.log.outcome, problem or "", str(entered.log.opening.version or "not kept")


@study.command(short_help="Show who has done what.")
@click.argument("which", metavar="STUDY")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per participant.")
@data_option
@click.pass_obj
def status(default_data: Path | None, /, which: str, as_json: bool, data_dir: Path | None) -> None:
    """Show who has done what in STUDY (its file, or its name), and how many were removed, and when."""
    import json
    import sys
    from dataclasses import asdict

    from bioblue_tui.display.listing import list_lines
    from bioblue_tui.display.look import Look
    from bioblue_tui.studies.removed import told_removed
    from bioblue_tui.studies.standing import standings
    from bioblue_tui.studies.versions import kept_versions

    data = data_dir or default_data
    name, plan = _named(which, data)
    found = standings(study_dir(name, data), plan, trials_dir(directory(data)))
    missed, remarks = kept_versions(study_dir(name, data)).told({one.version for one in found if one.planned})
    unread = [f"{one.participant}: {why}" for one in found for why in one.unread]
    removed = told_removed(study_dir(name, data))
    for problem in (*missed, *remarks, *unread, *nobodys(study_dir(name, data)), *removed):
        narrate(visible(problem))
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one)))
        return
    look = Look.of(sys.stdout)
    for line in list_lines(map(_standing_row, found), look):
        click.echo(line, color=look.colour)
    done = sum(one.finished for one in found)
    narrate(f"{counted(len(found), 'participant')}, {done} finished")


def _standing_row(one: Standing) -> list[str]:
    if one.problem:
        return [one.participant, one.state, "-", "-", "-", "-", one.problem]
    trials = f"{one.trials}/{one.planned} trials" if one.planned else counted(one.trials, "trial")
    if one.unread:
        trials += f", {counted(len(one.unread), 'record')} can't be read"
    last = datetime.fromtimestamp(one.last).astimezone().isoformat(sep=" ", timespec="minutes") if one.last else "-"
    version = f"version {one.version}" if one.version else "version not kept"
    if one.version and not one.planned:
        version += ": its copy can't be read"
    following = one.at and f"next: {one.at}"
    return [one.participant, one.state, trials, f"row {one.row}", version, f"last {last}", following]


@study.command(short_help="Write tables, a data dictionary, a method sheet.")
@click.argument("which", metavar="STUDY")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", required=True, help="A new directory.")
@data_option
@click.pass_obj
def export(default_data: Path | None, /, which: str, output: Path, data_dir: Path | None) -> None:
    """Write tables, a data dictionary, a method sheet and the records of STUDY: its file, or its name.

    Everything is taken from the versions that participants played, whatever the file says now; versions/ holds them.
    participants.csv is wide, decisions.csv long; comparisons.csv compares people with every agent whose records of the
    same trials are in the data directory.

    Exit code 0, or 2 when a record or a session can't be read; the others are in the export then.
    """
    from bioblue_tui.studies.export.writing import export_study

    data = data_dir or default_data
    name, plan = _named(which, data)
    written, problems, remarks = export_study(name, plan, output, data)
    for path in written:
        click.echo(visible(str(path)))
    for line in (*(f"left out: {problem}" for problem in problems), *remarks):
        narrate(visible(line))
    raise SystemExit(UNREADABLE if problems else 0)


@study.command(short_help="Remove a participant.")
@click.argument("which", metavar="STUDY")
@click.argument("participant", metavar="CODE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@click.pass_obj
def forget(default_data: Path | None, /, which: str, participant: str, yes: bool, data_dir: Path | None) -> None:
    """Remove a participant from STUDY, its file or its name: session, records, and forks of these.

    Earlier exports and copies are not removed. Only numbers stay, in the method sheet and in bioblue study status: how
    many were removed, by version and by how far they had come, and on which days, without their codes.
    """
    from bioblue_tui.studies import forgetting
    from bioblue_tui.studies.sessions import is_code

    if not is_code(participant):
        raise UsageError(f"{one_line(participant, 60)!r} is no participant's code")
    data = data_dir or default_data
    name, plan = _named(which, data)
    files = forgetting.what_there_is(name, participant, data)
    if not files:
        raise UsageError(f"there is nothing of {participant} in {one_line(name)}")
    if not yes:
        click.confirm(f"Remove {counted(len(files), 'file')} of {participant}? This cannot be undone", abort=True)
    uncounted = forgetting.forget(name, participant, files, plan, data)
    narrate(f"{counted(len(files), 'file')} of {participant} removed; exports and copies are not removed")
    if uncounted:
        narrate(visible(f"The method sheet will not say that one was removed: note it yourself. {uncounted}"))


def _named(which: str, data: Path | None) -> tuple[str, Study | None]:
    """Return the name of a study, and the study where its file was given.

    Raises:
        UsageError: When the study cannot be loaded, nobody has begun a study of that name, or the data directory is a
            broken link.
    """
    if link := leading_nowhere(directory(data)):
        raise UsageError(link)
    path = Path(which)
    if path.suffix == ".toml" or len(path.parts) > 1 or path.is_file():
        plan = _load(path, data)
        return plan.name, plan
    if not study_dir(which, data).exists():
        raise UsageError(
            f"nobody has begun a study named {one_line(which, 60)!r} here; check the name, or give its file"
        )
    return which, None
