"""Changes of an issued policy: another worker in the place, or one more day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from compliance.insurance import events, rules, store
from compliance.insurance.contracts import AmendmentView, Change
from compliance.insurance.models import Amendment, Policy
from compliance.insurance.states import AMENDMENT, AmendmentState
from compliance.rates.contracts import Layer
from kernel import facts, states
from kernel.actor import SYSTEM, Actor
from kernel.clock import real_now


def ask(
    policy: Policy,
    *,
    change: Change,
    days: int,
    premium_fen: int,
    assignment_before: UUID,
    worker_before: UUID,
    actor: Actor,
    now: datetime,
) -> Amendment:
    """Writes the change down, to be asked for at once. The policy is locked, and saved by the caller."""
    amendment: Amendment = Amendment.objects.create(
        policy=policy,
        number=Amendment.objects.filter(policy=policy).count() + 1,
        change=change,
        state=AmendmentState.ASKED,
        assignment_before=assignment_before,
        worker_before=worker_before,
        days=days,
        premium_fen=premium_fen,
        extra_fen=premium_fen - policy.premium_fen,
        asked_at=now,
        next_ask_at=real_now(),
    )
    states.begin(amendment, machine=AMENDMENT, actor=actor, now=now)
    policy.amending = amendment.id
    store.emit(events.AMENDING, policy, now=now)
    return amendment


def drop(policy: Policy, *, actor: Actor, now: datetime) -> None:
    """The policy is over while a change waits: it is not wanted any more. A further day's money goes back
    by `cover.not_amended`; a place whose worker was replaced follows the policy itself."""
    if policy.amending is None:
        return
    amendment = Amendment.objects.get(id=policy.amending)
    states.transition(amendment, AmendmentState.DROPPED, machine=AMENDMENT, actor=actor, now=now)
    amendment.answered_at, amendment.next_ask_at = now, None
    amendment.save(update_fields=["answered_at", "next_ask_at"])
    policy.amending = None
    policy.save(update_fields=["amending"])
    if amendment.change == Change.DAY_ADDED:
        store.emit(events.NOT_AMENDED, policy, now=now, reason=amendment.change)


def accept(policy: Policy, amendment: Amendment, *, now: datetime) -> None:
    """The insurer has taken the change; the certificate's fields are the caller's."""
    policy.amending, policy.replacing, policy.days = None, False, amendment.days
    policy.premium_fen = amendment.premium_fen
    policy.covers_until = rules.covers_until(policy.on, amendment.days)
    _answered(amendment, AmendmentState.ISSUED, now=now)
    values = {"extra_fen": amendment.extra_fen, "basic": int(policy.layer == Layer.BASIC)}
    facts.record("policy.amended", now=now, subject=policy.id, trade=policy.trade, values=values)
    store.tell_insurer(policy, events.POLICY_AMENDED, now=now, reason=amendment.change)


def refuse(policy: Policy, amendment: Amendment, *, reason: str, now: datetime) -> None:
    """The policy stays as it was; what that means for the place is the listener's. A worker who was not
    taken is not covered, so `replacing` stays until the listener has cancelled."""
    policy.amending = None
    amendment.reason = reason[:60]
    _answered(amendment, AmendmentState.REFUSED, now=now)


def take_unsettled(policy_id: UUID) -> list[AmendmentView]:
    """Answered changes of the policy that money and place have not followed yet, each given out once:
    whoever takes them does so in this transaction."""
    rows = list(
        Amendment.objects.select_for_update()
        .filter(policy=policy_id, settled=False)
        .filter(
            Q(state__in=[AmendmentState.ISSUED, AmendmentState.REFUSED])
            | Q(state=AmendmentState.DROPPED, change=Change.DAY_ADDED)
        )
        .order_by("number")
    )
    Amendment.objects.filter(id__in=[row.id for row in rows]).update(settled=True)
    return [amendment_view(row) for row in rows]


def _answered(amendment: Amendment, to: AmendmentState, *, now: datetime) -> None:
    states.transition(amendment, to, machine=AMENDMENT, actor=SYSTEM, now=now, reason=amendment.reason)
    amendment.answered_at, amendment.next_ask_at = now, None
    amendment.save(update_fields=["answered_at", "next_ask_at", "reason"])


def amendment_view(row: Amendment) -> AmendmentView:
    return AmendmentView(
        id=row.id,
        policy_id=row.policy_id,
        number=row.number,
        change=Change(row.change),
        state=AmendmentState(row.state),
        days=row.days,
        premium_fen=row.premium_fen,
        extra_fen=row.extra_fen,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        reason=row.reason,
    )
