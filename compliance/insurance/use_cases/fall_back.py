from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from compliance.fund.use_cases.draw import draw
from compliance.fund.use_cases.pay_difference import pay_difference
from compliance.insurance import events, store
from compliance.insurance.contracts import Payer
from compliance.insurance.models import Connection, Policy
from compliance.insurance.states import WAITING
from compliance.insurance.use_cases.request_cover import first_insurable, made, saved
from compliance.insurance.use_cases.time_out_cover import give_up
from compliance.rates import selectors as rates
from compliance.rates.contracts import Layer
from kernel.actor import SYSTEM

REASON = "replaced_by_other_insurer"


def fall_back(*, policy_id: UUID, now: datetime) -> UUID | None:
    """Asks the next insurer in the county's ranking once this one has let the place wait too long.

    Only after at least one question failed or was put off, be it by the breaker or a suspension, and
    `fallback_after_minutes` of market time have passed. The earlier policy is given up and its
    cancellation owed, so a late answer is cancelled and never a second cover. A dearer premium's
    difference is paid by the county's declared reserve before anybody is asked; when that cannot pay,
    nothing changes and the place goes on waiting. The employer never pays more than what was quoted, the
    worker never anything. Emits `cover.replaced`.

    Returns the new policy's id, or None when it is too early or there is nobody else.
    """
    policy = store.locked(policy_id)
    if not _due(policy, now):
        return None
    found = first_insurable(
        Layer(policy.layer),
        policy.worker_id,
        trade=policy.trade,
        heads=policy.heads,
        on=policy.on,
        days=policy.days,
        now=now,
        without=_connected_not(policy) | _tried(policy),
    )
    if found is None:
        return None
    product, table, price = found
    basic = policy.payer == Payer.FUND
    own_fen = 0 if basic else min(price.premium_fen, policy.employer_premium_fen)
    fresh = made(
        product,
        table,
        price,
        assignment_id=policy.assignment_id,
        order_id=policy.order_id,
        worker_id=policy.worker_id,
        trade=policy.trade,
        on=policy.on,
        days=policy.days,
        heads=policy.heads,
        level=table.content.levels[0].code,
        now=now,
        employer_premium_fen=own_fen,
        replaces=policy.id,
    )
    if not _publicly_paid(fresh, basic=basic, now=now):
        return None
    give_up(policy, reason=REASON, now=now)
    saved(fresh, actor=SYSTEM, now=now)
    store.emit(events.REPLACED, fresh, now=now, reason=REASON)
    return fresh.id


def _due(policy: Policy, now: datetime) -> bool:
    if policy.state not in WAITING or now >= policy.covers_until:
        return False
    connection = Connection.objects.filter(insurer=policy.insurer).first()
    if policy.failed_at is None and not store.holds_up(connection):
        return False
    if connection is None:  # there is nobody to wait for
        return True
    limit = connection.fallback_after_minutes
    return limit is not None and now >= policy.requested_at + timedelta(minutes=limit)


def _publicly_paid(fresh: Policy, *, basic: bool, now: datetime) -> bool:
    """Whether public money has paid its part of the new premium."""
    if basic:
        return (
            draw(
                policy_id=fresh.id, insurer=fresh.insurer, amount_fen=fresh.premium_fen, on=fresh.on, now=now
            )
            is not None
        )
    difference_fen = fresh.premium_fen - fresh.employer_premium_fen
    if difference_fen == 0:
        return True
    return pay_difference(policy_id=fresh.id, insurer=fresh.insurer, amount_fen=difference_fen, now=now)


def _tried(policy: Policy) -> frozenset[str]:
    """Insurers that were asked for this place already, this one among them."""
    rows = Policy.objects.filter(assignment_id=policy.assignment_id, layer=policy.layer, on=policy.on)
    return frozenset(rows.values_list("insurer", flat=True))


def _connected_not(policy: Policy) -> frozenset[str]:
    """Insurers that the county has ranked but cannot ask now."""
    usable = {row.insurer for row in Connection.objects.all() if store.callable_now(row)}
    ranked = {product.insurer for product in rates.ranked(Layer(policy.layer), policy.on)}
    return frozenset(ranked - usable)
