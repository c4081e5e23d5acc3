"""BioBlue in the terminal: play, watch and replay the control environments of the BioBlue benchmark."""

import time

__version__ = "0.1.0"

STARTED = time.time()
"""When this process began, as near as we know: nothing else of ours is loaded before."""
