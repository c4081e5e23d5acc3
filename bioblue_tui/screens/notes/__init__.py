"""Notes on steps."""
