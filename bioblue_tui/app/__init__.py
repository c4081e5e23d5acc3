"""The Textual applications, and how they carry out what a screen asks for."""
