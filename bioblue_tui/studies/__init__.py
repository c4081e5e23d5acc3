"""Studies with people: baselines played under a model's conditions, and their results."""
