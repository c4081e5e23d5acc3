"""What commands share: options, the screen, many trials, messages."""
