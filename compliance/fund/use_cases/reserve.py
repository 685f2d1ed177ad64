from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.fund import selectors
from compliance.fund.contracts import ReserveView
from compliance.fund.errors import RESERVE_DECLARED, RESERVE_NOT_DECLARED
from compliance.fund.models import Difference, Reserve
from compliance.fund.states import RESERVE, ReserveState
from kernel import audit
from kernel.actor import Actor
from kernel.errors import DomainError
from kernel.identifiers import clean_text
from kernel.money import check_fen
from kernel.states import begin, transition
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.errors import INSUFFICIENT_FUNDS
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer


def declare_reserve(*, document: str, actor: Actor, now: datetime) -> ReserveView:
    """Declares that the county pays what a dearer fallback insurer costs more, out of a reserve of its
    own; `document` names the paper that decided it. The money comes by `deposit`.

    Raises `forbidden`, `reserve_declared`.
    """
    actor.require("fund:write")
    paper = clean_text(document, "document", 200)
    if Reserve.objects.filter(state=ReserveState.DECLARED).exists():
        raise RESERVE_DECLARED.error()
    row = Reserve(
        account_id=open_account(kind=AccountKind.COVER_RESERVE, now=now),
        document=paper,
        state=ReserveState.DECLARED,
        declared_at=now,
        declared_by=actor.key,
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:
        if "reserve_declared_once" in str(fault):
            raise RESERVE_DECLARED.error() from None
        raise
    begin(row, machine=RESERVE, actor=actor, now=now)
    audit.record(actor, "fund.reserve_declared", subject=row.id, purpose=paper, now=now)
    view = selectors.reserve()
    assert view is not None
    return view


def withdraw_reserve(*, reason: str, actor: Actor, now: datetime) -> None:
    """Takes the declaration back: from now on a dearer fallback's difference is not paid and the place
    waits. What lies in the account stays there, and refunds still reach it.

    Raises `forbidden`, `reserve_not_declared`.
    """
    actor.require("fund:write")
    why = clean_text(reason, "reason", 200)
    row = Reserve.objects.select_for_update().filter(state=ReserveState.DECLARED).first()
    if row is None:
        raise RESERVE_NOT_DECLARED.error()
    transition(row, ReserveState.WITHDRAWN, machine=RESERVE, actor=actor, now=now, reason=why)
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    audit.record(actor, "fund.reserve_withdrawn", subject=row.id, purpose=why, now=now)


def pay_difference(*, policy_id: UUID, insurer: str, amount_fen: int, now: datetime) -> bool:
    """Pays what a fallback insurer's policy costs more from the reserve to what the county owes that
    insurer; the transfer's subject is the policy.

    False when the county has declared no reserve or too little lies in it: then nothing has changed and
    the place goes on waiting. True when it is paid, also if it was before. Raises `amount_invalid`.
    """
    check_fen(amount_fen, field="amount_fen")
    if Difference.objects.filter(policy_id=policy_id).exists():
        return True
    declared = Reserve.objects.filter(state=ReserveState.DECLARED).first()
    if declared is None:
        return False
    payee = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(insurer), now=now)
    line = Line(declared.account_id, payee, amount_fen, "premium_difference", policy_id)
    try:
        transfer(lines=[line], now=now)
    except DomainError as refused:
        if refused.refusal is not INSUFFICIENT_FUNDS:
            raise
        return False
    Difference.objects.create(policy_id=policy_id, insurer=insurer, amount_fen=amount_fen, paid_at=now)
    return True


def return_difference(*, policy_id: UUID, now: datetime, amount_fen: int | None = None) -> int:
    """Takes a paid difference back into the reserve when its policy is refunded; all of it unless
    `amount_fen` says less. Returns the fen that came back, 0 when there is nothing to return.

    Raises `insufficient_funds` when the insurer's account does not hold it any more (it was settled).
    """
    row = Difference.objects.select_for_update().filter(policy_id=policy_id).first()
    if row is None:
        return 0
    rest_fen: int = row.amount_fen - row.returned_fen
    fen = rest_fen if amount_fen is None else min(rest_fen, check_fen(amount_fen, field="amount_fen"))
    if fen == 0:
        return 0
    payer = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(row.insurer), now=now)
    reserve = open_account(kind=AccountKind.COVER_RESERVE, now=now)
    transfer(lines=[Line(payer, reserve, fen, "premium_difference_refund", policy_id)], now=now)
    row.returned_fen += fen
    row.save(update_fields=["returned_fen"])
    return fen
