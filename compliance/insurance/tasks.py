"""Timers: one county, a bounded batch, safe to run twice and to be killed."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from compliance.insurance.handlers import ask_insurer
from compliance.insurance.models import Policy
from compliance.insurance.port import InsurerUnavailable
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases import end_cover, time_out_cover
from kernel.actor import SYSTEM
from kernel.clock import business_day, real_now
from tenants.county import CountyRef, run_in_county

log = logging.getLogger(__name__)

ASK_AGAIN = timedelta(seconds=60)
GIVE_UP = timedelta(minutes=30)
BATCH = 50


def sweep_requested(county: CountyRef) -> int:
    """Asks again for policies that have waited a minute of real time, whatever became of their event,
    and gives up on those that have waited half an hour. Returns how many were looked at."""
    give_up, ask = _waiting(county)
    for policy_id in give_up:
        with run_in_county(county) as work:
            time_out_cover(policy_id=policy_id, now=work.now)
    for policy_id in ask:
        try:
            ask_insurer(county, policy_id)
        except InsurerUnavailable:
            log.warning("insurer unavailable", extra={"county": county.slug, "policy_id": str(policy_id)})
    return len(give_up) + len(ask)


def _waiting(county: CountyRef) -> tuple[list[UUID], list[UUID]]:
    """Takes a batch for this run by marking it asked now; a killed run's batch is due again later."""
    moment = real_now()
    with run_in_county(county):
        waiting = list(
            Policy.objects.select_for_update(skip_locked=True)
            .filter(state=PolicyState.REQUESTED, asked_at__lt=moment - ASK_AGAIN)
            .order_by("asked_at")[:BATCH]
        )
        Policy.objects.filter(id__in=[policy.id for policy in waiting]).update(asked_at=moment)
        give_up = [policy.id for policy in waiting if policy.first_asked_at < moment - GIVE_UP]
        return give_up, [policy.id for policy in waiting if policy.id not in give_up]


def end_overdue(county: CountyRef) -> int:
    """Ends cover that nobody checked out of, two days after its day. Returns how many."""
    with run_in_county(county) as work:
        overdue = list(
            Policy.objects.select_for_update(skip_locked=True)
            .filter(state=PolicyState.ACTIVE, on__lt=business_day(work.now) - timedelta(days=1))
            .order_by("on", "id")
            .values_list("id", flat=True)[:BATCH]
        )
        for policy_id in overdue:
            end_cover(policy_id=policy_id, actor=SYSTEM, now=work.now)
        return len(overdue)
