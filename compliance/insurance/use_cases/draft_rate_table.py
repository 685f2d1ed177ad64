from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from compliance.insurance import store
from compliance.insurance.contracts import RateLine
from compliance.insurance.models import Product
from kernel import audit
from kernel.actor import Actor
from kernel.errors import NOT_FOUND

SCOPE = "policy:write"


def draft_rate_table(
    *,
    actor: Actor,
    product: str,
    effective_from: date,
    lines: Sequence[RateLine],
    classes: Mapping[str, int],
    source: str,
    now: datetime,
) -> UUID:
    """Writes the product's next version as a draft, which no quote uses. A mistake in it is mended by
    drafting another: lines are never changed. `classes` maps trades to risk classes.

    Raises `forbidden`, `not_found` for the product, `rate_table_invalid`, `amount_invalid`.
    """
    actor.require(SCOPE)
    known = Product.objects.filter(code=product).first()
    if known is None:
        raise NOT_FOUND.error(field="product")
    table = store.write_table(
        known,
        effective_from=effective_from,
        lines=lines,
        classes=classes,
        source=source,
        actor=actor,
        now=now,
    )
    audit.record(
        actor,
        "rate_table.draft",
        subject=table.id,
        purpose="county rates",
        now=now,
        detail={"product": product, "version": table.version},
    )
    return table.id
