"""What a record costs is read from its file, whatever its lines hold."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from bioblue_tui.agents.base import Answer, BaseAgent, Turn, Usage
from bioblue_tui.costs.recorded import recorded_bill
from bioblue_tui.costs.spending import EMPTY, spending_of
from bioblue_tui.display.listing import trial_json
from bioblue_tui.records.collection import open_record, recent
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec


class Told(BaseAgent):
    """A model that quotes a line of a record, and says how many tokens it used."""

    def __init__(self, model: str) -> None:
        super().__init__(f"openai:{model}")
        self.model, self.provider = model, {"base_url": "https://api.openai.com/v1"}

    async def answer(self, turn: Turn) -> Answer:
        return Answer("0", '{"event":"answered"}', Usage(1_000, 0, 100))


async def recorded(data: Path, model: str) -> Path:
    session = open_session(TrialSpec("homeostasis", "own", steps=3), data, agent=Told(model))
    await run_unattended(session)
    return session.path


async def test_a_file_tells_the_same_cost_as_the_events_in_it(tmp_path: Path) -> None:
    record = open_record(path := await recorded(tmp_path, "gpt-4o-mini"))
    spending = spending_of(record.header, record.events)
    assert spending is not None
    assert recorded_bill(path, record.header) == spending.total
    assert spending.total.cost.dollars == 3 * Decimal("0.00021")


async def test_damaged_lines_are_left_out_and_a_missing_file_costs_nothing(tmp_path: Path) -> None:
    record = open_record(path := await recorded(tmp_path, "gpt-4o-mini"))
    with path.open("ab") as file:
        file.write(b'{"event":"answered","at":\xff}\n{"event":"answered","step":"x"}\n{"event":"answered"')
    assert recorded_bill(path, record.header).requests == 3
    assert recorded_bill(tmp_path / "nowhere", record.header) == EMPTY


async def test_a_list_says_what_models_cost_and_never_0_for_what_is_unknown(tmp_path: Path) -> None:
    for model in ("gpt-4o-mini", "no-such-model"):
        await recorded(tmp_path, model)
    entries = {entry.agent: entry for entry in recent(tmp_path / "trials", 9)}
    known, unknown = (
        json.loads(trial_json(entries[f"openai:{m}"]))["spending"] for m in ("gpt-4o-mini", "no-such-model")
    )
    assert (known["cost"], known["cost_unknown"]) == (0.00063, False)
    assert (unknown["cost"], unknown["cost_unknown"], unknown["input"]) == (None, True, 3_000)
