"""The commands: each reads its options, then hands over to a screen or a headless display."""
