"""Many trials at once: which runs when, how many requests a provider allows in all, and batches described in a file."""
