"""Files put on the disk together: each on its own account."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from bioblue_tui.records.flushing import THREADS, put_on_disk


@pytest.fixture
def files(tmp_path: Path) -> list[int]:
    return [os.open(tmp_path / str(number), os.O_WRONLY | os.O_CREAT) for number in range(3 * THREADS + 1)]


async def test_each_file_is_put_on_the_disk_once(files: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(os, "fsync", done.append)
    await asyncio.gather(*map(put_on_disk, files))
    assert sorted(done) == sorted(files)
    await put_on_disk(files[0])
    assert done.count(files[0]) == 2


async def test_a_failure_is_told_only_to_whose_file_it_is(files: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        if descriptor == files[1]:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    results = await asyncio.gather(*map(put_on_disk, files), return_exceptions=True)
    assert [isinstance(result, OSError) for result in results] == [file == files[1] for file in files]


async def test_who_waits_no_more_holds_up_nobody(files: list[int]) -> None:
    waiting = [asyncio.create_task(put_on_disk(file)) for file in files]
    await asyncio.sleep(0)
    waiting[0].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, *[type(None)] * (len(files) - 1)]
