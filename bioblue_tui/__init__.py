"""BioBlue in the terminal: play, watch and replay the control environments of the BioBlue benchmark."""

__version__ = "0.1.0"
