"""Talking to insurers. Every call is made with no county open, so that no lock waits for anybody; what
is to be asked next, and when, stands in the policy's row."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compliance.insurance import rules, store
from compliance.insurance.contracts import Change, Payer
from compliance.insurance.models import Amendment, Connection, Policy
from compliance.insurance.person import encrypted
from compliance.insurance.port import (
    AmendRequest,
    BindAnswer,
    BindRequest,
    CancelRequest,
    Decision,
    InsurerPort,
    InsurerUnavailable,
    Link,
    UnknownToInsurer,
    insurer_port,
)
from compliance.insurance.states import WAITING, AmendmentState, PolicyState
from compliance.insurance.use_cases.record_amendment import record_amendment
from compliance.insurance.use_cases.record_answer import certificate_name, record_answer
from compliance.people.selectors import for_insurer
from compliance.rates.contracts import Layer, Starts
from files.contracts import Deposited, FileKind
from files.deposit import deposit
from kernel.clock import real_now
from kernel.errors import DomainError
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from webhooks.keys import live_secrets
from webhooks.states import Direction

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""For how long whoever asks has a question to himself; longer than any adapter waits."""


class _PersonWithheld(Exception):
    """The worker's consent to be named to insurers is not recorded, or was taken back."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A question that is ours to ask, and everything that asking it needs."""

    port: InsurerPort
    insurer: str
    poll: bool = False
    bind: BindRequest | None = None
    amend: AmendRequest | None = None
    cancel: CancelRequest | None = None


def ask_policy(county: CountyRef, policy_id: UUID) -> bool:
    """Asks for one policy, if it is due and nobody else does, and records the answer. False when the
    insurer did not answer; then it is asked again later. Asking twice is harmless: the id is the key."""
    try:
        claimed = _claim_policy(county, policy_id)
    except _PersonWithheld as fault:
        _set_aside(county, Policy, policy_id, fault)
        return True
    except Exception as fault:  # not the insurer's: this row waits, and nobody else
        log.exception("an insurer cannot be asked", extra={"policy_id": str(policy_id)})
        _set_aside(county, Policy, policy_id, fault)
        return True
    if claimed is None:
        return True
    try:
        answer = _decision(county, claimed, policy_id)
        deposited = _deposited(county, answer)
        with run_in_county(county) as work:
            store.note_success(claimed.insurer)
            record_answer(policy_id=policy_id, answer=answer, deposited=deposited, now=work.now)
    except (InsurerUnavailable, UnknownToInsurer) as fault:
        _put_off(county, claimed.insurer, policy_id, str(fault) or "it knows nothing of the policy")
        return False
    except DomainError as fault:  # an answer that is not one
        _put_off(county, claimed.insurer, policy_id, f"answer refused: {fault.code}")
        return False
    return True


def ask_amendment(county: CountyRef, amendment_id: UUID) -> bool:
    """The same for a change of a policy."""
    try:
        claimed = _claim_amendment(county, amendment_id)
    except _PersonWithheld as fault:
        _set_aside(county, Amendment, amendment_id, fault)
        return True
    except Exception as fault:
        log.exception("an insurer cannot be asked", extra={"amendment_id": str(amendment_id)})
        _set_aside(county, Amendment, amendment_id, fault)
        return True
    if claimed is None or claimed.amend is None:
        return True
    try:
        answer = claimed.port.amend(claimed.amend)
        deposited = _deposited(county, answer)
        with run_in_county(county) as work:
            store.note_success(claimed.insurer)
            record_amendment(amendment_id=amendment_id, answer=answer, deposited=deposited, now=work.now)
    except (InsurerUnavailable, UnknownToInsurer, DomainError) as fault:
        with run_in_county(county):
            store.note_failure(claimed.insurer, str(fault))
        return False
    return True


def tell_cancelled(county: CountyRef, policy_id: UUID) -> bool:
    """Tells the insurer that there is no such policy, if it is still to be told."""
    claimed = _claim_cancellation(county, policy_id)
    if claimed is None or claimed.cancel is None:
        return True
    try:
        claimed.port.cancel(claimed.cancel)
    except (InsurerUnavailable, UnknownToInsurer) as fault:
        with run_in_county(county):
            store.note_failure(claimed.insurer, str(fault))
        return False
    with run_in_county(county):
        store.note_success(claimed.insurer)
        Policy.objects.filter(id=policy_id).update(next_tell_at=None)
    return True


def ping(county: CountyRef, insurer: str) -> None:
    """Whether the insurer answers us; if it does, its breaker closes. Raises `connection_unknown`,
    InsurerUnavailable."""
    with run_in_county(county):
        port = _port(county, store.connection_of(insurer))
    port.ping()
    with run_in_county(county):
        store.note_success(insurer)


def _claim_policy(county: CountyRef, policy_id: UUID) -> _Claimed | None:
    with run_in_county(county) as work:
        policy = Policy.objects.select_for_update(skip_locked=True).filter(id=policy_id).first()
        moment = real_now()
        if policy is None or policy.next_ask_at is None or policy.next_ask_at > moment:
            return None
        connection = Connection.objects.filter(insurer=policy.insurer).first()
        if policy.state not in WAITING:
            return None
        if connection is None or not store.callable_now(connection):
            _held_back(policy, connection, now=work.now)
            return None
        policy.asks += 1
        policy.next_ask_at = moment + LEASE
        policy.save(update_fields=["asks", "next_ask_at"])
        port = _port(county, connection)
        poll = policy.state == PolicyState.PENDING
        bind = None if poll else _bind_request(county, policy, connection, port, now=work.now)
        return _Claimed(port, policy.insurer, poll=poll, bind=bind)


def _held_back(policy: Policy, connection: Connection | None, *, now: datetime) -> None:
    """The insurer cannot be asked now: that counts as a question that failed, so that the place may turn
    to the next one in time."""
    open_until = connection.open_until if connection else None
    policy.failed_at = policy.failed_at or now
    policy.trouble = "the insurer is not being called now"
    policy.next_ask_at = max(real_now() + rules.ask_again_after(policy.asks), open_until or real_now())
    policy.save(update_fields=["failed_at", "trouble", "next_ask_at"])


def _decision(county: CountyRef, claimed: _Claimed, policy_id: UUID) -> BindAnswer:
    if claimed.poll:
        try:
            return claimed.port.poll(policy_id)
        except UnknownToInsurer:  # it has forgotten what it accepted: asked anew, by the same id
            with run_in_county(county) as work:
                policy = Policy.objects.get(id=policy_id)
                connection = store.connection_of(policy.insurer)
                request = _bind_request(county, policy, connection, claimed.port, now=work.now)
            return claimed.port.bind(request)
    assert claimed.bind is not None
    return claimed.port.bind(claimed.bind)


def _bind_request(
    county: CountyRef, policy: Policy, connection: Connection, port: InsurerPort, *, now: datetime
) -> BindRequest:
    return BindRequest(
        policy_id=policy.id,
        order_id=policy.order_id,
        county=county.slug,
        product=policy.product,
        layer=Layer(policy.layer),
        payer=Payer(policy.payer),
        table_version=policy.table_version,
        level=policy.level,
        trade=policy.trade,
        risk_class=policy.risk_class,
        heads=policy.heads,
        on=policy.on,
        days=policy.days,
        starts=Starts(policy.starts),
        premium_fen=policy.premium_fen,
        death_disability_cover_fen=policy.death_disability_cover_fen,
        medical_cover_fen=policy.medical_cover_fen,
        requested_at=policy.requested_at,
        insured=policy.worker_id,
        insured_jwe=_person(policy, connection, port, now=now),
    )


def _person(policy: Policy, connection: Connection, port: InsurerPort, *, now: datetime) -> str:
    """Empty for an adapter that calls nobody. Raises _PersonWithheld: without consent nothing goes out,
    and the place waits."""
    if not port.wants_person or connection.public_key is None:
        return ""
    person = for_insurer(policy.worker_id, insurer=policy.insurer, now=now)
    if person is None:
        raise _PersonWithheld
    return encrypted(person, policy_id=policy.id, key=connection.public_key)


def _claim_amendment(county: CountyRef, amendment_id: UUID) -> _Claimed | None:
    with run_in_county(county) as work:
        amendment = Amendment.objects.select_for_update(skip_locked=True).filter(id=amendment_id).first()
        moment = real_now()
        if amendment is None or amendment.state != AmendmentState.ASKED:
            return None
        if amendment.next_ask_at is None or amendment.next_ask_at > moment:
            return None
        policy = Policy.objects.get(id=amendment.policy_id)
        connection = store.connection_of(policy.insurer)
        if not store.callable_now(connection):
            return None
        amendment.asks += 1
        amendment.next_ask_at = moment + max(LEASE, rules.ask_again_after(amendment.asks))
        amendment.save(update_fields=["asks", "next_ask_at"])
        port = _port(county, connection)
        replaced = amendment.change == Change.WORKER_REPLACED
        request = AmendRequest(
            policy_id=policy.id,
            amendment_id=amendment.id,
            county=county.slug,
            change=Change(amendment.change),
            days=amendment.days,
            premium_fen=amendment.premium_fen,
            insured=policy.worker_id,
            insured_jwe=_person(policy, connection, port, now=work.now) if replaced else "",
        )
        return _Claimed(port, policy.insurer, amend=request)


def _claim_cancellation(county: CountyRef, policy_id: UUID) -> _Claimed | None:
    with run_in_county(county):
        policy = Policy.objects.select_for_update(skip_locked=True).filter(id=policy_id).first()
        moment = real_now()
        if policy is None or policy.next_tell_at is None or policy.next_tell_at > moment:
            return None
        connection = Connection.objects.filter(insurer=policy.insurer).first()
        held_back = connection is not None and connection.open_until and connection.open_until > moment
        if connection is None or held_back:
            return None
        policy.tells += 1
        policy.next_tell_at = moment + max(LEASE, rules.tell_again_after(policy.tells))
        policy.save(update_fields=["tells", "next_tell_at"])
        request = CancelRequest(
            policy_id=policy.id,
            county=county.slug,
            certificate_number=policy.certificate_number,
            reason=policy.tell_reason,
        )
        return _Claimed(_port(county, connection), policy.insurer, cancel=request)


def _port(county: CountyRef, row: Connection) -> InsurerPort:
    link = Link(
        insurer=row.insurer,
        county=county.slug,
        base_url=row.base_url,
        secrets=tuple(live_secrets(row.insurer, Direction.OUT)) if row.base_url else (),
    )
    return insurer_port(row.adapter, link)


def _deposited(county: CountyRef, answer: BindAnswer) -> Deposited | None:
    """Lays the certificate's bytes down before the transaction that records it; bytes with another hash
    than announced, or that are no PDF, make the answer none."""
    if answer.state is not Decision.ISSUED or answer.certificate is None:
        return None
    try:
        return deposit(
            schema=county.schema_name,
            kind=FileKind.CERTIFICATE_PDF,
            name=certificate_name(answer),
            content=answer.certificate,
            expected_sha256=answer.certificate_sha256,
        )
    except DomainError as fault:
        raise InsurerUnavailable(f"certificate refused: {fault.code}") from None


def _set_aside(county: CountyRef, model: type[Policy | Amendment], row_id: UUID, fault: Exception) -> None:
    """A question that we cannot even put: asked again later, without blame for the insurer."""
    said = "no consent to name the person" if isinstance(fault, _PersonWithheld) else type(fault).__name__
    with run_in_county(county):
        row = model.objects.select_for_update().get(id=row_id)
        if row.next_ask_at is None:
            return
        row.asks += 1
        row.next_ask_at = real_now() + rules.ask_again_after(row.asks - 1)
        row.save(update_fields=["asks", "next_ask_at"])
        if isinstance(row, Policy):
            row.trouble = said
            row.save(update_fields=["trouble"])


def _put_off(county: CountyRef, insurer: str, policy_id: UUID, fault: str) -> None:
    """The insurer gave no answer: the breaker counts it, and the row says when to ask again."""
    log.warning("insurer gave no answer", extra={"insurer": insurer, "policy_id": str(policy_id)})
    with run_in_county(county) as work:
        policy = store.locked(policy_id)
        if policy.state in WAITING:
            policy.failed_at = policy.failed_at or work.now
            policy.trouble = fault[:200]
            policy.next_ask_at = real_now() + rules.ask_again_after(policy.asks - 1)
            policy.save(update_fields=["failed_at", "trouble", "next_ask_at"])
        store.note_failure(insurer, fault)
