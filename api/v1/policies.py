"""Policies: who is covered, by whom, with which certificate; and the changes of cover."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Choice, Day, Id, In, Phone, Text
from api.shapes import Out
from api.v1.terms import PlaceOut
from compliance.insurance import selectors
from compliance.insurance.errors import (
    CERTIFICATE_NOT_ISSUED,
    COVER_STARTS_TOMORROW,
    POLICY_NOT_AMENDABLE,
)
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases.cancel_cover import preview_cancellation
from compliance.people.errors import EMPLOYER_NOT_FOUND, WORKER_NOT_FOUND, WORKER_TOO_YOUNG
from compliance.rates.errors import AGE_NOT_INSURABLE
from kernel.errors import FORBIDDEN, INVALID_VALUE, NOT_FOUND
from ledger.errors import INSUFFICIENT_FUNDS
from orders import errors
from orders.contracts import AddCoverDay, ReplaceWorker
from orders.use_cases.add_cover_day import add_cover_day
from orders.use_cases.policy_for import policy_for
from orders.use_cases.replace_worker import replace_worker
from tenants.county import CountyWork


class CoverPolicyOut(Out):
    """One person's cover for one place."""

    id = serializers.UUIDField()
    assignment_id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    worker_id = serializers.UUIDField()
    state = serializers.CharField()
    status = serializers.CharField(help_text="waiting, in_force, refused or over")
    insurer = serializers.CharField()
    product = serializers.CharField()
    layer = serializers.CharField()
    payer = serializers.CharField()
    starts = serializers.CharField()
    table_version_id = serializers.UUIDField()
    table_version = serializers.IntegerField()
    level = serializers.CharField()
    trade = serializers.CharField()
    risk_class = serializers.IntegerField()
    on = serializers.DateField()
    days = serializers.IntegerField()
    premium_fen = serializers.IntegerField()
    employer_premium_fen = serializers.IntegerField(help_text="the employer's part")
    refund_fen = serializers.IntegerField()
    death_disability_cover_fen = serializers.IntegerField()
    medical_cover_fen = serializers.IntegerField()
    certificate_number = serializers.CharField()
    certificate_sha256 = serializers.CharField()
    refusal_reason = serializers.CharField()
    slip = serializers.CharField()
    replaces = serializers.UUIDField(allow_null=True, help_text="another insurer's policy before it")
    amending = serializers.BooleanField(help_text="a change waits for the insurer")
    requested_at = serializers.DateTimeField()
    issued_at = serializers.DateTimeField(allow_null=True)
    covers_from = serializers.DateTimeField(allow_null=True)
    covers_until = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class ListCoverPoliciesIn(PageIn):
    insurer = Text(max_length=40, required=False)
    state = Choice(choices=[str(state) for state in PolicyState], required=False)
    on = Day(required=False, help_text="first day of cover")
    order_id = Id(required=False)
    worker_id = Id(required=False)


class ListCoverPolicies(Act):
    """The county's policies, newest first."""

    tag = "insurance"
    scope = "insurance:read"
    asks = ListCoverPoliciesIn
    gives = CoverPolicyOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        names = ("insurer", "state", "on", "order_id", "worker_id")
        wanted = {name: call.query.get(name) for name in names}
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = selectors.list_policies(**wanted, after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class ReadCoverPolicy(Act):
    """One policy, for its worker, the employer's side, the hall or who sees to insurance."""

    tag = "insurance"
    gives = CoverPolicyOut
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return policy_for(call.who, call.path["policy_id"])


class CoverCertificateOut(Out):
    certificate_number = serializers.CharField()
    sha256 = serializers.CharField()
    content = serializers.CharField(help_text="the PDF in base64")


class ReadCoverCertificate(Act):
    """The insurer's certificate as it was issued; its bytes have the SHA-256 that the insurer announced."""

    tag = "insurance"
    gives = CoverCertificateOut
    refuses = (NOT_FOUND, CERTIFICATE_NOT_ISSUED)

    def act(self, work: CountyWork, call: Call) -> Any:
        view = policy_for(call.who, call.path["policy_id"])
        number, content = selectors.certificate(view.id)
        return {
            "certificate_number": number,
            "sha256": view.certificate_sha256,
            "content": base64.b64encode(content).decode(),
        }


class AmendmentOut(Out):
    id = serializers.UUIDField()
    policy_id = serializers.UUIDField()
    number = serializers.IntegerField()
    change = serializers.CharField(help_text="worker_replaced or day_added")
    state = serializers.CharField(help_text="asked, issued, refused or dropped")
    days = serializers.IntegerField()
    premium_fen = serializers.IntegerField()
    extra_fen = serializers.IntegerField(help_text="added to the premium; below zero for less")
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class ListAmendments(Act):
    """Changes of a policy, oldest first."""

    tag = "insurance"
    gives = AmendmentOut
    listed = True
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.amendments_of(policy_for(call.who, call.path["policy_id"]).id)


class CancellationOut(Out):
    policy_id = serializers.UUIDField()
    payer = serializers.CharField()
    premium_fen = serializers.IntegerField()
    refund_fen = serializers.IntegerField(help_text="what would come back in all")
    employer_refund_fen = serializers.IntegerField(help_text="of it to the employer's escrow")


class PreviewCancellation(Act):
    """What would come back if the cover were cancelled now. Nothing is changed: cover ends with its place
    (undo, cancel, no-show)."""

    tag = "insurance"
    gives = CancellationOut
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return preview_cancellation(policy_for(call.who, call.path["policy_id"]).id)


class ReplaceIn(In):
    worker_id = Id(help_text="who takes the place over")


class ReplaceWorkerAct(Act):
    """At the hall: another worker, who is present, takes a booked place over before work starts.

    The issued policy is amended to him; he is not covered, and cannot start, before the insurer agrees.
    """

    tag = "places"
    scope = "act_for"
    takes = ReplaceIn
    gives = PlaceOut
    key = Key.OPTIONAL
    refuses = (
        NOT_FOUND,
        WORKER_NOT_FOUND,
        errors.NOT_REPLACEABLE,
        errors.ALREADY_TAKEN,
        errors.BUSY_THEN,
        WORKER_TOO_YOUNG,
        errors.CERTIFICATE_MISSING,
        errors.TRADE_NOT_YOURS,
        errors.OWN_ORDER,
        errors.BARRED_BY_NO_SHOW,
        errors.COVER_REFUSED_BEFORE,
        errors.INSURANCE_CONSENT_MISSING,
        AGE_NOT_INSURABLE,
        COVER_STARTS_TOMORROW,
    )

    def act(self, work: CountyWork, call: Call) -> Any:
        command = ReplaceWorker(call.path["assignment_id"], call.data["worker_id"])
        return replace_worker(command=command, actor=call.who, now=work.now)


class AddCoverDayAct(Act):
    """One more day of cover for a place whose work goes on; the employer's wallet pays the table's price
    of a further day, which comes back if the insurer does not take it."""

    tag = "insurance"
    scope = "orders:confirm"
    gives = AmendmentOut
    status = 202
    key = Key.REQUIRED
    refuses = (NOT_FOUND, EMPLOYER_NOT_FOUND, POLICY_NOT_AMENDABLE, INSUFFICIENT_FUNDS, INVALID_VALUE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return add_cover_day(command=AddCoverDay(call.path["assignment_id"]), actor=call.who, now=work.now)


class CoveredOut(Out):
    covered = serializers.BooleanField(help_text="an insurer carries the risk at this moment")
    worker_name = serializers.CharField(help_text="masked")
    insurer = serializers.CharField()
    insurer_name = serializers.CharField()
    layer = serializers.CharField()
    state = serializers.CharField()
    certificate_number = serializers.CharField()
    slip = serializers.CharField()
    trade = serializers.CharField()
    covers_from = serializers.DateTimeField(allow_null=True)
    covers_until = serializers.DateTimeField()
    death_disability_cover_fen = serializers.IntegerField()
    medical_cover_fen = serializers.IntegerField()


class BySlipIn(In):
    slip = Text(max_length=20, help_text="ten letters and digits from the slip")


class CoveredBySlip(Act):
    """Am I covered? Whoever holds the slip may ask, without a login. An unknown slip gives an empty list."""

    tag = "insurance"
    in_closed = True
    public = True
    takes = BySlipIn
    gives = CoveredOut
    listed = True
    example = {"slip": "7KQ2M9XHTB"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.coverage_by_slip(call.data["slip"], now=work.now)


class ByPhoneIn(In):
    phone = Phone()


class CoveredByPhone(Act):
    """Who of those registered with this number is covered, and from when: for halls and village stations."""

    tag = "insurance"
    in_closed = True
    takes = ByPhoneIn
    gives = CoveredOut
    listed = True
    refuses = (FORBIDDEN,)
    example = {"phone": "13800138000"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.coverage_by_phone(call.who, call.data["phone"], now=work.now)


class MyCover(Act):
    """The signed-in worker's own cover: what is in force, and what is still waited for."""

    tag = "insurance"
    scope = "orders:read"
    gives = CoveredOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.own_coverage(call.who, now=work.now)
