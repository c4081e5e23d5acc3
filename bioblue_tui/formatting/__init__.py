"""Text made safe and numbers made readable, for every way of showing them."""
