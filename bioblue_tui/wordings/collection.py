"""The wordings that come with the program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.wordings.wording import DIGITS, Wording, parse_wording
from bioblue_tui.wordings.words import WordingError, Words

DEFAULT = "plain"
"""The wording of every trial that does not name another."""

Named = tuple[str, str]
"""Title and digest of a wording."""

UNKNOWN = ("", "published")
"""The wordings in headers whose texts were not kept, or never came from a wording."""


def names() -> tuple[str, ...]:
    """Return the names of the built-in wordings, the default one first."""
    return tuple(sorted(_files("texts"), key=lambda name: (name != DEFAULT, name)))


def default() -> Wording:
    """Return the default wording."""
    return _load("texts", DEFAULT)


def built_in(name: str) -> Wording | None:
    """Return a built-in wording by its name; None when there is none."""
    return _load("texts", name) if name in _files("texts") else None


def source_of(name: str) -> str:
    """Return the file of a built-in wording."""
    return _files("texts")[name].read_text("utf-8")


def retired() -> tuple[Wording, ...]:
    """Return wordings of older programs: trials that began with them keep them, but no new trial can begin with one."""
    return tuple(_load("retired", name) for name in _files("retired"))


def parse_own(data: bytes, place: str) -> Wording:
    """Read a user's own wording; see ``parse_wording``. Missing texts of interventions are taken from the default.

    Raises:
        WordingError: When anything in it is wrong, or it has the name of a built-in one.
    """
    wording = parse_wording(data, place, default().texts)
    taken = next((one for one in _ours() if one.name == wording.name), None)
    if taken is not None and (taken.version, taken.digest) != (wording.version, wording.digest):
        raise WordingError(f"{place}: {wording.name} is the name of a built-in wording; give it another name")
    return wording


def digest_of(title: str) -> str:
    """Return the digest of a wording for records that do not hold it; empty for an unknown wording."""
    return next((wording.digest for wording in retired() if wording.title == title), "")


def called(title: str, digest: str) -> str:
    """Return a name that identifies a wording: its title, and for a user's own also part of its digest.

    A user's own words may change under the same version; those that come with the program never do.
    """
    if not digest or title in UNKNOWN or comes_with_us((title, digest)):
        return one_line(title, 60)
    return f"{one_line(title, 60)}, digest {one_line(digest[:DIGITS], DIGITS)}"


def reworded(mine: Iterable[Named], others: Iterable[Named], noun: str, place: str = "") -> Iterator[str]:
    """Yield a line for each wording of which there are other words under the same name and version.

    Args:
        mine: Title and digest of each wording that is used; of several with one title the first counts.
        others: Title and digest of the wordings to compare with; an empty digest means that the words are unknown.
        noun: A noun for the others, such as "record".
        place: Where the others are, as words before a verb; may be empty.
    """
    used: dict[str, str] = {}
    for title, digest in mine:
        used.setdefault(title, digest)
    counts = Counter((title, digest) for title, digest in others if digest and digest != used.get(title, digest))
    for (title, digest), count in counts.items():
        have = f"{counted(count, noun)}{place} {'has' if count == 1 else 'have'} other words under the same name"
        yield f"the wording {called(title, used[title])}: {have} ({called(title, digest)}); raise its version"


def comes_with_us(named: Named) -> bool:
    """Return whether a wording comes with the program: its words never change under the same version."""
    return named in _digests()


def unusual(title: str, digest: str) -> str:
    """Return the name of a header's wording; empty for the default one, and for none."""
    name = called(title, digest)
    return "" if name in (*UNKNOWN, default().title) else name


def words_of(environment: str, wording: str, kept: Mapping[str, object] = MappingProxyType({})) -> Words:
    """Return the words that a trial began with.

    Args:
        environment: Its environment's id.
        wording: The wording's title in the header.
        kept: The words that its header holds.

    Raises:
        WordingError: When the words are neither kept nor known.
    """
    if kept:
        return Words(environment, kept)
    if wording in UNKNOWN:
        return default().of(environment)
    for one in _ours():
        if one.title == wording:
            return one.of(environment)
    raise WordingError(
        f"its wording, {wording[:60]!r}, is not known here and not in its record; a fork may have another (--wording)"
    )


def _ours() -> tuple[Wording, ...]:
    return (*(_load("texts", name) for name in names()), *retired())


@cache
def _digests() -> frozenset[tuple[str, str]]:
    return frozenset((one.title, one.digest) for one in _ours())


def _files(folder: str) -> dict[str, Path]:
    return {path.stem: path for path in (Path(__file__).parent / folder).glob("*.toml")}


@lru_cache(maxsize=32)
def _load(folder: str, name: str) -> Wording:
    return parse_wording(_files(folder)[name].read_bytes(), f"the wording {name}")
