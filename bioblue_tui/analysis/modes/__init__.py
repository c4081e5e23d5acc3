"""Failure modes: what a trial flipped into, since when, and whether it came back; recognised step by step."""
