"""Prices from a table that others maintain: the library ``genai-prices``, asked without a network.

Importing this module is cheap; the first look-up loads the table.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bioblue_tui.costs.price import Basis, Price, Rates
from bioblue_tui.models.endpoint import is_local
from bioblue_tui.models.provider import Service
from bioblue_tui.models.providers import provider_of
from bioblue_tui.trials.events import Header

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

_LIBRARY = "genai-prices"

_OLDEST = date(2025, 1, 1)
"""A date before the library's first release: an older file date says nothing (reproducible archives fake dates)."""


def price_of(header: Header) -> Price:
    """Return the price of a trial's model at the time of the trial."""
    provider = provider_of(header.agent)
    if not header.model:
        return Price(Basis.NOBODY)
    if provider is not None and provider.here:
        return Price(Basis.LOCAL, header.model)
    url, public = header.provider.get("base_url"), provider.url if isinstance(provider, Service) else ""
    return find_price(header.model, url if isinstance(url, str) else public, _moment(header.created))


def find_price(model: str, base_url: str, when: datetime | None = None) -> Price:
    """Look up the price of a model.

    Args:
        model: Its name, as the provider knows it.
        base_url: Where it is. The same model may cost something else elsewhere; at an address of this computer the
            price is unknown, since that may pass requests on to any provider.
        when: Prices change; None for now.
    """
    if is_local(_host(base_url)):
        return Price(Basis.UNKNOWN, model)
    from genai_prices.data_snapshot import get_snapshot

    dated, source = table_date(), f"{_LIBRARY} {version(_LIBRARY)}"
    unknown = Price(Basis.UNKNOWN, model, dated=dated, source=source)
    try:
        _, info = get_snapshot().find_provider_model(model, None, None, base_url)
    except LookupError:
        return unknown
    tiers = _tiers(info.get_prices(when or datetime.now(UTC)))
    if not tiers:
        return unknown
    return Price(Basis.PRICED, model, tiers, dated, source, info.context_window)


@cache
def table_date() -> date | None:
    """Return the date of the table: of its newest change of a price; None where it knows none.

    The table also has changes announced for later; those after the day of installation say nothing about its age.
    """
    from genai_prices.data_snapshot import get_snapshot

    latest = _installed()
    known = (day for provider in get_snapshot().providers for model in provider.models for day in _changes(model))
    return max((day for day in known if day <= latest), default=None)


def _installed() -> date:
    """Return the day the table was installed; today where its file's date is no help."""
    today = datetime.now(UTC).date()
    spec = importlib.util.find_spec("genai_prices.data")
    if spec is None or spec.origin is None:
        return today
    try:
        day = datetime.fromtimestamp(Path(spec.origin).stat().st_mtime, UTC).date()
    except (OSError, OverflowError, ValueError):
        return today
    return day if _OLDEST <= day <= today else today


def _changes(model: ModelInfo) -> Iterator[date]:
    dated = model.prices if isinstance(model.prices, list) else []
    for part in (*dated, *(model.price_variants or ())):
        day = getattr(part.constraint, "start_date", None)
        if isinstance(day, date):
            yield day


def _tiers(price: ModelPrice) -> tuple[tuple[int, Rates], ...]:
    if price.input_mtok is None or price.output_mtok is None:
        return ()
    kinds = (price.input_mtok, price.output_mtok, price.cache_read_mtok, price.cache_write_mtok)
    starts = {0} | {tier.start for kind in kinds for tier in getattr(kind, "tiers", ())}
    return tuple((start, _rates(price, start)) for start in sorted(starts))


def _rates(price: ModelPrice, start: int) -> Rates:
    sent, output = _rate(price.input_mtok, start), _rate(price.output_mtok, start)
    assert sent is not None
    assert output is not None
    # Where the cache has no price of its own, cached tokens cost the same as others.
    cached, written = _rate(price.cache_read_mtok, start), _rate(price.cache_write_mtok, start)
    return Rates(sent, output, sent if cached is None else cached, sent if written is None else written)


def _rate(price: Decimal | TieredPrices | None, start: int) -> Decimal | None:
    """Return the rate for requests that send more than ``start`` tokens; for 0, that of the smallest requests."""
    if price is None or isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if tier.start <= start and start]
    return reached[-1] if reached else price.base


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _moment(created: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
