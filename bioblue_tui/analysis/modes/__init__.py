"""Failure modes: what a trial flipped into, from which step, and whether it recovered; recognised step by step."""
