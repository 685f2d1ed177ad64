"""Merging what the counties' folders added into the city's own sums."""

from __future__ import annotations

from django.db import transaction

from reporting import city_store


def fold_city(limit: int = 50_000) -> int:
    """Merges up to `limit` deltas in one transaction and returns how many. Totals are exact before and
    after: this only keeps reading cheap. Killed, it has done nothing; beside another, it does nothing."""
    with transaction.atomic(using=city_store.MERGER):
        return city_store.merge(limit)


def fold_city_all(limit: int = 50_000) -> int:
    """Merges until nothing that was waiting is left."""
    total = 0
    while merged := fold_city(limit):
        total += merged
        if merged < limit:
            break
    return total
