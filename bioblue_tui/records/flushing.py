"""Putting files on the disk without blocking the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import partial

THREADS = 4
"""How many threads share the files of one turn of the loop. A disk handles several at once well; a thread for each file
would cost the processor more than the file does."""

_Waiting = list[tuple[int, "asyncio.Future[None]"]]

_waiting: dict[asyncio.AbstractEventLoop, _Waiting] = {}
"""For each loop, the open files of its present turn, with the futures that wait for them."""


async def put_on_disk(descriptor: int) -> None:
    """Wait until all that was written to an open file is on the disk.

    Raises:
        OSError: When that fails.
    """
    loop = asyncio.get_running_loop()
    if loop not in _waiting:
        _waiting[loop] = []
        loop.call_soon(_begin, loop)
    done: asyncio.Future[None] = loop.create_future()
    _waiting[loop].append((descriptor, done))
    await done


def _begin(loop: asyncio.AbstractEventLoop) -> None:
    waiting = _waiting.pop(loop)
    share = -(-len(waiting) // THREADS)
    for begin in range(0, len(waiting), share):
        part = waiting[begin : begin + share]
        working = loop.run_in_executor(None, _flush, [descriptor for descriptor, _ in part])
        working.add_done_callback(partial(_tell, part))


def _flush(descriptors: Sequence[int]) -> list[OSError | None]:
    failures: list[OSError | None] = []
    for descriptor in descriptors:
        try:
            os.fsync(descriptor)
        except OSError as error:
            failures.append(error)
        else:
            failures.append(None)
    return failures


def _tell(part: _Waiting, working: asyncio.Future[list[OSError | None]]) -> None:
    if working.cancelled():
        return
    for (_, done), failure in zip(part, working.result(), strict=True):
        # A task that was cancelled no longer waits.
        if not done.done():
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)
