"""`POST webhooks`: what an insurer tells us as a message. The table says which type calls which use case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.endpoint import Call
from api.fields import Choice, Id, In, Moment, Strict
from api.partners import claims, policies
from api.partners.door import Sender, Signed, sender_of
from api.shapes import Out
from compliance.claims.errors import CLAIM_NOT_FOUND
from compliance.insurance.errors import ANSWER_INVALID
from kernel.errors import NOT_FOUND, STALE_STATE
from tenants.county import CountyWork


@dataclass(frozen=True, slots=True)
class MessageType:
    """One type of message: the shape of its `data`, and what it does to its subject. What `does` returns
    has the subject's new `state`."""

    takes: type[In]
    does: Callable[[Sender, UUID, Mapping[str, Any]], Any]


MESSAGES: Mapping[str, MessageType] = {
    "policy.issued": MessageType(policies.Issued, policies.issued),
    "policy.refused": MessageType(policies.Refused, policies.refused),
    "policy.cancelled": MessageType(policies.Cancelled, policies.cancelled),
    "claim.acknowledged": MessageType(claims.Acknowledged, claims.acknowledged),
    "claim.papers_wanted": MessageType(claims.PapersWanted, claims.papers_wanted),
    "claim.decided": MessageType(claims.Decided, claims.decided),
    "claim.paid": MessageType(claims.Paid, claims.paid),
}


class Data(Strict, serializers.DictField):
    """The members of a message, looked at once its type is known."""

    wants = ("对象", "object")

    def parse(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong_type()
        return value


class MessageIn(In):
    type = Choice(choices=sorted(MESSAGES))
    subject = Id(help_text="the policy or claim that it is about")
    time = Moment(help_text="when it happened, by your clock")
    data = Data(  # type: ignore[assignment]  # DRF takes fields out of the class again
        help_text="members by type: docs/partners.md, section 5"
    )


class TakenOut(Out):
    type = serializers.CharField()
    subject = serializers.UUIDField()
    state = serializers.CharField(help_text="of the policy or claim, now")


class TakeMessage(Signed):
    """Tell us something about a policy or a claim of yours.

    The same message again has one effect and the same answer. What comes late or out of order changes
    nothing that is settled. A subject that is not yours is not there.
    """

    tag = "messages"
    takes = MessageIn
    gives = TakenOut
    refuses = (NOT_FOUND, CLAIM_NOT_FOUND, ANSWER_INVALID, STALE_STATE)
    example = {
        "type": "claim.acknowledged",
        "subject": "0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c01",
        "time": "2026-12-01T00:03:10Z",
        "data": {"reference": "CL-000017"},
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        found = MESSAGES[call.data["type"]]
        members = found.takes()
        members.field_name = "data"  # so that a refusal names data.amount_fen
        view = found.does(
            sender_of(work, call), call.data["subject"], members.run_validation(call.data["data"])
        )
        return {"type": call.data["type"], "subject": call.data["subject"], "state": view.state}
