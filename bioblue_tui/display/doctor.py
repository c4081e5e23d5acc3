"""What the program finds around it: keys, servers, local models, its directories, the terminal, versions."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bioblue_tui import __version__
from bioblue_tui.agents.base import AgentError
from bioblue_tui.config import Config
from bioblue_tui.display.look import Look
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.models.endpoint import find_endpoint
from bioblue_tui.models.local_files import LIBRARY, missing_library, model_files
from bioblue_tui.models.probing import KNOWN_SERVERS, Probe, probe
from bioblue_tui.models.providers import services
from bioblue_tui.records.files import leading_nowhere
from bioblue_tui.system.paths import config_file, models_dir, trials_dir

PACKAGES = ("textual", *(service.dialect.package for service in services().values()), "genai-prices", LIBRARY)
"""Packages whose versions may explain a problem."""

_SMALLEST = (60, 20)
"""Columns and rows that the screens need at least."""

_NAMED = 4
"""Most models of a server that are named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    Attributes:
        part: The part of the list that it belongs to.
        name: What was checked.
        text: What was found, for a person.
        broken: True when the program can't work like this.
        facts: What was found, as JSON values.
    """

    part: str
    name: str
    text: str
    broken: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)


async def examine(data: Path, environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Look around.

    Args:
        data: The data directory.
        environ: Environment variables.
    """
    return [
        *_keys(environ),
        *await _servers(environ),
        *_local(data),
        *_places(data),
        _terminal(environ),
        *_versions(),
    ]


def _keys(environ: Mapping[str, str]) -> Iterator[Finding]:
    for service in services().values():
        known = service.has_key(environ)
        yield Finding("keys", service.key_variable, "set" if known else "not set", facts={"set": known})


async def _servers(environ: Mapping[str, str]) -> list[Finding]:
    found, to_probe = [], list(KNOWN_SERVERS.items())
    for service in services().values():
        name = service.url_variable
        given = environ.get(name, "").strip()
        if not given:
            found.append(Finding("servers", name, "not set", facts={"set": False}))
            continue
        try:
            # Without the key: it is not needed here.
            endpoint = find_endpoint(service, given, {})
        except AgentError as error:
            found.append(Finding("servers", name, str(error), facts={"set": True, "usable": False}))
            continue
        if endpoint.local:
            path = service.dialect.models.removesuffix("/models")
            to_probe.insert(len(to_probe) - len(KNOWN_SERVERS), (name, endpoint.shown.removesuffix(path) + path))
        else:
            ask = f"bioblue models {service.name} asks it"
            facts = {"set": True, "usable": True, "url": endpoint.shown}
            found.append(Finding("servers", name, f"{endpoint.shown} ({ask})", facts=facts))
    return found + [_answering(one) for one in await probe(to_probe)]


def _answering(one: Probe) -> Finding:
    if not one.answers:
        text = f"nothing answers at {one.url}"
    elif one.models is None:
        text = f"something else answers at {one.url}"
    else:
        names = ", ".join(one.models[:_NAMED]) + (", …" if len(one.models) > _NAMED else "")
        text = f"{one.url}: {counted(len(one.models), 'model')}" + (f" ({names})" if names else "")
    facts = {"url": one.url, "answers": one.answers, "models": None if one.models is None else list(one.models)}
    return Finding("servers", one.name, text, facts=facts)


def _local(data: Path) -> Iterator[Finding]:
    missing = missing_library()
    yield Finding("local models", "runs them", missing or f"{LIBRARY} is installed", facts={"installed": not missing})
    files = model_files(models_dir(data))
    if not files:
        yield Finding("local models", "files", "none; bioblue local get fetches a small one", facts={"files": []})
    for model in files:
        facts = {"file": str(model.path), "size": model.size, "problem": model.problem}
        text = model.problem or f"{model.size / 1e6:.0f} MB, fine"
        yield Finding("local models", model.name, text, facts=facts)


def _places(data: Path) -> Iterator[Finding]:
    problem = leading_nowhere(trials_dir(data)) or _unwritable(trials_dir(data)) or _unwritable(data)
    yield _place("data", data, problem, broken=bool(problem))
    config = config_file()
    problems = Config.load(config).problems
    yield _place("config", config, _unwritable(config.parent) or "; ".join(problems), broken=False)


def _place(name: str, path: Path, problem: str, *, broken: bool) -> Finding:
    facts = {"path": str(path), "problem": problem}
    shown = str(path.absolute())
    # The problem with a file already names the file.
    text = problem if problem and shown in problem else f"{shown}: {problem or 'can be written'}"
    return Finding("places", name, text, broken, facts)


def _unwritable(directory: Path) -> str:
    """Return why a directory, made if need be, can't be written to; empty where it can. Leaves no trace."""
    place = directory
    try:
        while not place.exists() and place != place.parent:
            place = place.parent
        if not place.is_dir():
            return f"can't be made: {place} is no directory"
        with tempfile.TemporaryFile(dir=place):
            return ""
    except OSError as error:
        return f"can't be written ({error.strerror or type(error).__name__})"


def _terminal(environ: Mapping[str, str]) -> Finding:
    look = Look.of(sys.stdout, environ)
    if sys.stdout is None or not sys.stdout.isatty():
        return Finding("terminal", "screen", "none: the output goes to a file or a program", facts={"terminal": False})
    from rich.console import Console

    columns, rows = shutil.get_terminal_size()
    colours = Console().color_system if look.colour else None
    named = {"truecolor": "16 million colours", "256": "256 colours", "standard": "16 colours", "windows": "16 colours"}
    text = f"{columns}×{rows}, {named.get(colours or '', 'no colours')}"
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        text += "; the screens need 60×20"
    facts = {"terminal": True, "columns": columns, "rows": rows, "colours": colours}
    return Finding("terminal", "screen", text, facts=facts)


def _versions() -> Iterator[Finding]:
    yield Finding("versions", "bioblue-tui", __version__, facts={"version": __version__})
    system = f"{platform.system()} {platform.machine()}"
    python = platform.python_version()
    yield Finding("versions", "Python", f"{python}, {system}", facts={"version": python, "system": system})
    for name in PACKAGES:
        try:
            found: str | None = version(name)
        except PackageNotFoundError:
            found = None
        yield Finding("versions", name, found or "not installed", facts={"version": found})
