from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from compliance.rates.contracts import Layer, ProductView, Starts
from compliance.rates.document import CODE
from compliance.rates.errors import PRODUCT_CODE, PRODUCT_CODE_TAKEN
from compliance.rates.models import Product
from compliance.rates.selectors import WRITE, product_view
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.selectors import active_insurer


def add_product(
    *,
    code: str,
    insurer: str,
    layer: Layer,
    name: str,
    name_en: str,
    starts: Starts,
    actor: Actor,
    now: datetime,
) -> ProductView:
    """Lists a product of a registered insurer in this county. What it is never changes; it sells nothing
    before a rate table is published and the product ranked.

    Raises `forbidden`, `product_code`, `product_code_taken`, `insurer_unknown`, `insurer_suspended`,
    `text_length`, `text_characters`.
    """
    actor.require(WRITE)
    if not isinstance(code, str) or not CODE.match(code):
        raise PRODUCT_CODE.error(field="code")
    sold_by = active_insurer(insurer)
    row = Product(
        code=code,
        insurer=sold_by.code,
        layer=Layer(layer),
        name=clean_text(name, "name", 60, min_len=1),
        name_en=clean_text(name_en, "name_en", 80, min_len=1),
        starts=Starts(starts),
        added_at=now,
        added_by=actor.key,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        if "rates_product_code" in str(fault):
            raise PRODUCT_CODE_TAKEN.error(field="code", code=code) from None
        raise
    audit.record(
        actor,
        "product.add",
        subject=row.id,
        purpose="county rates",
        now=now,
        detail={"product": code, "insurer": sold_by.code, "layer": row.layer},
    )
    return product_view(row)
