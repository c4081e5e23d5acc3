"""The Textual applications, and what follows from a screen's wish."""
