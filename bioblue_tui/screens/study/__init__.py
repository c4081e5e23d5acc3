"""What a participant of a study sees: pages, questions, trials, and nothing else."""
