"""Showing trials to others: one self-contained page, tables, charts; everything of them comes from the analysis."""
