"""How trials are begun, gone on with and played in numbers."""
