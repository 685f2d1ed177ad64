"""Identifiers: UUID version 7 (RFC 9562), made by the application before the row is written."""

from __future__ import annotations

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A new time-ordered identifier. Its order is not commit order: nothing may page by it alone
    across writers, nor treat the greatest one seen as a watermark."""
    return uuid_utils.compat.uuid7()
