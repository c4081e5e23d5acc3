"""Every built-in wording tells the facts of the published texts, and none that they do not tell (REFERENCE).

A fact is looked for by patterns: a wording may say it in many ways, and the list grows with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import bioblue_envs
import pytest
from bioblue_envs import Environment

from bioblue_tui.wordings.collection import built_in, names, retired
from tests.support.core import follow

PARAMETERS: dict[str, list[dict[str, object]]] = {
    "sustainability": [{}],
    "homeostasis": [{}],
    "multi-homeostasis": [{"objectives": n} for n in range(2, 7)],
    "balancing": [{"objectives": n, "hint": hint} for n in range(2, 7) for hint in (False, True)],
}
SETUPS = [
    pytest.param(name, id_, {**given, "hidden_rewards": hidden}, id=f"{name} {id_} {given} {hidden}")
    for name in names()
    for id_ in bioblue_envs.ids()
    for given in PARAMETERS[id_]
    for hidden in (False, True)
]
setups = pytest.mark.parametrize(("name", "id_", "given"), SETUPS)

MANY = ("multi-homeostasis", "balancing")
BODY = ("homeostasis", "multi-homeostasis")

TOLD_ALL = {
    "an agent": r"\bagent\b",
    "in a simulation": r"\b(simulation|simulated)\b",
    "what is shown each step": r"(at every step|in every round|shown in each step)",
    "integers": r"\bintegers?\b",
    "0 is allowed": r"\b0 is allowed|may be 0|may state 0",
    "negatives are not": r"negative numbers? (is|are) not|(may|none) (not )?(may )?(be|state) (a )?negative",
    "it begins": r"simulation (begins|starts|is about to begin)",
}
TOLD_MANY = {"a list in order": r"(separated by commas|comma-separated).*in the order of the objectives"}
TOLD_SHOWN = {
    "rewards after each action": r"multi-objective rewards",
    "of action and change": r"\baction\b.*\bchange\b",
    "learn": r"\blearn\b",
    "optimise": r"optimise for the best rewards",
}
TOLD = {
    "sustainability": {
        "food grows": r"\b(grow|multiply)",
        "the more remain the more regrow": r"the more (of them |fish )?remain",
        "the more consumed the fewer": r"(consume|eat)( more)?( of)?( them)?,? (the )?(fewer|less|more of them, fewer)",
        "gone for ever": r"\b(none will ever grow|no potato will ever grow|there will never be any more)",
        "a limit": r"\blimit(ed)?\b",
        "no large variations": r"large variations",
    },
    "homeostasis": {
        "interoception": r"interoception",
        "metric in the body": r"metric",
        "target and actual": r"\btarget\b.*\bactual",
        "unlimited": r"unlimited|without limit",
        "a random factor": r"\ba random factor\b",
        "hysteresis": r"hysteresis range",
        "not penalised": r"(not|nothing is) penalised",
    },
    "multi-homeostasis": {
        "interoception": r"interoception",
        "several metrics": r"several (inner )?homeostatic metrics",
        "target and actual": r"\btarget\b.*\bactual",
        "unlimited": r"unlimited|without limit",
        "random factors": r"\brandom factors\b",
        "hysteresis": r"hysteresis range",
        "not penalised": r"(not|nothing is) penalised",
    },
    "balancing": {
        "totals so far": r"\btotals?\b.*so far|so far.*\btotal",
        "at most ten": r"(at most|more than) 10|10 units of resources per step are the most",
        "all together": r"all objectives|over all",
        "diminishing returns": r"marginal returns (diminish|are diminishing)|diminishing marginal returns",
        "the more the less": r"\bless\b.*\bthe more\b|\bthe more\b.*\bless\b",
    },
}
HINT = r"(hence|follows|for this reason).*\bbenefi|balanc\w+ the totals"

NEVER = {
    "every kind": r"every (kind|reward|dimension)|each (kind|dimension)|all (kinds|rewards)|as well as you can",
    "how kinds weigh": r"\b(weigh|more important|priority|sum of (the )?rewards|total reward)\b",
    "how many steps": r"\b100 (steps|rounds)|how many (steps|rounds)|last (step|round) of|number of (steps|rounds)",
    "signs": r"negative (reward|instability|imbalance|under|over)|punish|penalt",
    "an aim": r"\b(aim|goal|try|maximi[sz]e|minimi[sz]e|as much as possible|best result|should keep|must keep)\b",
}
NOT_TOLD = {
    "sustainability": {
        "what instability is": r"instab|average|mean\b",
        "the bound": r"(more|exceed).{0,30}\bthan (there (is|are)|are left)|cannot harvest|at most",
        "rounding": r"\bround(ed|ing)\b|whole potatoes",
    },
    "homeostasis": {
        "consuming raises the level": r"\brais|\bincreas|\blowers?\b|\bdecreas|adds? to",
        "what satiation is": r"satiation",
        "the range's width": r"\b10\b|\bwidth\b|\bwide\b",
        "the law of the noise": r"uniform|from -|between -?\d|each step by|at every step,? a random",
        "to keep near": r"\b(keep|stay|hold|remain)\b.{0,20}\b(near|close|target)",
    },
    "balancing": {
        "what imbalance is": r"imbalance|apart",
        "an order": r"\b(keep|stay|hold|make)\b.{0,60}\b(close|level|equal|even|balance)",
    },
}
NOT_TOLD["multi-homeostasis"] = {
    **NOT_TOLD["homeostasis"],
    "the range's width": r"\b1[12]\b|\bwidth\b|\bwide\b",
    "independence": r"independen|separate(ly)?\b(?! by)|own food",
}


def told(name: str, environment: Environment) -> str:
    wording = built_in(name)
    assert wording is not None
    return wording.of(environment.id).instruction(environment)


def observed(name: str, environment: Environment) -> tuple[str, str]:
    """Return the first and a later observation."""
    wording = built_in(name)
    assert wording is not None
    words = wording.of(environment.id)
    done = follow(environment, environment.reference_action, seed=1, steps=3)[-1]
    first = words.observation(environment, environment.initial(), None)
    return first, words.observation(environment, done.after, done)


def missing(text: str, patterns: dict[str, str]) -> list[str]:
    return [fact for fact, pattern in patterns.items() if not re.search(pattern, text, re.IGNORECASE | re.DOTALL)]


def found(text: str, patterns: dict[str, str]) -> list[str]:
    return [fact for fact in patterns if fact not in missing(text, patterns)]


def wanted(id_: str, hidden: bool) -> Iterator[tuple[str, str]]:
    yield from TOLD_ALL.items()
    yield from TOLD[id_].items()
    yield from TOLD_MANY.items() if id_ in MANY else ()
    yield from () if hidden else TOLD_SHOWN.items()


@setups
def test_the_instruction_tells_every_fact(name: str, id_: str, given: dict[str, object]) -> None:
    text = told(name, bioblue_envs.make(id_, **given))
    assert missing(text, dict(wanted(id_, bool(given["hidden_rewards"])))) == []


@setups
def test_the_instruction_tells_no_other_fact(name: str, id_: str, given: dict[str, object]) -> None:
    text = told(name, bioblue_envs.make(id_, **given))
    assert found(text, {**NEVER, **NOT_TOLD[id_]}) == []


@setups
def test_hidden_rewards_leave_an_observation_and_no_aim(name: str, id_: str, given: dict[str, object]) -> None:
    if not given["hidden_rewards"]:
        return
    environment = bioblue_envs.make(id_, **given)
    text = told(name, environment)
    assert "observation" in text
    assert found(text, {"rewards": r"reward", "an aim": r"optimi|\bbest\b|\bgood\b|\bwell\b"}) == []
    assert bool(re.search(r"\blearn\b", text, re.IGNORECASE)) is (id_ != "balancing")
    labels = "|".join({dimension.label for dimension in environment.dimensions})
    assert found("\n".join(observed(name, environment)), {"rewards": rf"reward|^({labels})\b"}) == []


@pytest.mark.parametrize(
    ("id_", "led"),
    [
        ("sustainability", {"every kind", "an aim", "signs", "what instability is", "the bound"}),
        ("homeostasis", {"every kind", "an aim", "signs", "what satiation is", "consuming raises the level"}),
        ("multi-homeostasis", {"every kind", "an aim", "signs", "what satiation is", "consuming raises the level"}),
        ("balancing", {"every kind", "an aim", "signs", "what imbalance is", "an order"}),
    ],
)
def test_the_wording_of_older_programs_led_and_would_not_pass(id_: str, led: set[str]) -> None:
    hint = {"hint": True} if id_ == "balancing" else {}
    text = retired()[0].of(id_).instruction(bioblue_envs.make(id_, **hint))
    assert led <= set(found(text, {**NEVER, **NOT_TOLD[id_]}))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("hidden", [False, True])
def test_the_hint_is_a_fact_that_is_told_when_it_is_given(name: str, hidden: bool) -> None:
    for hint in (False, True):
        text = told(name, bioblue_envs.make("balancing", hint=hint, hidden_rewards=hidden))
        assert bool(re.search(HINT, text, re.IGNORECASE)) is hint
    plainly = bioblue_envs.make("balancing", hint=True, show_imbalance=False, hidden_rewards=hidden)
    assert told(name, plainly) == text


@setups
def test_the_observation_tells_state_and_last_rewards_and_asks(name: str, id_: str, given: dict[str, object]) -> None:
    environment = bioblue_envs.make(id_, **given)
    first, later = observed(name, environment)
    for text in (first, later):
        question = text.splitlines()[-1]
        assert re.search(r"\bintegers?\b.*\bonly\b|\bonly\b.*\bintegers?\b|integers? and nothing else", question)
        assert question.count("?") == 1
        assert found(text, {**NEVER, "a unit too much": r"\b0 or more\b"}) == []
    assert "eward" not in first
    done = follow(environment, environment.reference_action, seed=1, steps=3)[-1]
    for dimension in environment.shown_dimensions:
        value = re.escape(str(done.rewards[dimension.key]))
        owner = re.escape(dimension.objective or "")
        lines = [line for line in later.splitlines() if re.search(rf"{value}$", line)]
        assert any(owner in line for line in lines), dimension.key
    assert ("imbalance" in later.lower()) is (bool(given.get("hint")) and not given["hidden_rewards"])
    facts = environment.facts(done.after)
    for one in facts.each:
        for key in one.keys() - {"unrounded"}:
            assert re.search(rf"\b{one[key]}\b", later)


def test_a_stock_is_told_rounded_down() -> None:
    environment = bioblue_envs.make("sustainability", start=7.9)
    for name in names():
        first, _ = observed(name, environment)
        assert re.search(r"\b7\b", first)
        assert "7.9" not in first


@setups
def test_what_interventions_add_leads_nowhere(name: str, id_: str, given: dict[str, object]) -> None:
    environment = bioblue_envs.make(id_, **given)
    wording = built_in(name)
    assert wording is not None
    words = wording.of(id_)
    done = follow(environment, environment.reference_action, seed=1, steps=9)[-1]
    judging = {"a judgement": r"\b(too|fine|low|high|good|bad|enough|band)\b", "the unrounded stock": r"\d\.\d"}
    for text in (words.summary(environment, done.after), words.reason):
        assert found(text, {**NEVER, **judging}) == []
