"""TOML that somebody wrote: bounded in size and depth, wherever it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioblue_tui.config import Config, ConfigError
from bioblue_tui.runs.settings_text import load_wording
from bioblue_tui.runs.spec_file import Source, SpecError
from bioblue_tui.studies.loading import StudyError, load_study
from bioblue_tui.system.toml import MOST_BYTES, MOST_DOTS
from bioblue_tui.wordings.words import WordingError

LARGE = (b"# " + b"x" * MOST_BYTES, "larger than 256 KiB")
TOLD = "line 2 has a key with more than 100 dots"
DEEP = (b"name = 1\n" + b"a." * (MOST_DOTS + 1) + b"b = 1", TOLD)
QUOTED = (b"name = 1\n[" + rb""""\". " . '.' . """ * MOST_DOTS + b"b]", TOLD)


@pytest.mark.parametrize(("data", "what"), [LARGE, DEEP, QUOTED], ids=["large", "deep", "quoted"])
def test_what_would_take_hours_is_refused_at_once_everywhere(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_bytes(data)
    with pytest.raises(SpecError, match=what):
        Source(path)
    with pytest.raises(StudyError, match=what):
        load_study(path)
    with pytest.raises(WordingError, match=what):
        load_wording(path)
    config = Config.load(path)
    assert what in config.problems[0]
    with pytest.raises(ConfigError, match=what):
        config.save(theme="nord")
    assert path.read_bytes() == data


def test_what_people_write_is_within_the_bounds(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    path.write_text(f'text = "{"One sentence. " * 9 * MOST_DOTS}"\nlist = [{"1, " * 1000}]\n', encoding="utf-8")
    assert len(Source(path).values["list"]) == 1000
