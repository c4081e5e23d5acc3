"""What all end-to-end tests have: the installed command."""

from pathlib import Path

import pytest

from tests.support.command import Bioblue


@pytest.fixture
def bioblue(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path)
