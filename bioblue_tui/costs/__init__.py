"""What models cost: prices, what a trial has spent, what a batch may come to, and a limit to it."""
