"""Prices come from the library's table; what it doesn't know is unknown, never 0."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import Usage
from bioblue_tui.costs import table
from bioblue_tui.costs.price import FREE, UNKNOWN, Basis, Cost
from bioblue_tui.costs.table import find_price, price_of, table_date
from bioblue_tui.trials.events import Header

OPENAI, ANTHROPIC = "https://api.openai.com/v1", "https://api.anthropic.com"
MODELS = [
    (OPENAI, "openai", "gpt-4o-mini"),
    (OPENAI, "openai", "gpt-6-luna"),
    (ANTHROPIC, "anthropic", "claude-haiku-4-5"),
    (ANTHROPIC, "anthropic", "claude-haiku-5-5"),
]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@given(
    st.sampled_from(MODELS),
    st.integers(0, 600_000),
    st.integers(0, 600_000),
    st.integers(0, 600_000),
    st.integers(0, 50_000),
)
def test_a_request_costs_what_the_library_says(
    model: tuple[str, str, str], plain: int, cached: int, written: int, output: int
) -> None:
    url, provider, name = model
    sent = plain + cached + written
    theirs = calc_price(
        TheirUsage(input_tokens=sent, cache_read_tokens=cached, cache_write_tokens=written, output_tokens=output),
        name,
        provider_id=provider,
        genai_request_timestamp=NOW,
    )
    ours = Cost.of(Usage(sent, cached, output, written), find_price(name, url, NOW))
    assert ours == Cost(theirs.total_price)


@pytest.mark.parametrize("url", [OPENAI, ANTHROPIC, "https://models.example/v1", "", "no address", "http://[::1"])
def test_an_unknown_model_has_an_unknown_price_with_the_date_of_the_table(url: str) -> None:
    price = find_price("nobody-s-model", url)
    assert (price.basis, price.known, price.paid) == (Basis.UNKNOWN, False, True)
    assert Cost.of(Usage(1000, 0, 10), price) == UNKNOWN
    assert (str(UNKNOWN), price.brief()) == ("unknown", "price unknown")
    assert price.words().startswith(
        f"no price known for nobody-s-model at this address (prices of {table_date()}, genai-prices "
    )


def test_a_known_name_at_an_unknown_address_is_unknown() -> None:
    assert find_price("gpt-4o-mini", "https://models.example/v1").basis is Basis.UNKNOWN


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:1234/v1"])
def test_what_an_address_of_this_computer_hands_on_is_of_unknown_price_whatever_its_name(url: str) -> None:
    price = find_price("gpt-4o-mini", url)
    assert (price.basis, price.paid, price.words()) == (
        Basis.UNKNOWN,
        True,
        "no price known for gpt-4o-mini at this address",
    )
    assert Cost.of(Usage(1000, 0, 10), price) == UNKNOWN
    assert str(Cost.of(Usage(1000, 0, 10, cost=0.00123), price)) == "$0.0012"


def test_the_program_s_own_model_costs_nothing() -> None:
    price = price_of(replace(HEADER, agent="local:gpt-4o-mini"))
    assert (price.paid, price.brief()) == (False, "no price")
    assert Cost.of(Usage(1000, 0, 10), price) == FREE
    assert price.words() == "no price: the model runs on this computer"


def test_words_and_date_of_a_known_price() -> None:
    price = find_price("gpt-4o-mini", OPENAI)
    assert price.brief() == "$0.15 in, $0.60 out"
    assert price.context == 128_000
    assert price.dated is not None
    assert price.words() == f"prices of {price.dated.isoformat()}, {price.source}"
    assert find_price("gpt-6-luna", OPENAI).brief().startswith("from $")


def test_the_table_is_never_younger_than_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    dates = {}
    for day in (date(2026, 11, 10), date(2026, 10, 1)):
        table_date.cache_clear()
        monkeypatch.setattr(table, "_installed", lambda day=day: day)
        dates[day] = table_date()
    table_date.cache_clear()
    assert all(found is not None and found <= day for day, found in dates.items())
    assert len(set(dates.values())) == 2


@pytest.mark.parametrize("stamp", [0, datetime(2020, 2, 2, tzinfo=UTC).timestamp(), 2e10])
def test_a_file_with_an_impossible_date_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stamp: float
) -> None:
    file = tmp_path / "data.py"
    file.write_text("")
    os.utime(file, (stamp, stamp))
    spec = type("Spec", (), {"origin": str(file)})
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    assert table._installed() == datetime.now(UTC).date()


HEADER = Header("homeostasis", {}, 1, 100, "openai:gpt-4o-mini", model="gpt-4o-mini")


def test_a_trial_has_the_price_of_its_model_where_it_was() -> None:
    assert price_of(HEADER).known
    assert price_of(replace(HEADER, provider={"base_url": OPENAI})).known
    assert price_of(replace(HEADER, provider={"base_url": "http://127.0.0.1:1/v1"})).basis is Basis.UNKNOWN
    assert price_of(replace(HEADER, provider={"base_url": 7})).known
    assert price_of(replace(HEADER, agent="local:gpt-4o-mini")).basis is Basis.LOCAL
    assert price_of(replace(HEADER, agent="mine")).basis is Basis.UNKNOWN
    assert price_of(replace(HEADER, agent="thermostat", model="")).basis is Basis.NOBODY


@pytest.mark.parametrize("created", ["", "yesterday", "2026-11-23T10:00:00", "2026-11-23T10:00:00+01:00"])
def test_any_date_of_a_trial_will_do(created: str) -> None:
    assert price_of(replace(HEADER, created=created)).rates().input == Decimal("0.15")


def test_prices_of_back_then(monkeypatch: pytest.MonkeyPatch) -> None:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ClauseEquals, ConditionalPrice, ModelInfo, ModelPrice, Provider, StartDateConstraint

    def cost(dollars: str) -> ModelPrice:
        return ModelPrice(input_mtok=Decimal(dollars), output_mtok=Decimal(dollars))

    later = StartDateConstraint(datetime(2026, 6, 1, tzinfo=UTC).date())
    prices = [ConditionalPrice(prices=cost("4")), ConditionalPrice(constraint=later, prices=cost("2"))]
    model = ModelInfo("m", ClauseEquals("m"), prices=prices)
    snapshot = DataSnapshot([Provider("p", "P", "https://p\\.example", models=[model])], from_auto_update=False)
    monkeypatch.setattr("genai_prices.data_snapshot.get_snapshot", lambda: snapshot)
    header = replace(HEADER, model="m", provider={"base_url": "https://p.example/v1"})
    assert price_of(replace(header, created="2026-05-31T10:00:00+00:00")).rates().output == 4
    assert price_of(replace(header, created="2026-06-01T10:00:00+00:00")).rates().output == 2


def test_the_table_is_not_loaded_before_it_is_asked() -> None:
    script = """
import sys
import bioblue_tui.costs.budget, bioblue_tui.costs.estimate, bioblue_tui.costs.table
from bioblue_tui.trials.events import Header
header = Header("homeostasis", {}, 1, 100, "openai:m", model="m", provider={"base_url": "http://127.0.0.1:1/v1"})
bioblue_tui.costs.table.price_of(header)
print("genai_prices" in sys.modules)
bioblue_tui.costs.table.find_price("gpt-4o-mini", "https://api.openai.com/v1")
print("genai_prices" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "True"]
