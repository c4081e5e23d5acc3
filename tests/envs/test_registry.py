"""Making environments: ids, parameters, settings as typed, and clear errors for nonsense."""

import json

import bioblue_envs
import pytest
from bioblue_envs import ParameterError

MULTIPLE = ("multi-homeostasis", "balancing")

OTHER_VALUES: dict[str, dict[str, object]] = {
    "homeostasis": {
        "target": 50,
        "hysteresis": 5,
        "start": 70,
        "change_low": -1,
        "change_high": 1,
        "penalty": 2.5,
        "hidden_rewards": True,
    },
    "multi-homeostasis": {
        "objectives": 3,
        "target": [50, 60, 70],
        "hysteresis": [1, 2, 3],
        "start": [5, 6, 7],
        "change_low": [-1, -2, -3],
        "change_high": [1, 2, 3],
        "penalty": 2,
        "hidden_rewards": True,
    },
    "sustainability": {
        "start": 30.5,
        "limit": 40,
        "growth_offset": 2,
        "growth_exponent": 1.05,
        "instability_weight": 0.25,
        "instability_tolerance": 2,
        "hidden_rewards": True,
    },
    "balancing": {
        "objectives": 3,
        "budget": 12,
        "start": [5, 6, 7],
        "log_base": 2,
        "imbalance_weight": 0.25,
        "imbalance_tolerance": 2,
        "hint": True,
        "show_imbalance": False,
        "hidden_rewards": True,
    },
}


def test_ids_are_the_four_environments() -> None:
    assert set(bioblue_envs.ids()) == {"sustainability", "homeostasis", "multi-homeostasis", "balancing"}


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_an_environment_knows_its_id_and_what_it_is_about(id_: str) -> None:
    assert bioblue_envs.make(id_).id == id_
    assert bioblue_envs.about(id_)


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_every_parameter_can_be_set_and_says_what_it_means(id_: str) -> None:
    declared = bioblue_envs.parameters(id_)
    assert {parameter.name for parameter in declared} == set(OTHER_VALUES[id_])
    assert all(parameter.help for parameter in declared)
    environment = bioblue_envs.make(id_, **OTHER_VALUES[id_])
    assert environment.parameters == OTHER_VALUES[id_]


@pytest.mark.parametrize("values", [{}, "others"])
@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_parameters_survive_json_and_make_the_same_environment(id_: str, values: object) -> None:
    first = bioblue_envs.make(id_, **(OTHER_VALUES[id_] if values else {}))
    read = json.loads(json.dumps(dict(first.parameters)))
    second = bioblue_envs.make(id_, **read)
    assert second.parameters == first.parameters
    assert (second.facts(), second.initial()) == (first.facts(), first.initial())


@pytest.mark.parametrize("id_", MULTIPLE)
@pytest.mark.parametrize("count", range(2, 7))
def test_there_may_be_two_to_six_objectives(id_: str, count: int) -> None:
    environment = bioblue_envs.make(id_, objectives=count)
    assert environment.objectives == tuple("ABCDEF"[:count])
    assert environment.initial().levels == tuple(100 + 10 * i for i in range(1, count + 1))
    assert len(environment.gauges) == count


def test_one_value_holds_for_every_objective() -> None:
    assert bioblue_envs.make("multi-homeostasis", objectives=3, hysteresis=5).parameters["hysteresis"] == [5, 5, 5]


@pytest.mark.parametrize(
    ("id_", "parameters", "words"),
    [
        ("homeostasys", {}, "did you mean homeostasis?"),
        ("x" * 1000, {}, "there are homeostasis, multi-homeostasis"),
        ("homeostasis", {"histeresis": 5}, "did you mean hysteresis?"),
        ("homeostasis", {"objectives": 2}, "it has target"),
        ("homeostasis", {"id": 2}, "no parameter 'id'"),
        ("multi-homeostasis", {"multiple": False}, "no parameter 'multiple'"),
        ("balancing", {"self": 1}, "no parameter 'self'"),
        ("homeostasis", {"hysteresis": -1}, "hysteresis=-1: a whole number"),
        ("homeostasis", {"hysteresis": 2.5}, "whole number"),
        ("homeostasis", {"hysteresis": "5"}, "hysteresis=5: a whole number"),
        ("homeostasis", {"hysteresis": True}, "whole number"),
        ("homeostasis", {"hysteresis": [1, 2]}, "one value expected; 2 given"),
        ("homeostasis", {"target": 10**400}, "target=about 10^400: a whole number"),
        ("homeostasis", {"penalty": 10**5000}, "penalty=about 10^5000: a number from 0 to 1000000"),
        ("homeostasis", {"penalty": float("nan")}, "penalty=nan: a number"),
        ("homeostasis", {"penalty": float("inf")}, "penalty=inf: a number"),
        ("homeostasis", {"hidden_rewards": 1}, "true or false"),
        ("homeostasis", {"change_low": 4}, "change_low=4 is above change_high=3"),
        ("multi-homeostasis", {"change_high": [0, -20]}, "change_low=-7 is above change_high=-20 for objective B"),
        ("multi-homeostasis", {"objectives": 1}, "from 2 to 6"),
        ("multi-homeostasis", {"objectives": 7}, "from 2 to 6"),
        ("multi-homeostasis", {"hysteresis": [1, 2, 3]}, "one value, or 2"),
        ("balancing", {"objectives": 3, "start": [1, 2]}, "one value, or 3"),
        ("balancing", {"start": []}, "whole number"),
        ("balancing", {"start": 0}, "start=0"),
        ("balancing", {"log_base": 1}, "log_base=1"),
        ("balancing", {"budget": 0}, "budget=0"),
        ("sustainability", {"limit": 0.5}, "limit=0.5"),
        ("sustainability", {"start": 30}, "start=30 is above limit=20"),
        ("sustainability", {"growth_exponent": -1}, "growth_exponent=-1"),
    ],
)
def test_nonsense_is_refused_in_clear_words(id_: str, parameters: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        bioblue_envs.make(id_, **parameters)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250


def test_settings_as_typed() -> None:
    typed = ["hysteresis=5", "hidden-rewards = yes", "target=100,120", "penalty=2.5", "objectives=2"]
    settings = bioblue_envs.parse_settings("multi-homeostasis", typed)
    assert settings == {
        "hysteresis": 5,
        "hidden_rewards": True,
        "target": (100, 120),
        "penalty": 2.5,
        "objectives": 2,
    }
    assert bioblue_envs.make("multi-homeostasis", **settings).parameters["hysteresis"] == [5, 5]


def test_a_whole_number_typed_for_a_real_parameter_keeps_rewards_exact() -> None:
    environment = bioblue_envs.make("homeostasis", **bioblue_envs.parse_settings("homeostasis", ["penalty=10"]))
    reward = environment.transition(environment.initial(), (10**400,), (0,)).rewards["oversatiation"]
    assert reward == -(10**401)


@pytest.mark.parametrize(
    ("id_", "typed", "words"),
    [
        ("homeostasis", "hysteresis", "name=value expected"),
        ("homeostasis", "hysteresis=", "hysteresis=: a whole number"),
        ("homeostasis", "hysteresis=five", "hysteresis=five: a whole number"),
        ("homeostasis", "hysteresis=5.5", "whole number"),
        ("homeostasis", "hysteresis=1,,2", "whole number"),
        ("homeostasis", "penalty=nan", "penalty=nan: a number"),
        ("homeostasis", "penalty=1e400", "a number from 0"),
        ("homeostasis", "penalty=" + "9" * 5000, "a number from 0"),
        ("homeostasis", "hidden_rewards=maybe", "true or false"),
        ("homeostasis", "colour=red", "no parameter 'colour'"),
        ("nowhere", "a=1", "no environment 'nowhere'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(id_: str, typed: str, words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        bioblue_envs.parse_settings(id_, [typed])
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_setting_given_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match="hidden_rewards is set twice"):
        bioblue_envs.parse_settings("homeostasis", ["hidden-rewards=on", "hidden_rewards=off"])
