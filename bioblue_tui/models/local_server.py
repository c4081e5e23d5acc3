"""llama.cpp's server inside this process: it speaks the same HTTP as any other, on a port of its own."""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path
from typing import Any

from bioblue_tui.agents.base import AgentError
from bioblue_tui.system.paths import real_path

CONTEXT = 8192
"""Tokens of context."""

_servers: dict[Path, tuple[Any, str]] = {}
_lock = threading.Lock()


def serve(path: Path, name: str) -> str:
    """Return the address of a server for a model file; the first call for a file starts it. Takes about a second.

    The server is shared by all trials of the process and ends with it.

    Args:
        path: The model file.
        name: The name by which requests ask for it.

    Raises:
        AgentError: When the file can't be loaded.
        ImportError: When the package that runs models is missing or broken.
    """
    path = real_path(path)
    with _lock:
        if path not in _servers:
            if not _servers:
                atexit.register(_servers.clear)
            _servers[path] = _start(path, name)
        return _servers[path][1]


def _start(path: Path, name: str) -> tuple[Any, str]:
    import xllamacpp

    try:
        server = xllamacpp.Server(_parameters(xllamacpp, path, name))
        address = str(server.listening_address)
    except RuntimeError as error:
        raise AgentError(f"{path.name}: the model can't be loaded ({str(error)[:200]})") from None
    _ask_once(address)
    return server, address


def _parameters(xllamacpp: Any, path: Path, name: str) -> Any:
    """Return the settings: one conversation at a time, nothing printed, and one processor left for other work."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.model_alias = {name}
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.port = 0
    parameters.ui = False
    parameters.verbosity = -1
    # Its cache of earlier conversations would grow by 180 MB with each.
    parameters.cache_ram_mib = 0
    # With as many threads as processors it drops to a hundredth of its speed as soon as anything else runs.
    threads = max(1, _processors() - 1)
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    return parameters


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _ask_once(address: str) -> None:
    """Send one request: a server that is closed before its first request may never end."""
    import httpx2

    with httpx2.Client(trust_env=False, timeout=10) as client:
        client.get(f"{address}/health")
