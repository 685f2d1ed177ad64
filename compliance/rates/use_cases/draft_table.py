from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from compliance.rates import store
from compliance.rates.contracts import TableContent
from compliance.rates.document import as_json, parse_content
from compliance.rates.selectors import CITY, WRITE
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
    once: bool = False,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Writes the product's next version as a draft, which no quote uses. A mistake in it is mended by
    drafting another: a document is never changed. `source` says where the rates come from. With `once` the
    newest version is given back when it is this very draft, by the same person: a repeat changes nothing.

    Raises `forbidden`, `product_unknown`, `rate_table_invalid` (`errors.TableFaults`: every fault, a
    trade that the city's catalogue does not have among them), `text_length`, `text_characters`.
    """
    actor.require_any(WRITE, CITY)
    sold = store.known_product(product)
    checked = parse_content(as_json(content), trades=trades())
    said = clean_text(source, "source", 200, min_len=1)
    if once:
        same = store.same_draft(
            sold, effective_from=effective_from, content=checked, source=said, actor=actor
        )
        if same is not None:
            return same.id
    row = store.write_draft(
        sold, effective_from=effective_from, content=checked, source=said, actor=actor, now=now
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
