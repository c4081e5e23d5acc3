"""How trials are begun, resumed and played in numbers."""
