"""`linggong outbox`: news that waits or has failed, and another try for it."""

from __future__ import annotations

from django.db.models import Count, Q
from rich.console import Console
from rich.table import Table

from kernel.models import OutboxMessage
from tenants import directory
from tenants.county import run_in_county


def show() -> int:
    """A row a county and kind of news; 1 when there is a dead letter, else 0."""
    table = Table("county", "news", "waiting", "failing", "dead", "last error", title="News on its way")
    dead = 0
    for county in directory.all_counties(sandbox=True):
        with run_in_county(county):
            rows = list(
                OutboxMessage.objects.values("type", "last_error")
                .annotate(
                    waiting=Count("id", filter=Q(attempts=0)),
                    failing=Count("id", filter=Q(attempts__gt=0, dead=False)),
                    dead=Count("id", filter=Q(dead=True)),
                )
                .order_by("type", "last_error")
            )
        for row in rows:
            dead += row["dead"]
            table.add_row(
                county.slug,
                row["type"],
                str(row["waiting"]),
                str(row["failing"]),
                str(row["dead"]),
                row["last_error"],
            )
    Console().print(table)
    return 1 if dead else 0


def retry(slug: str) -> int:
    """Makes every dead or paused row of the county due now; returns how many."""
    with run_in_county(slug):
        due = OutboxMessage.objects.filter(Q(dead=True) | Q(retry_at__isnull=False))
        return int(due.update(dead=False, attempts=0, retry_at=None, lease_until=None))
