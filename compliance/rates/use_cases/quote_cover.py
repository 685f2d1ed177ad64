from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from compliance.rates import selectors
from compliance.rates.contracts import CoverQuote, Layer
from compliance.rates.errors import CLASS_NOT_INSURABLE, RATE_TABLE_MISSING, TRADE_NOT_RATED
from compliance.rates.models import Quote
from compliance.rates.rules import QUOTE_LASTS
from kernel.errors import DomainError
from kernel.ids import uuid7


def quote_cover(
    *,
    trade: str,
    heads: int,
    on: date,
    days: int = 1,
    layer: Layer = Layer.TOP_UP,
    level: str | None = None,
    product: str | None = None,
    now: datetime,
    keep: bool = True,
) -> CoverQuote:
    """The price of cover for `heads` people from the Shanghai day `on` for `days` days, by the rates in
    force on that day: of the named product, or of the layer's best ranked one that insures the trade.

    A quote that is kept can be read again and replayed by its id, and stands for half an hour. With
    `product` the layer is the product's own. When no ranked product insures the trade, the best ranked
    one's refusal is given.

    Raises `rate_table_missing`, `trade_not_rated`, `class_not_insurable` with the insurer's reason,
    `level_unknown`, `product_unknown`, `invalid_value` for heads and days.
    """
    if product is None:
        codes = [found.code for found in selectors.ranked(layer, on)]
    else:
        codes = [selectors.on_offer(product).code]
    quote = _first_that_insures(codes, trade=trade, heads=heads, on=on, days=days, level=level)
    return _kept(quote, now=now) if keep else quote


def _first_that_insures(
    codes: Sequence[str], *, trade: str, heads: int, on: date, days: int, level: str | None
) -> CoverQuote:
    rows = selectors.rows_in_force(codes, on)
    refusals: list[DomainError] = []
    for code in codes:
        if code not in rows:
            continue
        try:
            return selectors.quoted(rows[code], trade=trade, heads=heads, on=on, days=days, level=level)
        except DomainError as refusal:
            if refusal.refusal not in (CLASS_NOT_INSURABLE, TRADE_NOT_RATED):
                raise
            refusals.append(refusal)
    raise refusals[0] if refusals else RATE_TABLE_MISSING.error(day=on.isoformat())


def _kept(quote: CoverQuote, *, now: datetime) -> CoverQuote:
    kept = replace(quote, quote_id=uuid7(), expires_at=now + QUOTE_LASTS)
    Quote.objects.create(
        id=kept.quote_id,
        table_id=kept.table_version_id,
        trade=kept.trade,
        level=kept.level,
        heads=kept.heads,
        days=kept.days,
        on=kept.on,
        risk_class=kept.risk_class,
        premium_per_head_fen=kept.premium_per_head_fen,
        total_fen=kept.total_fen,
        death_disability_cover_fen=kept.death_disability_cover_fen,
        medical_cover_fen=kept.medical_cover_fen,
        from_age=kept.ages[0],
        to_age=kept.ages[1],
        quoted_at=now,
        expires_at=kept.expires_at,
    )
    return kept
