"""Employers: registering a person or a company, and who may act for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.endpoint import Act, Call, Key
from api.fields import Choice, CreditCode, Id, IdNumber, In, Name, Phone, Text, Yes
from api.shapes import Out, OutList
from api.v1.registering import Registrant, register_login
from compliance.people import selectors
from compliance.people.contracts import Duty, EmployerKind
from compliance.people.errors import (
    CONSENT_REQUIRED,
    EMPLOYER_DUTY,
    EMPLOYER_EXISTS,
    EMPLOYER_LAST_OWNER,
    EMPLOYER_NOT_FOUND,
    EMPLOYER_TOO_YOUNG,
    EMPLOYER_USER_EXISTS,
    EMPLOYER_USER_NOT_FOUND,
)
from compliance.people.use_cases.add_employer_user import add_employer_user
from compliance.people.use_cases.register_employer import register_employer
from compliance.people.use_cases.remove_employer_user import remove_employer_user
from kernel.clock import real_now
from kernel.errors import INVALID_VALUE
from kernel.identifiers import CREDIT_CODE_CHECKSUM, CREDIT_CODE_FORMAT, ID_NUMBER_CHECKSUM
from tenants.county import CountyWork
from tenants.errors import MAY_NOT_BEGIN
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.identity.use_cases.join_county import join_county

_ROLE_OF = {Duty.OWNER: "employer_owner", Duty.FOREMAN: "employer_foreman"}


class EmployerUserOut(Out):
    identity_id = serializers.UUIDField()
    duty = serializers.CharField()


class EmployerOut(Out):
    """An employer, masked."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    display_name = serializers.CharField()
    credit_code = serializers.CharField(help_text="empty for a person")
    contact_name_masked = serializers.CharField()
    phone_masked = serializers.CharField()
    registered_at = serializers.DateTimeField()
    users = OutList(child=EmployerUserOut())


class EmployerIdOut(Out):
    """What may be kept with an idempotency key: no personal data."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    registered_at = serializers.DateTimeField()
    users = OutList(child=EmployerUserOut())


class RegisterEmployerIn(In):
    kind = Choice(choices=[kind.value for kind in EmployerKind])
    contact_name = Name(help_text="who answers the phone; the person's own name for a person")
    phone = Phone(required=False, help_text="needed with for_other; else the number of the login")
    consent_version = Text(max_length=40, help_text="version of the privacy notice agreed to")
    id_number = IdNumber(required=False, help_text="for a person")
    credit_code = CreditCode(required=False, help_text="for a company, GB 32100")
    display_name = Text(max_length=100, required=False, help_text="needed for a company")
    for_other = Yes(default=False, help_text="true: a hall registers somebody present or on the phone")


class RegisterEmployer(Act):
    """Register an employer, a person or a company, once a county.

    The login becomes its first owner.
    """

    tag = "people"
    takes = RegisterEmployerIn
    gives = EmployerIdOut
    status = 201
    key = Key.OPTIONAL
    refuses = (
        EMPLOYER_EXISTS,
        EMPLOYER_TOO_YOUNG,
        CONSENT_REQUIRED,
        INVALID_VALUE,
        ID_NUMBER_CHECKSUM,
        CREDIT_CODE_FORMAT,
        CREDIT_CODE_CHECKSUM,
        *MAY_NOT_BEGIN,
    )
    example = {
        "kind": "company",
        "contact_name": "王小明",
        "consent_version": "2026-01",
        "credit_code": "91350100M000100Y43",
        "display_name": "将乐果业有限公司",
    }

    def before(self, call: Call) -> Registrant:
        return register_login(call, role="employer_owner")

    def act(self, work: CountyWork, call: Call) -> Any:
        registrant: Registrant = call.prepared
        names = ("kind", "contact_name", "consent_version", "id_number", "credit_code", "display_name")
        return register_employer(
            actor=call.who,
            phone=registrant.phone,
            identity_id=registrant.user_id,
            now=work.now,
            **{name: call.data[name] for name in names},
        )


class ReadEmployer(Act):
    """One employer, masked: one's own, or any for a hall."""

    tag = "people"
    gives = EmployerOut
    refuses = (EMPLOYER_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.employer_for(call.who, call.path["employer_id"], "read")


class AddEmployerUserIn(In):
    phone = Phone()
    duty = Choice(choices=[duty.value for duty in Duty])


class AddEmployerUser(Act):
    """Let another login act for the employer, as owner or foreman.

    An owner names foremen; another owner is added at the hall.
    """

    tag = "people"
    scope = "employers:self"
    takes = AddEmployerUserIn
    gives = EmployerIdOut
    key = Key.OPTIONAL
    refuses = (EMPLOYER_USER_EXISTS, EMPLOYER_DUTY, EMPLOYER_NOT_FOUND)
    example = {"phone": "13800138000", "duty": "foreman"}

    def before(self, call: Call) -> UUID:
        role = _ROLE_OF[Duty(call.data["duty"])]
        if role == "employer_owner":
            call.who.require("act_for")
        user_id = ensure_user(phone=call.data["phone"], now=real_now())
        join_county(actor=call.who, county=call.county, role=role, user_id=user_id, now=real_now())
        return user_id

    def act(self, work: CountyWork, call: Call) -> Any:
        return add_employer_user(
            actor=call.who,
            employer_id=call.path["employer_id"],
            identity_id=call.prepared,
            duty=call.data["duty"],
            now=work.now,
        )


class RemoveEmployerUserIn(In):
    identity_id = Id()


class RemoveEmployerUser(Act):
    """End a login's acting for the employer, at once. One owner stays."""

    tag = "people"
    scope = "employers:self"
    takes = RemoveEmployerUserIn
    gives = EmployerIdOut
    key = Key.OPTIONAL
    refuses = (EMPLOYER_USER_NOT_FOUND, EMPLOYER_LAST_OWNER, EMPLOYER_DUTY, EMPLOYER_NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        return remove_employer_user(
            actor=call.who,
            employer_id=call.path["employer_id"],
            identity_id=call.data["identity_id"],
            now=work.now,
        )
