"""Reads of one open county. Everything returned is evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from compliance.rates import rules
from compliance.rates.contracts import (
    Change,
    CoverQuote,
    Layer,
    Price,
    ProductView,
    RankingView,
    Starts,
    TableContent,
    TableView,
)
from compliance.rates.document import CODE, digest, stored
from compliance.rates.errors import PRODUCT_UNKNOWN, RATE_TABLE_MISSING
from compliance.rates.models import Product, Quote, Ranking, RateTable
from compliance.rates.states import EVER_PUBLISHED, TableState
from kernel.actor import Actor
from kernel.errors import FORBIDDEN, NOT_FOUND
from tenants.partners.selectors import insurers

WRITE = "rates:write"
REVIEW = "rates:review"
CITY = "city:rates"  # drafts and decides in every county; the second person is still another one
READ = ("orders:read", WRITE, REVIEW, "insurance:read", "policy:read")
QUOTE = ("orders:quote", WRITE, REVIEW, "insurance:read")


def require_reader(actor: Actor) -> None:
    """Rates are open to everybody who has to do with orders or insurance. Raises `forbidden`."""
    if not any(actor.has(scope) for scope in READ):
        raise FORBIDDEN.error(scope=READ[0])


def require_quoter(actor: Actor) -> None:
    """Quotes are for those who order work and those who see to its cover. Raises `forbidden`."""
    if not any(actor.has(scope) for scope in QUOTE):
        raise FORBIDDEN.error(scope=QUOTE[0])


# -- products --------------------------------------------------------------------------------------


def products() -> list[ProductView]:
    """All products, on offer or not, in order of their code."""
    return [product_view(row) for row in Product.objects.order_by("code")]


def product(code: str) -> ProductView:
    """Raises `not_found`."""
    return product_view(product_row(code))


def product_row(code: str, *, locked: bool = False) -> Product:
    """The row, locked to the end of the transaction if so wished. Raises `not_found`, also for what cannot
    be a code."""
    rows = Product.objects.select_for_update() if locked else Product.objects.all()
    row: Product | None = rows.filter(code=code).first() if CODE.match(code) else None
    if row is None:
        raise NOT_FOUND.error(field="product")
    return row


def ranked(layer: Layer, on: date) -> tuple[ProductView, ...]:
    """The layer's products on offer on the day, best first; those of suspended insurers are left out.
    Two queries."""
    ranking = ranking_on(layer, on)
    if ranking is None:
        return ()
    rows = {row.code: row for row in Product.objects.filter(code__in=ranking.codes, active=True)}
    return tuple(
        product_view(rows[code]) for code in ranking.codes if code in rows and _sells(rows[code].insurer)
    )


def on_offer(code: str) -> ProductView:
    """A product that may be sold: on offer, by an insurer that takes new business. Raises
    `product_unknown`."""
    row = Product.objects.filter(code=code, active=True).first() if CODE.match(code) else None
    if row is None or not _sells(row.insurer):
        raise PRODUCT_UNKNOWN.error(field="product", code=code[:40])
    return product_view(row)


def _sells(insurer: str) -> bool:
    known = insurers().get(insurer)
    return known is not None and known.active


def ranking_on(layer: Layer, on: date) -> RankingView | None:
    """The newest ranking of those that count on the day."""
    row = (
        Ranking.objects.filter(layer=layer, effective_from__lte=on)
        .order_by("-effective_from", "-number")
        .first()
    )
    return None if row is None else ranking_view(row)


def rankings(layer: Layer) -> list[RankingView]:
    """All that were ever made, newest first."""
    return [
        ranking_view(row)
        for row in Ranking.objects.filter(layer=layer).order_by("-effective_from", "-number")
    ]


def product_view(row: Product) -> ProductView:
    return ProductView(
        code=row.code,
        insurer=row.insurer,
        layer=Layer(row.layer),
        name=row.name,
        name_en=row.name_en,
        starts=Starts(row.starts),
        active=row.active,
    )


def ranking_view(row: Ranking) -> RankingView:
    return RankingView(
        layer=Layer(row.layer),
        effective_from=row.effective_from,
        codes=tuple(row.codes),
        ranked_at=row.ranked_at,
        ranked_by=row.ranked_by,
    )


# -- tables ----------------------------------------------------------------------------------------


def tables(product: str | None = None) -> list[TableView]:
    """Every version, the latest effective date first. One query."""
    rows = RateTable.objects.select_related("product").order_by("-effective_from", "-version", "-id")
    return [table_view(row) for row in (rows if product is None else rows.filter(product__code=product))]


def table(version_id: UUID) -> TableView:
    """Raises `not_found`."""
    row = RateTable.objects.select_related("product").filter(id=version_id).first()
    if row is None:
        raise NOT_FOUND.error(field="table_version_id")
    return table_view(row)


def diff(a: UUID, b: UUID) -> list[Change]:
    """What `b` has otherwise than `a`, side by side. Raises `not_found`."""
    return rules.changes(table(a).content, table(b).content)


def in_force(product: str, on: date) -> TableView:
    """The product's version that prices the day. Raises `rate_table_missing`."""
    found = rows_in_force([product], on).get(product)
    if found is None:
        raise RATE_TABLE_MISSING.error(day=on.isoformat())
    return table_view(found)


def rows_in_force(codes: Iterable[str], on: date) -> dict[str, RateTable]:
    """By product: of its versions ever published, the one of the latest effective date not after the
    day, and of two for one date the one published later. One query."""
    rows = (
        RateTable.objects.select_related("product")
        .filter(product__code__in=list(codes), state__in=EVER_PUBLISHED, effective_from__lte=on)
        .order_by("product_id", "-effective_from", "-published_number")
        .distinct("product_id")
    )
    return {row.product.code: row for row in rows}


def table_view(row: RateTable) -> TableView:
    return TableView(
        id=row.id,
        product=row.product.code,
        insurer=row.product.insurer,
        version=row.version,
        effective_from=row.effective_from,
        state=TableState(row.state),
        source=row.source,
        digest=row.digest,
        intact=digest(row.content) == row.digest,
        content=stored(row.content),
        drafted_at=row.drafted_at,
        drafted_by=row.drafted_by,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        published_at=row.published_at,
        published_by=row.published_by,
    )


# -- prices ----------------------------------------------------------------------------------------


def price(
    table_version_id: UUID, *, trade: str, heads: int, days: int = 1, level: str | None, age: int
) -> Price:
    """One person's premium and cover by a published version, whatever has superseded it since. An added
    day costs the difference of two prices, which is never negative. One query.

    Raises `not_found`, `age_not_insurable`, `class_not_insurable` (with the reason), `trade_not_rated`,
    `level_unknown`, `invalid_value` for heads and days.
    """
    content = _published(table_version_id)
    return rules.price(content, trade=trade, heads=heads, days=days, level=level, age=age)


def _published(table_version_id: UUID) -> TableContent:
    text = (
        RateTable.objects.filter(id=table_version_id, state__in=EVER_PUBLISHED)
        .values_list("content", flat=True)
        .first()
    )
    if text is None:
        raise NOT_FOUND.error(field="table_version_id")
    return stored(text)


# -- quotes ----------------------------------------------------------------------------------------


def quote(quote_id: UUID) -> CoverQuote:
    """The quote as it was given. Raises `not_found`."""
    return _as_given(_quote_row(quote_id))


def replay(quote_id: UUID) -> CoverQuote:
    """The quote worked out anew from what was asked and the version that answered. Raises `not_found`."""
    return _replayed(_quote_row(quote_id))


def replay_equal(quote_id: UUID) -> bool:
    """Whether the replay says what was given, to the fen, by a document nobody has touched."""
    return _equal(_quote_row(quote_id))


def unequal_quotes(*, after: UUID | None = None, limit: int = 1_000) -> tuple[list[UUID], int, UUID | None]:
    """Replays the next `limit` quotes in order of id. Returns those that differ, how many were looked at,
    and where to go on from (None when that was the last page)."""
    rows = Quote.objects.select_related("table__product").order_by("id")
    page = list((rows if after is None else rows.filter(id__gt=after))[:limit])
    return [row.id for row in page if not _equal(row)], len(page), page[-1].id if page else None


def quoted(
    table_row: RateTable, *, trade: str, heads: int, on: date, days: int, level: str | None
) -> CoverQuote:
    """A quote by one version, not kept. Raises what `rules.price` raises, but for ages."""
    content = stored(table_row.content)
    dearest = rules.dearest(content, trade=trade, heads=heads, days=days, level=level)
    sold = product_view(table_row.product)
    return CoverQuote(
        quote_id=None,
        product=sold.code,
        insurer=sold.insurer,
        layer=sold.layer,
        starts=sold.starts,
        table_version_id=table_row.id,
        table_version=table_row.version,
        trade=trade,
        risk_class=dearest.risk_class,
        level=rules.level_of(content, level).code,
        heads=heads,
        days=days,
        on=on,
        premium_per_head_fen=dearest.premium_fen,
        total_fen=dearest.premium_fen * heads,
        death_disability_cover_fen=dearest.death_disability_cover_fen,
        medical_cover_fen=dearest.medical_cover_fen,
        ages=rules.insurable_ages(content),
        expires_at=None,
    )


def _quote_row(quote_id: UUID) -> Quote:
    row: Quote | None = Quote.objects.select_related("table__product").filter(id=quote_id).first()
    if row is None:
        raise NOT_FOUND.error(field="quote_id")
    return row


def _equal(row: Quote) -> bool:
    intact = digest(row.table.content) == row.table.digest
    return bool(intact) and _replayed(row) == _as_given(row)


def _replayed(row: Quote) -> CoverQuote:
    found = quoted(row.table, trade=row.trade, heads=row.heads, on=row.on, days=row.days, level=row.level)
    return replace(found, quote_id=row.id, expires_at=row.expires_at)


def _as_given(row: Quote) -> CoverQuote:
    sold = product_view(row.table.product)
    return CoverQuote(
        quote_id=row.id,
        product=sold.code,
        insurer=sold.insurer,
        layer=sold.layer,
        starts=sold.starts,
        table_version_id=row.table_id,
        table_version=row.table.version,
        trade=row.trade,
        risk_class=row.risk_class,
        level=row.level,
        heads=row.heads,
        days=row.days,
        on=row.on,
        premium_per_head_fen=row.premium_per_head_fen,
        total_fen=row.total_fen,
        death_disability_cover_fen=row.death_disability_cover_fen,
        medical_cover_fen=row.medical_cover_fen,
        ages=(row.from_age, row.to_age),
        expires_at=row.expires_at,
    )
