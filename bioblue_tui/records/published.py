"""Tab-separated logs, as the reference scripts publish them: reading and writing."""

from __future__ import annotations

from bioblue_tui.records.published_read import parse_published, read_published
from bioblue_tui.records.published_write import published_text, write_published

__all__ = ["parse_published", "published_text", "read_published", "write_published"]
