from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from compliance.rates import store
from compliance.rates.contracts import Layer, RankingView
from compliance.rates.errors import PRODUCT_UNKNOWN, PRODUCT_WRONG_LAYER, RANKING_IN_PAST
from compliance.rates.models import Product
from compliance.rates.selectors import ranking_view
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import INVALID_VALUE

SCOPE = "insurance:write"
MAX_RANKED = 20


def rank_products(
    *, layer: Layer, codes: Sequence[str], effective_from: date, actor: Actor, now: datetime
) -> RankingView:
    """Says in which order a layer's products are asked from a day on, the best first. Earlier rankings
    stay for the days before; an empty one sells nothing.

    Raises `forbidden`, `ranking_in_past`, `product_unknown` and `product_wrong_layer` with the place in
    the list, `invalid_value` for a code that stands there twice or a list that is too long.
    """
    actor.require(SCOPE)
    today = business_day(now)
    if effective_from < today:
        raise RANKING_IN_PAST.error(field="effective_from", today=today.isoformat())
    if len(codes) > MAX_RANKED:
        raise INVALID_VALUE.error(field="codes", reason=f"0 – {MAX_RANKED}")
    layers = dict(Product.objects.filter(code__in=list(codes), active=True).values_list("code", "layer"))
    for number, code in enumerate(codes):
        if code not in layers:
            raise PRODUCT_UNKNOWN.error(field=f"codes.{number}", code=code[:40])
        if layers[code] != layer:
            raise PRODUCT_WRONG_LAYER.error(field=f"codes.{number}", code=code)
        if code in codes[:number]:
            raise INVALID_VALUE.error(field=f"codes.{number}", reason="twice")
    row = store.write_ranking(Layer(layer), list(codes), effective_from=effective_from, actor=actor, now=now)
    audit.record(
        actor,
        "products.rank",
        subject=row.id,
        purpose="county rates",
        now=now,
        detail={"layer": row.layer, "codes": row.codes, "effective_from": effective_from.isoformat()},
    )
    return ranking_view(row)
