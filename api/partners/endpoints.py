"""Where a partner hears events: registered, changed, tested and replayed by the partner itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Call
from api.fields import Id, In, Moment, Raw, Several, Text, Whole
from api.partners.door import Named, Reading, Signed, insurer_of
from api.shapes import Out, OutList
from kernel.errors import STALE_STATE
from tenants.county import CountyWork
from webhooks.errors import (
    ENDPOINT_EXISTS,
    ENDPOINT_LIMIT,
    ENDPOINT_NOT_FOUND,
    ENDPOINT_URL,
    EVENT_TYPE_UNKNOWN,
    KEEP_HOURS,
)
from webhooks.keys import MOST_KEEP_HOURS
from webhooks.selectors import endpoint_by_id, endpoints
from webhooks.use_cases.change_endpoint import change_endpoint
from webhooks.use_cases.disable_endpoint import disable_endpoint
from webhooks.use_cases.enable_endpoint import enable_endpoint
from webhooks.use_cases.register_endpoint import register_endpoint
from webhooks.use_cases.replay_from import replay_from
from webhooks.use_cases.rotate_endpoint_secret import rotate_endpoint_secret
from webhooks.use_cases.test_fire import test_fire

MOST_TYPES = 50


class EndpointOut(Out):
    id = serializers.UUIDField()
    url = serializers.CharField()
    types = OutList(child=serializers.CharField(), help_text="empty: all")
    state = serializers.CharField()
    disabled_reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    previous_secret_until = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField(help_text="attempts that failed in a row")
    failing_since = serializers.DateTimeField(allow_null=True)
    open_until = serializers.DateTimeField(allow_null=True, help_text="nothing is sent before")
    last_dead_at = serializers.DateTimeField(allow_null=True)


class EndpointSecretOut(Out):
    endpoint = EndpointOut()
    secret = serializers.CharField(help_text="`whsec_…`, shown this once")


class ListEndpoints(Reading):
    """Your endpoints in this county."""

    tag = "endpoints"
    gives = EndpointOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        return endpoints(insurer_of(call))


class ReadEndpoint(Reading):
    """One endpoint of yours."""

    tag = "endpoints"
    gives = EndpointOut
    refuses = (ENDPOINT_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return endpoint_by_id(insurer_of(call), call.path["endpoint_id"])


class RegisterEndpointIn(In):
    type = Named("endpoint.register")
    url = Raw(max_length=2000, help_text="https, a public address")
    types = Several(child=Text(max_length=80), maximum=MOST_TYPES, help_text="empty: all types")


class RegisterEndpoint(Signed):
    """Have events pushed to an address of yours. The answer, with the secret, is given once."""

    tag = "endpoints"
    takes = RegisterEndpointIn
    gives = EndpointSecretOut
    status = 201
    secret = True
    refuses = (ENDPOINT_URL, ENDPOINT_EXISTS, ENDPOINT_LIMIT, EVENT_TYPE_UNKNOWN)
    example = {
        "type": "endpoint.register",
        "url": "https://cover.example.cn/linggong/jiangle/events",
        "types": [],
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        view, secret = register_endpoint(partner=insurer_of(call), actor=call.who, now=work.now, **call.data)
        return {"endpoint": view, "secret": secret}


class ChangeEndpointIn(In):
    type = Named("endpoint.change")
    endpoint_id = Id()
    url = Raw(max_length=2000, required=False, help_text="absent: as it is")
    types = Several(
        child=Text(max_length=80), maximum=MOST_TYPES, required=False, help_text="absent: as they are"
    )


class ChangeEndpoint(Signed):
    """Give an endpoint another address or other types."""

    tag = "endpoints"
    takes = ChangeEndpointIn
    gives = EndpointOut
    refuses = (ENDPOINT_NOT_FOUND, ENDPOINT_URL, ENDPOINT_EXISTS, EVENT_TYPE_UNKNOWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        return change_endpoint(
            partner=insurer_of(call),
            endpoint_id=call.path["endpoint_id"],
            actor=call.who,
            now=work.now,
            **call.data,
        )


class RotateEndpointIn(In):
    type = Named("endpoint.rotate")
    endpoint_id = Id()
    keep_hours = Whole(
        minimum=0, maximum=MOST_KEEP_HOURS, default=24, help_text="how long we sign with the old one too"
    )


class SecretOut(Out):
    secret = serializers.CharField(help_text="`whsec_…`, shown this once")


class RotateEndpoint(Signed):
    """Replace an endpoint's secret; for `keep_hours` events are signed with both. Given once."""

    tag = "endpoints"
    takes = RotateEndpointIn
    gives = SecretOut
    secret = True
    refuses = (ENDPOINT_NOT_FOUND, KEEP_HOURS)

    def act(self, work: CountyWork, call: Call) -> Any:
        secret = rotate_endpoint_secret(
            partner=insurer_of(call),
            endpoint_id=call.path["endpoint_id"],
            actor=call.who,
            now=work.now,
            **call.data,
        )
        return {"secret": secret}


class EnableEndpointIn(In):
    type = Named("endpoint.enable")
    endpoint_id = Id()


class EnableEndpoint(Signed):
    """Push again to an endpoint that was switched off. What came meanwhile is to be polled or replayed."""

    tag = "endpoints"
    takes = EnableEndpointIn
    gives = EndpointOut
    refuses = (ENDPOINT_NOT_FOUND, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return enable_endpoint(
            partner=insurer_of(call), endpoint_id=call.path["endpoint_id"], actor=call.who, now=work.now
        )


class DisableEndpointIn(In):
    type = Named("endpoint.disable")
    endpoint_id = Id()


class DisableEndpoint(Signed):
    """Push nothing to an endpoint until it is enabled again."""

    tag = "endpoints"
    takes = DisableEndpointIn
    gives = EndpointOut
    refuses = (ENDPOINT_NOT_FOUND, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        return disable_endpoint(
            partner=insurer_of(call), endpoint_id=call.path["endpoint_id"], actor=call.who, now=work.now
        )


class TestEndpointIn(In):
    type = Named("endpoint.test")
    endpoint_id = Id()


class FiredOut(Out):
    event_id = serializers.UUIDField(help_text="its webhook-id")


class TestEndpoint(Signed):
    """Have a test event sent to one endpoint: `cn.linggong.webhook.test.v1`."""

    tag = "endpoints"
    takes = TestEndpointIn
    gives = FiredOut
    status = 202
    refuses = (ENDPOINT_NOT_FOUND, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        event_id = test_fire(
            partner=insurer_of(call), endpoint_id=call.path["endpoint_id"], actor=call.who, now=work.now
        )
        return {"event_id": event_id}


class ReplayIn(In):
    type = Named("endpoint.replay")
    endpoint_id = Id()
    since = Moment(help_text="every event of this moment or later is sent again, 10,000 at most")


class ReplayedOut(Out):
    deliveries = serializers.IntegerField(help_text="how many are on their way")


class ReplayEndpoint(Signed):
    """Have every event from a moment on sent again, under its own webhook-id."""

    tag = "endpoints"
    takes = ReplayIn
    gives = ReplayedOut
    status = 202
    refuses = (ENDPOINT_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        count = replay_from(
            partner=insurer_of(call),
            endpoint_id=call.path["endpoint_id"],
            moment=call.data["since"],
            actor=call.who,
            now=work.now,
        )
        return {"deliveries": count}
