"""Where the program keeps its files."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATA_DIR_VARIABLE = "BIOBLUE_DATA_DIR"
"""Environment variable that moves the data directory; ``--data-dir`` overrides it."""

CONFIG_VARIABLE = "BIOBLUE_CONFIG"
"""Environment variable that names another configuration file."""


def data_dir(override: Path | None = None) -> Path:
    """Return the directory for everything the program keeps; it may not exist yet.

    Args:
        override: As given on the command line. It overrides the environment variable, which overrides the platform's
            own place.
    """
    if override is not None:
        return override.expanduser()
    named = os.environ.get(DATA_DIR_VARIABLE)
    if named:
        return Path(named).expanduser()
    return platformdirs.user_data_path("bioblue", appauthor=False)


def real_path(path: Path) -> Path:
    """Follow all links of a path. Unlike ``resolve``, this never raises where links lead in a circle."""
    return Path(os.path.realpath(path))


def trials_dir(data_dir: Path) -> Path:
    """Return the directory of the records of trials inside a data directory; it may not exist yet."""
    return data_dir / "trials"


def models_dir(data_dir: Path) -> Path:
    """Return the directory of local models inside a data directory; it may not exist yet."""
    return data_dir / "models"


def references_file(data_dir: Path) -> Path:
    """Return the file of computed reference values inside a data directory; it may not exist yet."""
    return data_dir / "references.json"


def config_file() -> Path:
    """Return the configuration file; it may not exist."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser()
    return platformdirs.user_config_path("bioblue", appauthor=False) / "config.toml"
