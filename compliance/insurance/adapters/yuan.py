"""Amounts of insurers that write yuan with two decimals."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from compliance.insurance.port import InsurerUnavailable


def yuan_of(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def fen_of(yuan: str) -> int:
    """Raises InsurerUnavailable for what is no amount up to 100 million yuan."""
    try:
        fen = Decimal(yuan) * 100
        if fen.is_finite() and fen == int(fen) and 0 <= fen <= 10**10:
            return int(fen)
    except InvalidOperation:
        pass
    raise InsurerUnavailable("an amount is none")
