"""A new county's first policy row."""

from __future__ import annotations

from datetime import date, datetime

from kernel.actor import SYSTEM
from tenants.policy import rules, store
from tenants.policy.contracts import FIELDS, Policy
from tenants.policy.models import CountyPolicy
from tenants.policy.selectors import as_policy


def seed(*, min_wage_month_fen: int, min_wage_hour_fen: int, since: date, now: datetime) -> Policy:
    """The county's pay floors (闽人社文〔2025〕14号) and sample values for all else, from `since` on, which
    may be a past day. Does nothing in a county that has a policy; returns the first row."""
    store.lock()
    first = CountyPolicy.objects.order_by("revision").first()
    if first is not None:
        return as_policy(first)
    defaults = {name: field.default for name, field in FIELDS.items() if field.default is not None}
    values = rules.check_values(
        {**defaults, "min_wage_month_fen": min_wage_month_fen, "min_wage_hour_fen": min_wage_hour_fen}
    )
    return store.append(effective_from=since, values=values, published_by=SYSTEM.key, now=now)
