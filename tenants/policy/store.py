"""Appending a policy row, for the use case and for provisioning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection
from django.db.models import Max

from tenants.policy.contracts import Policy
from tenants.policy.models import CountyPolicy
from tenants.policy.selectors import as_policy

ACT = "policy.publish"
"""The act under which a row's audit says what it changed and who decided."""


def lock() -> None:
    """Two publishers at once queue up, so that revisions are in the order in which they were decided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' policy', 0))")


def append(*, effective_from: date, values: Mapping[str, int], published_by: str, now: datetime) -> Policy:
    """Writes the next revision. The caller holds `lock` and has checked the values."""
    newest: int | None = CountyPolicy.objects.aggregate(newest=Max("revision"))["newest"]
    return as_policy(
        CountyPolicy.objects.create(
            revision=(newest or 0) + 1,
            effective_from=effective_from,
            published_at=now,
            published_by=published_by,
            **values,
        )
    )
