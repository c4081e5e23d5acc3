"""Language models: Ask a provider which models it offers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.options import UsageError
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.formatting.text import one_line
from bioblue_tui.models.providers import services

if TYPE_CHECKING:
    from bioblue_tui.costs.price import Price
    from bioblue_tui.models.model_list import Listed

_LONGEST = 300
"""Most characters of a model's name that are shown."""


@click.command()
@click.argument("provider", type=click.Choice(list(services())))
@click.option("--base-url", metavar="URL", help="Where the server is, such as http://127.0.0.1:11434/v1.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per model.")
def models(provider: str, base_url: str | None, as_json: bool) -> None:
    """Ask PROVIDER, or a server compatible with one, which models it offers.

    The newest come first: name, size of the context in tokens, price of a million tokens in and out, each unknown where
    it is not known. In a pipe the fields are separated by tabs.
    """
    from bioblue_tui.costs.table import find_price
    from bioblue_tui.models.model_list import list_models

    address, listed = asyncio.run(list_models(services()[provider], base_url))
    if not listed:
        raise UsageError(f"{one_line(address, 100)} offers no models")
    priced = [(model, find_price(model.id, address)) for model in listed]
    _write(priced, as_json)
    table = next((price.table for _, price in priced if price.known), "")
    if table and not as_json:
        narrate(table)


def _write(priced: Sequence[tuple[Listed, Price]], as_json: bool) -> None:
    from bioblue_tui.display.listing import list_lines
    from bioblue_tui.display.look import Look

    look = Look.of(sys.stdout)
    lines = (
        (_as_json(model, price) for model, price in priced)
        if as_json
        else list_lines((_row(model, price) for model, price in priced), look)
    )
    for line in lines:
        click.echo(line, color=look.colour)


def _row(model: Listed, price: Price) -> tuple[str, str, str]:
    from bioblue_tui.costs.words import tokens

    note = f" ({model.note})" if model.note else ""
    return one_line(model.id, _LONGEST), f"{tokens(model.context or price.context)} context", price.brief() + note


def _as_json(model: Listed, price: Price) -> str:
    rates = price.rates() if price.known else None
    return json.dumps(
        {
            "id": model.id,
            "context": model.context or price.context,
            "note": model.note,
            "price": price.basis.value,
            "input": float(rates.input) if rates else None,
            "cached": float(rates.cached) if rates else None,
            "written": float(rates.written) if rates else None,
            "output": float(rates.output) if rates else None,
            "prices_of": price.dated.isoformat() if price.dated else None,
        }
    )
