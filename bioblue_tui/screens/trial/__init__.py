"""The screens of one trial: played, watched, replayed."""
