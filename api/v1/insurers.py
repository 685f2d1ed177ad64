"""A county's insurers: who there is, their machine clients and keys, and what they were told."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.cursors import Page
from api.endpoint import Act, Call, IdentityAct, Key
from api.fields import Choice, In, Raw, Several, Text, Whole, Yes
from api.partners.deliveries import AttemptOut, DeliveriesIn, DeliveryOut, delivery_page
from api.partners.endpoints import EndpointOut
from api.partners.me import KeyOut
from api.shapes import Out, OutList
from compliance.insurance.asking import ping
from compliance.insurance.contracts import ConnectionView
from compliance.insurance.errors import (
    CONNECTION_EXISTS,
    CONNECTION_INVALID,
    CONNECTION_TEST_FAILED,
    CONNECTION_UNKNOWN,
)
from compliance.insurance.port import InsurerUnavailable, adapters
from compliance.insurance.selectors import connection, connections
from compliance.insurance.use_cases.connect_insurer import (
    MOST_MINUTES,
    change_connection,
    connect_insurer,
    resume_connection,
    suspend_connection,
)
from kernel.clock import real_now
from kernel.errors import STALE_STATE
from tenants.county import CountyWork
from tenants.identity.errors import CLIENT_UNKNOWN, SCOPE_NOT_GRANTABLE, TOTP_REQUIRED
from tenants.identity.selectors import partner_clients_of
from tenants.identity.use_cases.create_partner_client import create_partner_client, partner_scopes
from tenants.identity.use_cases.revoke_api_client import revoke_partner_client
from tenants.partners.contracts import InsurerView
from tenants.partners.errors import INSURER_SUSPENDED, INSURER_UNKNOWN
from tenants.partners.selectors import insurer, insurers
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

_ADAPTERS = list(adapters())
_DIRECTIONS = [str(way) for way in Direction]
_WAY = "`in`: the insurer signs what it sends us; `out`: we sign what we ask of its API"


class ConnectionOut(Out):
    insurer = serializers.CharField()
    adapter = serializers.CharField()
    base_url = serializers.CharField()
    has_public_key = serializers.BooleanField()
    fallback_after_minutes = serializers.IntegerField(
        allow_null=True,
        help_text="market minutes without an answer after which the next is asked; null: never",
    )
    state = serializers.CharField()
    failures = serializers.IntegerField(help_text="calls that failed in a row")
    open_until = serializers.DateTimeField(allow_null=True, help_text="not called before")
    last_error = serializers.CharField()
    last_ok_at = serializers.DateTimeField(allow_null=True)
    connected_at = serializers.DateTimeField()
    waiting = serializers.IntegerField(help_text="policies without an answer")
    untold = serializers.IntegerField(help_text="cancellations not yet acknowledged")


class InsurerOut(Out):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    active = serializers.BooleanField(help_text="false: no new business anywhere")
    since = serializers.DateField()
    connection = ConnectionOut(allow_null=True, help_text="this county's; null: not connected")


def _shown(view: InsurerView, mine: ConnectionView | None) -> dict[str, Any]:
    plain = {name: getattr(view, name) for name in ("code", "name", "name_en", "active", "since")}
    return {**plain, "connection": mine}


class ListInsurers(Act):
    """Every insurer of the city, and how this county is connected with it."""

    tag = "insurers"
    scope = "insurance:read"
    gives = InsurerOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        mine = {view.insurer: view for view in connections()}
        return [_shown(view, mine.get(view.code)) for view in insurers().values()]


class ReadInsurer(Act):
    """One insurer, and how this county is connected with it."""

    tag = "insurers"
    scope = "insurance:read"
    gives = InsurerOut
    refuses = (INSURER_UNKNOWN,)

    def act(self, work: CountyWork, call: Call) -> Any:
        view = insurer(call.path["code"], field="code")
        mine = {one.insurer: one for one in connections()}
        return _shown(view, mine.get(view.code))


class PublicKeyIn(In):
    kty = Choice(choices=["EC"])
    crv = Choice(choices=["P-256"])
    x = Raw(max_length=100)
    y = Raw(max_length=100)
    kid = Raw(max_length=200, required=False)
    use = Raw(max_length=10, required=False)
    alg = Raw(max_length=40, required=False)


_KEY_TEXT = "the insurer's public key as a JWK on P-256, which people's data is encrypted to"


def _jwk(given: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: value for name, value in given.items() if value is not None} if given else None


class ConnectInsurerIn(In):
    adapter = Choice(choices=_ADAPTERS, help_text="`linggong` speaks docs/partners.md")
    base_url = Raw(max_length=300, required=False, default="", help_text="below which the insurer answers")
    public_key = PublicKeyIn(required=False, help_text=_KEY_TEXT)
    fallback_after_minutes = Whole(
        minimum=1,
        maximum=MOST_MINUTES,
        required=False,
        allow_null=True,
        default=15,
        help_text="market minutes without an answer after which the next insurer is asked; null: never",
    )


class ConnectInsurer(Act):
    """Connect this county with an insurer. Keys and clients are made beside it."""

    tag = "insurers"
    scope = "insurance:write"
    takes = ConnectInsurerIn
    gives = ConnectionOut
    status = 201
    key = Key.OPTIONAL
    refuses = (INSURER_UNKNOWN, INSURER_SUSPENDED, CONNECTION_EXISTS, CONNECTION_INVALID, TOTP_REQUIRED)
    example = {
        "adapter": "linggong",
        "base_url": "https://cover.example.cn/linggong/jiangle",
        "public_key": {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        },
        "fallback_after_minutes": 15,
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        return connect_insurer(
            insurer=call.path["code"],
            actor=call.who,
            now=work.now,
            **{**call.data, "public_key": _jwk(call.data["public_key"])},
        )


class ChangeConnectionIn(In):
    adapter = Choice(choices=_ADAPTERS, required=False)
    base_url = Raw(max_length=300, required=False)
    public_key = PublicKeyIn(required=False, help_text=_KEY_TEXT)
    fallback_after_minutes = Whole(minimum=1, maximum=MOST_MINUTES, required=False)
    never_fall_back = Yes(required=False, default=False, help_text="wait for this insurer however long")


class ChangeConnection(Act):
    """Change what is given and leave the rest; the breaker starts afresh."""

    tag = "insurers"
    scope = "insurance:write"
    takes = ChangeConnectionIn
    gives = ConnectionOut
    key = Key.OPTIONAL
    refuses = (CONNECTION_UNKNOWN, CONNECTION_INVALID, TOTP_REQUIRED)

    def act(self, work: CountyWork, call: Call) -> Any:
        return change_connection(
            insurer=call.path["code"],
            actor=call.who,
            now=work.now,
            **{**call.data, "public_key": _jwk(call.data["public_key"])},
        )


class ConnectionReasonIn(In):
    reason = Text(max_length=200)


class SuspendConnection(Act):
    """Ask this insurer for nothing new. What it has goes on, and it is still told of cancellations."""

    tag = "insurers"
    scope = "insurance:write"
    takes = ConnectionReasonIn
    gives = ConnectionOut
    key = Key.OPTIONAL
    refuses = (CONNECTION_UNKNOWN, STALE_STATE, TOTP_REQUIRED)

    def act(self, work: CountyWork, call: Call) -> Any:
        return suspend_connection(insurer=call.path["code"], actor=call.who, now=work.now, **call.data)


class ResumeConnection(Act):
    """Take a suspension back."""

    tag = "insurers"
    scope = "insurance:write"
    takes = ConnectionReasonIn
    gives = ConnectionOut
    key = Key.OPTIONAL
    refuses = (CONNECTION_UNKNOWN, STALE_STATE, TOTP_REQUIRED)

    def act(self, work: CountyWork, call: Call) -> Any:
        return resume_connection(insurer=call.path["code"], actor=call.who, now=work.now, **call.data)


class TestConnection(Act):
    """Ask the insurer's interface whether it answers us, now and once."""

    tag = "insurers"
    scope = "insurance:write"
    gives = ConnectionOut
    refuses = (CONNECTION_UNKNOWN, CONNECTION_TEST_FAILED, TOTP_REQUIRED)

    def before(self, call: Call) -> None:
        """Called with no county open, so that nothing waits while the insurer does not answer."""
        try:
            ping(call.county, call.path["code"])
        except InsurerUnavailable as fault:
            raise CONNECTION_TEST_FAILED.error(field="code", reason=str(fault)) from None

    def act(self, work: CountyWork, call: Call) -> Any:
        return connection(call.path["code"])


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
