"""Many trials at once: who runs when, what a provider allows them together, and batches written down in a file."""
