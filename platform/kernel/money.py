"""Money is a whole number of fen (1 yuan = 100 fen), never a float."""

from __future__ import annotations

from kernel.errors import AMOUNT_INVALID

MAX_FEN = 10**11  # one amount: a thousand million yuan, far above a county's yearly wages


def check_fen(value: object, *, field: str, minimum: int = 1, maximum: int = MAX_FEN) -> int:
    """The value as fen, or `amount_invalid`. Booleans, floats and texts are no amounts."""
    if type(value) is not int or not minimum <= value <= maximum:
        raise AMOUNT_INVALID.error(field=field, minimum=minimum, maximum=maximum)
    return value


def yuan(fen: int) -> str:
    """Fen as yuan with two places: 30000 -> '300.00', -5 -> '-0.05'."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def share_fen(fen: int, basis_points: int) -> int:
    """A share of an amount in basis points (1/10,000), rounded half up to the fen."""
    return (fen * basis_points + 5_000) // 10_000
