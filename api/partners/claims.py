"""Claims on an insurer's own policies: read with their whole file, and moved by the insurer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Call
from api.fields import Choice, Fen, Id, In, Raw, Several, Text, Yes
from api.partners.door import Named, Reading, Sender, Signed, insurer_of, sender_of
from api.shapes import Out, OutList
from compliance.claims.contracts import ClaimDetail, ClaimView, PaperWanted
from compliance.claims.errors import (
    CLAIM_AMOUNT,
    CLAIM_DECIDED_OTHERWISE,
    CLAIM_DECISION,
    CLAIM_NOT_FOUND,
    CLAIM_PAID_OTHERWISE,
    CLAIM_PAPERS_WANTED,
    CLAIM_PAYMENT,
)
from compliance.claims.selectors import check_file_of_insurer, claim_of_insurer, claims_of_insurer
from compliance.claims.states import ClaimState
from compliance.claims.use_cases.acknowledge_claim import acknowledge_claim
from compliance.claims.use_cases.decide_claim import decide_claim
from compliance.claims.use_cases.record_payment import record_payment
from compliance.claims.use_cases.want_papers import want_papers
from files.errors import FILE_NOT_FOUND, FILE_STORAGE_UNAVAILABLE
from files.selectors import file_view, read_file
from kernel.errors import INVALID_VALUE, STALE_STATE
from tenants.county import CountyWork


class ClaimOut(Out):
    id = serializers.UUIDField()
    number = serializers.CharField()
    policy_id = serializers.UUIDField()
    certificate_number = serializers.CharField()
    layer = serializers.CharField()
    order_id = serializers.UUIDField()
    trade = serializers.CharField()
    on = serializers.DateField()
    state = serializers.CharField()
    injured = serializers.BooleanField()
    reporter = serializers.CharField(help_text="whose word the report is")
    happened_at = serializers.DateTimeField()
    reported_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    insurer_reference = serializers.CharField()
    cover_fen = serializers.IntegerField(help_text="the most that the policy pays for all its claims")
    accepted_fen = serializers.IntegerField(allow_null=True)
    reason_code = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    paid_fen = serializers.IntegerField(allow_null=True)
    payment_reference = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
    due = serializers.CharField(allow_null=True, help_text="what you owe next")
    due_at = serializers.DateTimeField(allow_null=True)
    overdue_since = serializers.DateTimeField(allow_null=True)


class ClaimsIn(PageIn):
    state = Choice(choices=[str(state) for state in ClaimState], required=False)


class ListClaims(Reading):
    """Claims on your policies, oldest first."""

    tag = "claims"
    asks = ClaimsIn
    gives = ClaimOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        rows = claims_of_insurer(
            insurer_of(call),
            state=call.query["state"],
            after=UUID(call.position) if call.position else None,
            limit=limit + 1,
        )
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class WorkOut(Out):
    order_id = serializers.UUIDField()
    order_number = serializers.CharField()
    trade = serializers.CharField()
    title = serializers.CharField()
    address = serializers.CharField()
    day = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place_no = serializers.IntegerField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    checked_out_at = serializers.DateTimeField(allow_null=True)
    attendance_channel = serializers.CharField()
    policies = OutList(child=serializers.CharField(), help_text="certificates that covered the work")


class ClaimFileOut(Out):
    file_id = serializers.UUIDField(help_text="read it at files/{file_id}")
    role = serializers.CharField(help_text="`picture` of the accident, or `paper`")
    added_at = serializers.DateTimeField()
    added_by = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class PaperOut(Out):
    code = serializers.CharField()
    note = serializers.CharField()


class PapersRequestOut(Out):
    papers = OutList(child=PaperOut())
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class MoveOut(Out):
    at = serializers.DateTimeField()
    frm = serializers.CharField()
    to = serializers.CharField()
    channel = serializers.CharField()
    reason = serializers.CharField()


class ClaimDetailOut(ClaimOut):
    what = serializers.CharField()
    where = serializers.CharField()
    hospital = serializers.CharField()
    reason = serializers.CharField(help_text="your words for a refusal")
    work = WorkOut()
    files = OutList(child=ClaimFileOut())
    requests = OutList(child=PapersRequestOut())
    timeline = OutList(child=MoveOut())


class ReadClaim(Reading):
    """A claim on a policy of yours with its whole file: words, work, attendance, pictures, papers.

    Who is insured stands, encrypted to your key, in the policy.
    """

    tag = "claims"
    gives = ClaimDetailOut
    refuses = (CLAIM_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return _whole(claim_of_insurer(insurer_of(call), call.path["claim_id"]))


def _whole(detail: ClaimDetail) -> dict[str, Any]:
    """The claim's members beside those of its file."""
    plain = {name: getattr(detail.claim, name) for name in ClaimOut().get_fields()}
    return {
        **plain,
        "what": detail.what,
        "where": detail.where,
        "hospital": detail.hospital,
        "reason": detail.reason,
        "work": detail.file,
        "files": detail.documents,
        "requests": detail.requests,
        "timeline": detail.timeline,
    }


class FileOut(Out):
    id = serializers.UUIDField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    content = serializers.CharField(help_text="base64")


class ReadFile(Reading):
    """A picture or paper of a claim on a policy of yours."""

    tag = "claims"
    gives = FileOut
    refuses = (FILE_NOT_FOUND, FILE_STORAGE_UNAVAILABLE)

    def act(self, work: CountyWork, call: Call) -> Any:
        file_id = call.path["file_id"]
        check_file_of_insurer(insurer_of(call), file_id)
        view = file_view(file_id)
        return {
            "id": view.id,
            "media_type": view.media_type,
            "size": view.size,
            "sha256": view.sha256,
            "content": base64.b64encode(read_file(file_id)).decode(),
        }


# -- what an insurer says about a claim, by message or by REST -----------------------------------------


class Acknowledged(In):
    reference = Raw(max_length=64, required=False, default="", help_text="your number of the case")


def acknowledged(sender: Sender, claim_id: UUID, data: Mapping[str, Any]) -> ClaimView:
    return acknowledge_claim(claim_id=claim_id, **sender.by, reference=data["reference"])


class PaperIn(In):
    code = Raw(max_length=40, help_text="letters, digits and `_`, such as `invoice`")
    note = Text(max_length=200, min_length=0, required=False, default="", help_text="for the claimant")


class PapersWanted(In):
    papers = Several(child=PaperIn(), minimum=1, maximum=20, help_text="all that is missing, at once")


def papers_wanted(sender: Sender, claim_id: UUID, data: Mapping[str, Any]) -> ClaimView:
    wanted = [PaperWanted(**paper) for paper in data["papers"]]
    return want_papers(claim_id=claim_id, **sender.by, wanted=wanted)


class Decided(In):
    accepted = Yes()
    amount_fen = Fen(required=False, help_text="when accepted")
    reason = Raw(max_length=40, required=False, default="", help_text="when not: a code")
    reason_text = Text(
        max_length=500, min_length=0, required=False, default="", help_text="when not: for the claimant"
    )


def decided(sender: Sender, claim_id: UUID, data: Mapping[str, Any]) -> ClaimView:
    return decide_claim(claim_id=claim_id, **sender.by, **data)


class Paid(In):
    amount_fen = Fen()
    reference = Raw(max_length=64, help_text="of the payment")


def paid(sender: Sender, claim_id: UUID, data: Mapping[str, Any]) -> ClaimView:
    return record_payment(claim_id=claim_id, **sender.by, **data)


class AcknowledgeClaimIn(Acknowledged):
    type = Named("claim.acknowledge")
    claim_id = Id()


class AcknowledgeClaim(Signed):
    """Say that you have seen a claim."""

    tag = "claims"
    takes = AcknowledgeClaimIn
    gives = ClaimOut
    refuses = (CLAIM_NOT_FOUND, INVALID_VALUE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return acknowledged(sender_of(work, call), call.path["claim_id"], call.data)


class WantPapersIn(PapersWanted):
    type = Named("claim.papers")
    claim_id = Id()


class WantPapers(Signed):
    """Name all papers that are missing, at once; your time for a decision stands still meanwhile."""

    tag = "claims"
    takes = WantPapersIn
    gives = ClaimOut
    refuses = (CLAIM_NOT_FOUND, CLAIM_PAPERS_WANTED, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return papers_wanted(sender_of(work, call), call.path["claim_id"], call.data)


class DecideClaimIn(Decided):
    type = Named("claim.decide")
    claim_id = Id()


class DecideClaim(Signed):
    """Accept a claim with an amount within the cover, or reject it with the reason."""

    tag = "claims"
    takes = DecideClaimIn
    gives = ClaimOut
    refuses = (CLAIM_NOT_FOUND, CLAIM_DECISION, CLAIM_AMOUNT, CLAIM_DECIDED_OTHERWISE, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return decided(sender_of(work, call), call.path["claim_id"], call.data)


class PayClaimIn(Paid):
    type = Named("claim.pay")
    claim_id = Id()


class PayClaim(Signed):
    """Say that you have paid the accepted amount, with the payment's reference."""

    tag = "claims"
    takes = PayClaimIn
    gives = ClaimOut
    refuses = (CLAIM_NOT_FOUND, CLAIM_PAYMENT, CLAIM_PAID_OTHERWISE, INVALID_VALUE, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return paid(sender_of(work, call), call.path["claim_id"], call.data)
