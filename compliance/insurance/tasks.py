"""Timers: one county, a bounded batch, safe to run twice and to be killed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from compliance.insurance import asking, store
from compliance.insurance.models import Amendment, Connection, Policy
from compliance.insurance.states import WAITING, PolicyState
from compliance.insurance.use_cases import end_cover, expire_cover, fall_back, time_out_cover
from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county

log = logging.getLogger(__name__)

BATCH = 50
LONG_OVER = timedelta(days=1)


def ask_insurers(county: CountyRef) -> int:
    """Asks again for what waits for an answer and is due: policies, then changes of policies. An insurer
    that fails is left alone for the rest of the run, so that one that hangs holds nobody else up."""
    with run_in_county(county):
        usable = [row.insurer for row in Connection.objects.all() if store.callable_now(row)]
        policies = list(
            Policy.objects.filter(next_ask_at__lte=real_now(), insurer__in=usable, state__in=WAITING)
            .order_by("next_ask_at")
            .values_list("insurer", "id")[:BATCH]
        )
        changes = list(
            Amendment.objects.filter(next_ask_at__lte=real_now(), policy__insurer__in=usable)
            .order_by("next_ask_at")
            .values_list("policy__insurer", "id")[:BATCH]
        )
    return _each(policies, lambda one: asking.ask_policy(county, one)) + _each(
        changes, lambda one: asking.ask_amendment(county, one)
    )


def tell_insurers(county: CountyRef) -> int:
    """Tells insurers of cancellations that they have not acknowledged, suspended ones too."""
    with run_in_county(county):
        owed = list(
            Policy.objects.filter(next_tell_at__lte=real_now())
            .order_by("next_tell_at")
            .values_list("insurer", "id")[:BATCH]
        )
    return _each(owed, lambda one: asking.tell_cancelled(county, one))


def fall_back_covers(county: CountyRef) -> int:
    """Turns to the next insurer for places that have waited too long. Returns for how many.

    All that wait are looked at: those that cannot fall back must not hide those behind them.
    """
    with run_in_county(county) as work:
        answering = [row.insurer for row in Connection.objects.all() if not store.holds_up(row)]
        waiting = list(
            Policy.objects.filter(state__in=WAITING, covers_until__gt=work.now)
            .exclude(failed_at__isnull=True, insurer__in=answering)
            .order_by("requested_at", "id")
            .values_list("id", flat=True)
        )
    return _one_by_one(county, waiting, lambda one, now: fall_back(policy_id=one, now=now) is not None)


def close_covers(county: CountyRef) -> int:
    """Ends what its days have left behind: never started, never answered, never checked out of."""
    with run_in_county(county) as work:
        over = list(
            Policy.objects.filter(
                covers_until__lte=work.now, state__in=[*WAITING, PolicyState.ISSUED, PolicyState.ACTIVE]
            )
            .exclude(state=PolicyState.ACTIVE, covers_until__gt=work.now - LONG_OVER)
            .order_by("covers_until", "id")
            .values_list("id", flat=True)[:BATCH]
        )
    return _one_by_one(county, over, _close)


def _close(policy_id: UUID, now: datetime) -> bool:
    policy = store.locked(policy_id)
    if policy.state == PolicyState.ISSUED:
        return expire_cover(policy_id=policy_id, now=now)
    if policy.state == PolicyState.ACTIVE:
        end_cover(policy_id=policy_id, actor=SYSTEM, now=now)
        return True
    return time_out_cover(policy_id=policy_id, now=now)


def _one_by_one(county: CountyRef, ids: Iterable[UUID], act: Callable[[UUID, datetime], bool]) -> int:
    """Each in a transaction of its own; one that fails is logged and stops no other."""
    done = 0
    for one in ids:
        try:
            with run_in_county(county) as work:
                done += act(one, work.now)
        except Exception:
            log.exception("a policy's timer failed", extra={"county": county.slug, "policy_id": str(one)})
    return done


def _each(due: Iterable[tuple[str, UUID]], act: Callable[[UUID], bool]) -> int:
    failed: set[str] = set()
    done = 0
    for insurer, one in due:
        if insurer in failed:
            continue
        done += 1
        try:
            if not act(one):
                failed.add(insurer)
        except Exception:  # a fault of ours with one row must not hold up the others
            log.exception("a question to an insurer failed", extra={"insurer": insurer, "subject": str(one)})
    return done
