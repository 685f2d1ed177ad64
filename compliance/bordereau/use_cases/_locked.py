from __future__ import annotations

from uuid import UUID

from compliance.bordereau.errors import SETTLEMENT_NOT_FOUND
from compliance.bordereau.models import Settlement


def locked(settlement_id: UUID) -> Settlement:
    """The settlement's row, locked. Raises `settlement_not_found`."""
    row: Settlement | None = Settlement.objects.select_for_update().filter(id=settlement_id).first()
    if row is None:
        raise SETTLEMENT_NOT_FOUND.error(field="settlement_id")
    return row
