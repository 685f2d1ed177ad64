"""Where a page of a list ended, as text that only this door can make.

A cursor is good for the list it was given for: the salt names the list, its county, filters and order. One
key a page and one HMAC a row, since a page of a hundred rows has a hundred cursors.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from cityql.errors import CURSOR

_MAC: Final = 16
_ID: Final = 16
_AMOUNT: Final = 8


class Cursors:
    """The cursors of one list."""

    def __init__(self, salt: str) -> None:
        self._key = salted_hmac("cityql.cursors", salt, algorithm="sha256").digest()

    def of(self, row: UUID, amount: int | None = None) -> str:
        """The cursor of a row, with the amount (fen) it is sorted by, if it is."""
        payload = row.bytes
        if amount is not None:
            payload += amount.to_bytes(_AMOUNT, "big", signed=True)
        return urlsafe_b64encode(payload + self._mac(payload)).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[UUID, int | None]:
        """The row's id and amount. Raises `graphql_cursor` for what is none of this list's."""
        try:
            raw = urlsafe_b64decode(cursor[:100] + "=" * (-len(cursor[:100]) % 4))
        except ValueError:
            raise CURSOR.error(field="after") from None
        payload, mac = raw[:-_MAC], raw[-_MAC:]
        if len(payload) not in (_ID, _ID + _AMOUNT) or not constant_time_compare(mac, self._mac(payload)):
            raise CURSOR.error(field="after")
        amount = int.from_bytes(payload[_ID:], "big", signed=True) if len(payload) > _ID else None
        return UUID(bytes=payload[:_ID]), amount

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:_MAC]
