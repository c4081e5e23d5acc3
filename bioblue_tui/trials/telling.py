"""What happened to a trial besides its steps, in words: the same in raw output, plain lines, analyses and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import bioblue_envs
from bioblue_envs import Environment

from bioblue_tui.agents.base import OUTGREW
from bioblue_tui.agents.human import HUMAN
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.events import Answered, Event, HandedOver, Header, Intervened, Paused, Planned, Resumed

_NAMED = 3
"""Most interventions that are named in a line; the others are counted."""


def intervened(event: Intervened) -> str:
    """Say an intervention as it is written."""
    return _written(event.kind, event.value)


def _written(kind: str, value: object) -> str:
    return f"{kind} {parameter(value)}"


def interventions(each: Sequence[Planned]) -> str:
    """Name the first few interventions with their steps, to fit into a line; long texts are cut."""
    told = [f"{one_line(_written(kind, value), 48)} at step {step}" for step, kind, value in each[:_NAMED]]
    return ", ".join([*told, *([f"and {len(each) - _NAMED} more"] if len(each) > _NAMED else [])])


def handed(event: HandedOver) -> str:
    """Say who acts from now on. It says "a person" and not "you", since the reader may be someone else."""
    return "a person took over" if event.actor == HUMAN else f"{event.actor} resumed"


def forked(header: Header) -> str:
    """Say where a fork came from; empty for a trial that is not a fork."""
    parent = header.parent
    if not parent:
        return ""
    return f"a fork of {one_line(str(parent.get('file')))} after step {one_line(str(parent.get('step')), 10)}"


def happened(event: Event) -> str:
    """Say on one line what was done to a trial from outside; empty for all other events."""
    match event:
        case Answered() if note := cut_past(event):
            return f"step {event.step}: {one_line(note, 400)}"
        case Intervened():
            return f"step {event.step} intervention: {one_line(intervened(event), 400)}"
        case HandedOver():
            return f"step {event.step}: {one_line(handed(event), 100)}"
        case Paused(reason=""):
            return f"step {event.step}: paused before it"
        case Resumed():
            return f"step {event.step}: resumed"
        case _:
            return ""


def interfered(events: Iterable[Event]) -> list[dict[str, object]]:
    """Say what was done to a trial's words and noise, who took it over, and where its past was cut first."""
    told = [event for event in events if isinstance(event, Intervened | HandedOver | Answered) and happened(event)]
    cuts = [event for event in told if isinstance(event, Answered)]
    more = f"; more at {counted(len(cuts) - 1, 'later step')}" if len(cuts) > 1 else ""
    return [
        {"step": event.step, "what": happened(event) + (more if isinstance(event, Answered) else "")}
        for event in told
        if not isinstance(event, Answered) or event is cuts[0]
    ]


def cut_past(event: Answered) -> str:
    """Say how many of its turns a model was not shown, since its context was full; empty where it was shown all."""
    return next((note for note in event.notes if note.startswith(OUTGREW)), "")


def spans(steps: Iterable[int]) -> list[tuple[int, int]]:
    """Return ordered steps as stretches, each as its first and last step."""
    found: list[tuple[int, int]] = []
    for step in steps:
        if found and step == found[-1][1] + 1:
            found[-1] = found[-1][0], step
        else:
            found.append((step, step))
    return found


def span_words(stretches: Sequence[Sequence[int]], steps: int) -> str:
    """Say how many steps, and which, such as ``4 steps (3, 7–9)``.

    Args:
        stretches: The first stretches of them.
        steps: How many steps they are in all.
    """
    named = ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in stretches)
    rest = steps - sum(last - first + 1 for first, last in stretches)
    return f"{counted(steps, 'step')} ({named}{f' and {rest} more' if rest else ''})"


def acting(actors: Sequence[str]) -> str:
    """Name who acted, each once and in the order given; a person is called "a person"."""
    return " and ".join("a person" if actor == HUMAN else one_line(actor, 40) for actor in dict.fromkeys(actors))


def changed(environment: Environment) -> dict[str, object]:
    """Return the parameters that differ from the default environment's, without those that follow from others."""
    given: dict[str, object] = {}
    for name, value in environment.parameters.items():
        try:
            usual = bioblue_envs.make(environment.id, **given).parameters[name]
        except ValueError:
            # The parameters so far are not possible without a later one, such as a high start without its limit.
            usual = None
        if value != usual:
            given[name] = value
    return given


def parameter(value: object) -> str:
    """Return the value of a parameter, or of an intervention, as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def parameters(given: Mapping[str, object], between: str = ", ") -> str:
    """Say parameters with their values."""
    return between.join(one_line(f"{name} {parameter(value)}", 80) for name, value in given.items())
