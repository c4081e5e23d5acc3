"""Showing trials to other people: a self-contained page, tables, charts; all their content comes from the analysis."""
