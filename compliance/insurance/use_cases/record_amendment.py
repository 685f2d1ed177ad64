from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import amendments, events, rules, store
from compliance.insurance.contracts import Change, Payer
from compliance.insurance.models import Amendment
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import AmendmentState
from compliance.insurance.use_cases.record_answer import COVERS_TOO_LATE, PREMIUM_CHANGED
from compliance.rates.contracts import Starts
from files.contracts import Deposited
from files.use_cases.record_file import record_file
from kernel.actor import SYSTEM


def record_amendment(
    *, amendment_id: UUID, answer: BindAnswer, deposited: Deposited | None, now: datetime
) -> AmendmentState:
    """Writes the insurer's decision about a change down and emits `cover.amended` or
    `cover.not_amended`. An answer that comes again changes nothing. Another premium than ours is a
    refusal. Raises `answer_invalid`."""
    rules.check_answer(answer)
    amendment = Amendment.objects.get(id=amendment_id)
    policy = store.locked(amendment.policy_id)
    amendment.refresh_from_db()
    if amendment.state != AmendmentState.ASKED:
        return AmendmentState(amendment.state)
    if answer.state is Decision.PENDING:
        return AmendmentState.ASKED
    taken = answer.state is Decision.ISSUED and answer.premium_fen == amendment.premium_fen
    covers_from = policy.covers_from
    if taken and amendment.change == Change.WORKER_REPLACED:  # his cover begins now, not the other's
        covers_from = rules.covers_from(Starts(policy.starts), policy.on, now, answer.covers_from)
        taken = covers_from < policy.covers_until
    if taken and deposited is not None:
        file = record_file(deposited=deposited, actor=SYSTEM, now=now)
        policy.certificate_number, policy.certificate_sha256 = answer.certificate_number, file.sha256
        policy.certificate_file_id, policy.covers_from = file.id, covers_from
        own = policy.payer == Payer.EMPLOYER
        policy.employer_premium_fen += amendment.extra_fen if own else 0
        amendments.accept(policy, amendment, now=now)
    elif answer.state is Decision.ISSUED and taken:
        return AmendmentState.ASKED  # its certificate is still to come
    else:
        amendments.refuse(policy, amendment, reason=_reason(answer, amendment), now=now)
    store.save_certified(policy)
    type = events.AMENDED if taken else events.NOT_AMENDED
    store.emit(type, policy, now=now, reason=amendment.change)
    return AmendmentState(amendment.state)


def _reason(answer: BindAnswer, amendment: Amendment) -> str:
    if answer.state is not Decision.ISSUED:
        return answer.reason or str(answer.state)
    return PREMIUM_CHANGED if answer.premium_fen != amendment.premium_fen else COVERS_TOO_LATE
