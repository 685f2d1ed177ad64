"""A new county's products and first rate tables: samples within the reported range of 3 to 10 yuan a
person and order, to be replaced by the insurers' own before real use. Risk classes of trades are the
catalogue's, except where a sample insurer leaves a trade out."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from compliance.rates import store
from compliance.rates.contracts import Layer, Starts, TableContent
from compliance.rates.document import parse_content
from compliance.rates.models import Product, Ranking, RateTable
from kernel.actor import Actor
from tenants.catalogue import trades
from tenants.partners.selectors import insurers

PRODUCT = "casual_accident"
_SAMPLES = Path(__file__).with_name("data") / "sample_products.json"


def samples() -> list[dict[str, Any]]:
    """The sample products: what each is, whether a new county ranks it, and its rates without trades."""
    found: list[dict[str, Any]] = json.loads(_SAMPLES.read_text(encoding="utf-8"))
    return found


def content_of(sample: dict[str, Any]) -> TableContent:
    """The sample's rates with a class for every trade of the catalogue."""
    refused: dict[str, str] = sample["not_insured"]
    occupations = {
        trade.code: {"risk_class": 0, "reason": refused[trade.code]}
        if trade.code in refused
        else {"risk_class": trade.risk_class}
        for trade in trades().values()
    }
    return parse_content({**sample["table"], "occupations": occupations})


def seed(*, since: date, now: datetime, actor: Actor) -> UUID:
    """Lists the sample products of registered insurers in the open county, publishes their tables from
    `since` on, which may be a past day, and ranks those of the insurer in the house. Leaves alone what is
    there already, so it may run again. Returns the id of the first table of `PRODUCT`.

    The house's own samples go through no second person; a county's rates do.
    """
    for sample in samples():
        if sample["insurer"] in insurers():
            _seed_one(sample, since=since, now=now, actor=actor)
    for layer in Layer:
        codes = [item["code"] for item in samples() if item["ranked"] and item["layer"] == layer]
        if not Ranking.objects.filter(layer=layer).exists():
            store.write_ranking(layer, codes, effective_from=since, actor=actor, now=now)
    first: RateTable = RateTable.objects.filter(product__code=PRODUCT).order_by("version")[0]
    return first.id


def _seed_one(sample: dict[str, Any], *, since: date, now: datetime, actor: Actor) -> None:
    product, _ = Product.objects.get_or_create(
        code=sample["code"],
        defaults={
            "insurer": sample["insurer"],
            "layer": Layer(sample["layer"]),
            "name": sample["name"],
            "name_en": sample["name_en"],
            "starts": Starts(sample["starts"]),
            "added_at": now,
            "added_by": actor.key,
        },
    )
    if RateTable.objects.filter(product=product).exists():
        return
    row = store.write_draft(
        product,
        effective_from=since,
        content=content_of(sample),
        source="sample rates and sample classes",
        actor=actor,
        now=now,
    )
    store.submit(row, actor=actor, now=now)
    store.publish(row, actor=actor, now=now)
