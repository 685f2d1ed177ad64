from __future__ import annotations

from datetime import date, datetime

from compliance.insurance import selectors
from compliance.insurance.contracts import CoverQuote


def quote_cover(*, trade: str, heads: int, on: date, now: datetime) -> CoverQuote:
    """The price of cover for `heads` people on the Shanghai day of the work, by the table in force then.

    Raises `rate_table_missing`, `trade_not_rated`, `class_not_insurable`, `invalid_value` for heads.
    """
    return selectors.quote_from(selectors.table_in_force(on), trade=trade, heads=heads)
