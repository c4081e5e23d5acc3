"""The commands: each reads its options, then starts a screen or a headless display."""
