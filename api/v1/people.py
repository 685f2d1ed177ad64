"""Workers: registering, finding, what they can do, their phone, and the audited look at who they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import IdNumber, In, Name, Phone, Raw, Several, Text, Yes
from api.shapes import Out, OutList
from api.v1.registering import Registrant, register_login
from compliance.people import selectors
from compliance.people.errors import (
    CONSENT_REQUIRED,
    ID_NUMBER_MISMATCH,
    PURPOSE_REQUIRED,
    TRADES_TOO_MANY,
    WORKER_EXISTS,
    WORKER_NOT_FOUND,
    WORKER_TOO_YOUNG,
)
from compliance.people.use_cases.attach_identity import attach_identity
from compliance.people.use_cases.change_phone import change_phone
from compliance.people.use_cases.register_worker import register_worker
from compliance.people.use_cases.reveal_worker import reveal_worker
from compliance.people.use_cases.set_insurance_consent import set_insurance_consent
from compliance.people.use_cases.update_worker_trades import update_worker_trades
from kernel.clock import real_now
from kernel.errors import FORBIDDEN
from kernel.identifiers import ID_NUMBER_CHECKSUM, ID_NUMBER_DATE, ID_NUMBER_FORMAT
from tenants.county import CountyWork
from tenants.errors import MAY_NOT_BEGIN, UNKNOWN_TRADE
from tenants.identity.selectors import verified_phone
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.identity.use_cases.join_county import join_county

_ID_REFUSALS = (ID_NUMBER_FORMAT, ID_NUMBER_DATE, ID_NUMBER_CHECKSUM)


class WorkerOut(Out):
    """A worker, masked."""

    id = serializers.UUIDField()
    name_masked = serializers.CharField()
    phone_masked = serializers.CharField()
    birth_date = serializers.DateField()
    adult_on = serializers.DateField(help_text="18th birthday; before it the law protects further")
    sex = serializers.CharField()
    can_do = OutList(child=serializers.CharField())
    want_to_do = OutList(child=serializers.CharField())
    registered_at = serializers.DateTimeField()


class WorkerIdOut(Out):
    """What may be kept with an idempotency key: no personal data."""

    id = serializers.UUIDField()
    can_do = OutList(child=serializers.CharField())
    want_to_do = OutList(child=serializers.CharField())
    registered_at = serializers.DateTimeField()


def _trades() -> Several:
    return Several(child=Text(max_length=40), maximum=100, required=False, help_text="trade codes")


class RegisterWorkerIn(In):
    name = Name(help_text="real name; rare characters and the middle dot are welcome")
    id_number = IdNumber(help_text="resident ID number, GB 11643")
    phone = Phone(required=False, help_text="needed with for_other; else the number of the login")
    consent_version = Text(max_length=40, help_text="version of the privacy notice agreed to")
    insurance_consent = Yes(
        default=False,
        help_text="name and ID number may go to the insurer of a place",
    )
    can_do = _trades()
    want_to_do = _trades()
    for_other = Yes(default=False, help_text="true: a hall registers somebody present or on the phone")


class RegisterWorker(Act):
    """Register a worker by real name, once a county.

    Everybody who is signed in may register themselves; a hall operator registers others with
    `for_other`. From 16 years (State Council Order 364).
    """

    tag = "people"
    takes = RegisterWorkerIn
    gives = WorkerIdOut
    status = 201
    key = Key.OPTIONAL
    refuses = (
        WORKER_EXISTS,
        WORKER_TOO_YOUNG,
        CONSENT_REQUIRED,
        UNKNOWN_TRADE,
        TRADES_TOO_MANY,
        *_ID_REFUSALS,
        *MAY_NOT_BEGIN,
    )
    example = {
        "name": "迪丽娜尔·艾力",
        "id_number": "11010519491231002X",
        "consent_version": "2026-01",
        "can_do": ["housekeeping"],
        "want_to_do": ["cooking"],
    }

    def before(self, call: Call) -> Registrant:
        return register_login(call, role="worker")

    def act(self, work: CountyWork, call: Call) -> Any:
        registrant: Registrant = call.prepared
        return register_worker(
            actor=call.who,
            name=call.data["name"],
            id_number=call.data["id_number"],
            phone=registrant.phone,
            consent_version=call.data["consent_version"],
            insurance_consent=call.data["insurance_consent"],
            can_do=call.data["can_do"] or (),
            want_to_do=call.data["want_to_do"] or (),
            identity_id=registrant.user_id,
            now=work.now,
        )


class ListWorkers(Act):
    """The county's workers, masked. For halls (`act_for`) and administrators (`people:read`)."""

    tag = "people"
    asks = PageIn
    gives = WorkerOut
    paged = True
    refuses = (FORBIDDEN,)

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = selectors.list_workers(call.who, after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class ReadWorker(Act):
    """One worker, masked: one's own, or any for a hall."""

    tag = "people"
    gives = WorkerOut
    refuses = (WORKER_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.worker_for(call.who, call.path["worker_id"])


class IdNumberIn(In):
    id_number = IdNumber()


class FindWorker(Act):
    """Find a worker by the ID card at hand, for halls."""

    tag = "people"
    in_closed = True
    scope = "act_for"
    takes = IdNumberIn
    gives = WorkerOut
    refuses = (WORKER_NOT_FOUND, *_ID_REFUSALS)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.worker_by_id_number(call.who, call.data["id_number"])


class AttachWorker(Act):
    """Take over one's own record that a hall made, with the own login.

    The number this login proved to hold and the ID number must both be those registered.
    """

    tag = "people"
    takes = IdNumberIn
    gives = WorkerIdOut
    key = Key.OPTIONAL
    refuses = (ID_NUMBER_MISMATCH, *_ID_REFUSALS)

    def before(self, call: Call) -> str:
        user_id = call.who.user_id
        phone = verified_phone(user_id) if user_id is not None else None
        if phone is None:
            raise ID_NUMBER_MISMATCH.error(field="id_number")
        join_county(actor=call.who, county=call.county, role="worker", now=real_now())
        return phone

    def act(self, work: CountyWork, call: Call) -> Any:
        return attach_identity(
            actor=call.who, id_number=call.data["id_number"], phone=call.prepared, now=work.now
        )


class TradesIn(In):
    can_do = Several(child=Text(max_length=40), maximum=100)
    want_to_do = Several(child=Text(max_length=40), maximum=100)


class ReplaceTrades(Act):
    """Replace what a worker can and wants to do."""

    tag = "people"
    scope = "people:self"
    takes = TradesIn
    gives = WorkerOut
    refuses = (UNKNOWN_TRADE, TRADES_TOO_MANY, WORKER_NOT_FOUND)
    example = {"can_do": ["housekeeping"], "want_to_do": ["housekeeping", "cooking"]}

    def act(self, work: CountyWork, call: Call) -> Any:
        return update_worker_trades(
            actor=call.who,
            worker_id=call.path["worker_id"],
            can_do=call.data["can_do"],
            want_to_do=call.data["want_to_do"],
            now=work.now,
        )


class ChangePhoneIn(In):
    id_number = IdNumber(help_text="from the card that was shown")
    phone = Phone(help_text="the new number")


class ChangePhone(Act):
    """Change a worker's lost or new number at the hall, against the ID card.

    The old number's login stops acting for this worker at once.
    """

    tag = "people"
    scope = "act_for"
    takes = ChangePhoneIn
    gives = WorkerIdOut
    key = Key.OPTIONAL
    refuses = (ID_NUMBER_MISMATCH, WORKER_NOT_FOUND, *_ID_REFUSALS)

    def before(self, call: Call) -> UUID:
        user_id = ensure_user(phone=call.data["phone"], now=real_now())
        join_county(actor=call.who, county=call.county, role="worker", user_id=user_id, now=real_now())
        return user_id

    def act(self, work: CountyWork, call: Call) -> Any:
        return change_phone(
            actor=call.who,
            worker_id=call.path["worker_id"],
            id_number=call.data["id_number"],
            phone=call.data["phone"],
            identity_id=call.prepared,
            now=work.now,
        )


class PurposeIn(In):
    purpose = Raw(max_length=400, help_text="why; kept in the audit row")


class RevealedWorkerOut(Out):
    """A worker in the clear."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    id_number = serializers.CharField()
    phone = serializers.CharField()


class RevealWorker(Act):
    """See a worker's name, ID number and phone in the clear; each look writes an audit row.

    For the person's own login, halls and administrators. An Idempotency-Key is not used: the answer is
    personal data and is not kept.
    """

    tag = "people"
    in_closed = True
    takes = PurposeIn
    gives = RevealedWorkerOut
    refuses = (PURPOSE_REQUIRED, WORKER_NOT_FOUND, FORBIDDEN)
    example = {"purpose": "核对身份证"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return reveal_worker(
            actor=call.who,
            worker_id=call.path["worker_id"],
            purpose=call.data["purpose"],
            now=work.now,
        )


class InsuranceConsentIn(In):
    given = Yes(help_text="false takes an earlier consent back")


class InsuranceConsentOut(Out):
    given = serializers.BooleanField()


class SetInsuranceConsent(Act):
    """Agree that name and ID number go to the insurer of a place, or take that back.

    Without it insured places cannot be taken; what is insured already stays so.
    """

    tag = "people"
    takes = InsuranceConsentIn
    gives = InsuranceConsentOut
    refuses = (WORKER_NOT_FOUND,)
    example = {"given": True}

    def act(self, work: CountyWork, call: Call) -> Any:
        given = set_insurance_consent(
            actor=call.who, worker_id=call.path["worker_id"], given=call.data["given"], now=work.now
        )
        return {"given": given}
