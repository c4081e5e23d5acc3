"""What is not the model's doing: answers cut at the limit, and what a provider spoils. And how answers were read."""

from dataclasses import replace

import bioblue_envs
import pytest

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Fault, Turn, Usage
from bioblue_tui.trials.events import Answered, Event, Failed, Header, Paused, Rejected, Stepped
from bioblue_tui.trials.parse import RULE
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.trial import Trial
from tests.support.core import SayAgent, Stage, header

CUT = Fault("cut", "cut at 100 tokens before an answer; raise --max-tokens")
FILTER = Fault("provider", "the provider's content filter held the answer back")


class Giver(BaseAgent):
    """Gives answers in order, the last one for ever, and remembers what it was sent of its past."""

    def __init__(self, *answers: Answer | AgentError, **provider: object) -> None:
        super().__init__("giver", provider=provider)
        self.answers = list(answers)
        self.asked = 0
        self.past: list[str] = []

    async def answer(self, turn: Turn) -> Answer:
        self.asked += 1
        self.past = [exchange.answer for exchange in turn.history]
        found = self.answers[min(self.asked, len(self.answers)) - 1]
        if isinstance(found, AgentError):
            raise found
        return found


async def played(*answers: Answer | AgentError, steps: int = 1, limit: int = 2) -> tuple[Stage, Giver]:
    agent = Giver(*answers)
    stage = await Stage(bioblue_envs.make("homeostasis"), agent, steps=steps, retry_limit=limit).start()
    return stage, agent


async def test_a_cut_answer_is_asked_again_and_counts_for_nothing() -> None:
    cut = Answer("3", usage=Usage(50, None, 100), fault=CUT)
    stage, _ = await played(cut, Answer("no"), cut, cut, Answer("3"))
    await stage.finish()
    assert [(e.kind, e.reason) for e in stage.all(Rejected) if e.kind == "cut"] == [("cut", CUT.reason)] * 3
    # Text and tokens are kept, and paid.
    assert next((e.text, e.usage) for e in stage.all(Answered)) == ("3", Usage(50, None, 100))
    assert [e.attempt for e in stage.all(Answered)] == [1, 2, 3, 4, 5]
    assert stage.all(Paused) == []
    assert [step.action for step in stage.all(Stepped)] == [(3,)]


async def test_three_in_a_row_pause_the_trial() -> None:
    stage, agent = await played(Answer("So the level", fault=CUT))
    assert agent.asked == 3
    assert [pause.reason for pause in stage.all(Paused)] == [f"{CUT.reason} (3 times in a row)"]
    await stage.trial.stop()


async def test_other_faults_of_one_kind_are_not_the_last_one_three_times() -> None:
    filtered = Answer("", fault=FILTER)
    stage, _ = await played(filtered, filtered, Answer("", fault=replace(FILTER, reason="it called a tool")))
    told = "3 attempts in a row without an answer: 3 provider's fault; the last one: it called a tool"
    assert [pause.reason for pause in stage.all(Paused)] == [told]
    await stage.trial.stop()


async def test_a_pause_says_what_was_counted() -> None:
    stage, _ = await played(Answer("3", fault=CUT), Answer("3", fault=CUT), Answer("", fault=FILTER))
    told = f"3 attempts in a row without an answer: 2 cut, 1 provider's fault; the last one: {FILTER.reason}"
    assert [pause.reason for pause in stage.all(Paused)] == [told]
    await stage.trial.stop()


@pytest.mark.parametrize(
    "answer",
    [
        Answer("", "hmm", fault=replace(CUT, hopeless=True)),
        Answer("<think>\nThe level is 97, so 3", fault=CUT),
        Answer("<think>a</think>\n", fault=CUT),
    ],
)
async def test_where_reasoning_alone_used_the_limit_nothing_is_asked_again(answer: Answer) -> None:
    stage, agent = await played(answer)
    assert agent.asked == 1
    assert [pause.reason for pause in stage.all(Paused)] == [CUT.reason]
    await stage.trial.stop()


async def test_attempts_that_did_not_count_are_counted_apart() -> None:
    spoilt = (Answer("", usage=Usage(5, None, 0), fault=FILTER), AgentError("refused"), Answer("3", fault=CUT))
    stage, _ = await played(*spoilt, Answer("no"), Answer("-3"), Answer("3"), limit=5)
    stage.trial.resume()
    await stage.finish()
    assert [event.kind for event in stage.all(Failed)] == ["provider"]
    state = TrialState(header(stage.trial.environment, "giver")).feed(stage.events)
    assert state.tally.by_kind == {"illegal": 1, "unreadable": 1, "cut": 1, "provider": 2}
    assert state.rejections == 2
    assert state.tally.words() == "1 illegal, 1 not readable, 1 cut, 2 provider's fault"


def test_old_records_do_not_tell_rejections_apart() -> None:
    environment = bioblue_envs.make("homeostasis")
    state = TrialState(header(environment, "say")).feed([Rejected(0, 1, 1, "no")])
    assert (state.rejections, state.tally.words()) == (1, "1 illegal or not readable")


async def test_each_step_says_how_its_answer_was_read() -> None:
    agent = SayAgent("<think>5</think>\n\n3", "The level fell.\n\nAnswer: 2")
    stage = await Stage(bioblue_envs.make("homeostasis"), agent, steps=2).start()
    await stage.finish()
    assert [(step.action, step.rule, step.clause, step.part) for step in stage.all(Stepped)] == [
        ((3,), RULE, "alone", "all of it, after reasoning"),
        ((2,), RULE, "marked", "line 3 of 3"),
    ]


THOUGHT = "<think>The level is 97, I take 5.</think>\n\n3"


@pytest.mark.parametrize(("provider", "sent"), [({}, "3"), ({"send_reasoning": True}, THOUGHT)])
async def test_reasoning_is_kept_and_not_sent_back_unless_asked_for(provider: dict[str, object], sent: str) -> None:
    environment = bioblue_envs.make("homeostasis")
    events: list[Event] = []
    given = Header(environment.id, environment.parameters, 1, 3, "giver", provider=provider)
    agent = Giver(Answer(THOUGHT))
    await Trial(environment, agent, given, events.append).run()
    assert agent.past == [sent, sent]
    assert [(e.text, e.reasoning) for e in events if isinstance(e, Answered)] == [
        (THOUGHT, "The level is 97, I take 5.")
    ] * 3
    # A trial that goes on sends what it would have sent.
    third = next(i for i, e in enumerate(events) if isinstance(e, Stepped) and e.step == 2) + 1
    again = Giver(Answer("0"))
    await Trial(environment, again, given, events.append, past=events[:third]).run()
    assert again.past == [sent, sent]
