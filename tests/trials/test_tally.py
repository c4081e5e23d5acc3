"""Whose attempts are counted as whose."""

from __future__ import annotations

import bioblue_envs

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.trials.events import Answered, Asked, Event, Failed, HandedOver, Header, Rejected, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.entries import EntryWriter


def test_what_a_person_did_in_the_agents_place_is_not_the_agents() -> None:
    environment = bioblue_envs.make("homeostasis")
    header = Header(
        id="x", environment="homeostasis", parameters=environment.parameters, agent="thermostat", seed=1, steps=5
    )
    start = environment.initial()
    done = environment.transition(start, (3,), (-1,))
    events: list[Event] = [
        Asked(0.0, 1, 1, "?", "thermostat"),
        Answered(0.0, 1, 1, "lots", "thermostat"),
        Rejected(0.0, 1, 1, "no number", "unreadable"),
        Asked(0.0, 1, 2, "?", "human"),
        Answered(0.0, 1, 2, "seven", "human"),
        Rejected(0.0, 1, 2, "no number", "unreadable"),
        HandedOver(0.0, 1, "human"),
        Asked(0.0, 1, 3, "?", "human"),
        Answered(0.0, 1, 3, "3", "human"),
        Stepped(
            0.0,
            1,
            "human",
            (3,),
            (-1,),
            start.levels,
            done.after.levels,
            done.rewards,
            done.metrics,
            dict(done.rewards),
            "",
        ),
    ]
    gone = Failed(0.0, 1, 2, "the terminal went away", "provider")
    reading = Analysis(header, environment).feed([*events[:6], gone, *events[6:]])
    assert reading.tally.rejected == 1
    assert reading.tally.words() == "1 not readable"
    assert reading.tally.person() == "1 step by human, 1 rejected answer of theirs"
    verdict = reading.verdict()
    assert verdict is not None
    assert verdict.reason.endswith("; 1 step by human, 1 rejected answer of theirs")

    state = TrialState(header).feed(events)
    assert state.rejections == 2
    writer = EntryWriter(state)
    writer.width = 100
    lines = ["".join(text for text, _ in line) for line in writer.entry(state.steps[0])]
    places = [next(n for n, line in enumerate(lines) if what in line) for what in ("lots", "seven", "person took over")]
    assert places == sorted(places)
    assert "(by human)" in lines[places[1]] + lines[places[1] + 1]
    assert "(by human)" not in lines[places[0]]


def test_a_fork_without_steps_of_its_own_has_no_verdict() -> None:
    environment = bioblue_envs.make("homeostasis")
    header = Header(
        id="x",
        environment="homeostasis",
        parameters=environment.parameters,
        agent="thermostat",
        seed=1,
        steps=5,
        parent={"file": "p", "step": 1},
    )
    start = environment.initial()
    done = environment.transition(start, (99,), (0,))
    step = Stepped(
        0.0, 1, "x", (99,), (0,), start.levels, done.after.levels, done.rewards, done.metrics, dict(done.rewards), ""
    )
    asked: list[Event] = [Asked(0.0, 1, 1, "?", "thermostat"), Rejected(0.0, 1, 1, "no number", "unreadable")]
    reading = Analysis(header, environment).feed([*asked, step])
    assert reading.empty
    assert reading.verdict() is None
    assert reading.unjudged == "no own steps yet"
    assert not reading.tally.words(), "what the parent was refused is not the fork's"
