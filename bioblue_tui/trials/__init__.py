"""One trial as it happens: its events, its loop, its state, and how an answer is read."""
