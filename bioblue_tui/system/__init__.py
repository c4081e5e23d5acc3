"""What the operating system is asked for: places, files, signals, limits."""
