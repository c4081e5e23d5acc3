"""How many files and connections may be open at once: many trials need more than a shell allows at first."""

from __future__ import annotations

import contextlib
import errno
import sys

SHORT = frozenset({errno.EMFILE, errno.ENFILE})
"""System errors that mean that no file descriptor is left."""

ADVICE = "too many files and connections are open at once; play fewer trials at once (--parallel), or raise ulimit -n"
"""What that means, and what to do."""

_MOST = 65_536
"""More than any number of trials needs; some systems report no limit but have one."""


def allow_many() -> None:
    """Raise this process's own limit as far as the system lets it."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Where the system refuses after all, the limit stays as it was.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
