"""What models cost: prices, what a trial has spent, what a batch may cost, and a limit on the cost."""
