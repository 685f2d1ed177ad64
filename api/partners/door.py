"""What happens to a partner's request, in this order:

path and host agree on a county -> method -> bearer token of an insurer's machine of this very county ->
limits -> scope -> query -> the county's transaction: signature over the raw body and its message id (for
whatever changes something) -> body -> the body is about this address -> the act, once a message -> answer.

A signature covers the body and not the address, so the body of each signed operation names its `type` and
the ids of its address: a message cannot be moved to another policy, claim or verb.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import URLPattern

from api import callers, cursors, request
from api.endpoint import Act, Answer, Call, Endpoint, identifiers, route
from api.fields import Choice, In
from api.partners.errors import MESSAGE_OTHER, MESSAGE_REPEATED
from api.partners.inspector import PartnerSchema
from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.county import CountyWork, run_in_county
from webhooks.inbound import accept


@dataclass(frozen=True, slots=True)
class Message:
    """A signed request as it arrived. Header names are in lower case."""

    headers: Mapping[str, str]
    raw: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose message a use case is called for. `now` is market time."""

    insurer: str
    actor: Actor
    now: datetime

    @property
    def by(self) -> dict[str, Any]:
        """As the use cases of partners take it."""
        return {"insurer": self.insurer, "actor": self.actor, "now": self.now}


class Named(Choice):
    """The `type` of a signed body: one word that says which operation was signed."""

    def __init__(self, name: str) -> None:
        super().__init__(choices=[name], help_text="says in the signed body which operation is meant")


class Reading(Act):
    """An operation that only reads: a bearer token is enough."""

    scope = "partner:read"


class Signed(Act):
    """An operation that changes something: a bearer token and a signature over the raw body.

    The same message again has one effect and the same answer; an operation whose answer holds a `secret`
    refuses a repeat instead, since such an answer is not kept.
    """

    scope = "partner:write"
    takes: ClassVar[type[In]]
    secret: ClassVar[bool] = False

    def perform(self, call: Call) -> Answer:
        message: Message = call.prepared
        with run_in_county(call.county) as work:
            accepted = accept(partner=insurer_of(call), headers=message.headers, body=message.raw)
            if self.secret and accepted.repeated:
                raise MESSAGE_REPEATED.error(field="webhook-id")
            call = replace(
                call,
                data=self._about(message, call.path),
                key=None if self.secret else accepted.message_id,
                fingerprint={"body": hashlib.sha256(message.raw).hexdigest(), **call.fingerprint},
            )
            answer, _ = self._once(work, call)
        return answer

    def holder(self, call: Call) -> Actor:
        """Messages are the insurer's, whichever of its machines sent them."""
        return replace(call.who, client_id=f"partner:{insurer_of(call)}")

    def _about(self, message: Message, path: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what only ties it to its address."""
        body = request.parse_body(message.raw, message.content_type)
        data = self.takes().run_validation(body)
        for name, value in path.items():
            if data.pop(name) != value:
                raise MESSAGE_OTHER.error(field=name)
        if isinstance(self.takes().fields["type"], Named):
            del data["type"]
        return data


class PartnerEndpoint(Endpoint):
    """All operations of one path of the partners' door."""

    schema = PartnerSchema()

    def caller(self, http: HttpRequest, county: CountyRef) -> Actor:
        return callers.partner_of(http, county)

    def _read(self, act: Act, http: HttpRequest, county: CountyRef, path: dict[str, str]) -> Call:
        call = Call(
            county=county,
            actor=self._admit(act, http, county),
            path=identifiers(path),
            query=(act.asks or In)().read_query(request.query_of(http)),
            fingerprint={"method": http.method, "path": http.path},
        )
        if act.paged:
            return replace(call, position=cursors.unseal(call.query.get("cursor"), act.salt(call)))
        if not isinstance(act, Signed):
            return call
        return replace(
            call,
            prepared=Message(
                headers={name.lower(): value for name, value in http.headers.items()},
                raw=request.raw_body_of(http),
                content_type=http.META.get("CONTENT_TYPE", ""),
            ),
        )


def insurer_of(call: Call) -> str:
    """The insurer whose machine is calling."""
    assert call.who.partner is not None  # `partner_in` lets nobody else in
    return call.who.partner


def sender_of(work: CountyWork, call: Call) -> Sender:
    return Sender(insurer=insurer_of(call), actor=call.who, now=work.now)


def partner_route(address: str, **acts: type[Act]) -> URLPattern:
    """A path of this door with its operations."""
    return route(address, PartnerEndpoint, **acts)
