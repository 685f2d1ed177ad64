"""Timers: one county, a bounded batch, safe to run twice and to be killed."""

from __future__ import annotations

from datetime import timedelta

from files import storage
from files.models import StoredFile
from kernel.clock import real_now
from tenants.county import CountyRef, run_in_county

ORPHAN_AFTER = timedelta(hours=24)
BATCH = 500


def sweep_orphans(county: CountyRef) -> int:
    """Deletes bytes that have lain in the county's storage for a day of real time without a row: their
    transaction was lost. Returns how many. A transaction lasts minutes at most, so none that is still
    open loses its file."""
    before = real_now() - ORPHAN_AFTER
    kept, prefix = storage.storage(), f"{county.schema_name}/"
    kept.tidy(prefix, before=before)
    removed = 0
    batch: list[str] = []
    for stored in kept.keys(prefix):
        if stored.at < before:
            batch.append(stored.key)
        if len(batch) == BATCH:
            removed += _remove_unrecorded(county, kept, batch)
            batch = []
    return removed + (_remove_unrecorded(county, kept, batch) if batch else 0)


def _remove_unrecorded(county: CountyRef, kept: storage.Storage, keys: list[str]) -> int:
    with run_in_county(county):
        recorded = set(StoredFile.objects.filter(key__in=keys).values_list("key", flat=True))
    orphans = [key for key in keys if key not in recorded]
    for key in orphans:
        kept.delete(key)
    return len(orphans)
