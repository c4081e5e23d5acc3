"""The long table as tab-separated values."""

from bioblue_tui.report.format import text_table

FORMAT = text_table("tsv", "\t", (".tab",))
