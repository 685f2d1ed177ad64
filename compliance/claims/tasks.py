"""Timers: one county, a bounded batch, one transaction a claim, safe to run twice and to be killed."""

from __future__ import annotations

from uuid import UUID

from compliance.claims import rules
from compliance.claims.models import Claim
from compliance.claims.states import ClaimState
from compliance.claims.use_cases.close_claim import close_claim
from compliance.claims.use_cases.flag_overdue import flag_overdue
from kernel.actor import SYSTEM
from tenants.county import CountyRef, run_in_county

BATCH = 200


def watch_deadlines(county: CountyRef) -> int:
    """Flags claims whose insurer has let a deadline pass (market time), and puts away those that ended a
    month ago. Returns how many moved."""
    with run_in_county(county) as work:
        due = Claim.objects.filter(due_at__lte=work.now, overdue_since=None)
        late: list[UUID] = list(due.order_by("due_at").values_list("id", flat=True)[:BATCH])
        over = Claim.objects.filter(
            state__in=(ClaimState.PAID, ClaimState.REJECTED), ended_at__lte=work.now - rules.CLOSE_AFTER
        )
        ended: list[UUID] = list(over.order_by("ended_at").values_list("id", flat=True)[:BATCH])
    done = 0
    for claim_id in late:
        with run_in_county(county) as work:
            done += flag_overdue(claim_id=claim_id, now=work.now)
    for claim_id in ended:
        with run_in_county(county) as work:
            if Claim.objects.filter(id=claim_id, state__in=(ClaimState.PAID, ClaimState.REJECTED)).exists():
                close_claim(claim_id=claim_id, actor=SYSTEM, now=work.now)
                done += 1
    return done
