"""What the city may read of one county's rates: products, their versions and what they say. Documents of
insurers, about trades and ages; about nobody. Who drafted and who published is the county's own to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from compliance.rates.contracts import Layer, ProductView, TableView
from compliance.rates.models import Product, RateTable
from compliance.rates.selectors import product_view, ranking_on, table_view
from compliance.rates.states import TableState
from kernel.actor import Actor

MAX_PAGE = 50


@dataclass(frozen=True, slots=True)
class CityProduct:
    """A product with its place among those of its layer on the day asked about, 1 for the first asked;
    None where it is not asked."""

    product: ProductView
    rank: int | None


@dataclass(frozen=True, slots=True)
class CityTables:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[TableView, ...]
    more: bool


def products_for_city(*, actor: Actor, on: date) -> tuple[CityProduct, ...]:
    """All products of the open county by code, on offer or not. Three queries. Needs `city:read`."""
    actor.require("city:read")
    places: dict[str, int] = {}
    for layer in Layer:
        ranking = ranking_on(layer, on)
        places |= {code: place for place, code in enumerate(ranking.codes if ranking else (), start=1)}
    listed = [product_view(row) for row in Product.objects.order_by("code")]
    return tuple(CityProduct(product, places.get(product.code)) for product in listed)


def tables_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    product: str | None = None,
    insurer: str | None = None,
    state: TableState | None = None,
) -> CityTables:
    """Versions of rate tables of the open county, in one query. `before` is the id of the last one of the
    page before. Needs `city:read`."""
    actor.require("city:read")
    wanted = RateTable.objects.select_related("product").order_by("-id")
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    if product is not None:
        wanted = wanted.filter(product__code=product)
    if insurer is not None:
        wanted = wanted.filter(product__insurer=insurer)
    if state is not None:
        wanted = wanted.filter(state=state)
    size = max(1, min(first, MAX_PAGE))
    found = [table_view(row) for row in wanted[: size + 1]]
    return CityTables(rows=tuple(found[:size]), more=len(found) > size)
