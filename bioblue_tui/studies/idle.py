"""Keys in a study's file that would do nothing: they are refused, since their author meant something by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bioblue_envs

from bioblue_tui.studies.study import Study
from bioblue_tui.system.toml_lines import Path as Way


def idle_keys(study: Study, values: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    """Yield the place of each key that does nothing, and why.

    Args:
        study: The study.
        values: The content of its file, which has been checked.
    """
    trials = [*study.practice, *study.trials]
    for number, condition in enumerate(values.get("conditions", [])):
        if all(trial.condition != condition["name"] for trial in trials):
            yield ("conditions", number), f"no block and no practice trial has the condition {condition['name']}"
    if "seed" in values and "random" not in {study.order, *(block.order for block in study.blocks)}:
        yield ("seed",), "nothing is in random order"
    made = (bioblue_envs.make(trial.spec.environment, **trial.spec.parameters) for trial in trials)
    if study.feedback and not any(environment.shown_dimensions for environment in made):
        yield ("feedback",), "every condition hides its rewards"
    asked = values.get("comprehension", {})
    if asked.get("reread") and not study.rereads:
        yield ("comprehension", "reread"), "there is one try" if study.pages else "there are no pages"
    if study.breaks.every >= len(study.trials):
        yield ("breaks", "every"), f"there are {len(study.trials)} trials"
    if study.breaks.between and len(study.blocks) == 1:
        yield ("breaks", "between_blocks"), "there is one block"
    for number, block in enumerate(study.blocks):
        if any(0 < trial.limit <= trial.hurry for trial in block.trials):
            yield ("blocks", number, "hurry"), "minutes ends each trial before"
