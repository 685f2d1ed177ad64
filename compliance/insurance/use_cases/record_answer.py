from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from compliance.insurance import events, public_money, rules, store
from compliance.insurance.models import Policy
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import WAITING, PolicyState
from compliance.rates.contracts import Starts
from files.contracts import Deposited, FileKind, FileView
from files.use_cases.record_file import record_file
from files.use_cases.store_file import store_file
from kernel.actor import SYSTEM, Actor
from kernel.clock import real_now

log = logging.getLogger(__name__)

PREMIUM_CHANGED = "premium_changed"
CANCELLED_BY_INSURER = "cancelled_by_insurer"
COVERS_TOO_LATE = "covers_too_late"


def record_answer(
    *,
    policy_id: UUID,
    answer: BindAnswer,
    now: datetime,
    deposited: Deposited | None = None,
    actor: Actor = SYSTEM,
) -> PolicyState:
    """Writes down what the insurer decided, and emits `cover.issued` or `cover.refused`.

    Answers may come twice, late or out of order: a policy that has its answer keeps it. One that comes
    after the policy was cancelled or given up has its cancellation told once more, so that nothing is
    bought for nobody. Another premium than ours is not taken, nor cover that would begin when its days
    are over: it is a refusal here and cancelled there.
    `deposited` is the certificate where its bytes lie in the storage already; an issued answer with
    neither is noted, and the certificate fetched. Returns the state the policy is in.

    Raises `not_found`, `answer_invalid`, and what a certificate is refused for (`file_hash`, ...).
    """
    rules.check_answer(answer)
    policy = store.locked(policy_id)
    state = PolicyState(policy.state)
    if state not in WAITING:
        _late(policy, answer)
    elif answer.state is Decision.ISSUED:
        _issued(policy, answer, deposited, actor=actor, now=now)
    elif answer.state is Decision.PENDING:
        _pending(policy, now=now)
    else:
        reason = answer.reason if answer.state is Decision.REFUSED else CANCELLED_BY_INSURER
        _refused(policy, reason, actor=actor, now=now)
    return PolicyState(policy.state)


def _issued(
    policy: Policy, answer: BindAnswer, deposited: Deposited | None, *, actor: Actor, now: datetime
) -> None:
    begins = rules.covers_from(Starts(policy.starts), policy.on, now, answer.covers_from)
    changed = answer.premium_fen != policy.premium_fen
    if changed or begins >= policy.covers_until:
        reason = PREMIUM_CHANGED if changed else COVERS_TOO_LATE
        store.owe_cancellation(policy, reason)
        policy.save(update_fields=[*store.TELLING])
        _refused(policy, reason, actor=actor, now=now)
        return
    file = _kept(answer, deposited, actor=actor, now=now)
    if file is None:
        _pending(policy, now=now)
        policy.next_ask_at = real_now()
        policy.save(update_fields=["next_ask_at"])
        return
    policy.certificate_number, policy.certificate_sha256 = answer.certificate_number, file.sha256
    policy.certificate_file_id, policy.issued_at = file.id, now
    policy.covers_from, policy.next_ask_at, policy.trouble = begins, None, ""
    store.save_certified(
        policy,
        fields=[
            "certificate_number",
            "certificate_sha256",
            "certificate_file_id",
            "issued_at",
            "covers_from",
            "next_ask_at",
            "trouble",
        ],
    )
    store.move(policy, PolicyState.ISSUED, actor=actor, now=now)
    store.emit(events.ISSUED, policy, now=now)


def _kept(answer: BindAnswer, deposited: Deposited | None, *, actor: Actor, now: datetime) -> FileView | None:
    if deposited is not None:
        return record_file(deposited=deposited, actor=actor, now=now)
    if answer.certificate is None:
        return None
    return store_file(
        kind=FileKind.CERTIFICATE_PDF,
        name=certificate_name(answer),
        content=answer.certificate,
        expected_sha256=answer.certificate_sha256,
        actor=actor,
        now=now,
    )


def certificate_name(answer: BindAnswer) -> str:
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in answer.certificate_number)
    return f"{safe}.pdf"


def _pending(policy: Policy, *, now: datetime) -> None:
    policy.failed_at = policy.failed_at or now
    policy.next_ask_at = real_now() + rules.ask_again_after(policy.asks)
    policy.save(update_fields=["failed_at", "next_ask_at"])
    if policy.state == PolicyState.REQUESTED:
        store.move(policy, PolicyState.PENDING, actor=SYSTEM, now=now)


def _refused(policy: Policy, reason: str, *, actor: Actor, now: datetime) -> None:
    policy.refusal_reason, policy.next_ask_at = reason[:60], None
    policy.refund_fen, policy.ended_at = policy.premium_fen, now
    policy.save(update_fields=["refusal_reason", "next_ask_at", "refund_fen", "ended_at"])
    store.move(policy, PolicyState.REFUSED, actor=actor, now=now, reason=reason)
    public_money.give_back(policy, now=now)
    store.emit(events.REFUSED, policy, now=now)


def _late(policy: Policy, answer: BindAnswer) -> None:
    over = policy.state in {PolicyState.CANCELLED, PolicyState.TIMED_OUT, PolicyState.REFUSED}
    if answer.state is Decision.ISSUED and over:
        store.owe_cancellation(policy, policy.tell_reason or "order_cancelled")
        policy.save(update_fields=[*store.TELLING])
    elif answer.state is Decision.ISSUED and answer.certificate_number != policy.certificate_number:
        log.error(
            "an insurer named a second certificate",
            extra={"policy_id": str(policy.id), "insurer": policy.insurer},
        )
