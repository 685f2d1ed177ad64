"""Who this client is, and which keys are live."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Call
from api.fields import In, Whole
from api.partners.door import Named, Reading, Signed, insurer_of
from api.shapes import Out, OutList
from tenants.county import CountyWork
from tenants.partners.selectors import insurer
from webhooks.errors import KEEP_HOURS, PARTNER_KEY_BUSY, PARTNER_KEY_MISSING
from webhooks.keys import MOST_KEEP_HOURS, keys, rotate_key
from webhooks.states import Direction


class KeyOut(Out):
    id = serializers.UUIDField()
    direction = serializers.CharField(help_text="`in`: you sign what you send; `out`: we sign our requests")
    created_at = serializers.DateTimeField()
    retires_at = serializers.DateTimeField(allow_null=True, help_text="null: the current key")


class MeOut(Out):
    insurer = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    active = serializers.BooleanField(help_text="false: no new business; what is in force goes on")
    county = serializers.CharField()
    county_name = serializers.CharField()
    county_name_en = serializers.CharField()
    client_id = serializers.CharField()
    scopes = OutList(child=serializers.CharField())
    keys = OutList(child=KeyOut())


class ReadMe(Reading):
    """Whose client this is, in which county, with which scopes and live keys."""

    tag = "client"
    gives = MeOut

    def act(self, work: CountyWork, call: Call) -> Any:
        mine = insurer(insurer_of(call))
        return {
            "insurer": mine.code,
            "name": mine.name,
            "name_en": mine.name_en,
            "active": mine.active,
            "county": call.county.slug,
            "county_name": call.county.name,
            "county_name_en": call.county.name_en,
            "client_id": call.who.client_id,
            "scopes": sorted(call.who.scopes),
            "keys": keys(mine.code),
        }


class RotateKeyIn(In):
    type = Named("key.rotate")
    keep_hours = Whole(
        minimum=0, maximum=MOST_KEEP_HOURS, default=24, help_text="how long the key of now stays live"
    )


class KeySecretOut(Out):
    secret = serializers.CharField(help_text="`whsec_…`, shown this once")
    keys = OutList(child=KeyOut())


class RotateKey(Signed):
    """Replace the inbound key, the one you sign with. Signed with a key that is live now.

    The key of now stays live for `keep_hours`; a third one ends at once. The answer is given once.
    """

    tag = "client"
    takes = RotateKeyIn
    gives = KeySecretOut
    secret = True
    refuses = (KEEP_HOURS, PARTNER_KEY_MISSING, PARTNER_KEY_BUSY)
    example = {"type": "key.rotate", "keep_hours": 24}

    def act(self, work: CountyWork, call: Call) -> Any:
        mine = insurer_of(call)
        secret = rotate_key(partner=mine, direction=Direction.IN, actor=call.who, now=work.now, **call.data)
        return {"secret": secret, "keys": keys(mine)}
