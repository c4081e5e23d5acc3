"""Studies with people: baselines that are played under the conditions a model plays under, and what came of them."""
