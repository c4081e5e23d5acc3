"""The long table as comma-separated values."""

from bioblue_tui.report.format import text_table

FORMAT = text_table("csv", ",")
