"""Rows as several use cases need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from compliance.insurance import events, rules
from compliance.insurance.errors import ANSWER_INVALID, CONNECTION_UNKNOWN
from compliance.insurance.models import Connection, Policy
from compliance.insurance.states import POLICY, ConnectionState, PolicyState
from kernel import facts, outbox, states
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.errors import NOT_FOUND
from tenants.partners.contracts import SANDBOX_INSURER
from webhooks import stream

_FACTS = {
    PolicyState.ISSUED: "policy.issued",
    PolicyState.REFUSED: "policy.refused",
    PolicyState.TIMED_OUT: "policy.timed_out",
    PolicyState.CANCELLED: "policy.cancelled",
}
_TOLD = {
    PolicyState.ISSUED: events.POLICY_ISSUED,
    PolicyState.ACTIVE: events.POLICY_STARTED,
    PolicyState.ENDED: events.POLICY_ENDED,
    PolicyState.EXPIRED: events.POLICY_EXPIRED,
    PolicyState.REFUSED: events.POLICY_REFUSED,
    PolicyState.TIMED_OUT: events.POLICY_CANCELLED,
    PolicyState.CANCELLED: events.POLICY_CANCELLED,
}


def locked(policy_id: UUID) -> Policy:
    """The policy, locked to the end of the transaction. Raises `not_found`."""
    policy: Policy | None = Policy.objects.select_for_update().filter(id=policy_id).first()
    if policy is None:
        raise NOT_FOUND.error(field="policy_id")
    return policy


def save_certified(policy: Policy, *, fields: Sequence[str] | None = None) -> None:
    """Saves a policy with a new certificate number. Raises `answer_invalid` for a number that another of
    the insurer's policies has, whichever came first; the transaction is then lost."""
    try:
        policy.save(update_fields=fields)
    except IntegrityError as fault:
        if "policy_certificate_once" not in str(fault):
            raise
        raise ANSWER_INVALID.error(
            field="certificate_number", reason="another policy has this number"
        ) from None


def connection_of(insurer: str, *, for_update: bool = False) -> Connection:
    """Raises `connection_unknown`."""
    rows = Connection.objects.select_for_update() if for_update else Connection.objects.all()
    row: Connection | None = rows.filter(insurer=insurer).first()
    if row is None:
        raise CONNECTION_UNKNOWN.error(field="insurer", insurer=insurer[:40])
    return row


def move(policy: Policy, to: PolicyState, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """One step of a locked policy's life, with its fact and what the insurer hears of it."""
    states.transition(policy, to, machine=POLICY, actor=actor, now=now, reason=reason)
    if to in _FACTS:
        values = {"policies": 1, "basic": int(policy.layer == "basic")}
        if to is PolicyState.ISSUED:
            values["premium_fen"] = policy.premium_fen
        if to is PolicyState.CANCELLED:
            values["refund_fen"] = policy.refund_fen
        facts.record(_FACTS[to], now=now, subject=policy.id, trade=policy.trade, values=values)
    if to in _TOLD:
        tell_insurer(policy, _TOLD[to], now=now, reason=reason)


def tell_insurer(policy: Policy, type: str, *, now: datetime, reason: str = "") -> None:
    """Adds an event to the insurer's stream; the one in the house has no ears."""
    if policy.insurer == SANDBOX_INSURER:
        return
    stream.tell(
        partner=policy.insurer,
        type=type,
        subject=policy.id,
        data={
            "policy_id": str(policy.id),
            "order_id": str(policy.order_id),
            "state": str(policy.state),
            "trade": policy.trade,
            "on": policy.on.isoformat(),
            "days": policy.days,
            "layer": policy.layer,
            "premium_fen": policy.premium_fen,
            "refund_fen": policy.refund_fen,
            "certificate_number": policy.certificate_number,
            "reason": (reason or policy.refusal_reason)[:60],
        },
        now=now,
    )


def emit(type: str, policy: Policy, *, now: datetime, reason: str = "") -> None:
    """News for other rooms: ids and codes."""
    data: dict[str, Any] = {
        "policy_id": str(policy.id),
        "assignment_id": str(policy.assignment_id),
        "order_id": str(policy.order_id),
        "layer": policy.layer,
        "reason": reason or policy.refusal_reason,
    }
    outbox.emit(type, subject=policy.id, data=data, now=now)


def owe_cancellation(policy: Policy, reason: str) -> None:
    """From now on the insurer is told, until it acknowledges, that there is no such policy. The caller
    saves the row (`TELLING`)."""
    policy.next_ask_at = None
    policy.next_tell_at, policy.tell_reason = real_now(), reason[:40]


TELLING = ("next_ask_at", "next_tell_at", "tell_reason")


def note_failure(insurer: str, fault: str) -> None:
    """One more failure in a row; from the fifth on the breaker keeps calls back for a while."""
    row = connection_of(insurer, for_update=True)
    row.failures += 1
    row.last_error = fault[:200]
    pause = rules.breaker_open_for(row.failures)
    row.open_until = real_now() + pause if pause else None
    row.save(update_fields=["failures", "last_error", "open_until"])


def note_success(insurer: str) -> None:
    """The insurer has answered. Written only when there is something to clear or once a minute, so that
    the row of a busy insurer is not hot."""
    row = connection_of(insurer)
    moment = real_now()
    if row.failures or row.last_ok_at is None or (moment - row.last_ok_at).total_seconds() > 60:
        Connection.objects.filter(id=row.id).update(failures=0, open_until=None, last_ok_at=moment)


def holds_up(row: Connection | None) -> bool:
    """Whether questions to the insurer are put off, so that a place may turn to the next one without
    having asked: it is not connected, suspended, or its breaker has opened and not closed again."""
    return row is None or row.state != ConnectionState.ACTIVE or row.failures >= rules.BREAKER_AFTER


def callable_now(row: Connection) -> bool:
    """Whether the insurer may be called: not suspended, and its breaker is not open."""
    return row.state == ConnectionState.ACTIVE and (row.open_until is None or row.open_until <= real_now())
