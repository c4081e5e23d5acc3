from pathlib import Path

import pytest

from bioblue_tui.system.paths import DATA_DIR_VARIABLE, data_dir, trials_dir


def test_command_line_goes_before_variable_before_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "variable"))
    assert data_dir(tmp_path / "given") == tmp_path / "given"
    assert data_dir() == tmp_path / "variable"
    monkeypatch.delenv(DATA_DIR_VARIABLE)
    assert data_dir().name == "bioblue"
    assert data_dir().is_absolute()


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert data_dir(Path("~/b")) == tmp_path / "b"
    monkeypatch.setenv(DATA_DIR_VARIABLE, "~/c")
    assert data_dir() == tmp_path / "c"


def test_nothing_is_made_by_asking(tmp_path: Path) -> None:
    assert not trials_dir(data_dir(tmp_path / "x")).exists()
