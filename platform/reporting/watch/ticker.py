"""The ticker: what happened last in the city's markets, nobody named."""

from __future__ import annotations

from typing import Final

from django.db import connections, router

from reporting.watch.contracts import HappeningKind, HappeningView
from reporting.watch.models import Happening
from tenants import directory

MAX_HAPPENINGS: Final = 100
KEPT: Final = 5_000


def ticker(limit: int) -> tuple[HappeningView, ...]:
    """The latest happenings of the city's counties, newest first; sandboxes are left out. One query."""
    slugs = {ref.id: ref.slug for ref in directory.all_counties()}
    rows = Happening.objects.filter(county_id__in=list(slugs)).order_by("-at", "-id")
    return tuple(
        HappeningView(
            id=row.pk,
            kind=HappeningKind(row.kind),
            county=slugs[row.county_id],
            trade=row.trade,
            places=row.places,
            amount_fen=row.amount_fen,
            at=row.at,
        )
        for row in rows[: max(1, min(limit, MAX_HAPPENINGS))]
    )


def sweep_ticker() -> int:
    """Deletes what is older than the newest rows; returns how many went."""
    with connections[router.db_for_write(Happening)].cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.watch_happening WHERE (at, id) < (SELECT at, id FROM public.watch_happening "
            "ORDER BY at DESC, id DESC OFFSET %s LIMIT 1)",
            [KEPT - 1],
        )
        return int(cursor.rowcount)
