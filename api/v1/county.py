"""The county itself: what it is called, whether it takes anything new, and who has taken over."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Act, Answer, Call
from api.shapes import Out
from tenants import directory
from tenants.contracts import CountyRef, CountyState


class SuccessorOut(Out):
    slug = serializers.CharField(help_text="first part of its addresses")
    name = serializers.CharField()
    name_en = serializers.CharField()
    since = serializers.DateField(help_text="its first Shanghai day in charge")


class CountyStateOut(Out):
    slug = serializers.CharField()
    code = serializers.CharField(help_text="division code (GB/T 2260) of today")
    name = serializers.CharField()
    name_en = serializers.CharField()
    sandbox = serializers.BooleanField()
    state = serializers.CharField(help_text=", ".join(CountyState))
    opens_on = serializers.DateField(allow_null=True, help_text="its first day, where it had one")
    successor = SuccessorOut(allow_null=True)


class ReadCounty(Act):
    """The county: its names and state today, and its successor where it has one.

    Open to everybody. `suspended` takes no new orders, registrations or deposits; `winding_down` neither, as
    its successor does; `closed` can only be read.
    """

    tag = "catalogue"
    public = True
    gives = CountyStateOut

    def perform(self, call: Call) -> Answer:
        return Answer(200, self.shape(_county(call.county), call))


def _county(ref: CountyRef) -> dict[str, Any]:
    successor = directory.by_id(ref.succeeded_by) if ref.succeeded_by else None
    return {
        "slug": ref.slug,
        "code": ref.code,
        "name": ref.name,
        "name_en": ref.name_en,
        "sandbox": ref.sandbox,
        "state": ref.state.value,
        "opens_on": ref.opens_on,
        "successor": None
        if successor is None
        else {
            "slug": successor.slug,
            "name": successor.name,
            "name_en": successor.name_en,
            "since": ref.succeeded_on,
        },
    }
