"""In which order a list is read in pages, and where the next page begins.

Ids grow with time, so NEWEST and OLDEST follow the primary key wherever they go on. By amount no table keeps
an index: the rows that the filters leave are sorted each time, so those orders are for lists of one county.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


class Sorting(StrEnum):
    """Equal amounts follow each other by id, so that no row is shown twice and none is left out."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"


BY_AMOUNT = frozenset({Sorting.LARGEST, Sorting.SMALLEST})


def in_order(
    rows: QuerySet[Row], sorting: Sorting, *, amount: str, before: UUID | None, beyond: int | None
) -> QuerySet[Row]:
    """The rows in that order, those after the row with the id `before` and, by amount, the amount `beyond`;
    with `before` None from the first one on. `amount` names a column or annotation that is never null."""
    down = sorting in (Sorting.NEWEST, Sorting.LARGEST)
    side = "lt" if down else "gt"
    if sorting not in BY_AMOUNT:
        rows = rows.order_by("-id" if down else "id")
        return rows if before is None else rows.filter(**{f"id__{side}": before})
    keys = [F(amount).desc(), F("id").desc()] if down else [F(amount).asc(), F("id").asc()]
    rows = rows.order_by(*keys)
    if before is None:
        return rows
    return rows.filter(Q(**{f"{amount}__{side}": beyond}) | Q(**{amount: beyond, f"id__{side}": before}))
