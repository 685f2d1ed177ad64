"""Who am I here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Act, Call
from api.shapes import Out, OutList
from api.v1.employers import EmployerOut
from api.v1.people import WorkerOut
from compliance.people.selectors import employers_of, workers_of
from tenants.county import CountyWork
from tenants.identity.selectors import user_view


class LoginOut(Out):
    id = serializers.UUIDField()
    phone_masked = serializers.CharField()
    phone_verified = serializers.BooleanField()
    staff = serializers.BooleanField()
    totp_enrolled = serializers.BooleanField()


class CountyOut(Out):
    slug = serializers.CharField()
    code = serializers.CharField(help_text="GB/T 2260")
    name = serializers.CharField()
    name_en = serializers.CharField()
    sandbox = serializers.BooleanField()


class MeOut(Out):
    county = CountyOut()
    now = serializers.DateTimeField(help_text="the market's time")
    login = LoginOut(allow_null=True, help_text="null for a machine client")
    client_id = serializers.CharField(allow_null=True)
    channel = serializers.CharField()
    roles = OutList(child=serializers.CharField())
    scopes = OutList(child=serializers.CharField())
    workers = OutList(child=WorkerOut())
    employers = OutList(child=EmployerOut())


class ReadMe(Act):
    """Who I am in this county: login, roles, scopes, and the workers and employers I act for."""

    tag = "people"
    gives = MeOut

    def before(self, call: Call) -> Any:
        return user_view(call.who.user_id) if call.who.user_id is not None else None

    def act(self, work: CountyWork, call: Call) -> dict[str, Any]:
        return {
            "county": call.county,
            "now": work.now,
            "login": call.prepared,
            "client_id": call.who.client_id,
            "channel": call.who.channel,
            "roles": sorted(call.who.roles),
            "scopes": sorted(call.who.scopes),
            "workers": workers_of(call.who),
            "employers": employers_of(call.who),
        }
