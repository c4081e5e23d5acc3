"""Reading a figure in a lesson's text: what is measured, in which trials, and how it is shown."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from bioblue_envs import Action, Homeostatic

from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.lessons.directives import (
    RULES,
    DirectiveError,
    check_agent,
    modes_named,
    options_of,
    parameters_of,
    record_beside,
)
from bioblue_tui.lessons.figure_trials import Source
from bioblue_tui.lessons.figures import BEST, BESTS, EXPECTED, MEASURES, TAKES, Figure
from bioblue_tui.records.collection import may_be_record, open_record
from bioblue_tui.runs.batch.seeds import parse_seeds
from bioblue_tui.runs.trial_options import NAMED
from bioblue_tui.runs.trial_spec import STEPS
from bioblue_tui.trials.events import MAX_STEPS

MOST = 100_000
"""Most steps that a figure may play: a few seconds. A lesson from elsewhere must not keep a computer busy."""

_FOUND = ("onset", "detected", "recovered")
_USED_BY = {
    "mode": _FOUND,
    "at": tuple(name for name in MEASURES if name not in (*_FOUND, "settled", "steps")),
    "of": tuple(name for name in MEASURES if name != "steps"),
    "percent": ("band",),
}
"""Options that only some measures use, with those measures."""

_COMMAND = click.Command(
    "figure",
    params=[
        click.Argument(["measure"]),
        click.Argument(["source"]),
        click.Option(["--agent"], default=""),
        click.Option(["--plays"], default=""),
        click.Option(["--seed", "seeds"]),
        click.Option(["--steps"], type=click.IntRange(1, MAX_STEPS)),
        *RULES,
        click.Option(["--of"], multiple=True),
        click.Option(["--at"], type=click.IntRange(0, MAX_STEPS)),
        click.Option(["--mode"], default=""),
        click.Option(["--less"], default=""),
        click.Option(["--take"], type=click.Choice(list(TAKES))),
        click.Option(["--decimals"], type=click.IntRange(0, 3), default=0),
        click.Option(["--percent"], is_flag=True),
        click.Option(["--unsigned"], is_flag=True),
    ],
)


def read_figure(text: str, folder: Path) -> Figure:
    """Read a figure that is to be reckoned.

    Args:
        text: What stands between ``{=`` and ``}``.
        folder: Where the lesson's own files are.

    Raises:
        DirectiveError: When there is no such trial or measure.
    """
    options = options_of(_COMMAND, text)
    _check_measure(options["measure"])
    for name, measures in _USED_BY.items():
        if options["measure"] not in measures:
            _refuse(options, f"only {', '.join(measures)} {'use' if len(measures) > 1 else 'uses'} it", name)
    if options["agent"]:
        _refuse(options, "--agent says who plays", "plays")
    sources = _sources(options, folder)
    if len(sources) == 1:
        _refuse(options, "there is one trial", "take")
    elif not options["take"]:
        raise DirectiveError(f"there are {len(sources)} trials; say --take {' or '.join(TAKES)}")
    if options["measure"] in BESTS:
        _check_best(options, sources[0])
    elif not any((sources[0].agent, sources[0].plays, sources[0].record)):
        raise DirectiveError("say who plays: --agent NAME, or --plays ACTIONS")
    if sum(source.steps for source in sources) > MOST:
        raise DirectiveError(f"more than {MOST} steps in all")
    less = options["less"]
    return Figure(
        options["measure"],
        tuple(sources),
        of=frozenset(options["of"]),
        at=options["at"],
        mode=next(iter(modes_named([options["mode"]]))) if options["mode"] else "",
        less=tuple(replace(source, agent=less, plays=()) for source in sources) if less else (),
        take=options["take"] or "mean",
        **{name: options[name] for name in ("decimals", "percent", "unsigned")},
    )


def _check_measure(name: str) -> None:
    known = (*BESTS, *MEASURES)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise DirectiveError(f"no measure {name[:40]!r}; {hint}")


def _sources(options: dict[str, Any], folder: Path) -> list[Source]:
    place, plays = options["source"], _actions(options["plays"])
    if may_be_record(place):
        record = record_beside(folder, Path(place))
        _refuse(options, "a record has its own", "seeds", "steps", "settings", *NAMED)
        environment = open_record(record).header.environment
        sources = [Source(agent=agent, plays=plays, record=record) for agent in _agents(options["agent"])]
    else:
        environment = place
        parameters = tuple(parameters_of(environment, options).items())
        world = Source(environment, parameters, plays=plays, steps=options["steps"] or STEPS)
        if not _noisy(world) and not any(POLICIES[name].draws for name in _names(options) if name in POLICIES):
            _refuse(options, f"{environment} has no noise", "seeds")
        try:
            seeds = parse_seeds(options["seeds"] or "1")
        except ValueError as error:
            raise DirectiveError(str(error)) from None
        sources = [replace(world, agent=agent, seed=seed) for agent in _agents(options["agent"]) for seed in seeds]
    for agent in (*(source.agent for source in sources), options["less"]):
        _check(agent, environment)
    return sources


def _names(options: dict[str, Any]) -> tuple[str, str]:
    """Return the names of the policies that play, without their numbers of good steps."""
    return options["agent"].partition(":")[0], options["less"].partition(":")[0]


def _check_best(options: dict[str, Any], source: Source) -> None:
    """Refuse options that a best total does not depend on, and ``best`` where the total depends on the noise."""
    measure = options["measure"]
    if source.record is not None:
        raise DirectiveError(f"{measure}: name an environment; a record has no best total here")
    noisy = _noisy(source)
    if noisy and measure == BEST:
        raise DirectiveError(
            f"best: {source.environment} has noise, and what is best on it is not known; "
            "'expected' is the best over all noise"
        )
    if not noisy and measure == EXPECTED:
        raise DirectiveError(f"expected: {source.environment} has no noise; its best total is 'best'")
    _refuse(options, f"{measure} does not depend on it", "seeds", "agent", "plays", "less")


def _noisy(source: Source) -> bool:
    return isinstance(source.make().problem, Homeostatic)


def _refuse(options: dict[str, Any], why: str, *names: str) -> None:
    """Refuse options that would have no effect."""
    given = next((name for name in names if options[name] not in (None, "", False, ())), None)
    if given:
        option = {"seeds": "seed", "settings": "set"}.get(given, given).replace("_", "-")
        raise DirectiveError(f"--{option} has no effect here: {why}")


def _agents(text: str) -> list[str]:
    """Read one agent, or several that differ in their good steps: ``collapse:10,20``."""
    name, colon, rest = text.partition(":")
    return [f"{name}:{good}" for good in rest.split(",")] if colon else [name]


def _actions(text: str) -> tuple[Action, ...]:
    try:
        return tuple(tuple(int(amount) for amount in action.split(",")) for action in text.split())
    except ValueError:
        raise DirectiveError("--plays: write actions such as '3' or '10,0 5,5'") from None


def _check(agent: str, environment: str) -> None:
    name = agent.partition(":")[0]
    if name and name not in POLICIES:
        raise DirectiveError(f"{name[:40]}: a figure is reckoned with a scripted policy: {', '.join(POLICIES)}")
    if name:
        check_agent(agent, environment)
