from __future__ import annotations

from datetime import datetime

from compliance.rates.contracts import ProductView
from compliance.rates.models import Product
from compliance.rates.selectors import REVIEW, product_view
from kernel import audit
from kernel.actor import Actor
from kernel.errors import NOT_FOUND


def offer_product(*, product: str, active: bool, actor: Actor, now: datetime) -> ProductView:
    """Takes a product off offer or puts it back: from now on it is quoted or is not. What was sold stays.

    Raises `forbidden`, `not_found`.
    """
    actor.require(REVIEW)
    row = Product.objects.select_for_update().filter(code=product[:40]).first()
    if row is None:
        raise NOT_FOUND.error(field="product")
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
