"""A county's insurers: who there is, their machine clients and keys, and what they were told."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.cursors import Page
from api.endpoint import Act, Call, IdentityAct, Key
from api.fields import Choice, In, Several, Text, Whole
from api.partners.deliveries import AttemptOut, DeliveriesIn, DeliveryOut, delivery_page
from api.partners.endpoints import EndpointOut
from api.partners.me import KeyOut
from api.shapes import Out, OutList
from kernel.clock import real_now
from tenants.county import CountyWork
from tenants.identity.errors import CLIENT_UNKNOWN, SCOPE_NOT_GRANTABLE, TOTP_REQUIRED
from tenants.identity.selectors import partner_clients_of
from tenants.identity.use_cases.create_partner_client import create_partner_client, partner_scopes
from tenants.identity.use_cases.revoke_api_client import revoke_partner_client
from tenants.partners.errors import INSURER_UNKNOWN
from tenants.partners.selectors import insurer
from webhooks.errors import (
    DELIVERY_NOT_DEAD,
    DELIVERY_NOT_FOUND,
    KEEP_HOURS,
    PARTNER_KEY_BUSY,
    PARTNER_KEY_EXISTS,
    PARTNER_KEY_MISSING,
)
from webhooks.keys import MOST_KEEP_HOURS, issue_key, keys, rotate_key
from webhooks.selectors import attempts, delivery_by_id, endpoints
from webhooks.states import Direction
from webhooks.use_cases.retry_delivery import retry_delivery

_DIRECTIONS = [str(way) for way in Direction]
_WAY = "`in`: the insurer signs what it sends us; `out`: we sign what we ask of its API"


class ClientOut(Out):
    client_id = serializers.CharField()
    name = serializers.CharField()
    scopes = OutList(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()


class ListInsurersClients(IdentityAct):
    """An insurer's machine clients in this county."""

    tag = "insurers"
    scope = "insurance:write"
    gives = ClientOut
    listed = True
    refuses = (INSURER_UNKNOWN,)

    def decide(self, call: Call) -> list[Any]:
        code = insurer(call.path["code"], field="code").code
        return [
            {
                "client_id": view.client_id,
                "name": view.name,
                "scopes": sorted(view.scopes),
                "created_at": view.created_at,
                "created_by": view.created_by,
            }
            for view in partner_clients_of(call.who, call.county, code)
        ]


class CreateInsurersClientIn(In):
    name = Text(max_length=100)
    scopes = Several(child=Choice(choices=sorted(partner_scopes())), minimum=1, maximum=len(partner_scopes()))


class ClientCreatedOut(Out):
    client_id = serializers.CharField()
    secret = serializers.CharField(help_text="shown once; only its hash is kept")
    scopes = OutList(child=serializers.CharField())


class CreateInsurersClient(IdentityAct):
    """Make a machine client for an insurer, for OAuth client credentials at /o/token/.

    Its tokens are good at this county's partners' door and nowhere else.
    """

    tag = "insurers"
    scope = "insurance:write"
    takes = CreateInsurersClientIn
    gives = ClientCreatedOut
    status = 201
    refuses = (INSURER_UNKNOWN, SCOPE_NOT_GRANTABLE, TOTP_REQUIRED)
    example = {"name": "核心系统", "scopes": ["partner:read", "partner:write"]}

    def decide(self, call: Call) -> Any:
        made = create_partner_client(
            actor=call.who,
            county=call.county,
            partner=call.path["code"],
            name=call.data["name"],
            scopes=call.data["scopes"],
            now=real_now(),
        )
        return {"client_id": made.client_id, "secret": made.secret, "scopes": sorted(made.scopes)}


class RevokeInsurersClientIn(In):
    client_id = Text(max_length=100)


class RevokedOut(Out):
    changed = serializers.BooleanField()


class RevokeInsurersClient(IdentityAct):
    """Remove an insurer's machine client with all its tokens, at once."""

    tag = "insurers"
    scope = "insurance:write"
    takes = RevokeInsurersClientIn
    gives = RevokedOut
    refuses = (CLIENT_UNKNOWN, TOTP_REQUIRED)

    def decide(self, call: Call) -> Any:
        revoke_partner_client(
            actor=call.who,
            county=call.county,
            partner=call.path["code"],
            client_id=call.data["client_id"],
            now=real_now(),
        )
        return {"changed": True}


class ListInsurersKeys(Act):
    """The live keys shared with an insurer, without their secrets."""

    tag = "insurers"
    scope = "insurance:read"
    gives = KeyOut
    listed = True
    refuses = (INSURER_UNKNOWN,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return keys(insurer(call.path["code"], field="code").code)


class IssueKeyIn(In):
    direction = Choice(choices=_DIRECTIONS, help_text=_WAY)


class KeySecretOut(Out):
    secret = serializers.CharField(help_text="`whsec_…`, shown this once")


class IssueInsurersKey(Act):
    """Make the first key of a direction and hand its secret over. Later ones come by rotating."""

    tag = "insurers"
    scope = "insurance:write"
    takes = IssueKeyIn
    gives = KeySecretOut
    status = 201
    key = Key.UNUSED
    refuses = (INSURER_UNKNOWN, PARTNER_KEY_EXISTS, PARTNER_KEY_BUSY, TOTP_REQUIRED)
    example = {"direction": "in"}

    def act(self, work: CountyWork, call: Call) -> Any:
        code = insurer(call.path["code"], field="code").code
        return {"secret": issue_key(partner=code, actor=call.who, now=work.now, **call.data)}


class RotateKeyIn(In):
    direction = Choice(choices=_DIRECTIONS, help_text=_WAY)
    keep_hours = Whole(
        minimum=0, maximum=MOST_KEEP_HOURS, default=24, help_text="how long the key of now stays live"
    )


class RotateInsurersKey(Act):
    """Replace a key; the one of now stays live for `keep_hours`, an older one ends at once."""

    tag = "insurers"
    scope = "insurance:write"
    takes = RotateKeyIn
    gives = KeySecretOut
    key = Key.UNUSED
    refuses = (INSURER_UNKNOWN, KEEP_HOURS, PARTNER_KEY_MISSING, PARTNER_KEY_BUSY, TOTP_REQUIRED)
    example = {"direction": "in", "keep_hours": 24}

    def act(self, work: CountyWork, call: Call) -> Any:
        code = insurer(call.path["code"], field="code").code
        return {"secret": rotate_key(partner=code, actor=call.who, now=work.now, **call.data)}


class ListInsurersEndpoints(Act):
    """Where an insurer hears events, and how well."""

    tag = "insurers"
    scope = "insurance:read"
    gives = EndpointOut
    listed = True
    refuses = (INSURER_UNKNOWN,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return endpoints(insurer(call.path["code"], field="code").code)


class ListInsurersDeliveries(Act):
    """Events on their way to an insurer, oldest first; dead ones with `state=dead`."""

    tag = "insurers"
    scope = "insurance:read"
    asks = DeliveriesIn
    gives = DeliveryOut
    paged = True
    refuses = (INSURER_UNKNOWN,)

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return delivery_page(insurer(call.path["code"], field="code").code, call)


class ListInsurersAttempts(Act):
    """What was tried of one delivery."""

    tag = "insurers"
    scope = "insurance:read"
    gives = AttemptOut
    listed = True
    refuses = (INSURER_UNKNOWN, DELIVERY_NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        code = insurer(call.path["code"], field="code").code
        return attempts(delivery_by_id(code, call.path["delivery_id"]).id)


class RetryInsurersDelivery(Act):
    """Give a dead delivery another try now."""

    tag = "insurers"
    scope = "insurance:write"
    gives = DeliveryOut
    key = Key.OPTIONAL
    refuses = (INSURER_UNKNOWN, DELIVERY_NOT_FOUND, DELIVERY_NOT_DEAD, TOTP_REQUIRED)

    def act(self, work: CountyWork, call: Call) -> Any:
        code = insurer(call.path["code"], field="code").code
        return retry_delivery(
            partner=code, delivery_id=call.path["delivery_id"], actor=call.who, now=work.now
        )
