"""Foreign text on a screen: what a person needs of it is there."""

import errno
import os
from pathlib import Path

import pytest

from bioblue_tui.formatting.text import error_line
from bioblue_tui.records.files import what_failed


@pytest.mark.parametrize("length", [1, 150, 250, 300])
@pytest.mark.parametrize("limit", [200, 300])
def test_what_to_do_about_an_error_is_whole_however_long_its_path_is(length: int, limit: int) -> None:
    failed = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    told = error_line(what_failed(failed, Path("/", "d" * length), "the record cannot be written"), limit)
    assert told.endswith("the record cannot be written (No space left on device). The disk is full; free some space.")
    assert told.startswith("/d")
    assert len(told) <= limit
