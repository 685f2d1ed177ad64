"""What the clock does here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from webhooks.models import Attempt, InboundMessage

KEPT: Final = timedelta(days=90)
_BATCH: Final = 5_000


def forget_old(county: CountyRef) -> int:
    """Deletes attempts and accepted messages older than 90 days, a batch a run; returns how many rows.
    Events and deliveries stay: they say what a partner was told."""
    before = real_now() - KEPT
    with run_in_county(county):
        old = list(InboundMessage.objects.filter(at__lt=before).values_list("id", flat=True)[:_BATCH])
        done, _ = InboundMessage.objects.filter(id__in=old).delete()
        # Ids follow time closely enough to find the oldest by; the moment decides.
        oldest = list(Attempt.objects.order_by("id").values_list("id", flat=True)[:_BATCH])
        more, _ = Attempt.objects.filter(id__in=oldest, at__lt=before).delete()
        return int(done + more)
