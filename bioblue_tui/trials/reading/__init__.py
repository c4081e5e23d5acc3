"""Parts of the rule by which answers are read; ``bioblue_tui.trials.parse`` puts them together."""
