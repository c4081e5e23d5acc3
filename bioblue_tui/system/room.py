"""What the system refuses although nothing is wrong with what was asked for: there is no room to write it."""

from __future__ import annotations

import errno

FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO})
"""Errors of the system that say so when something is written: no place, name or permission is to blame."""
