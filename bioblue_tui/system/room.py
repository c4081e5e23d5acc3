"""Errors in writing that are not the request's fault: there is no room."""

from __future__ import annotations

import errno

FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO})
"""System errors of a write that mean so: no path, name or permission is to blame."""
