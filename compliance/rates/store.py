"""Rows as several verbs need them."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max

from compliance.rates.contracts import Layer, TableContent
from compliance.rates.document import CODE, canonical, digest
from compliance.rates.errors import PRODUCT_UNKNOWN
from compliance.rates.models import Product, Ranking, RateTable
from compliance.rates.states import TABLE, TableState
from kernel import states
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import NOT_FOUND


def one_at_a_time() -> None:
    """Holds the county's rates to the end of the transaction: versions and publications are numbered,
    and two people who publish for one date come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' rates', 0))")


def known_product(code: str, *, field: str = "product") -> Product:
    """The product, on offer or not. Raises `product_unknown`."""
    row: Product | None = Product.objects.filter(code=code).first() if CODE.match(code) else None
    if row is None:
        raise PRODUCT_UNKNOWN.error(field=field, code=code[:40])
    return row


def locked_table(table_version_id: UUID) -> RateTable:
    """The version, locked to the end of the transaction. Raises `not_found`."""
    row: RateTable | None = RateTable.objects.select_for_update().filter(id=table_version_id).first()
    if row is None:
        raise NOT_FOUND.error(field="table_version_id")
    return row


def same_draft(
    product: Product, *, effective_from: date, content: TableContent, source: str, actor: Actor
) -> RateTable | None:
    """The product's newest version when it is this very draft of the same actor, handed on or not. Holds
    the rates."""
    one_at_a_time()
    newest: RateTable | None = RateTable.objects.filter(product=product).order_by("-version").first()
    if newest is None or newest.state not in {TableState.DRAFT, TableState.IN_REVIEW}:
        return None
    mine = (newest.effective_from, newest.digest, newest.source, newest.drafted_by)
    return newest if mine == (effective_from, digest(canonical(content)), source, actor.key) else None


def write_draft(
    product: Product,
    *,
    effective_from: date,
    content: TableContent,
    source: str,
    actor: Actor,
    now: datetime,
) -> RateTable:
    """Writes the product's next version."""
    one_at_a_time()
    newest: int | None = RateTable.objects.filter(product=product).aggregate(n=Max("version"))["n"]
    text = canonical(content)
    row: RateTable = RateTable.objects.create(
        product=product,
        version=(newest or 0) + 1,
        effective_from=effective_from,
        state=TableState.DRAFT,
        source=source,
        content=text,
        digest=digest(text),
        drafted_at=now,
        drafted_by=actor.key,
    )
    states.begin(row, machine=TABLE, actor=actor, now=now)
    return row


def submit(row: RateTable, *, actor: Actor, now: datetime) -> None:
    """Moves a locked draft on to its review."""
    states.transition(row, TableState.IN_REVIEW, machine=TABLE, actor=actor, now=now)
    row.submitted_at, row.submitted_by = now, actor.key
    row.save(update_fields=["submitted_at", "submitted_by"])


def publish(row: RateTable, *, actor: Actor, now: datetime) -> None:
    """Puts a locked reviewed version in force from its date, and says so of the one it takes the place
    of: another one for the same date at once, an earlier one when the date has come."""
    one_at_a_time()
    last: int | None = RateTable.objects.filter(product_id=row.product_id).aggregate(
        n=Max("published_number")
    )["n"]
    row.published_number, row.published_at, row.published_by = (last or 0) + 1, now, actor.key
    row.save(update_fields=["published_number", "published_at", "published_by"])
    states.transition(row, TableState.PUBLISHED, machine=TABLE, actor=actor, now=now)
    supersede(row.product_id, today=business_day(now), actor=actor, now=now)


def supersede(product_id: UUID, *, today: date, actor: Actor, now: datetime) -> int:
    """Marks those of a product's published versions whose place another one has taken; returns how many.

    Only a label: which version prices a day follows from dates and numbers alone (`selectors`).
    """
    published = list(
        RateTable.objects.filter(product_id=product_id, state=TableState.PUBLISHED).order_by(
            "-effective_from", "-published_number"
        )
    )
    gone = 0
    for newer, row in itertools.pairwise(published):
        same_day = newer.effective_from == row.effective_from
        if same_day or newer.effective_from <= today:
            states.transition(
                row,
                TableState.SUPERSEDED,
                machine=TABLE,
                actor=actor,
                now=now,
                reason=f"version {newer.version}",
            )
            gone += 1
    return gone


def write_ranking(
    layer: Layer, codes: list[str], *, effective_from: date, actor: Actor, now: datetime
) -> Ranking:
    """Writes the layer's next ranking."""
    one_at_a_time()
    newest: int | None = Ranking.objects.filter(layer=layer).aggregate(n=Max("number"))["n"]
    row: Ranking = Ranking.objects.create(
        layer=layer,
        number=(newest or 0) + 1,
        effective_from=effective_from,
        codes=codes,
        ranked_at=now,
        ranked_by=actor.key,
    )
    return row
