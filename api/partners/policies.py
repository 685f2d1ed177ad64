"""An insurer's own policies: what was asked for, who is insured, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Call
from api.fields import Base64, Choice, Fen, Id, In, Moment, Raw, Whole
from api.partners.door import Named, Reading, Sender, Signed, insurer_of, sender_of
from api.shapes import Out
from compliance.insurance.answers import record_answer
from compliance.insurance.contracts import PolicyView
from compliance.insurance.errors import ANSWER_INVALID, CONNECTION_UNKNOWN
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.selectors import list_policies, person_for_insurer, policy_of_insurer
from compliance.insurance.states import PolicyState
from files.errors import FILE_HASH
from kernel.errors import NOT_FOUND
from kernel.money import MAX_FEN
from tenants.county import CountyWork

MOST_CERTIFICATE = 700_000  # bytes before base64: the body of an answer stays within its limit
_SHA256 = "SHA-256 of the PDF, 64 hex digits in lower case"


class PolicyOut(Out):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    state = serializers.CharField()
    product = serializers.CharField()
    layer = serializers.CharField(help_text="`basic` or `top_up`")
    payer = serializers.CharField(help_text="`employer` or `fund`")
    table_version = serializers.IntegerField()
    level = serializers.CharField()
    trade = serializers.CharField()
    risk_class = serializers.IntegerField()
    heads = serializers.IntegerField()
    on = serializers.DateField()
    days = serializers.IntegerField()
    starts = serializers.CharField(help_text="`at_once` or `next_midnight`")
    premium_fen = serializers.IntegerField()
    refund_fen = serializers.IntegerField()
    death_disability_cover_fen = serializers.IntegerField()
    medical_cover_fen = serializers.IntegerField()
    certificate_number = serializers.CharField()
    certificate_sha256 = serializers.CharField()
    refusal_reason = serializers.CharField()
    amending = serializers.BooleanField(help_text="a change waits for your answer")
    requested_at = serializers.DateTimeField()
    issued_at = serializers.DateTimeField(allow_null=True)
    covers_from = serializers.DateTimeField(allow_null=True)
    covers_until = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class PoliciesIn(PageIn):
    state = Choice(choices=[str(state) for state in PolicyState], required=False)


class ListPolicies(Reading):
    """Your policies in this county, newest first."""

    tag = "policies"
    asks = PoliciesIn
    gives = PolicyOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        state = call.query["state"]
        rows = list_policies(
            insurer=insurer_of(call),
            state=None if state is None else PolicyState(state),
            after=UUID(call.position) if call.position else None,
            limit=limit + 1,
        )
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class PolicyDetailOut(PolicyOut):
    insured = serializers.CharField(
        help_text="the person, as a JWE made for this answer with your public key (docs/partners.md, "
        "section 6); empty without a key of yours, without the worker's consent, and once the policy is over",
    )


class ReadPolicy(Reading):
    """One policy of yours, with the person encrypted to your key. Each reading is recorded."""

    tag = "policies"
    gives = PolicyDetailOut
    refuses = (NOT_FOUND, CONNECTION_UNKNOWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        mine = insurer_of(call)
        policy = policy_of_insurer(mine, call.path["policy_id"])
        plain = {name: getattr(policy, name) for name in PolicyOut().get_fields()}
        return {**plain, "insured": person_for_insurer(mine, policy.id, now=work.now)}


# -- what an insurer answers, by message or by REST ----------------------------------------------------


class Issued(In):
    premium_fen = Fen(help_text="must be the premium that was asked for")
    certificate_number = Raw(max_length=64)
    certificate_sha256 = Raw(max_length=64, help_text=_SHA256)
    certificate = Base64(
        most=MOST_CERTIFICATE, required=False, help_text="the PDF in base64; absent: we fetch it from you"
    )
    covers_from = Moment(required=False, help_text="only when cover begins later than the product says")


def issued(sender: Sender, policy_id: UUID, data: Mapping[str, Any]) -> PolicyView:
    return record_answer(policy_id=policy_id, answer=BindAnswer(state=Decision.ISSUED, **data), **sender.by)


class Refused(In):
    reason = Raw(max_length=60, help_text="a code: letters a-z, digits, `_`")


def refused(sender: Sender, policy_id: UUID, data: Mapping[str, Any]) -> PolicyView:
    return record_answer(policy_id=policy_id, answer=BindAnswer(state=Decision.REFUSED, **data), **sender.by)


class Cancelled(In):
    refund_fen = Whole(minimum=0, maximum=MAX_FEN)
    reason = Raw(max_length=60, required=False, default="", help_text="a code")


def cancelled(sender: Sender, policy_id: UUID, data: Mapping[str, Any]) -> PolicyView:
    answer = BindAnswer(state=Decision.CANCELLED, **data)
    return record_answer(policy_id=policy_id, answer=answer, **sender.by)


class IssuePolicyIn(Issued):
    type = Named("policy.issue")
    policy_id = Id()


class IssuePolicy(Signed):
    """Issue a policy that you were asked for, with its certificate."""

    tag = "policies"
    takes = IssuePolicyIn
    gives = PolicyOut
    refuses = (NOT_FOUND, ANSWER_INVALID, FILE_HASH)

    def act(self, work: CountyWork, call: Call) -> Any:
        return issued(sender_of(work, call), call.path["policy_id"], call.data)


class RefusePolicyIn(Refused):
    type = Named("policy.refuse")
    policy_id = Id()


class RefusePolicy(Signed):
    """Refuse a policy that you were asked for."""

    tag = "policies"
    takes = RefusePolicyIn
    gives = PolicyOut
    refuses = (NOT_FOUND, ANSWER_INVALID)
    example = {
        "type": "policy.refuse",
        "policy_id": "0199f3a2-7c1e-7d43-9a55-3f8b1f6f2a10",
        "reason": "sum_exceeded",
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        return refused(sender_of(work, call), call.path["policy_id"], call.data)
