from __future__ import annotations

from datetime import datetime

from compliance.rates.contracts import ProductView
from compliance.rates.selectors import REVIEW, product_row, product_view
from kernel import audit
from kernel.actor import Actor


def offer_product(*, product: str, active: bool, actor: Actor, now: datetime) -> ProductView:
    """Takes a product off offer or puts it back: from now on it is quoted or is not. What was sold stays.

    Raises `forbidden`, `not_found`.
    """
    actor.require(REVIEW)
    row = product_row(product, locked=True)
    if row.active != active:
        row.active = active
        row.save(update_fields=["active"])
        audit.record(
            actor,
            "product.offer",
            subject=row.id,
            purpose="county rates",
            now=now,
            detail={"product": row.code, "active": active},
        )
    return product_view(row)
