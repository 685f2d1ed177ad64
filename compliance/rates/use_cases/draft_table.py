from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from compliance.rates import store
from compliance.rates.contracts import TableContent
from compliance.rates.document import as_json, parse_content
from compliance.rates.selectors import WRITE
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.catalogue import trades


def draft_table(
    *,
    product: str,
    effective_from: date,
    content: TableContent,
    source: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Writes the product's next version as a draft, which no quote uses. A mistake in it is mended by
    drafting another: a document is never changed. `source` says where the rates come from.

    Raises `forbidden`, `product_unknown`, `rate_table_invalid` (`errors.TableFaults`: every fault, a
    trade that the city's catalogue does not have among them), `text_length`, `text_characters`.
    """
    actor.require(WRITE)
    row = store.write_draft(
        store.known_product(product),
        effective_from=effective_from,
        content=parse_content(as_json(content), trades=trades()),
        source=clean_text(source, "source", 200, min_len=1),
        actor=actor,
        now=now,
    )
    audit.record(
        actor,
        "rate_table.draft",
        subject=row.id,
        purpose="county rates",
        now=now,
        detail={"product": product, "version": row.version, "digest": row.digest},
    )
    return row.id
