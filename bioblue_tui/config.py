"""A person's lasting choices: one small TOML file that they may also edit.

theme = "textual-light"
reduced_motion = true

[notes]
who = "KL"

[keys]
"trial.jump" = "g"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bioblue_tui.formatting.text import one_line
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.paths import real_path
from bioblue_tui.system.regular import read_regular
from bioblue_tui.system.toml import check, load

THEME = "textual-dark"
"""Theme until a person chooses another."""


WHO = "me"
"""Who makes notes, until a person gives a name. Records are shared, so the system's user name stays out of them."""


class ConfigError(BioBlueError):
    """A configuration that cannot be read or written. The message says what, where, and what to do."""


@dataclass(slots=True)
class Config:
    """The choices, and where they are kept.

    Attributes:
        path: The file; None to keep nothing.
        theme: Name of the theme.
        reduced_motion: True for no animation and no blinking.
        who: Who makes notes.
        keys: Keys that differ from our defaults, by the id of their command.
        problems: What was wrong with the file, a sentence each; wrong settings are ignored.
    """

    path: Path | None = None
    theme: str = THEME
    reduced_motion: bool = False
    who: str = WHO
    keys: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Config:
        """Read the file; one that is absent or damaged means our defaults."""
        config = cls(path)
        try:
            _, data = load(read_regular(path))
        except FileNotFoundError:
            return config
        except (OSError, ValueError) as error:
            config.problems.append(f"{path}: not read ({_reason(error)}); correct or remove it")
            return config
        for name, value in data.items():
            config._take(name, value)
        return config

    def _take(self, name: str, value: object) -> None:
        match name, value:
            case "theme", str():
                self.theme = value
            case "reduced_motion", bool():
                self.reduced_motion = value
            case "keys", dict() if all(isinstance(key, str) for key in value.values()):
                self.keys = value
            case "notes", {"who": str(who), **rest} if not rest:
                self.who = who
            case (("theme" | "reduced_motion" | "keys" | "notes"), _):
                wanted = {
                    "notes": 'a line such as who = "KL"',
                    "theme": "a text",
                    "reduced_motion": "true or false",
                    "keys": 'lines such as "trial.jump" = "g"',
                }
                self.problems.append(f"{self.path}: {name} must be {wanted[name]}; left out")
            case _:
                self.problems.append(f"{self.path}: {name} is not known; left out")

    def save(self, **changes: str | bool) -> None:
        """Change settings and write them to the file; comments and everything else in it stay.

        Raises:
            ConfigError: When the file cannot be written, or is damaged: then it is not replaced.
        """
        for name, value in changes.items():
            setattr(self, name, value)
        if self.path is None:
            return
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        from bioblue_tui.records.files import write_text
        from bioblue_tui.records.schema import RecordError

        try:
            text = check(read_regular(self.path)) if self.path.exists() else ""
            document: Any = tomlkit.parse(text)
            for name, value in changes.items():
                place = document.setdefault("notes", tomlkit.table()) if name == "who" else document
                place[name] = value
            # Where the file is a link, what it points to is written.
            write_text(real_path(self.path), tomlkit.dumps(document), overwrite=True)
        except RecordError as error:
            raise ConfigError(f"{self.path}: not saved ({error.what})") from error
        except (OSError, ValueError, TOMLKitError) as error:
            raise ConfigError(f"{self.path}: not saved ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else one_line(str(error), 200)
