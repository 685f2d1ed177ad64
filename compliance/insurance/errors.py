from compliance.rates.errors import (
    CLASS_NOT_INSURABLE,
    RATE_TABLE_IN_PAST,
    RATE_TABLE_INVALID,
    RATE_TABLE_MISSING,
    TRADE_NOT_RATED,
)
from kernel.errors import Kind, Refusal

__all__ = [
    "CLASS_NOT_INSURABLE",
    "COVER_NOT_IN_FORCE",
    "PREMIUM_MISMATCH",
    "RATE_TABLE_INVALID",
    "RATE_TABLE_IN_PAST",
    "RATE_TABLE_MISSING",
    "TRADE_NOT_RATED",
]

PREMIUM_MISMATCH = Refusal(
    "premium_mismatch",
    Kind.CONFLICT,
    zh="保费与费率表不符：应为 {expected_fen} 分",
    en="The premium does not match the rate table: it is {expected_fen} fen",
)
COVER_NOT_IN_FORCE = Refusal(
    "cover_not_in_force",
    Kind.CONFLICT,
    zh="保单仅在 {on} 有效",
    en="The cover is for {on} only",
)
