"""The city's trade catalogue, kept in the process: it changes a few times a year."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tenants import models
from tenants.errors import UNKNOWN_TRADE

_FRESH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Trade:
    """`certificate` is the kind of certificate that law asks for, or None. `risk_class` is the
    sample class of the catalogue; an insurer's own map may differ."""

    code: str
    name: str
    name_en: str
    risk_class: int
    certificate: str | None


_cached: dict[str, Trade] = {}
_read_at = float("-inf")


def trades() -> dict[str, Trade]:
    """All trades by code."""
    global _cached, _read_at  # swapped whole
    if time.monotonic() - _read_at > _FRESH_SECONDS or not _cached:
        _cached = {
            row.code: Trade(row.code, row.name, row.name_en, row.risk_class, row.certificate or None)
            for row in models.Trade.objects.order_by("code")
        }
        _read_at = time.monotonic()
    return _cached


def trade(code: str, *, field: str = "trade") -> Trade:
    """The trade, or `trade_unknown`."""
    found = trades().get(code)
    if found is None:
        raise UNKNOWN_TRADE.error(field=field, trade=code[:40])
    return found
