"""A new county's product and first rate table: a sample within the reported range of 3 to 10 yuan a
person and order, to be replaced by the county's insurer's own before real use."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from compliance.insurance import store
from compliance.insurance.contracts import RateLine
from compliance.insurance.models import Product, RateTable
from compliance.insurance.states import TABLE, TableState
from kernel import states
from kernel.actor import Actor
from tenants.catalogue import trades

PRODUCT = "casual_accident"
_SAMPLE = Path(__file__).with_name("data") / "rate_table_sample.csv"


def sample_lines() -> list[RateLine]:
    """The lines of the sample file, amounts in fen."""
    with _SAMPLE.open(encoding="utf-8", newline="") as file:
        return [RateLine(**{name: int(value) for name, value in row.items()}) for row in csv.DictReader(file)]


def seed(*, since: date, now: datetime, actor: Actor) -> UUID:
    """Publishes the sample table in the open county from `since` on, which may be a past day, with the
    catalogue's sample classes. Does nothing in a county that has a table; returns the first one's id."""
    first: RateTable | None = RateTable.objects.order_by("version").first()
    if first is not None:
        return first.id
    product, _ = Product.objects.get_or_create(
        code=PRODUCT,
        defaults={
            "name": "零工意外险（样例）",
            "name_en": "Casual work accident cover (sample)",
            "insurer": "sandbox",
        },
    )
    table = store.write_table(
        product,
        effective_from=since,
        lines=sample_lines(),
        classes={trade.code: trade.risk_class for trade in trades().values()},
        source="sample rates and sample classes",
        actor=actor,
        now=now,
    )
    states.transition(table, TableState.PUBLISHED, machine=TABLE, actor=actor, now=now)
    return table.id
